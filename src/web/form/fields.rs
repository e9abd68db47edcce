//! Raw fields of a submitted form.

use axum::RequestExt;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use url::form_urlencoded;

use super::body::{collect, status_for};
use crate::web::error::Error;

/// Largest number of fields in a form. The largest form of the site is the moderation queue, with a checkbox for each of
/// its fifty comments. A form with a million empty fields, shown again after a failure, would be a page of ninety
/// megabytes.
const MAX_FIELDS: usize = 500;

/// Fields of a form as submitted, in the order in which they were sent. Bytes that are not UTF-8 are replaced by U+FFFD.
#[derive(Clone, Debug, Default)]
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    /// Returns the first value of a field, or an empty text if the field was not sent.
    pub fn first(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Returns all values of a repeated field, such as those of ticked checkboxes.
    pub fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns whether a checkbox was ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        !self.first(name).is_empty()
    }

    /// Returns the names and values of all fields in the order in which they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<S: Send + Sync> FromRequest<S> for FormFields {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let is_form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value
                    .trim()
                    .to_ascii_lowercase()
                    // A charset may follow.
                    .starts_with("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Error::BadRequest(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = collect(request.into_limited_body())
            .await
            .map_err(|error| Error::BadRequest(status_for(&error)))?;
        let fields: Vec<_> = form_urlencoded::parse(&body)
            .into_owned()
            // One more than allowed tells that there were too many, without reading them all.
            .take(MAX_FIELDS + 1)
            .collect();
        if fields.len() > MAX_FIELDS {
            return Err(Error::BadRequest(StatusCode::PAYLOAD_TOO_LARGE));
        }
        Ok(Self(fields))
    }
}

#[cfg(test)]
impl FormFields {
    pub(super) fn from_query(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }
}
