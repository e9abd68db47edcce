//! Pages of replies: how many there are, which is asked for, what each is called.

use sqlx::PgConnection;
use url::form_urlencoded;

use super::model::Comment;
use super::store::{self, Counts, ThreadKey};
use crate::ids::{ArticleId, CommentId};
use crate::web::Layout;

/// Threads on one page of an article.
pub const THREADS: i64 = 50;
/// Replies of one thread there, the oldest; the others stand on pages of their own.
pub const OF_ONE_THREAD: i64 = 50;
/// Replies on each of those.
const ON_THREAD_PAGE: i64 = 200;

/// A page among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// This one, from 1 on.
    pub page: i64,
    /// How many there are; at least one.
    pub pages: i64,
}

impl Paging {
    /// Page `page` of an article with so many threads.
    pub fn of_threads(page: i64, threads: i64) -> Self {
        let pages = pages(threads, THREADS).max(1);
        Self { page, pages }
    }

    /// Page `page` of a thread with so many replies. The first is the article's.
    pub fn of_one_thread(page: i64, replies: i64) -> Self {
        let pages = 1 + pages(replies - OF_ONE_THREAD, ON_THREAD_PAGE);
        Self { page, pages }
    }

    /// Whether there are fewer pages than that.
    pub fn is_beyond(&self) -> bool {
        self.page > self.pages
    }

    /// The page before.
    pub fn previous(&self) -> Option<i64> {
        (self.page > 1).then(|| self.page - 1)
    }

    /// The page after.
    pub fn next(&self) -> Option<i64> {
        (self.page < self.pages).then(|| self.page + 1)
    }

    /// "Page 2 of 7".
    pub fn name(&self, layout: &Layout) -> String {
        let (page, pages) = (self.page.to_string(), self.pages.to_string());
        layout
            .words
            .with_all("replies-page", &[("page", &page), ("pages", &pages)])
    }
}

fn pages(things: i64, on_one: i64) -> i64 {
    (things.max(0) + on_one - 1) / on_one
}

/// The page that a query asks for by `name`: the first where it says nothing that is one.
pub fn asked_for(name: &str, query: Option<&str>) -> i64 {
    let asked = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value);
    let Some(digits) = asked.filter(|value| value.bytes().all(|b| b.is_ascii_digit())) else {
        return 1;
    };
    // Digits without end are beyond the end.
    let most = if digits.is_empty() { 1 } else { i64::MAX };
    digits.parse().unwrap_or(most).max(1)
}

/// The page of an article on which there are so many threads before one.
pub fn page_of_thread(before: i64) -> i64 {
    1 + before / THREADS
}

/// The page of a thread on which there are so many replies before one.
pub fn page_in_thread(before: i64) -> i64 {
    if before < OF_ONE_THREAD {
        1
    } else {
        2 + (before - OF_ONE_THREAD) / ON_THREAD_PAGE
    }
}

/// The address of a page of an article.
pub fn article_address(path: &str, page: i64) -> String {
    match page {
        1 => path.to_owned(),
        _ => format!("{path}?comments={page}"),
    }
}

/// The address of a page of a thread, from the second on.
pub fn thread_address(root: CommentId, page: i64) -> String {
    format!("/comments/{root}/thread?from={page}")
}

/// One page of the replies under an article.
pub struct OnePage {
    /// What is kept on all of them.
    pub counts: Counts,
    /// Which page it is.
    pub paging: Paging,
    /// Its threads.
    pub threads: Vec<ThreadKey>,
    /// Their replies, thread by thread, oldest first, each thread as far as it stands here.
    pub comments: Vec<Comment>,
}

impl OnePage {
    /// Page `page` of an article's replies, empty if it is beyond the last.
    pub async fn find(
        db: &mut PgConnection,
        id: ArticleId,
        newest_first: bool,
        page: i64,
    ) -> sqlx::Result<Self> {
        let counts = store::counts_on(db, id).await?;
        let paging = Paging::of_threads(page, counts.threads);
        let (threads, comments) = if paging.is_beyond() || counts.threads == 0 {
            (Vec::new(), Vec::new())
        } else {
            let skipped = (page - 1) * THREADS;
            let threads = store::threads_on(db, id, counts, newest_first, skipped, THREADS).await?;
            let comments = store::approved_in(db, &threads, OF_ONE_THREAD).await?;
            (threads, comments)
        };
        Ok(Self {
            counts,
            paging,
            threads,
            comments,
        })
    }
}

/// The replies on page `page` of a thread, which is not its first.
pub async fn find_in_thread(
    db: &mut PgConnection,
    thread: ThreadKey,
    page: i64,
) -> sqlx::Result<Vec<Comment>> {
    let skipped = OF_ONE_THREAD + (page - 2) * ON_THREAD_PAGE;
    store::approved_in_one(db, thread, skipped, ON_THREAD_PAGE).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_asks_for_the_first_page() {
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
            assert_eq!(asked_for("comments", query), page, "{query:?}");
        }
    }

    #[test]
    fn a_page_more_begins_where_the_last_is_full() {
        for (threads, pages) in [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (10_000, 200)] {
            assert_eq!(Paging::of_threads(1, threads).pages, pages, "{threads}");
        }
        for (replies, pages) in [(1, 1), (50, 1), (51, 2), (250, 2), (251, 3)] {
            assert_eq!(Paging::of_one_thread(1, replies).pages, pages, "{replies}");
            assert_eq!(page_in_thread(replies - 1), pages, "{replies}");
        }
        assert_eq!((page_of_thread(49), page_of_thread(50)), (1, 2));
    }
}
