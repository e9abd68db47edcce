//! What moderators keep about the people who reply: how these are treated, and notes. All SQL on it, but for blocks, which
//! have a file of their own.

use sqlx::PgConnection;

use super::{FixedPolicy, blocks};
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::ids::{AccountId, CommenterId};

/// How someone is treated, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommenterPolicy {
    /// As the rules say.
    Default,
    /// Their replies always wait for a moderator, or never do where it is proved that they are theirs.
    Fixed(FixedPolicy),
    /// What they send goes to the trash.
    Blocked,
}

impl CommenterPolicy {
    /// All of them, in the order the desk shows.
    pub const ALL: [Self; 4] = [
        Self::Default,
        Self::Fixed(FixedPolicy::Hold),
        Self::Fixed(FixedPolicy::Trust),
        Self::Blocked,
    ];

    /// Its word in forms, in the log and in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "anyone",
            Self::Fixed(treatment) => treatment.word(),
            Self::Blocked => "blocked",
        }
    }

    /// That of the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|treated| treated.word() == word)
    }

    /// Under a block lies what holds once it is taken back.
    fn effective(treatment: Option<FixedPolicy>, is_blocked: bool) -> Self {
        match (is_blocked, treatment) {
            (true, _) => Self::Blocked,
            (false, Some(treatment)) => Self::Fixed(treatment),
            (false, None) => Self::Default,
        }
    }
}

/// How someone is treated, since when, and who made it so.
pub struct PolicyInfo {
    /// How.
    pub policy: CommenterPolicy,
    /// What holds apart from a block.
    pub fixed: Option<FixedPolicy>,
    /// Since when.
    pub at: Option<Ts>,
    /// Who made it so.
    pub by: Option<String>,
}

/// Sees to it that nobody else changes how someone is treated, or takes them away, before the transaction ends; whether
/// they are still there.
pub async fn lock_commenter(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<bool> {
    let found = sqlx::query!(
        "select id from commenters where id = $1 for no key update",
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

/// How someone is treated.
pub async fn find_policy(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<PolicyInfo>> {
    let found = sqlx::query!(
        r#"select treatment as "treatment: FixedPolicy", blocked_at is not null as "is_blocked!",
               case when blocked_at is not null then blocked_at else treated_at end as "at: Ts",
               (select name from accounts
                where accounts.id = case when blocked_at is not null then blocked_by else treated_by end) as by
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

/// Has the replies of someone treated so from now on.
pub async fn set_policy(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    treatment: Option<FixedPolicy>,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set treatment = $2, treated_at = $3, treated_by = $4 where id = $1",
        id.0,
        treatment as Option<FixedPolicy>,
        now as Ts,
        moderator.id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Blocks someone, or takes the block back; whether that changed anything.
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

/// What a moderator noted about someone.
pub struct CommenterNote {
    /// Its number.
    pub id: i64,
    /// The words.
    pub note: String,
    /// When it was written.
    pub written_at: Ts,
    /// Who wrote it.
    pub account_id: AccountId,
    /// Their name.
    pub by: String,
}

/// The notes on someone, newest first.
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

/// Notes something about someone.
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

/// Takes away a note on someone that this moderator wrote; one that is gone is no mistake.
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
