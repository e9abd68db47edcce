//! Saves the policy for a commenter and records the change in the audit log.

use sqlx::PgConnection;

use super::store;
use crate::accounts::Moderator;
use crate::audit_log::store::chain;
use crate::audit_log::{EntryKind, NewEntry};
use crate::clock::Ts;
use crate::commenters::policy::{CommenterPolicy, PolicyInfo};
use crate::commenters::store::policies;
use crate::ids::CommenterId;

/// Saves the policy for a commenter. If it changes whether the commenter is blocked, one audit log entry records that. If
/// it changes whether comments are held or trusted, another entry does.
pub(super) async fn save_policy(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    present: &PolicyInfo,
    to: CommenterPolicy,
    reason: &str,
    now: Ts,
) -> sqlx::Result<()> {
    let was_blocked = present.policy == CommenterPolicy::Blocked;
    let is_blocked = to == CommenterPolicy::Blocked;
    // A block keeps the policy from before: it applies again when the block is removed elsewhere.
    let fixed = match to {
        CommenterPolicy::Default => None,
        CommenterPolicy::Fixed(fixed) => Some(fixed),
        CommenterPolicy::Blocked => present.fixed,
    };
    let action = store::decisions::reserve_action_id(db).await?;
    let mut changes = Vec::new();
    if was_blocked != is_blocked {
        policies::set_blocked(db, moderator, id, is_blocked, now).await?;
        let kind = match is_blocked {
            true => EntryKind::Blocked,
            false => EntryKind::Unblocked,
        };
        changes.push((kind, format!("commenter {id}")));
    }
    if fixed != present.fixed {
        policies::set(db, moderator, id, fixed, now).await?;
        let subject = format!("commenter {id} {}", to.as_str());
        changes.push((EntryKind::PolicyChanged, subject));
    }
    // After both updates: from the first entry on, no other action can be appended.
    for (kind, subject) in &changes {
        let entry = NewEntry::by_moderator(moderator, action, *kind, now)
            .with_subject(subject)
            .with_note(reason);
        chain::append_single(db, &entry).await?;
    }
    Ok(())
}
