//! Recognition of browsers in which a commenter's email was verified. The browser has a random token in a cookie, and the
//! database has its hash. Public pages never read the cookie.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::cookie::{Cookie, CookieJar};

use crate::app::App;
use crate::crypto;
use crate::web::Error;

/// Lifetime of the cookie in seconds: one year, as long as WordPress remembers a commenter.
const COOKIE_LIFETIME_SECS: i64 = 365 * 24 * 60 * 60;

/// Hash of the token in a browser's cookie, if the browser sent one.
#[derive(Clone, Debug, Default)]
pub struct BrowserToken(pub Option<Vec<u8>>);

/// Returns the name of the cookie. Over https it has the prefix `__Host-`, so that browsers accept the cookie from this
/// host over https only (RFC 6265bis §4.1.3.2).
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

/// Creates a random token for a browser. Returns the token's hash and a cookie with the token.
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
    let cookie = Cookie::parse(cookie).expect("a cookie with a hexadecimal token parses");
    (crypto::hash_token(&token), cookie)
}
