//! The first verdict on a reply. Pure: what is known about it and what the publication wants go in, a status and the
//! reasons for it come out.

pub mod reason;
#[cfg(test)]
mod tests;
pub mod words;

use super::model::Status;
use crate::classifier::Prediction;
use crate::commenters::FixedPolicy;

pub use reason::{Kind, Reason};
pub use words::WordList;

/// What is known about a reply when it arrives or is edited.
#[derive(Clone, Debug, Default)]
pub struct Evidence<'a> {
    /// The field that people do not see was filled in.
    pub trap_filled: bool,
    /// A signed-in member of the staff wrote it.
    pub is_staff: bool,
    /// What word lists look through: the name, the website, the words. Never the address.
    pub texts: &'a [&'a str],
    /// Links in the text after bare addresses became some, the website not counted.
    pub links: usize,
    /// What is blocked about it, if anything.
    pub blocked: Option<Blocked>,
    /// How well its author is known.
    pub standing: Standing,
    /// How likely this site is to refuse it, by what it has learnt.
    pub likelihood: Option<f32>,
    /// How moderators want its author treated, whatever else is known.
    pub treatment: Option<FixedPolicy>,
}

/// What word lists look through of a comment: the words as typed and as `read` without their marks, since marks of
/// Markdown inside a word do not hide it. Judging and trying lists look at the same.
pub fn texts<'a>(
    name: &'a str,
    website: Option<&'a str>,
    body: &'a str,
    read: &'a str,
) -> [&'a str; 4] {
    [name, website.unwrap_or_default(), body, read]
}

/// What may be blocked about a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// Its author's address.
    Address,
    /// This domain, which that address is in.
    Domain(String),
    /// The network it came from.
    Network,
}

/// How well the author of a reply is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Not at all.
    #[default]
    New,
    /// The same name and address were approved before, but nothing proves that this is the same person.
    ApprovedBefore,
    /// This browser proved that the address is theirs, but nothing of theirs was approved yet.
    Proven,
    /// Proven, and approved before.
    Known,
}

/// What the publication wants.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Every reply is held.
    pub hold_everything: bool,
    /// Replies are held whose author is not known.
    pub hold_first_timers: bool,
    /// A name and an address that were approved before make their author known, with no proof.
    pub trust_unproven: bool,
    /// Replies are held that have so many links or more; 0 is never.
    pub hold_links: u32,
    /// Words to hold replies for.
    pub hold_words: WordList,
    /// Words to throw replies away for.
    pub refuse_words: WordList,
    /// A remote checker is asked about what is not refused here.
    pub ask_checker: bool,
    /// From which likelihood on, in thousandths, what was learnt throws replies among spam; 0 is never.
    pub learned_spam_from: u32,
}

/// What becomes of a reply, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Its first status.
    pub status: Status,
    /// Every reason that counted, in the order of [`Kind::ALL`].
    pub reasons: Vec<Reason>,
    /// Its status once the remote checker says that it is no spam; none when that is not asked.
    pub once_checked: Option<Status>,
    /// What is thought of it by what was learnt, if enough was.
    pub opinion: Option<Prediction>,
}

impl Verdict {
    /// Holds what would be approved, now or once it was checked.
    pub fn hold(&mut self) {
        if self.status == Status::Approved {
            self.status = Status::Held;
        }
        if self.once_checked == Some(Status::Approved) {
            self.once_checked = Some(Status::Held);
        }
    }

    /// A verdict that waits for nobody.
    pub fn new(status: Status, reasons: Vec<Reason>) -> Self {
        Self {
            status,
            reasons,
            once_checked: None,
            opinion: None,
        }
    }
}

/// Judges a reply.
pub fn first_verdict(evidence: &Evidence<'_>, rules: &Rules) -> Verdict {
    if evidence.is_staff {
        return Verdict::new(Status::Approved, Vec::new());
    }
    let refused_for = reasons_to_refuse(evidence, rules);
    if !refused_for.is_empty() {
        return Verdict::new(Status::Trashed, refused_for);
    }
    if evidence.trap_filled {
        return Verdict::new(Status::Spam, vec![Kind::TrapFilled.into()]);
    }
    if let Some(reason) = learned_spam(evidence, rules) {
        return Verdict::new(Status::Spam, vec![reason]);
    }
    let held_for = reasons_to_hold(evidence, rules);
    let status = if held_for.is_empty() {
        Status::Approved
    } else {
        Status::Held
    };
    let verdict = Verdict::new(status, held_for);
    if rules.ask_checker {
        held_for_checker(verdict)
    } else {
        verdict
    }
}

fn reasons_to_refuse(evidence: &Evidence<'_>, rules: &Rules) -> Vec<Reason> {
    let mut reasons = reasons_in(&rules.refuse_words, Kind::RefuseWord, evidence.texts);
    reasons.extend(evidence.blocked.as_ref().map(|blocked| match blocked {
        Blocked::Address => Kind::BlockedAddress.into(),
        Blocked::Domain(domain) => Reason::with(Kind::BlockedDomain, domain),
        Blocked::Network => Kind::BlockedNetwork.into(),
    }));
    reasons
}

/// What the site has learnt decides alone about those only whom nobody here knows.
fn learned_spam(evidence: &Evidence<'_>, rules: &Rules) -> Option<Reason> {
    let likelihood = f64::from(evidence.likelihood?);
    let from = f64::from(rules.learned_spam_from) / 1_000.0;
    let is_known = rules.trusts(evidence.standing) || rules.is_trusted(evidence);
    let is_spam = from > 0.0 && likelihood >= from && !is_known;
    // Rounded down: nothing is said to be certain that is not.
    let per_cent = (likelihood * 100.0).floor();
    is_spam.then(|| Reason::with(Kind::LearnedSpam, &per_cent.to_string()))
}

fn reasons_to_hold(evidence: &Evidence<'_>, rules: &Rules) -> Vec<Reason> {
    if rules.is_trusted(evidence) {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    if rules.hold_everything {
        reasons.push(Kind::EverythingIsHeld.into());
    }
    if rules.hold_first_timers && !rules.trusts(evidence.standing) {
        reasons.push(Kind::FirstTimer.into());
    }
    if evidence.treatment == Some(FixedPolicy::Hold) {
        reasons.push(Kind::AlwaysHeld.into());
    }
    if rules.hold_links > 0 && evidence.links >= rules.hold_links as usize {
        reasons.push(Reason::with(Kind::Links, &evidence.links.to_string()));
    }
    reasons.extend(reasons_in(
        &rules.hold_words,
        Kind::HoldWord,
        evidence.texts,
    ));
    reasons
}

impl Rules {
    fn trusts(&self, standing: Standing) -> bool {
        match standing {
            Standing::Known => true,
            Standing::ApprovedBefore => self.trust_unproven,
            Standing::New | Standing::Proven => false,
        }
    }

    /// Whether moderators trust its author always, and it is theirs.
    fn is_trusted(&self, evidence: &Evidence<'_>) -> bool {
        evidence.treatment == Some(FixedPolicy::Trust) && self.is_surely(evidence.standing)
    }

    /// Whether it is the person whose address was given, and not someone who knows it: only then is their trust theirs.
    fn is_surely(&self, standing: Standing) -> bool {
        match standing {
            Standing::Proven | Standing::Known => true,
            Standing::ApprovedBefore => self.trust_unproven,
            Standing::New => false,
        }
    }
}

fn reasons_in(words: &WordList, kind: Kind, texts: &[&str]) -> Vec<Reason> {
    let matches = words.matches(texts).into_iter();
    matches
        .map(|found| Reason::with(kind, &found.entry))
        .collect()
}

/// Nobody sees a reply before the checker has answered.
fn held_for_checker(mut verdict: Verdict) -> Verdict {
    let once_checked = Some(verdict.status);
    verdict.reasons.push(Kind::BeingChecked.into());
    Verdict {
        status: Status::Held,
        once_checked,
        ..verdict
    }
}
