//! The first admin: whoever holds the one-time link from the log. Nobody else can claim the site.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use sqlx::PgConnection;

use super::model::{Handle, Role};
use super::passphrase::Passphrase;
use super::{session, store};
use crate::app::App;
use crate::clock::Ts;
use crate::crypto;
use crate::text::typed;
use crate::web::{Db, Error, Fields, Layout, Mistakes, Page, Query, Result, go_to};

/// Makes a new one-time link if nobody can sign in yet; an older link stops working. Gives its path.
pub async fn invite_first_admin(db: &mut PgConnection, now: Ts) -> sqlx::Result<Option<String>> {
    if !store::is_empty(db).await? {
        return Ok(None);
    }
    let token = crypto::token();
    store::set_claim(db, &crypto::token_hash(&token), now).await?;
    Ok(Some(format!("/admin/setup?token={token}")))
}

#[derive(Template)]
#[template(path = "accounts/claim.html")]
struct ClaimPage {
    layout: Layout,
    token: String,
    name: String,
    handle: String,
    mistakes: Mistakes,
}

/// The link's own secret.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    token: String,
}

/// The form that makes the first admin, for whoever has the link.
pub async fn show_claim(
    layout: Layout,
    mut db: Db,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    if !store::is_claim(&mut db, &crypto::token_hash(&asked.token)).await? {
        return Err(Error::NotFound);
    }
    let page = ClaimPage {
        layout,
        token: asked.token,
        name: String::new(),
        handle: String::new(),
        mistakes: Mistakes::none(),
    };
    Ok(Page(page).private())
}

/// Makes the first admin and signs them in.
pub async fn claim(
    State(app): State<App>,
    layout: Layout,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let token_hash = crypto::token_hash(fields.get("token"));
    if !store::is_claim(&mut db, &token_hash).await? {
        return Err(Error::NotFound);
    }
    drop(db);

    let words = layout.words;
    let mut mistakes = Mistakes::none();
    let name = typed::line(fields.get("name"));
    if typed::is_blank(&name) || typed::has_unreadable(&name) || name.len() > 245 {
        mistakes.say(words, "name", "account-name-wrong");
    }
    let handle = Handle::parse(fields.get("handle"));
    if handle.is_none() {
        mistakes.say(words, "handle", "account-handle-wrong");
    }
    let passphrase = Passphrase::parse(fields.get("passphrase"));
    if passphrase.is_none() {
        mistakes.say(words, "passphrase", "account-passphrase-wrong");
    }
    let (Some(handle), Some(passphrase), true) = (handle, passphrase, mistakes.is_empty()) else {
        let page = ClaimPage {
            layout,
            token: fields.get("token").to_owned(),
            name,
            handle: fields.get("handle").to_owned(),
            mistakes,
        };
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };

    let hash = passphrase.hash_in_turn(&app.password_hasher).await?;
    let mut db = app.pool.begin().await?;
    if !store::use_claim(&mut db, &token_hash).await? || !store::is_empty(&mut db).await? {
        return Err(Error::NotFound);
    }
    let id = store::insert(
        &mut db,
        &handle,
        &name,
        Role::Admin,
        Some(&hash),
        app.clock.now(),
    )
    .await?;
    let Some(id) = id else {
        let mut mistakes = Mistakes::none();
        mistakes.say(words, "handle", "account-handle-taken");
        let page = ClaimPage {
            layout,
            token: fields.get("token").to_owned(),
            name,
            handle: handle.as_str().to_owned(),
            mistakes,
        };
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let cookie = session::start(&app, &mut db, id).await?;
    db.commit().await?;
    tracing::info!(account = %id, "the first admin has claimed the site");
    Ok((jar.add(cookie), go_to("/admin/comments")).into_response())
}
