//! Sends queued emails to commenters and staff. No database transaction is open during a conversation with the mail
//! server, so a slow mail server does not block the database.

use std::collections::BTreeMap;
use std::sync::Mutex;

use lettre::Address;

use super::email;
use crate::accounts::staff_email;
use crate::app::App;
use crate::clock::Ts;
use crate::mail::store::DueEmail;
use crate::mail::{EmailMessage, Mailer, Recipient, SendError, outbox, store};

/// Maximum number of emails leased (reserved for sending) at a time. Even if sending each of them times out, all are
/// finished before the lease ends.
const BATCH_SIZE: i64 = 20;
/// Seconds for which queued emails are leased to this process. If the process dies meanwhile, they are sent again after
/// the lease, possibly a second time.
const LEASE_SECS: i64 = 5 * 60;

/// Sends all emails that are due. If no mail server is configured, they stay queued until they expire.
pub async fn send_due_mail(app: &App) -> sqlx::Result<()> {
    expire(app).await?;
    let Some(mailer) = &app.mailer else {
        return Ok(());
    };
    loop {
        let round = DeliveryBatch::lease(app, mailer).await?;
        if round.is_empty() {
            return Ok(());
        }
        round.send_all().await?;
        if round.server_error().is_some() {
            return Ok(());
        }
    }
}

async fn expire(app: &App) -> sqlx::Result<()> {
    let mut db = app.pool.acquire().await?;
    store::delete_suppressed(&mut db).await?;
    store::cancel_stale(&mut db).await?;
    let then = app.clock.now().plus_seconds(-outbox::EXPIRE_AFTER_SECS);
    let emails = store::delete_expired(&mut db, then).await?;
    if emails > 0 {
        tracing::warn!(
            emails,
            "emails could not be sent for two days and were deleted; check BROADSHEET_SMTP_URL with `broadsheet check`"
        );
    }
    Ok(())
}

/// Emails that were leased together and are now being sent.
struct DeliveryBatch<'a> {
    app: &'a App,
    mailer: &'a Mailer,
    lease_ends: Ts,
    /// Emails still to be sent, grouped by recipient. If an email bounces, the recipient's other emails are not sent.
    waiting: Mutex<BTreeMap<Recipient, Vec<DueEmail>>>,
    /// Error of the mail server, if there was one. The remaining emails then stay queued for later.
    server_error: Mutex<Option<SendError>>,
}

impl<'a> DeliveryBatch<'a> {
    async fn lease(app: &'a App, mailer: &'a Mailer) -> sqlx::Result<Self> {
        let now = app.clock.now();
        let lease_ends = now.plus_seconds(LEASE_SECS);
        let mut db = app.pool.acquire().await?;
        let mut waiting: BTreeMap<Recipient, Vec<DueEmail>> = BTreeMap::new();
        for due in store::lease_due(&mut db, now, lease_ends, BATCH_SIZE).await? {
            waiting.entry(due.to).or_default().push(due);
        }
        Ok(Self {
            app,
            mailer,
            lease_ends,
            waiting: Mutex::new(waiting),
            server_error: Mutex::default(),
        })
    }

    fn is_empty(&self) -> bool {
        self.waiting
            .lock()
            .expect("the lock is not poisoned")
            .is_empty()
    }

    fn server_error(&self) -> Option<SendError> {
        self.server_error
            .lock()
            .expect("the lock is not poisoned")
            .clone()
    }

    /// Stops sending after an error of the mail server, and logs the error once instead of for each email.
    fn stop(&self, failure: SendError) {
        let mut no_server = self.server_error.lock().expect("the lock is not poisoned");
        if no_server.is_none() {
            tracing::warn!(
                code = %failure.code(),
                "mail server unavailable; emails stay queued and are retried"
            );
        }
        *no_server = Some(failure);
    }

    /// Sends the emails with four workers. Each worker runs to its end, even if another one fails.
    async fn send_all(&self) -> sqlx::Result<()> {
        if let Err(failure) = self.mailer.test_connection().await {
            self.stop(failure);
        }
        let (a, b, c, d) = tokio::join!(
            self.run_worker(),
            self.run_worker(),
            self.run_worker(),
            self.run_worker()
        );
        a.and(b).and(c).and(d)
    }

    async fn run_worker(&self) -> sqlx::Result<()> {
        while let Some(emails) = self.next_recipient() {
            for due in emails {
                self.send_email(&due).await?;
            }
        }
        Ok(())
    }

    fn next_recipient(&self) -> Option<Vec<DueEmail>> {
        let mut waiting = self.waiting.lock().expect("the lock is not poisoned");
        waiting.pop_first().map(|(_, emails)| emails)
    }

    async fn send_email(&self, due: &DueEmail) -> sqlx::Result<()> {
        let sent = match self.server_error() {
            Some(failure) => Err(failure),
            None => {
                let Some((to, message)) = self.decrypt(due).await? else {
                    return Ok(());
                };
                let id = self.app.keys.sign("outbox", &due.id.0.to_be_bytes());
                let id = format!("outbox-{}.{id}", due.id);
                self.mailer.send(&message, to, &id, due.written_at).await
            }
        };
        let mut db = self.app.pool.acquire().await?;
        let now = self.app.clock.now();
        let (outbox_id, tries) = (due.id, due.tries);
        match sent {
            Ok(()) => {
                tracing::info!(%outbox_id, tries, "email sent");
                store::delete(&mut db, due.id).await
            }
            Err(SendError::Rejected(code)) => {
                match due.to {
                    Recipient::Commenter(commenter) => {
                        tracing::warn!(%outbox_id, %code, %commenter, "email to a commenter bounced; no more is sent to them");
                    }
                    Recipient::Account(account) => {
                        tracing::warn!(%outbox_id, %code, %account, "email to a member of staff bounced; no more is sent until they set another one");
                    }
                }
                store::suppress(&mut db, due.to, now).await
            }
            Err(failure) => {
                match failure {
                    SendError::Unreachable(_) => self.stop(failure),
                    _ => {
                        tracing::warn!(%outbox_id, tries, code = %failure.code(), "email deferred; it will be retried");
                    }
                }
                store::reschedule(&mut db, due.id, outbox::next_retry(tries, now)).await
            }
        }
    }

    /// Returns the decrypted recipient and message of an email. This happens just before sending, because the recipient
    /// may have been suppressed, blocked or erased meanwhile. `None` means that the email must not be sent.
    async fn decrypt(&self, due: &DueEmail) -> sqlx::Result<Option<(Address, EmailMessage)>> {
        let mut db = self.app.pool.acquire().await?;
        let Some(found) = store::find_sealed_recipient(&mut db, due.id, self.lease_ends).await?
        else {
            return Ok(None);
        };
        let keys = &self.app.keys;
        let sealed = &found.email_sealed;
        let opened = match (due.to, &found.email_hash) {
            (Recipient::Commenter(_), Some(hash)) => email::open(keys, hash, sealed).ok(),
            (Recipient::Account(id), None) => staff_email::open(keys, id, sealed).ok(),
            _ => None,
        };
        let to = opened.and_then(|address| address.parse().ok());
        let message = outbox::decrypt(keys, due.to, &due.message_sealed).ok();
        let Some(both) = to.zip(message) else {
            tracing::warn!(outbox_id = %due.id, "email or recipient cannot be decrypted; email deleted");
            store::delete(&mut db, due.id).await?;
            return Ok(None);
        };
        Ok(Some(both))
    }
}
