//! Paths of imported articles and of the uploads attached to them.

use sqlx::PgConnection;

use super::articles::PlacedArticle;
use crate::ids::ArticleId;

/// A path and the article that it leads to.
pub struct PathOwner {
    pub path: String,
    pub article_id: ArticleId,
}

/// Returns the owners of those paths that are already taken.
pub async fn list_owners(db: &mut PgConnection, paths: &[String]) -> sqlx::Result<Vec<PathOwner>> {
    sqlx::query_as!(
        PathOwner,
        "select path, article_id from article_paths where path = any($1)",
        paths,
    )
    .fetch_all(db)
    .await
}

/// Gives each path to the article at the same index; a path that another article has meanwhile taken stays there.
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

/// Remembers the paths under old slugs until the end of the import, when [`assign_pending`] gives away the free ones.
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

/// Gives articles their pending paths, except those that an article has taken.
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

/// Lets the attachment pages of a site lead to the articles that the uploads belong to.
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
