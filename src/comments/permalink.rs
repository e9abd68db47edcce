//! Permalinks of comments. A permalink redirects, because a comment moves to another page when comments before it are
//! added or removed.

use axum::response::Redirect;

use super::paging;
use super::store::threads;
use crate::ids::CommentId;
use crate::web::{Db, Error, Layout, Path, Result};

/// Redirects from a comment's permalink to the page of the article or thread that shows the comment.
pub async fn show_comment(
    layout: Layout,
    mut db: Db,
    Path(id): Path<CommentId>,
) -> Result<Redirect> {
    let position = threads::find_position(&mut db, id, layout.now)
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
