//! Preview of a word list: finds the recent comments that it would have matched. Stops after a time limit, so that a slow
//! list is matched against fewer comments.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::comments::Status;
use crate::comments::screening::word_list::InvalidLine;
use crate::comments::screening::{WordList, collect_texts};
use crate::text::{SafeHtml, markdown};

/// Longest time spent on one word list, because the page that shows the preview waits for it.
const TIME_LIMIT: Duration = Duration::from_secs(3);
/// Largest number of matching lines that the preview lists.
const MAX_LINES: usize = 300;

/// A recent comment, with the parts that word lists are matched against. The email is not one of them.
pub struct PreviewComment {
    pub status: Status,
    pub name: String,
    pub website: Option<String>,
    pub body: String,
    pub body_html: SafeHtml,
}

/// The numbers of comments that a line or a whole word list matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchCount {
    pub all: usize,
    /// Number of approved comments that were matched.
    pub approved: usize,
    /// Number of spam and trashed comments that were matched.
    pub refused: usize,
}

/// A line of the word list that matched at least one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedLine {
    /// Line number in the list, starting at 1.
    pub number: usize,
    pub text: String,
    pub matches: MatchCount,
}

#[derive(Clone, Debug, Default)]
pub struct PreviewResult {
    /// Number of comments that the word list was matched against before the time limit.
    pub looked_at: usize,
    /// Whether the list has no entries at all, not even malformed ones.
    pub is_empty: bool,
    /// Numbers of comments that at least one line matched.
    pub total: MatchCount,
    /// The first lines that matched a comment, in the order of the list.
    pub lines: Vec<MatchedLine>,
    /// Number of further matching lines that are not in `lines`.
    pub more: usize,
    /// Malformed lines of the list.
    pub wrong: Vec<InvalidLine>,
}

impl MatchCount {
    fn add(&mut self, status: Status) {
        self.all += 1;
        match status {
            Status::Approved => self.approved += 1,
            Status::Spam | Status::Trashed => self.refused += 1,
            Status::Held => {}
        }
    }
}

/// Matches a word list with one entry per line against these comments.
pub fn preview_word_list(text: &str, comments: &[PreviewComment]) -> PreviewResult {
    let started = Instant::now();
    let (list, wrong) = WordList::parse_new(text);
    let mut preview = PreviewResult {
        is_empty: list.is_empty() && wrong.is_empty(),
        wrong,
        ..PreviewResult::default()
    };
    let mut by_line: HashMap<usize, MatchCount> = HashMap::new();
    for comment in comments {
        // `looked_at` tells how far it came; the page says so.
        if started.elapsed() > TIME_LIMIT {
            break;
        }
        preview.looked_at += 1;
        let body_text = markdown::html_to_text(comment.body_html.as_str());
        let website = comment.website.as_deref();
        let matched = list.matching_lines(&collect_texts(
            &comment.name,
            website,
            &comment.body,
            &body_text,
        ));
        // A comment that several lines match counts once in the total.
        if !matched.is_empty() {
            preview.total.add(comment.status);
        }
        for line in matched {
            by_line.entry(line).or_default().add(comment.status);
        }
    }
    // The list is matched without its repetitions; each has the count of the line it repeats.
    for (line, first) in list.duplicate_lines() {
        if let Some(matches) = by_line.get(first).copied() {
            by_line.insert(*line, matches);
        }
    }
    for (index, text) in text.lines().enumerate() {
        let number = index + 1;
        match by_line.get(&number) {
            Some(_) if preview.lines.len() == MAX_LINES => preview.more += 1,
            Some(matches) => preview.lines.push(MatchedLine {
                number,
                text: text.trim().to_owned(),
                matches: *matches,
            }),
            None => {}
        }
    }
    preview
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(status: Status, body: &str) -> PreviewComment {
        PreviewComment {
            status,
            name: "Ann".to_owned(),
            website: None,
            body: body.to_owned(),
            body_html: markdown::render_comment(body),
        }
    }

    fn matches_by_line(preview: &PreviewResult) -> Vec<(usize, usize)> {
        let lines = preview.lines.iter();
        lines.map(|line| (line.number, line.matches.all)).collect()
    }

    #[test]
    fn each_line_counts_its_matches_and_the_total_counts_each_comment_once() {
        let comments = [
            comment(Status::Approved, "Free money, free tea"),
            comment(Status::Spam, "Money"),
            comment(Status::Trashed, "Ann’s money"),
            comment(Status::Held, "Tea"),
        ];
        let preview = preview_word_list("money\n\nfree\nnothing\n/t.a/", &comments);
        assert_eq!(matches_by_line(&preview), [(1, 3), (3, 1), (5, 2)]);
        let matches = |all, approved, refused| MatchCount {
            all,
            approved,
            refused,
        };
        assert_eq!(preview.lines[0].matches, matches(3, 1, 2));
        assert_eq!(preview.total, matches(4, 1, 2));
        assert_eq!(preview.looked_at, 4);
    }

    #[test]
    fn words_are_also_matched_in_names_and_websites() {
        let mut linked = comment(Status::Held, "Hello");
        linked.website = Some("https://watches.example/".to_owned());
        let preview = preview_word_list("ann\nwatches\nhello", &[linked]);
        assert_eq!(matches_by_line(&preview), [(1, 1), (2, 1), (3, 1)]);
    }

    #[test]
    fn a_word_with_formatting_inside_it_is_matched() {
        let preview = preview_word_list("*免费*", &[comment(Status::Held, "免**费**")]);
        assert_eq!(matches_by_line(&preview), [(1, 1)]);
    }

    #[test]
    fn an_entry_on_two_lines_counts_its_matches_on_both() {
        let preview = preview_word_list("tea\nTEA", &[comment(Status::Held, "tea")]);
        assert_eq!(matches_by_line(&preview), [(1, 1), (2, 1)]);
        assert_eq!(preview.total.all, 1);
    }

    #[test]
    fn a_malformed_line_is_reported_with_its_number() {
        let preview = preview_word_list("tea\n/(/", &[comment(Status::Held, "tea")]);
        assert_eq!(preview.wrong[0].line, 2);
        assert_eq!(preview.total.all, 1);
    }

    #[test]
    fn only_the_first_matching_lines_of_a_long_list_are_listed() {
        let words: String = (0..MAX_LINES + 5).map(|n| format!("word{n}\n")).collect();
        let preview = preview_word_list(&words, &[comment(Status::Held, &words)]);
        assert_eq!((preview.lines.len(), preview.more), (MAX_LINES, 5));
    }
}
