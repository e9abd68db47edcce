//! Appends decisions on comments to the audit log.

use sqlx::PgConnection;

use crate::audit_log::{self, DecisionRecord, NewEntry};
use crate::comments::Status;
use crate::ids::{CommentId, LogEntryId};

/// A decision on a comment that was just inserted into the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub id: i64,
    pub comment_id: CommentId,
    /// Status of the comment before the decision.
    pub from: Status,
    /// Status of the comment after the decision.
    pub to: Status,
    /// Id of the earlier decision that this decision undoes, if it is an undo.
    pub undoes: Option<i64>,
}

/// Appends an entry to the audit log. `decisions` must be those that were inserted under its id, ordered by decision id.
///
/// Blocks all other appends until the transaction ends, so call it last.
pub async fn append(
    db: &mut PgConnection,
    id: LogEntryId,
    entry: &NewEntry<'_>,
    decisions: &[Decision],
) -> sqlx::Result<()> {
    // The log knows codes only, since it is below the layer that defines the statuses.
    let records: Vec<DecisionRecord> = decisions
        .iter()
        .map(|decision| DecisionRecord {
            id: decision.id,
            comment_id: decision.comment_id,
            from: decision.from.as_str(),
            to: decision.to.as_str(),
            undoes: decision.undoes,
        })
        .collect();
    audit_log::store::chain::append(db, id, entry, &records).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comment_status_has_a_status_code_in_the_audit_log() {
        for status in Status::ALL {
            let code = audit_log::find_status_code(status.as_str());
            assert_eq!(code, Some(status.as_str()));
        }
    }
}
