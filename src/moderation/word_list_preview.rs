//! What a word list would have done to the last comments. Pure, and bounded: a list that takes long is tried on fewer.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::comments::Status;
use crate::comments::screening::words::WrongLine;
use crate::comments::screening::{WordList, texts};
use crate::text::{SafeHtml, markdown};

/// How long a list may take. It is typed into a page that waits for the answer.
const TRIED_WITHIN: Duration = Duration::from_secs(3);
/// Lines that are told one by one.
const MOST_LINES: usize = 300;

/// A comment, as far as word lists look at it: never the address.
pub struct Said {
    /// What has been decided about it.
    pub status: Status,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text, as written.
    pub body: String,
    /// The text.
    pub body_html: SafeHtml,
}

/// How many comments a line or a list would have caught.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caught {
    /// All of them.
    pub all: usize,
    /// Of these, what was approved.
    pub approved: usize,
    /// Of these, what is spam or in the trash.
    pub refused: usize,
}

/// A line that would have caught something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedLine {
    /// Its number, from 1.
    pub number: usize,
    /// The line as it is written.
    pub written: String,
    /// What it would have caught.
    pub caught: Caught,
}

/// What came of trying a list.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// On how many comments it was tried.
    pub looked_at: usize,
    /// Whether it looks for anything.
    pub is_empty: bool,
    /// What the whole list would have caught.
    pub total: Caught,
    /// The lines that would have caught something, in their order.
    pub lines: Vec<TriedLine>,
    /// How many more of them there are.
    pub more: usize,
    /// Lines that were not tried.
    pub wrong: Vec<WrongLine>,
}

impl Caught {
    fn add(&mut self, status: Status) {
        self.all += 1;
        match status {
            Status::Approved => self.approved += 1,
            Status::Spam | Status::Trashed => self.refused += 1,
            Status::Held => {}
        }
    }
}

/// Tries a list on comments.
pub fn try_list(text: &str, comments: &[Said]) -> Trial {
    let started = Instant::now();
    let (list, wrong) = WordList::read(text);
    let mut trial = Trial {
        is_empty: list.is_empty() && wrong.is_empty(),
        wrong,
        ..Trial::default()
    };
    let mut by_line: HashMap<usize, Caught> = HashMap::new();
    for comment in comments {
        if started.elapsed() > TRIED_WITHIN {
            break;
        }
        trial.looked_at += 1;
        let read = markdown::words_of_html(comment.body_html.as_str());
        let website = comment.website.as_deref();
        let found = list.found_in(&texts(&comment.name, website, &comment.body, &read));
        if !found.is_empty() {
            trial.total.add(comment.status);
        }
        for line in found {
            by_line.entry(line).or_default().add(comment.status);
        }
    }
    for (line, first) in list.repeated() {
        if let Some(caught) = by_line.get(first).copied() {
            by_line.insert(*line, caught);
        }
    }
    for (index, written) in text.lines().enumerate() {
        let number = index + 1;
        match by_line.get(&number) {
            Some(_) if trial.lines.len() == MOST_LINES => trial.more += 1,
            Some(caught) => trial.lines.push(TriedLine {
                number,
                written: written.trim().to_owned(),
                caught: *caught,
            }),
            None => {}
        }
    }
    trial
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: Status, body: &str) -> Said {
        Said {
            status,
            name: "Ann".to_owned(),
            website: None,
            body: body.to_owned(),
            body_html: markdown::comment(body),
        }
    }

    fn numbers(trial: &Trial) -> Vec<(usize, usize)> {
        let lines = trial.lines.iter();
        lines.map(|line| (line.number, line.caught.all)).collect()
    }

    #[test]
    fn every_line_is_counted_and_every_comment_once() {
        let comments = [
            said(Status::Approved, "Free money, free tea"),
            said(Status::Spam, "Money"),
            said(Status::Trashed, "Ann’s money"),
            said(Status::Held, "Tea"),
        ];
        let trial = try_list("money\n\nfree\nnothing\n/t.a/", &comments);
        assert_eq!(numbers(&trial), [(1, 3), (3, 1), (5, 2)]);
        let caught = |all, approved, refused| Caught {
            all,
            approved,
            refused,
        };
        assert_eq!(trial.lines[0].caught, caught(3, 1, 2));
        assert_eq!(trial.total, caught(4, 1, 2));
        assert_eq!(trial.looked_at, 4);
    }

    #[test]
    fn names_and_websites_are_looked_at() {
        let mut comment = said(Status::Held, "Hello");
        comment.website = Some("https://watches.example/".to_owned());
        let trial = try_list("ann\nwatches\nhello", &[comment]);
        assert_eq!(numbers(&trial), [(1, 1), (2, 1), (3, 1)]);
    }

    #[test]
    fn marks_inside_a_word_hide_it_no_more_than_when_it_is_judged() {
        let trial = try_list("money", &[said(Status::Held, "Free mo**ney**")]);
        assert_eq!(numbers(&trial), [(1, 1)]);
    }

    #[test]
    fn a_line_that_is_there_twice_counts_twice_and_a_wrong_one_is_named() {
        let trial = try_list("tea\n/(/\nTEA", &[said(Status::Held, "tea")]);
        assert_eq!(numbers(&trial), [(1, 1), (3, 1)]);
        assert_eq!(trial.wrong[0].line, 2);
        assert_eq!(trial.total.all, 1);
    }

    #[test]
    fn of_very_many_lines_the_first_are_told() {
        let words: String = (0..MOST_LINES + 5).map(|n| format!("word{n}\n")).collect();
        let trial = try_list(&words, &[said(Status::Held, &words)]);
        assert_eq!((trial.lines.len(), trial.more), (MOST_LINES, 5));
    }
}
