//! SQL on topics and the articles that have them.

use sqlx::PgConnection;

use crate::articles::model::Topic;
use crate::ids::ArticleId;
use crate::text::Slug;

pub async fn find(db: &mut PgConnection, slug: &Slug) -> sqlx::Result<Option<Topic>> {
    sqlx::query_as!(
        Topic,
        "select id, slug, name, description from topics where slug = $1",
        slug.as_str()
    )
    .fetch_optional(db)
    .await
}

/// Returns the topics of an article, sorted by name.
pub async fn list(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Vec<Topic>> {
    sqlx::query_as!(
        Topic,
        "select id, slug, name, description from topics join article_topics on topic_id = id
         where article_id = $1 order by lower(name), id",
        id.0
    )
    .fetch_all(db)
    .await
}

/// Replaces the topics of an article by those with the given names. Topics are found by name regardless of letter case,
/// or else by the slug made from the name. If no topic is found, a new one is created.
pub async fn replace(db: &mut PgConnection, id: ArticleId, names: &[String]) -> sqlx::Result<()> {
    let slugs: Vec<String> = names
        .iter()
        .map(|name| Slug::from_title(name).to_string())
        .collect();
    // A category and a tag may share a name: the one that the article has already stays, and the other is not added.
    sqlx::query!(
        "delete from article_topics
         where article_id = $1 and topic_id not in
             (select id from topics where lower(name) in (select lower(name) from unnest($2::text[]) as named (name)))",
        id.0,
        names,
    )
    .execute(&mut *db)
    .await?;
    // Sorted by slug, so that two editors who create the same topics at once cannot deadlock.
    sqlx::query!(
        "insert into topics (slug, name)
         select distinct on (slug) slug, name from unnest($1::text[], $2::text[]) as named (slug, name)
         where not exists (select 1 from topics where lower(topics.name) = lower(named.name)) order by slug
         on conflict (slug) do nothing",
        &slugs,
        names,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into article_topics (article_id, topic_id)
         select $1, coalesce((select id from topics where lower(topics.name) = lower(named.name) order by id limit 1),
                             (select id from topics where topics.slug = named.slug))
         from unnest($2::text[], $3::text[]) as named (slug, name)
         where not exists (select 1 from article_topics join topics on id = topic_id
                           where article_id = $1 and lower(topics.name) = lower(named.name))
         on conflict do nothing",
        id.0,
        &slugs,
        names,
    )
    .execute(db)
    .await?;
    Ok(())
}
