//! The rest of a thread that is too long for its article's page.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::model::Discussion;
use super::paging::{self, Paging};
use super::permalink;
use super::store::{self, ThreadKey};
use super::thread::Thread;
use crate::app::App;
use crate::cache::{Keep, Tag};
use crate::ids::CommentId;
use crate::web::{Db, Error, Layout, Page, Path, Result};

#[derive(Template)]
#[template(path = "comments/thread.html")]
struct ThreadPage {
    layout: Layout,
    discussion: Discussion,
    thread: Thread,
    /// The thread's first reply there is to read.
    first_id: CommentId,
    root_id: CommentId,
    replies: i64,
    paging: Paging,
}

/// A thread, from its second page on; the first is the article's.
pub async fn show_thread(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(root): Path<CommentId>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let now = app.clock.now();
    let found = store::find_thread(&mut db, root, now)
        .await?
        .ok_or(Error::NotFound)?;
    let page = paging::asked_for("from", uri.query());
    let mut paging = Paging::of_one_thread(page, found.replies.into());
    if paging.is_beyond() {
        paging.page = paging.pages;
        let last = match paging.page {
            1 => permalink::address(found.first_id),
            last => paging::thread_address(root, last),
        };
        return Ok(found_at(last));
    }
    if page == 1 {
        return Ok(found_at(permalink::address(found.first_id)));
    }
    let settings = &layout.publication.discussion;
    let discussion = store::find_discussion(&mut db, settings, found.article_id, now)
        .await?
        .ok_or(Error::NotFound)?;
    let key = ThreadKey {
        root_id: root,
        replies: found.replies,
    };
    let comments = paging::find_in_thread(&mut db, key, page).await?;
    drop(db);
    let kept = Keep::showing([Tag::Article(found.article_id)])
        .by("from")
        .until(discussion.closes_at);
    let replies_open = discussion.replies_open;
    let thread = Thread::arrange(
        layout.clone(),
        found.article_id,
        replies_open,
        comments,
        &[],
    );
    let page = ThreadPage {
        layout,
        discussion,
        thread,
        first_id: found.first_id,
        root_id: root,
        replies: found.replies.into(),
        paging,
    };
    // The same for everyone, but only part of a conversation: not for search engines.
    Ok((kept, [("x-robots-tag", "noindex")], Page(page)).into_response())
}

/// Leads on for now: pages fill up.
fn found_at(place: String) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
}

impl ThreadPage {
    fn previous(&self) -> Option<String> {
        self.paging.previous().map(|page| self.address(page))
    }

    fn next(&self) -> Option<String> {
        self.paging.next().map(|page| self.address(page))
    }

    /// The address of a page of the thread.
    fn address(&self, page: i64) -> String {
        match page {
            1 => permalink::address(self.first_id),
            page => paging::thread_address(self.root_id, page),
        }
    }
}
