//! Compares an article from an export with the article that an earlier import wrote.

use sqlx::PgConnection;

use crate::transfer::plan::PlannedArticle;
use crate::transfer::store;
use crate::transfer::store::articles::KnownArticle;

/// Difference between an article in the export and the stored article.
pub(super) enum ArticleChange {
    New,
    Changed(KnownArticle),
    /// The article has changed in WordPress, but was also edited on this site.
    EditedHere(KnownArticle),
    Unchanged,
}

/// Compares an article from the export with the stored article.
pub(super) async fn find_change(
    db: &mut PgConnection,
    planned: &PlannedArticle,
    known: Option<KnownArticle>,
) -> sqlx::Result<ArticleChange> {
    let Some(known) = known else {
        return Ok(ArticleChange::New);
    };
    let is_edited = known.imported_version != known.current_version;
    if planned.digest != known.digest {
        return Ok(if is_edited {
            ArticleChange::EditedHere(known)
        } else {
            ArticleChange::Changed(known)
        });
    }
    // The item is the same, but uploads that were copied now may have changed its text.
    let is_changed = planned.may_show_uploads
        && !is_edited
        && store::articles::load_body(db, known.article_id).await? != planned.body;
    Ok(if is_changed {
        ArticleChange::Changed(known)
    } else {
        ArticleChange::Unchanged
    })
}
