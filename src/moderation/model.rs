//! What a decision is.

use crate::comments::Status;
use crate::ids::{ActId, CommentId};

/// What a moderator says of one comment, having seen it in one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The comment.
    pub id: CommentId,
    /// The status in which the moderator saw it.
    pub seen: Status,
}

impl Ruling {
    /// Reads `17:held`, as a ticked box sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, seen) = text.split_once(':')?;
        Some(Self {
            id: id.parse().ok()?,
            seen: Status::from_word(seen)?,
        })
    }
}

/// What came of one press of a button.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The act, if it decided anything.
    pub act: Option<ActId>,
    /// Comments that no longer were as the moderator saw them; they stay as they are.
    pub passed_over: Vec<CommentId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticked_box_says_what_was_seen() {
        assert_eq!(
            Ruling::parse("17:held"),
            Some(Ruling {
                id: CommentId(17),
                seen: Status::Held
            })
        );
        for nonsense in [
            "",
            "17",
            "17:",
            ":held",
            "x:held",
            "17:gone",
            "17:held:spam",
        ] {
            assert_eq!(Ruling::parse(nonsense), None);
        }
    }
}
