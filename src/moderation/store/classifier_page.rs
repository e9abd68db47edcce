//! SQL that finds false positives of the spam score.

use sqlx::PgConnection;

use crate::comments::Status;
use crate::ids::CommentId;
use crate::text::SafeHtml;

/// An approved comment whose spam score was at or above the threshold.
pub struct FalsePositive {
    pub id: CommentId,
    pub status: Status,
    pub name: String,
    pub body_html: SafeHtml,
    /// Spam score from 0 to 1 that the comment had when the moderator decided on it.
    pub score: f32,
}

/// Lists at most `limit` approved comments with a spam score of at least `min_score`, newest decision first. Searches
/// only the last `scored` decisions on comments that had a score.
pub async fn list_false_positives(
    db: &mut PgConnection,
    min_score: f64,
    scored: i64,
    limit: i64,
) -> sqlx::Result<Vec<FalsePositive>> {
    sqlx::query_as!(
        FalsePositive,
        r#"select comments.id, status, name, body_html, scored.score as "score!"
           from (
               select comment_id, is_refused, score, trained_at from classifier_examples
               where score is not null order by trained_at desc, comment_id desc limit $2
           ) scored
           join comments on comments.id = comment_id
           where scored.score::double precision >= $1 and not is_refused and erased_at is null
           order by trained_at desc, comment_id desc limit $3"#,
        min_score,
        scored,
        limit,
    )
    .fetch_all(db)
    .await
}
