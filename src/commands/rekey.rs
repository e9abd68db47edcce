//! `rekey`: everything sealed anew under a new secret key, while the site serves.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Args;
use sqlx::{Connection, PgConnection};
use tokio::time::{sleep, sleep_until};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::crypto::{KeyFile, KeyId, Keys, Resealed, random, read_key_file};
use crate::db::{self, embedded::Durability};
use crate::startup::{self, data_folder};
use crate::transfer::import::become_the_importer;
use crate::{accounts, commenters, comments, mail, publication};

/// Which step, and to which key.
#[derive(Args)]
pub struct Rekey {
    /// Only write a new key into the key file, to be used by the next rekey; copy the file to your other servers before that
    #[arg(long, conflicts_with = "forget_old")]
    prepare: bool,
    /// Take older keys out of the key file, once nothing is sealed with them: links in mails from before the change stop working
    #[arg(long)]
    forget_old: bool,
    /// File with the key to change to [default: the prepared one, or a new one]
    #[arg(long, value_name = "FILE", conflicts_with = "forget_old")]
    new_key_file: Option<PathBuf>,
}

/// Requests that began before the key changed may write under the old one: a reply that waits for the database takes 10
/// seconds to begin and 10 more at most. What they wrote is looked for once more after that.
const LAST_LOOK: Duration = Duration::from_secs(21);
/// Between two tries for rows that someone holds.
const BETWEEN_TRIES: Duration = Duration::from_millis(200);
/// Between two lines that say how far it is.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
/// Tries for a batch that met a reply in the very moment in which both were written.
const TRIES: u32 = 20;

/// Does the step, beside a running server or without one.
pub async fn rekey(config: Config, asked: Rekey) -> anyhow::Result<()> {
    let path = startup::key_file(&config);
    let file = read_key_file(&path)?.with_context(|| {
        format!(
            "the secret key {} is missing; there is nothing to change",
            path.display()
        )
    })?;
    let new_key = match &asked.new_key_file {
        Some(named) => Some(
            read_key_file(named)?
                .with_context(|| format!("there is no file {}", named.display()))?,
        ),
        None => None,
    };
    if asked.prepare {
        return prepare(&path, file, new_key.as_ref());
    }
    let database = db::open(
        config.database_url.as_deref(),
        &data_folder(&config),
        Durability::Durable,
    )
    .await?;
    // A connection of its own: what is set on it ends with it.
    let mut db = database.pool.acquire().await?.detach();
    let changing = Change { path, file };
    let changed = if asked.forget_old {
        changing.forget_old(&mut db).await
    } else {
        changing.change(&mut db, new_key.as_ref()).await
    };
    let _ = db.close().await;
    database.close().await?;
    changed
}

fn prepare(path: &std::path::Path, mut file: KeyFile, new: Option<&KeyFile>) -> anyhow::Result<()> {
    if file.next().is_none() {
        match new {
            Some(new) => file.add_next_of(new),
            None => file.add_next(Zeroizing::new(random())),
        };
        ensure!(
            file.next().is_some(),
            "that key is in {} already",
            path.display()
        );
        file.write(path)?;
    }
    println!(
        "{} holds a new key that nothing uses yet. Copy the file to every other server, keep a copy of it apart, then run  broadsheet rekey",
        path.display()
    );
    Ok(())
}

/// The change of a key, and the file it is about.
struct Change {
    path: PathBuf,
    file: KeyFile,
}

impl Change {
    async fn change(mut self, db: &mut PgConnection, new: Option<&KeyFile>) -> anyhow::Result<()> {
        become_the_importer(db).await?;
        let current = self.current(db).await?;
        let target = self.target(current, new);
        let before = self.file.text();
        self.file.put_first(target);
        // In the file before the database asks for it: whatever happens in between, a server finds both keys.
        if *self.file.text() != *before {
            self.file.write(&self.path)?;
        }
        if target != current {
            publication::store::set_key_id(db, &target).await?;
            eprintln!(
                "The new key is in {}, and in use: servers notice by themselves. Keep a copy of the file.",
                self.path.display()
            );
        }
        let began = Instant::now();
        let mut work = Work::new(self.file.keys());
        work.until_nothing_is_left(db).await?;
        if target != current || work.done.anything() {
            let last_look = began + LAST_LOOK;
            let left = last_look.saturating_duration_since(Instant::now());
            eprintln!(
                "A last look, at what was being written while the key changed, in {} seconds.",
                left.as_secs()
            );
            sleep_until(last_look.into()).await;
            work.until_nothing_is_left(db).await?;
        }
        self.report(&work.done);
        Ok(())
    }

    /// The key that the database asks for now.
    async fn current(&self, db: &mut PgConnection) -> anyhow::Result<KeyId> {
        let publication = publication::store::find(db).await?.context(
            "nothing has been served from this database yet, so nothing is sealed in it",
        )?;
        ensure!(
            self.file.keys().knows(&publication.key_id),
            "this database is sealed with another secret key than {}; put the right one in place",
            self.path.display()
        );
        let id = publication.key_id.first_chunk().copied();
        id.context("the database names its key by too few bytes")
    }

    /// The key to change to: the one that is named or was prepared; the one that a change which was cut off had begun to
    /// use; while older keys are in the file, the one in use, so that a change that was cut off is ended; otherwise a new
    /// one.
    fn target(&mut self, current: KeyId, new: Option<&KeyFile>) -> KeyId {
        if let Some(new) = new {
            return self.file.add_next_of(new);
        }
        match self.file.next() {
            Some(next) => next,
            None if self.file.first() != current => self.file.first(),
            None if !self.file.older().is_empty() => current,
            None => self.file.add_next(Zeroizing::new(random())),
        }
    }

    async fn forget_old(mut self, db: &mut PgConnection) -> anyhow::Result<()> {
        let current = self.current(db).await?;
        ensure!(
            self.file.first() == current,
            "the change of the key was cut off; run  broadsheet rekey  first"
        );
        let older = self.file.older();
        if older.is_empty() {
            println!("There is no older key in {}.", self.path.display());
            return Ok(());
        }
        let left = left_under(db, &older).await?;
        ensure!(
            left == 0,
            "{left} values are still sealed with an older key; run  broadsheet rekey  first"
        );
        self.file.forget_older();
        self.file.write(&self.path)?;
        println!(
            "The older keys are out of {}. Links in mails from before the change no longer work. Copy the file to your other servers; a server that runs forgets the keys when it is started anew.",
            self.path.display()
        );
        Ok(())
    }

    fn report(&self, done: &Done) {
        if done.anything() {
            println!(
                "Sealed anew: {} addresses, {} networks, {} letters, {} keys of a checker.",
                done.addresses.anew + done.staff.anew,
                done.networks.anew,
                done.letters.anew,
                done.checker.anew
            );
        } else {
            println!("Nothing was left to be sealed anew.");
        }
        if done.addresses.merged > 0 {
            println!(
                "{} people were there twice, and are one each now.",
                done.addresses.merged
            );
        }
        let closed = done.closed();
        if closed > 0 {
            println!("{closed} values open with no key of the file, and stay as they are.");
        }
        if !self.file.older().is_empty() {
            println!(
                "The older key stays in {}: links in mails that were sent go on working. To take it out, run  broadsheet rekey --forget-old",
                self.path.display()
            );
        }
    }
}

/// What has been done so far.
#[derive(Default)]
struct Done {
    addresses: Resealed,
    /// Addresses of the staff.
    staff: Resealed,
    networks: Resealed,
    letters: Resealed,
    checker: Resealed,
}

impl Done {
    fn anew(&self) -> u64 {
        let all = [
            self.addresses,
            self.staff,
            self.networks,
            self.letters,
            self.checker,
        ];
        all.iter().map(|done| done.anew).sum()
    }

    fn closed(&self) -> u64 {
        let all = [
            self.addresses,
            self.staff,
            self.networks,
            self.letters,
            self.checker,
        ];
        all.iter().map(|done| done.closed).sum()
    }

    fn anything(&self) -> bool {
        self.anew() > 0
    }
}

/// What holds something sealed, row by row.
#[derive(Clone, Copy)]
enum Kind {
    Address,
    Staff,
    Network,
    Letter,
}

struct Work {
    keys: Keys,
    done: Done,
    said: Instant,
}

impl Work {
    fn new(keys: Keys) -> Self {
        Self {
            keys,
            done: Done::default(),
            said: Instant::now(),
        }
    }

    /// Goes over everything until a round finds only what opens with no key.
    async fn until_nothing_is_left(&mut self, db: &mut PgConnection) -> anyhow::Result<()> {
        loop {
            let before = self.done.anew();
            self.round(db).await?;
            if self.done.anew() > before {
                continue;
            }
            let left = left_but(db, &self.keys.id()).await?;
            if u64::try_from(left)? <= self.done.closed() {
                return Ok(());
            }
            self.tell(&format!("{left} rows are in use; waiting for them"));
            sleep(BETWEEN_TRIES).await;
        }
    }

    async fn round(&mut self, db: &mut PgConnection) -> anyhow::Result<()> {
        for kind in [Kind::Address, Kind::Staff, Kind::Network, Kind::Letter] {
            // What is closed is counted by each round anew.
            self.of(kind).closed = 0;
            let mut after = 0;
            loop {
                let batch = self.batch(db, kind, after).await?;
                let done = self.of(kind);
                done.anew += batch.anew;
                done.merged += batch.merged;
                done.closed += batch.closed;
                let Some(last) = batch.last else {
                    break;
                };
                after = last;
                let anew = self.done.anew();
                self.tell(&format!("{anew} values are sealed anew"));
            }
        }
        let checker = publication::store::reseal_checker_key(db, &self.keys).await?;
        self.done.checker.anew += checker.anew;
        self.done.checker.closed = checker.closed;
        Ok(())
    }

    async fn batch(
        &self,
        db: &mut PgConnection,
        kind: Kind,
        after: i64,
    ) -> anyhow::Result<Resealed> {
        for _ in 0..TRIES {
            let batch = match kind {
                Kind::Address => commenters::reseal::reseal_some(db, &self.keys, after).await,
                Kind::Staff => accounts::address_store::reseal_some(db, &self.keys, after).await,
                Kind::Network => comments::reseal::reseal_some(db, &self.keys, after).await,
                Kind::Letter => mail::reseal::reseal_some(db, &self.keys, after).await,
            };
            match batch {
                Ok(batch) => return Ok(batch),
                Err(error) if is_met_by_another(&error) => sleep(BETWEEN_TRIES).await,
                Err(error) => {
                    return Err(error).context(
                        "the database failed; what is sealed anew stays so, and the same command goes on from there",
                    );
                }
            }
        }
        bail!(
            "others write the same rows again and again; run the same command in a quieter moment"
        )
    }

    fn of(&mut self, kind: Kind) -> &mut Resealed {
        match kind {
            Kind::Address => &mut self.done.addresses,
            Kind::Staff => &mut self.done.staff,
            Kind::Network => &mut self.done.networks,
            Kind::Letter => &mut self.done.letters,
        }
    }

    fn tell(&mut self, line: &str) {
        if self.said.elapsed() >= BETWEEN_LINES {
            self.said = Instant::now();
            eprintln!("{line}");
        }
    }
}

/// Someone wrote the same person in the same moment, or each waited for the other.
fn is_met_by_another(error: &sqlx::Error) -> bool {
    const DEADLOCK: &str = "40P01";
    error.as_database_error().is_some_and(|error| {
        error.is_unique_violation() || error.code().is_some_and(|code| code == DEADLOCK)
    })
}

/// How many values are sealed with one of these keys.
pub(super) async fn left_under(db: &mut PgConnection, ids: &[KeyId]) -> sqlx::Result<i64> {
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_vec()).collect();
    sqlx::query_scalar!(
        r#"select (select count(*) from commenters where substring(email_sealed from 2 for 8) = any($1))
                + (select count(*) from accounts where substring(email_sealed from 2 for 8) = any($1))
                + (select count(*) from comments where substring(network_sealed from 2 for 8) = any($1))
                + (select count(*) from outbox where substring(letter from 2 for 8) = any($1))
                + (select count(*) from settings where substring(checker_key from 2 for 8) = any($1)) as "left!""#,
        &ids
    )
    .fetch_one(db)
    .await
}

/// How many values are sealed with any other key than this one.
async fn left_but(db: &mut PgConnection, id: &KeyId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select (select count(*) from commenters where substring(email_sealed from 2 for 8) <> $1)
                + (select count(*) from accounts where substring(email_sealed from 2 for 8) <> $1)
                + (select count(*) from comments where substring(network_sealed from 2 for 8) <> $1)
                + (select count(*) from outbox where substring(letter from 2 for 8) <> $1)
                + (select count(*) from settings where substring(checker_key from 2 for 8) <> $1) as "left!""#,
        &id[..]
    )
    .fetch_one(db)
    .await
}
