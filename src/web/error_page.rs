//! Error pages. One middleware layer makes them for all failed responses, whichever handler or layer returned those.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use super::error::{RedirectToSignIn, SkipErrorPage};
use super::layout::Layout;
use super::page::Page;
use super::request_id::RequestId;
use crate::app::App;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    title: String,
    advice: String,
    request_id: Option<String>,
}

/// Replaces every failed response by an error page, unless it is a complete page already. Redirects visitors who must
/// sign in.
pub async fn render_error_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map(|request_id| request_id.0.clone());
    // Only a GET can be repeated after signing in.
    let return_to = (request.method() == Method::GET).then(|| request.uri().to_string());
    let response = next.run(request).await;
    if response.extensions().get::<RedirectToSignIn>().is_some() {
        return Redirect::to(&sign_in_url(return_to.as_deref())).into_response();
    }
    let status = response.status();
    let is_complete = response.extensions().get::<SkipErrorPage>().is_some();
    if is_complete || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let layout = Layout::load_or_last_known(&app).await;
    let key = match status.as_u16() {
        403 => "error-forbidden",
        404 => "error-not-found",
        405 => "error-method",
        408 => "error-timeout",
        413 => "error-too-large",
        503 => "error-unavailable",
        400..=499 => "error-bad-request",
        _ => "error-internal",
    };
    let page = ErrorPage {
        title: layout.translator.text(key),
        advice: layout.translator.text(&format!("{key}-advice")),
        // Only errors of the server are in the log, where the ID finds them.
        request_id: request_id.filter(|_| status.is_server_error()),
        layout,
    };
    let mut page = Page(page).with_status(status);
    // The new page must not lose what belongs to the status, such as `Allow`, which a 405 requires (RFC 9110, section
    // 15.5.6).
    for name in [header::RETRY_AFTER, header::ALLOW, header::CONNECTION] {
        if let Some(value) = response.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page.headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}

/// Returns the URL of the sign-in page. After signing in, the visitor is redirected to `return_to`.
fn sign_in_url(return_to: Option<&str>) -> String {
    match return_to {
        Some(next) if next != "/admin" => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("/admin/sign-in?next={next}")
        }
        _ => "/admin/sign-in".to_owned(),
    }
}
