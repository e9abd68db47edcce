//! What the site writes to commenters: the link that proves an address, and what was replied. In the publication's
//! language, and only to who asked.

use sqlx::PgConnection;

use super::notices_store::{Due, Told};
use super::unsubscribe;
use crate::app::App;
use crate::commenters::{self, CommenterAccess, SubscriptionScope};
use crate::ids::CommenterId;
use crate::mail::message::{EmailBlock, EmailLink, EmailMessage};
use crate::mail::outbox;
use crate::text::{excerpt, markdown};
use crate::web::{Layout, Result};

/// Characters of a reply that a letter quotes.
const QUOTED: usize = 700;

/// Mails the link that proves an address, unless that was done within the hour.
pub(super) async fn mail_proof(
    app: &App,
    db: &mut PgConnection,
    layout: &Layout,
    id: CommenterId,
) -> Result<()> {
    let now = app.clock.now();
    if !layout.mails || !commenters::store::claim_verification_email(db, id, now).await? {
        return Ok(());
    }
    if let Some(person) = commenters::store::find_access(db, id).await? {
        let letter = proof(app, layout, &person);
        outbox::enqueue(db, &app.keys, id, &letter, None, now).await?;
    }
    Ok(())
}

fn proof(app: &App, layout: &Layout, person: &CommenterAccess) -> EmailMessage {
    let words = layout.words;
    let title = &layout.publication.title;
    let pieces = [
        EmailBlock::Paragraph(words.with("letter-proof-why", "title", title)),
        EmailBlock::Action(EmailLink {
            label: words.say("letter-proof-act"),
            url: layout.absolute(&person.page_path(&app.keys)),
        }),
        EmailBlock::Paragraph(words.say("letter-proof-then")),
        EmailBlock::Footnote(words.say("letter-proof-not-you")),
    ];
    let subject = words.with("letter-proof-subject", "title", title);
    EmailMessage::new(words.language(), &subject, &pieces)
}

/// What was replied since the last letter: one letter, however much it was.
pub(super) fn news(
    app: &App,
    layout: &Layout,
    due: &Due,
    told: &[Told],
    count: i64,
) -> EmailMessage {
    let words = layout.words;
    let title = due.title.as_str();
    let (subject, beginning) = match due.scope {
        SubscriptionScope::RepliesToMe => ("letter-answers-subject", "letter-answers"),
        SubscriptionScope::AllReplies => ("letter-replies-subject", "letter-replies"),
    };
    let said = |key: &str| words.count_with(key, count, "title", title);
    let mut pieces = vec![EmailBlock::Paragraph(said(beginning))];
    pieces.extend(told.iter().map(|reply| quote(layout, reply)));
    let shown = i64::try_from(told.len()).unwrap_or(i64::MAX);
    if count > shown {
        pieces.push(EmailBlock::Paragraph(
            words.count("letter-more", count - shown),
        ));
    }
    pieces.push(EmailBlock::Action(EmailLink {
        label: words.say("letter-read"),
        url: layout.absolute(&due.path),
    }));
    let end = layout.absolute(&unsubscribe::address(&app.keys, due.id));
    pieces.push(EmailBlock::Footnote(words.with(
        "letter-why",
        "title",
        &layout.publication.title,
    )));
    pieces.push(EmailBlock::Action(EmailLink {
        label: words.say("letter-end"),
        url: end.clone(),
    }));
    let subject = said(subject);
    let mut letter = EmailMessage::new(words.language(), &subject, &pieces);
    letter.unsubscribe = Some(end);
    letter.thread = Some(format!("article-{}", due.article_id));
    letter
}

fn quote(layout: &Layout, reply: &Told) -> EmailBlock {
    let text = markdown::html_to_text(reply.body_html.as_str());
    EmailBlock::Quote {
        who: reply.name.clone(),
        when: layout.moment(&reply.created_at),
        text: excerpt::excerpt(&text, QUOTED),
        link: EmailLink {
            label: layout.words.say("letter-read-this"),
            url: layout.absolute(&format!("/comments/{}", reply.id)),
        },
    }
}
