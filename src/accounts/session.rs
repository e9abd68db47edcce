//! Being signed in: a random token in a cookie, its hash in the database.

use axum_extra::extract::cookie::{Cookie, CookieJar};
use sqlx::PgConnection;

use super::store;
use crate::app::App;
use crate::crypto;
use crate::ids::AccountId;

/// How long a session lasts, in seconds: thirty days.
const LASTS: i64 = 30 * 24 * 60 * 60;

/// The cookie's name. The `__Host-` prefix (RFC 6265bis §4.1.3.2) makes browsers refuse it from anyone but this host
/// over https; over plain http they would refuse it from us too.
fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() {
        "__Host-broadsheet"
    } else {
        "broadsheet"
    }
}

/// Starts a session and gives the cookie that carries it.
pub async fn start(
    app: &App,
    db: &mut PgConnection,
    id: AccountId,
) -> sqlx::Result<Cookie<'static>> {
    let token = crypto::token();
    let now = app.clock.now();
    store::insert_session(
        db,
        &crypto::token_hash(&token),
        id,
        now,
        now.plus_seconds(LASTS),
    )
    .await?;
    let name = cookie_name(app);
    let secure = if app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LASTS}{secure}");
    Ok(Cookie::parse(cookie).expect("a token is hexadecimal, so the cookie parses"))
}

/// The hash of the token a browser sent.
pub fn token_hash(app: &App, jar: &CookieJar) -> Option<Vec<u8>> {
    jar.get(cookie_name(app))
        .map(|cookie| crypto::token_hash(cookie.value()))
}

/// The cookie that makes a browser forget its session.
pub fn forget(app: &App) -> Cookie<'static> {
    Cookie::build((cookie_name(app), ""))
        .path("/")
        .secure(app.config.is_https())
        .build()
}
