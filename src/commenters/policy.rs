//! Policies and notes that moderators set on commenters.

use sqlx::PgConnection;

use super::{FixedPolicy, blocks};
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::ids::{AccountId, CommenterId};

/// The effective policy for a commenter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommenterPolicy {
    /// The screening rules decide.
    Default,
    /// Always held, or always approved when verified.
    Fixed(FixedPolicy),
    /// Comments go to trash.
    Blocked,
}

impl CommenterPolicy {
    /// All policies, in the order they are shown.
    pub const ALL: [Self; 4] = [
        Self::Default,
        Self::Fixed(FixedPolicy::Hold),
        Self::Fixed(FixedPolicy::Trust),
        Self::Blocked,
    ];

    /// Returns its name in forms, in the audit log and in the translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "anyone",
            Self::Fixed(treatment) => treatment.as_str(),
            Self::Blocked => "blocked",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|treated| treated.as_str() == text)
    }

    /// Combines both columns. A block hides the other policy, which applies again after it.
    fn effective(treatment: Option<FixedPolicy>, is_blocked: bool) -> Self {
        match (is_blocked, treatment) {
            (true, _) => Self::Blocked,
            (false, Some(treatment)) => Self::Fixed(treatment),
            (false, None) => Self::Default,
        }
    }
}

/// A commenter's policy, with who set it and when.
pub struct PolicyInfo {
    pub policy: CommenterPolicy,
    /// The policy apart from a block.
    pub fixed: Option<FixedPolicy>,
    pub at: Option<Ts>,
    pub by: Option<String>,
}

/// Locks a commenter's row until the transaction ends; returns whether it still exists.
pub async fn lock_commenter(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<bool> {
    let found = sqlx::query!(
        "select id from commenters where id = $1 for no key update",
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

/// Returns a commenter's policy.
pub async fn find_policy(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<PolicyInfo>> {
    let found = sqlx::query!(
        r#"select policy as "treatment: FixedPolicy", blocked_at is not null as "is_blocked!",
               case when blocked_at is not null then blocked_at else policy_set_at end as "at: Ts",
               (select name from accounts
                where accounts.id = case when blocked_at is not null then blocked_by else policy_set_by end) as by
           from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|found| PolicyInfo {
        policy: CommenterPolicy::effective(found.treatment, found.is_blocked),
        fixed: found.treatment,
        at: found.at,
        by: found.by,
    }))
}

/// Sets a commenter's policy.
pub async fn set_policy(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    treatment: Option<FixedPolicy>,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set policy = $2, policy_set_at = $3, policy_set_by = $4 where id = $1",
        id.0,
        treatment as Option<FixedPolicy>,
        now as Ts,
        moderator.id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Blocks or unblocks a commenter; returns whether that changed anything.
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

/// A moderator's note on a commenter.
pub struct CommenterNote {
    pub id: i64,
    pub note: String,
    pub written_at: Ts,
    pub account_id: AccountId,
    /// The author's name.
    pub by: String,
}

/// Lists the notes on a commenter, newest first.
pub async fn list_notes(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Vec<CommenterNote>> {
    sqlx::query_as!(
        CommenterNote,
        r#"select commenter_notes.id as "id: i64", note, written_at, account_id as "account_id: AccountId", accounts.name as by
           from commenter_notes join accounts on accounts.id = account_id
           where commenter_id = $1 order by commenter_notes.id desc"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

pub async fn insert_note(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    note: &str,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into commenter_notes (commenter_id, account_id, note, written_at) values ($1, $2, $3, $4)",
        id.0,
        moderator.id.0,
        note,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes a note that this moderator wrote. No error if it is gone.
pub async fn delete_note_of(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    note: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from commenter_notes where id = $1 and commenter_id = $2 and account_id = $3",
        note,
        id.0,
        moderator.id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}
