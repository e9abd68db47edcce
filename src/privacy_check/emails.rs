//! Searches the emails that the site would send to others than the canary. The copy sends no emails: they are read from
//! its outbox and decrypted.

use anyhow::Context;
use sqlx::PgConnection;

use super::report::LeakReport;
use super::scenario::CanaryTrace;
use crate::accounts::staff_email;
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::open_for_export;
use crate::comments::notifications;
use crate::mail::store::{self, DueEmail};
use crate::mail::{EmailMessage, EnvelopeInfo, Recipient, outbox};
use crate::moderation::digest;

/// Time in seconds after which every recipient may be notified again, even if an earlier notification was just sent.
const NOTIFICATION_INTERVAL_SECONDS: i64 = 2 * 60 * 60;
/// Number of emails that are taken from the outbox at once.
const BATCH_SIZE: i64 = 100;

/// State of the search through the outbox, with the number of emails per kind of recipient.
struct OutboxSearch<'a> {
    app: &'a App,
    trace: &'a mut CanaryTrace,
    report: &'a mut LeakReport,
    leased_until: Ts,
    to_canary: u64,
    to_staff: u64,
    to_others: u64,
    /// Number of emails to other readers that contain the canary's public reply.
    with_public_word: u64,
}

/// Enqueues all emails that are due, and searches those that are not addressed to the canary.
pub async fn search_emails(
    app: &App,
    trace: &mut CanaryTrace,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    app.clock.advance(NOTIFICATION_INTERVAL_SECONDS);
    notifications::enqueue_due_emails(app).await?;
    digest::enqueue_due(app).await?;
    let now = app.clock.now();
    let mut search = OutboxSearch {
        app,
        trace,
        report,
        // Longer than the search takes by its own clock, so that no email is leased twice.
        leased_until: now.plus_seconds(NOTIFICATION_INTERVAL_SECONDS),
        to_canary: 0,
        to_staff: 0,
        to_others: 0,
        with_public_word: 0,
    };
    let mut db = app.pool.acquire().await?;
    loop {
        let emails = store::lease_due(&mut db, now, search.leased_until, BATCH_SIZE).await?;
        if emails.is_empty() {
            break;
        }
        for email in emails {
            search.search_email(&mut db, &email).await?;
        }
    }
    search.record_counts();
    Ok(())
}

impl OutboxSearch<'_> {
    async fn search_email(
        &mut self,
        db: &mut PgConnection,
        email: &DueEmail,
    ) -> anyhow::Result<()> {
        if email.to == Recipient::Commenter(self.trace.commenter.id) {
            self.to_canary += 1;
            return Ok(());
        }
        let recipient = store::find_sealed_recipient(db, email.id, self.leased_until).await?;
        let Some(recipient) = recipient else {
            return Ok(());
        };
        let keys = &self.app.keys;
        let message = outbox::decrypt(keys, email.to, &email.message_sealed)?;
        match (email.to, &recipient.email_hash) {
            (Recipient::Account(id), _) => {
                // Only the content is searched: the admin's email is the canary's here. It must open all the same.
                staff_email::open(keys, id, &recipient.email_sealed)?;
                self.search_staff_email(&message);
            }
            (Recipient::Commenter(_), Some(hash)) => {
                let to = open_for_export(keys, hash, &recipient.email_sealed)?;
                self.search_reader_email(email, &message, &to)?;
            }
            (Recipient::Commenter(_), None) => {}
        }
        Ok(())
    }

    /// Searches an email to another reader, both in the form in which it would be sent and before it is encoded for
    /// sending.
    fn search_reader_email(
        &mut self,
        email: &DueEmail,
        message: &EmailMessage,
        to: &str,
    ) -> anyhow::Result<()> {
        self.to_others += 1;
        self.with_public_word += u64::from(message.text.contains(&self.trace.public_word));
        let config = &self.app.config;
        let envelope = EnvelopeInfo {
            from: &config.mail.as_ref().context("mail is off")?.from,
            host: config.public_url.host_str().unwrap_or("localhost"),
            id: "check",
            date: email.written_at,
        };
        let place = format!("email {} to another reader", email.id);
        let encoded = message.build(to.parse()?, &envelope)?;
        self.report.search(&place, &encoded.formatted());
        // Quoted-printable line breaks may split a leak in the encoded email.
        for part in [&message.subject, &message.text, &message.html] {
            self.report.search(&place, part.as_bytes());
        }
        Ok(())
    }

    /// Searches an email to a member of staff, and saves the links in it for the crawler.
    fn search_staff_email(&mut self, message: &EmailMessage) {
        self.to_staff += 1;
        for part in [&message.subject, &message.text, &message.html] {
            self.report.search("an email to the staff", part.as_bytes());
        }
        let base_url = self.app.config.absolute_url("");
        let lines = message.text.lines();
        for link in lines.filter_map(|line| line.strip_prefix(&*base_url)) {
            let path = format!("/{}", link.trim_start_matches('/'));
            // Both are signed, so no route and no page leads there.
            if path.starts_with("/digests/") {
                self.trace.digest_paths.push(path);
            } else if path.contains("/stop?") {
                self.trace.digest_stop_paths.push(path);
            }
        }
    }

    fn record_counts(self) {
        let report = self.report;
        report.record_searched(format!(
            "{} emails to others and {} to the staff, none of them sent (not searched: {} to the canary itself)",
            self.to_others, self.to_staff, self.to_canary
        ));
        if self.trace.digest_paths.is_empty() {
            report.record_missing("no moderator was notified of the canary's reply by email");
        }
        if self.with_public_word == 0 {
            report.record_missing("no reader was notified of the canary's reply by email");
        }
        if self.to_canary == 0 {
            report.record_missing("the canary received no email, though it subscribed");
        }
    }
}
