//! All SQL of the counts that readers are shown.

use sqlx::PgConnection;

use crate::comments::Status;

/// How many comments of each month, as `2026-03`, have each status.
pub async fn counts_of_months(
    db: &mut PgConnection,
    months: &[String],
) -> sqlx::Result<Vec<(String, Status, i64)>> {
    let rows = sqlx::query!(
        r#"select key, status, sum(count)::bigint as "count!" from comment_facets
           where facet = 'month' and key = any($1) group by key, status"#,
        months,
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|row| (row.key, row.status, row.count)).collect())
}

/// How many comments were refused in each month for each of these reasons, as `2026-03 links`.
pub async fn refusals_of_months(
    db: &mut PgConnection,
    months: &[String],
    codes: &[&str],
) -> sqlx::Result<Vec<(String, i64)>> {
    let keys: Vec<String> = months
        .iter()
        .flat_map(|month| codes.iter().map(move |code| format!("{month} {code}")))
        .collect();
    let rows = sqlx::query!(
        r#"select key, sum(count)::bigint as "count!" from comment_facets
           where facet = 'month-reason' and key = any($1) and status in ('spam', 'trashed') group by key"#,
        &keys,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.count)).collect())
}
