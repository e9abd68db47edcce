//! What is thought of a comment, by what was learnt so far.

use sqlx::PgConnection;

use super::feature::Feature;
use super::hashed;
use super::model::Opinion;
use super::store;
use crate::crypto::Keys;

/// What is thought of a comment of which this was noticed; nothing while too little was learnt.
pub async fn opinion(
    db: &mut PgConnection,
    keys: &Keys,
    noticed: Vec<Feature>,
) -> sqlx::Result<Option<Opinion>> {
    let keys = keys.as_of_now();
    let numbers: Vec<i64> = noticed
        .iter()
        .map(|one| hashed::number(&keys, one))
        .collect();
    let (state, seen) = store::seen(db, &numbers).await?;
    // Between a change of the key and the lessons' being taught anew, the numbers mean nothing.
    if state.made_with != Some(hashed::made_with(&keys)) {
        return Ok(None);
    }
    let counts = numbers
        .iter()
        .map(|number| seen.get(number).copied().unwrap_or_default());
    Ok(state.learnt.opinion(noticed.into_iter().zip(counts)))
}
