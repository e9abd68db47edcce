//! Uploads (WordPress attachments) as exports describe them.

use sqlx::PgConnection;

use super::columns::column;

/// A file of the WordPress site.
#[derive(Clone)]
pub struct UploadRecord {
    pub wordpress_id: i64,
    /// WordPress ID of the article that it was uploaded to, or 0.
    pub parent_id: i64,
    pub url: String,
    pub alt_text: String,
    pub caption: String,
    /// Path of its attachment page.
    pub page_path: Option<String>,
}

/// Inserts or updates the uploads of a site.
pub async fn upsert(
    db: &mut PgConnection,
    site_id: i32,
    uploads: &[UploadRecord],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_media (site_id, number, article_number, address, words, caption, path)
         select distinct on (number) $1::integer, number, article_number, address, words, caption, path
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
             as upload (number, article_number, address, words, caption, path)
         on conflict (number, site_id) do update
         set article_number = excluded.article_number, address = excluded.address, words = excluded.words,
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

/// Returns the uploads with these WordPress IDs and those that belong to these articles, ordered by WordPress ID.
pub async fn list(
    db: &mut PgConnection,
    site_id: i32,
    wordpress_ids: &[i64],
    parent_ids: &[i64],
) -> sqlx::Result<Vec<UploadRecord>> {
    sqlx::query_as!(
        UploadRecord,
        "select number as wordpress_id, article_number as parent_id, address as url, words as alt_text, caption,
             path as page_path
         from imported_media where site_id = $1 and (number = any($2) or article_number = any($3)) order by number",
        site_id,
        wordpress_ids,
        parent_ids,
    )
    .fetch_all(db)
    .await
}
