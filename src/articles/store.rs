//! All SQL on articles, their addresses and their revisions.

use sqlx::PgConnection;

use super::model::{Article, Draft, State};
use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId};
use crate::publication::Publication;
use crate::text::{SafeHtml, Slug, markdown};

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
        "select id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, articles.path, version
         from article_paths join articles on id = article_id
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

/// An article on the front page.
pub struct Headline {
    /// Its number.
    pub id: ArticleId,
    /// Its headline.
    pub title: String,
    /// What stands under it.
    pub standfirst: String,
    /// The text, for articles without a standfirst.
    pub body: String,
    /// The text, as HTML, for the feed.
    pub body_html: SafeHtml,
    /// Its address.
    pub path: String,
    /// When it was published.
    pub published_at: Ts,
    /// Replies there are to read.
    pub replies: i64,
}

/// Published articles, newest first: at most `limit`, older than article `before`.
pub async fn newest(
    db: &mut PgConnection,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    sqlx::query_as!(
        Headline,
        r#"select id, title, standfirst, body, body_html, path as "path!", published_at as "published_at!",
               (select coalesce(sum(count), 0)::bigint from article_reply_counts where article_id = articles.id) as "replies!"
           from articles
           where state = 'published' and published_at <= $1
             and ($2::bigint is null or (published_at, id) < (select published_at, id from articles where id = $2))
           order by published_at desc, id desc limit $3"#,
        now as Ts,
        before.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// Just enough of an article to lead a reader to it.
pub struct Signpost {
    /// Its headline.
    pub title: String,
    /// Its address.
    pub path: String,
    /// When it was published.
    pub published_at: Ts,
}

/// The newest published articles, at most `limit`.
pub async fn signposts(db: &mut PgConnection, limit: i64, now: Ts) -> sqlx::Result<Vec<Signpost>> {
    sqlx::query_as!(
        Signpost,
        r#"select title, path as "path!", published_at as "published_at!"
           from articles where state = 'published' and published_at <= $1
           order by published_at desc, id desc limit $2"#,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Published articles whose slug begins so, the nearest first: at most `limit`.
pub async fn of_slug(
    db: &mut PgConnection,
    slug: &Slug,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Signpost>> {
    // The bytes of a slug are a-z, 0-9 and hyphens, all below the tilde.
    sqlx::query_as!(
        Signpost,
        r#"select title, path as "path!", published_at as "published_at!"
           from articles
           where state = 'published' and published_at <= $1
             and slug collate "C" >= $2 and slug collate "C" < $2 || '~'
           order by length(slug), published_at desc, id desc limit $3"#,
        now as Ts,
        slug.as_str(),
        limit,
    )
    .fetch_all(db)
    .await
}

/// An article as search engines list it.
pub struct Listed {
    /// Its address.
    pub path: String,
    /// When its words last changed.
    pub updated_at: Ts,
}

/// The newest published articles for search engines, at most `limit`.
pub async fn listed(db: &mut PgConnection, limit: i64, now: Ts) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select path as "path!", greatest(updated_at, published_at) as "updated_at!"
           from articles where state = 'published' and published_at <= $1
           order by published_at desc, id desc limit $2"#,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// An article in the editors' list.
pub struct Row {
    /// Its number.
    pub id: ArticleId,
    /// Its headline.
    pub title: String,
    /// Whether it has been given to readers.
    pub state: State,
    /// When.
    pub published_at: Option<Ts>,
    /// Its address.
    pub path: Option<String>,
    /// When it was saved last.
    pub updated_at: Ts,
    /// Who began it.
    pub author: String,
    /// Replies there are to read.
    pub replies: i64,
}

/// All articles, begun last first: at most `limit`, from before article `before`.
pub async fn rows(
    db: &mut PgConnection,
    before: Option<ArticleId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select articles.id, title, state, published_at, path, updated_at, accounts.name as author,
               (select coalesce(sum(count), 0)::bigint from article_reply_counts where article_id = articles.id) as "replies!"
           from articles join accounts on accounts.id = author_id
           where articles.id < coalesce($1, 9223372036854775807)
           order by articles.id desc limit $2"#,
        before.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// An article for its editors.
pub async fn find(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Option<Article>> {
    sqlx::query_as!(
        Article,
        "select id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path, version
         from articles where id = $1",
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
    let body_html = markdown::article(&draft.body);
    let id = sqlx::query_scalar!(
        "insert into articles (slug, title, standfirst, sources, body, body_html, replies_open, state, author_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $9, $9) returning id",
        draft.slug.as_str(),
        draft.title,
        draft.standfirst,
        draft.sources,
        draft.body,
        body_html.as_str(),
        draft.replies_open,
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
    let body_html = markdown::article(&draft.body);
    let changed = sqlx::query!(
        "update articles
         set slug = $3, title = $4, standfirst = $5, sources = $6, body = $7, body_html = $8, replies_open = $9,
             version = version + 1, updated_at = $10
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
    )
    .execute(&mut *db)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(Save::Overtaken);
    }
    place_and_record(db, publication, id, by, draft, now).await
}

/// Gives the article its state, moment and address, and keeps the version that was saved.
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
        (State::Published, Some(at)) => Some(publication.path_of(id, &draft.slug, at)),
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
        "insert into article_revisions (article_id, version, slug, title, standfirst, sources, body, saved_by, saved_at)
         select id, version, slug, title, standfirst, sources, body, $2, $3 from articles where id = $1",
        id.0,
        by.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(Save::Kept(id))
}
