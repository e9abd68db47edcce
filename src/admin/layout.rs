//! Layout of admin pages: the navigation, the signed-in account, and the number of held comments.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::store;
use crate::accounts::{Role, Viewer};
use crate::app::App;
use crate::web::{Error, Layout};

/// Data for the layout of an admin page. As an extractor it requires that the visitor is signed in.
#[derive(Clone)]
pub struct AdminLayout {
    pub layout: Layout,
    pub viewer: Viewer,
    /// Number of comments that wait for a decision.
    pub held: i64,
}

/// Sections of the navigation on admin pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminSection {
    Comments,
    Log,
    Articles,
    Discussion,
    Settings,
    Account,
}

impl AdminLayout {
    /// Returns whether the viewer may write and publish articles.
    pub fn may_edit(&self) -> bool {
        self.viewer.role >= Role::Editor
    }

    /// Returns whether the viewer may change settings.
    pub fn may_change_settings(&self) -> bool {
        self.viewer.role >= Role::Admin
    }
}

impl FromRequestParts<App> for AdminLayout {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let viewer = Viewer::from_request_parts(parts, app).await?;
        let layout = Layout::from_request_parts(parts, app).await?;
        let mut db = app.pool.acquire().await?;
        let held = store::count_held(&mut db).await?;
        Ok(Self {
            layout,
            viewer,
            held,
        })
    }
}
