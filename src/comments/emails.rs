//! Emails to commenters: the link that verifies an email address, and notifications of replies.

use std::net::IpAddr;

use sqlx::PgConnection;

use super::links;
use super::store::notifications::{DueSubscription, NotifiedReply};
use crate::app::App;
use crate::commenters::store::verification;
use crate::commenters::{self, CommenterAccess, SubscriptionScope, verification_limit};
use crate::ids::CommenterId;
use crate::mail::message::{EmailBlock, EmailLink, EmailMessage};
use crate::mail::outbox;
use crate::web::Layout;

/// Length in characters after which a quoted comment is cut.
const QUOTE_CHARS: usize = 700;

/// Enqueues an email with the link to the commenter's page, where the email address can be verified. Does nothing if such
/// an email was sent within the last hour, or if the site sends no mail. If the limits on such emails are exceeded, it is
/// sent once a comment of the commenter is approved. `ip` is the client that causes the email, unless an approved comment
/// does.
pub(super) async fn enqueue_verification(
    app: &App,
    db: &mut PgConnection,
    layout: &Layout,
    id: CommenterId,
    ip: Option<IpAddr>,
) -> anyhow::Result<()> {
    let now = app.clock.now();
    // At most one an hour: anyone can type an email and would otherwise flood its owner.
    if !layout.sends_mail || !verification::claim_email(db, id, now).await? {
        return Ok(());
    }
    if !verification_limit::may_send(db, &app.keys, id, ip, now).await? {
        if ip.is_some() {
            verification::set_waiting(db, id).await?;
        }
        return Ok(());
    }
    if let Some(commenter) = commenters::store::commenters::find_access(db, id).await? {
        let email = build_verification(app, layout, &commenter);
        outbox::enqueue(db, &app.keys, id, &email, None, now).await?;
    }
    Ok(())
}

fn build_verification(app: &App, layout: &Layout, commenter: &CommenterAccess) -> EmailMessage {
    let translator = layout.translator;
    let title = &layout.publication.title;
    let blocks = [
        EmailBlock::Paragraph(translator.format("email-proof-why", "title", title)),
        EmailBlock::Action(EmailLink {
            label: translator.text("email-proof-act"),
            url: layout.absolute_url(&commenter.page_path(&app.keys)),
        }),
        EmailBlock::Paragraph(translator.text("email-proof-then")),
        EmailBlock::Footnote(translator.text("email-proof-not-you")),
    ];
    let subject = translator.format("email-proof-subject", "title", title);
    EmailMessage::new(translator.language(), &subject, &blocks)
}

/// Builds the email about new replies. It quotes `replies` and mentions `count`, the number of all new replies.
pub(super) fn build_notification(
    app: &App,
    layout: &Layout,
    subscription: &DueSubscription,
    replies: &[NotifiedReply],
    count: i64,
) -> EmailMessage {
    let translator = layout.translator;
    let title = subscription.title.as_str();
    let (subject, intro) = match subscription.scope {
        SubscriptionScope::RepliesToMe => ("email-answers-subject", "email-answers"),
        SubscriptionScope::AllReplies => ("email-replies-subject", "email-replies"),
    };
    let text = |key: &str| translator.plural_with(key, count, "title", title);
    let mut blocks = vec![EmailBlock::Paragraph(text(intro))];
    blocks.extend(replies.iter().map(|reply| build_quote(layout, reply)));
    let quoted = i64::try_from(replies.len()).unwrap_or(i64::MAX);
    if count > quoted {
        blocks.push(EmailBlock::Paragraph(
            translator.plural("email-more", count - quoted),
        ));
    }
    let unsubscribe_url = layout.absolute_url(&links::unsubscribe_path(&app.keys, subscription.id));
    blocks.extend([
        EmailBlock::Action(EmailLink {
            label: translator.text("email-read"),
            url: layout.absolute_url(&subscription.path),
        }),
        EmailBlock::Footnote(translator.format("email-why", "title", &layout.publication.title)),
        EmailBlock::Action(EmailLink {
            label: translator.text("email-end"),
            url: unsubscribe_url.clone(),
        }),
    ]);
    let mut email = EmailMessage::new(translator.language(), &text(subject), &blocks);
    // For the List-Unsubscribe header, which mail programs show as a button.
    email.unsubscribe = Some(unsubscribe_url);
    // Mail programs group the notifications of one article.
    email.thread = Some(format!("article-{}", subscription.article_id));
    email
}

fn build_quote(layout: &Layout, reply: &NotifiedReply) -> EmailBlock {
    EmailBlock::Quote {
        who: reply.name.clone(),
        context: layout.format_date_time(&reply.created_at),
        body: layout.absolute_urls(&reply.body_html.shorten(QUOTE_CHARS)),
        link: Some(EmailLink {
            label: layout.translator.text("email-read-this"),
            url: layout.absolute_url(&links::comment_path(reply.id)),
        }),
    }
}
