//! Reports on an action: the numbers and comments it decided on, and the comments it left alone.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::comments::Status;
use crate::i18n::Translator;
use crate::ids::{ActionId, CommentId};

/// Comments that a report lists: as many as the script can have on the screen.
const MAX_LISTED: i64 = 200;

/// The result of an action.
pub struct ActionSummary {
    /// The status that it gave, or one of them if it was an undo.
    pub to: Status,
    /// Number of comments that it decided on.
    pub count: i64,
    pub was_undo: bool,
    /// At least one of its decisions can be undone.
    pub can_undo: bool,
}

/// Finds the result of an action of this moderator; `None` if it decided on nothing, or was somebody else's. Whether it can be
/// undone is judged by its first thousand decisions.
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

/// Lists the first comments that an action decided on.
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

/// Counts the decisions of an action.
pub async fn count_decisions(db: &mut PgConnection, action_id: ActionId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(decisions), 0)::bigint as "count!" from audit_log where action_id = $1"#,
        action_id.0,
    )
    .fetch_one(db)
    .await
}

/// A comment that could not be decided because it was not as the moderator saw it.
pub struct DecisionConflict {
    pub id: CommentId,
    /// Name of its author.
    pub name: String,
    pub status: Status,
    /// Name of the moderator who decided last.
    pub decided_by: Option<String>,
    /// It was edited, and nobody has decided on it since.
    pub is_changed: bool,
}

impl DecisionConflict {
    /// Returns a sentence that tells the moderator what happened to the comment.
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

/// Reads the state of comments that could not be decided.
pub async fn list_conflicts(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<DecisionConflict>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        DecisionConflict,
        r#"select comments.id, comments.name, status,
               (select accounts.name from decisions join accounts on accounts.id = account_id
                where comment_id = comments.id order by decisions.id desc limit 1) as decided_by,
               edited_at is not null and not exists
                   (select 1 from decisions where comment_id = comments.id and decided_at > edited_at) as "is_changed!"
           from comments where id = any($1) order by id"#,
        &ids,
    )
    .fetch_all(db)
    .await
}
