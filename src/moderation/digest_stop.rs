//! The end of the digests, by the link in one, without signing in. GET shows; POST acts, for a person's button and for the
//! one click of a mail program (RFC 8058).

use axum::extract::State;
use axum::response::Response;

use crate::accounts::{Rhythm, address_store};
use crate::admin::NoticePage;
use crate::app::App;
use crate::clock::Ts;
use crate::crypto::Keys;
use crate::ids::AccountId;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result, Signed};

/// What the signature on the address is for.
const PURPOSE: &str = "digest stop";

/// Where digests to the address that an account gave at this moment are ended. It goes on working when the pages of
/// digests are void: whoever reads that mailbox wants no more letters.
pub fn address(keys: &Keys, id: AccountId, set_at: Ts) -> String {
    let key = keys.sign(PURPOSE, &signed(id, set_at));
    format!("/moderators/{id}/stop?key={key}")
}

fn signed(id: AccountId, set_at: Ts) -> Vec<u8> {
    format!("{id} {}", set_at.unix_micros()).into_bytes()
}

/// What would be ended.
pub async fn show_stop(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<Signed>,
) -> Result<Response> {
    let rhythm = find(&app, &mut db, id, &query.key).await?;
    let words = layout.words;
    if rhythm == Rhythm::Never {
        return Ok(stopped(layout));
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

/// Ends them, whatever the body says.
pub async fn stop(
    State(app): State<App>,
    layout: Layout,
    Path(id): Path<AccountId>,
    Query(query): Query<Signed>,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    find(&app, &mut db, id, &query.key).await?;
    address_store::set_rhythm(&mut db, id, Rhythm::Never).await?;
    db.commit().await?;
    tracing::info!(account = %id, "digests were ended by mail");
    Ok(stopped(layout))
}

/// How often whoever the key is for hears of what waits.
async fn find(app: &App, db: &mut sqlx::PgConnection, id: AccountId, key: &str) -> Result<Rhythm> {
    let mail = address_store::find(db, id).await?.ok_or(Error::NotFound)?;
    let set_at = mail.set_at.ok_or(Error::NotFound)?;
    match app.keys.is_signed(PURPOSE, &signed(id, set_at), key) {
        true => Ok(mail.rhythm),
        false => Err(Error::NotFound),
    }
}

fn stopped(layout: Layout) -> Response {
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
