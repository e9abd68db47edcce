//! The email of one's own account, and how often digests go there. Until its owner has opened the mailed link and pressed the
//! button there, nothing but that one message is sent.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::account::AccountPage;
use super::layout::Desk;
use super::notice::NoticePage;
use crate::accounts::Rhythm;
use crate::accounts::store::staff_email as store;
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::{Email, EmailError};
use crate::crypto::Keys;
use crate::ids::AccountId;
use crate::mail::message::{EmailBlock, EmailLink, EmailMessage};
use crate::mail::outbox;
use crate::web::form::FormData;
use crate::web::{ClientAddress, Db, Error, Layout, Page, Path, Query, Result, Signed, go_to};

/// The purpose that confirmation links are signed for.
const PURPOSE: &str = "staff address";

/// Returns the signed path of the page that confirms the email set at `set_at`.
pub fn confirmation_path(keys: &Keys, id: AccountId, set_at: Ts) -> String {
    let key = keys.sign(PURPOSE, &signed_value(id, set_at));
    format!("/moderators/{id}/confirm?key={key}")
}

fn signed_value(id: AccountId, set_at: Ts) -> Vec<u8> {
    format!("{id} {}", set_at.unix_micros()).into_bytes()
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct StaffEmailForm {
    act: EmailAction,
    email: String,
    digest: String,
    #[serde(rename = "mail_present")]
    passphrase: String,
}

#[derive(Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EmailAction {
    Remove,
    #[default]
    #[serde(other)]
    Set,
}

/// Sets or removes the email, given the passphrase.
pub async fn set_email(
    State(app): State<App>,
    desk: Desk,
    client: ClientAddress,
    form: FormData<StaffEmailForm>,
) -> Result<Response> {
    let form = form.value;
    let words = desk.layout.words;
    let layout = desk.layout.clone();
    let id = desk.viewer.id;
    let is_removal = form.act == EmailAction::Remove;
    let mut page = AccountPage::load(&app, desk).await?;
    page.rhythm = Rhythm::from_word(&form.digest).unwrap_or(page.rhythm);
    let email = Email::parse(&form.email);
    page.typed_email = form.email;
    if let (Err(error), false) = (&email, is_removal) {
        let key = match error {
            EmailError::Missing => "staff-mail-missing",
            EmailError::Malformed => "reply-email-malformed",
            EmailError::TooLong => "reply-email-too-long",
        };
        page.errors.say(words, "email", key);
    }
    let check = page.check_passphrase(&app, client, "mail_present", &form.passphrase);
    if let Some(seconds) = check.await? {
        return Ok(Page(page).try_again(StatusCode::TOO_MANY_REQUESTS, seconds));
    }
    if !page.errors.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let Some(email) = email.ok().filter(|_| !is_removal) else {
        store::remove(&mut db, id).await?;
        db.commit().await?;
        tracing::info!(account = %id, "removed their email");
        return Ok(go_to("/admin/account?mail=removed").into_response());
    };
    let sealed = email.seal_for_account(&app.keys, id);
    if !store::set(&mut db, id, &sealed, page.rhythm, now).await? {
        page.errors.say(words, "email", "staff-mail-too-soon");
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let message = confirmation_email(&app, &layout, id, now);
    outbox::enqueue(&mut db, &app.keys, id, &message, None, now).await?;
    db.commit().await?;
    tracing::info!(account = %id, "set an email; a confirmation link is sent to it");
    Ok(go_to("/admin/account?mail=asked").into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DigestForm {
    digest: String,
}

/// Changes how often the viewer gets a digest.
pub async fn set_digest_frequency(
    State(app): State<App>,
    desk: Desk,
    form: FormData<DigestForm>,
) -> Result<Response> {
    let rhythm = Rhythm::from_word(&form.value.digest)
        .ok_or(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY))?;
    let mut db = app.pool.begin().await?;
    let is_set = store::set_rhythm(&mut db, desk.viewer.id, rhythm).await?;
    db.commit().await?;
    Ok(go_to(match is_set {
        true => "/admin/account?mail=changed",
        false => "/admin/account",
    })
    .into_response())
}

/// Builds the email that asks its owner to confirm.
fn confirmation_email(app: &App, layout: &Layout, id: AccountId, set_at: Ts) -> EmailMessage {
    let words = layout.words;
    let title = &layout.publication.title;
    let blocks = [
        EmailBlock::Paragraph(words.with("staff-letter-why", "title", title)),
        EmailBlock::Action(EmailLink {
            label: words.say("staff-letter-act"),
            url: layout.absolute(&confirmation_path(&app.keys, id, set_at)),
        }),
        EmailBlock::Footnote(words.say("staff-letter-not-you")),
    ];
    let subject = words.with("staff-letter-subject", "title", title);
    EmailMessage::new(words.language(), &subject, &blocks)
}

/// Shows the button that confirms the email. Opening the link is not enough, since programs that scan mail open links too.
pub async fn show_confirm(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<Signed>,
) -> Result<Response> {
    let Some(set_at) = verify_signature(&app, &mut db, id, &query.key).await? else {
        return Ok(void_link_page(layout));
    };
    let words = layout.words;
    let title = &layout.publication.title;
    let path = confirmation_path(&app.keys, id, set_at);
    let page = NoticePage {
        heading: words.say("staff-confirm-title"),
        said: words.with("staff-confirm-explained", "title", title),
        button: Some((path, words.say("staff-letter-act"))),
        leads_to: None,
        layout,
    };
    Ok(Page(page).private())
}

/// Marks the email as confirmed.
pub async fn confirm(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<Signed>,
) -> Result<Response> {
    let set_at = verify_signature(&app, &mut db, id, &query.key).await?;
    let is_confirmed = match set_at {
        Some(set_at) => store::confirm(&mut db, id, set_at, app.clock.now()).await?,
        None => false,
    };
    if !is_confirmed {
        return Ok(void_link_page(layout));
    }
    tracing::info!(account = %id, "confirmed their email");
    let words = layout.words;
    let page = NoticePage {
        heading: words.say("staff-confirmed"),
        said: words.say("staff-confirmed-explained"),
        button: None,
        leads_to: Some(("/admin/account", words.say("account-title"))),
        layout,
    };
    Ok(Page(page).private())
}

/// Returns the time at which the email was set that `key` confirms; `None` if it has been replaced since, or the link is too
/// old.
async fn verify_signature(
    app: &App,
    db: &mut sqlx::PgConnection,
    id: AccountId,
    key: &str,
) -> Result<Option<Ts>> {
    let email = store::find(db, id).await?;
    let email = email.filter(|email| email.may_be_confirmed(app.clock.now()));
    let set_at = email.and_then(|email| email.set_at);
    Ok(set_at.filter(|set_at| app.keys.is_signed(PURPOSE, &signed_value(id, *set_at), key)))
}

fn void_link_page(layout: Layout) -> Response {
    let words = layout.words;
    let page = NoticePage {
        heading: words.say("signed-void"),
        said: words.say("staff-confirm-void"),
        button: None,
        leads_to: Some(("/admin/account", words.say("account-title"))),
        layout,
    };
    Page(page).with_status(StatusCode::NOT_FOUND)
}
