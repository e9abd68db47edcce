//! Unsubscribes moderators from digests by a signed link in the email, without signing in. GET shows a button. POST
//! unsubscribes, both for that button and for the one-click request of mail programs (RFC 8058).

use axum::extract::State;
use axum::response::Response;
use sqlx::PgConnection;

use crate::accounts::DigestFrequency;
use crate::accounts::store::staff_email as staff_email_store;
use crate::admin::NoticePage;
use crate::app::App;
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::ids::AccountId;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result, SignatureQuery};

/// Purpose that the URL's signature is bound to, so that no other signed URL is valid here.
const SIGNATURE_PURPOSE: &str = "digest stop";

/// Returns the signed path that unsubscribes the account from digests. It is bound to the email that was entered at
/// `set_at`.
///
/// It stays valid when the URLs of digest pages become invalid, so that the owner of the mailbox can always unsubscribe.
pub(super) fn signed_path(keys: &KeyRing, id: AccountId, set_at: Ts) -> String {
    let key = keys.sign(SIGNATURE_PURPOSE, &signed_bytes(id, set_at));
    format!("/moderators/{id}/stop?key={key}")
}

fn signed_bytes(id: AccountId, set_at: Ts) -> Vec<u8> {
    // With the time of entry, the link in an old mailbox cannot end the mails to a new email.
    format!("{id} {}", set_at.unix_micros()).into_bytes()
}

pub async fn show_unsubscribe(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<SignatureQuery>,
) -> Result<Response> {
    let frequency = find_frequency(&app, &mut db, id, &query.key).await?;
    // A second click sees the same page as the first.
    if frequency == DigestFrequency::Never {
        return Ok(confirmation_page(layout));
    }
    let path = format!("/moderators/{id}/stop?key={}", query.key);
    let page = NoticePage::new(layout, "digest-stop-title", "digest-stop-explained")
        .with_button(path, "digest-stop-act");
    Ok(Page(page).into_private_response())
}

/// Unsubscribes the account from digests. Ignores the body of the request.
pub async fn unsubscribe(
    State(app): State<App>,
    layout: Layout,
    Path(id): Path<AccountId>,
    Query(query): Query<SignatureQuery>,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    find_frequency(&app, &mut db, id, &query.key).await?;
    staff_email_store::update_frequency(&mut db, id, DigestFrequency::Never).await?;
    db.commit().await?;
    tracing::info!(account = %id, "digests ended by the link in an email");
    Ok(confirmation_page(layout))
}

/// Finds the digest frequency of the account, if the signature is valid for it. Any other signature is a 404 error.
async fn find_frequency(
    app: &App,
    db: &mut PgConnection,
    id: AccountId,
    key: &str,
) -> Result<DigestFrequency> {
    let mail = staff_email_store::find(db, id)
        .await?
        .ok_or(Error::NotFound)?;
    let set_at = mail.set_at.ok_or(Error::NotFound)?;
    match app
        .keys
        .verify_signature(SIGNATURE_PURPOSE, &signed_bytes(id, set_at), key)
    {
        true => Ok(mail.frequency),
        false => Err(Error::NotFound),
    }
}

fn confirmation_page(layout: Layout) -> Response {
    let page = NoticePage::new(layout, "digest-stopped", "digest-stopped-explained")
        .with_link("/admin/account", "account-title");
    Page(page).into_private_response()
}
