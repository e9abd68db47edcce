//! Middleware that adds security headers to every response.

use std::sync::LazyLock;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::assets::InlineStyle;
use crate::app::App;

/// Content Security Policy: all resources come from the site itself, inline scripts are forbidden, and the only inline
/// stylesheet is the site's own, allowed by its hash.
static CONTENT_SECURITY_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = InlineStyle::load().csp_hash();
    // connect-src: scripts of admin pages send requests, and Lighthouse fetches robots.txt from within the page.
    // frame-ancestors replaces X-Frame-Options, which browsers that know both are to ignore (CSP Level 2, 7.7.1).
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'self' {style}; script-src 'self'; img-src 'self'; media-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ))
    .expect("the policy is a valid header value")
});

const STATIC_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// HTTPS is enforced for one year (RFC 6797). Subdomains are not included, since the operator may run something else
/// there.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Adds security headers to the response. Adds `Cache-Control` if the handler did not set it.
pub async fn add_security_headers(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_private =
        path == "/admin" || path.starts_with("/admin/") || path.starts_with("/digests/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A handler may have set a policy of its own, as the one for media files does.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert_with(|| CONTENT_SECURITY_POLICY.clone());
    for (name, value) in STATIC_HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if app.config.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(STRICT_TRANSPORT_SECURITY),
        );
    }
    if is_private {
        // Set whatever the handler chose: nothing of an admin page may stay in a shared cache or leak by a Referer, nor
        // the signed URL of a digest. With `no-referrer` a browser would send `Origin: null` with the page's own form,
        // and the form would be refused.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        );
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
    response
}
