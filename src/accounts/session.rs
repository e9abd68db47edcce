//! Sessions of signed-in staff. The browser has a random token in a cookie, and the database has its hash.

use axum_extra::extract::cookie::{Cookie, CookieJar};
use sqlx::PgConnection;

use super::store;
use crate::app::App;
use crate::crypto;
use crate::ids::AccountId;

/// Lifetime of a session in seconds: thirty days.
const SESSION_LIFETIME: i64 = 30 * 24 * 60 * 60;

fn cookie_name(app: &App) -> &'static str {
    // With the prefix `__Host-` browsers take the cookie from this host over https only (RFC 6265bis §4.1.3.2). Over plain http
    // they would not take it from us either.
    if app.config.is_https() {
        "__Host-broadsheet"
    } else {
        "broadsheet"
    }
}

/// Creates a session for an account and returns its cookie.
pub async fn create_session(
    app: &App,
    db: &mut PgConnection,
    id: AccountId,
) -> sqlx::Result<Cookie<'static>> {
    let token = crypto::generate_token();
    let now = app.clock.now();
    store::insert_session(
        db,
        // Only the hash is stored, so that nobody can sign in with what the database holds.
        &crypto::hash_token(&token),
        id,
        now,
        now.plus_seconds(SESSION_LIFETIME),
    )
    .await?;
    Ok(build_cookie(
        app,
        cookie_name(app),
        &token,
        SESSION_LIFETIME,
    ))
}

/// Builds a cookie that only this host gets, and no script. The value consists of letters, digits and dots.
pub(super) fn build_cookie(app: &App, name: &str, value: &str, lifetime: i64) -> Cookie<'static> {
    let secure = if app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    // Lax, not Strict: a link to an admin page in an email must open signed in. Other sites cannot post forms, which the
    // CSRF layer of the router refuses.
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={lifetime}{secure}");
    Cookie::parse(cookie).expect("a cookie without special characters parses")
}

/// Returns the hash of the session token in the request's cookies, if there is one.
pub fn session_token_hash(app: &App, jar: &CookieJar) -> Option<Vec<u8>> {
    jar.get(cookie_name(app))
        .map(|cookie| crypto::hash_token(cookie.value()))
}

/// Returns a cookie that makes the browser delete the session's cookie.
pub fn removal_cookie(app: &App) -> Cookie<'static> {
    build_removal_cookie(app, cookie_name(app))
}

/// Builds a cookie that makes the browser delete the one with this name.
pub(super) fn build_removal_cookie(app: &App, name: &'static str) -> Cookie<'static> {
    // A browser removes a cookie only by the same name and path, and ignores one with the prefix `__Host-` that is
    // not secure.
    Cookie::build((name, ""))
        .path("/")
        .secure(app.config.is_https())
        .build()
}
