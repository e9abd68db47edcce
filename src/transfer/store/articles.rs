//! SQL that inserts and updates imported articles, and finds those that an earlier import wrote.

use sqlx::PgConnection;

use super::column;
use crate::articles::store::record_revisions;
use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId};
use crate::transfer::plan::PlannedArticle;

/// An article on this site that an earlier import wrote.
pub struct KnownArticle {
    pub wordpress_id: i64,
    pub article_id: ArticleId,
    /// Hash of the export item as the earlier import read it.
    pub digest: i64,
    /// Version of the article that the earlier import wrote.
    pub imported_version: i32,
    /// Current version of the article. If it is higher than the imported version, an editor has changed the article on
    /// this site.
    pub current_version: i32,
    pub import_id: i64,
}

/// Returns the articles of a WordPress site that have one of these WordPress IDs and were imported before.
pub async fn list_known(
    db: &mut PgConnection,
    site_id: i32,
    wordpress_ids: &[i64],
) -> sqlx::Result<Vec<KnownArticle>> {
    sqlx::query_as!(
        KnownArticle,
        "select wordpress_id, article_id, digest, imported_articles.version as imported_version,
             articles.version as current_version, import_id
         from imported_articles join articles on id = article_id
         where site_id = $1 and wordpress_id = any($2)",
        site_id,
        wordpress_ids,
    )
    .fetch_all(db)
    .await
}

/// Returns the source text of an article.
pub async fn load_body(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<String> {
    sqlx::query_scalar!("select body from articles where id = $1", id.0)
        .fetch_one(db)
        .await
}

/// Returns those of the given IDs that existing articles already use.
pub async fn list_taken_ids(db: &mut PgConnection, ids: &[i64]) -> sqlx::Result<Vec<ArticleId>> {
    sqlx::query_scalar!("select id from articles where id = any($1)", ids)
        .fetch_all(db)
        .await
}

/// Returns those of the given guids that existing articles already have.
pub async fn list_taken_guids(
    db: &mut PgConnection,
    guids: &[String],
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select guid as "guid!" from articles where guid = any($1)"#,
        guids,
    )
    .fetch_all(db)
    .await
}

/// Reserves `count` unused article IDs.
pub async fn allocate_ids(db: &mut PgConnection, count: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select nextval('articles_id_seq') as "id!" from generate_series(1, $1::bigint)"#,
        count,
    )
    .fetch_all(db)
    .await
}

/// An article that is ready to be stored, with its ID, path and author on this site.
pub struct PlacedArticle {
    pub planned: PlannedArticle,
    pub id: i64,
    /// Current path of the article. `None` for a draft.
    pub path: Option<String>,
    pub author_id: AccountId,
    /// Guid for a new article. One that exists keeps its own.
    pub guid: String,
}

/// Inserts articles, each with its first revision. The caller must insert their paths in the same transaction, because a
/// deferred constraint requires them.
pub async fn insert(db: &mut PgConnection, articles: &[PlacedArticle]) -> sqlx::Result<()> {
    let ids = column(articles, |article| article.id);
    sqlx::query!(
        "insert into articles
             (id, slug, title, standfirst, sources, body, body_html, format, kind, draft_reason, state,
              replies_open, pinned, published_at, path, author_id, created_at, updated_at, revised_at, guid)
         select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
             $8::body_format[], $9::article_kind[], $10::draft_reason[], $11::article_state[],
             $12::boolean[], $13::boolean[], $14::timestamptz[], $15::text[], $16::bigint[], $17::timestamptz[], $18::timestamptz[],
             $19::timestamptz[], $20::text[])",
        &ids,
        &column(articles, |article| article.planned.slug.to_string()),
        &column(articles, |article| article.planned.title.clone()),
        &column(articles, |article| article.planned.standfirst.clone()),
        &column(articles, |article| article.planned.sources.clone()),
        &column(articles, |article| article.planned.body.clone()),
        &column(articles, |article| article.planned.body_html.as_str().to_owned()),
        &column(articles, |article| article.planned.format) as _,
        &column(articles, |article| article.planned.kind) as _,
        &column(articles, |article| article.planned.draft_reason) as _,
        &column(articles, |article| article.planned.state) as _,
        &column(articles, |article| article.planned.replies_open),
        &column(articles, |article| article.planned.pinned),
        &column(articles, |article| article.planned.published_at) as _,
        &column(articles, |article| article.path.clone()) as _,
        &column(articles, |article| article.author_id.0),
        &column(articles, |article| article.planned.created_at) as _,
        &column(articles, |article| article.planned.updated_at) as _,
        &column(articles, |article| article.planned.revised_at) as _,
        &column(articles, |article| article.guid.clone()),
    )
    .execute(&mut *db)
    .await?;
    record_revisions(db, &ids, None).await
}

/// Overwrites an article with its content in the export and adds a revision. Returns the new version. If the article no
/// longer has version `expected_version`, changes nothing and returns `None`.
pub async fn update(
    db: &mut PgConnection,
    article: &PlacedArticle,
    expected_version: i32,
) -> sqlx::Result<Option<i32>> {
    // The version is compared in the same statement, so an edit that was saved in between is never overwritten. A
    // draft has no planned path and keeps the one that it had.
    let planned = &article.planned;
    let version = sqlx::query_scalar!(
        "update articles
         set slug = $2, title = $3, standfirst = $4, sources = $5, body = $6, body_html = $7, format = $8, kind = $9,
             draft_reason = $10, state = $11, replies_open = $12, pinned = $13, published_at = $14, path = coalesce($15, path),
             author_id = $16, updated_at = $17, revised_at = $19, version = version + 1
         where id = $1 and version = $18 returning version",
        article.id,
        planned.slug.as_str(),
        planned.title,
        planned.standfirst,
        planned.sources,
        planned.body,
        planned.body_html.as_str(),
        planned.format as _,
        planned.kind as _,
        planned.draft_reason as _,
        planned.state as _,
        planned.replies_open,
        planned.pinned,
        planned.published_at as Option<Ts>,
        article.path,
        article.author_id.0,
        planned.updated_at as Ts,
        expected_version,
        planned.revised_at as Option<Ts>,
    )
    .fetch_optional(&mut *db)
    .await?;
    if version.is_some() {
        record_revisions(db, &[article.id], None).await?;
    }
    Ok(version)
}

/// Record of an imported article, by which the next import will find it.
pub struct ImportedArticle {
    pub wordpress_id: i64,
    pub article_id: i64,
    pub digest: i64,
    pub version: i32,
}

/// Records which articles an import has written, so that the next import finds them.
pub async fn upsert_imported(
    db: &mut PgConnection,
    site_id: i32,
    import_id: i64,
    articles: &[ImportedArticle],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_articles (site_id, wordpress_id, article_id, digest, version, import_id)
         select $1, wordpress_id, article_id, digest, version, $2
         from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::integer[]) as written (wordpress_id, article_id, digest, version)
         on conflict (wordpress_id, site_id) do update
         set digest = excluded.digest, version = excluded.version, import_id = excluded.import_id",
        site_id,
        import_id,
        &column(articles, |article| article.wordpress_id),
        &column(articles, |article| article.article_id),
        &column(articles, |article| article.digest),
        &column(articles, |article| article.version),
    )
    .execute(db)
    .await?;
    Ok(())
}
