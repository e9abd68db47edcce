//! What every desk page shows: whose desk it is, where one is, and how much waits.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::store;
use crate::accounts::{Role, Viewer};
use crate::app::App;
use crate::web::{Error, Layout};

/// The frame of a desk page. Only someone signed in gets one.
#[derive(Clone)]
pub struct Desk {
    /// The publication and its words.
    pub layout: Layout,
    /// Who is at the desk.
    pub viewer: Viewer,
    /// Replies that wait for a decision.
    pub held: i64,
}

/// Which part of the desk a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Deciding on replies.
    Comments,
    /// What was done.
    Log,
    /// Writing.
    Articles,
    /// How discussions are kept, and what is blocked.
    Discussion,
    /// The publication's settings.
    Settings,
    /// One's own account.
    Account,
}

impl Desk {
    /// Whether the viewer may write and publish.
    pub fn may_edit(&self) -> bool {
        self.viewer.role >= Role::Editor
    }

    /// Whether the viewer may change settings.
    pub fn may_set(&self) -> bool {
        self.viewer.role >= Role::Admin
    }
}

impl FromRequestParts<App> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let viewer = Viewer::from_request_parts(parts, app).await?;
        let layout = Layout::from_request_parts(parts, app).await?;
        let mut db = app.pool.acquire().await?;
        let held = store::held(&mut db).await?;
        Ok(Self {
            layout,
            viewer,
            held,
        })
    }
}
