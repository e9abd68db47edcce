//! Recovery of forms that could not be saved: the visitor gets back everything that was entered, ready to be submitted
//! again.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::fields::FormFields;
use crate::app::App;
use crate::web::error::{Error, RETRY_AFTER_SECONDS, Result, with_timeout};
use crate::web::layout::Layout;
use crate::web::page::Page;
use crate::web::request_id::RequestId;

/// Fields that hold a passphrase or a key, with the message key of their label and their `autocomplete` value. They are
/// never given back.
const SECRET_FIELDS: [(&str, &str, &str); 5] = [
    ("checker_key", "discussion-checker-key", "off"),
    ("passphrase", "account-passphrase", "current-password"),
    ("present", "account-present", "current-password"),
    ("mail_present", "account-present", "current-password"),
    ("new", "account-new", "new-password"),
];

/// Fields in which people write, with the message keys of their labels. Other fields are shown with their names.
const FIELD_LABELS: [(&str, &str); 13] = [
    ("appeal", "settings-appeal"),
    ("author", "field-name"),
    ("body", "editor-body"),
    ("comment", "field-comment"),
    ("email", "field-email"),
    ("published_at", "editor-moment"),
    ("slug", "editor-slug"),
    ("sources", "editor-sources"),
    ("standfirst", "editor-standfirst"),
    ("tagline", "settings-tagline"),
    ("title", "editor-title"),
    ("topics", "editor-topics"),
    ("url", "field-website"),
];

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
    /// A field that must be changed before the form can be saved.
    wrong_field: Option<WrongField>,
    /// Whether the visitor has to read and confirm the fields, because another site may have filled them in.
    must_confirm: bool,
}

/// A field of a form that is given back, and what is wrong with it.
pub struct WrongField {
    pub name: &'static str,
    /// Key of the message that labels it.
    pub label_key: &'static str,
    pub error: String,
}

impl ResubmitPage {
    fn text(&self, part: &str) -> String {
        self.layout.translator.text(&format!("{}-{part}", self.key))
    }

    /// Returns the passphrase and key fields that had a value. A key that was left empty stays as it is.
    fn secret_fields(&self) -> impl Iterator<Item = &(&'static str, &'static str, &'static str)> {
        let was_sent = |field: &str| {
            let mut fields = self.fields.iter();
            fields.any(|(name, value)| name == field && !value.is_empty())
        };
        SECRET_FIELDS
            .iter()
            .filter(move |(field, ..)| was_sent(field))
    }

    /// Returns the names and values of the other fields.
    fn kept_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_secret = |name: &str| SECRET_FIELDS.iter().any(|(field, ..)| *field == name);
        let wrong = self.wrong_field.as_ref().map_or("", |field| field.name);
        let fields = self.fields.iter();
        fields.filter(move |(name, _)| !is_secret(name) && *name != wrong)
    }

    /// Returns the label of a field as its form shows it, or the field's name.
    fn label(&self, name: &str) -> String {
        let label = FIELD_LABELS.iter().find(|(field, _)| *field == name);
        label.map_or_else(
            || name.to_owned(),
            |(_, key)| self.layout.translator.text(key),
        )
    }

    /// Returns whether the form changes something that staff may change, so that one press of a button must not be enough.
    fn is_staff_form(&self) -> bool {
        self.action.starts_with("/admin/")
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
        wrong_field: None,
        must_confirm: false,
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

/// Gives back a form whose page cannot show the error of a field beside it.
pub async fn return_invalid_form(
    app: &App,
    action: &str,
    fields: &FormFields,
    wrong_field: WrongField,
) -> Response {
    Page(ResubmitPage {
        layout: Layout::load_or_last_known(app).await,
        key: "resubmit-invalid",
        must_sign_in: false,
        request_id: None,
        action: action.to_owned(),
        fields: fields.clone(),
        wrong_field: Some(wrong_field),
        must_confirm: false,
    })
    .with_status(StatusCode::UNPROCESSABLE_ENTITY)
}

/// Gives back a form that was refused because another site sent it. Its fields are shown, since the visitor may not have
/// filled them in, and are submitted only by the visitor. Nothing of the form is carried out.
pub async fn return_cross_site_form(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    fields: Result<FormFields>,
) -> Response {
    let Ok(fields) = fields else {
        // Not a form, or larger than any of the site's.
        return Error::Forbidden.into_response();
    };
    let action = uri.path_and_query().map_or("/", |path| path.as_str());
    Page(ResubmitPage {
        layout: Layout::load_or_last_known(&app).await,
        key: "resubmit-cross-site",
        must_sign_in: false,
        request_id: None,
        action: action.to_owned(),
        fields,
        wrong_field: None,
        must_confirm: true,
    })
    .with_status(StatusCode::FORBIDDEN)
}
