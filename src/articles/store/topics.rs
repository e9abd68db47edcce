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

/// Returns names of topics to choose from, sorted: those of the latest articles, and others.
pub async fn list_offered(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select name from (
             select id, name from topics
             order by id in (select topic_id from article_topics
                             where article_id in (select id from articles order by id desc limit 200)) desc, lower(name)
             limit $1
         ) offered order by lower(name), id"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Returns those of the names that existing topics have.
pub async fn list_existing(db: &mut PgConnection, names: &[String]) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select name as "name!" from unnest($1::text[]) as named (name)
         where exists (select 1 from topics where fold_topic_name(topics.name) = fold_topic_name(named.name))"#,
        names,
    )
    .fetch_all(db)
    .await
}

/// Returns those of the names for which [`replace`] would create a topic.
pub async fn list_new(db: &mut PgConnection, names: &[String]) -> sqlx::Result<Vec<String>> {
    let slugs: Vec<String> = names
        .iter()
        .map(|name| Slug::from_title(name).to_string())
        .collect();
    sqlx::query_scalar!(
        r#"select name as "name!" from unnest($1::text[], $2::text[]) with ordinality as named (slug, name, position)
         where not exists (select 1 from topics where fold_topic_name(topics.name) = fold_topic_name(named.name))
           and not exists (select 1 from topics where topics.slug = named.slug)
         order by position"#,
        &slugs,
        names,
    )
    .fetch_all(db)
    .await
}

/// Returns the names of topics that are about as long as some of the names, and may be similar to them.
pub async fn list_of_similar_length(
    db: &mut PgConnection,
    names: &[String],
) -> sqlx::Result<Vec<String>> {
    // Punctuation and spaces do not count in a comparison, so that similar names may differ in more than two characters.
    sqlx::query_scalar!(
        "select name from topics
         where length(name) between (select min(length(name)) - 6 from unnest($1::text[]) as named (name))
                                and (select max(length(name)) + 6 from unnest($1::text[]) as named (name))
         order by id",
        names,
    )
    .fetch_all(db)
    .await
}

/// Replaces the topics of an article by those with the given names. Topics are found by name regardless of letter case and
/// the kind of spaces, or else by the slug made from the name. If no topic is found, a new one is created.
pub async fn replace(db: &mut PgConnection, id: ArticleId, names: &[String]) -> sqlx::Result<()> {
    let slugs: Vec<String> = names
        .iter()
        .map(|name| Slug::from_title(name).to_string())
        .collect();
    // A category and a tag may share a name: the one that the article has already stays, and the other is not added.
    sqlx::query!(
        "delete from article_topics
         where article_id = $1 and topic_id not in
             (select id from topics where fold_topic_name(name) in (select fold_topic_name(name) from unnest($2::text[]) as named (name)))",
        id.0,
        names,
    )
    .execute(&mut *db)
    .await?;
    // Sorted by slug, so that two editors who create the same topics at once cannot deadlock.
    sqlx::query!(
        "insert into topics (slug, name)
         select distinct on (slug) slug, name from unnest($1::text[], $2::text[]) as named (slug, name)
         where not exists (select 1 from topics where fold_topic_name(topics.name) = fold_topic_name(named.name)) order by slug
         on conflict (slug) do nothing",
        &slugs,
        names,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into article_topics (article_id, topic_id)
         select $1, coalesce((select id from topics where fold_topic_name(topics.name) = fold_topic_name(named.name) order by id limit 1),
                             (select id from topics where topics.slug = named.slug))
         from unnest($2::text[], $3::text[]) as named (slug, name)
         where not exists (select 1 from article_topics join topics on id = topic_id
                           where article_id = $1 and fold_topic_name(topics.name) = fold_topic_name(named.name))
         on conflict do nothing",
        id.0,
        &slugs,
        names,
    )
    .execute(db)
    .await?;
    Ok(())
}
