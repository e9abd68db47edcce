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
    sqlx::query_scalar!(
        r#"select name as "name!" from unnest($1::text[]) with ordinality as named (name, position)
         where not exists (select 1 from topics where fold_topic_name(topics.name) = fold_topic_name(named.name))
         order by position"#,
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

/// Highest number that is appended to the slug of a topic.
const MAX_SLUG_NUMBER: u32 = 100;

/// Replaces the topics of an article by those with the given names. Topics are found by name regardless of letter case and
/// the kind of spaces. If no topic is found, a new one is created: names such as *C* and *C++*, from which the same slug is
/// made, are different topics.
pub async fn replace(db: &mut PgConnection, id: ArticleId, names: &[String]) -> sqlx::Result<()> {
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
    // Sorted, so that two editors who create the same topics at once cannot deadlock.
    let mut new_names = list_new(db, names).await?;
    new_names.sort_unstable();
    for name in new_names {
        insert(db, &name).await?;
    }
    sqlx::query!(
        "insert into article_topics (article_id, topic_id)
         select $1, (select id from topics where fold_topic_name(topics.name) = fold_topic_name(named.name) order by id limit 1)
         from unnest($2::text[]) as named (name)
         where exists (select 1 from topics where fold_topic_name(topics.name) = fold_topic_name(named.name))
           and not exists (select 1 from article_topics join topics on id = topic_id
                           where article_id = $1 and fold_topic_name(topics.name) = fold_topic_name(named.name))
         on conflict do nothing",
        id.0,
        names,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Inserts a topic unless there is one of this name. If its slug is taken, it gets a number.
async fn insert(db: &mut PgConnection, name: &str) -> sqlx::Result<()> {
    let base = Slug::from_title(name);
    for number in 1..=MAX_SLUG_NUMBER {
        let slug = if number == 1 {
            base.to_string()
        } else {
            format!("{base}-{number}")
        };
        // Waits for another editor who is creating it, and then finds it by name.
        let inserted = sqlx::query!(
            "insert into topics (slug, name) select $1, $2
             where not exists (select 1 from topics where fold_topic_name(topics.name) = fold_topic_name($2))
             on conflict (slug) do nothing",
            slug,
            name,
        )
        .execute(&mut *db)
        .await?;
        if inserted.rows_affected() == 1 || list_new(db, &[name.to_owned()]).await?.is_empty() {
            break;
        }
    }
    Ok(())
}
