//! SQL for topics, and for the WordPress categories and tags that were imported as topics.

use sqlx::PgConnection;

use crate::articles::TopicKind;

/// A topic that already exists on this site, found for a WordPress category or tag.
pub struct KnownTopic {
    pub id: i64,
    pub name: String,
    pub description: String,
    /// Whether the topic and the WordPress term found for it are of the same kind: both categories or both tags.
    pub is_of_kind: bool,
    /// Whether another WordPress category or tag of the same kind was already imported as this topic.
    pub is_claimed: bool,
}

/// Finds the topic as which the category or tag with this WordPress slug was imported.
pub async fn find_imported(
    db: &mut PgConnection,
    kind: TopicKind,
    wordpress_slug: &str,
) -> sqlx::Result<Option<KnownTopic>> {
    sqlx::query_as!(
        KnownTopic,
        r#"select id as "id: i64", name, description, topics.kind = $1 as "is_of_kind!", false as "is_claimed!"
           from topics join imported_topics on topic_id = id
           where imported_topics.kind = $1 and imported_topics.slug = $2"#,
        kind as TopicKind,
        wordpress_slug,
    )
    .fetch_optional(db)
    .await
}

/// Finds the topic with this slug on this site.
pub async fn find_by_slug(
    db: &mut PgConnection,
    kind: TopicKind,
    slug: &str,
) -> sqlx::Result<Option<KnownTopic>> {
    sqlx::query_as!(
        KnownTopic,
        r#"select id as "id: i64", name, description, kind = $1 as "is_of_kind!",
               exists (select 1 from imported_topics where topic_id = id and imported_topics.kind = $1) as "is_claimed!"
           from topics where slug = $2"#,
        kind as TopicKind,
        slug,
    )
    .fetch_optional(db)
    .await
}

/// Inserts a topic and returns its ID.
pub async fn insert(
    db: &mut PgConnection,
    kind: TopicKind,
    slug: &str,
    name: &str,
    description: &str,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"insert into topics (kind, slug, name, description) values ($1, $2, $3, $4) returning id as "id: i64""#,
        kind as TopicKind,
        slug,
        name,
        description,
    )
    .fetch_one(db)
    .await
}

/// Sets the name and description of a topic.
pub async fn update(
    db: &mut PgConnection,
    id: i64,
    name: &str,
    description: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update topics set name = $2, description = $3 where id = $1",
        id,
        name,
        description
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records as which topic a category or tag was imported, unless that is already recorded.
pub async fn insert_imported(
    db: &mut PgConnection,
    kind: TopicKind,
    wordpress_slug: &str,
    topic: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_topics (kind, slug, topic_id) values ($1, $2, $3) on conflict do nothing",
        kind as TopicKind,
        wordpress_slug,
        topic,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds a topic to each article. The two slices have one element for each pair of article and topic.
pub async fn add_to_articles(
    db: &mut PgConnection,
    article_ids: &[i64],
    topic_ids: &[i64],
) -> sqlx::Result<()> {
    // A category and a tag of one article may be the same topic.
    sqlx::query!(
        "insert into article_topics (article_id, topic_id) select * from unnest($1::bigint[], $2::bigint[])
         on conflict do nothing",
        article_ids,
        topic_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn remove_from_article(db: &mut PgConnection, article_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from article_topics where article_id = $1",
        article_id
    )
    .execute(db)
    .await?;
    Ok(())
}
