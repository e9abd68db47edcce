//! All SQL on articles: here their words, addresses and revisions, in `lists` what readers and editors page through, in
//! `topics` what articles are about.

mod lists;
mod topics;

use sqlx::PgConnection;

use super::model::{Article, Draft, Kind, State};
use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId};
use crate::publication::Publication;
use crate::text::{BodyFormat, Slug};

pub use lists::*;
pub use topics::*;

/// What stands at an address.
pub enum Found {
    /// An article whose address this is.
    Here(Box<Article>),
    /// An article that has moved on to this address.
    Moved(String),
}

/// The article readers find at `path` now, or where it has gone.
pub async fn find_at(db: &mut PgConnection, path: &str, now: Ts) -> sqlx::Result<Option<Found>> {
    let article = sqlx::query_as!(
        Article,
        "select articles.id, articles.slug, title, standfirst, sources, body, format, body_html, replies_open, kind, pinned, draft_reason,
             name as author, accounts.slug as author_slug, state, published_at, articles.path, version
         from article_paths join articles on articles.id = article_id join accounts on accounts.id = author_id
         where article_paths.path = $1 and state = 'published' and published_at <= $2",
        path,
        now as Ts,
    )
    .fetch_optional(db)
    .await?;
    Ok(article.map(|article| match &article.path {
        Some(current) if current != path => Found::Moved(current.clone()),
        _ => Found::Here(Box::new(article)),
    }))
}

/// An article for its editors.
pub async fn find(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Option<Article>> {
    sqlx::query_as!(
        Article,
        "select articles.id, articles.slug, title, standfirst, sources, body, format, body_html, replies_open, kind, pinned, draft_reason,
             name as author, accounts.slug as author_slug, state, published_at, path, version
         from articles join accounts on accounts.id = author_id where articles.id = $1",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Who saved a version, and when.
pub struct Saved {
    /// Whose work it is.
    pub by: String,
    /// When.
    pub at: Ts,
}

/// Who saved the newest version of an article.
pub async fn last_saved(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Option<Saved>> {
    sqlx::query_as!(
        Saved,
        r#"select accounts.name as by, saved_at as at
           from article_revisions join accounts on accounts.id = saved_by
           where article_id = $1 order by version desc limit 1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// What came of saving.
#[derive(Debug, PartialEq, Eq)]
pub enum Save {
    /// Kept.
    Kept(ArticleId),
    /// Someone saved a newer version since; nothing was changed.
    Overtaken,
    /// Another article has that address; nothing was changed.
    AddressTaken(String),
}

/// Keeps a new article.
pub async fn insert(
    db: &mut PgConnection,
    publication: &Publication,
    author: AccountId,
    draft: &Draft,
    now: Ts,
) -> sqlx::Result<Save> {
    let body_html = draft.body_html();
    let id = sqlx::query_scalar!(
        "insert into articles
             (slug, title, standfirst, sources, body, format, body_html, replies_open, kind, pinned, state, author_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', $11, $12, $12) returning id",
        draft.slug.as_str(),
        draft.title,
        draft.standfirst,
        draft.sources,
        draft.body,
        draft.format as BodyFormat,
        body_html.as_str(),
        draft.replies_open,
        draft.kind as Kind,
        draft.pinned,
        author.0,
        now as Ts,
    )
    .fetch_one(&mut *db)
    .await?;
    place_and_record(db, publication, id, author, draft, now).await
}

/// Keeps a changed article, unless it has a newer version than `version`. To be called in a transaction that is
/// committed only when the answer is `Kept`.
pub async fn change(
    db: &mut PgConnection,
    publication: &Publication,
    id: ArticleId,
    version: i32,
    by: AccountId,
    draft: &Draft,
    now: Ts,
) -> sqlx::Result<Save> {
    let body_html = draft.body_html();
    let changed = sqlx::query!(
        "update articles
         set slug = $3, title = $4, standfirst = $5, sources = $6, body = $7, body_html = $8, replies_open = $9,
             version = version + 1, updated_at = $10, format = $11, kind = $12, pinned = $13
         where id = $1 and version = $2",
        id.0,
        version,
        draft.slug.as_str(),
        draft.title,
        draft.standfirst,
        draft.sources,
        draft.body,
        body_html.as_str(),
        draft.replies_open,
        now as Ts,
        draft.format as BodyFormat,
        draft.kind as Kind,
        draft.pinned,
    )
    .execute(&mut *db)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(Save::Overtaken);
    }
    place_and_record(db, publication, id, by, draft, now).await
}

/// The address of a page: the one it has, which may stand below others, as long as that ends in its slug; but not `dated`,
/// the one it had as an article.
async fn page_path(
    db: &mut PgConnection,
    id: ArticleId,
    slug: &Slug,
    dated: &str,
) -> sqlx::Result<String> {
    let path = sqlx::query_scalar!("select path from articles where id = $1", id.0)
        .fetch_one(db)
        .await?;
    let ends_so = |path: &String| path.rsplit('/').next() == Some(slug.as_str()) && path != dated;
    Ok(path
        .filter(ends_so)
        .unwrap_or_else(|| Publication::page_path(slug)))
}

/// Gives the article its state, moment, address and topics, and keeps the version that was saved.
async fn place_and_record(
    db: &mut PgConnection,
    publication: &Publication,
    id: ArticleId,
    by: AccountId,
    draft: &Draft,
    now: Ts,
) -> sqlx::Result<Save> {
    // A draft keeps the address it had, if any; only what readers may see needs one.
    let path = match (draft.state, draft.published_at) {
        (State::Published, Some(at)) => Some(match draft.kind {
            Kind::Article => publication.article_path(id, &draft.slug, at),
            Kind::Page => {
                let dated = publication.article_path(id, &draft.slug, at);
                page_path(db, id, &draft.slug, &dated).await?
            }
        }),
        _ => None,
    };
    if let Some(path) = &path {
        let owner = sqlx::query_scalar!(
            "insert into article_paths (path, article_id) values ($1, $2)
             on conflict (path) do update set path = excluded.path returning article_id",
            path,
            id.0,
        )
        .fetch_one(&mut *db)
        .await?;
        if owner != id {
            return Ok(Save::AddressTaken(path.clone()));
        }
    }
    sqlx::query!(
        "update articles set state = $2, published_at = $3, path = coalesce($4, path) where id = $1",
        id.0,
        draft.state as State,
        draft.published_at as Option<Ts>,
        path,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into article_revisions (article_id, version, slug, title, standfirst, sources, body, format, saved_by, saved_at)
         select id, version, slug, title, standfirst, sources, body, format, $2, $3 from articles where id = $1",
        id.0,
        by.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    set_topics(db, id, &draft.topics).await?;
    Ok(Save::Kept(id))
}
