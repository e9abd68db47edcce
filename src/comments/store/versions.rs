//! Former versions of comments that staff have edited.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::CommentId;
use crate::text::{BodyFormat, SafeHtml};

/// A former version of a comment, from before a staff edit.
pub struct CommentVersion {
    pub comment_id: CommentId,
    pub version: i32,
    pub name: String,
    pub website: Option<String>,
    /// Source text of the comment, in `format`.
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    pub replaced_at: Ts,
    /// Name of the member of staff who replaced this version.
    pub replaced_by: String,
}

macro_rules! select_versions {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            CommentVersion,
            r#"select comment_versions.comment_id as "comment_id: CommentId", comment_versions.version, comment_versions.name, comment_versions.website,
                   comment_versions.body, comment_versions.format as "format: BodyFormat", comment_versions.body_html as "body_html: SafeHtml",
                   replaced_at, accounts.name as replaced_by
               from comment_versions join accounts on accounts.id = replaced_by "# + $which,
            $($argument),+
        )
    };
}

/// Returns the former versions of a comment, newest first.
pub async fn list(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Vec<CommentVersion>> {
    select_versions!(
        "where comment_versions.comment_id = $1 order by comment_versions.version desc",
        id.0
    )
    .fetch_all(db)
    .await
}

/// Returns the former versions of several comments, grouped by comment and then oldest first.
pub async fn list_all(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<CommentVersion>> {
    select_versions!(
        "where comment_versions.comment_id = any($1) order by comment_versions.comment_id, comment_versions.version",
        ids as &[CommentId]
    )
    .fetch_all(db)
    .await
}
