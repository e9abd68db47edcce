//! Its author's own view of a comment while it waits.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::model::Status;
use super::store::{self, OwnComment};
use crate::app::App;
use crate::ids::CommentId;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result};

/// What the signature on a held page's address is for.
const PURPOSE: &str = "held comment";

#[derive(Template)]
#[template(path = "comments/held.html")]
struct HeldPage {
    layout: Layout,
    comment: OwnComment,
    state: &'static str,
}

/// The signature in a held page's address.
#[derive(Deserialize)]
pub struct Signed {
    #[serde(default)]
    key: String,
}

/// The address of its author's view of a comment. Whoever has it may look, so it goes to the author alone.
pub fn held_address(app: &App, id: CommentId) -> String {
    format!(
        "/comments/{id}/held?key={}",
        app.keys.sign(PURPOSE, id.to_string().as_bytes())
    )
}

/// Its author's own view: what they wrote, and what has been decided.
pub async fn show_held(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<CommentId>,
    Query(signed): Query<Signed>,
) -> Result<Response> {
    if !app
        .keys
        .is_signed(PURPOSE, id.to_string().as_bytes(), &signed.key)
    {
        return Err(Error::NotFound);
    }
    let comment = store::find_own(&mut db, id, app.clock.now())
        .await?
        .ok_or(Error::NotFound)?;
    let state = match comment.status {
        Status::Approved => return Ok(Redirect::to(&format!("/comments/{id}")).into_response()),
        Status::Held => "held",
        Status::Spam => "spam",
        Status::Trashed => "trashed",
    };
    Ok(Page(HeldPage {
        layout,
        comment,
        state,
    })
    .private())
}
