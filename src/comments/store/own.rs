//! What the author of comments has to do with: their own view, changing and erasing, and all that is kept of them.

use sqlx::PgConnection;

use super::{ask_checker, signals, stored};
use crate::classifier;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::Verdict;
use crate::ids::{AccountId, ArticleId, CommentId, CommenterId};
use crate::text::{Format, SafeHtml, excerpt, markdown};

/// A comment as its own author may see it.
pub struct OwnComment {
    /// Its number.
    pub id: CommentId,
    /// What has been decided.
    pub status: Status,
    /// Why, as stored.
    pub reasons: Vec<String>,
    /// Whose address it was sent with.
    pub commenter_id: Option<CommenterId>,
    /// The member of staff who wrote it.
    pub account_id: Option<AccountId>,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text, as written.
    pub body: String,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// When it was last changed, by its author or by the staff.
    pub edited_at: Option<Ts>,
    /// When the staff changed it last.
    pub staff_edited_at: Option<Ts>,
    /// When its words went: its author took it back, or it was refused for too long.
    pub erased_at: Option<Ts>,
    /// For how many days it lay there refused, if that is why its words went.
    pub kept_days: Option<i64>,
    /// Counts changes.
    pub version: i32,
    /// The article.
    pub article_id: ArticleId,
    /// Its title; a mark while the article is not there to read.
    pub title: String,
    /// Its address; none while the article is not there to read.
    pub path: Option<String>,
}

/// Whether a moderator has decided about a comment.
pub async fn was_decided(db: &mut PgConnection, id: CommentId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from decisions where comment_id = $1) as "was!""#,
        id.0,
    )
    .fetch_one(db)
    .await
}

impl OwnComment {
    /// Whether it was not refused, nor taken back.
    pub fn is_taken(&self) -> bool {
        matches!(self.status, Status::Held | Status::Approved) && self.erased_at.is_none()
    }

    /// How it begins, as plain words: enough to know it again in a list.
    pub fn beginning(&self) -> String {
        const CHARS: usize = 160;
        excerpt::excerpt(&markdown::html_to_text(self.body_html.as_str()), CHARS)
    }
}

/// Comments as their authors see them, from `from` on: an article that is not there to read, now being `$2`, is not named.
macro_rules! own {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            OwnComment,
            r#"select comments.id, status, reasons, commenter_id as "commenter_id: CommenterId", account_id as "account_id: AccountId",
                   name, website, comments.body, comments.body_html, comments.created_at, edited_at, erased_at, comments.version,
                   case when purged then extract(day from erased_at - status_since)::bigint end as kept_days,
                   (select max(replaced_at) from comment_versions where comment_versions.comment_id = comments.id) as "staff_edited_at: Ts",
                   article_id as "article_id: ArticleId",
                   case when state = 'published' and published_at <= $2 then title else '…' end as "title!",
                   case when state = 'published' and published_at <= $2 then path end as path
               "# + $which,
            $($argument),+
        )
    };
}

/// A comment for its own author, whatever was decided about it.
pub async fn find_own(
    db: &mut PgConnection,
    id: CommentId,
    now: Ts,
) -> sqlx::Result<Option<OwnComment>> {
    own!(
        "from comments join articles on articles.id = article_id where comments.id = $1",
        id.0,
        now as Ts
    )
    .fetch_optional(db)
    .await
}

/// What someone wrote, newest first: at most `limit`, from before comment `before`.
pub async fn own_comments(
    db: &mut PgConnection,
    id: CommenterId,
    before: Option<CommentId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<OwnComment>> {
    own!(
        "from comments join articles on articles.id = article_id
         where commenter_id = $1 and comments.id < coalesce($3, 9223372036854775807)
         order by comments.id desc limit $4",
        id.0,
        now as Ts,
        before.map(|id| id.0),
        limit
    )
    .fetch_all(db)
    .await
}

/// Changes the words of a comment, unless it was changed since `version`, refused, taken back, or is older than
/// `written_after`; whether it was changed.
#[expect(
    clippy::too_many_arguments,
    reason = "new words, what became of them, and what they may replace"
)]
pub async fn change(
    db: &mut PgConnection,
    id: CommentId,
    version: i32,
    body: &str,
    body_html: &SafeHtml,
    verdict: &Verdict,
    written_after: Ts,
    now: Ts,
) -> sqlx::Result<bool> {
    // Other words are decided about anew.
    classifier::untrain(db, &[id]).await?;
    let done = sqlx::query!(
        "update comments
         set body = $3, body_html = $4, format = 'markdown', status = $5, reasons = $6, edited_at = $7, version = version + 1,
             status_since = case when status = $5 then status_since else $7 end, lookalike_id = null, score = $9, signals = $10
         where id = $1 and version = $2 and status in ('held', 'approved') and erased_at is null and created_at > $8",
        id.0,
        version,
        body,
        body_html.as_str(),
        verdict.status as Status,
        &stored(verdict),
        now as Ts,
        written_after as Ts,
        verdict.opinion.as_ref().map(|opinion| opinion.score),
        &signals(verdict),
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("delete from checks where comment_id = $1", id.0)
        .execute(&mut *db)
        .await?;
    ask_checker(db, id, verdict, now).await?;
    Ok(true)
}

/// Takes the words out of comments, and all that says who wrote them; what they said before the staff changed it, too. Their places stay, for what answers them and for
/// the log of decisions. Gives how many there were.
pub async fn erase(db: &mut PgConnection, ids: &[CommentId], now: Ts) -> sqlx::Result<u64> {
    classifier::untrain(db, ids).await?;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let erased = sqlx::query!(
        "with wanted as (
             select id from comments where id = any($1) and erased_at is null order by id for update
         )
         update comments
         set name = '—', website = null, body = '', body_html = '', commenter_id = null, network_sealed = null, network_until = null,
             network_hash = null, lookalike_id = null, score = null, signals = '{}',
             said_once = int8send(comments.id), reasons = '{}', status = 'trashed', erased_at = $2, version = version + 1
         from wanted where comments.id = wanted.id",
        &ids,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from checks where comment_id = any($1)", &ids)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "delete from comment_versions where comment_id = any($1)",
        &ids
    )
    .execute(db)
    .await?;
    Ok(erased.rows_affected())
}

/// Takes the words out of everything that someone wrote. Nothing new of theirs is kept until the transaction ends.
pub async fn erase_all_of(db: &mut PgConnection, id: CommenterId, now: Ts) -> sqlx::Result<u64> {
    sqlx::query!("select id from commenters where id = $1 for update", id.0)
        .fetch_optional(&mut *db)
        .await?;
    let ids = sqlx::query_scalar!("select id from comments where commenter_id = $1", id.0)
        .fetch_all(&mut *db)
        .await?;
    erase(db, &ids, now).await
}

/// A comment with all that is kept of it, for the person who wrote it.
pub struct KeptComment {
    /// Its number.
    pub id: CommentId,
    /// The comment it answers.
    pub parent_id: Option<CommentId>,
    /// The article's title.
    pub title: String,
    /// The article's address, if it has one.
    pub path: Option<String>,
    /// What has been decided.
    pub status: Status,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text as it was typed.
    pub body: String,
    /// When it was written.
    pub created_at: Ts,
    /// When it was last changed, by its author or by the staff.
    pub edited_at: Option<Ts>,
    /// The network it came from, sealed for [`NETWORK_ROW`](crate::comments::NETWORK_ROW).
    pub network_sealed: Option<Vec<u8>>,
    /// How long that is kept.
    pub network_until: Option<Ts>,
}

/// Everything that someone wrote, in the order in which it was written.
pub async fn kept_of(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Vec<KeptComment>> {
    sqlx::query_as!(
        KeptComment,
        r#"select comments.id, parent_id, title, path, status, name, website, comments.body, comments.created_at, edited_at,
               network_sealed, network_until
           from comments join articles on articles.id = article_id
           where commenter_id = $1 order by comments.created_at, comments.id"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

/// What was decided about a comment, and when.
pub struct Decided {
    /// About which.
    pub comment_id: CommentId,
    /// What it was.
    pub from: Status,
    /// What it became.
    pub to: Status,
    /// When.
    pub at: Ts,
}

/// The decisions about everything that someone wrote. Who made them is the site's own affair.
pub async fn decisions_about(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Vec<Decided>> {
    sqlx::query_as!(
        Decided,
        r#"select comment_id, from_status as "from!", to_status as "to!", decided_at as at
           from decisions join comments on comments.id = comment_id
           where commenter_id = $1 order by decisions.id"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

/// What a comment said before the staff changed it.
pub struct Version {
    /// Which comment.
    pub comment_id: CommentId,
    /// Which of its versions.
    pub version: i32,
    /// The name it had.
    pub name: String,
    /// The website it had.
    pub website: Option<String>,
    /// The text, as it was written.
    pub body: String,
    /// How that is written.
    pub format: Format,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was changed.
    pub replaced_at: Ts,
    /// Who changed it.
    pub replaced_by: String,
}

macro_rules! versions {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Version,
            r#"select comment_versions.comment_id as "comment_id: CommentId", comment_versions.version, comment_versions.name, comment_versions.website,
                   comment_versions.body, comment_versions.format as "format: Format", comment_versions.body_html as "body_html: SafeHtml",
                   replaced_at, accounts.name as replaced_by
               from comment_versions join accounts on accounts.id = replaced_by "# + $which,
            $($argument),+
        )
    };
}

/// What a comment said before the staff changed it, each time, newest first.
pub async fn versions_of(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Vec<Version>> {
    versions!(
        "where comment_versions.comment_id = $1 order by comment_versions.version desc",
        id.0
    )
    .fetch_all(db)
    .await
}

/// The same of these comments, in the order in which they were changed.
pub async fn versions_of_all(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<Version>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    versions!(
        "where comment_versions.comment_id = any($1) order by comment_versions.comment_id, comment_versions.version",
        &ids
    )
    .fetch_all(db)
    .await
}
