//! SQL for the files uploaded to a WordPress site (attachments), as exports describe them.

use sqlx::PgConnection;

use super::column;

/// A file that was uploaded to a WordPress site.
#[derive(Clone)]
pub struct UploadRecord {
    pub wordpress_id: i64,
    /// WordPress ID of the article that the file was uploaded to. 0 if there is none.
    pub parent_id: i64,
    pub url: String,
    pub alt_text: String,
    pub caption: String,
    /// Path of the WordPress page that shows the file.
    pub page_path: Option<String>,
}

/// Inserts or updates the records of files uploaded to a WordPress site.
pub async fn upsert(
    db: &mut PgConnection,
    site_id: i32,
    uploads: &[UploadRecord],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_media (site_id, wordpress_id, article_wordpress_id, url, alt_text, caption, path)
         select distinct on (wordpress_id) $1::integer, wordpress_id, article_wordpress_id, url, alt_text, caption, path
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
             as upload (wordpress_id, article_wordpress_id, url, alt_text, caption, path)
         on conflict (wordpress_id, site_id) do update
         set article_wordpress_id = excluded.article_wordpress_id, url = excluded.url, alt_text = excluded.alt_text,
             caption = excluded.caption, path = excluded.path",
        site_id,
        &column(uploads, |upload| upload.wordpress_id),
        &column(uploads, |upload| upload.parent_id),
        &column(uploads, |upload| upload.url.clone()),
        &column(uploads, |upload| upload.alt_text.clone()),
        &column(uploads, |upload| upload.caption.clone()),
        &column(uploads, |upload| upload.page_path.clone()) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the uploaded files that have one of the WordPress IDs, or that were uploaded to an article in `parent_ids`.
/// They are ordered by WordPress ID.
pub async fn list(
    db: &mut PgConnection,
    site_id: i32,
    wordpress_ids: &[i64],
    parent_ids: &[i64],
) -> sqlx::Result<Vec<UploadRecord>> {
    sqlx::query_as!(
        UploadRecord,
        "select wordpress_id, article_wordpress_id as parent_id, url, alt_text, caption,
             path as page_path
         from imported_media where site_id = $1 and (wordpress_id = any($2) or article_wordpress_id = any($3)) order by wordpress_id",
        site_id,
        wordpress_ids,
        parent_ids,
    )
    .fetch_all(db)
    .await
}
