use super::Blocked::{Address, Domain, Network};
use super::Standing::{ApprovedBefore, Known, New, Proven};
use super::*;
use crate::commenters::FixedPolicy::{Hold, Trust};
use crate::comments::Status::{Approved, Held, Spam, Trashed};

/// What is known, what is wanted, the status, and the reasons as they are stored.
type Row = (Evidence<'static>, Rules, Status, &'static str);

fn check<const ROWS: usize>(table: [Row; ROWS]) {
    for (number, (evidence, rules, status, reasons)) in table.into_iter().enumerate() {
        let verdict = first_verdict(&evidence, &rules);
        let judged = (verdict.status, stored(&verdict), verdict.once_checked);
        let row = number + 1;
        assert_eq!(judged, (status, reasons.to_owned(), None), "row {row}");
    }
}

fn stored(verdict: &Verdict) -> String {
    let reasons: Vec<_> = verdict.reasons.iter().map(Reason::stored).collect();
    reasons.join(", ")
}

fn blank() -> Evidence<'static> {
    Evidence::default()
}

/// Has something for every list of words below.
fn offer() -> Evidence<'static> {
    Evidence {
        texts: &["Ann", "https://casino.example", "My\nwares: free money!"],
        ..blank()
    }
}

fn by(standing: Standing) -> Evidence<'static> {
    Evidence {
        standing,
        ..blank()
    }
}

fn treated(treatment: FixedPolicy, evidence: Evidence<'static>) -> Evidence<'static> {
    Evidence {
        treatment: Some(treatment),
        ..evidence
    }
}

fn links(links: usize) -> Evidence<'static> {
    Evidence { links, ..blank() }
}

fn blocked(blocked: Blocked) -> Evidence<'static> {
    Evidence {
        blocked: Some(blocked),
        ..blank()
    }
}

fn trapped(evidence: Evidence<'static>) -> Evidence<'static> {
    Evidence {
        trap_filled: true,
        ..evidence
    }
}

fn staff(evidence: Evidence<'static>) -> Evidence<'static> {
    Evidence {
        is_staff: true,
        ..evidence
    }
}

fn none() -> Rules {
    Rules::default()
}

fn hold_all() -> Rules {
    Rules {
        hold_everything: true,
        ..none()
    }
}

fn hold_new() -> Rules {
    Rules {
        hold_first_timers: true,
        ..none()
    }
}

fn trusting() -> Rules {
    Rules {
        trust_unproven: true,
        ..hold_new()
    }
}

fn hold_links(hold_links: u32) -> Rules {
    Rules {
        hold_links,
        ..none()
    }
}

fn hold(entries: &str) -> Rules {
    Rules {
        hold_words: WordList::parse(entries).expect("a list without mistakes"),
        ..none()
    }
}

fn refuse(entries: &str) -> Rules {
    Rules {
        refuse_words: WordList::parse(entries).expect("a list without mistakes"),
        ..none()
    }
}

/// Everything that holds a reply.
fn hold_for_all() -> Rules {
    Rules {
        hold_everything: true,
        hold_first_timers: true,
        hold_links: 2,
        ..hold("wares\n/my\\s/")
    }
}

#[test]
fn without_rules_a_reply_is_approved() {
    check([
        (blank(), none(), Approved, ""),
        (offer(), none(), Approved, ""),
        (links(1_000), none(), Approved, ""),
    ]);
}

#[test]
fn everything_is_held_if_the_publication_wants_it() {
    check([
        (blank(), hold_all(), Held, "everything-is-held"),
        (by(Known), hold_all(), Held, "everything-is-held"),
    ]);
}

#[test]
fn first_timers_are_held_until_they_are_known() {
    check([
        (by(New), none(), Approved, ""),
        (by(New), hold_new(), Held, "first-timer"),
        (by(ApprovedBefore), hold_new(), Held, "first-timer"),
        (by(Proven), hold_new(), Held, "first-timer"),
        (by(Known), hold_new(), Approved, ""),
        (by(New), trusting(), Held, "first-timer"),
        (by(ApprovedBefore), trusting(), Approved, ""),
        (by(Proven), trusting(), Held, "first-timer"),
        (by(Known), trusting(), Approved, ""),
    ]);
}

#[test]
fn who_is_always_held_is_held_however_well_known() {
    let held = |standing| treated(Hold, by(standing));
    let both = "first-timer, always-held, links:2";
    let with_links = Rules {
        hold_links: 2,
        ..hold_new()
    };
    check([
        (held(New), none(), Held, "always-held"),
        (held(Known), none(), Held, "always-held"),
        (held(Known), trusting(), Held, "always-held"),
        (held(New), hold_new(), Held, "first-timer, always-held"),
        (treated(Hold, links(2)), with_links, Held, both),
        (trapped(held(Known)), none(), Spam, "trap-filled"),
        (
            treated(Hold, blocked(Address)),
            none(),
            Trashed,
            "blocked-address",
        ),
        (staff(held(New)), none(), Approved, ""),
    ]);
}

#[test]
fn who_is_always_trusted_is_held_for_nothing_once_it_is_surely_them() {
    let trusted = |standing| {
        let evidence = Evidence {
            standing,
            links: 3,
            ..offer()
        };
        treated(Trust, evidence)
    };
    let unproven = || Rules {
        trust_unproven: true,
        ..hold_for_all()
    };
    let all = "everything-is-held, first-timer, links:3, hold-word:wares, hold-word:/my\\s/";
    let all_but_first = "everything-is-held, links:3, hold-word:wares, hold-word:/my\\s/";
    assert_eq!(
        stored(&first_verdict(
            &Evidence {
                treatment: None,
                ..trusted(Known)
            },
            &hold_for_all()
        )),
        all_but_first
    );
    check([
        (trusted(Known), hold_for_all(), Approved, ""),
        (trusted(Proven), hold_for_all(), Approved, ""),
        // Anyone can type an address.
        (trusted(ApprovedBefore), hold_for_all(), Held, all),
        (trusted(New), hold_for_all(), Held, all),
        (trusted(ApprovedBefore), unproven(), Approved, ""),
        (trusted(New), unproven(), Held, all),
    ]);
}

#[test]
fn trust_opens_no_door_to_what_is_refused() {
    check([
        (treated(Trust, by(Known)), refuse("peace"), Approved, ""),
        (
            treated(
                Trust,
                Evidence {
                    standing: Known,
                    ..offer()
                },
            ),
            refuse("ann"),
            Trashed,
            "refuse-word:ann",
        ),
        (
            treated(
                Trust,
                Evidence {
                    standing: Known,
                    ..blocked(Network)
                },
            ),
            none(),
            Trashed,
            "blocked-network",
        ),
        (
            trapped(treated(Trust, by(Known))),
            none(),
            Spam,
            "trap-filled",
        ),
    ]);
}

#[test]
fn many_links_are_held() {
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
fn words_hold_a_reply_wherever_they_stand_in_it() {
    check([
        (offer(), hold("peace"), Approved, ""),
        (blank(), hold("wares"), Approved, ""),
        (offer(), hold("ann"), Held, "hold-word:ann"),
        (offer(), hold("casino"), Held, "hold-word:casino"),
        (offer(), hold("my wares"), Held, "hold-word:my wares"),
        (offer(), hold("/s:/"), Held, "hold-word:/s:/"),
        (
            offer(),
            hold("*ware*\npeace\nann"),
            Held,
            "hold-word:*ware*, hold-word:ann",
        ),
    ]);
}

#[test]
fn words_throw_a_reply_away_wherever_they_stand_in_it() {
    check([
        (offer(), refuse("peace"), Approved, ""),
        (offer(), refuse("ann"), Trashed, "refuse-word:ann"),
        (
            offer(),
            refuse("free money\ncasino"),
            Trashed,
            "refuse-word:free money, refuse-word:casino",
        ),
    ]);
}

#[test]
fn what_is_blocked_is_thrown_away() {
    let domain = blocked(Domain("a.example".to_owned()));
    check([
        (blocked(Address), none(), Trashed, "blocked-address"),
        (domain, none(), Trashed, "blocked-domain:a.example"),
        (blocked(Network), none(), Trashed, "blocked-network"),
    ]);
}

#[test]
fn a_filled_trap_is_spam_unless_the_reply_is_refused() {
    let blocked = trapped(blocked(Network));
    check([
        (trapped(blank()), none(), Spam, "trap-filled"),
        (trapped(by(Known)), none(), Spam, "trap-filled"),
        (trapped(offer()), hold_for_all(), Spam, "trap-filled"),
        (trapped(offer()), refuse("ann"), Trashed, "refuse-word:ann"),
        (blocked, hold_all(), Trashed, "blocked-network"),
    ]);
}

#[test]
fn what_was_learnt_decides_from_its_threshold_on_about_those_nobody_knows() {
    let likely = |likelihood, evidence| Evidence {
        likelihood: Some(likelihood),
        ..evidence
    };
    let from = |learned_spam_from, rules| Rules {
        learned_spam_from,
        ..rules
    };
    check([
        (likely(1.0, blank()), none(), Approved, ""),
        (blank(), from(500, none()), Approved, ""),
        (likely(0.949, blank()), from(950, none()), Approved, ""),
        (
            likely(0.951, blank()),
            from(950, none()),
            Spam,
            "learned-spam:95",
        ),
        (
            likely(0.999, blank()),
            from(950, none()),
            Spam,
            "learned-spam:99",
        ),
        (
            likely(1.0, offer()),
            from(950, hold_for_all()),
            Spam,
            "learned-spam:100",
        ),
        (
            likely(1.0, offer()),
            from(950, refuse("ann")),
            Trashed,
            "refuse-word:ann",
        ),
        (
            likely(1.0, trapped(blank())),
            from(950, none()),
            Spam,
            "trap-filled",
        ),
        (
            likely(1.0, by(Proven)),
            from(950, none()),
            Spam,
            "learned-spam:100",
        ),
        (likely(1.0, by(Known)), from(950, none()), Approved, ""),
        (
            likely(1.0, by(ApprovedBefore)),
            from(950, none()),
            Spam,
            "learned-spam:100",
        ),
        (
            likely(1.0, by(ApprovedBefore)),
            from(950, trusting()),
            Approved,
            "",
        ),
        (likely(1.0, staff(blank())), from(950, none()), Approved, ""),
    ]);
}

#[test]
fn every_reason_that_counts_is_kept_and_in_one_order() {
    let held = "everything-is-held, first-timer, links:3, hold-word:wares, hold-word:/my\\s/";
    let refused = "refuse-word:free money, refuse-word:casino, blocked-address";
    let offer = || Evidence {
        links: 3,
        ..offer()
    };
    let worst = || Evidence {
        blocked: Some(Address),
        ..trapped(offer())
    };
    let all_rules = || Rules {
        refuse_words: refuse("free money\ncasino").refuse_words,
        ask_checker: true,
        ..hold_for_all()
    };
    check([
        (offer(), hold_for_all(), Held, held),
        (worst(), hold_for_all(), Trashed, "blocked-address"),
        (worst(), all_rules(), Trashed, refused),
        (staff(worst()), all_rules(), Approved, ""),
    ]);
}

#[test]
fn the_checker_is_asked_about_what_would_be_kept() {
    let table = [
        (blank(), none(), Some(Approved), "being-checked"),
        (by(Known), hold_new(), Some(Approved), "being-checked"),
        (
            by(New),
            hold_new(),
            Some(Held),
            "first-timer, being-checked",
        ),
        (
            links(2),
            hold_links(2),
            Some(Held),
            "links:2, being-checked",
        ),
        (offer(), refuse("ann"), None, "refuse-word:ann"),
        (blocked(Network), none(), None, "blocked-network"),
        (trapped(blank()), none(), None, "trap-filled"),
        (staff(blank()), hold_all(), None, ""),
    ];
    for (number, (evidence, mut rules, once_checked, reasons)) in table.into_iter().enumerate() {
        let unasked = first_verdict(&evidence, &rules);
        rules.ask_checker = true;
        let verdict = first_verdict(&evidence, &rules);
        let row = number + 1;
        let status = once_checked.map_or(unasked.status, |_| Held);
        assert_eq!(
            (verdict.status, stored(&verdict)),
            (status, reasons.to_owned()),
            "row {row}"
        );
        assert_eq!(verdict.once_checked, once_checked, "row {row}");
        assert_eq!(once_checked.unwrap_or(status), unasked.status, "row {row}");
    }
}
