//! Topics, and what they were called.

use sqlx::PgConnection;

use crate::articles::TopicKind;

/// A topic as it is here.
pub struct KnownTopic {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What stands under the name.
    pub description: String,
    /// Whether it came as this kind.
    pub is_of_kind: bool,
    /// Whether something else of this kind has become it already.
    pub is_anothers: bool,
}

/// The topic that a category or tag of this old name has become.
pub async fn find_topic_of(
    db: &mut PgConnection,
    kind: TopicKind,
    old_name: &str,
) -> sqlx::Result<Option<KnownTopic>> {
    sqlx::query_as!(
        KnownTopic,
        r#"select id as "id: i64", name, description, topics.kind = $1 as "is_of_kind!", false as "is_anothers!"
           from topics join imported_topics on topic_id = id
           where imported_topics.kind = $1 and imported_topics.slug = $2"#,
        kind as TopicKind,
        old_name,
    )
    .fetch_optional(db)
    .await
}

/// The topic at an address.
pub async fn find_topic_at(
    db: &mut PgConnection,
    kind: TopicKind,
    slug: &str,
) -> sqlx::Result<Option<KnownTopic>> {
    sqlx::query_as!(
        KnownTopic,
        r#"select id as "id: i64", name, description, kind = $1 as "is_of_kind!",
               exists (select 1 from imported_topics where topic_id = id and imported_topics.kind = $1) as "is_anothers!"
           from topics where slug = $2"#,
        kind as TopicKind,
        slug,
    )
    .fetch_optional(db)
    .await
}

/// Makes a topic.
pub async fn insert_topic(
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

/// Gives a topic the name and description it has there now.
pub async fn change_topic(
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

/// Remembers what a category or tag was called in old addresses.
pub async fn insert_old_topic(
    db: &mut PgConnection,
    kind: TopicKind,
    old_name: &str,
    topic: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_topics (kind, slug, topic_id) values ($1, $2, $3) on conflict do nothing",
        kind as TopicKind,
        old_name,
        topic,
    )
    .execute(db)
    .await?;
    Ok(())
}
