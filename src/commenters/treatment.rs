//! What moderators keep about the people who reply: how these are treated, and notes. All SQL on it, but for blocks, which
//! have a file of their own.

use sqlx::PgConnection;

use super::{Treatment, blocks};
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::ids::{AccountId, CommenterId};

/// How someone is treated, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treated {
    /// As the rules say.
    AsAnyone,
    /// Their replies always wait for a moderator, or never do where it is proved that they are theirs.
    Always(Treatment),
    /// What they send goes to the trash.
    Blocked,
}

impl Treated {
    /// All of them, in the order the desk shows.
    pub const ALL: [Self; 4] = [
        Self::AsAnyone,
        Self::Always(Treatment::Hold),
        Self::Always(Treatment::Trust),
        Self::Blocked,
    ];

    /// Its word in forms, in the log and in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::AsAnyone => "anyone",
            Self::Always(treatment) => treatment.word(),
            Self::Blocked => "blocked",
        }
    }

    /// That of the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|treated| treated.word() == word)
    }

    /// Under a block lies what holds once it is taken back.
    fn of(treatment: Option<Treatment>, is_blocked: bool) -> Self {
        match (is_blocked, treatment) {
            (true, _) => Self::Blocked,
            (false, Some(treatment)) => Self::Always(treatment),
            (false, None) => Self::AsAnyone,
        }
    }
}

/// How someone is treated, since when, and who made it so.
pub struct HowTreated {
    /// How.
    pub treated: Treated,
    /// What holds apart from a block.
    pub treatment: Option<Treatment>,
    /// Since when.
    pub at: Option<Ts>,
    /// Who made it so.
    pub by: Option<String>,
}

/// Sees to it that nobody else changes how someone is treated, or takes them away, before the transaction ends; whether
/// they are still there.
pub async fn hold_still(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<bool> {
    let found = sqlx::query!(
        "select id from commenters where id = $1 for no key update",
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

/// How someone is treated.
pub async fn how_treated(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<HowTreated>> {
    let found = sqlx::query!(
        r#"select treatment as "treatment: Treatment", blocked_at is not null as "is_blocked!",
               case when blocked_at is not null then blocked_at else treated_at end as "at: Ts",
               (select name from accounts
                where accounts.id = case when blocked_at is not null then blocked_by else treated_by end) as by
           from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(|found| HowTreated {
        treated: Treated::of(found.treatment, found.is_blocked),
        treatment: found.treatment,
        at: found.at,
        by: found.by,
    }))
}

/// Has the replies of someone treated so from now on.
pub async fn treat(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    treatment: Option<Treatment>,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set treatment = $2, treated_at = $3, treated_by = $4 where id = $1",
        id.0,
        treatment as Option<Treatment>,
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
pub struct Note {
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
pub async fn notes_on(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Vec<Note>> {
    sqlx::query_as!(
        Note,
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
pub async fn delete_own_note(
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
