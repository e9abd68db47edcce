//! One's own account: another passphrase, and the way out of every browser.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{Desk, Section};
use crate::accounts::passphrase::{self, Passphrase};
use crate::accounts::{session, slow_down, store};
use crate::app::App;
use crate::web::{ClientAddress, Fields, Mistakes, Page, Query, Result, go_to};

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

/// Sets another passphrase, given the present one, and ends every other session. Guessing the present one, at a desk
/// that was left open, is as slow as at the door.
pub async fn change_passphrase(
    State(app): State<App>,
    desk: Desk,
    from: ClientAddress,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let words = desk.layout.words;
    let id = desk.viewer.id;
    let mut db = app.pool.acquire().await?;
    let attempt = match slow_down::begin(&app, &mut db, &desk.viewer.handle, from.0).await? {
        Ok(attempt) => attempt,
        Err(seconds) => {
            let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
            let mut mistakes = Mistakes::none();
            mistakes.add("present", words.count("sign-in-wait", wait));
            let page = AccountPage::refusing(desk, mistakes);
            return Ok(page.try_again(StatusCode::TOO_MANY_REQUESTS, seconds));
        }
    };
    let present = store::passphrase_hash(&mut db, id).await?;
    drop(db);
    let mut mistakes = Mistakes::none();
    if passphrase::is_right(&app, fields.get("present"), present).await? {
        slow_down::succeeded(&mut *app.pool.acquire().await?, attempt).await?;
    } else {
        mistakes.say(words, "present", "account-present-wrong");
    }
    let new = Passphrase::parse(fields.get("new"));
    if new.is_none() {
        mistakes.say(words, "new", "account-passphrase-wrong");
    }
    let (Some(new), true) = (new, mistakes.is_empty()) else {
        let page = AccountPage::refusing(desk, mistakes);
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let hash = passphrase::hash(&app, new).await?;
    let mut db = app.pool.begin().await?;
    store::set_passphrase(&mut db, id, &hash).await?;
    store::delete_sessions_of(&mut db, id).await?;
    let cookie = session::start(&app, &mut db, id).await?;
    db.commit().await?;
    tracing::info!(account = %id, "changed their passphrase");
    Ok((jar.add(cookie), go_to("/admin/account?saved=1")).into_response())
}

impl AccountPage {
    fn refusing(desk: Desk, mistakes: Mistakes) -> Page<Self> {
        Page(Self {
            desk,
            section: Section::Account,
            mistakes,
            saved: false,
        })
    }
}
