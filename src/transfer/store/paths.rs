//! SQL for the paths of imported articles, and for the paths of WordPress pages that showed an uploaded file.

use sqlx::PgConnection;

use super::articles::PlacedArticle;

/// Returns which of the given paths already lead to an article, each with the ID of that article.
pub async fn list_owners(
    db: &mut PgConnection,
    paths: &[String],
) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query!(
        "select path, article_id from article_paths where path = any($1)",
        paths,
    )
    .map(|row| (row.path, row.article_id.0))
    .fetch_all(db)
    .await
}

/// Assigns each path to the article at the same index in `article_ids`. A path that another article has taken in the
/// meantime is not reassigned.
pub async fn insert(
    db: &mut PgConnection,
    paths: &[String],
    article_ids: &[i64],
) -> sqlx::Result<()> {
    // An editor may have saved an article with this path since the owners were loaded.
    sqlx::query!(
        "insert into article_paths (path, article_id) select * from unnest($1::text[], $2::bigint[])
         on conflict (path) do nothing",
        paths,
        article_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Stores the paths that articles had under former slugs. At the end of the import, [`assign_pending`] assigns those that
/// are still free.
pub async fn insert_pending(db: &mut PgConnection, articles: &[PlacedArticle]) -> sqlx::Result<()> {
    let (paths, article_ids): (Vec<String>, Vec<i64>) = articles
        .iter()
        .flat_map(|article| {
            let paths = article.planned.old_slug_paths.iter();
            paths.map(|path| (path.clone(), article.id))
        })
        .unzip();
    if paths.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into imported_paths (path, article_id) select * from unnest($1::text[], $2::bigint[])
         on conflict do nothing",
        &paths,
        &article_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Assigns the paths that [`insert_pending`] has stored to their articles. Paths that already lead to an article are not
/// changed.
pub async fn assign_pending(db: &mut PgConnection) -> sqlx::Result<()> {
    // Several articles may have had a slug. The lowest ID gets its path, so that a repeated import gives the same result.
    sqlx::query!(
        "insert into article_paths (path, article_id)
         select distinct on (path) path, article_id from imported_paths order by path, article_id
         on conflict (path) do nothing"
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes the WordPress page of each uploaded file lead to the article that the file was uploaded to.
pub async fn insert_for_uploads(db: &mut PgConnection, site_id: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_paths (path, article_id)
         select media.path, article_id from imported_media media
         join imported_articles article on article.wordpress_id = article_wordpress_id and article.site_id = media.site_id
         where media.site_id = $1 and media.path is not null
         on conflict (path) do nothing",
        site_id,
    )
    .execute(db)
    .await?;
    Ok(())
}
