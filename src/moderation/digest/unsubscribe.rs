//! Ending the digests by the link in one of them, without signing in. GET shows a button; POST ends them, for that button and
//! for the one-click request of a mail program (RFC 8058).

use axum::extract::State;
use axum::response::Response;
use sqlx::PgConnection;

use crate::accounts::{Rhythm, address_store};
use crate::admin::NoticePage;
use crate::app::App;
use crate::clock::Ts;
use crate::crypto::Keys;
use crate::ids::AccountId;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result, Signed};

/// Purpose that the signature of the URL is bound to.
const SIGNATURE_PURPOSE: &str = "digest stop";

/// Returns the path that ends the digests to the email that an account entered at `set_at`.
///
/// It still works when the pages of digests have become invalid: the owner of the mailbox wants no more mail.
pub(super) fn signed_path(keys: &Keys, id: AccountId, set_at: Ts) -> String {
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
    Query(query): Query<Signed>,
) -> Result<Response> {
    let frequency = find_frequency(&app, &mut db, id, &query.key).await?;
    let words = layout.words;
    // A second click sees the same page as the first.
    if frequency == Rhythm::Never {
        return Ok(confirmation_page(layout));
    }
    let page = NoticePage {
        heading: words.say("digest-stop-title"),
        said: words.with("digest-stop-explained", "title", &layout.publication.title),
        button: Some((
            format!("/moderators/{id}/stop?key={}", query.key),
            words.say("digest-stop-act"),
        )),
        leads_to: None,
        layout,
    };
    Ok(Page(page).private())
}

/// Ends the digests. The body is not read.
pub async fn unsubscribe(
    State(app): State<App>,
    layout: Layout,
    Path(id): Path<AccountId>,
    Query(query): Query<Signed>,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    find_frequency(&app, &mut db, id, &query.key).await?;
    address_store::set_rhythm(&mut db, id, Rhythm::Never).await?;
    db.commit().await?;
    tracing::info!(account = %id, "digests ended by the link in a mail");
    Ok(confirmation_page(layout))
}

/// Finds the digest frequency of the account that the signature is valid for; 404 for any other signature.
async fn find_frequency(
    app: &App,
    db: &mut PgConnection,
    id: AccountId,
    key: &str,
) -> Result<Rhythm> {
    let mail = address_store::find(db, id).await?.ok_or(Error::NotFound)?;
    let set_at = mail.set_at.ok_or(Error::NotFound)?;
    match app
        .keys
        .is_signed(SIGNATURE_PURPOSE, &signed_bytes(id, set_at), key)
    {
        true => Ok(mail.rhythm),
        false => Err(Error::NotFound),
    }
}

fn confirmation_page(layout: Layout) -> Response {
    let words = layout.words;
    let page = NoticePage {
        heading: words.say("digest-stopped"),
        said: words.say("digest-stopped-explained"),
        button: None,
        leads_to: Some(("/admin/account", words.say("account-title"))),
        layout,
    };
    Page(page).private()
}
