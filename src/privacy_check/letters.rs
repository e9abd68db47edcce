//! What is mailed to others. Nothing is sent from the copy: letters are taken from its outbox and read.

use anyhow::Context;

use super::canary::Trail;
use super::findings::Findings;
use crate::accounts::address;
use crate::app::App;
use crate::commenters::open_for_export;
use crate::comments::notifications;
use crate::mail::{EmailMessage, EnvelopeInfo, Recipient, outbox, store};
use crate::moderation::digest;

/// Seconds after which everyone may be told of something again.
const GATHERED: i64 = 2 * 60 * 60;
/// Letters taken at a time.
const AT_A_TIME: i64 = 100;

/// Has the letters written that are due, and looks through those to others.
pub async fn read(app: &App, trail: &mut Trail, findings: &mut Findings) -> anyhow::Result<()> {
    app.clock.advance(GATHERED);
    notifications::enqueue_due_emails(app).await?;
    digest::enqueue_due(app).await?;
    let mail = app.config.mail.as_ref().context("mail is off")?;
    let host = app.config.public_url.host_str().unwrap_or("localhost");
    let now = app.clock.now();
    let lease = now.plus_seconds(GATHERED);
    let (mut to_others, mut to_itself, mut to_staff, mut tell) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut db = app.pool.acquire().await?;
    loop {
        let some = store::lease_due(&mut db, now, lease, AT_A_TIME).await?;
        if some.is_empty() {
            break;
        }
        for due in some {
            if due.to == Recipient::Commenter(trail.person().id) {
                to_itself += 1;
                continue;
            }
            let Some(found) = store::find_sealed_recipient(&mut db, due.id, lease).await? else {
                continue;
            };
            let letter = outbox::decrypt(&app.keys, due.to, &due.letter)?;
            let to = match (due.to, &found.email_hash) {
                (Recipient::Account(id), _) => {
                    // It tells of the canary's words; and goes to its address, which is the admin's here.
                    address::open(&app.keys, id, &found.email_sealed)?;
                    to_staff += 1;
                    read_to_staff(app, &letter, trail, findings);
                    continue;
                }
                (Recipient::Commenter(_), Some(hash)) => {
                    open_for_export(&app.keys, hash, &found.email_sealed)?
                }
                (Recipient::Commenter(_), None) => continue,
            };
            to_others += 1;
            tell += u64::from(letter.text.contains(&trail.public_word));
            let stamp = EnvelopeInfo {
                from: &mail.from,
                host,
                id: "check",
                date: due.written_at,
            };
            let message = letter.build(to.parse()?, &stamp)?;
            let place = format!("letter {} to another reader", due.id);
            findings.search(&place, &message.formatted());
            // Once more without the marks that mail puts between words.
            for part in [&letter.subject, &letter.text, &letter.html] {
                findings.search(&place, part.as_bytes());
            }
        }
    }
    findings.note(format!(
        "{to_others} letters to others ({to_itself} to the canary itself left out) and {to_staff} to the staff, none of them sent"
    ));
    if trail.digest.is_empty() {
        findings
            .miss("no moderator was told of the canary's reply by mail; too little was searched");
    }
    if tell == 0 {
        findings.miss("nobody was told of the canary's reply by mail; too little was searched");
    }
    if to_itself == 0 {
        findings.miss("the canary was written to by nobody, though it asked; too little was done");
    }
    Ok(())
}

/// A letter to the staff: what it says, and where its links lead.
fn read_to_staff(app: &App, letter: &EmailMessage, trail: &mut Trail, findings: &mut Findings) {
    for part in [&letter.subject, &letter.text, &letter.html] {
        findings.search("a letter to the staff", part.as_bytes());
    }
    let base = app.config.absolute_url("");
    let links = letter
        .text
        .lines()
        .filter_map(|line| line.strip_prefix(&*base));
    for link in links.map(|link| format!("/{}", link.trim_start_matches('/'))) {
        if link.starts_with("/digests/") {
            trail.digest.push(link);
        } else if link.contains("/stop?") {
            trail.stop.push(link);
        }
    }
}
