//! Recovery of forms that could not be saved: the visitor gets back everything that was entered, ready to be submitted
//! again.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::fields::FormFields;
use crate::app::App;
use crate::web::error::{Error, RETRY_AFTER_SECONDS, Result, with_timeout};
use crate::web::layout::Layout;
use crate::web::page::Page;
use crate::web::request_id::RequestId;

#[derive(Template)]
#[template(path = "resubmit.html")]
struct ResubmitPage {
    layout: Layout,
    /// Prefix of the keys of the page's translated messages.
    key: &'static str,
    must_sign_in: bool,
    request_id: Option<String>,
    action: String,
    fields: FormFields,
}

impl ResubmitPage {
    fn text(&self, part: &str) -> String {
        self.layout.translator.text(&format!("{}-{part}", self.key))
    }
}

/// Returns the response of `work`. If the visitor is signed out, the database is unreachable, `work` takes longer than ten
/// seconds or an internal error occurs, returns a page with a button that submits `fields` to `action` again.
pub async fn submit_or_recover(
    app: &App,
    request_id: RequestId,
    action: &str,
    fields: &FormFields,
    work: impl Future<Output = Result<Response>>,
) -> Response {
    let error = match with_timeout(work).await {
        Ok(response) => return response,
        Err(error) => error,
    };
    let key = match error {
        Error::SignInRequired => "resubmit-signed-out",
        Error::Unavailable => "resubmit-unavailable",
        Error::Internal(_) => "resubmit-internal",
        // Sending the form again would fail in the same way, or what it belongs to is gone.
        Error::NotFound | Error::Forbidden | Error::BadRequest(_) => return error.into_response(),
    };
    let page = Page(ResubmitPage {
        layout: Layout::load_or_last_known(app).await,
        key,
        must_sign_in: matches!(error, Error::SignInRequired),
        request_id: matches!(error, Error::Internal(_)).then_some(request_id.0),
        action: action.to_owned(),
        fields: fields.clone(),
    });
    match error {
        Error::SignInRequired => page.with_status(StatusCode::UNAUTHORIZED),
        Error::Internal(cause) => {
            tracing::error!(
                "a form was not saved and its text was given back to the visitor: {cause:#}"
            );
            page.with_status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        _ => page.with_retry_after(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER_SECONDS),
    }
}
