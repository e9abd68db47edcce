//! Searching of the emails to others. The copy sends none: they are taken from its outbox and decrypted.

use anyhow::Context;
use sqlx::PgConnection;

use super::report::LeakReport;
use super::scenario::CanaryTrace;
use crate::accounts::address;
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::open_for_export;
use crate::comments::notifications;
use crate::mail::store::{self, DueEmail};
use crate::mail::{EmailMessage, EnvelopeInfo, Recipient, outbox};
use crate::moderation::digest;

/// Time after which everyone may be notified again, whatever they were notified of before.
const NOTIFICATION_INTERVAL_SECONDS: i64 = 2 * 60 * 60;
/// Number of emails that are leased at a time.
const BATCH_SIZE: i64 = 100;

/// Counts of the emails in the outbox.
#[derive(Default)]
struct EmailCounts {
    to_canary: u64,
    to_staff: u64,
    to_others: u64,
    /// Emails to others with the canary's public reply.
    with_public_word: u64,
}

/// Enqueues all emails that are due, and searches those that are not to the canary.
pub async fn search_emails(
    app: &App,
    trace: &mut CanaryTrace,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    app.clock.advance(NOTIFICATION_INTERVAL_SECONDS);
    notifications::enqueue_due_emails(app).await?;
    digest::enqueue_due(app).await?;
    let now = app.clock.now();
    // The lease ends after the clock of the check, so that no email is leased twice.
    let leased_until = now.plus_seconds(NOTIFICATION_INTERVAL_SECONDS);
    let mut counts = EmailCounts::default();
    let mut db = app.pool.acquire().await?;
    loop {
        let emails = store::lease_due(&mut db, now, leased_until, BATCH_SIZE).await?;
        if emails.is_empty() {
            break;
        }
        for email in emails {
            search_email(
                app,
                &mut db,
                &email,
                leased_until,
                trace,
                report,
                &mut counts,
            )
            .await?;
        }
    }
    record_counts(&counts, trace, report);
    Ok(())
}

async fn search_email(
    app: &App,
    db: &mut PgConnection,
    email: &DueEmail,
    leased_until: Ts,
    trace: &mut CanaryTrace,
    report: &mut LeakReport,
    counts: &mut EmailCounts,
) -> anyhow::Result<()> {
    if email.to == Recipient::Commenter(trace.commenter.id) {
        counts.to_canary += 1;
        return Ok(());
    }
    let Some(recipient) = store::find_sealed_recipient(db, email.id, leased_until).await? else {
        return Ok(());
    };
    let message = outbox::decrypt(&app.keys, email.to, &email.letter)?;
    match (email.to, &recipient.email_hash) {
        (Recipient::Account(id), _) => {
            // Only the content is searched: the admin's email is the canary's here. It must open all the same.
            address::open(&app.keys, id, &recipient.email_sealed)?;
            counts.to_staff += 1;
            search_staff_email(app, &message, trace, report);
        }
        (Recipient::Commenter(_), Some(hash)) => {
            let to = open_for_export(&app.keys, hash, &recipient.email_sealed)?;
            counts.to_others += 1;
            counts.with_public_word += u64::from(message.text.contains(&trace.public_word));
            search_reader_email(app, email, &message, &to, report)?;
        }
        (Recipient::Commenter(_), None) => {}
    }
    Ok(())
}

/// Searches an email as it would be sent, and its parts before they are encoded for sending.
fn search_reader_email(
    app: &App,
    email: &DueEmail,
    message: &EmailMessage,
    to: &str,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    let mail = app.config.mail.as_ref().context("mail is off")?;
    let envelope = EnvelopeInfo {
        from: &mail.from,
        host: app.config.public_url.host_str().unwrap_or("localhost"),
        id: "check",
        date: email.written_at,
    };
    let place = format!("email {} to another reader", email.id);
    let encoded = message.build(to.parse()?, &envelope)?;
    report.search(&place, &encoded.formatted());
    // Quoted-printable line breaks may split a leak in the encoded email.
    for part in [&message.subject, &message.text, &message.html] {
        report.search(&place, part.as_bytes());
    }
    Ok(())
}

/// Searches an email to the staff, and saves the links in it for the crawler.
fn search_staff_email(
    app: &App,
    message: &EmailMessage,
    trace: &mut CanaryTrace,
    report: &mut LeakReport,
) {
    for part in [&message.subject, &message.text, &message.html] {
        report.search("an email to the staff", part.as_bytes());
    }
    let base_url = app.config.absolute("");
    let links = message
        .text
        .lines()
        .filter_map(|line| line.strip_prefix(&*base_url));
    for path in links.map(|link| format!("/{}", link.trim_start_matches('/'))) {
        if path.starts_with("/digests/") {
            // Signed, so no route and no page leads there.
            trace.digest_paths.push(path);
        } else if path.contains("/stop?") {
            trace.digest_stop_paths.push(path);
        }
    }
}

fn record_counts(counts: &EmailCounts, trace: &CanaryTrace, report: &mut LeakReport) {
    report.record_searched(format!(
        "{} emails to others and {} to the staff, none of them sent (not searched: {} to the canary itself)",
        counts.to_others, counts.to_staff, counts.to_canary
    ));
    if trace.digest_paths.is_empty() {
        report.record_missing("no moderator was notified of the canary's reply by email");
    }
    if counts.with_public_word == 0 {
        report.record_missing("no reader was notified of the canary's reply by email");
    }
    if counts.to_canary == 0 {
        report.record_missing("the canary received no email, though it subscribed");
    }
}
