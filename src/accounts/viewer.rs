//! Who is asking. Holding one of these is the proof of being allowed: a function that takes a `&Moderator` cannot be
//! called without one, and only a session makes one; or an account, for what its owner began or signed ([`Moderator::acting`]).

use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::cookie::CookieJar;
use sqlx::PgConnection;

use super::model::{Account, Role};
use super::{session, store};
use crate::app::App;
use crate::ids::AccountId;
use crate::web::Error;

/// A member of staff who is signed in.
#[derive(Clone, Debug)]
pub struct Viewer(Account);

/// A signed-in member of staff who may decide on replies.
#[derive(Clone, Debug)]
pub struct Moderator(Viewer);

/// A signed-in member of staff who may write and publish.
#[derive(Clone, Debug)]
pub struct Editor(Viewer);

/// A signed-in member of staff who may change settings.
#[derive(Clone, Debug)]
pub struct Admin(Viewer);

impl FromRequestParts<App> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        if let Some(viewer) = parts.extensions.get::<Self>() {
            return Ok(viewer.clone());
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let token_hash = session::token_hash(app, &jar).ok_or(Error::SignInFirst)?;
        let mut db = app.pool.acquire().await?;
        let account = store::find_by_session(&mut db, &token_hash, app.clock.now()).await?;
        let viewer = Self(account.ok_or(Error::SignInFirst)?);
        // Page, frame and proof all ask; the database is asked once.
        parts.extensions.insert(viewer.clone());
        Ok(viewer)
    }
}

impl Viewer {
    fn with(self, least: Role) -> Result<Self, Error> {
        if self.0.role >= least {
            Ok(self)
        } else {
            Err(Error::Forbidden)
        }
    }
}

macro_rules! proof {
    ($proof:ident, $role:expr) => {
        impl FromRequestParts<App> for $proof {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
                Viewer::from_request_parts(parts, app)
                    .await?
                    .with($role)
                    .map(Self)
            }
        }

        impl Deref for $proof {
            type Target = Account;

            fn deref(&self) -> &Account {
                &self.0
            }
        }
    };
}

proof!(Moderator, Role::Moderator);

impl Moderator {
    /// Whoever has this account, as long as they may moderate: for what they have begun while signed in, or have signed.
    pub async fn acting(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<Self>> {
        let account = store::find(db, id).await?;
        let moderator = account.filter(|account| account.role >= Role::Moderator);
        Ok(moderator.map(|account| Self(Viewer(account))))
    }
}

proof!(Editor, Role::Editor);
proof!(Admin, Role::Admin);

impl Deref for Viewer {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}
