//! Requests to decide on comments, and the outcomes of such requests.

use crate::comments::Status;
use crate::ids::{ActionId, CommentId};

/// A request to decide on a comment, with the status and the version that the moderator saw. The decision takes effect
/// only if the comment still has both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionRequest {
    pub id: CommentId,
    pub expected_status: Status,
    /// Number of edits that the comment had when the moderator saw it.
    pub expected_version: i32,
}

impl DecisionRequest {
    /// Parses the value of a checkbox in the queue, such as `17:held:0`: comment id, status and version. A missing
    /// version means 0.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, rest) = text.split_once(':')?;
        let (status, version) = rest.split_once(':').unwrap_or((rest, "0"));
        Some(Self {
            id: id.parse().ok()?,
            expected_status: Status::parse(status)?,
            expected_version: version.parse().ok()?,
        })
    }
}

/// The result of submitting a decision or an undo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionOutcome {
    /// Id of the action; `None` if it changed no comment.
    pub action_id: Option<ActionId>,
    /// Comments that were not changed because they no longer were as the moderator saw them.
    pub conflicts: Vec<CommentId>,
    /// Whether the action was about a group or filter that no longer matches any comment.
    pub found_nothing: bool,
}

impl DecisionOutcome {
    /// Returns the outcome of an action on a group or filter that matched no comment.
    pub fn without_matches() -> Self {
        Self {
            found_nothing: true,
            ..Self::default()
        }
    }

    /// Returns the outcome of an action that changed every requested comment.
    pub fn from_action(action_id: ActionId) -> Self {
        Self {
            action_id: Some(action_id),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkbox_value_is_parsed_into_a_decision_request() {
        assert_eq!(
            DecisionRequest::parse("17:held:2"),
            Some(DecisionRequest {
                id: CommentId(17),
                expected_status: Status::Held,
                expected_version: 2
            })
        );
        let unchanged = DecisionRequest::parse("17:held").map(|request| request.expected_version);
        assert_eq!(unchanged, Some(0));
        for invalid in [
            "",
            "17",
            "17:",
            ":held",
            "x:held",
            "17:gone",
            "17:held:spam",
        ] {
            assert_eq!(DecisionRequest::parse(invalid), None);
        }
    }
}
