//! SQL that reads the counts for the transparency page. They come from counter tables, so the cost does not depend on the
//! number of comments.

use sqlx::PgConnection;

use crate::comments::Status;

/// Returns the number of comments of each status in each of these months, which are given as `2026-03`.
pub async fn count_by_month(
    db: &mut PgConnection,
    months: &[String],
) -> sqlx::Result<Vec<(String, Status, i64)>> {
    // Summed: each count is spread over several rows, so that commits do not queue behind one.
    sqlx::query!(
        r#"select key, status, sum(count)::bigint as "count!" from comment_facets
           where facet = 'month' and key = any($1) group by key, status"#,
        months,
    )
    .map(|row| (row.key, row.status, row.count))
    .fetch_all(db)
    .await
}

/// Returns the number of spam and trashed comments in each of these months for each of these reason codes. The strings in
/// the result consist of month and reason code, such as `2026-03 links`.
pub async fn count_refusals(
    db: &mut PgConnection,
    months: &[String],
    codes: &[&str],
) -> sqlx::Result<Vec<(String, i64)>> {
    let keys: Vec<String> = months
        .iter()
        .flat_map(|month| codes.iter().map(move |code| format!("{month} {code}")))
        .collect();
    sqlx::query!(
        r#"select key, sum(count)::bigint as "count!" from comment_facets
           where facet = 'month-reason' and key = any($1) and status in ('spam', 'trashed') group by key"#,
        &keys,
    )
    .map(|row| (row.key, row.count))
    .fetch_all(db)
    .await
}
