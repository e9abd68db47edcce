//! SQL on the notes that moderators write about commenters.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::commenters::policy::CommenterNote;
use crate::ids::{AccountId, CommenterId};

/// Lists the notes about a commenter, newest first.
pub async fn list(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Vec<CommenterNote>> {
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

pub async fn insert(
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

/// Deletes a note if this moderator wrote it. Does nothing if the note does not exist.
pub async fn delete_of(
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
