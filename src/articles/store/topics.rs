//! What articles are about, and who wrote them.

use sqlx::PgConnection;

use crate::articles::model::{Topic, TopicKind};
use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId};
use crate::text::Slug;

/// The topic at an address.
pub async fn find_topic(db: &mut PgConnection, slug: &Slug) -> sqlx::Result<Option<Topic>> {
    sqlx::query_as!(
        Topic,
        "select id, slug, name, description from topics where slug = $1",
        slug.as_str()
    )
    .fetch_optional(db)
    .await
}

/// What an article is about, by name.
pub async fn topics_of(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Vec<Topic>> {
    sqlx::query_as!(
        Topic,
        "select id, slug, name, description from topics join article_topics on topic_id = id
         where article_id = $1 order by lower(name), id",
        id.0
    )
    .fetch_all(db)
    .await
}

/// Gives an article these topics and no others. A name means the topic of that name, one that the article has before any
/// other; where there is none, the topic whose address it would have; where there is none either, a new one.
pub async fn set_topics(
    db: &mut PgConnection,
    id: ArticleId,
    names: &[String],
) -> sqlx::Result<()> {
    let slugs: Vec<String> = names
        .iter()
        .map(|name| Slug::from_title(name).to_string())
        .collect();
    sqlx::query!(
        "delete from article_topics
         where article_id = $1 and topic_id not in
             (select id from topics where lower(name) in (select lower(name) from unnest($2::text[]) as named (name)))",
        id.0,
        names,
    )
    .execute(&mut *db)
    .await?;
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

/// Someone whose name stands over articles.
pub struct Author {
    /// Their number.
    pub id: AccountId,
    /// Their name.
    pub name: String,
}

/// The author at an address. Whether they have published anything is for their page to see.
pub async fn find_author(db: &mut PgConnection, slug: &Slug) -> sqlx::Result<Option<Author>> {
    sqlx::query_as!(
        Author,
        "select id, name from accounts where slug = $1",
        slug.as_str()
    )
    .fetch_optional(db)
    .await
}

/// The topic that a category or a tag of this old name has become; a topic of that slug otherwise.
pub async fn find_old_topic(
    db: &mut PgConnection,
    name: &str,
    kind: TopicKind,
) -> sqlx::Result<Option<Slug>> {
    sqlx::query_scalar!(
        "select topics.slug from topics left join imported_topics on topic_id = topics.id
         where imported_topics.slug = $1 or topics.slug = $1
         order by imported_topics.slug = $1 and imported_topics.kind = $2 desc nulls last,
             imported_topics.slug = $1 desc nulls last, topics.id limit 1",
        name,
        kind as TopicKind,
    )
    .fetch_optional(db)
    .await
}

/// Where readers find the article that WordPress called by this number, or the one on which this upload hung.
pub async fn find_path_by_number(
    db: &mut PgConnection,
    number: i64,
    now: Ts,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        r#"with imported as (
             select article_id, site_id, 0 as far from imported_articles where wordpress_id = $1
             union all
             select article_id, media.site_id, 1 from imported_media media
             join imported_articles article on article.wordpress_id = article_wordpress_id and article.site_id = media.site_id
             where media.wordpress_id = $1
         )
         select path as "path!" from imported join articles on articles.id = article_id
         where state = 'published' and published_at <= $2 order by far, site_id limit 1"#,
        number,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}
