//! Threads of comments: lists, counts, and the position of a comment in its article. The counts are maintained by
//! database triggers.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{ArticleId, CommentId};

/// Number of approved comments of an article, and number of threads that have any approved comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadCounts {
    pub replies: i64,
    pub threads: i64,
}

/// Returns the numbers of comments and threads of an article.
pub async fn count(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<ThreadCounts> {
    sqlx::query_as!(
        ThreadCounts,
        r#"select coalesce(sum(count), 0)::bigint as "replies!", coalesce(sum(threads), 0)::bigint as "threads!"
           from article_comment_counts where article_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// A thread with at least one approved comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadKey {
    /// Top-level comment of the thread. It need not be public itself.
    pub root_id: CommentId,
    /// Number of approved comments in the thread.
    pub replies: i32,
}

/// Returns at most `limit` threads of an article, without the first `skipped`. `counts` must be the current counts of the
/// same article.
pub async fn list(
    db: &mut PgConnection,
    id: ArticleId,
    counts: ThreadCounts,
    newest_first: bool,
    skipped: i64,
    limit: i64,
) -> sqlx::Result<Vec<ThreadKey>> {
    // Entered from the nearer end, so that the last page of ten thousand threads costs what the first does.
    let from_other_end = counts.threads - 1 - skipped;
    // `counts` may be outdated by a comment approved meanwhile: then the page starts one thread off, but never fails.
    let is_near = skipped <= from_other_end;
    let offset = if is_near { skipped } else { from_other_end }.max(0);
    // `$to_first` is the sort order for finding the first thread of the page, `$onward` the comparison of the others with
    // the first, and `$order` the sort order of the page.
    macro_rules! list_page {
        ($to_first:literal, $onward:literal, $order:literal) => {
            sqlx::query_as!(
                ThreadKey,
                "with first as materialized (
                     select started_at, root_id from article_threads
                     where article_id = $1 and replies > 0 order by "
                    + $to_first
                    + " offset $2 limit 1
                 )
                 select root_id, replies from article_threads
                 where article_id = $1 and replies > 0
                   and (started_at, root_id) "
                    + $onward
                    + " ((select started_at from first), (select root_id from first))
                 order by "
                    + $order
                    + " limit $3",
                id.0,
                offset,
                limit,
            )
            .fetch_all(db)
            .await
        };
    }
    match (newest_first, is_near) {
        (false, true) => list_page!("started_at, root_id", ">=", "started_at, root_id"),
        (false, false) => {
            list_page!("started_at desc, root_id desc", ">=", "started_at, root_id")
        }
        (true, true) => {
            list_page!(
                "started_at desc, root_id desc",
                "<=",
                "started_at desc, root_id desc"
            )
        }
        (true, false) => {
            list_page!("started_at, root_id", "<=", "started_at desc, root_id desc")
        }
    }
}

/// A thread with the id of its article.
pub struct ThreadSummary {
    pub article_id: ArticleId,
    pub first_id: CommentId,
    /// Number of approved comments in the thread.
    pub replies: i32,
}

/// Returns the thread under a top-level comment, if the thread has public comments. The top-level comment need not be
/// public itself.
pub async fn find(
    db: &mut PgConnection,
    root: CommentId,
    now: Ts,
) -> sqlx::Result<Option<ThreadSummary>> {
    sqlx::query_as!(
        ThreadSummary,
        r#"select articles.id as article_id, thread.replies,
               (select inside.id from comments inside where inside.root_id = root.id and inside.status = 'approved'
                order by inside.created_at, inside.id limit 1) as "first_id!: CommentId"
           from comments root
           join articles on articles.id = root.article_id
           join article_threads thread on thread.article_id = root.article_id and thread.root_id = root.id
           where root.id = $1 and thread.replies > 0 and state = 'published' and published_at <= $2"#,
        root.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Position of a comment among the threads of its article.
pub struct CommentPosition {
    pub id: CommentId,
    pub path: String,
    pub root_id: CommentId,
    /// Number of older comments in the same thread.
    pub before_in_thread: i64,
    /// Number of all threads of the article.
    pub threads: i64,
    /// Whether `threads_beside` counts the threads before the comment's thread. Otherwise it counts the comment's thread
    /// and those after it.
    pub counts_before: bool,
    /// Number of threads before or after the comment's thread, as `counts_before` says. The query counts the side that is
    /// probably shorter, because counting is slow.
    pub threads_beside: i64,
}

impl CommentPosition {
    /// Returns the number of threads that are older than the comment's thread.
    pub fn threads_before(&self) -> i64 {
        if self.counts_before {
            self.threads_beside
        } else {
            self.threads - self.threads_beside
        }
    }
}

/// Returns the position of a public comment. If no comment has this id, finds the comment that had it on an imported
/// site.
pub async fn find_position(
    db: &mut PgConnection,
    id: CommentId,
    now: Ts,
) -> sqlx::Result<Option<CommentPosition>> {
    sqlx::query_as!(
        CommentPosition,
        r#"select comments.id, articles.path as "path!", comments.root_id,
               (select count(*) from comments earlier
                where earlier.root_id = comments.root_id and earlier.status = 'approved'
                  and (earlier.created_at, earlier.id) < (comments.created_at, comments.id)) as "before_in_thread!",
               (select coalesce(sum(kept.threads), 0)::bigint from article_comment_counts kept
                where kept.article_id = comments.article_id) as "threads!",
               nearer.is_early as "counts_before!",
               case when nearer.is_early then
                   (select count(*) from article_threads earlier
                    where earlier.article_id = comments.article_id and earlier.replies > 0
                      and (earlier.started_at, earlier.root_id) < (thread.started_at, thread.root_id))
               else
                   (select count(*) from article_threads later
                    where later.article_id = comments.article_id and later.replies > 0
                      and (later.started_at, later.root_id) >= (thread.started_at, thread.root_id))
               end as "threads_beside!"
           from comments
           join articles on articles.id = comments.article_id
           join article_threads thread on thread.article_id = comments.article_id and thread.root_id = comments.root_id
           cross join lateral (
               select thread.started_at - min(ends.started_at) < max(ends.started_at) - thread.started_at as is_early
               from article_threads ends where ends.article_id = comments.article_id and ends.replies > 0
           ) nearer
           where comments.id = coalesce((select id from comments where id = $1),
                                        (select id from comments where wordpress_id = $1 order by site_id limit 1))
             and status = 'approved' and state = 'published' and published_at <= $2"#,
        id.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}
