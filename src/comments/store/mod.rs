//! All SQL on comments, but for decisions about them. What the public sees is decided here and nowhere else: approved,
//! under an article that is published by now. On which page it stands is in `threads`.

mod own;
mod purge;
mod threads;

use std::net::IpAddr;

use sqlx::PgConnection;

use super::NETWORK_ROW;
use super::model::{Comment, Day, Discussion, NewComment, Staff, Status, Subject};
use super::screening::{Reason, Verdict};
use crate::classifier::Prediction;
use crate::clock::Ts;
use crate::commenters::FixedPolicy;
use crate::crypto::Keys;
use crate::ids::{ArticleId, CommentId, CommenterId};
use crate::limits::network;
use crate::publication::{DiscussionSettings, Edition};
use crate::text::SafeHtml;

pub use own::*;
pub use purge::*;
pub use threads::*;

/// What a reply is to stand under, if it is an article that can be read now; and which edition of the publication holds at
/// this moment, so that who knows that one need not ask for it.
pub async fn find_subject(
    db: &mut PgConnection,
    id: Option<ArticleId>,
    now: Ts,
) -> sqlx::Result<(Edition, Option<Subject>)> {
    let found = sqlx::query!(
        r#"select settings.xmin::text::bigint as "edition!: Edition", articles.id as "id?", articles.title as "title?", path,
               articles.replies_open as "replies_open?", case when kind = 'article' then published_at end as grows_old_from
           from settings left join articles on articles.id = $1 and state = 'published' and published_at <= $2"#,
        id.map(|id| id.0),
        now as Ts,
    )
    .fetch_one(db)
    .await?;
    let subject = || {
        Some(Subject {
            article_id: found.id?,
            title: found.title?,
            path: found.path?,
            replies_open: found.replies_open?,
            grows_old_from: found.grows_old_from,
        })
    };
    Ok((found.edition, subject()))
}

/// The discussion under an article that can be read now.
pub async fn find_discussion(
    db: &mut PgConnection,
    settings: &DiscussionSettings,
    id: ArticleId,
    now: Ts,
) -> sqlx::Result<Option<Discussion>> {
    let (_, subject) = find_subject(db, Some(id), now).await?;
    Ok(subject.map(|subject| subject.discussion(settings, now)))
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

/// The comment that says the same already: what one browser sends twice from one network within a day or so.
pub async fn find_said(
    db: &mut PgConnection,
    keys: &Keys,
    article_id: ArticleId,
    commenter_id: Option<CommenterId>,
    comment: &NewComment,
    now: Ts,
) -> sqlx::Result<Option<CommentId>> {
    let days = [Day::Today, Day::Yesterday];
    let said = days.map(|day| comment.said(keys, day, now)).concat();
    let parent_id = comment.parent_id.map_or(0, |id| id.0);
    // Two statements, since the index is of no use to one that allows for both.
    match commenter_id {
        Some(commenter_id) => {
            sqlx::query_scalar!(
                "select id from comments
                 where article_id = $1 and coalesce(parent_id, 0) = $2 and commenter_id = $3 and said_once = any($4)
                 order by id limit 1",
                article_id.0,
                parent_id,
                commenter_id.0,
                &said,
            )
            .fetch_optional(db)
            .await
        }
        None => {
            sqlx::query_scalar!(
                "select id from comments
                 where article_id = $1 and coalesce(parent_id, 0) = $2 and commenter_id is null and said_once = any($3)
                 order by id limit 1",
                article_id.0,
                parent_id,
                &said,
            )
            .fetch_optional(db)
            .await
        }
    }
}

/// Notes that something is sent by each of `keys`, unless something was by one of them in the last `seconds`: then gives
/// how many of these are left.
pub async fn note_or_wait(
    db: &mut PgConnection,
    keys: &[Vec<u8>],
    seconds: i32,
    now: Ts,
) -> sqlx::Result<Result<(), i64>> {
    let seconds = i64::from(seconds);
    if seconds == 0 {
        return Ok(Ok(()));
    }
    let noted = sqlx::query!(
        "insert into lately (key, at) select key, $2 from unnest($1::bytea[]) as key order by key
         on conflict (key) do update set at = excluded.at where lately.at <= $3",
        keys,
        now as Ts,
        now.plus_seconds(-seconds) as Ts,
    )
    .execute(&mut *db)
    .await?;
    if usize::try_from(noted.rows_affected()) == Ok(keys.len()) {
        return Ok(Ok(()));
    }
    // The transaction is given up, so that who was too fast waits no longer for having tried.
    let last = sqlx::query_scalar!(
        r#"select max(at) as "at?: Ts" from lately where key = any($1) and at < $2"#,
        keys,
        now as Ts,
    )
    .fetch_one(db)
    .await?
    .unwrap_or(now);
    let left = last.plus_seconds(seconds).unix_micros() - now.unix_micros();
    Ok(Err(((left + 999_999) / 1_000_000).clamp(1, seconds)))
}

/// What is known of whoever writes, as the rules ask for it.
pub struct Known {
    /// Their address is blocked.
    pub is_blocked: bool,
    /// The domain of their address, or one that it is below, if one is blocked.
    pub blocked_domain: Option<String>,
    /// They write from a blocked network.
    pub is_blocked_network: bool,
    /// What a moderator wants done with whatever they write.
    pub treatment: Option<FixedPolicy>,
    /// Something of theirs was approved before, under the name if one is given.
    pub was_approved: bool,
    /// The list of words to hold replies for, whoever writes.
    pub hold_words: String,
    /// The list of words to refuse replies for.
    pub refuse_words: String,
}

/// What is known of someone who writes with an address of these domains, from a network; and the word lists, since whoever
/// asks the one needs the other.
pub async fn known_of(
    db: &mut PgConnection,
    id: Option<CommenterId>,
    domains: &[String],
    from: IpAddr,
    name: Option<&str>,
) -> sqlx::Result<Known> {
    sqlx::query_as!(
        Known,
        r#"select coalesce((select blocked_at is not null from commenters where id = $1), false) as "is_blocked!",
               (select treatment from commenters where id = $1) as "treatment: FixedPolicy",
               (select domain from blocked_domains where domain = any($2) order by length(domain) desc limit 1) as blocked_domain,
               exists (select 1 from blocked_networks where network >>= $3::text::inet) as "is_blocked_network!",
               exists (select 1 from comments where commenter_id = $1 and status = 'approved' and name = coalesce($4, name))
                   as "was_approved!",
               hold_words, refuse_words
           from word_lists"#,
        id.map(|id| id.0),
        domains,
        from.to_canonical().to_string(),
        name,
    )
    .fetch_one(db)
    .await
}

/// Keeps a reply; none if the same was kept already. Its network is kept, sealed, until `network_until`.
#[expect(
    clippy::too_many_arguments,
    reason = "a comment, whose it is, where, when, and what became of it"
)]
pub async fn insert(
    db: &mut PgConnection,
    keys: &Keys,
    article_id: ArticleId,
    commenter_id: Option<CommenterId>,
    comment: &NewComment,
    verdict: &Verdict,
    network_until: Option<Ts>,
    now: Ts,
) -> sqlx::Result<Option<CommentId>> {
    let network = network_until.map(|_| {
        let from = comment.from.to_canonical().to_string();
        keys.seal(NETWORK_ROW, from.as_bytes())
    });
    let network_hash = network_until.map(|_| network_hash(keys, comment.from));
    let inserted = sqlx::query_scalar!(
        "with fresh as (select nextval('comments_id_seq') as id)
         insert into comments
             (id, article_id, parent_id, root_id, commenter_id, account_id, name, website, body, body_html, said_once, status,
              reasons, created_at, network_sealed, network_until, network_hash, status_since, score, signals)
         select fresh.id, $1, $2, coalesce((select root_id from comments where id = $2), fresh.id), $3, $4, $5, $6, $7, $8, $9,
             $10, $11, $12, $13, $14, $15, $12, $16, $17
         from fresh
         on conflict (article_id, coalesce(parent_id, 0), commenter_id, said_once) do nothing
         returning id",
        article_id.0,
        comment.parent_id.map(|id| id.0),
        commenter_id.map(|id| id.0),
        comment.account_id.map(|id| id.0),
        comment.name,
        comment.website.as_ref().map(ToString::to_string),
        comment.body,
        comment.body_html.as_str(),
        comment.said(keys, Day::Today, now).swap_remove(0),
        verdict.status as Status,
        &stored(verdict),
        now as Ts,
        network,
        network_until as Option<Ts>,
        network_hash,
        verdict.opinion.as_ref().map(|opinion| opinion.score),
        &signals(verdict),
    )
    .fetch_optional(&mut *db)
    .await?;
    if let Some(id) = inserted {
        let id = CommentId(id.0);
        ask_checker(db, id, verdict, now).await?;
        return Ok(Some(id));
    }
    Ok(None)
}

/// What finds comments that came from one network: the network itself is sealed.
pub fn network_hash(keys: &Keys, from: IpAddr) -> Vec<u8> {
    let network = network(from).to_string();
    keys.find_by("network of comments", network.as_bytes())
        .to_vec()
}

fn stored(verdict: &Verdict) -> Vec<String> {
    verdict.reasons.iter().map(Reason::stored).collect()
}

/// The signals that weighed most in what is thought of a comment, as they are stored.
fn signals(verdict: &Verdict) -> Vec<String> {
    let opinion = verdict.opinion.as_ref();
    opinion.map(Prediction::encode_weights).unwrap_or_default()
}

async fn ask_checker(
    db: &mut PgConnection,
    id: CommentId,
    verdict: &Verdict,
    now: Ts,
) -> sqlx::Result<()> {
    if let Some(otherwise) = verdict.once_checked {
        sqlx::query!(
            "insert into checks (comment_id, otherwise, next_try_at) values ($1, $2, $3)",
            id.0,
            otherwise as Status,
            now as Ts,
        )
        .execute(db)
        .await?;
    }
    Ok(())
}

/// Rows that change in one go when networks are forgotten, so that nobody waits for them.
const FORGOTTEN_AT_ONCE: i64 = 5_000;
/// After two days, in seconds, nothing is compared with what was said then.
const SAID_LATELY: i64 = 2 * DAY;
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Longer ago than any pause between two replies, in seconds.
const LATELY: i64 = 60 * 60;

/// Forgets the networks whose time has come. Takes the part that they have in `said_once` out of comments that are older
/// than two days: whoever has the secret key could find a network by trying them all.
pub async fn forget_where_from(
    db: &mut PgConnection,
    network_days: i32,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update comments set said_once = int8send(id)
         where id in (select id from comments where length(said_once) = 32 and created_at < $1 limit $2)",
        now.plus_seconds(-SAID_LATELY) as Ts,
        FORGOTTEN_AT_ONCE,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from lately where at < $1",
        now.plus_seconds(-LATELY) as Ts,
    )
    .execute(&mut *db)
    .await?;
    // The publication may have come to want them kept for less long, or not at all.
    let longest = now.plus_seconds(i64::from(network_days) * DAY);
    sqlx::query!(
        "update comments set network_until = $1
         where id in (select id from comments where network_until > $1 limit $2)",
        longest as Ts,
        FORGOTTEN_AT_ONCE,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update comments set network_sealed = null, network_until = null, network_hash = null
         where id in (select id from comments where network_until <= $1 limit $2)",
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
