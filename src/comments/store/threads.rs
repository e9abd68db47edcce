//! Which replies stand on which page. Whatever is long is entered through a narrow index from its nearer end, and read on
//! from there by key, so that the last of ten thousand costs what the first does.

use sqlx::PgConnection;

use super::shown;
use crate::clock::Ts;
use crate::comments::model::{Comment, Staff};
use crate::ids::{ArticleId, CommentId};

/// What is kept on the replies under an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Replies there are to read.
    pub replies: i64,
    /// Threads with something to read.
    pub threads: i64,
}

/// The kept counts of an article.
pub async fn counts_on(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"select coalesce(sum(count), 0)::bigint as "replies!", coalesce(sum(threads), 0)::bigint as "threads!"
           from article_reply_counts where article_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// A thread with something to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadKey {
    /// The top-level reply, whether or not it is there to read itself.
    pub root_id: CommentId,
    /// Replies there are to read in it.
    pub replies: i32,
}

/// Threads from one on: on the way to the first of them, as they are compared with it, as they come.
macro_rules! threads {
    ($to_first:literal, $onwards:literal, $order:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            ThreadKey,
            "with first as materialized (
                 select started_at, root_id from article_threads
                 where article_id = $1 and replies > 0 order by " + $to_first + " offset $2 limit 1
             )
             select root_id, replies from article_threads
             where article_id = $1 and replies > 0
               and (started_at, root_id) " + $onwards + " ((select started_at from first), (select root_id from first))
             order by " + $order + " limit $3",
            $($argument),+
        )
    };
}

/// The threads of an article after `skipped` others, at most `limit`, as long as there are `counts` of them.
pub async fn threads_on(
    db: &mut PgConnection,
    id: ArticleId,
    counts: Counts,
    newest_first: bool,
    skipped: i64,
    limit: i64,
) -> sqlx::Result<Vec<ThreadKey>> {
    let from_other_end = counts.threads - 1 - skipped;
    let is_near = skipped <= from_other_end;
    let offset = if is_near { skipped } else { from_other_end }.max(0);
    match (newest_first, is_near) {
        (false, true) => {
            threads!(
                "started_at, root_id",
                ">=",
                "started_at, root_id",
                id.0,
                offset,
                limit
            )
            .fetch_all(db)
            .await
        }
        (false, false) => {
            threads!(
                "started_at desc, root_id desc",
                ">=",
                "started_at, root_id",
                id.0,
                offset,
                limit
            )
            .fetch_all(db)
            .await
        }
        (true, true) => {
            threads!(
                "started_at desc, root_id desc",
                "<=",
                "started_at desc, root_id desc",
                id.0,
                offset,
                limit
            )
            .fetch_all(db)
            .await
        }
        (true, false) => {
            threads!(
                "started_at, root_id",
                "<=",
                "started_at desc, root_id desc",
                id.0,
                offset,
                limit
            )
            .fetch_all(db)
            .await
        }
    }
}

/// The replies the public sees in these threads, thread by thread, of each the oldest, at most `limit`.
pub async fn approved_in(
    db: &mut PgConnection,
    threads: &[ThreadKey],
    limit: i64,
) -> sqlx::Result<Vec<Comment>> {
    let roots: Vec<i64> = threads.iter().map(|thread| thread.root_id.0).collect();
    shown!(
        "from unnest($1::bigint[]) with ordinality as thread (root_id, place)
         cross join lateral (
             select * from comments inside where inside.root_id = thread.root_id and inside.status = 'approved'
             order by inside.created_at, inside.id limit $2
         ) comments
         join articles on articles.id = comments.article_id
         left join comments parent on parent.id = comments.parent_id and parent.status = 'approved'
         order by thread.place, comments.created_at, comments.id",
        &roots,
        limit
    )
    .fetch_all(db)
    .await
}

/// The replies the public sees in one thread of `replies`, oldest first, after `skipped` others, at most `limit`.
pub async fn approved_in_one(
    db: &mut PgConnection,
    thread: ThreadKey,
    skipped: i64,
    limit: i64,
) -> sqlx::Result<Vec<Comment>> {
    let from_end = i64::from(thread.replies) - 1 - skipped;
    if skipped <= from_end {
        shown!(
            "from comments join articles on articles.id = comments.article_id
             left join comments parent on parent.id = comments.parent_id and parent.status = 'approved'
             where comments.root_id = $1 and comments.status = 'approved'
               and (comments.created_at, comments.id) >= (
                   select first.created_at, first.id from comments first
                   where first.root_id = $1 and first.status = 'approved' order by first.created_at, first.id offset $2 limit 1)
             order by comments.created_at, comments.id limit $3",
            thread.root_id.0,
            skipped,
            limit
        )
        .fetch_all(db)
        .await
    } else {
        shown!(
            "from comments join articles on articles.id = comments.article_id
             left join comments parent on parent.id = comments.parent_id and parent.status = 'approved'
             where comments.root_id = $1 and comments.status = 'approved'
               and (comments.created_at, comments.id) >= (
                   select first.created_at, first.id from comments first
                   where first.root_id = $1 and first.status = 'approved' order by first.created_at desc, first.id desc offset $2 limit 1)
             order by comments.created_at, comments.id limit $3",
            thread.root_id.0,
            from_end.max(0),
            limit
        )
        .fetch_all(db)
        .await
    }
}

/// A thread that everyone may read.
pub struct FoundThread {
    /// Its article.
    pub article_id: ArticleId,
    /// The oldest reply in it that is there to read.
    pub first_id: CommentId,
    /// Replies there are to read in it.
    pub replies: i32,
}

/// The thread that a top-level reply began, whether or not that is there to read itself.
pub async fn find_thread(
    db: &mut PgConnection,
    root: CommentId,
    now: Ts,
) -> sqlx::Result<Option<FoundThread>> {
    sqlx::query_as!(
        FoundThread,
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

/// Where a comment stands among the others.
pub struct Place {
    /// Its number.
    pub id: CommentId,
    /// The address of its article.
    pub path: String,
    /// The top-level reply it stands under.
    pub root_id: CommentId,
    /// Replies of its thread that are older.
    pub before_in_thread: i64,
    /// Threads under the article.
    pub threads: i64,
    /// Whether `threads_beside` counts those before its thread, not its own and those after.
    pub counts_before: bool,
    /// Threads on the side where there are probably fewer.
    pub threads_beside: i64,
}

impl Place {
    /// Threads that began before its own.
    pub fn threads_before(&self) -> i64 {
        if self.counts_before {
            self.threads_beside
        } else {
            self.threads - self.threads_beside
        }
    }
}

/// Where a comment that everyone may read is shown. A number that is no comment's own may be one from before a move.
pub async fn find_place(
    db: &mut PgConnection,
    id: CommentId,
    now: Ts,
) -> sqlx::Result<Option<Place>> {
    sqlx::query_as!(
        Place,
        r#"select comments.id, articles.path as "path!", comments.root_id,
               (select count(*) from comments earlier
                where earlier.root_id = comments.root_id and earlier.status = 'approved'
                  and (earlier.created_at, earlier.id) < (comments.created_at, comments.id)) as "before_in_thread!",
               (select coalesce(sum(kept.threads), 0)::bigint from article_reply_counts kept
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
                                        (select id from comments where number = $1 order by site_id limit 1))
             and status = 'approved' and state = 'published' and published_at <= $2"#,
        id.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}
