//! SQL on the slugs of author pages.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::AccountId;
use crate::text::Slug;

/// An account whose slug was not made from its name.
pub struct UnnamedAuthor {
    pub id: AccountId,
    pub name: String,
}

/// Lists and locks the accounts whose slug was not made from their name.
pub async fn lock_unnamed(db: &mut PgConnection) -> sqlx::Result<Vec<UnnamedAuthor>> {
    sqlx::query_as!(
        UnnamedAuthor,
        "select id, name from accounts where not slug_is_from_name order by id for update"
    )
    .fetch_all(db)
    .await
}

/// Gives an account the slug made from its name, with a number if that is taken. If it has published articles, its old slug
/// redirects from now on.
pub async fn rename(
    db: &mut PgConnection,
    id: AccountId,
    slug: &Slug,
    now: Ts,
) -> sqlx::Result<()> {
    // A slug that is the wanted one, perhaps with a number, stays as it is.
    let kept = sqlx::query!(
        "update accounts set slug_is_from_name = true where id = $1 and slug ~ ('^' || $2::text || '(-[0-9]+)?$')",
        id.0,
        slug.as_str(),
    )
    .execute(&mut *db)
    .await?;
    if kept.rows_affected() > 0 {
        return Ok(());
    }
    sqlx::query!(
        "insert into former_author_slugs (slug, account_id)
         select slug, id from accounts
         where id = $1 and exists (select 1 from articles
             where author_id = $1 and state = 'published' and published_at <= $2)
         on conflict do nothing",
        id.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    let free = find_free(db, slug).await?;
    sqlx::query!(
        "update accounts set slug = $2, slug_is_from_name = true where id = $1",
        id.0,
        free.as_str(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the slug, or the slug with the lowest number that no author page has or had.
pub(super) async fn find_free(db: &mut PgConnection, slug: &Slug) -> sqlx::Result<Slug> {
    let taken = sqlx::query_scalar!(
        r#"select slug as "slug!" from accounts where starts_with(slug, $1)
           union all select slug from former_author_slugs where starts_with(slug, $1)"#,
        slug.as_str(),
    )
    .fetch_all(db)
    .await?;
    let is_free = |slug: &Slug| !taken.iter().any(|taken| taken == slug.as_str());
    let mut numbered = (2..).map(|number| slug.with_number(number));
    Ok(Some(slug.clone())
        .filter(is_free)
        .or_else(|| numbered.find(is_free))
        .unwrap_or_else(|| slug.clone()))
}

/// Makes a slug redirect to an author's page, unless an author page has it or had it before.
pub async fn insert_former(db: &mut PgConnection, id: AccountId, slug: &Slug) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into former_author_slugs (slug, account_id)
         select $1, $2 where not exists (select 1 from accounts where slug = $1)
         on conflict do nothing",
        slug.as_str(),
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the slug to which a former one redirects. Returns `None` if the author has no page, because they have published
/// no article.
pub async fn find_current(
    db: &mut PgConnection,
    former: &Slug,
    now: Ts,
) -> sqlx::Result<Option<Slug>> {
    sqlx::query_scalar!(
        r#"select accounts.slug as "slug: Slug"
           from former_author_slugs former join accounts on accounts.id = account_id
           where former.slug = $1 and exists (select 1 from articles
               where author_id = accounts.id and kind = 'article' and state = 'published' and published_at <= $2)"#,
        former.as_str(),
        now as Ts,
    )
    .fetch_optional(db)
    .await
}
