//! The mail of a digest.

use super::model::{Digest, DigestRecipient, HeldComment};
use super::{page, unsubscribe};
use crate::app::App;
use crate::crypto::encode_hex;
use crate::mail::message::{EmailBlock, EmailLink, EmailMessage};
use crate::text::{excerpt, markdown};
use crate::web::Layout;

/// Characters of a comment that the mail quotes.
const EXCERPT_CHARS: usize = 160;

/// The facts that a mail is built from.
pub(super) struct EmailContent<'a> {
    pub recipient: &'a DigestRecipient,
    pub digest: &'a Digest,
    /// Comments that the recipient has not seen in a digest, newest first.
    pub new: &'a [&'a HeldComment],
    /// Number of all comments that wait.
    pub pending: i64,
    /// Position and hash of the last entry of the audit log.
    pub log_end: Option<(i64, Vec<u8>)>,
}

/// Builds the mail: the new comments, one link to the digest's page, one that ends the mails, and the end of the audit log,
/// which lets a moderator prove a later change of it.
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
    pieces.extend(content.new.iter().map(|comment| EmailBlock::Excerpt {
        who: comment.name.clone(),
        about: comment.title.clone(),
        text: excerpt::excerpt(
            &markdown::html_to_text(comment.body_html.as_str()),
            EXCERPT_CHARS,
        ),
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
        "moment",
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
