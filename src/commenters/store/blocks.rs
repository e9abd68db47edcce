//! SQL on blocked emails, email domains and IP networks.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::commenters::blocks::{BlockableDomain, BlockableNetwork};
use crate::ids::CommenterId;

/// A blocked email of a commenter, without the email address itself.
pub struct BlockedEmail {
    /// Id of the commenter. It must not be shown on pages, because it would reveal whether somebody has commented here
    /// before.
    pub id: CommenterId,
    pub at: Ts,
    pub by: Option<String>,
}

/// A blocked domain or IP network.
pub struct BlockedPlace {
    pub place: String,
    pub at: Ts,
    pub by: Option<String>,
}

/// Lists the blocked emails, most recently blocked first.
pub async fn list_emails(
    db: &mut PgConnection,
    _moderator: &Moderator,
) -> sqlx::Result<Vec<BlockedEmail>> {
    sqlx::query_as!(
        BlockedEmail,
        r#"select commenters.id, blocked_at as "at!", accounts.name as "by?"
           from commenters left join accounts on accounts.id = blocked_by
           where blocked_at is not null order by blocked_at desc, commenters.id desc"#
    )
    .fetch_all(db)
    .await
}

/// Lists the blocked domains, sorted by name.
pub async fn list_domains(
    db: &mut PgConnection,
    _moderator: &Moderator,
) -> sqlx::Result<Vec<BlockedPlace>> {
    sqlx::query_as!(
        BlockedPlace,
        r#"select domain as place, blocked_at as at, accounts.name as "by?"
           from blocked_domains left join accounts on accounts.id = blocked_by order by domain"#
    )
    .fetch_all(db)
    .await
}

/// Lists the blocked IP networks, sorted by address.
pub async fn list_networks(
    db: &mut PgConnection,
    _moderator: &Moderator,
) -> sqlx::Result<Vec<BlockedPlace>> {
    sqlx::query_as!(
        BlockedPlace,
        r#"select network::text as "place!", blocked_at as at, accounts.name as "by?"
           from blocked_networks left join accounts on accounts.id = blocked_by order by network"#
    )
    .fetch_all(db)
    .await
}

/// Blocks a commenter's email. Returns `false` if it was blocked already.
pub async fn block(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update commenters set blocked_at = $2, blocked_by = $3 where id = $1 and blocked_at is null",
        id.0,
        now as Ts,
        moderator.id.0,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Unblocks a commenter's email. Returns `false` if it was not blocked.
pub async fn unblock(
    db: &mut PgConnection,
    _moderator: &Moderator,
    id: CommenterId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update commenters set blocked_at = null, blocked_by = null where id = $1 and blocked_at is not null",
        id.0,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Blocks a domain and its subdomains. Returns `false` if the domain was blocked already.
pub async fn block_domain(
    db: &mut PgConnection,
    moderator: &Moderator,
    domain: &BlockableDomain,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into blocked_domains (domain, blocked_by, blocked_at) values ($1, $2, $3) on conflict do nothing",
        domain.as_str(),
        moderator.id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Unblocks a domain. Returns `false` if it was not blocked.
pub async fn unblock_domain(
    db: &mut PgConnection,
    _moderator: &Moderator,
    domain: &BlockableDomain,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from blocked_domains where domain = $1",
        domain.as_str()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Blocks an IP network. Returns `false` if it was blocked already.
pub async fn block_network(
    db: &mut PgConnection,
    moderator: &Moderator,
    network: BlockableNetwork,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into blocked_networks (network, blocked_by, blocked_at) values ($1::text::cidr, $2, $3) on conflict do nothing",
        network.to_string(),
        moderator.id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Unblocks an IP network. Returns `false` if it was not blocked.
pub async fn unblock_network(
    db: &mut PgConnection,
    _moderator: &Moderator,
    network: BlockableNetwork,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from blocked_networks where network = $1::text::cidr",
        network.to_string(),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
