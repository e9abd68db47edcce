//! Automatic screening of comments. It takes facts about a comment and the publication's rules, and returns a status with
//! its reasons. It does no I/O.

pub mod name_match;
pub mod reason;
mod role_words;
#[cfg(test)]
mod tests;
pub mod word_list;

use super::model::Status;
use crate::classifier::Prediction;
use crate::commenters::FixedPolicy;

pub use reason::{ReasonKind, ScreeningReason};
pub use word_list::WordList;

/// Facts about a submitted or edited comment.
#[derive(Clone, Debug, Default)]
pub struct ScreeningInput<'a> {
    pub honeypot_filled: bool,
    /// Whether the comment was written by a signed-in member of staff.
    pub is_staff: bool,
    /// Texts from [`collect_texts`] that are searched for word list entries.
    pub texts: &'a [&'a str],
    /// Number of links in the comment text, including URLs that become links. The author's website does not count.
    pub links: usize,
    pub block: Option<BlockMatch>,
    pub trust: AuthorTrust,
    /// Spam probability from 0 to 1 that the classifier predicts. `None` if it has not learned enough.
    pub spam_probability: Option<f32>,
    /// Policy that a moderator set for the commenter.
    pub policy: Option<FixedPolicy>,
    /// Name of a member of staff or of the publication that the author's name is or imitates.
    pub imitated_name: Option<&'a str>,
}

/// Returns the texts of a comment that are searched for word list entries. The email is not among them. The comment text
/// is there twice: as Markdown and as `plain` text, so that Markdown characters inside a word cannot hide it.
pub fn collect_texts<'a>(
    name: &'a str,
    website: Option<&'a str>,
    body: &'a str,
    plain: &'a str,
) -> [&'a str; 4] {
    [name, website.unwrap_or_default(), body, plain]
}

/// The moderators' block that applies to a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockMatch {
    Email,
    /// The blocked domain: the domain of the email or a parent domain of it.
    Domain(String),
    Network,
}

/// Degree of trust in the author of a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthorTrust {
    #[default]
    Unknown,
    /// A comment with the same name and email was approved. The email is not verified in this browser, so the author may
    /// be somebody else.
    ApprovedBefore,
    /// The email was verified in this browser, but no comment was approved yet.
    EmailVerified,
    /// The email was verified in this browser, and a comment was approved.
    Established,
}

#[derive(Clone, Debug, Default)]
pub struct ScreeningRules {
    pub hold_everything: bool,
    pub hold_first_timers: bool,
    /// Whether an approved comment with the same name and email makes an author known even if the email is not verified.
    pub trust_unverified: bool,
    /// Minimum number of links for which a comment is held; 0 turns the rule off.
    pub hold_links: u32,
    pub hold_words: WordList,
    /// Words for which a comment is trashed.
    pub refuse_words: WordList,
    /// Whether comments that these rules do not refuse are held until the remote spam check has answered.
    pub ask_checker: bool,
    /// Lowest predicted spam probability, in thousandths, for which a comment becomes spam; 0 turns the rule off.
    pub learned_spam_from: u32,
}

/// Status that screening gives a comment, and the reasons for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub status: Status,
    /// Every reason that applied, in the order of [`ReasonKind`].
    pub reasons: Vec<ScreeningReason>,
    /// Status that the comment gets if the spam check finds no spam. `None` if the comment is not to be checked.
    pub status_if_ham: Option<Status>,
    /// The classifier's prediction, which is stored for moderators.
    pub prediction: Option<Prediction>,
}

impl Verdict {
    /// Holds the comment if this verdict approves it, either now or after the spam check.
    pub fn hold(&mut self) {
        if self.status == Status::Approved {
            self.status = Status::Held;
        }
        if self.status_if_ham == Some(Status::Approved) {
            self.status_if_ham = Some(Status::Held);
        }
    }

    /// Holds the comment for a further reason if this verdict approves it, and adds the reason if it holds it.
    pub fn hold_for(&mut self, kind: ReasonKind) {
        self.hold();
        if self.status == Status::Held {
            self.reasons.push(kind.into());
        }
    }

    /// Makes a verdict that has no spam check and no prediction.
    pub fn new(status: Status, reasons: Vec<ScreeningReason>) -> Self {
        Self {
            status,
            reasons,
            status_if_ham: None,
            prediction: None,
        }
    }

    /// Returns the reasons in their stored form.
    pub fn stored_reasons(&self) -> Vec<String> {
        self.reasons
            .iter()
            .map(ScreeningReason::to_stored)
            .collect()
    }

    /// Returns the strongest features of the prediction in their stored form.
    pub fn stored_signals(&self) -> Vec<String> {
        self.prediction
            .as_ref()
            .map(Prediction::encode_weights)
            .unwrap_or_default()
    }
}

/// Screens a comment. Rules that trash are applied first, then rules that mark as spam, then rules that hold.
pub fn apply_rules(input: &ScreeningInput<'_>, rules: &ScreeningRules) -> Verdict {
    if input.is_staff {
        return Verdict::new(Status::Approved, Vec::new());
    }
    // A refusal is a rule that moderators wrote down, which no guess and no trust overrides.
    let refuse_reasons = list_refuse_reasons(input, rules);
    if !refuse_reasons.is_empty() {
        return Verdict::new(Status::Trashed, refuse_reasons);
    }
    if input.honeypot_filled {
        return Verdict::new(Status::Spam, vec![ReasonKind::HoneypotFilled.into()]);
    }
    if let Some(reason) = find_spam_prediction(input, rules) {
        return Verdict::new(Status::Spam, vec![reason]);
    }
    let hold_reasons = list_hold_reasons(input, rules);
    let status = if hold_reasons.is_empty() {
        Status::Approved
    } else {
        Status::Held
    };
    let verdict = Verdict::new(status, hold_reasons);
    if rules.ask_checker {
        hold_for_check(verdict)
    } else {
        verdict
    }
}

fn list_refuse_reasons(input: &ScreeningInput<'_>, rules: &ScreeningRules) -> Vec<ScreeningReason> {
    let mut reasons = match_word_list(&rules.refuse_words, ReasonKind::RefuseWord, input.texts);
    reasons.extend(input.block.as_ref().map(|block| match block {
        BlockMatch::Email => ReasonKind::BlockedEmail.into(),
        BlockMatch::Domain(domain) => {
            ScreeningReason::with_detail(ReasonKind::BlockedDomain, domain)
        }
        BlockMatch::Network => ReasonKind::BlockedNetwork.into(),
    }));
    reasons
}

/// Returns a reason if the classifier predicts spam. Trusted authors are exempt.
fn find_spam_prediction(
    input: &ScreeningInput<'_>,
    rules: &ScreeningRules,
) -> Option<ScreeningReason> {
    let probability = f64::from(input.spam_probability?);
    let threshold = f64::from(rules.learned_spam_from) / 1_000.0;
    let is_trusted = rules.is_known(input.trust) || rules.has_trust_policy(input);
    let is_spam = threshold > 0.0 && probability >= threshold && !is_trusted;
    // Rounded down: 99.9 must not read as certainty.
    let per_cent = (probability * 100.0).floor();
    is_spam.then(|| ScreeningReason::with_detail(ReasonKind::LearnedSpam, &per_cent.to_string()))
}

fn list_hold_reasons(input: &ScreeningInput<'_>, rules: &ScreeningRules) -> Vec<ScreeningReason> {
    // Whatever the trust: readers would take the comment for the staff's.
    let imitated = input.imitated_name;
    let imitated =
        imitated.map(|name| ScreeningReason::with_detail(ReasonKind::ImitatedName, name));
    let mut reasons: Vec<_> = imitated.into_iter().collect();
    if rules.has_trust_policy(input) {
        return reasons;
    }
    if rules.hold_everything {
        reasons.push(ReasonKind::EverythingIsHeld.into());
    }
    if rules.hold_first_timers && !rules.is_known(input.trust) {
        reasons.push(ReasonKind::FirstTimer.into());
    }
    if input.policy == Some(FixedPolicy::Hold) {
        reasons.push(ReasonKind::AlwaysHeld.into());
    }
    if rules.hold_links > 0 && input.links >= rules.hold_links as usize {
        reasons.push(ScreeningReason::with_detail(
            ReasonKind::Links,
            &input.links.to_string(),
        ));
    }
    reasons.extend(match_word_list(
        &rules.hold_words,
        ReasonKind::HoldWord,
        input.texts,
    ));
    reasons
}

impl ScreeningRules {
    /// Returns whether an author counts as known, so that the rule for first-time commenters does not apply.
    fn is_known(&self, trust: AuthorTrust) -> bool {
        match trust {
            AuthorTrust::Established => true,
            AuthorTrust::ApprovedBefore => self.trust_unverified,
            AuthorTrust::Unknown | AuthorTrust::EmailVerified => false,
        }
    }

    /// Returns whether the commenter's policy is to trust, and the author is identified as that commenter.
    fn has_trust_policy(&self, input: &ScreeningInput<'_>) -> bool {
        input.policy == Some(FixedPolicy::Trust) && self.is_identified(input.trust)
    }

    /// Returns whether the author counts as the owner of the email, not just somebody who entered it. Only the owner may
    /// profit from a trust policy.
    fn is_identified(&self, trust: AuthorTrust) -> bool {
        match trust {
            AuthorTrust::EmailVerified | AuthorTrust::Established => true,
            AuthorTrust::ApprovedBefore => self.trust_unverified,
            AuthorTrust::Unknown => false,
        }
    }
}

fn match_word_list(words: &WordList, kind: ReasonKind, texts: &[&str]) -> Vec<ScreeningReason> {
    let matches = words.matches(texts).into_iter();
    matches
        .map(|found| ScreeningReason::with_detail(kind, &found.entry))
        .collect()
}

/// Holds a comment until the spam check has answered. If the check finds no spam, the comment gets the verdict's original
/// status.
fn hold_for_check(mut verdict: Verdict) -> Verdict {
    let status_if_ham = Some(verdict.status);
    verdict.reasons.push(ReasonKind::BeingChecked.into());
    Verdict {
        status: Status::Held,
        status_if_ham,
        ..verdict
    }
}
