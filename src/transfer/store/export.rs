//! SQL that reads the data for an export. Long lists are read in pages ordered by ID, so that memory use does not grow
//! with the site.

use sqlx::PgConnection;

use crate::articles::{ArticleKind, ArticleState, DraftReason, TopicKind};
use crate::clock::Ts;
use crate::comments::Status;
use crate::text::BodyFormat;

const ARTICLES_PER_PAGE: i64 = 50;
const COMMENTS_PER_PAGE: i64 = 500;

/// An account that is the author of at least one article.
pub struct ExportedAuthor {
    pub username: String,
    pub name: String,
}

/// Returns all accounts that are authors of articles, ordered by username.
pub async fn list_authors(db: &mut PgConnection) -> sqlx::Result<Vec<ExportedAuthor>> {
    // Sorted by bytes, which is the same order on every machine.
    sqlx::query_as!(
        ExportedAuthor,
        r#"select username, name from accounts
           where exists (select 1 from articles where author_id = accounts.id) order by username collate "C""#
    )
    .fetch_all(db)
    .await
}

/// A topic, which is exported as a WordPress category or tag.
pub struct ExportedTopic {
    pub slug: String,
    pub name: String,
    pub description: String,
    pub kind: TopicKind,
}

/// Returns all topics, ordered by slug.
pub async fn list_topics(db: &mut PgConnection) -> sqlx::Result<Vec<ExportedTopic>> {
    sqlx::query_as!(
        ExportedTopic,
        r#"select slug as "slug: String", name, description, kind from topics order by slug collate "C""#
    )
    .fetch_all(db)
    .await
}

/// An article with the columns that an export needs.
pub struct ExportedArticle {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub standfirst: String,
    pub sources: String,
    pub body: String,
    pub format: BodyFormat,
    pub body_html: String,
    pub replies_open: bool,
    pub kind: ArticleKind,
    pub pinned: bool,
    pub draft_reason: Option<DraftReason>,
    pub state: ArticleState,
    pub published_at: Option<Ts>,
    pub path: Option<String>,
    /// Username of the article's author.
    pub author: String,
    pub created_at: Ts,
    pub updated_at: Ts,
    pub revised_at: Option<Ts>,
    /// `None`: older than the column. The guid is then made of the ID.
    pub guid: Option<String>,
}

/// Returns the next articles in order of their IDs. All returned IDs are above `after`.
pub async fn list_articles(
    db: &mut PgConnection,
    after: i64,
) -> sqlx::Result<Vec<ExportedArticle>> {
    sqlx::query_as!(
        ExportedArticle,
        r#"select articles.id as "id: i64", articles.slug as "slug: String", title, standfirst, sources, body, format,
               body_html as "body_html: String", replies_open, kind, pinned, draft_reason, state, published_at, path,
               username as author, articles.created_at, updated_at, revised_at, guid
           from articles join accounts on accounts.id = author_id
           where articles.id > $1 order by articles.id limit $2"#,
        after,
        ARTICLES_PER_PAGE,
    )
    .fetch_all(db)
    .await
}

/// Returns the topics of the given articles, each with the ID of its article.
pub async fn list_article_topics(
    db: &mut PgConnection,
    article_ids: &[i64],
) -> sqlx::Result<Vec<(i64, ExportedTopic)>> {
    sqlx::query!(
        r#"select article_id, slug as "slug: String", name, description, kind
           from article_topics join topics on topics.id = topic_id
           where article_id = any($1) order by article_id, slug collate "C""#,
        article_ids,
    )
    .map(|row| {
        let topic = ExportedTopic {
            slug: row.slug,
            name: row.name,
            description: row.description,
            kind: row.kind,
        };
        (row.article_id, topic)
    })
    .fetch_all(db)
    .await
}

/// Returns the former paths of the given articles, each with the ID of its article.
pub async fn list_old_paths(
    db: &mut PgConnection,
    article_ids: &[i64],
) -> sqlx::Result<Vec<(i64, String)>> {
    // `is distinct from`, since a draft has no path and `<>` would leave out all of its old ones.
    sqlx::query!(
        r#"select article_id as "article_id: i64", article_paths.path
           from article_paths join articles on articles.id = article_id
           where article_id = any($1) and article_paths.path is distinct from articles.path
           order by article_id, article_paths.path collate "C""#,
        article_ids,
    )
    .map(|row| (row.article_id, row.path))
    .fetch_all(db)
    .await
}

/// A comment or linkback (pingback or trackback) with the columns that an export needs.
pub struct ExportedComment {
    pub id: i64,
    pub parent_id: Option<i64>,
    /// WordPress comment type: `comment`, `pingback` or `trackback`.
    pub kind: String,
    pub name: String,
    pub website: Option<String>,
    pub body: String,
    /// Format of the comment's source text. `None` for a pingback or trackback.
    pub format: Option<BodyFormat>,
    pub body_html: String,
    pub status: Status,
    /// Reasons that automatic screening gave for the status of the comment, one per line.
    pub reasons: String,
    pub created_at: Ts,
    /// `None`: older than the column, or a linkback.
    pub guid: Option<String>,
    pub email_hash: Option<Vec<u8>>,
    pub email_sealed: Option<Vec<u8>>,
}

/// Returns the next comments and linkbacks of an article in order of their IDs. All returned IDs are above `after`.
pub async fn list_comments(
    db: &mut PgConnection,
    article_id: i64,
    after: i64,
) -> sqlx::Result<Vec<ExportedComment>> {
    // Comments and linkbacks share one sequence of IDs, so one ID is enough to go on from.
    sqlx::query_as!(
        ExportedComment,
        r#"select comments.id as "id!: i64", parent_id as "parent_id: i64", 'comment' as "kind!", name as "name!", website,
               body as "body!", format as "format?: BodyFormat", body_html as "body_html!: String", status as "status!: Status",
               array_to_string(reasons, chr(10)) as "reasons!", comments.created_at as "created_at!: Ts", guid,
               email_hash as "email_hash?", email_sealed as "email_sealed?"
           from comments left join commenters on commenters.id = commenter_id
           where article_id = $1 and comments.id > $2
           union all
           select id, null, kind::text, name, website, body, null, body, status, '', created_at, null, null, null
           from linkbacks where article_id = $1 and id > $2
           order by 1 limit $3"#,
        article_id,
        after,
        COMMENTS_PER_PAGE,
    )
    .fetch_all(db)
    .await
}
