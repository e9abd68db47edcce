//! Templates as HTTP responses.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::error::{Error, SkipErrorPage};
use crate::text::input;

/// Template that is rendered as an HTML response.
pub struct Page<T>(pub T);

impl<T: Template> Page<T> {
    /// Responds with a status other than 200. The response answers one visitor's request, so no cache may store it.
    pub fn with_status(self, status: StatusCode) -> Response {
        let page = self.into_response();
        if page.status() != StatusCode::OK {
            // Rendering failed: the 500 stays as it is.
            return page;
        }
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        (status, no_store, SkipErrorPage, page).into_response()
    }

    /// Responds with this status and a `Retry-After` header.
    pub fn with_retry_after(self, status: StatusCode, seconds: u64) -> Response {
        let retry_after = [(header::RETRY_AFTER, seconds.to_string())];
        (retry_after, self.with_status(status)).into_response()
    }

    /// Responds with headers that forbid caches to store the page and search engines to list it.
    pub fn into_private_response(self) -> Response {
        let headers = [
            (header::CACHE_CONTROL, "no-store"),
            (header::HeaderName::from_static("x-robots-tag"), "noindex"),
        ];
        (headers, self).into_response()
    }
}

/// Redirects to `page` after a form was saved.
pub fn redirect_after_post(page: &str) -> Redirect {
    // Without a fragment of its own the redirect inherits the form's, which leads to the errors.
    Redirect::to(&format!("{page}#content"))
}

fn replace_invalid_chars(html: &str) -> String {
    html.chars()
        .map(
            |c| match input::has_invalid_chars(c.encode_utf8(&mut [0; 4])) {
                true => char::REPLACEMENT_CHARACTER,
                false => c,
            },
        )
        .collect()
}

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(mut html) => {
                // A field given back as typed or an imported comment may hold a control character, which HTML does not allow
                // (13.2.2, "control-character-in-input-stream").
                if input::has_invalid_chars(&html) {
                    html = replace_invalid_chars(&html);
                }
                ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
            }
            Err(error) => {
                Error::Internal(anyhow::Error::new(error).context("a page does not render"))
                    .into_response()
            }
        }
    }
}
