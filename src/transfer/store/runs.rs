//! SQL that records when imports start and finish, and finds interrupted ones.

use sqlx::PgConnection;

use crate::clock::Ts;

/// An earlier import of the same files that has not finished.
pub struct InterruptedRun {
    pub id: i64,
    pub started_at: Ts,
    /// Number of articles and pages that the interrupted import has written.
    pub imported: i64,
}

/// Finds the latest import of these files that has not finished.
pub async fn find_interrupted(
    db: &mut PgConnection,
    sources: &str,
) -> sqlx::Result<Option<InterruptedRun>> {
    sqlx::query_as!(
        InterruptedRun,
        r#"select id, started_at, (select count(*) from imported_articles where import_id = imports.id) as "imported!"
           from imports where sources = $1 and finished_at is null order by id desc limit 1"#,
        sources,
    )
    .fetch_optional(db)
    .await
}

/// Records the start of an import and returns its ID.
pub async fn insert(db: &mut PgConnection, sources: &str, now: Ts) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into imports (sources, started_at) values ($1, $2) returning id",
        sources,
        now as Ts,
    )
    .fetch_one(db)
    .await
}

/// Marks an import as finished. Earlier interrupted imports of the same files are marked too.
pub async fn finish(db: &mut PgConnection, id: i64, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "update imports set finished_at = $2
         where finished_at is null and sources = (select sources from imports where id = $1)",
        id,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Highest WordPress ID that an imported article or comment keeps. Those with a higher ID get a new one, so that this
/// site never runs out of IDs.
pub const MAX_PRESERVED_ID: i64 = 1_000_000_000_000;

/// Makes new articles and comments get IDs above these two, so that content written on this site during an import does
/// not take the ID of an imported article or comment.
pub async fn reserve_ids(db: &mut PgConnection, article: i64, comment: i64) -> sqlx::Result<()> {
    // The lock keeps other writers from drawing an ID between reading a sequence and raising it.
    sqlx::query!("lock table articles, comments in share row exclusive mode")
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "select setval('articles_id_seq', greatest($1, (select last_value from articles_id_seq))) as articles,
                setval('comments_id_seq', greatest($2, (select last_value from comments_id_seq))) as comments",
        article,
        comment,
    )
    .fetch_one(db)
    .await?;
    Ok(())
}
