//! One's own account: another passphrase, and the way out of every browser.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{Desk, Section};
use crate::accounts::passphrase::{self, Passphrase};
use crate::accounts::{session, store};
use crate::app::App;
use crate::web::{Fields, Mistakes, Page, Query, Result};

#[derive(Template)]
#[template(path = "desk/account.html")]
struct AccountPage {
    desk: Desk,
    section: Section,
    mistakes: Mistakes,
    saved: bool,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<u8>,
}

/// The account's page.
pub async fn show_account(desk: Desk, Query(asked): Query<Asked>) -> Response {
    let page = AccountPage {
        desk,
        section: Section::Account,
        mistakes: Mistakes::none(),
        saved: asked.saved.is_some(),
    };
    Page(page).into_response()
}

/// Sets another passphrase, given the present one, and ends every other session.
pub async fn change_passphrase(
    State(app): State<App>,
    desk: Desk,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let words = desk.layout.words;
    let mut mistakes = Mistakes::none();
    let mut db = app.pool.acquire().await?;
    let present = store::passphrase_hash(&mut db, desk.viewer.id).await?;
    drop(db);
    if !passphrase::is_right(&app, fields.get("present"), present).await? {
        mistakes.say(words, "present", "account-present-wrong");
    }
    let new = Passphrase::parse(fields.get("new"));
    if new.is_none() {
        mistakes.say(words, "new", "account-passphrase-wrong");
    }
    let (Some(new), true) = (new, mistakes.is_empty()) else {
        let page = AccountPage {
            desk,
            section: Section::Account,
            mistakes,
            saved: false,
        };
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let hash = passphrase::hash(&app, new).await?;
    let mut db = app.pool.begin().await?;
    store::set_passphrase(&mut db, desk.viewer.id, &hash).await?;
    store::delete_sessions_of(&mut db, desk.viewer.id).await?;
    let cookie = session::start(&app, &mut db, desk.viewer.id).await?;
    db.commit().await?;
    tracing::info!(account = %desk.viewer.id, "changed their passphrase");
    Ok((jar.add(cookie), Redirect::to("/admin/account?saved=1")).into_response())
}
