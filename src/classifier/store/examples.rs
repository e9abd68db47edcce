//! SQL on training examples and on the comments they are made from.

use std::collections::HashMap;

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{CommentId, SimilarGroupId};
use crate::text::SafeHtml;

/// The class (refused or approved) and the features with which a comment was added to the model.
pub struct TrainingExample {
    pub is_refused: bool,
    pub feature_ids: Vec<i64>,
}

/// Deletes the training examples of these comments and returns them.
pub async fn delete_examples(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<TrainingExample>> {
    sqlx::query_as!(
        TrainingExample,
        "delete from classifier_examples where comment_id = any($1) returning is_refused, features as feature_ids",
        ids as &[CommentId],
    )
    .fetch_all(db)
    .await
}

/// A comment that a decision was made on, with its present training example if it has one.
pub struct TrainingCandidate {
    pub id: CommentId,
    pub name: String,
    pub website: Option<String>,
    pub body_html: SafeHtml,
    /// Whether the comment is now refused or approved. `None` if it must not be trained: it is held, erased, or written
    /// by staff.
    pub is_refused: Option<bool>,
    pub similar_group_id: Option<SimilarGroupId>,
    /// Whether the present training example counts as refused; `None` if the comment has no example.
    pub was_refused: Option<bool>,
    /// Ids of the features in the present training example; empty if the comment has no example.
    pub feature_ids: Vec<i64>,
    /// Spam score that the comment had before it was first trained.
    pub score: Option<f32>,
}

/// Lists these comments with their present status and training example.
pub async fn list_candidates(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<TrainingCandidate>> {
    sqlx::query_as!(
        TrainingCandidate,
        r#"select id, name, website, body_html,
               case when erased_at is null and account_id is null and status <> 'held' then status <> 'approved' end as is_refused,
               similar_group_id, l.is_refused as "was_refused?", coalesce(l.features, '{}') as "feature_ids!", l.score
           from comments left join classifier_examples l on comment_id = id where id = any($1) order by id"#,
        ids as &[CommentId],
    )
    .fetch_all(db)
    .await
}

/// Counts the training examples in each group of similar comments, up to `enough`. Examples without features do not
/// count.
pub async fn count_group_examples(
    db: &mut PgConnection,
    groups: &[SimilarGroupId],
    enough: i64,
) -> sqlx::Result<HashMap<SimilarGroupId, i64>> {
    let rows = sqlx::query!(
        r#"select id as "id!: SimilarGroupId", (select count(*) from (
               select 1 from comments join classifier_examples on comment_id = comments.id
               where similar_group_id = wanted.id and classifier_examples.features <> '{}' limit $2
           ) teaching) as "count!"
           from unnest($1::bigint[]) as wanted (id)"#,
        groups as &[SimilarGroupId],
        enough,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.count)).collect())
}

/// A training example to insert for a comment.
pub struct NewExample {
    pub comment_id: CommentId,
    pub example: TrainingExample,
    /// Spam score that the comment had before it was first trained.
    pub score: Option<f32>,
}

/// Inserts training examples. A comment that has an example already gets the new one instead.
pub async fn upsert_examples(
    db: &mut PgConnection,
    lessons: &[NewExample],
    now: Ts,
) -> sqlx::Result<()> {
    // A stored score is not overwritten: it is the one from before the comment was trained first.
    let ids: Vec<i64> = lessons.iter().map(|one| one.comment_id.0).collect();
    let refused: Vec<bool> = lessons.iter().map(|one| one.example.is_refused).collect();
    let scores: Vec<Option<f32>> = lessons.iter().map(|one| one.score).collect();
    // An array of arrays is a rectangle in Postgres, and these are of any length.
    let signals: Vec<String> = lessons
        .iter()
        .map(|one| {
            let numbers: Vec<String> = one.example.feature_ids.iter().map(i64::to_string).collect();
            format!("{{{}}}", numbers.join(","))
        })
        .collect();
    sqlx::query!(
        "insert into classifier_examples (comment_id, is_refused, features, score, trained_at)
         select id, refused, features::bigint[], score, $5
         from unnest($1::bigint[], $2::boolean[], $3::text[], $4::real[]) as one (id, refused, features, score)
         on conflict (comment_id) do update
         set is_refused = excluded.is_refused, features = excluded.features, trained_at = excluded.trained_at",
        &ids,
        &refused,
        &signals,
        &scores as &[Option<f32>],
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lists the comments that have a training example, by id. Begins after the id `after`; returns at most `limit`.
pub async fn list_examples_after(
    db: &mut PgConnection,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        r#"select comment_id as "id: CommentId" from classifier_examples where comment_id > $1 order by comment_id limit $2"#,
        after,
        limit,
    )
    .fetch_all(db)
    .await
}
