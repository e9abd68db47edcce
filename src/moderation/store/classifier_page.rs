//! What the site would have got wrong, had it decided by itself.

use sqlx::PgConnection;

use crate::comments::Status;
use crate::ids::CommentId;
use crate::text::SafeHtml;

/// A comment that would have been refused, and was kept.
pub struct Misjudged {
    /// Its number.
    pub id: CommentId,
    /// What it is now.
    pub status: Status,
    /// The name given.
    pub name: String,
    /// Its text.
    pub body_html: SafeHtml,
    /// How likely it seemed to be refused.
    pub score: f32,
}

/// Of the last `looked_at` decided comments of which something was thought before, those that seemed likely to be refused
/// by `from` or more and were kept: at most `limit`, the newest first.
pub async fn misjudged(
    db: &mut PgConnection,
    from: f64,
    looked_at: i64,
    limit: i64,
) -> sqlx::Result<Vec<Misjudged>> {
    sqlx::query_as!(
        Misjudged,
        r#"select comments.id, status, name, body_html, tested.score as "score!"
           from (
               select comment_id, is_refused, score, taught_at from lessons
               where score is not null order by taught_at desc, comment_id desc limit $2
           ) tested
           join comments on comments.id = comment_id
           where tested.score::double precision >= $1 and not is_refused and erased_at is null
           order by taught_at desc, comment_id desc limit $3"#,
        from,
        looked_at,
        limit,
    )
    .fetch_all(db)
    .await
}
