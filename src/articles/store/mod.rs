//! All SQL of articles. This module loads and saves single articles. Each kind of list has a submodule.

pub mod authors;
pub mod feeds;
pub mod headlines;
pub mod links;
pub mod search;
pub mod search_index;
pub mod sitemap;
pub mod staff_list;
pub mod topics;
pub mod wordpress;

use sqlx::PgConnection;

use super::model::{Article, ArticleInput, ArticleKind, ArticleState};
use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId};
use crate::publication::{Publication, is_reserved};
use crate::text::{BodyFormat, Slug};

/// Selects articles with all their fields. The arguments are the joins and the filter of the query.
macro_rules! select_articles {
    ($filter:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Article,
            "select articles.id, articles.slug, title, standfirst, sources, body, format, body_html, replies_open, kind, pinned, draft_reason,
                 name as author, accounts.slug as author_slug, state, published_at,
                 case when revised_at > published_at then revised_at end as revised_at, articles.path, version
             from articles join accounts on accounts.id = author_id " + $filter,
            $($argument),+
        )
    };
}

/// Article at a path, or the path to which the article has moved.
pub enum ArticleLookup {
    /// The path is the current path of the article.
    Current(Box<Article>),
    /// The path is a former path of the article. The current path is given.
    Moved(String),
}

/// Returns the published article that has this path now, or had it earlier.
pub async fn find_by_path(
    db: &mut PgConnection,
    path: &str,
    now: Ts,
) -> sqlx::Result<Option<ArticleLookup>> {
    let article = select_articles!(
        "join article_paths on article_id = articles.id
         where article_paths.path = $1 and state = 'published' and published_at <= $2",
        path,
        now as Ts
    )
    .fetch_optional(db)
    .await?;
    Ok(article.map(|article| match &article.path {
        Some(current) if current != path => ArticleLookup::Moved(current.clone()),
        _ => ArticleLookup::Current(Box::new(article)),
    }))
}

/// Returns an article in any state.
pub async fn find(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Option<Article>> {
    select_articles!("where articles.id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// The most recent save of an article.
pub struct LastSave {
    pub account_name: String,
    pub saved_at: Ts,
}

pub async fn find_last_save(
    db: &mut PgConnection,
    id: ArticleId,
) -> sqlx::Result<Option<LastSave>> {
    sqlx::query_as!(
        LastSave,
        r#"select accounts.name as account_name, saved_at
           from article_revisions join accounts on accounts.id = saved_by
           where article_id = $1 order by version desc limit 1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Texts of an article as they were saved once.
pub struct ArticleRevision {
    pub slug: String,
    pub title: String,
    pub standfirst: String,
    pub sources: String,
    pub body: String,
}

/// Returns the texts of an earlier version of an article.
pub async fn find_revision(
    db: &mut PgConnection,
    id: ArticleId,
    version: i32,
) -> sqlx::Result<Option<ArticleRevision>> {
    sqlx::query_as!(
        ArticleRevision,
        "select slug, title, standfirst, sources, body from article_revisions
         where article_id = $1 and version = $2",
        id.0,
        version,
    )
    .fetch_optional(db)
    .await
}

/// Outcome of saving an article. The caller must commit after `Saved` and roll back otherwise.
#[derive(Debug, PartialEq, Eq)]
pub enum ArticleSaveOutcome {
    Saved(ArticleId),
    /// Somebody else has saved the article since it was loaded.
    Conflict,
    /// The article's path belongs to another article.
    PathTaken {
        path: String,
        /// Slug whose path is free, if one was looked for and found.
        free_slug: Option<Slug>,
    },
}

/// Returns the first slug made of `slug` and a number with which the article would have a free path. Returns `None` if many
/// numbers are taken.
pub async fn find_free_slug(
    db: &mut PgConnection,
    publication: &Publication,
    id: Option<ArticleId>,
    input: &ArticleInput,
    slug: &Slug,
) -> sqlx::Result<Option<Slug>> {
    // WordPress and Ghost begin with 2 as well.
    const NUMBERS: std::ops::RangeInclusive<u64> = 2..=200;
    let Some(at) = input.published_at else {
        return Ok(None);
    };
    let candidates = NUMBERS.map(|number| slug.with_number(number));
    let candidates: Vec<(Slug, String)> = candidates
        .map(|slug| {
            let path = match input.kind {
                // Without an id yet: a path with the id in it is never taken.
                ArticleKind::Article => {
                    publication.article_path(id.unwrap_or(ArticleId(0)), &slug, at)
                }
                ArticleKind::Page => Publication::page_path(&slug),
            };
            (slug, path)
        })
        .filter(|(_, path)| !is_reserved(path))
        .collect();
    let paths: Vec<String> = candidates.iter().map(|(_, path)| path.clone()).collect();
    let taken = sqlx::query_scalar!(
        "select path from article_paths where path = any($1) and article_id is distinct from $2",
        &paths,
        id.map(|id| id.0),
    )
    .fetch_all(db)
    .await?;
    let free = candidates
        .into_iter()
        .find(|(_, path)| !taken.contains(path));
    Ok(free.map(|(slug, _)| slug))
}

/// Inserts an article with its topics, its first revision and, if it is published, its path. If there is already an article
/// with this guid, inserts nothing and returns that article. Without a guid, the database makes one.
pub async fn insert(
    db: &mut PgConnection,
    publication: &Publication,
    author: AccountId,
    input: &ArticleInput,
    guid: Option<&str>,
    now: Ts,
) -> sqlx::Result<ArticleSaveOutcome> {
    let body_html = input.body_html();
    // A draft at first, because the path of a published article may contain the id that it gets here. Of two concurrent
    // inserts with one guid, the second waits for the first.
    let inserted = sqlx::query_scalar!(
        r#"insert into articles
             (slug, title, standfirst, sources, body, format, body_html, replies_open, kind, pinned, state, author_id, created_at, updated_at, guid)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', $11, $12, $12, coalesce($13, 'urn:uuid:' || gen_random_uuid()))
           on conflict (guid) do nothing returning id as "id: ArticleId""#,
        input.slug.as_str(),
        input.title,
        input.standfirst,
        input.sources,
        input.body,
        input.format as BodyFormat,
        body_html.as_str(),
        input.replies_open,
        input.kind as ArticleKind,
        input.pinned,
        author.0,
        now as Ts,
        guid,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(id) = inserted else {
        let existing = sqlx::query_scalar!(
            r#"select id as "id: ArticleId" from articles where guid = $1"#,
            guid,
        );
        return Ok(ArticleSaveOutcome::Saved(existing.fetch_one(db).await?));
    };
    publish_and_record(db, publication, id, author, input).await
}

/// Updates an article with its path and topics, and adds a revision. Changes nothing if the article's version is no
/// longer `version`.
pub async fn update(
    db: &mut PgConnection,
    publication: &Publication,
    id: ArticleId,
    version: i32,
    editor: AccountId,
    input: &ArticleInput,
    now: Ts,
) -> sqlx::Result<ArticleSaveOutcome> {
    let body_html = input.body_html();
    // Compared by the statement itself: of two concurrent saves, the second waits for the row and finds its version changed.
    let updated = sqlx::query!(
        "update articles
         set slug = $3, title = $4, standfirst = $5, sources = $6, body = $7, body_html = $8, replies_open = $9,
             version = version + 1, updated_at = $10, format = $11, kind = $12, pinned = $13
         where id = $1 and version = $2",
        id.0,
        version,
        input.slug.as_str(),
        input.title,
        input.standfirst,
        input.sources,
        input.body,
        body_html.as_str(),
        input.replies_open,
        now as Ts,
        input.format as BodyFormat,
        input.kind as ArticleKind,
        input.pinned,
    )
    .execute(&mut *db)
    .await?;
    if updated.rows_affected() == 0 {
        return Ok(ArticleSaveOutcome::Conflict);
    }
    publish_and_record(db, publication, id, editor, input).await
}

/// Returns the path for an article of kind `Page`. An existing path is kept if it ends in the slug, because an imported
/// path may have several segments. The path `dated`, which an ordinary article with this slug would have, is not kept.
async fn find_page_path(
    db: &mut PgConnection,
    id: ArticleId,
    slug: &Slug,
    dated: &str,
) -> sqlx::Result<String> {
    let path = sqlx::query_scalar!("select path from articles where id = $1", id.0)
        .fetch_one(db)
        .await?;
    let still_fits =
        |path: &String| path.rsplit('/').next() == Some(slug.as_str()) && path != dated;
    Ok(path
        .filter(still_fits)
        .unwrap_or_else(|| Publication::page_path(slug)))
}

/// Saves the state, time of publication, path and topics of an article whose texts were just saved. Also adds a revision
/// and indexes the article for the search.
async fn publish_and_record(
    db: &mut PgConnection,
    publication: &Publication,
    id: ArticleId,
    editor: AccountId,
    input: &ArticleInput,
) -> sqlx::Result<ArticleSaveOutcome> {
    // A draft gets no path, so that any number of drafts may have one slug; one that was published keeps the path it had.
    let path = match (input.state, input.published_at) {
        (ArticleState::Published, Some(at)) => Some(match input.kind {
            ArticleKind::Article => publication.article_path(id, &input.slug, at),
            ArticleKind::Page => {
                let dated = publication.article_path(id, &input.slug, at);
                find_page_path(db, id, &input.slug, &dated).await?
            }
        }),
        _ => None,
    };
    if let Some(path) = &path {
        // The update that changes nothing makes Postgres return the row that is there, and locks it against a concurrent save.
        let owner = sqlx::query_scalar!(
            "insert into article_paths (path, article_id) values ($1, $2)
             on conflict (path) do update set path = excluded.path returning article_id",
            path,
            id.0,
        )
        .fetch_one(&mut *db)
        .await?;
        if owner != id {
            return Ok(ArticleSaveOutcome::PathTaken {
                path: path.clone(),
                free_slug: None,
            });
        }
    }
    sqlx::query!(
        "update articles set state = $2, published_at = $3, path = coalesce($4, path) where id = $1",
        id.0,
        input.state as ArticleState,
        input.published_at as Option<Ts>,
        path,
    )
    .execute(&mut *db)
    .await?;
    record_revisions(db, &[id.0], Some(editor)).await?;
    topics::replace(db, id, &input.topics).await?;
    search_index::index(db, &[id.0]).await?;
    Ok(ArticleSaveOutcome::Saved(id))
}

/// Adds the current versions of these articles to their revisions, as saved by `editor`, or by their authors if that is
/// `None`. The articles must have been saved in the same transaction.
pub async fn record_revisions(
    db: &mut PgConnection,
    ids: &[i64],
    editor: Option<AccountId>,
) -> sqlx::Result<()> {
    // Copied from the rows, which alone know the new versions.
    sqlx::query!(
        "insert into article_revisions (article_id, version, slug, title, standfirst, sources, body, format, saved_by, saved_at)
         select id, version, slug, title, standfirst, sources, body, format, coalesce($2, author_id), updated_at
         from articles where id = any($1)",
        ids,
        editor.map(|id| id.0),
    )
    .execute(db)
    .await?;
    Ok(())
}
