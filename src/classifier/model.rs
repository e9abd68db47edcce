//! How what was learnt is weighed. Pure.
//!
//! How strongly one signal speaks for refusing is Gary Robinson's f(w) ("A Statistical Approach to the Spam Problem", Linux
//! Journal 107, March 2003): how often it was in what was refused beside what was kept, drawn towards neither the less often
//! it was seen. All signals of a comment are put together as he proposes there after R. A. Fisher, in both directions, as
//! SpamBayes does. Of what else was tried (sums of logarithms of odds with bounds, Bayes' rule plain), this was right most
//! often where it was sure, on comments that it had not been taught. One thing differs from these sources: shares are of all
//! signals that were seen on either side, not of comments, since what is refused tends to be longer: without that, every
//! word of a short and decent comment seems to speak against it.

use std::cmp::Reverse;

use super::feature::Feature;
use super::signal::Signal;

/// Lessons of each kind below which nothing is said: with less, any word seems to tell everything.
pub const LEAST_LESSONS: i64 = 20;
/// How many sightings of a signal weigh as much as not knowing it (Robinson's s).
const STRENGTH: f64 = 1.0;
/// What a signal says that was never seen (Robinson's x): nothing.
const UNKNOWN: f64 = 0.5;
/// What speaks for neither side by more than this is left out.
const LEAST_DISTANCE: f64 = 0.05;
/// Signals that count, those that say most: a long comment does not become surer by its length alone.
const MOST_COUNTED: usize = 150;
/// Signals that are told.
const MOST_TOLD: usize = 3;

/// How much there was of something in what was kept, and in what was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In what was kept.
    pub kept: i64,
    /// In what was refused.
    pub refused: i64,
}

/// All that was learnt, in sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Learnt {
    /// Lessons.
    pub lessons: Counts,
    /// Signals of all lessons, each as often as it was in one.
    pub signals: Counts,
}

/// What is thought of a comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// How likely it is to be refused, from 0 to 1.
    pub score: f32,
    /// The signals that weighed most, the heaviest first.
    pub signals: Vec<Signal>,
}

impl Opinion {
    /// Its signals, as they are stored.
    pub fn stored(&self) -> Vec<String> {
        self.signals.iter().map(Signal::stored).collect()
    }
}

impl Counts {
    /// One more, of either kind.
    pub fn add(&mut self, is_refused: bool, count: i64) {
        match is_refused {
            true => self.refused += count,
            false => self.kept += count,
        }
    }
}

impl Learnt {
    /// Whether there is enough to say anything.
    pub fn is_enough(&self) -> bool {
        self.lessons.kept >= LEAST_LESSONS && self.lessons.refused >= LEAST_LESSONS
    }

    /// What is thought of a comment in which these features were noticed, each with how often it was seen before; nothing
    /// while too little was learnt.
    pub fn opinion(&self, noticed: impl IntoIterator<Item = (Feature, Counts)>) -> Option<Opinion> {
        if !self.is_enough() {
            return None;
        }
        let mut weighed: Vec<(Feature, f64)> = noticed
            .into_iter()
            .filter(|(_, seen)| seen.kept > 0 || seen.refused > 0)
            .map(|(feature, seen)| (feature, self.speaks_for_refusing(seen)))
            .filter(|(_, speaks)| (speaks - UNKNOWN).abs() >= LEAST_DISTANCE)
            .collect();
        // Of those that say as much, what tells most to whoever reads it; always the same, whatever order they come in.
        weighed.sort_by_cached_key(|(feature, speaks)| {
            let distance = ((speaks - UNKNOWN).abs() * 1e12) as u64;
            (Reverse(distance), feature.telling())
        });
        weighed.truncate(MOST_COUNTED);
        let score = together(weighed.iter().map(|(_, speaks)| *speaks)) as f32;
        let told = weighed.into_iter().take(MOST_TOLD);
        let signals = told
            .map(|(feature, speaks)| Signal::new((speaks / (1.0 - speaks)).ln() as f32, feature))
            .collect();
        Some(Opinion { score, signals })
    }

    /// Robinson's f(w): above a half if this was in more of what was refused than of what was kept.
    fn speaks_for_refusing(&self, seen: Counts) -> f64 {
        let share = |seen: i64, all: i64| seen.max(0) as f64 / all.max(1) as f64;
        let refused = share(seen.refused, self.signals.refused);
        let kept = share(seen.kept, self.signals.kept);
        let sightings = (seen.kept.max(0) + seen.refused.max(0)) as f64;
        let raw = refused / (refused + kept);
        (STRENGTH * UNKNOWN + sightings * raw) / (STRENGTH + sightings)
    }
}

/// Fisher's way to put several likelihoods together, towards both ends: near a half where both ends have much for them, or
/// neither has.
fn together(each: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = each.clone().count();
    if count == 0 {
        return UNKNOWN;
    }
    let for_refusing = 1.0
        - chance(
            -each.clone().map(|speaks| (1.0 - speaks).ln()).sum::<f64>(),
            count,
        );
    let for_keeping = 1.0 - chance(-each.map(f64::ln).sum::<f64>(), count);
    ((1.0 + for_refusing - for_keeping) / 2.0).clamp(0.0, 1.0)
}

/// The chance that chi-square with `2 * count` degrees of freedom is more than `2 * half`. Each term is made as a logarithm:
/// the first is less than any number we have when much speaks for one side.
fn chance(half: f64, count: usize) -> f64 {
    if half <= 0.0 {
        return 1.0;
    }
    let mut term = -half;
    let mut sum = term.exp();
    for step in 1..count {
        term += (half / step as f64).ln();
        sum += term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt() -> Learnt {
        Learnt {
            lessons: Counts {
                kept: 100,
                refused: 50,
            },
            signals: Counts {
                kept: 1_000,
                refused: 1_000,
            },
        }
    }

    fn word(word: &str, kept: i64, refused: i64) -> (Feature, Counts) {
        (Feature::Word(word.to_owned()), Counts { kept, refused })
    }

    fn score(noticed: &[(Feature, Counts)]) -> f32 {
        let opinion = learnt().opinion(noticed.to_vec());
        opinion.expect("enough was learnt").score
    }

    #[test]
    fn nothing_is_said_before_twenty_of_each_kind_have_taught() {
        for (kept, refused, says) in [
            (0, 0, false),
            (19, 500, false),
            (500, 19, false),
            (20, 20, true),
        ] {
            let learnt = Learnt {
                lessons: Counts { kept, refused },
                ..learnt()
            };
            assert_eq!(
                learnt.opinion([word("casino", 0, 9)]).is_some(),
                says,
                "{kept} {refused}"
            );
        }
    }

    #[test]
    fn what_was_refused_before_is_likely_to_be_refused() {
        for (noticed, least, most) in [
            (vec![], 0.5, 0.5),
            (vec![word("unheard", 0, 0)], 0.5, 0.5),
            (vec![word("the", 50, 50)], 0.5, 0.5),
            (vec![word("casino", 0, 1)], 0.6, 0.8),
            (
                vec![
                    word("casino", 0, 20),
                    word("bonus", 0, 10),
                    word("win", 1, 30),
                ],
                0.99,
                1.0,
            ),
            (
                vec![
                    word("tea", 20, 0),
                    word("thanks", 10, 0),
                    word("garden", 30, 1),
                ],
                0.0,
                0.01,
            ),
            // Much speaks for both.
            (
                vec![
                    word("casino", 0, 20),
                    word("bonus", 0, 20),
                    word("tea", 20, 0),
                    word("garden", 20, 0),
                ],
                0.45,
                0.55,
            ),
        ] {
            let score = score(&noticed);
            assert!((least..=most).contains(&score), "{score} for {noticed:?}");
        }
    }

    #[test]
    fn the_heaviest_three_are_told_with_their_direction() {
        let noticed = [
            word("win", 1, 30),
            word("casino", 0, 40),
            word("tea", 60, 0),
            word("so", 5, 4),
            word("bonus", 0, 3),
        ];
        let opinion = learnt().opinion(noticed).expect("enough was learnt");
        let told: Vec<String> = opinion.signals.iter().map(Signal::stored).collect();
        assert_eq!(told, ["-4.80 tea", "+4.39 casino", "+3.01 win"]);
    }

    #[test]
    fn very_much_is_still_a_number() {
        let many = |kept, refused| {
            (0..300)
                .map(move |n| word(&format!("w{n}"), kept, refused))
                .collect::<Vec<_>>()
        };
        assert_eq!(score(&many(0, 1_000_000)), 1.0);
        assert_eq!(score(&many(1_000_000, 0)), 0.0);
        // What was taken back once too often does no harm.
        assert_eq!(score(&many(-5, 0)), 0.5);
    }

    #[test]
    fn the_order_in_which_things_are_noticed_does_not_matter() {
        let mut noticed: Vec<_> = (0..400)
            .map(|n| word(&format!("w{n}"), n % 7, n % 5))
            .collect();
        let before = learnt().opinion(noticed.clone());
        noticed.reverse();
        let after = learnt().opinion(noticed);
        assert_eq!(
            before.as_ref().map(|o| &o.signals),
            after.as_ref().map(|o| &o.signals)
        );
        let scores = [before, after].map(|opinion| opinion.expect("enough was learnt").score);
        assert!((scores[0] - scores[1]).abs() < 1e-6);
    }
}
