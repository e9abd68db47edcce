//! The first verdict on a reply. Pure: what is known about it goes in, a status and the reasons for it come out.

use super::model::Status;

/// What is known about a reply when it arrives.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence {
    /// The field that people do not see was filled in.
    pub trap_filled: bool,
    /// The publication holds every reply.
    pub hold_everything: bool,
}

/// Why a reply was judged as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The publication holds every reply.
    EverythingIsHeld,
    /// The field that people do not see was filled in.
    TrapFilled,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::EverythingIsHeld, Self::TrapFilled];

    /// Its code in the database; the catalogue has it as `reason-…`.
    pub fn code(self) -> &'static str {
        match self {
            Self::EverythingIsHeld => "everything-is-held",
            Self::TrapFilled => "trap-filled",
        }
    }
}

/// What becomes of a reply, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its first status.
    pub status: Status,
    /// Every reason that counted.
    pub reasons: Vec<Reason>,
}

/// Judges a reply. The address it came with earns it nothing: anyone can type any address.
pub fn first_verdict(evidence: Evidence) -> Verdict {
    if evidence.trap_filled {
        return Verdict {
            status: Status::Spam,
            reasons: vec![Reason::TrapFilled],
        };
    }
    if evidence.hold_everything {
        return Verdict {
            status: Status::Held,
            reasons: vec![Reason::EverythingIsHeld],
        };
    }
    Verdict {
        status: Status::Approved,
        reasons: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_its_verdict() {
        let verdict = |trap_filled, hold_everything| {
            let verdict = first_verdict(Evidence {
                trap_filled,
                hold_everything,
            });
            (verdict.status, verdict.reasons)
        };
        assert_eq!(
            verdict(false, true),
            (Status::Held, vec![Reason::EverythingIsHeld])
        );
        assert_eq!(verdict(false, false), (Status::Approved, vec![]));
        assert_eq!(
            verdict(true, false),
            (Status::Spam, vec![Reason::TrapFilled])
        );
        assert_eq!(
            verdict(true, true),
            (Status::Spam, vec![Reason::TrapFilled])
        );
    }
}
