//! SQL on the policies that moderators set for commenters.

use sqlx::PgConnection;

use super::blocks;
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::commenters::FixedPolicy;
use crate::commenters::policy::{CommenterPolicy, PolicyInfo};
use crate::ids::CommenterId;

/// Locks a commenter's row until the transaction ends. Returns whether the commenter still exists.
pub async fn lock_commenter(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<bool> {
    let found = sqlx::query!(
        "select id from commenters where id = $1 for no key update",
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

/// Returns the policy that applies to a commenter.
pub async fn find(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Option<PolicyInfo>> {
    sqlx::query!(
        r#"select policy as "fixed: FixedPolicy", blocked_at is not null as "is_blocked!",
               case when blocked_at is not null then blocked_at else policy_set_at end as "at: Ts",
               (select name from accounts
                where accounts.id = case when blocked_at is not null then blocked_by else policy_set_by end) as by
           from commenters where id = $1"#,
        id.0,
    )
    .map(|found| PolicyInfo {
        policy: CommenterPolicy::effective(found.fixed, found.is_blocked),
        fixed: found.fixed,
        at: found.at,
        by: found.by,
    })
    .fetch_optional(db)
    .await
}

/// Sets or removes a commenter's policy.
pub async fn set(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    fixed: Option<FixedPolicy>,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set policy = $2, policy_set_at = $3, policy_set_by = $4 where id = $1",
        id.0,
        fixed as Option<FixedPolicy>,
        now as Ts,
        moderator.id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Blocks or unblocks a commenter. Returns `false` if that changed nothing.
pub async fn set_blocked(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    is_blocked: bool,
    now: Ts,
) -> sqlx::Result<bool> {
    if is_blocked {
        blocks::block(db, moderator, id, now).await
    } else {
        blocks::unblock(db, moderator, id).await
    }
}
