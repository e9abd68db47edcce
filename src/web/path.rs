//! The parts of an address. What does not parse names no page of ours, so the answer is the 404 page.

use axum::extract::{self, FromRequestParts};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::Error;

/// Parts of the path.
pub struct Path<T>(pub T);

#[expect(clippy::disallowed_types, reason = "this is what is used instead")]
impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match extract::Path::from_request_parts(parts, state).await {
            Ok(extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// What stands behind the question mark.
pub struct Query<T>(pub T);

#[expect(clippy::disallowed_types, reason = "this is what is used instead")]
impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match extract::Query::from_request_parts(parts, state).await {
            Ok(extract::Query(value)) => Ok(Self(value)),
            Err(_) => Err(Error::NotFound),
        }
    }
}
