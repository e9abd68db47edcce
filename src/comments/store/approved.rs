//! Approved comments, which everyone may read. Callers must check that the article is published. Only [`list_newest`]
//! checks that itself.

use sqlx::PgConnection;

use super::threads::ThreadKey;
use crate::clock::Ts;
use crate::comments::model::{Comment, StaffBadge};
use crate::ids::{ArticleId, CommentId};
use crate::text::SafeHtml;

/// Selects [`Comment`]s. The FROM clause has to contain `comments`. What belongs to other rows is looked up for each comment:
/// for a join, a generic plan may read all comments of the site.
macro_rules! select_approved {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Comment,
            r#"select comments.id as "id!", comments.parent_id, comments.root_id as "root_id!", comments.name as "name!",
                   comments.website, comments.body_html as "body_html!", comments.created_at as "created_at!", comments.edited_at,
                   (select parent.name from comments parent
                    where parent.id = comments.parent_id and parent.status = 'approved') as "parent_name?",
                   case when comments.account_id is null then null
                        when comments.account_id = (select author_id from articles where articles.id = comments.article_id)
                        then 'author' else 'staff' end as "staff?: StaffBadge",
                   case when comments.wordpress_id is not null and comments.wordpress_id > 0 and comments.wordpress_id <> comments.id
                       -- Not `not exists`, for which Postgres may read all comments of the site into a hash table.
                       and (select true from comments other
                            where other.id = comments.wordpress_id and other.article_id = comments.article_id limit 1) is null
                   then comments.wordpress_id end as wordpress_id
               "# + $which,
            $($argument),+
        )
    };
}

/// Returns an approved comment of an article.
pub async fn find(
    db: &mut PgConnection,
    article_id: ArticleId,
    id: CommentId,
) -> sqlx::Result<Option<Comment>> {
    select_approved!(
        "from comments
         where comments.id = $1 and comments.article_id = $2 and comments.status = 'approved'",
        id.0,
        article_id.0
    )
    .fetch_optional(db)
    .await
}

/// Returns the approved comment of an article that a WordPress form or `?replytocom=` names by an id. The id is the
/// comment's id in WordPress, or its id here if the link was made after the import.
pub async fn find_by_wordpress_id(
    db: &mut PgConnection,
    article_id: ArticleId,
    wordpress_id: i64,
) -> sqlx::Result<Option<CommentId>> {
    // An imported id wins over an equal id of ours: old links were there first.
    sqlx::query_scalar!(
        "select id from comments where article_id = $1 and (wordpress_id = $2 or id = $2) and status = 'approved'
         order by wordpress_id = $2 desc nulls last limit 1",
        article_id.0,
        wordpress_id,
    )
    .fetch_optional(db)
    .await
}

/// Returns comments of the given threads, grouped by thread and oldest first. At most `limit` comments of each thread are
/// returned.
pub async fn list_in_threads(
    db: &mut PgConnection,
    threads: &[ThreadKey],
    limit: i64,
) -> sqlx::Result<Vec<Comment>> {
    let roots: Vec<i64> = threads.iter().map(|thread| thread.root_id.0).collect();
    select_approved!(
        "from unnest($1::bigint[]) with ordinality as thread (root_id, place)
         cross join lateral (
             select * from comments inside where inside.root_id = thread.root_id and inside.status = 'approved'
             order by inside.created_at, inside.id limit $2
         ) comments
         order by thread.place, comments.created_at, comments.id",
        &roots,
        limit
    )
    .fetch_all(db)
    .await
}

/// Returns comments of one thread, oldest first, without the first `skipped`.
pub async fn list_in_thread(
    db: &mut PgConnection,
    thread: ThreadKey,
    skipped: i64,
    limit: i64,
) -> sqlx::Result<Vec<Comment>> {
    // Entered from the nearer end: OFFSET walks over the rows that it skips.
    let from_end = i64::from(thread.replies) - 1 - skipped;
    if skipped <= from_end {
        select_approved!(
            "from comments
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
        select_approved!(
            "from comments
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

pub struct FeedComment {
    pub id: CommentId,
    /// `None`: older than the column. The guid is then made of the id.
    pub guid: Option<String>,
    pub name: String,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    pub edited_at: Option<Ts>,
    pub article_title: String,
}

/// Returns the newest comments of all published articles, newest first.
pub async fn list_newest(
    db: &mut PgConnection,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<FeedComment>> {
    // `erased_at is null` holds for every approved comment; with it an index in this order can be used.
    sqlx::query_as!(
        FeedComment,
        "select comments.id, comments.guid, comments.name, comments.body_html, comments.created_at, edited_at, title as article_title
         from comments join articles on articles.id = article_id
         where status = 'approved' and erased_at is null and state = 'published' and published_at <= $1
         order by comments.created_at desc, comments.id desc limit $2",
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Returns the newest comments of an article, newest first.
pub async fn list_newest_on(
    db: &mut PgConnection,
    id: ArticleId,
    limit: i64,
) -> sqlx::Result<Vec<FeedComment>> {
    // `erased_at is null` holds for every approved comment; with it an index in this order can be used.
    sqlx::query_as!(
        FeedComment,
        "select comments.id, comments.guid, comments.name, comments.body_html, comments.created_at, edited_at, title as article_title
         from comments join articles on articles.id = article_id
         where article_id = $1 and status = 'approved' and erased_at is null
         order by comments.created_at desc, comments.id desc limit $2",
        id.0,
        limit,
    )
    .fetch_all(db)
    .await
}
