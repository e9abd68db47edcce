//! Uploads, as exports describe them.

use sqlx::PgConnection;

/// An upload as an export describes it.
#[derive(Clone)]
pub struct Upload {
    /// WordPress's number.
    pub number: i64,
    /// The article it hangs on; 0 for none.
    pub article: i64,
    /// Where the file is.
    pub address: String,
    /// What is said of it where it is not seen.
    pub words: String,
    /// What stands under it.
    pub caption: String,
    /// The address of its own page.
    pub path: Option<String>,
}

/// Keeps what an export says of uploads.
pub async fn put_uploads(
    db: &mut PgConnection,
    site_id: i32,
    uploads: &[Upload],
) -> sqlx::Result<()> {
    let column = |of: fn(&Upload) -> String| uploads.iter().map(of).collect::<Vec<String>>();
    let number = |of: fn(&Upload) -> i64| uploads.iter().map(of).collect::<Vec<i64>>();
    let paths: Vec<Option<String>> = uploads.iter().map(|upload| upload.path.clone()).collect();
    sqlx::query!(
        "insert into imported_media (site_id, number, article_number, address, words, caption, path)
         select distinct on (number) $1::integer, number, article_number, address, words, caption, path
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
             as upload (number, article_number, address, words, caption, path)
         on conflict (number, site_id) do update
         set article_number = excluded.article_number, address = excluded.address, words = excluded.words,
             caption = excluded.caption, path = excluded.path",
        site_id,
        &number(|upload| upload.number),
        &number(|upload| upload.article),
        &column(|upload| upload.address.clone()),
        &column(|upload| upload.words.clone()),
        &column(|upload| upload.caption.clone()),
        &paths as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uploads of these numbers, and those that hang on these articles, in the order of their numbers.
pub async fn uploads(
    db: &mut PgConnection,
    site_id: i32,
    numbers: &[i64],
    articles: &[i64],
) -> sqlx::Result<Vec<Upload>> {
    sqlx::query_as!(
        Upload,
        "select number, article_number as article, address, words, caption, path
         from imported_media where site_id = $1 and (number = any($2) or article_number = any($3)) order by number",
        site_id,
        numbers,
        articles,
    )
    .fetch_all(db)
    .await
}

/// Lets the pages that uploads had lead to the articles they hang on.
pub async fn insert_upload_paths(db: &mut PgConnection, site_id: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_paths (path, article_id)
         select media.path, article_id from imported_media media
         join imported_articles article on article.number = article_number and article.site_id = media.site_id
         where media.site_id = $1 and media.path is not null
         on conflict (path) do nothing",
        site_id,
    )
    .execute(db)
    .await?;
    Ok(())
}
