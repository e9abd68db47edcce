//! All SQL on digests.

use sqlx::PgConnection;

use crate::accounts::{Moderator, Rhythm};
use crate::clock::Ts;
use crate::ids::{AccountId, ActId, CommentId, DigestId};
use crate::text::SafeHtml;

/// Someone who hears of what waits by mail.
pub struct Account {
    /// Their number.
    pub id: AccountId,
    /// How often they hear.
    pub rhythm: Rhythm,
    /// When their last digest was made.
    pub digest_at: Option<Ts>,
    /// When their address was confirmed.
    pub confirmed_at: Ts,
    /// When it was given.
    pub set_at: Ts,
}

/// What a digest told of, to whom, and what the address of its page is signed with.
pub struct Digest {
    /// Its number.
    pub id: DigestId,
    /// To whom.
    pub account_id: AccountId,
    /// Part of the signature: with another one the page is void.
    pub seed: String,
    /// The comments, newest first.
    pub comments: Vec<i64>,
    /// When it was made.
    pub made_at: Ts,
    /// Until when its page works.
    pub expires_at: Ts,
}

/// A comment that waits.
pub struct Held {
    /// Its number.
    pub id: CommentId,
    /// Who wrote it.
    pub name: String,
    /// The article's title.
    pub title: String,
    /// The text.
    pub body_html: SafeHtml,
    /// Since when it waits.
    pub held_at: Ts,
}

/// Those who hear of what waits, at an address that they have confirmed and from which nothing came back.
pub async fn accounts(db: &mut PgConnection) -> sqlx::Result<Vec<Account>> {
    sqlx::query_as!(
        Account,
        r#"select id, digest as "rhythm: Rhythm", digest_at as "digest_at: Ts",
               email_confirmed_at as "confirmed_at!: Ts", email_set_at as "set_at!: Ts"
           from accounts
           where digest <> 'never' and email_sealed is not null and email_confirmed_at is not null and silenced_at is null
           order by id"#
    )
    .fetch_all(db)
    .await
}

/// The newest comments that wait for a moderator, and not for the checker: at most `limit`.
pub async fn newest_held(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Held>> {
    sqlx::query_as!(
        Held,
        r#"select comments.id, comments.name, title, comments.body_html,
               greatest(comments.created_at, comments.status_since) as "held_at!: Ts"
           from comments join articles on articles.id = article_id
           where status = 'held' and erased_at is null and not ('being-checked' = any(reasons))
           order by comments.created_at desc, comments.id desc limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The comments that the last digest of an account told of.
pub async fn last_told(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Vec<i64>> {
    let last = sqlx::query_scalar!(
        "select comments from digests where account_id = $1 order by id desc limit 1",
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(last.unwrap_or_default())
}

/// Notes that a digest is made now for an account that is as it was found. `false` if another was made meanwhile, or none
/// is wanted any more.
pub async fn advance(db: &mut PgConnection, account: &Account, now: Ts) -> sqlx::Result<bool> {
    let advanced = sqlx::query!(
        "update accounts set digest_at = $2
         where id = $1 and digest_at is not distinct from $3 and digest = $4
           and email_set_at = $5 and email_confirmed_at is not null and silenced_at is null",
        account.id.0,
        now as Ts,
        account.digest_at as Option<Ts>,
        account.rhythm as Rhythm,
        account.set_at as Ts,
    )
    .execute(db)
    .await?;
    Ok(advanced.rows_affected() == 1)
}

/// Adds a digest.
pub async fn insert(
    db: &mut PgConnection,
    id: AccountId,
    comments: &[i64],
    now: Ts,
    expires_at: Ts,
) -> sqlx::Result<Digest> {
    sqlx::query_as!(
        Digest,
        r#"insert into digests (account_id, comments, made_at, expires_at) values ($1, $2, $3, $4)
           returning id, account_id, comments, made_at, expires_at,
               (select seed::text from accounts where accounts.id = account_id) as "seed!""#,
        id.0,
        comments,
        now as Ts,
        expires_at as Ts,
    )
    .fetch_one(db)
    .await
}

/// A digest, while its page works.
pub async fn find(db: &mut PgConnection, id: DigestId, now: Ts) -> sqlx::Result<Option<Digest>> {
    sqlx::query_as!(
        Digest,
        r#"select digests.id, account_id, comments, made_at, expires_at, seed::text as "seed!"
           from digests join accounts on accounts.id = account_id
           where digests.id = $1 and expires_at > $2"#,
        id.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

/// How many of these comments have lost their words since.
pub async fn erased_of(db: &mut PgConnection, comments: &[i64]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from comments where id = any($1) and erased_at is not null"#,
        comments,
    )
    .fetch_one(db)
    .await
}

/// Whether a moderator's own act was about comments of a digest alone, and after it was made.
pub async fn holds_act(
    db: &mut PgConnection,
    digest: &Digest,
    moderator: &Moderator,
    act: ActId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select coalesce(bool_and(comment_id = any($3) and account_id = $2 and decided_at >= $4), false) as "holds!"
           from (select comment_id, account_id, decided_at from decisions where act = $1 limit $5) of_act"#,
        act.0,
        moderator.id.0,
        &digest.comments,
        digest.made_at as Ts,
        // One more than there can be.
        i64::try_from(digest.comments.len()).unwrap_or(i64::MAX).saturating_add(1),
    )
    .fetch_one(db)
    .await
}

/// The end of the log: the last place and its hash.
pub async fn end_of_log(db: &mut PgConnection) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    let last =
        sqlx::query!("select position, hash from log_entries order by position desc limit 1")
            .fetch_optional(db)
            .await?;
    Ok(last.map(|last| (last.position, last.hash)))
}

/// Forgets digests whose pages do not work any more.
pub async fn forget(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!("delete from digests where expires_at <= $1", now as Ts)
        .execute(db)
        .await?;
    Ok(())
}
