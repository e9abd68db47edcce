//! Articles, their addresses, and how they are known again.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId};
use crate::transfer::plan::Planned;

/// An article that an earlier import kept.
pub struct Known {
    /// WordPress's number.
    pub number: i64,
    /// Ours.
    pub article_id: ArticleId,
    /// Of what the export said of it then.
    pub digest: i64,
    /// Its version then.
    pub version: i32,
    /// Its version now.
    pub version_now: i32,
    /// The run that kept it.
    pub import_id: i64,
}

/// Of these numbers, the articles that are here already.
pub async fn known(
    db: &mut PgConnection,
    site_id: i32,
    numbers: &[i64],
) -> sqlx::Result<Vec<Known>> {
    sqlx::query_as!(
        Known,
        "select number, article_id, digest, imported_articles.version, articles.version as version_now, import_id
         from imported_articles join articles on id = article_id
         where site_id = $1 and number = any($2)",
        site_id,
        numbers,
    )
    .fetch_all(db)
    .await
}

/// The text of an article as it is here.
pub async fn body_of(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<String> {
    sqlx::query_scalar!("select body from articles where id = $1", id.0)
        .fetch_one(db)
        .await
}

/// Of these numbers, those that articles have.
pub async fn taken_articles(
    db: &mut PgConnection,
    numbers: &[i64],
) -> sqlx::Result<Vec<ArticleId>> {
    sqlx::query_scalar!("select id from articles where id = any($1)", numbers)
        .fetch_all(db)
        .await
}

/// So many numbers for articles that nobody has.
pub async fn new_article_ids(db: &mut PgConnection, count: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select nextval('articles_id_seq') as "id!" from generate_series(1, $1::bigint)"#,
        count,
    )
    .fetch_all(db)
    .await
}

/// An address and whose it is.
pub struct Owned {
    /// The address.
    pub path: String,
    /// The article it belongs to.
    pub article_id: ArticleId,
}

/// Of these addresses, those that articles have.
pub async fn owned(db: &mut PgConnection, paths: &[String]) -> sqlx::Result<Vec<Owned>> {
    sqlx::query_as!(
        Owned,
        "select path, article_id from article_paths where path = any($1)",
        paths,
    )
    .fetch_all(db)
    .await
}

/// An article in its place: what a plan lacks.
pub struct Placed {
    /// What it is.
    pub planned: Planned,
    /// Its number here.
    pub id: i64,
    /// Its address, if it is given to readers.
    pub path: Option<String>,
    /// Who wrote it.
    pub author: AccountId,
}

/// Keeps new articles with their first revision. Their addresses must be there before the transaction ends.
pub async fn insert_articles(db: &mut PgConnection, articles: &[Placed]) -> sqlx::Result<()> {
    let column = |of: fn(&Placed) -> String| articles.iter().map(of).collect::<Vec<String>>();
    let ids: Vec<i64> = articles.iter().map(|article| article.id).collect();
    let authors: Vec<i64> = articles.iter().map(|article| article.author.0).collect();
    let paths: Vec<Option<String>> = articles
        .iter()
        .map(|article| article.path.clone())
        .collect();
    let open: Vec<bool> = articles
        .iter()
        .map(|article| article.planned.replies_open)
        .collect();
    let pinned: Vec<bool> = articles
        .iter()
        .map(|article| article.planned.pinned)
        .collect();
    let published: Vec<Option<Ts>> = articles
        .iter()
        .map(|article| article.planned.published_at)
        .collect();
    let created: Vec<Ts> = articles
        .iter()
        .map(|article| article.planned.created_at)
        .collect();
    let updated: Vec<Ts> = articles
        .iter()
        .map(|article| article.planned.updated_at)
        .collect();
    let formats: Vec<_> = articles
        .iter()
        .map(|article| article.planned.format)
        .collect();
    let kinds: Vec<_> = articles
        .iter()
        .map(|article| article.planned.kind)
        .collect();
    let notes: Vec<_> = articles
        .iter()
        .map(|article| article.planned.note)
        .collect();
    let states: Vec<_> = articles
        .iter()
        .map(|article| article.planned.state)
        .collect();
    sqlx::query!(
        "with kept as (
             insert into articles
                 (id, slug, title, standfirst, sources, body, body_html, format, kind, note, state,
                  replies_open, pinned, published_at, path, author_id, created_at, updated_at)
             select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                 $8::body_format[], $9::article_kind[], $10::draft_note[], $11::article_state[],
                 $12::boolean[], $13::boolean[], $14::timestamptz[], $15::text[], $16::bigint[], $17::timestamptz[], $18::timestamptz[])
             returning id, version, slug, title, standfirst, sources, body, format, author_id, updated_at
         )
         insert into article_revisions (article_id, version, slug, title, standfirst, sources, body, format, saved_by, saved_at)
         select * from kept",
        &ids,
        &column(|article| article.planned.slug.to_string()),
        &column(|article| article.planned.title.clone()),
        &column(|article| article.planned.standfirst.clone()),
        &column(|article| article.planned.sources.clone()),
        &column(|article| article.planned.body.clone()),
        &column(|article| article.planned.body_html.to_string()),
        &formats as _,
        &kinds as _,
        &notes as _,
        &states as _,
        &open,
        &pinned,
        &published as _,
        &paths as _,
        &authors,
        &created as _,
        &updated as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes an article anew as the export has it now, with a revision, unless it has a newer version than `version`. Gives
/// its version.
pub async fn change_article(
    db: &mut PgConnection,
    article: &Placed,
    version: i32,
) -> sqlx::Result<Option<i32>> {
    let planned = &article.planned;
    sqlx::query_scalar!(
        r#"with changed as (
             update articles
             set slug = $2, title = $3, standfirst = $4, sources = $5, body = $6, body_html = $7, format = $8, kind = $9,
                 note = $10, state = $11, replies_open = $12, pinned = $13, published_at = $14, path = coalesce($15, path),
                 author_id = $16, updated_at = $17, version = version + 1
             where id = $1 and version = $18
             returning id, version, slug, title, standfirst, sources, body, format, author_id, updated_at
         )
         insert into article_revisions (article_id, version, slug, title, standfirst, sources, body, format, saved_by, saved_at)
         select * from changed returning version"#,
        article.id,
        planned.slug.as_str(),
        planned.title,
        planned.standfirst,
        planned.sources,
        planned.body,
        planned.body_html.as_str(),
        planned.format as _,
        planned.kind as _,
        planned.note as _,
        planned.state as _,
        planned.replies_open,
        planned.pinned,
        planned.published_at as Option<Ts>,
        article.path,
        article.author.0,
        planned.updated_at as Ts,
        version,
    )
    .fetch_optional(db)
    .await
}

/// Remembers addresses that articles had before. Each may be another's since; that is seen at the end.
pub async fn insert_older_paths(db: &mut PgConnection, articles: &[Placed]) -> sqlx::Result<()> {
    let (paths, ids): (Vec<String>, Vec<i64>) = articles
        .iter()
        .flat_map(|article| {
            let paths = article.planned.older_paths.iter();
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
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives articles addresses; one that is another's by now is left to it.
pub async fn insert_paths(
    db: &mut PgConnection,
    paths: &[String],
    articles: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_paths (path, article_id) select * from unnest($1::text[], $2::bigint[])
         on conflict (path) do nothing",
        paths,
        articles,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes into the journal what was kept of which export.
pub async fn insert_known(
    db: &mut PgConnection,
    site_id: i32,
    import_id: i64,
    known: &[(i64, i64, i64, i32)],
) -> sqlx::Result<()> {
    let column = |of: fn(&(i64, i64, i64, i32)) -> i64| known.iter().map(of).collect::<Vec<i64>>();
    let versions: Vec<i32> = known.iter().map(|row| row.3).collect();
    sqlx::query!(
        "insert into imported_articles (site_id, number, article_id, digest, version, import_id)
         select $1, number, article_id, digest, version, $2
         from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::integer[]) as kept (number, article_id, digest, version)
         on conflict (number, site_id) do update
         set digest = excluded.digest, version = excluded.version, import_id = excluded.import_id",
        site_id,
        import_id,
        &column(|row| row.0),
        &column(|row| row.1),
        &column(|row| row.2),
        &versions,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives articles topics.
pub async fn insert_topics_of(
    db: &mut PgConnection,
    articles: &[i64],
    topics: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_topics (article_id, topic_id) select * from unnest($1::bigint[], $2::bigint[])
         on conflict do nothing",
        articles,
        topics,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes an article's topics away.
pub async fn delete_topics_of(db: &mut PgConnection, article: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from article_topics where article_id = $1", article)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives articles the addresses that they had before, where no other article is at them.
pub async fn insert_remembered_paths(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_paths (path, article_id)
         select distinct on (path) path, article_id from imported_paths order by path, article_id
         on conflict (path) do nothing"
    )
    .execute(db)
    .await?;
    Ok(())
}
