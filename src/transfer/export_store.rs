//! All SQL of an export: read in pages, by number, so that little of it is in memory at once.

use sqlx::PgConnection;

use crate::articles::{Kind, Note, State, TopicKind};
use crate::clock::Ts;
use crate::comments::Status;
use crate::text::Format;

/// Articles and comments read at once.
const ARTICLES: i64 = 50;
const COMMENTS: i64 = 500;

/// Reading everything takes as long as it takes.
pub async fn take_all_the_time(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set statement_timeout = 0")
        .execute(db)
        .await?;
    Ok(())
}

/// Someone who wrote articles.
pub struct Author {
    /// What is typed at sign-in.
    pub handle: String,
    /// The name over articles.
    pub name: String,
}

/// Everyone who wrote one.
pub async fn authors(db: &mut PgConnection) -> sqlx::Result<Vec<Author>> {
    sqlx::query_as!(
        Author,
        r#"select handle, name from accounts
           where exists (select 1 from articles where author_id = accounts.id) order by handle collate "C""#
    )
    .fetch_all(db)
    .await
}

/// A topic.
pub struct Topic {
    /// The last part of its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What stands under the name.
    pub description: String,
    /// Which of WordPress's two kinds it is.
    pub kind: TopicKind,
}

/// Every topic.
pub async fn topics(db: &mut PgConnection) -> sqlx::Result<Vec<Topic>> {
    sqlx::query_as!(
        Topic,
        r#"select slug as "slug: String", name, description, kind from topics order by slug collate "C""#
    )
    .fetch_all(db)
    .await
}

/// An article with everything that goes along.
pub struct Article {
    /// Its number.
    pub id: i64,
    /// The last part of its address.
    pub slug: String,
    /// Its headline.
    pub title: String,
    /// What stands under it.
    pub standfirst: String,
    /// Where its facts come from.
    pub sources: String,
    /// Its text as written.
    pub body: String,
    /// How that is written.
    pub format: Format,
    /// Its text as readers see it.
    pub body_html: String,
    /// Whether it takes replies.
    pub replies_open: bool,
    /// Where it stands among the others.
    pub kind: Kind,
    /// Whether it stands first on the front page.
    pub pinned: bool,
    /// Why it is a draft.
    pub note: Option<Note>,
    /// Whether it is given to readers.
    pub state: State,
    /// When.
    pub published_at: Option<Ts>,
    /// Its address.
    pub path: Option<String>,
    /// The handle of its author.
    pub author: String,
    /// When it was begun.
    pub created_at: Ts,
    /// When it was changed last.
    pub updated_at: Ts,
}

/// The articles after this number.
pub async fn articles(db: &mut PgConnection, after: i64) -> sqlx::Result<Vec<Article>> {
    sqlx::query_as!(
        Article,
        r#"select articles.id as "id: i64", articles.slug as "slug: String", title, standfirst, sources, body, format,
               body_html as "body_html: String", replies_open, kind, pinned, note, state, published_at, path,
               handle as author, articles.created_at, updated_at
           from articles join accounts on accounts.id = author_id
           where articles.id > $1 order by articles.id limit $2"#,
        after,
        ARTICLES,
    )
    .fetch_all(db)
    .await
}

/// What these articles are about, by article.
pub async fn topics_of(db: &mut PgConnection, ids: &[i64]) -> sqlx::Result<Vec<(i64, Topic)>> {
    let rows = sqlx::query!(
        r#"select article_id, slug as "slug: String", name, description, kind
           from article_topics join topics on topics.id = topic_id
           where article_id = any($1) order by article_id, slug collate "C""#,
        ids,
    )
    .fetch_all(db)
    .await?;
    let topic = |row: (String, String, String, TopicKind)| Topic {
        slug: row.0,
        name: row.1,
        description: row.2,
        kind: row.3,
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let topic = topic((row.slug, row.name, row.description, row.kind));
            (row.article_id, topic)
        })
        .collect())
}

/// Addresses that these articles had, by article.
pub async fn old_paths(db: &mut PgConnection, ids: &[i64]) -> sqlx::Result<Vec<(i64, String)>> {
    let rows = sqlx::query!(
        r#"select article_id as "article_id: i64", article_paths.path
           from article_paths join articles on articles.id = article_id
           where article_id = any($1) and article_paths.path is distinct from articles.path
           order by article_id, article_paths.path collate "C""#,
        ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.article_id, row.path))
        .collect())
}

/// A comment or a linkback.
pub struct Comment {
    /// Its number.
    pub id: i64,
    /// What it answers.
    pub parent_id: Option<i64>,
    /// Empty for what people wrote, as WordPress has it; otherwise which linkback it is.
    pub kind: String,
    /// The name it is signed with.
    pub name: String,
    /// The website it came with.
    pub website: Option<String>,
    /// Its text as written.
    pub body: String,
    /// How that is written; none for a linkback.
    pub format: Option<Format>,
    /// Its text as readers see it.
    pub body_html: String,
    /// What was decided.
    pub status: Status,
    /// Why it was judged so at first.
    pub reasons: String,
    /// When it was written.
    pub created_at: Ts,
    /// Whose address it came with.
    pub email_hash: Option<Vec<u8>>,
    /// That address, sealed.
    pub email_sealed: Option<Vec<u8>>,
}

/// What was said about an article, after this number.
pub async fn comments(
    db: &mut PgConnection,
    article: i64,
    after: i64,
) -> sqlx::Result<Vec<Comment>> {
    sqlx::query_as!(
        Comment,
        r#"select comments.id as "id!: i64", parent_id as "parent_id: i64", 'comment' as "kind!", name as "name!", website,
               body as "body!", format as "format?: Format", body_html as "body_html!: String", status as "status!: Status",
               array_to_string(reasons, chr(10)) as "reasons!", comments.created_at as "created_at!: Ts",
               email_hash as "email_hash?", email_sealed as "email_sealed?"
           from comments left join commenters on commenters.id = commenter_id
           where article_id = $1 and comments.id > $2
           union all
           select id, null, kind::text, name, website, body, null, body, status, '', created_at, null, null
           from linkbacks where article_id = $1 and id > $2
           order by 1 limit $3"#,
        article,
        after,
        COMMENTS,
    )
    .fetch_all(db)
    .await
}
