//! Email of the viewer's own account, and the frequency of digests. The confirmation email is the only email that is sent
//! until the owner has opened its link and pressed the button on that page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::account::AccountPage;
use super::layout::AdminLayout;
use super::notice::NoticePage;
use crate::accounts::DigestFrequency;
use crate::accounts::store::staff_email as store;
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::{Email, EmailError};
use crate::crypto::KeyRing;
use crate::ids::AccountId;
use crate::mail::message::{EmailBlock, EmailLink, EmailMessage};
use crate::mail::outbox;
use crate::web::form::FormData;
use crate::web::{
    ClientIp, Db, Error, Layout, Page, Path, Query, Result, SignatureQuery, redirect_after_post,
};

/// Purpose for which the links in confirmation emails are signed.
const PURPOSE: &str = "staff address";

/// Returns the signed path of the page that confirms an account's email. `set_at` is the time at which the email was set.
pub fn confirmation_path(keys: &KeyRing, id: AccountId, set_at: Ts) -> String {
    let key = keys.sign(PURPOSE, &signed_value(id, set_at));
    format!("/moderators/{id}/confirm?key={key}")
}

fn signed_value(id: AccountId, set_at: Ts) -> Vec<u8> {
    // The time makes the link of a replaced email useless for the next one.
    format!("{id} {}", set_at.unix_micros()).into_bytes()
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct StaffEmailForm {
    action: EmailAction,
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

/// Sets or removes the viewer's email. The form must contain the current passphrase.
pub async fn set_email(
    State(app): State<App>,
    admin_layout: AdminLayout,
    client: ClientIp,
    jar: CookieJar,
    FormData { value: form, .. }: FormData<StaffEmailForm>,
) -> Result<Response> {
    let translator = admin_layout.layout.translator;
    let layout = admin_layout.layout.clone();
    let id = admin_layout.viewer.id;
    let is_removal = form.action == EmailAction::Remove;
    let mut page = AccountPage::load(&app, admin_layout).await?;
    page.frequency = DigestFrequency::parse(&form.digest).unwrap_or(page.frequency);
    let email = Email::parse(&form.email);
    page.typed_email = form.email;
    if let (Err(error), false) = (&email, is_removal) {
        let key = match error {
            EmailError::Missing => "staff-mail-missing",
            EmailError::Malformed => "reply-email-malformed",
            EmailError::TooLong => "reply-email-too-long",
        };
        page.errors.push(translator, "email", key);
    }
    let check = page.check_passphrase(&app, client, &jar, "mail_present", &form.passphrase);
    if let Err(refusal) = check.await? {
        return Ok(refusal.respond(page));
    }
    if !page.errors.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let Some(email) = email.ok().filter(|_| !is_removal) else {
        store::delete(&mut db, id).await?;
        db.commit().await?;
        tracing::info!(account = %id, "staff email removed");
        return Ok(redirect_after_post("/admin/account?mail=removed").into_response());
    };
    let sealed = email.seal_for_account(&app.keys, id);
    if !store::update(&mut db, id, &sealed, page.frequency, now).await? {
        page.errors.push(translator, "email", "staff-mail-too-soon");
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let message = confirmation_email(&app, &layout, id, now);
    // In the same transaction: without its message the email could never be confirmed.
    outbox::enqueue(&mut db, &app.keys, id, &message, None, now).await?;
    db.commit().await?;
    tracing::info!(account = %id, "staff email set; a confirmation link is sent to it");
    Ok(redirect_after_post("/admin/account?mail=asked").into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DigestForm {
    digest: String,
}

/// Changes how often the viewer receives a digest.
pub async fn set_digest_frequency(
    State(app): State<App>,
    admin_layout: AdminLayout,
    form: FormData<DigestForm>,
) -> Result<Response> {
    let frequency = DigestFrequency::parse(&form.value.digest)
        .ok_or(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY))?;
    let mut db = app.pool.begin().await?;
    let is_set = store::update_frequency(&mut db, admin_layout.viewer.id, frequency).await?;
    db.commit().await?;
    Ok(redirect_after_post(match is_set {
        true => "/admin/account?mail=changed",
        false => "/admin/account",
    })
    .into_response())
}

/// Builds the email that asks the account's owner to confirm the email address.
fn confirmation_email(app: &App, layout: &Layout, id: AccountId, set_at: Ts) -> EmailMessage {
    let translator = layout.translator;
    let title = &layout.publication.title;
    let blocks = [
        EmailBlock::Paragraph(translator.format("staff-email-why", "title", title)),
        EmailBlock::Action(EmailLink {
            label: translator.text("staff-email-act"),
            url: layout.absolute_url(&confirmation_path(&app.keys, id, set_at)),
        }),
        EmailBlock::Footnote(translator.text("staff-email-not-you")),
    ];
    let subject = translator.format("staff-email-subject", "title", title);
    EmailMessage::new(translator.language(), &subject, &blocks)
}

/// Shows the page with the button that confirms an account's email. Opening the page changes nothing, since mail programs
/// may open links by themselves.
pub async fn show_confirm(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<SignatureQuery>,
) -> Result<Response> {
    let Some(set_at) = verify_signature(&app, &mut db, id, &query.key).await? else {
        return Ok(void_link_page(layout));
    };
    // A button, since programs that scan mail open links too.
    let path = confirmation_path(&app.keys, id, set_at);
    let page = NoticePage::new(layout, "staff-confirm-title", "staff-confirm-explained")
        .with_button(path, "staff-email-act");
    Ok(Page(page).into_private_response())
}

/// Marks an account's email as confirmed.
pub async fn confirm(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<SignatureQuery>,
) -> Result<Response> {
    let set_at = verify_signature(&app, &mut db, id, &query.key).await?;
    let is_confirmed = match set_at {
        Some(set_at) => store::confirm(&mut db, id, set_at, app.clock.now()).await?,
        None => false,
    };
    if !is_confirmed {
        return Ok(void_link_page(layout));
    }
    tracing::info!(account = %id, "staff email confirmed");
    let page = NoticePage::new(layout, "staff-confirmed", "staff-confirmed-explained")
        .with_link("/admin/account", "account-title");
    Ok(Page(page).into_private_response())
}

/// Verifies the signature `key` of a confirmation link. Returns the time at which the email was set, or `None` if the
/// email has been replaced since then or the link is too old.
async fn verify_signature(
    app: &App,
    db: &mut sqlx::PgConnection,
    id: AccountId,
    key: &str,
) -> Result<Option<Ts>> {
    let email = store::find(db, id).await?;
    let email = email.filter(|email| email.may_be_confirmed(app.clock.now()));
    let set_at = email.and_then(|email| email.set_at);
    Ok(set_at.filter(|set_at| {
        app.keys
            .verify_signature(PURPOSE, &signed_value(id, *set_at), key)
    }))
}

fn void_link_page(layout: Layout) -> Response {
    let page = NoticePage::new(layout, "signed-void", "staff-confirm-void")
        .with_link("/admin/account", "account-title");
    Page(page).with_status(StatusCode::NOT_FOUND)
}
