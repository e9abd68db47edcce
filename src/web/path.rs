//! Extractors for parts of the URL. If a part does not parse, the response is the 404 page.

use axum::extract::{self, FromRequestParts};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::Error;

/// Extractor for parameters in the URL's path.
pub struct Path<T>(pub T);

#[expect(clippy::disallowed_types, reason = "this wrapper is used instead")]
impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match extract::Path::from_request_parts(parts, state).await {
            Ok(extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// Extractor for parameters in the URL's query string.
pub struct Query<T>(pub T);

#[expect(clippy::disallowed_types, reason = "this wrapper is used instead")]
impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match extract::Query::from_request_parts(parts, state).await {
            Ok(extract::Query(value)) => Ok(Self(value)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// Query string of a page with a form. After the form is saved, the redirect to the page sets `saved`.
#[derive(Deserialize)]
pub struct SavedQuery {
    pub saved: Option<u8>,
}
