//! What would have come of it, had the site decided by itself from some likelihood on. Pure.

/// A comment of which something was thought, and what moderators decided then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// How likely it seemed to be refused, before the decision.
    pub score: f32,
    /// Whether it was.
    pub is_refused: bool,
}

/// What would have come of it from one likelihood on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// From which, in thousandths.
    pub from: i32,
    /// So many would have been refused.
    pub would: i64,
    /// Of these, so many were.
    pub agreed: i64,
    /// So many were refused in all.
    pub refused: i64,
}

impl Trial {
    /// The likelihoods that the page compares.
    pub const FROM: [i32; 6] = [500, 800, 900, 950, 990, 995];

    /// What would have come of these from `from` thousandths on.
    pub fn of(tests: &[Test], from: i32) -> Self {
        let mut trial = Self {
            from,
            would: 0,
            agreed: 0,
            refused: 0,
        };
        for test in tests {
            let would = f64::from(test.score) >= f64::from(from) / 1_000.0;
            trial.would += i64::from(would);
            trial.agreed += i64::from(would && test.is_refused);
            trial.refused += i64::from(test.is_refused);
        }
        trial
    }

    /// How many would have been refused that were kept.
    pub fn wrong(&self) -> i64 {
        self.would - self.agreed
    }

    /// Of what would have been refused, how much was, in per cent; rounded down, so that only all is a hundred.
    pub fn precision(&self) -> Option<i64> {
        (self.would > 0).then(|| self.agreed * 100 / self.would)
    }

    /// Of what was refused, how much would have been, in per cent.
    pub fn recall(&self) -> Option<i64> {
        (self.refused > 0).then(|| self.agreed * 100 / self.refused)
    }
}

/// Thousandths as per cent: `995` is `99.5`.
pub fn per_cent(thousandths: i32) -> String {
    match (thousandths / 10, thousandths % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// Per cent as someone typed it, in thousandths; nothing if it is no likelihood from which a site may decide.
pub fn thousandths(typed: &str) -> Option<i32> {
    let typed = typed.trim().trim_end_matches('%').trim_end();
    let (whole, tenth) = typed.split_once(['.', ',']).unwrap_or((typed, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(tenth) || whole.len() > 3 || tenth.len() > 1 {
        return None;
    }
    let number = whole.parse::<i32>().ok()? * 10 + tenth.parse::<i32>().ok()?;
    (number == 0 || (500..=1_000).contains(&number)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(score: f32, is_refused: bool) -> Test {
        Test { score, is_refused }
    }

    #[test]
    fn figures_are_counted_from_the_threshold_on() {
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
            let trial = Trial::of(&tests, from);
            assert_eq!(
                (trial.would, trial.agreed, trial.refused),
                (would, agreed, 4),
                "{from}"
            );
            assert_eq!(
                (trial.precision(), trial.recall()),
                (precision, recall),
                "{from}"
            );
        }
        let none = Trial::of(&[], 900);
        assert_eq!(
            (none.precision(), none.recall(), none.wrong()),
            (None, None, 0)
        );
    }

    #[test]
    fn per_cent_are_read_as_they_are_written() {
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
            assert_eq!(thousandths(typed), read, "{typed:?}");
        }
        for number in [0, 500, 995, 1_000] {
            assert_eq!(thousandths(&per_cent(number)), Some(number));
        }
    }
}
