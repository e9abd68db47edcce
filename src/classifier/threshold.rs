//! Evaluation of thresholds: counts which of the decided comments each would have moved to spam. Reads no database.

/// A decided comment with the score it had before the decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredDecision {
    pub score: f32,
    pub is_refused: bool,
}

/// The outcome of one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThresholdReport {
    /// Lowest score that counts as spam, in thousandths.
    pub threshold: i32,
    /// Comments at or above the threshold.
    pub flagged: i64,
    /// Flagged comments that moderators refused.
    pub correct: i64,
    /// All comments that moderators refused.
    pub refused: i64,
}

impl ThresholdReport {
    /// The thresholds that the page compares, in thousandths.
    pub const THRESHOLDS: [i32; 6] = [500, 800, 900, 950, 990, 995];

    /// Counts the outcome of a threshold, in thousandths.
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

    /// Returns the number of flagged comments that moderators approved.
    pub fn false_positives(&self) -> i64 {
        self.flagged - self.correct
    }

    /// Returns the share of flagged comments that were refused, in per cent, rounded down: only all of them are 100.
    pub fn precision(&self) -> Option<i64> {
        (self.flagged > 0).then(|| self.correct * 100 / self.flagged)
    }

    /// Returns the share of refused comments that were flagged, in per cent.
    pub fn recall(&self) -> Option<i64> {
        (self.refused > 0).then(|| self.correct * 100 / self.refused)
    }
}

/// Formats thousandths as per cent: `995` is `99.5`.
pub fn format_percent(thousandths: i32) -> String {
    match (thousandths / 10, thousandths % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// Parses per cent as typed into thousandths: 0 (off), or 50 to 100. `None` for anything else.
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
    fn a_report_counts_scores_at_or_above_the_threshold() {
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
    fn percentages_parse_as_they_are_formatted() {
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
