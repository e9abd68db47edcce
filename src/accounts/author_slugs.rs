//! Moves author pages that are still named after a username to a name made of the display name.

use sqlx::PgPool;

use super::store;
use crate::clock::Ts;
use crate::text::Slug;

/// Gives every account whose slug was made from its username a slug made from its name. If the account has published
/// something, so that readers know the old slug, that one redirects.
pub async fn rename_username_slugs(pool: &PgPool, now: Ts) -> sqlx::Result<()> {
    let mut db = pool.begin().await?;
    // Locked until the commit: another server that starts at the same time finds none.
    for account in store::author_slugs::lock_unnamed(&mut db).await? {
        let slug = Slug::from_name(&account.name);
        store::author_slugs::rename(&mut db, account.id, &slug, now).await?;
    }
    db.commit().await
}
