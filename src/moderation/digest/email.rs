//! Builds the email of a digest.

use super::model::{Digest, DigestRecipient, HeldComment};
use super::{page, unsubscribe};
use crate::app::App;
use crate::crypto::encode_hex;
use crate::mail::message::{EmailBlock, EmailLink, EmailMessage};
use crate::web::Layout;

/// Number of characters of a comment that the email quotes.
const EXCERPT_CHARS: usize = 160;

/// The data that a digest email is built from.
pub(super) struct EmailContent<'a> {
    pub recipient: &'a DigestRecipient,
    pub digest: &'a Digest,
    /// Held comments that were in no earlier digest to this recipient, newest first.
    pub new: &'a [&'a HeldComment],
    /// Number of all held comments.
    pub pending: i64,
    /// Position and hash of the last audit log entry; `None` if the log is empty.
    pub log_end: Option<(i64, Vec<u8>)>,
}

/// Builds a digest email. It lists the new comments and links to the digest's page and to the page that ends the emails.
/// It also contains the position and hash of the last audit log entry, so that a moderator can later prove that the log
/// was changed.
pub(super) fn build_email(app: &App, layout: &Layout, content: &EmailContent<'_>) -> EmailMessage {
    let translator = layout.translator;
    let (recipient, digest) = (content.recipient, content.digest);
    let listed = i64::try_from(content.new.len()).unwrap_or(i64::MAX);
    // Comments that are still at the spam checker are counted and not listed. The count is from a later snapshot than the
    // list, so it may be the smaller number.
    let pending = content.pending.max(listed);
    let title = &layout.publication.title;
    let mut pieces = vec![EmailBlock::Paragraph(translator.plural_with(
        "digest-waiting",
        pending,
        "title",
        title,
    ))];
    pieces.extend(content.new.iter().map(|comment| EmailBlock::Quote {
        who: comment.name.clone(),
        context: comment.title.clone(),
        body: layout.absolute_urls(&comment.body_html.shorten(EXCERPT_CHARS)),
        link: None,
    }));
    if pending > listed {
        pieces.push(EmailBlock::Paragraph(
            translator.plural("digest-more", pending - listed),
        ));
    }
    pieces.push(EmailBlock::Action(EmailLink {
        label: translator.text("digest-read"),
        url: layout.absolute_url(&page::signed_path(&app.keys, digest)),
    }));
    pieces.push(EmailBlock::Footnote(translator.format(
        "digest-good-until",
        "time",
        &layout.format_date_time(&digest.expires_at),
    )));
    let unsubscribe = layout.absolute_url(&unsubscribe::signed_path(
        &app.keys,
        recipient.id,
        recipient.set_at,
    ));
    pieces.push(EmailBlock::Action(EmailLink {
        label: translator.text("digest-stop"),
        url: unsubscribe.clone(),
    }));
    if let Some((position, hash)) = &content.log_end {
        // In the form that `check log` takes.
        let end = format!("{position}:{}", encode_hex(hash));
        pieces.push(EmailBlock::Footnote(translator.format(
            "digest-log-ends",
            "end",
            &end,
        )));
    }
    let subject = translator.plural_with("digest-subject", pending, "title", title);
    let mut email = EmailMessage::new(translator.language(), &subject, &pieces);
    // Also as a header, for the button that mail programs show (RFC 8058).
    email.unsubscribe = Some(unsubscribe);
    email
}
