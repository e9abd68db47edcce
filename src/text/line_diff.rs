//! Compares texts line by line, and merges two changed versions of a text.

use similar::{ChangeTag, MergeResolution, TextDiff, TextMerge};

/// Largest number of lines of a text that is compared. The time grows with the square of the number of changed lines.
const MAX_LINES: usize = 5_000;
/// Number of unchanged lines shown around a change.
const CONTEXT_LINES: usize = 2;

/// Line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    Same(String),
    Removed(String),
    Added(String),
    /// Unchanged lines that are left out.
    Gap,
}

/// Lists the lines that were removed and added between two texts, with a few unchanged lines around them. Returns `None`
/// if a text has too many lines to compare.
pub fn diff_lines(old: &str, new: &str) -> Option<Vec<DiffLine>> {
    if is_too_long(old) || is_too_long(new) {
        return None;
    }
    let (old, new) = (with_line_end(old), with_line_end(new));
    let diff = TextDiff::from_lines(&old, &new);
    let mut lines = Vec::new();
    let mut next = 0;
    for group in diff.grouped_ops(CONTEXT_LINES) {
        let first = group.first().map_or(0, |op| op.old_range().start);
        if first > next {
            lines.push(DiffLine::Gap);
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = change.value().trim_end_matches('\n').to_owned();
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Same(text),
                ChangeTag::Delete => DiffLine::Removed(text),
                ChangeTag::Insert => DiffLine::Added(text),
            });
        }
        next = group.last().map_or(next, |op| op.old_range().end);
    }
    if next < old.lines().count() && !lines.is_empty() {
        lines.push(DiffLine::Gap);
    }
    Some(lines)
}

/// Two versions of a text merged into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedText {
    pub text: String,
    /// Whether both versions changed the same or adjacent lines in different ways. There, `text` has the lines of `mine`.
    pub has_conflicts: bool,
}

/// Merges two versions of a text that were both made from `base`. Returns `None` if a text has too many lines.
pub fn merge_lines(base: &str, mine: &str, theirs: &str) -> Option<MergedText> {
    let texts = [base, mine, theirs];
    if texts.into_iter().any(is_too_long) {
        return None;
    }
    let [base, mine, theirs] = texts.map(with_line_end);
    let merge = TextMerge::from_lines(&base, &mine, &theirs);
    let mut text = String::with_capacity(mine.len().max(theirs.len()));
    let mut has_conflicts = false;
    for region in merge.regions() {
        let mine = region.ours_range().filter_map(|line| merge.ours_line(line));
        let theirs = region
            .theirs_range()
            .filter_map(|line| merge.theirs_line(line));
        match region.resolution() {
            MergeResolution::Theirs => text.extend(theirs),
            MergeResolution::Conflict => {
                let (mine, theirs): (Vec<&str>, Vec<&str>) = (mine.collect(), theirs.collect());
                let base = region.base_range().filter_map(|line| merge.base_line(line));
                let base: Vec<&str> = base.collect();
                let merged = merge_insertions(&base, &mine, &theirs);
                has_conflicts |= merged.is_none();
                text.extend(merged.unwrap_or(mine));
            }
            _ => text.extend(mine),
        }
    }
    Some(MergedText {
        text: text.trim_end().to_owned(),
        has_conflicts,
    })
}

/// Merges lines of which one version only inserted some before or after what the other changed, and lines that both inserted
/// at one place. Returns `None` if both changed the same lines.
fn merge_insertions<'a>(
    base: &[&'a str],
    mine: &[&'a str],
    theirs: &[&'a str],
) -> Option<Vec<&'a str>> {
    if base.is_empty() {
        // A blank line between, so that two paragraphs stay two.
        let is_apart = mine.last() == Some(&"\n") || theirs.first() == Some(&"\n");
        let between: &[&str] = if is_apart { &[] } else { &["\n"] };
        return Some([mine, between, theirs].concat());
    }
    let inserted_after = |changed: &[&'a str], other: &[&'a str]| {
        let rest = changed.strip_prefix(base)?;
        Some([other, rest].concat())
    };
    let inserted_before = |changed: &[&'a str], other: &[&'a str]| {
        let start = changed.strip_suffix(base)?;
        Some([start, other].concat())
    };
    inserted_after(theirs, mine)
        .or_else(|| inserted_before(theirs, mine))
        .or_else(|| inserted_after(mine, theirs))
        .or_else(|| inserted_before(mine, theirs))
}

fn is_too_long(text: &str) -> bool {
    text.lines().nth(MAX_LINES).is_some()
}

/// Ends the last line like all others, so that a text that goes on there does not count it as changed.
fn with_line_end(text: &str) -> String {
    match text {
        "" => String::new(),
        _ => format!("{text}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn clean(text: &str) -> Option<MergedText> {
        Some(MergedText {
            text: text.to_owned(),
            has_conflicts: false,
        })
    }

    fn lines(words: &[&str]) -> String {
        words.join("\n")
    }

    #[test]
    fn changed_lines_are_marked_with_their_surroundings() {
        let old = lines(&["1", "2", "3", "4", "5", "6", "7"]);
        let new = lines(&["1", "2", "3", "four", "5", "6", "7", "8"]);
        let marked: Vec<String> = diff_lines(&old, &new)
            .expect("the texts are short")
            .iter()
            .map(|line| match line {
                DiffLine::Same(text) => format!("  {text}"),
                DiffLine::Removed(text) => format!("- {text}"),
                DiffLine::Added(text) => format!("+ {text}"),
                DiffLine::Gap => "…".to_owned(),
            })
            .collect();
        assert_eq!(
            marked,
            [
                "…", "  2", "  3", "- 4", "+ four", "  5", "  6", "  7", "+ 8"
            ]
        );
        assert_eq!(diff_lines(&old, &old), Some(Vec::new()));
        assert_eq!(
            diff_lines("", "a"),
            Some(vec![DiffLine::Added("a".to_owned())])
        );
    }

    #[test]
    fn changes_in_different_lines_are_merged() {
        let base = lines(&["First.", "", "Second.", "", "Third."]);
        let mine = lines(&["First, mended.", "", "Second.", "", "Third."]);
        let theirs = lines(&["First.", "", "Second.", "", "Third.", "", "Fourth."]);
        let merged = lines(&["First, mended.", "", "Second.", "", "Third.", "", "Fourth."]);
        assert_eq!(merge_lines(&base, &mine, &theirs), clean(&merged));
        assert_eq!(merge_lines("", "", "Words."), clean("Words."));
    }

    #[test]
    fn insertions_beside_a_change_and_at_one_place_are_merged() {
        for (base, mine, theirs, merged) in [
            (
                "One.\n\nTwo.",
                "One.\n\nTwo, mine.",
                "One.\n\nTwo.\n\nThree.",
                "One.\n\nTwo, mine.\n\nThree.",
            ),
            (
                "One.\n\nTwo.",
                "One.\n\nTwo.\n\nThree.",
                "One.\n\nTwo, theirs.",
                "One.\n\nTwo, theirs.\n\nThree.",
            ),
            ("One.", "One, mine.", "Zero.\n\nOne.", "Zero.\n\nOne, mine."),
            (
                "One.",
                "Zero.\n\nOne.",
                "One, theirs.",
                "Zero.\n\nOne, theirs.",
            ),
            (
                "One.",
                "One.\n\nMine.",
                "One.\n\nTheirs.",
                "One.\n\nMine.\n\nTheirs.",
            ),
            ("", "Mine.", "Theirs.", "Mine.\n\nTheirs."),
            (
                "One.\n\nTwo.",
                "One.\n\nMine.\n\nTwo.",
                "One.\n\nTheirs.\n\nTwo.",
                "One.\n\nMine.\n\nTheirs.\n\nTwo.",
            ),
        ] {
            assert_eq!(
                merge_lines(base, mine, theirs),
                clean(merged),
                "{mine:?} {theirs:?}"
            );
        }
    }

    #[test]
    fn where_both_changed_a_line_the_result_has_mine_and_elsewhere_both() {
        for (base, mine, theirs, merged) in [
            ("a\nb", "a\nmine", "a\ntheirs", "a\nmine"),
            // Deleted by one, changed by the other.
            ("a\nb\nc", "a\nc", "a\nB\nc", "a\nc"),
            (
                "One.\n\nTwo.\n\nThree.\n\nFour.",
                "One, mine.\n\nTwo.\n\nThree, mine.\n\nFour.",
                "One, theirs.\n\nTwo.\n\nThree.\n\nFour, theirs.",
                "One, mine.\n\nTwo.\n\nThree, mine.\n\nFour, theirs.",
            ),
        ] {
            let expected = MergedText {
                text: merged.to_owned(),
                has_conflicts: true,
            };
            assert_eq!(merge_lines(base, mine, theirs), Some(expected), "{base}");
        }
    }

    #[test]
    fn a_text_of_hostile_size_is_not_compared_and_the_longest_takes_little_time() {
        let many = |word: &str, count: usize| format!("{word}\n").repeat(count);
        assert_eq!(diff_lines(&many("a", MAX_LINES + 1), "b"), None);
        assert_eq!(merge_lines("a", &many("b", MAX_LINES + 1), "c"), None);
        let numbered = |start: usize| {
            let lines = (start..start + MAX_LINES).map(|number| number.to_string());
            lines.collect::<Vec<_>>().join("\n")
        };
        let begun = Instant::now();
        let (old, mine, theirs) = (numbered(0), numbered(100_000), numbered(200_000));
        assert!(diff_lines(&old, &mine).is_some());
        assert!(merge_lines(&old, &mine, &theirs).is_some_and(|merged| merged.has_conflicts));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    proptest! {
        /// A version that only one side changed is taken whole, and a comparison contains every line of both texts that
        /// differ.
        #[test]
        fn one_sided_changes_are_taken_whole(
            base in "([abc]?\n){0,8}[abc]",
            changed in "([abc]?\n){0,8}[abc]",
        ) {
            prop_assert_eq!(merge_lines(&base, &base, &changed), clean(&changed));
            prop_assert_eq!(merge_lines(&base, &changed, &base), clean(&changed));
            prop_assert_eq!(merge_lines(&base, &changed, &changed), clean(&changed));
            let count = |text: &str| text.lines().count();
            let diff = diff_lines(&base, &changed).expect("the texts are short");
            let added = diff.iter().filter(|line| matches!(line, DiffLine::Added(_))).count();
            let removed = diff.iter().filter(|line| matches!(line, DiffLine::Removed(_))).count();
            prop_assert_eq!(count(&base) - removed, count(&changed) - added);
        }
    }
}
