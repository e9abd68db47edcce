//! SQL for reports on an action: the number of comments it changed, some of these comments, and the comments it could not
//! change.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::comments::Status;
use crate::i18n::Translator;
use crate::ids::{ActionId, CommentId};

/// Largest number of comments that a report lists, which is as many as the queue's script can have on the screen.
const MAX_LISTED: i64 = 200;

pub struct ActionSummary {
    /// Status that the action gave. If the action was an undo that restored several statuses, one of them.
    pub to: Status,
    /// Number of comments that the action changed.
    pub count: i64,
    pub was_undo: bool,
    /// Whether at least one of the action's decisions can be undone.
    pub can_undo: bool,
}

/// Finds the result of an action of this moderator. Returns `None` if the action changed no comment or was another
/// moderator's. Examines only the first thousand decisions to find out whether the action can be undone.
pub async fn find(
    db: &mut PgConnection,
    moderator: &Moderator,
    action_id: ActionId,
) -> sqlx::Result<Option<ActionSummary>> {
    sqlx::query_as!(
        ActionSummary,
        r#"select min(to_status) as "to!", min(counted.count) as "count!", bool_or(undoes is not null) as "was_undo!",
               bool_or(comments.status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
                       and not exists (select 1 from decisions later
                                       where later.comment_id = comments.id and later.id > first.id)) as "can_undo!"
           from (select * from decisions where action_id = $1 and account_id = $2 order by id limit 1000) first
           join comments on comments.id = comment_id
           cross join (select sum(decisions)::bigint as count from audit_log where action_id = $1) counted
           having count(*) > 0"#,
        action_id.0,
        moderator.id.0,
    )
    .fetch_optional(db)
    .await
}

/// Lists the first comments that an action changed, up to a limit.
pub async fn list_comments(
    db: &mut PgConnection,
    action_id: ActionId,
) -> sqlx::Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        "select comment_id from decisions where action_id = $1 order by id limit $2",
        action_id.0,
        MAX_LISTED,
    )
    .fetch_all(db)
    .await
}

/// Returns the number of decisions that an action made.
pub async fn count_decisions(db: &mut PgConnection, action_id: ActionId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(decisions), 0)::bigint as "count!" from audit_log where action_id = $1"#,
        action_id.0,
    )
    .fetch_one(db)
    .await
}

/// A comment that a decision did not change because it was no longer as the moderator saw it.
pub struct DecisionConflict {
    pub id: CommentId,
    /// Name of the comment's author.
    pub name: String,
    pub status: Status,
    /// Name of the moderator who made the last decision on the comment.
    pub decided_by: Option<String>,
    /// Whether the comment was edited and nobody has decided on it since.
    pub is_changed: bool,
}

impl DecisionConflict {
    /// Describes in one sentence how the comment has changed since the moderator saw it.
    pub fn describe(&self, translator: Translator) -> String {
        if self.is_changed {
            return translator.format("queue-changed", "name", &self.name);
        }
        let status = translator.text(&format!("status-{}", self.status.as_str()));
        let values = [
            ("name", self.name.as_str()),
            ("status", status.as_str()),
            ("by", self.decided_by.as_deref().unwrap_or("—")),
        ];
        translator.format_all("queue-conflict", &values)
    }
}

/// Finds the present state of these comments, which a decision could not change.
pub async fn list_conflicts(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<DecisionConflict>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as!(
        DecisionConflict,
        r#"select comments.id, comments.name, status,
               (select accounts.name from decisions join accounts on accounts.id = account_id
                where comment_id = comments.id order by decisions.id desc limit 1) as decided_by,
               edited_at is not null and not exists
                   (select 1 from decisions where comment_id = comments.id and decided_at > edited_at) as "is_changed!"
           from comments where id = any($1) order by id"#,
        ids as &[CommentId],
    )
    .fetch_all(db)
    .await
}
