//! Permalinks of comments. They redirect, because the page on which a comment is shown changes with the comments around it.

use axum::extract::State;
use axum::response::Redirect;

use super::paging;
use super::store::threads;
use crate::app::App;
use crate::ids::CommentId;
use crate::web::{Db, Error, Layout, Path, Result};

/// Redirects to a comment on a page of its article or of its thread.
pub async fn show_comment(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<CommentId>,
) -> Result<Redirect> {
    let position = threads::find_position(&mut db, id, app.clock.now())
        .await?
        .ok_or(Error::NotFound)?;
    let page = match paging::page_in_thread(position.before_in_thread) {
        1 => {
            let mut before = position.threads_before();
            // The position counts from the oldest thread.
            if layout.publication.discussion.newest_first {
                before = position.threads - 1 - before;
            }
            paging::article_page_path(&position.path, paging::page_of_thread(before))
        }
        page => paging::thread_page_path(position.root_id, page),
    };
    Ok(Redirect::to(&format!("{page}#comment-{}", position.id)))
}
