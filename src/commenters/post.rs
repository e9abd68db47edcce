//! Takes letters from the outbox to the commenters and the staff they are for. A mail server that is away or slow holds up nothing:
//! no transaction is open while it is spoken to.

use std::collections::BTreeMap;
use std::sync::Mutex;

use lettre::Address;

use super::email;
use crate::accounts::address;
use crate::app::App;
use crate::clock::Ts;
use crate::mail::store::Due;
use crate::mail::{Failure, Letter, Mailer, Recipient, outbox, store};

/// Letters taken at a time: so few that all are tried before the lease ends, even where each takes a mailer's patience.
const AT_A_TIME: i64 = 20;
/// Seconds for which letters are ours. Where the process ends in between, they are sent after that, a second time perhaps.
const LEASE: i64 = 5 * 60;

/// Sends what is due. Without a mail server letters wait, and are given up in time.
pub async fn deliver(app: &App) -> sqlx::Result<()> {
    give_up(app).await?;
    let Some(mailer) = &app.mailer else {
        return Ok(());
    };
    loop {
        let round = Round::take(app, mailer).await?;
        if round.is_empty() {
            return Ok(());
        }
        round.send().await?;
        if round.no_server().is_some() {
            return Ok(());
        }
    }
}

async fn give_up(app: &App) -> sqlx::Result<()> {
    let mut db = app.pool.acquire().await?;
    store::delete_unwanted(&mut db).await?;
    store::take_back(&mut db).await?;
    let then = app.clock.now().plus_seconds(-outbox::GIVEN_UP_AFTER);
    let letters = store::delete_written_by(&mut db, then).await?;
    if letters > 0 {
        tracing::warn!(
            letters,
            "letters could not be sent for two days and were given up; see whether the mail server is set and answers"
        );
    }
    Ok(())
}

/// Letters that were taken together.
struct Round<'a> {
    app: &'a App,
    mailer: &'a Mailer,
    lease_ends: Ts,
    /// Those to one reader go one after the other: when the first comes back, the others need not go.
    waiting: Mutex<BTreeMap<Recipient, Vec<Due>>>,
    /// What is wrong with the server: then the rest is not tried.
    no_server: Mutex<Option<Failure>>,
}

impl<'a> Round<'a> {
    async fn take(app: &'a App, mailer: &'a Mailer) -> sqlx::Result<Self> {
        let now = app.clock.now();
        let lease_ends = now.plus_seconds(LEASE);
        let mut db = app.pool.acquire().await?;
        let mut waiting: BTreeMap<Recipient, Vec<Due>> = BTreeMap::new();
        for due in store::take_due(&mut db, now, lease_ends, AT_A_TIME).await? {
            waiting.entry(due.to).or_default().push(due);
        }
        Ok(Self {
            app,
            mailer,
            lease_ends,
            waiting: Mutex::new(waiting),
            no_server: Mutex::default(),
        })
    }

    fn is_empty(&self) -> bool {
        self.waiting.lock().expect("no lane panics").is_empty()
    }

    fn no_server(&self) -> Option<Failure> {
        self.no_server.lock().expect("no lane panics").clone()
    }

    /// Leaves the rest for later, and says so once rather than for each letter.
    fn stop(&self, failure: Failure) {
        let mut no_server = self.no_server.lock().expect("no lane panics");
        if no_server.is_none() {
            tracing::warn!(
                code = %failure.code(),
                "the mail server takes no letters now"
            );
        }
        *no_server = Some(failure);
    }

    /// Four at once. Each lane goes to its end, whatever happens in another.
    async fn send(&self) -> sqlx::Result<()> {
        if let Err(failure) = self.mailer.reach().await {
            self.stop(failure);
        }
        let (a, b, c, d) = tokio::join!(self.lane(), self.lane(), self.lane(), self.lane());
        a.and(b).and(c).and(d)
    }

    async fn lane(&self) -> sqlx::Result<()> {
        while let Some(letters) = self.next() {
            for due in letters {
                self.send_one(&due).await?;
            }
        }
        Ok(())
    }

    fn next(&self) -> Option<Vec<Due>> {
        let mut waiting = self.waiting.lock().expect("no lane panics");
        waiting.pop_first().map(|(_, letters)| letters)
    }

    async fn send_one(&self, due: &Due) -> sqlx::Result<()> {
        let sent = match self.no_server() {
            Some(failure) => Err(failure),
            None => {
                let Some((to, letter)) = self.open(due).await? else {
                    return Ok(());
                };
                let id = self.app.keys.sign("outbox", &due.id.0.to_be_bytes());
                let id = format!("outbox-{}.{id}", due.id);
                self.mailer.send(&letter, to, &id, due.written_at).await
            }
        };
        let mut db = self.app.pool.acquire().await?;
        let now = self.app.clock.now();
        let (letter, tries) = (due.id, due.tries);
        match sent {
            Ok(()) => {
                tracing::info!(%letter, tries, "a letter was sent");
                store::delete(&mut db, due.id).await
            }
            Err(Failure::Refused(code)) => {
                match due.to {
                    Recipient::Commenter(commenter) => {
                        tracing::warn!(%letter, %code, %commenter, "mail to a commenter came back; nothing more is sent to them");
                    }
                    Recipient::Account(account) => {
                        tracing::warn!(%letter, %code, %account, "mail to a member of staff came back; nothing more is sent to them until they give another address");
                    }
                }
                store::silence(&mut db, due.to, now).await
            }
            Err(failure) => {
                match failure {
                    Failure::NoServer(_) => self.stop(failure),
                    _ => {
                        tracing::warn!(%letter, tries, code = %failure.code(), "a letter was not taken and waits");
                    }
                }
                store::set_next_try(&mut db, due.id, outbox::next_try(tries, now)).await
            }
        }
    }

    /// To whom, and what. Asked for just before sending, for someone may have been silenced, blocked or erased since.
    async fn open(&self, due: &Due) -> sqlx::Result<Option<(Address, Letter)>> {
        let mut db = self.app.pool.acquire().await?;
        let Some(found) = store::find_address(&mut db, due.id, self.lease_ends).await? else {
            return Ok(None);
        };
        let keys = &self.app.keys;
        let sealed = &found.email_sealed;
        let opened = match (due.to, &found.email_hash) {
            (Recipient::Commenter(_), Some(hash)) => email::open(keys, hash, sealed).ok(),
            (Recipient::Account(id), None) => address::open(keys, id, sealed).ok(),
            _ => None,
        };
        let to = opened.and_then(|address| address.parse().ok());
        let letter = outbox::open(keys, due.to, &due.letter).ok();
        let Some(both) = to.zip(letter) else {
            tracing::warn!(letter = %due.id, "a letter or its address does not open, and is given up");
            store::delete(&mut db, due.id).await?;
            return Ok(None);
        };
        Ok(Some(both))
    }
}
