//! Pages of a thread that is too long for its article's page.

use askama::Template;
use axum::extract::OriginalUri;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::links;
use super::model::Discussion;
use super::paging::{self, CommentPaging};
use super::store::{discussions, threads};
use super::thread::Thread;
use crate::cache::{CachePolicy, CacheTag};
use crate::ids::CommentId;
use crate::web::{Db, Error, Layout, Page, Path, Result};

#[derive(Template)]
#[template(path = "comments/thread.html")]
struct ThreadPage {
    layout: Layout,
    discussion: Discussion,
    thread: Thread,
    /// Oldest public comment of the thread.
    first_id: CommentId,
    root_id: CommentId,
    replies: i64,
    paging: CommentPaging,
}

/// Shows a page of a thread, from page 2 on. The first page of a thread is on the article's page.
pub async fn show_thread(
    layout: Layout,
    mut db: Db,
    Path(root): Path<CommentId>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let now = layout.now;
    let summary = threads::find(&mut db, root, now)
        .await?
        .ok_or(Error::NotFound)?;
    let page = paging::parse_page_number("from", uri.query());
    let mut paging = CommentPaging::for_thread(page, summary.replies.into());
    if paging.is_past_end() {
        paging.page = paging.pages;
        let last = match paging.page {
            1 => links::comment_path(summary.first_id),
            last => paging::thread_page_path(root, last),
        };
        return Ok(redirect_temporarily(last));
    }
    if page == 1 {
        return Ok(redirect_temporarily(links::comment_path(summary.first_id)));
    }
    let settings = &layout.publication.discussion;
    let discussion = discussions::find(&mut db, settings, summary.article_id, now)
        .await?
        .ok_or(Error::NotFound)?;
    let key = threads::ThreadKey {
        root_id: root,
        replies: summary.replies,
    };
    let comments = paging::list_thread_page(&mut db, key, page).await?;
    // The connection goes back to the pool before the page is rendered.
    drop(db);
    // The page changes by itself only when the discussion closes; everything else invalidates the tag.
    let policy = CachePolicy::tagged([CacheTag::Article(summary.article_id)])
        .vary_by_param("from")
        .expires_at(discussion.closes_at);
    let replies_open = discussion.replies_open;
    let thread = Thread::arrange(
        layout.clone(),
        summary.article_id,
        replies_open,
        comments,
        &[],
    );
    let page = ThreadPage {
        layout,
        discussion,
        thread,
        first_id: summary.first_id,
        root_id: root,
        replies: summary.replies.into(),
        paging,
    };
    // Cacheable, but only part of a conversation: not for search engines.
    Ok((policy, [("x-robots-tag", "noindex")], Page(page)).into_response())
}

/// Redirects with status 302, because the requested page may exist once the thread has grown.
fn redirect_temporarily(path: String) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, path)]).into_response()
}

impl ThreadPage {
    fn previous(&self) -> Option<String> {
        self.paging.previous().map(|page| self.page_path(page))
    }

    fn next(&self) -> Option<String> {
        self.paging.next().map(|page| self.page_path(page))
    }

    fn page_path(&self, page: i64) -> String {
        match page {
            1 => links::comment_path(self.first_id),
            page => paging::thread_page_path(self.root_id, page),
        }
    }
}
