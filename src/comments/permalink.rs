//! A comment's permanent address: where it stands changes with what is said around it.

use axum::extract::State;
use axum::response::Redirect;

use super::{paging, store};
use crate::app::App;
use crate::ids::CommentId;
use crate::web::{Db, Error, Layout, Path, Result};

/// The permanent address of a comment.
pub fn address(id: CommentId) -> String {
    format!("/comments/{id}")
}

/// Leads to where the comment stands: on a page of its article, or of its thread.
pub async fn show_comment(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<CommentId>,
) -> Result<Redirect> {
    let place = store::find_place(&mut db, id, app.clock.now())
        .await?
        .ok_or(Error::NotFound)?;
    let page = match paging::page_in_thread(place.before_in_thread) {
        1 => {
            let mut before = place.threads_before();
            if layout.publication.discussion.newest_first {
                before = place.threads - 1 - before;
            }
            paging::article_address(&place.path, paging::page_of_thread(before))
        }
        page => paging::thread_address(place.root_id, page),
    };
    Ok(Redirect::to(&format!("{page}#comment-{}", place.id)))
}
