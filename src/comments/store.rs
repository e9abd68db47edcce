//! All SQL on comments, but for decisions about them. What the public sees is decided here and nowhere else: approved,
//! under an article that is published by now. On which page it stands is in `threads`.

mod threads;

use sqlx::PgConnection;

use super::model::{Comment, Day, Discussion, NewComment, Staff, Status};
use super::screening::{Reason, Verdict};
use crate::clock::Ts;
use crate::ids::{ArticleId, CommentId, CommenterId};
use crate::publication::DiscussionSettings;
use crate::sealed::Keys;
use crate::text::SafeHtml;

pub use threads::*;

/// The discussion under an article that can be read now.
pub async fn find_discussion(
    db: &mut PgConnection,
    settings: &DiscussionSettings,
    id: ArticleId,
    now: Ts,
) -> sqlx::Result<Option<Discussion>> {
    let found = sqlx::query!(
        r#"select id, title, path as "path!", replies_open,
               case when kind = 'article' then published_at end as grows_old_from
           from articles where id = $1 and state = 'published' and published_at <= $2"#,
        id.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|found| Discussion {
        article_id: found.id,
        title: found.title,
        path: found.path,
        replies_open: settings.takes_replies(found.replies_open, found.grows_old_from, now),
    }))
}

/// Replies the public sees: which, of `comments`, joined with `articles` and the approved `parent` they answer.
macro_rules! shown {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Comment,
            r#"select comments.id as "id!", comments.parent_id, comments.root_id as "root_id!", comments.name as "name!",
                   comments.website, comments.body_html as "body_html!", comments.created_at as "created_at!", comments.edited_at,
                   parent.name as "answers?",
                   case when comments.account_id = articles.author_id then 'author'
                        when comments.account_id is not null then 'staff' end as "staff?: Staff",
                   case when comments.number > 0 and comments.number <> comments.id and not exists
                       (select 1 from comments other where other.id = comments.number and other.article_id = comments.article_id)
                   then comments.number end as number
               "# + $which,
            $($argument),+
        )
    };
}
use shown;

/// The newest replies the public sees under an article, at most `limit`.
pub async fn latest_on(
    db: &mut PgConnection,
    id: ArticleId,
    limit: i64,
) -> sqlx::Result<Vec<Comment>> {
    shown!(
        "from (
             select * from comments newest where newest.article_id = $1 and newest.status = 'approved'
             order by newest.created_at desc, newest.id desc limit $2
         ) comments
         join articles on articles.id = comments.article_id
         left join comments parent on parent.id = comments.parent_id and parent.status = 'approved'
         order by comments.created_at desc, comments.id desc",
        id.0,
        limit
    )
    .fetch_all(db)
    .await
}

/// One reply the public sees, for whoever answers it.
pub async fn find_approved(
    db: &mut PgConnection,
    article_id: ArticleId,
    id: CommentId,
) -> sqlx::Result<Option<Comment>> {
    shown!(
        "from comments join articles on articles.id = comments.article_id
         left join comments parent on parent.id = comments.parent_id and parent.status = 'approved'
         where comments.id = $1 and comments.article_id = $2 and comments.status = 'approved'",
        id.0,
        article_id.0
    )
    .fetch_optional(db)
    .await
}

/// Keeps a reply. What one browser sends twice from one network is kept once: the second time gives the first.
pub async fn insert(
    db: &mut PgConnection,
    keys: &Keys,
    article_id: ArticleId,
    commenter_id: CommenterId,
    comment: &NewComment,
    verdict: &Verdict,
    now: Ts,
) -> sqlx::Result<(CommentId, Status)> {
    let today = comment.said(keys, Day::Today, now);
    let yesterday = comment.said(keys, Day::Yesterday, now);
    let parent_id = comment.parent_id.map(|id| id.0);
    let reasons: Vec<String> = verdict.reasons.iter().map(Reason::stored).collect();
    let inserted = sqlx::query_scalar!(
        "with fresh as (select nextval(pg_get_serial_sequence('comments', 'id')) as id)
         insert into comments
             (id, article_id, parent_id, root_id, commenter_id, name, website, body, body_html, said_once, status, reasons, created_at)
         select fresh.id, $1, $2, coalesce((select root_id from comments where id = $2), fresh.id), $3, $4, $5, $6, $7, $8, $9, $10, $11
         from fresh
         where not exists (select 1 from comments
                           where article_id = $1 and coalesce(parent_id, 0) = coalesce($2, 0::bigint) and commenter_id = $3 and said_once = $12)
         on conflict (article_id, coalesce(parent_id, 0), commenter_id, said_once) do nothing
         returning id",
        article_id.0,
        parent_id,
        commenter_id.0,
        comment.name,
        comment.website.as_ref().map(ToString::to_string),
        comment.body,
        comment.body_html.as_str(),
        &today[..],
        verdict.status as Status,
        &reasons,
        now as Ts,
        &yesterday[..],
    )
    .fetch_optional(&mut *db)
    .await?;
    if let Some(id) = inserted {
        return Ok((id, verdict.status));
    }
    let first = sqlx::query!(
        "select id, status from comments
         where article_id = $1 and coalesce(parent_id, 0) = coalesce($2, 0::bigint) and commenter_id = $3 and said_once in ($4, $5)
         order by id limit 1",
        article_id.0,
        parent_id,
        commenter_id.0,
        &today[..],
        &yesterday[..],
    )
    .fetch_one(db)
    .await?;
    Ok((first.id, first.status))
}

/// Rows that change in one go when networks are forgotten, so that nobody waits for them.
const FORGOTTEN_AT_ONCE: i64 = 5_000;
/// After two days, in seconds, nothing is compared with what was said then.
const SAID_LATELY: i64 = 2 * 24 * 60 * 60;

/// Forgets the networks whose time has come. Takes the part that they have in `said_once` out of comments that are older
/// than two days: whoever has the secret key could find a network by trying them all.
pub async fn forget_where_from(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "update comments set said_once = int8send(id)
         where id in (select id from comments where length(said_once) = 32 and created_at < $1 limit $2)",
        now.plus_seconds(-SAID_LATELY) as Ts,
        FORGOTTEN_AT_ONCE,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update comments set network_sealed = null, network_until = null
         where id in (select id from comments where network_until < $1 limit $2)",
        now as Ts,
        FORGOTTEN_AT_ONCE,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The reply the public sees that an old page of this article calls by this number.
pub async fn find_by_number(
    db: &mut PgConnection,
    article_id: ArticleId,
    number: i64,
) -> sqlx::Result<Option<CommentId>> {
    sqlx::query_scalar!(
        "select id from comments where article_id = $1 and (number = $2 or id = $2) and status = 'approved'
         order by number = $2 desc nulls last limit 1",
        article_id.0,
        number,
    )
    .fetch_optional(db)
    .await
}

/// The article that WordPress called by this number.
pub async fn find_article_by_number(
    db: &mut PgConnection,
    number: i64,
) -> sqlx::Result<Option<ArticleId>> {
    sqlx::query_scalar!(
        "select article_id from imported_articles where number = $1 order by site_id limit 1",
        number,
    )
    .fetch_optional(db)
    .await
}

/// A reply in the feed of replies.
pub struct Latest {
    /// Its number.
    pub id: CommentId,
    /// Who wrote it.
    pub name: String,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// The title of its article.
    pub title: String,
}

/// The newest replies the public sees, at most `limit`.
pub async fn latest(db: &mut PgConnection, limit: i64, now: Ts) -> sqlx::Result<Vec<Latest>> {
    sqlx::query_as!(
        Latest,
        "select comments.id, comments.name, comments.body_html, comments.created_at, title
         from comments join articles on articles.id = article_id
         where status = 'approved' and state = 'published' and published_at <= $1
         order by comments.created_at desc, comments.id desc limit $2",
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// A comment as its own author may see it.
pub struct OwnComment {
    /// What has been decided.
    pub status: Status,
    /// The name given.
    pub name: String,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// The article's title.
    pub title: String,
    /// The article's address; none while the article is not there to read.
    pub path: Option<String>,
}

/// A comment for its own author, whatever was decided about it.
pub async fn find_own(
    db: &mut PgConnection,
    id: CommentId,
    now: Ts,
) -> sqlx::Result<Option<OwnComment>> {
    sqlx::query_as!(
        OwnComment,
        "select status, name, comments.body_html, comments.created_at, title,
             case when state = 'published' and published_at <= $2 then path end as path
         from comments join articles on articles.id = article_id where comments.id = $1",
        id.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}
