//! Evaluation of spam thresholds: counts how many decided comments each threshold would have moved to spam. Needs no
//! database.

/// A comment that was decided on, with the spam score it had before the decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredDecision {
    pub score: f32,
    pub is_refused: bool,
}

/// The numbers of comments that a threshold would have judged rightly and wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThresholdReport {
    /// Lowest score that counts as spam, in thousandths.
    pub threshold: i32,
    /// Number of comments with a score at or above the threshold.
    pub flagged: i64,
    /// Number of comments at or above the threshold that moderators refused.
    pub correct: i64,
    /// Number of all comments that moderators refused.
    pub refused: i64,
}

impl ThresholdReport {
    /// Thresholds that the staff page compares, in thousandths.
    pub const THRESHOLDS: [i32; 6] = [500, 800, 900, 950, 990, 995];

    /// Counts how decided comments relate to a threshold. `from` is the threshold in thousandths.
    pub fn evaluate(tests: &[ScoredDecision], from: i32) -> Self {
        let mut trial = Self {
            threshold: from,
            flagged: 0,
            correct: 0,
            refused: 0,
        };
        for test in tests {
            let would = f64::from(test.score) >= f64::from(from) / 1_000.0;
            trial.flagged += i64::from(would);
            trial.correct += i64::from(would && test.is_refused);
            trial.refused += i64::from(test.is_refused);
        }
        trial
    }

    /// Returns the number of comments at or above the threshold that moderators approved.
    pub fn false_positives(&self) -> i64 {
        self.flagged - self.correct
    }

    /// Returns the percentage of comments at or above the threshold that moderators refused. Rounds down, so that 100
    /// means all of them. `None` if no comment is at or above the threshold.
    pub fn precision(&self) -> Option<i64> {
        (self.flagged > 0).then(|| self.correct * 100 / self.flagged)
    }

    /// Returns the percentage of refused comments that are at or above the threshold. `None` if no comment was refused.
    pub fn recall(&self) -> Option<i64> {
        (self.refused > 0).then(|| self.correct * 100 / self.refused)
    }
}

/// Formats thousandths as a percentage: `995` becomes `99.5`.
pub fn format_percent(thousandths: i32) -> String {
    match (thousandths / 10, thousandths % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// Parses a percentage that a moderator entered, and returns it in thousandths. Accepts 0, which means off, and 50 to
/// 100. Returns `None` for everything else.
pub fn parse_threshold(typed: &str) -> Option<i32> {
    let typed = typed.trim().trim_end_matches('%').trim_end();
    let (whole, tenth) = typed.split_once(['.', ',']).unwrap_or((typed, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(tenth) || whole.len() > 3 || tenth.len() > 1 {
        return None;
    }
    let number = whole.parse::<i32>().ok()? * 10 + tenth.parse::<i32>().ok()?;
    // One half is the score of a comment without any evidence, so a lower threshold would refuse those.
    (number == 0 || (500..=1_000).contains(&number)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(score: f32, is_refused: bool) -> ScoredDecision {
        ScoredDecision { score, is_refused }
    }

    #[test]
    fn a_threshold_report_counts_comments_with_scores_at_or_above_the_threshold() {
        let tests = [
            test(0.995, true),
            test(0.96, true),
            test(0.95, false),
            test(0.6, true),
            test(0.1, false),
            test(0.1, true),
        ];
        for (from, would, agreed, precision, recall) in [
            (500, 4, 3, Some(75), Some(75)),
            (960, 1, 1, Some(100), Some(25)),
            (900, 3, 2, Some(66), Some(50)),
            (1_000, 0, 0, None, Some(0)),
        ] {
            let trial = ThresholdReport::evaluate(&tests, from);
            assert_eq!(
                (trial.flagged, trial.correct, trial.refused),
                (would, agreed, 4),
                "{from}"
            );
            assert_eq!(
                (trial.precision(), trial.recall()),
                (precision, recall),
                "{from}"
            );
        }
        let none = ThresholdReport::evaluate(&[], 900);
        assert_eq!(
            (none.precision(), none.recall(), none.false_positives()),
            (None, None, 0)
        );
    }

    #[test]
    fn a_formatted_percentage_is_parsed_to_the_same_threshold() {
        for (typed, read) in [
            ("0", Some(0)),
            ("50", Some(500)),
            (" 95 ", Some(950)),
            ("99.5", Some(995)),
            ("99,5 %", Some(995)),
            ("100", Some(1_000)),
            ("49.9", None),
            ("1", None),
            ("100.1", None),
            ("-50", None),
            ("", None),
            ("95.", None),
            ("99.55", None),
            ("ninety", None),
        ] {
            assert_eq!(parse_threshold(typed), read, "{typed:?}");
        }
        for number in [0, 500, 995, 1_000] {
            assert_eq!(parse_threshold(&format_percent(number)), Some(number));
        }
    }
}
