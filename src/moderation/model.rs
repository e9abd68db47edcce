//! What a decision is.

use crate::comments::Status;
use crate::ids::{ActId, CommentId};

/// What a moderator says of one comment, having seen it in one status and with the words it had then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The comment.
    pub id: CommentId,
    /// The status in which the moderator saw it.
    pub seen: Status,
    /// How often its author had changed it by then.
    pub version: i32,
}

impl Ruling {
    /// Reads `17:held:0`, as a ticked box sends it; without the last part, of a comment that its author left as it was.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, seen) = text.split_once(':')?;
        let (seen, version) = seen.split_once(':').unwrap_or((seen, "0"));
        Some(Self {
            id: id.parse().ok()?,
            seen: Status::from_word(seen)?,
            version: version.parse().ok()?,
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
    /// Nothing that was meant was there any more.
    pub is_gone: bool,
}

impl Outcome {
    /// What came of an act for which nothing was left to decide.
    pub fn gone() -> Self {
        Self {
            is_gone: true,
            ..Self::default()
        }
    }

    /// What an act decided that passed nothing over.
    pub fn of_act(act: ActId) -> Self {
        Self {
            act: Some(act),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticked_box_says_what_was_seen() {
        assert_eq!(
            Ruling::parse("17:held:2"),
            Some(Ruling {
                id: CommentId(17),
                seen: Status::Held,
                version: 2
            })
        );
        let unchanged = Ruling::parse("17:held").map(|ruling| ruling.version);
        assert_eq!(unchanged, Some(0));
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
