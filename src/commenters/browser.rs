//! Browsers in which a commenter's email was verified: a random token in a cookie, its hash in the database. Public pages
//! never read the cookie.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::cookie::{Cookie, CookieJar};

use crate::app::App;
use crate::crypto;
use crate::web::Error;

/// One year, as long as WordPress remembers a commenter.
const COOKIE_LIFETIME_SECS: i64 = 365 * 24 * 60 * 60;

/// The hash of the token that a browser sent, if any.
#[derive(Clone, Debug, Default)]
pub struct BrowserToken(pub Option<Vec<u8>>);

/// Returns the cookie's name, with the prefix explained in [`accounts::session`](crate::accounts::session).
fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() {
        "__Host-broadsheet-commenter"
    } else {
        "broadsheet-commenter"
    }
}

impl FromRequestParts<App> for BrowserToken {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let jar = CookieJar::from_headers(&parts.headers);
        let token = jar.get(cookie_name(app));
        Ok(Self(token.map(|cookie| crypto::hash_token(cookie.value()))))
    }
}

/// Creates a token for a browser; returns its hash and its cookie.
pub fn new_token(app: &App) -> (Vec<u8>, Cookie<'static>) {
    let token = crypto::generate_token();
    let secure = if app.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let name = cookie_name(app);
    let cookie = format!(
        "{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={COOKIE_LIFETIME_SECS}{secure}"
    );
    let cookie = Cookie::parse(cookie).expect("a token is hexadecimal, so the cookie parses");
    (crypto::hash_token(&token), cookie)
}
