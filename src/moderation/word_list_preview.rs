//! Preview of a word list: which of the last comments it would have matched. Bounded in time: a slow list is tried on fewer
//! comments.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::comments::Status;
use crate::comments::screening::word_list::InvalidLine;
use crate::comments::screening::{WordList, collect_texts};
use crate::text::{SafeHtml, markdown};

/// Longest time for one list; the page that shows the preview waits for it.
const TIME_LIMIT: Duration = Duration::from_secs(3);
/// Lines that are listed one by one.
const MAX_LINES: usize = 300;

/// The parts of a comment that word lists are matched against. The email is none of them.
pub struct PreviewComment {
    pub status: Status,
    pub name: String,
    pub website: Option<String>,
    pub body: String,
    pub body_html: SafeHtml,
}

/// The number of comments that a line or a list matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchCount {
    pub all: usize,
    /// Approved comments among them.
    pub approved: usize,
    /// Spam and trashed comments among them.
    pub refused: usize,
}

/// A line of the list that matched something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedLine {
    /// Line number, from 1.
    pub number: usize,
    pub text: String,
    pub matches: MatchCount,
}

#[derive(Clone, Debug, Default)]
pub struct PreviewResult {
    /// Number of comments that the list was tried on.
    pub looked_at: usize,
    /// The list has no line that could match.
    pub is_empty: bool,
    /// Comments that any line matched.
    pub total: MatchCount,
    /// The first lines that matched something, in their order.
    pub lines: Vec<MatchedLine>,
    /// Number of matching lines that are not in `lines`.
    pub more: usize,
    /// Lines that are malformed.
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

/// Matches a word list, one entry a line, against comments.
pub fn preview_word_list(text: &str, comments: &[PreviewComment]) -> PreviewResult {
    let started = Instant::now();
    let (list, wrong) = WordList::parse_lenient(text);
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
    fn every_line_is_counted_and_every_comment_once() {
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
    fn names_and_websites_are_matched_too() {
        let mut linked = comment(Status::Held, "Hello");
        linked.website = Some("https://watches.example/".to_owned());
        let preview = preview_word_list("ann\nwatches\nhello", &[linked]);
        assert_eq!(matches_by_line(&preview), [(1, 1), (2, 1), (3, 1)]);
    }

    #[test]
    fn formatting_inside_a_word_does_not_hide_it() {
        let preview = preview_word_list("money", &[comment(Status::Held, "Free mo**ney**")]);
        assert_eq!(matches_by_line(&preview), [(1, 1)]);
    }

    #[test]
    fn repeated_lines_are_both_counted_and_malformed_ones_reported() {
        let preview = preview_word_list("tea\n/(/\nTEA", &[comment(Status::Held, "tea")]);
        assert_eq!(matches_by_line(&preview), [(1, 1), (3, 1)]);
        assert_eq!(preview.wrong[0].line, 2);
        assert_eq!(preview.total.all, 1);
    }

    #[test]
    fn only_the_first_of_very_many_lines_are_listed() {
        let words: String = (0..MAX_LINES + 5).map(|n| format!("word{n}\n")).collect();
        let preview = preview_word_list(&words, &[comment(Status::Held, &words)]);
        assert_eq!((preview.lines.len(), preview.more), (MAX_LINES, 5));
    }
}
