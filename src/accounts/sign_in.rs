//! The door: signing in and out.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::model::Handle;
use super::passphrase::verify_passphrase;
use super::viewer::Viewer;
use super::{session, slow_down, store};
use crate::app::App;
use crate::web::{ClientAddress, Db, Fields, Layout, Page, Query, Result, go_to};

/// Where a sign-in leads when nothing else was asked for.
const DESK: &str = "/admin/comments";

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    layout: Layout,
    handle: String,
    next: String,
    mistake: Option<String>,
}

/// What the door was asked for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

/// The sign-in form.
pub async fn show_sign_in(
    layout: Layout,
    Query(asked): Query<Asked>,
    viewer: Result<Viewer>,
) -> Response {
    if viewer.is_ok() {
        return Redirect::to(&inside(&asked.next)).into_response();
    }
    Page(SignInPage {
        layout,
        handle: String::new(),
        next: asked.next,
        mistake: None,
    })
    .into_response()
}

/// Signs in, or says that name and passphrase do not go together; never which of them is wrong.
pub async fn sign_in(
    State(app): State<App>,
    layout: Layout,
    from: ClientAddress,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let typed = fields.get("handle").to_owned();
    let refuse = |mistake| {
        Page(SignInPage {
            layout: layout.clone(),
            handle: typed.clone(),
            next: fields.get("next").to_owned(),
            mistake: Some(mistake),
        })
    };
    let wrong = || {
        let mistake = layout.words.say("sign-in-wrong");
        refuse(mistake).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    };
    let Some(handle) = Handle::parse(&typed) else {
        return Ok(wrong());
    };
    // Only now that the form has arrived: whoever sends it slowly must not keep a connection meanwhile.
    let mut db = app.pool.acquire().await?;
    let attempt = match slow_down::begin(&app, &mut db, handle.as_str(), from.0).await? {
        Ok(attempt) => attempt,
        Err(seconds) => {
            let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
            let mistake = layout.words.count("sign-in-wait", wait);
            return Ok(refuse(mistake).try_again(StatusCode::TOO_MANY_REQUESTS, seconds));
        }
    };
    let (account, hash) = store::find_by_handle(&mut db, &handle).await?.unzip();
    // The connection goes back before the slow part: a crowd at the door must not use up the pool.
    drop(db);
    let is_right = verify_passphrase(
        &app.password_hasher,
        fields.get("passphrase"),
        hash.flatten(),
    )
    .await?;
    let Some(account) = account.filter(|_| is_right) else {
        tracing::info!("a sign-in failed");
        return Ok(wrong());
    };
    let mut db = app.pool.begin().await?;
    slow_down::succeeded(&mut db, attempt).await?;
    let cookie = session::start(&app, &mut db, account.id).await?;
    db.commit().await?;
    tracing::info!(account = %account.id, "signed in");
    Ok((jar.add(cookie), go_to(&inside(fields.get("next")))).into_response())
}

/// Only addresses of the desk: the door leads nowhere else.
fn inside(next: &str) -> String {
    let is_inside = next
        .strip_prefix("/admin/")
        .is_some_and(|rest| !rest.starts_with("sign-in"));
    if is_inside && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        next.to_owned()
    } else {
        DESK.to_owned()
    }
}

/// Ends this browser's session.
pub async fn sign_out(
    State(app): State<App>,
    mut db: Db,
    jar: CookieJar,
    _viewer: Viewer,
) -> Result<Response> {
    if let Some(token_hash) = session::token_hash(&app, &jar) {
        store::delete_session(&mut db, &token_hash).await?;
    }
    Ok((
        jar.remove(session::forget(&app)),
        Redirect::to("/admin/sign-in"),
    )
        .into_response())
}

/// Ends the account's sessions in every browser.
pub async fn sign_out_everywhere(
    State(app): State<App>,
    mut db: Db,
    jar: CookieJar,
    viewer: Viewer,
) -> Result<Response> {
    store::delete_sessions_of(&mut db, viewer.id).await?;
    tracing::info!(account = %viewer.id, "signed out everywhere");
    Ok((
        jar.remove(session::forget(&app)),
        Redirect::to("/admin/sign-in"),
    )
        .into_response())
}

/// The desk begins with what waits.
pub async fn show_desk(_viewer: Viewer) -> Redirect {
    Redirect::to(DESK)
}
