//! A filled template as an answer.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::error::{Error, Told};

/// A page for a browser.
pub struct Page<T>(pub T);

impl<T: Template> Page<T> {
    /// The page with another status than 200. It answers one person's request: no cache may keep it.
    pub fn with_status(self, status: StatusCode) -> Response {
        let page = self.into_response();
        if page.status() != StatusCode::OK {
            // It did not render.
            return page;
        }
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        (status, no_store, Told, page).into_response()
    }

    /// The same for who is to try again after so many seconds.
    pub fn try_again(self, status: StatusCode, seconds: u64) -> Response {
        let retry_after = [(header::RETRY_AFTER, seconds.to_string())];
        (retry_after, self.with_status(status)).into_response()
    }

    /// The page, for one person: no cache may keep it and no search engine list it.
    pub fn private(self) -> Response {
        let headers = [
            (header::CACHE_CONTROL, "no-store"),
            (header::HeaderName::from_static("x-robots-tag"), "noindex"),
        ];
        (headers, self).into_response()
    }
}

/// Sends on to a page after a form was taken. With a fragment of its own: a browser would keep the form's, which leads to
/// its mistakes. This one leads to the top.
pub fn go_to(page: &str) -> Redirect {
    Redirect::to(&format!("{page}#content"))
}

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(mut html) => {
                // A field that is given back as it was typed may hold one, and HTML has no place for it (its 13.2.2,
                // "unexpected-null-character"): browsers show U+FFFD instead.
                if html.contains('\0') {
                    html = html.replace('\0', "\u{FFFD}");
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
