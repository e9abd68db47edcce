//! Splits comments into pages: page numbers, paths, and the comments on a page.

use sqlx::PgConnection;
use url::form_urlencoded;

use super::model::Comment;
use super::store::approved;
use super::store::threads::{self, ThreadCounts, ThreadKey};
use crate::ids::{ArticleId, CommentId};
use crate::web::Layout;

/// Number of threads on one page of an article.
const THREADS_PER_PAGE: i64 = 50;
/// Number of comments that an article's page shows of one thread, oldest first. The others are on pages of the thread.
pub const REPLIES_PER_THREAD: i64 = 50;
/// Number of comments on one page of a thread.
const REPLIES_PER_THREAD_PAGE: i64 = 200;

/// Number of a page of comments, and the total number of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentPaging {
    /// Page number, from 1.
    pub page: i64,
    /// Number of pages, at least one.
    pub pages: i64,
}

impl CommentPaging {
    fn for_article(page: i64, threads: i64) -> Self {
        let pages = count_pages(threads, THREADS_PER_PAGE).max(1);
        Self { page, pages }
    }

    /// Makes page number `page` of a thread with `replies` comments. Page 1 is the article's page.
    pub fn for_thread(page: i64, replies: i64) -> Self {
        let pages = 1 + count_pages(replies - REPLIES_PER_THREAD, REPLIES_PER_THREAD_PAGE);
        Self { page, pages }
    }

    /// Returns whether the page is beyond the last one.
    pub fn is_past_end(&self) -> bool {
        self.page > self.pages
    }

    /// Returns the number of the previous page.
    pub fn previous(&self) -> Option<i64> {
        (self.page > 1).then(|| self.page - 1)
    }

    /// Returns the number of the next page.
    pub fn next(&self) -> Option<i64> {
        (self.page < self.pages).then(|| self.page + 1)
    }

    /// Returns a text such as "Page 2 of 7".
    pub fn name(&self, layout: &Layout) -> String {
        let (page, pages) = (self.page.to_string(), self.pages.to_string());
        layout
            .translator
            .format_all("replies-page", &[("page", &page), ("pages", &pages)])
    }
}

fn count_pages(items: i64, per_page: i64) -> i64 {
    (items.max(0) + per_page - 1) / per_page
}

/// Parses a page number in the parameter `name` of a query string. An invalid or missing number is page 1.
pub fn parse_page_number(name: &str, query: Option<&str>) -> i64 {
    let value = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value);
    let Some(digits) = value.filter(|value| value.bytes().all(|b| b.is_ascii_digit())) else {
        return 1;
    };
    // Too many digits to parse are a page beyond the last.
    let overflow = if digits.is_empty() { 1 } else { i64::MAX };
    digits.parse().unwrap_or(overflow).max(1)
}

/// Returns the number of the page on which an article shows a thread. `before` is the number of threads shown before it.
pub fn page_of_thread(before: i64) -> i64 {
    1 + before / THREADS_PER_PAGE
}

/// Returns the number of the page on which a thread shows a comment. `before` is the number of comments shown before it
/// in the thread.
pub fn page_in_thread(before: i64) -> i64 {
    if before < REPLIES_PER_THREAD {
        1
    } else {
        2 + (before - REPLIES_PER_THREAD) / REPLIES_PER_THREAD_PAGE
    }
}

/// Returns the URL of a page of an article.
pub fn article_page_path(path: &str, page: i64) -> String {
    match page {
        1 => path.to_owned(),
        _ => format!("{path}?comments={page}"),
    }
}

/// Returns the URL of a page of a thread. `page` is at least 2, because page 1 is the article's page.
pub fn thread_page_path(root: CommentId, page: i64) -> String {
    format!("/comments/{root}/thread?from={page}")
}

pub struct CommentPage {
    /// Numbers of comments and threads on all pages together.
    pub counts: ThreadCounts,
    pub paging: CommentPaging,
    pub threads: Vec<ThreadKey>,
    /// Comments grouped by thread and then oldest first. Each thread has at most [`REPLIES_PER_THREAD`].
    pub comments: Vec<Comment>,
}

impl CommentPage {
    /// Loads a page of an article's comments. A page beyond the last has no comments.
    pub async fn load(
        db: &mut PgConnection,
        id: ArticleId,
        newest_first: bool,
        page: i64,
    ) -> sqlx::Result<Self> {
        let counts = threads::count(db, id).await?;
        let paging = CommentPaging::for_article(page, counts.threads);
        // A page beyond the end is answered by a redirect: no query for it.
        let (page_threads, comments) = if paging.is_past_end() || counts.threads == 0 {
            (Vec::new(), Vec::new())
        } else {
            let skipped = (page - 1) * THREADS_PER_PAGE;
            let page_threads =
                threads::list(db, id, counts, newest_first, skipped, THREADS_PER_PAGE).await?;
            let comments = approved::list_in_threads(db, &page_threads, REPLIES_PER_THREAD).await?;
            (page_threads, comments)
        };
        Ok(Self {
            counts,
            paging,
            threads: page_threads,
            comments,
        })
    }
}

/// Returns the comments on a page of a thread. `page` is at least 2, because page 1 is the article's page.
pub async fn list_thread_page(
    db: &mut PgConnection,
    thread: ThreadKey,
    page: i64,
) -> sqlx::Result<Vec<Comment>> {
    // Page 1 is on the article's page and shorter than the others.
    let skipped = REPLIES_PER_THREAD + (page - 2) * REPLIES_PER_THREAD_PAGE;
    approved::list_in_thread(db, thread, skipped, REPLIES_PER_THREAD_PAGE).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_page_number_is_parsed_as_page_one() {
        for (query, page) in [
            (None, 1),
            (Some(""), 1),
            (Some("comments="), 1),
            (Some("comments=0"), 1),
            (Some("comments=-3"), 1),
            (Some("comments=two"), 1),
            (Some("comments=1"), 1),
            (Some("a=b&comments=02"), 2),
            (Some("comments=99999999999999999999"), i64::MAX),
        ] {
            assert_eq!(parse_page_number("comments", query), page, "{query:?}");
        }
    }

    #[test]
    fn comments_beyond_a_full_page_are_on_the_next_page() {
        for (threads, pages) in [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (10_000, 200)] {
            assert_eq!(
                CommentPaging::for_article(1, threads).pages,
                pages,
                "{threads}"
            );
        }
        for (replies, pages) in [(1, 1), (50, 1), (51, 2), (250, 2), (251, 3)] {
            assert_eq!(
                CommentPaging::for_thread(1, replies).pages,
                pages,
                "{replies}"
            );
            assert_eq!(page_in_thread(replies - 1), pages, "{replies}");
        }
        assert_eq!((page_of_thread(49), page_of_thread(50)), (1, 2));
    }
}
