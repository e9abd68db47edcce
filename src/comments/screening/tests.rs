use super::AuthorTrust::{ApprovedBefore, EmailVerified, Established, Unknown};
use super::BlockMatch::{Domain, Email, Network};
use super::*;
use crate::commenters::FixedPolicy::{Hold, Trust};
use crate::comments::Status::{Approved, Held, Spam, Trashed};

/// Facts about a comment, the rules, the expected status, and the expected reasons in their stored form.
type VerdictCase = (
    ScreeningInput<'static>,
    ScreeningRules,
    Status,
    &'static str,
);

fn check<const ROWS: usize>(table: [VerdictCase; ROWS]) {
    for (number, (input, rules, status, reasons)) in table.into_iter().enumerate() {
        let verdict = apply_rules(&input, &rules);
        let actual = (
            verdict.status,
            verdict.stored_reasons().join(", "),
            verdict.status_if_ham,
        );
        let row = number + 1;
        assert_eq!(actual, (status, reasons.to_owned(), None), "row {row}");
    }
}

fn plain() -> ScreeningInput<'static> {
    ScreeningInput::default()
}

/// A comment that matches every word list in these tests.
fn matching_text() -> ScreeningInput<'static> {
    ScreeningInput {
        texts: &["Ann", "https://casino.example", "My\nwares: free money!"],
        ..plain()
    }
}

fn by_author(trust: AuthorTrust) -> ScreeningInput<'static> {
    ScreeningInput { trust, ..plain() }
}

fn with_policy(policy: FixedPolicy, input: ScreeningInput<'static>) -> ScreeningInput<'static> {
    ScreeningInput {
        policy: Some(policy),
        ..input
    }
}

fn links(links: usize) -> ScreeningInput<'static> {
    ScreeningInput { links, ..plain() }
}

fn blocked(block: BlockMatch) -> ScreeningInput<'static> {
    ScreeningInput {
        block: Some(block),
        ..plain()
    }
}

fn with_honeypot(input: ScreeningInput<'static>) -> ScreeningInput<'static> {
    ScreeningInput {
        honeypot_filled: true,
        ..input
    }
}

fn by_staff(input: ScreeningInput<'static>) -> ScreeningInput<'static> {
    ScreeningInput {
        is_staff: true,
        ..input
    }
}

fn no_rules() -> ScreeningRules {
    ScreeningRules::default()
}

fn hold_everything() -> ScreeningRules {
    ScreeningRules {
        hold_everything: true,
        ..no_rules()
    }
}

fn hold_first_timers() -> ScreeningRules {
    ScreeningRules {
        hold_first_timers: true,
        ..no_rules()
    }
}

fn trust_unverified() -> ScreeningRules {
    ScreeningRules {
        trust_unverified: true,
        ..hold_first_timers()
    }
}

fn hold_links(hold_links: u32) -> ScreeningRules {
    ScreeningRules {
        hold_links,
        ..no_rules()
    }
}

fn hold(entries: &str) -> ScreeningRules {
    ScreeningRules {
        hold_words: WordList::parse(entries).expect("a valid list"),
        ..no_rules()
    }
}

fn refuse(entries: &str) -> ScreeningRules {
    ScreeningRules {
        refuse_words: WordList::parse(entries).expect("a valid list"),
        ..no_rules()
    }
}

/// Screening rules with every rule that holds comments turned on.
fn all_hold_rules() -> ScreeningRules {
    ScreeningRules {
        hold_everything: true,
        hold_first_timers: true,
        hold_links: 2,
        ..hold("wares\n/my\\s/")
    }
}

#[test]
fn a_comment_is_approved_when_no_rule_is_set() {
    check([
        (plain(), no_rules(), Approved, ""),
        (matching_text(), no_rules(), Approved, ""),
        (links(1_000), no_rules(), Approved, ""),
    ]);
}

#[test]
fn every_comment_is_held_if_the_setting_says_so() {
    check([
        (plain(), hold_everything(), Held, "everything-is-held"),
        (
            by_author(Established),
            hold_everything(),
            Held,
            "everything-is-held",
        ),
    ]);
}

#[test]
fn first_timers_are_held_until_a_comment_is_approved_and_the_email_verified() {
    check([
        (by_author(Unknown), no_rules(), Approved, ""),
        (by_author(Unknown), hold_first_timers(), Held, "first-timer"),
        (
            by_author(ApprovedBefore),
            hold_first_timers(),
            Held,
            "first-timer",
        ),
        (
            by_author(EmailVerified),
            hold_first_timers(),
            Held,
            "first-timer",
        ),
        (by_author(Established), hold_first_timers(), Approved, ""),
        (by_author(Unknown), trust_unverified(), Held, "first-timer"),
        (by_author(ApprovedBefore), trust_unverified(), Approved, ""),
        (
            by_author(EmailVerified),
            trust_unverified(),
            Held,
            "first-timer",
        ),
        (by_author(Established), trust_unverified(), Approved, ""),
    ]);
}

#[test]
fn the_hold_policy_holds_even_established_commenters() {
    let held = |trust| with_policy(Hold, by_author(trust));
    let both = "first-timer, always-held, links:2";
    let with_links = ScreeningRules {
        hold_links: 2,
        ..hold_first_timers()
    };
    check([
        (held(Unknown), no_rules(), Held, "always-held"),
        (held(Established), no_rules(), Held, "always-held"),
        (held(Established), trust_unverified(), Held, "always-held"),
        (
            held(Unknown),
            hold_first_timers(),
            Held,
            "first-timer, always-held",
        ),
        (with_policy(Hold, links(2)), with_links, Held, both),
        (
            with_honeypot(held(Established)),
            no_rules(),
            Spam,
            "honeypot-filled",
        ),
        (
            with_policy(Hold, blocked(Email)),
            no_rules(),
            Trashed,
            "blocked-email",
        ),
        (by_staff(held(Unknown)), no_rules(), Approved, ""),
    ]);
}

#[test]
fn the_trust_policy_overrides_hold_rules_once_the_email_is_verified() {
    let trusted = |trust| {
        let input = ScreeningInput {
            trust,
            links: 3,
            ..matching_text()
        };
        with_policy(Trust, input)
    };
    let unproven = || ScreeningRules {
        trust_unverified: true,
        ..all_hold_rules()
    };
    let all = "everything-is-held, first-timer, links:3, hold-word:wares, hold-word:/my\\s/";
    let all_but_first = "everything-is-held, links:3, hold-word:wares, hold-word:/my\\s/";
    let without_policy = ScreeningInput {
        policy: None,
        ..trusted(Established)
    };
    let verdict = apply_rules(&without_policy, &all_hold_rules());
    assert_eq!(verdict.stored_reasons().join(", "), all_but_first);
    check([
        (trusted(Established), all_hold_rules(), Approved, ""),
        (trusted(EmailVerified), all_hold_rules(), Approved, ""),
        // Anyone can type an email.
        (trusted(ApprovedBefore), all_hold_rules(), Held, all),
        (trusted(Unknown), all_hold_rules(), Held, all),
        (trusted(ApprovedBefore), unproven(), Approved, ""),
        (trusted(Unknown), unproven(), Held, all),
    ]);
}

#[test]
fn a_comment_under_an_imitated_name_is_held_whatever_the_trust() {
    let imitation = |input| ScreeningInput {
        imitated_name: Some("Olena Editor"),
        ..input
    };
    let held = "imitated-name:Olena Editor";
    let with_other = "imitated-name:Olena Editor, everything-is-held";
    check([
        (imitation(plain()), no_rules(), Held, held),
        (
            imitation(by_author(Established)),
            hold_first_timers(),
            Held,
            held,
        ),
        (imitation(by_author(EmailVerified)), no_rules(), Held, held),
        (
            imitation(by_author(ApprovedBefore)),
            trust_unverified(),
            Held,
            held,
        ),
        (
            imitation(with_policy(Trust, by_author(Established))),
            all_hold_rules(),
            Held,
            held,
        ),
        (
            imitation(by_author(Established)),
            hold_everything(),
            Held,
            with_other,
        ),
        // What refuses a comment still refuses it, and staff write under their own name.
        (
            imitation(blocked(Network)),
            no_rules(),
            Trashed,
            "blocked-network",
        ),
        (
            imitation(with_honeypot(plain())),
            no_rules(),
            Spam,
            "honeypot-filled",
        ),
        (
            imitation(by_staff(plain())),
            hold_everything(),
            Approved,
            "",
        ),
    ]);
    let checked = ScreeningRules {
        ask_checker: true,
        ..no_rules()
    };
    let verdict = apply_rules(&imitation(plain()), &checked);
    assert_eq!(verdict.status_if_ham, Some(Held));
}

#[test]
fn the_trust_policy_does_not_override_refusals() {
    check([
        (
            with_policy(Trust, by_author(Established)),
            refuse("peace"),
            Approved,
            "",
        ),
        (
            with_policy(
                Trust,
                ScreeningInput {
                    trust: Established,
                    ..matching_text()
                },
            ),
            refuse("ann"),
            Trashed,
            "refuse-word:ann",
        ),
        (
            with_policy(
                Trust,
                ScreeningInput {
                    trust: Established,
                    ..blocked(Network)
                },
            ),
            no_rules(),
            Trashed,
            "blocked-network",
        ),
        (
            with_honeypot(with_policy(Trust, by_author(Established))),
            no_rules(),
            Spam,
            "honeypot-filled",
        ),
    ]);
}

#[test]
fn comments_with_too_many_links_are_held() {
    check([
        (links(0), hold_links(2), Approved, ""),
        (links(1), hold_links(2), Approved, ""),
        (links(2), hold_links(2), Held, "links:2"),
        (links(9), hold_links(2), Held, "links:9"),
        (links(0), hold_links(1), Approved, ""),
        (links(1), hold_links(1), Held, "links:1"),
        (links(0), hold_links(0), Approved, ""),
        (links(9), hold_links(0), Approved, ""),
    ]);
}

#[test]
fn hold_words_match_in_name_website_and_text() {
    check([
        (matching_text(), hold("peace"), Approved, ""),
        (plain(), hold("wares"), Approved, ""),
        (matching_text(), hold("ann"), Held, "hold-word:ann"),
        (matching_text(), hold("casino"), Held, "hold-word:casino"),
        (
            matching_text(),
            hold("my wares"),
            Held,
            "hold-word:my wares",
        ),
        (matching_text(), hold("/s:/"), Held, "hold-word:/s:/"),
        (
            matching_text(),
            hold("*ware*\npeace\nann"),
            Held,
            "hold-word:*ware*, hold-word:ann",
        ),
    ]);
}

#[test]
fn refuse_words_match_in_name_website_and_text() {
    check([
        (matching_text(), refuse("peace"), Approved, ""),
        (matching_text(), refuse("ann"), Trashed, "refuse-word:ann"),
        (
            matching_text(),
            refuse("free money\ncasino"),
            Trashed,
            "refuse-word:free money, refuse-word:casino",
        ),
    ]);
}

#[test]
fn blocked_comments_are_trashed() {
    let domain = blocked(Domain("a.example".to_owned()));
    check([
        (blocked(Email), no_rules(), Trashed, "blocked-email"),
        (domain, no_rules(), Trashed, "blocked-domain:a.example"),
        (blocked(Network), no_rules(), Trashed, "blocked-network"),
    ]);
}

#[test]
fn a_comment_with_a_filled_honeypot_is_spam_unless_it_is_refused() {
    let blocked = with_honeypot(blocked(Network));
    check([
        (with_honeypot(plain()), no_rules(), Spam, "honeypot-filled"),
        (
            with_honeypot(by_author(Established)),
            no_rules(),
            Spam,
            "honeypot-filled",
        ),
        (
            with_honeypot(matching_text()),
            all_hold_rules(),
            Spam,
            "honeypot-filled",
        ),
        (
            with_honeypot(matching_text()),
            refuse("ann"),
            Trashed,
            "refuse-word:ann",
        ),
        (blocked, hold_everything(), Trashed, "blocked-network"),
    ]);
}

#[test]
fn predictions_above_the_threshold_are_spam_unless_the_author_is_trusted() {
    let predicted = |probability, input| ScreeningInput {
        spam_probability: Some(probability),
        ..input
    };
    let threshold = |learned_spam_from, rules| ScreeningRules {
        learned_spam_from,
        ..rules
    };
    check([
        (predicted(1.0, plain()), no_rules(), Approved, ""),
        (plain(), threshold(500, no_rules()), Approved, ""),
        (
            predicted(0.949, plain()),
            threshold(950, no_rules()),
            Approved,
            "",
        ),
        (
            predicted(0.951, plain()),
            threshold(950, no_rules()),
            Spam,
            "learned-spam:95",
        ),
        (
            predicted(0.999, plain()),
            threshold(950, no_rules()),
            Spam,
            "learned-spam:99",
        ),
        (
            predicted(1.0, matching_text()),
            threshold(950, all_hold_rules()),
            Spam,
            "learned-spam:100",
        ),
        (
            predicted(1.0, matching_text()),
            threshold(950, refuse("ann")),
            Trashed,
            "refuse-word:ann",
        ),
        (
            predicted(1.0, with_honeypot(plain())),
            threshold(950, no_rules()),
            Spam,
            "honeypot-filled",
        ),
        (
            predicted(1.0, by_author(EmailVerified)),
            threshold(950, no_rules()),
            Spam,
            "learned-spam:100",
        ),
        (
            predicted(1.0, by_author(Established)),
            threshold(950, no_rules()),
            Approved,
            "",
        ),
        (
            predicted(1.0, by_author(ApprovedBefore)),
            threshold(950, no_rules()),
            Spam,
            "learned-spam:100",
        ),
        (
            predicted(1.0, by_author(ApprovedBefore)),
            threshold(950, trust_unverified()),
            Approved,
            "",
        ),
        (
            predicted(1.0, by_staff(plain())),
            threshold(950, no_rules()),
            Approved,
            "",
        ),
    ]);
}

#[test]
fn every_reason_that_applies_is_listed_in_a_fixed_order() {
    let held = "everything-is-held, first-timer, links:3, hold-word:wares, hold-word:/my\\s/";
    let refused = "refuse-word:free money, refuse-word:casino, blocked-email";
    let matching_text = || ScreeningInput {
        links: 3,
        ..matching_text()
    };
    let worst = || ScreeningInput {
        block: Some(Email),
        ..with_honeypot(matching_text())
    };
    let all_rules = || ScreeningRules {
        refuse_words: refuse("free money\ncasino").refuse_words,
        ask_checker: true,
        ..all_hold_rules()
    };
    check([
        (matching_text(), all_hold_rules(), Held, held),
        (worst(), all_hold_rules(), Trashed, "blocked-email"),
        (worst(), all_rules(), Trashed, refused),
        (by_staff(worst()), all_rules(), Approved, ""),
    ]);
}

#[test]
fn comments_that_are_not_refused_wait_for_the_spam_check() {
    let table = [
        (plain(), no_rules(), Some(Approved), "being-checked"),
        (
            by_author(Established),
            hold_first_timers(),
            Some(Approved),
            "being-checked",
        ),
        (
            by_author(Unknown),
            hold_first_timers(),
            Some(Held),
            "first-timer, being-checked",
        ),
        (
            links(2),
            hold_links(2),
            Some(Held),
            "links:2, being-checked",
        ),
        (matching_text(), refuse("ann"), None, "refuse-word:ann"),
        (blocked(Network), no_rules(), None, "blocked-network"),
        (with_honeypot(plain()), no_rules(), None, "honeypot-filled"),
        (by_staff(plain()), hold_everything(), None, ""),
    ];
    for (number, (input, mut rules, status_if_ham, reasons)) in table.into_iter().enumerate() {
        let unchecked = apply_rules(&input, &rules);
        rules.ask_checker = true;
        let verdict = apply_rules(&input, &rules);
        let row = number + 1;
        let status = status_if_ham.map_or(unchecked.status, |_| Held);
        assert_eq!(
            (verdict.status, verdict.stored_reasons().join(", ")),
            (status, reasons.to_owned()),
            "row {row}"
        );
        assert_eq!(verdict.status_if_ham, status_if_ham, "row {row}");
        assert_eq!(
            status_if_ham.unwrap_or(status),
            unchecked.status,
            "row {row}"
        );
    }
}
