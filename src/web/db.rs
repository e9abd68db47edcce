//! Extractor for a database connection in a handler.

use std::ops::{Deref, DerefMut};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};

use super::error::Error;
use crate::app::App;

/// Database connection from the pool, returned to it when the handler ends.
pub struct Db(PoolConnection<Postgres>);

impl FromRequestParts<App> for Db {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Error> {
        Ok(Self(app.pool.acquire().await?))
    }
}

impl Deref for Db {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Db {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
