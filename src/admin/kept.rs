//! A form of the desk that could not be taken: everything that was typed comes back, ready to be sent again.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::web::error::{RETRY_AFTER, in_time};
use crate::web::requests::Reference;
use crate::web::{Error, Fields, Layout, Page, Result};

#[derive(Template)]
#[template(path = "admin/kept.html")]
struct KeptPage {
    layout: Layout,
    /// Where the catalogue has what happened and what to do: its beginning.
    key: &'static str,
    must_sign_in: bool,
    /// By which the log speaks of what broke.
    reference: Option<String>,
    action: String,
    typed: Vec<(String, String)>,
}

/// Takes a form: the answer is what `work` makes of it. If that fails, `fields` come back, to be sent to `action` again.
pub async fn take_form(
    app: &App,
    reference: Reference,
    action: &str,
    fields: &Fields,
    work: impl Future<Output = Result<Response>>,
) -> Response {
    let error = match in_time(work).await {
        Ok(answer) => return answer,
        Err(error) => error,
    };
    let (status, key) = match &error {
        Error::SignInFirst => (StatusCode::UNAUTHORIZED, "kept-signed-out"),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "kept-unavailable"),
        Error::Internal(cause) => {
            tracing::error!("a form of the desk was not taken: {cause:#}");
            (StatusCode::INTERNAL_SERVER_ERROR, "kept-internal")
        }
        Error::NotFound | Error::Forbidden | Error::BadRequest(_) => return error.into_response(),
    };
    let typed = fields
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let page = KeptPage {
        layout: Layout::at_any_rate(app).await,
        key,
        must_sign_in: status == StatusCode::UNAUTHORIZED,
        reference: (status == StatusCode::INTERNAL_SERVER_ERROR).then_some(reference.0),
        action: action.to_owned(),
        typed,
    };
    match status {
        StatusCode::SERVICE_UNAVAILABLE => Page(page).try_again(status, RETRY_AFTER),
        _ => Page(page).with_status(status),
    }
}

impl KeptPage {
    fn part(&self, what: &str) -> String {
        self.layout.words.say(&format!("{}-{what}", self.key))
    }
}
