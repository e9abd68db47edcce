//! SQL on the spam scores of held comments, and on the scores that decided comments had before the decision.

use sqlx::PgConnection;

use crate::classifier::threshold::ScoredDecision;
use crate::clock::Ts;
use crate::ids::CommentId;
use crate::text::SafeHtml;

/// Claims the next run that scores held comments again, so that only one process does it. Returns `false` if the model
/// has not changed since the last run, or if that run was later than `before`.
pub async fn claim_rescoring(db: &mut PgConnection, before: Ts, now: Ts) -> sqlx::Result<bool> {
    // One statement checks and claims, so that of several processes only one gets the run.
    let taken = sqlx::query!(
        "update classifier_state set rescored_version = version, rescored_at = $2
         where rescored_version < version and (rescored_at is null or rescored_at <= $1)",
        before as Ts,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// A held comment for which the score is computed again.
pub struct UnscoredComment {
    pub id: CommentId,
    pub version: i32,
    pub name: String,
    pub website: Option<String>,
    pub body_html: SafeHtml,
}

/// Lists the newest held comments, at most `limit`.
pub async fn list_newest_held(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<UnscoredComment>> {
    sqlx::query_as!(
        UnscoredComment,
        "select id, version, name, website, body_html from comments
         where status = 'held' and erased_at is null and account_id is null
         order by created_at desc, id desc limit $1",
        limit,
    )
    .fetch_all(db)
    .await
}

/// Stores spam scores. Leaves out comments that are no longer held, or have another version than the one scored.
pub async fn update_scores(
    db: &mut PgConnection,
    thought: &[(CommentId, i32, f32, Vec<String>)],
) -> sqlx::Result<()> {
    // The query locks comments in the order of their IDs, so that two transactions cannot deadlock, and leaves
    // unchanged rows alone, since every update costs a new row version.
    let ids: Vec<i64> = thought.iter().map(|one| one.0.0).collect();
    let versions: Vec<i32> = thought.iter().map(|one| one.1).collect();
    let scores: Vec<f32> = thought.iter().map(|one| one.2).collect();
    // As JSON: an array of arrays is a rectangle in Postgres, and these are of any length.
    let signals: Vec<serde_json::Value> = thought.iter().map(|one| one.3.clone().into()).collect();
    sqlx::query!(
        "with scored as (
             select comments.id, one.score, array(select jsonb_array_elements_text(one.signals)) as signals
             from unnest($1::bigint[], $2::integer[], $3::real[], $4::jsonb[]) as one (id, version, score, signals)
             join comments on comments.id = one.id and comments.version = one.version
             where status = 'held' and erased_at is null
             order by comments.id for update of comments
         )
         update comments set score = scored.score, signals = scored.signals
         from scored where comments.id = scored.id
           and (comments.score, comments.signals) is distinct from (scored.score, scored.signals)",
        &ids,
        &versions,
        &scores,
        &signals,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lists decided comments that had a spam score before the decision, most recent decision first, at most `limit`.
pub async fn list_scored_decisions(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<ScoredDecision>> {
    sqlx::query_as!(
        ScoredDecision,
        r#"select score as "score!", is_refused from classifier_examples
           where score is not null order by trained_at desc, comment_id desc limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}
