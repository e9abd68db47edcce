//! Types that prove a role. A function that takes a `&Moderator` can only be called for somebody who may moderate. Such a
//! value is made from a session, or by [`Moderator::load_active`] for work that continues without a session.

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

/// Proof that the signed-in member of staff may moderate comments.
#[derive(Clone, Debug)]
pub struct Moderator(Viewer);

/// Proof that the signed-in member of staff may write and publish articles.
#[derive(Clone, Debug)]
pub struct Editor(Viewer);

/// Proof that the signed-in member of staff may change settings.
#[derive(Clone, Debug)]
pub struct Admin(Viewer);

impl FromRequestParts<App> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        if let Some(viewer) = parts.extensions.get::<Self>() {
            return Ok(viewer.clone());
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let token_hash = session::session_token_hash(app, &jar).ok_or(Error::SignInRequired)?;
        let mut db = app.pool.acquire().await?;
        let account = store::find_by_session(&mut db, &token_hash, app.clock.now()).await?;
        let viewer = Self(account.ok_or(Error::SignInRequired)?);
        // Page, layout and proof each extract the viewer; the database is asked once for all of them.
        parts.extensions.insert(viewer.clone());
        Ok(viewer)
    }
}

impl Viewer {
    fn require(self, least: Role) -> Result<Self, Error> {
        if self.0.role >= least {
            Ok(self)
        } else {
            Err(Error::Forbidden)
        }
    }
}

macro_rules! role_proof {
    ($proof:ident, $role:expr) => {
        impl FromRequestParts<App> for $proof {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
                Viewer::from_request_parts(parts, app)
                    .await?
                    .require($role)
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

role_proof!(Moderator, Role::Moderator);

impl Moderator {
    /// Loads the moderator with this account, for work that outlives their session, such as a bulk action. Returns `None`
    /// if the account may no longer moderate.
    pub async fn load_active(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<Self>> {
        let account = store::find(db, id).await?;
        let moderator = account.filter(|account| account.role >= Role::Moderator);
        Ok(moderator.map(|account| Self(Viewer(account))))
    }
}

role_proof!(Editor, Role::Editor);
role_proof!(Admin, Role::Admin);

impl Deref for Viewer {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}
