//! SQL on the browsers in which a commenter's email was verified.

use sqlx::PgConnection;

use crate::ids::CommenterId;

pub async fn count(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from commenter_browsers where commenter_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Deletes all browsers in which a commenter's email was verified, and revokes the links to the commenter's page.
pub async fn delete_all(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from commenter_browsers where commenter_id = $1",
        id.0
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update commenters set link_seed = gen_random_uuid() where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}
