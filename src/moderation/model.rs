//! Requests to decide on comments, and their outcome.

use crate::comments::Status;
use crate::ids::{ActionId, CommentId};

/// A comment to decide on, with the status and the version that the moderator saw. The decision takes effect only while the
/// comment still has both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionRequest {
    pub id: CommentId,
    pub expected_status: Status,
    /// Number of edits of the comment when the moderator saw it.
    pub expected_version: i32,
}

impl DecisionRequest {
    /// Parses `17:held:0`, the value of a checkbox in the queue. A missing version means 0.
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

/// The result of one press of a button.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionOutcome {
    /// The action, if it decided on any comment.
    pub action_id: Option<ActionId>,
    /// Comments that were left unchanged because they no longer were as the moderator saw them.
    pub conflicts: Vec<CommentId>,
    /// The action covered a whole group or filter, and no comment matched any more.
    pub found_nothing: bool,
}

impl DecisionOutcome {
    /// Returns the outcome of an action that found no comment to decide on.
    pub fn without_matches() -> Self {
        Self {
            found_nothing: true,
            ..Self::default()
        }
    }

    /// Returns the outcome of an action without conflicts.
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
    fn a_checkbox_value_is_parsed_into_a_request() {
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
