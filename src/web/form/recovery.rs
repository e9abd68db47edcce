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

/// Reason for which a form was not saved although its contents may be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitFailure {
    SignedOut,
    NotFound,
    /// The database is unreachable or too slow.
    Unavailable,
    Internal,
}

impl SubmitFailure {
    fn from_error(error: &Error) -> Option<Self> {
        match error {
            Error::SignInRequired => Some(Self::SignedOut),
            Error::NotFound => Some(Self::NotFound),
            Error::Unavailable => Some(Self::Unavailable),
            Error::Internal(_) => Some(Self::Internal),
            // Sending the form again would fail in the same way.
            Error::Forbidden | Error::BadRequest(_) => None,
        }
    }
}

/// Returns the response of `work`. If `work` fails or takes longer than ten seconds, returns the page that `render` makes
/// for the failure, with the matching status. If `render` returns `None`, the response is the usual error page.
pub async fn submit_or_render<P: Template>(
    work: impl Future<Output = Result<Response>>,
    render: impl AsyncFnOnce(SubmitFailure) -> Option<Page<P>>,
) -> Response {
    let error = match with_timeout(work).await {
        Ok(response) => return response,
        Err(error) => error,
    };
    let page = match SubmitFailure::from_error(&error) {
        Some(failure) => render(failure).await,
        None => None,
    };
    let Some(page) = page else {
        // This logs the cause of an internal error, as the branch below does.
        return error.into_response();
    };
    match error {
        Error::Unavailable => {
            page.with_retry_after(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER_SECONDS)
        }
        Error::Internal(cause) => {
            tracing::error!(
                "a form was not saved and its text was given back to the visitor: {cause:#}"
            );
            page.with_status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Error::SignInRequired => page.with_status(StatusCode::UNAUTHORIZED),
        _ => page.with_status(StatusCode::NOT_FOUND),
    }
}

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

/// Returns the response of `work`. If the visitor is signed out, the database is unreachable or an internal error occurs,
/// returns a page with a button that submits `fields` to `action` again.
pub async fn submit_or_recover(
    app: &App,
    request_id: RequestId,
    action: &str,
    fields: &FormFields,
    work: impl Future<Output = Result<Response>>,
) -> Response {
    submit_or_render(work, async |failure| {
        let key = match failure {
            SubmitFailure::SignedOut => "resubmit-signed-out",
            SubmitFailure::Unavailable => "resubmit-unavailable",
            SubmitFailure::Internal => "resubmit-internal",
            // What the form belongs to is gone, so sending it again would not help.
            SubmitFailure::NotFound => return None,
        };
        Some(Page(ResubmitPage {
            layout: Layout::load_or_last_known(app).await,
            key,
            must_sign_in: failure == SubmitFailure::SignedOut,
            request_id: (failure == SubmitFailure::Internal).then_some(request_id.0),
            action: action.to_owned(),
            fields: fields.clone(),
        }))
    })
    .await
}
