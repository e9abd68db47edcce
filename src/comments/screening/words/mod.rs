//! A list of words that replies are held or refused for, one entry a line:
//!
//! - `free money`: these words and no part of longer ones, with any white space between them.
//! - `*press*`: an asterisk at an end leaves that end open. Scripts that put no space between words need both.
//! - `/fr[e3]+/`: a regular expression of the `regex` crate, whose time grows as the text does and no faster.
//!
//! Letter case does not count. Every text is looked through as it is, and again without what hides words.

mod entry;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::btree_map::{BTreeMap, Entry as Place};
use std::collections::hash_map::{Entry as First, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use regex::Regex;

use self::entry::{Entry, Words};
use self::reading::{Folded, unmasked};

/// Entries in a list.
const MOST_ENTRIES: usize = 20_000;
/// Regular expressions in a list: unlike words, each goes through the text by itself.
const MOST_PATTERNS: usize = 200;
/// Nobody mends more at a time.
const MOST_WRONG: usize = 100;
/// More would tell a moderator nothing.
const MOST_MATCHES: usize = 20;
/// Places of words, and of each regular expression, in one text.
const MOST_PLACES: usize = 500;
/// Characters.
const LONGEST_FOUND: usize = 100;

/// Words and regular expressions, ready to be looked for. A copy costs nothing, however long the list is.
#[derive(Clone, Debug)]
pub struct WordList(Arc<Entries>);

#[derive(Debug)]
struct Entries {
    words: Vec<(Line, Words)>,
    /// Goes through a text once, however many words there are. Its patterns are numbered like `words`.
    finder: AhoCorasick,
    patterns: Vec<(Line, Regex)>,
    /// Lines whose words an earlier line has already, with the number of that one.
    repeated: Vec<(usize, usize)>,
}

/// Where an entry stands.
#[derive(Clone, Debug)]
struct Line {
    number: usize,
    written: String,
}

/// An entry that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its line, from 1.
    pub line: usize,
    /// The entry as it is written.
    pub entry: String,
    /// What the text has, or how that begins.
    pub found: String,
}

/// A line that cannot be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: WrongLineKind,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongLineKind {
    /// It is no regular expression, or one that grows too large.
    BadRegex,
    /// It is too long.
    TooLong,
    /// It would be found in every text, even where nothing is written.
    TooBroad,
    /// There are too many entries, or too many regular expressions, from here on.
    TooMany,
}

/// Most sites have no list, and each reply is looked through for two.
static NONE: LazyLock<WordList> = LazyLock::new(|| WordList(Arc::new(Entries::none())));

impl Default for WordList {
    fn default() -> Self {
        NONE.clone()
    }
}

impl WordList {
    /// Reads a list, or says what is wrong with it: everything, unless that is a lot.
    pub fn parse(text: &str) -> Result<Self, Vec<WrongLine>> {
        let (list, wrong) = Self::read(text);
        if wrong.is_empty() {
            Ok(list)
        } else {
            Err(wrong)
        }
    }

    /// Reads what can be read of a list, and says what cannot. Where that is a lot, it reads no further.
    pub fn read(text: &str) -> (Self, Vec<WrongLine>) {
        let mut entries = Entries::none();
        let mut wrong = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let Err(why) = entries.add(number, without_margins(line)) else {
                continue;
            };
            wrong.push(WrongLine { line: number, why });
            if why == WrongLineKind::TooMany || wrong.len() == MOST_WRONG {
                break;
            }
        }
        entries.leave_out_repeated();
        entries.finder = finder_of(&entries.words);
        (Self(Arc::new(entries)), wrong)
    }

    /// Whether it looks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.words.is_empty() && self.0.patterns.is_empty()
    }

    /// The entries that stand in any of the texts, in the order of the list.
    pub fn matches(&self, texts: &[&str]) -> Vec<Match> {
        let found = self.0.look_through_all(texts).into_values();
        found.take(MOST_MATCHES).collect()
    }

    /// The numbers of all lines that stand in any of the texts. Of lines that say the same, the first.
    pub fn found_in(&self, texts: &[&str]) -> Vec<usize> {
        self.0.look_through_all(texts).into_keys().collect()
    }

    /// Where entries stand in a text as it is. The places may lie over one another.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let folded = Folded::of(text);
        let words = self.0.finder.find_overlapping_iter(&folded.text);
        let words = words.filter(|at| {
            let (_, words) = &self.0.words[at.pattern()];
            words.may_stand_at(at.start(), at.end(), &folded.text)
        });
        let mut places: Vec<_> = words
            .map(|at| folded.place(at.start(), at.end()))
            .take(MOST_PLACES)
            .collect();
        for (_, regex) in &self.0.patterns {
            let found = regex.find_iter(text).map(|found| found.range());
            places.extend(found.take(MOST_PLACES));
        }
        places
    }

    /// Lines that say what an earlier one says, with the number of that one.
    pub fn repeated(&self) -> &[(usize, usize)] {
        &self.0.repeated
    }
}

impl Entries {
    fn none() -> Self {
        Self {
            words: Vec::new(),
            finder: finder_of(&[]),
            patterns: Vec::new(),
            repeated: Vec::new(),
        }
    }

    fn add(&mut self, number: usize, written: &str) -> Result<(), WrongLineKind> {
        if written.is_empty() {
            return Ok(());
        }
        let line = Line {
            number,
            written: written.to_owned(),
        };
        let entry = Entry::parse(written)?;
        if self.words.len() + self.patterns.len() == MOST_ENTRIES {
            return Err(WrongLineKind::TooMany);
        }
        match entry {
            Entry::Words(words) => self.words.push((line, words)),
            Entry::Pattern(_) if self.patterns.len() == MOST_PATTERNS => {
                return Err(WrongLineKind::TooMany);
            }
            Entry::Pattern(regex) => self.patterns.push((line, regex)),
        }
        Ok(())
    }

    fn leave_out_repeated(&mut self) {
        let mut known = HashMap::new();
        let repeated = &mut self.repeated;
        self.words
            .retain(|(line, words)| match known.entry(words.clone()) {
                First::Vacant(place) => {
                    place.insert(line.number);
                    true
                }
                First::Occupied(first) => {
                    repeated.push((line.number, *first.get()));
                    false
                }
            });
    }

    fn look_through_all(&self, texts: &[&str]) -> BTreeMap<usize, Match> {
        let mut found = BTreeMap::new();
        for text in texts {
            self.look_through(text, &mut found);
            if let Some(unmasked) = unmasked(text) {
                self.look_through(&unmasked, &mut found);
            }
        }
        found
    }

    fn look_through(&self, text: &str, found: &mut BTreeMap<usize, Match>) {
        if !self.words.is_empty() {
            self.look_for_words(text, found);
        }
        for (line, regex) in &self.patterns {
            if let Place::Vacant(place) = found.entry(line.number)
                && let Some(found) = regex.find(text)
            {
                place.insert(line.found(found.as_str()));
            }
        }
    }

    fn look_for_words(&self, text: &str, found: &mut BTreeMap<usize, Match>) {
        let folded = Folded::of(text);
        for at in self.finder.find_overlapping_iter(&folded.text) {
            let (line, words) = &self.words[at.pattern()];
            if let Place::Vacant(place) = found.entry(line.number)
                && words.may_stand_at(at.start(), at.end(), &folded.text)
            {
                place.insert(line.found(folded.unfolded(at.start(), at.end(), text)));
            }
        }
    }
}

impl Line {
    fn found(&self, found: &str) -> Match {
        Match {
            line: self.number,
            entry: self.written.clone(),
            found: found.chars().take(LONGEST_FOUND).collect(),
        }
    }
}

fn finder_of(words: &[(Line, Words)]) -> AhoCorasick {
    AhoCorasick::new(words.iter().map(|(_, words)| &words.folded))
        .expect("so many words of that length are too few to run out of numbers")
}

/// The line without white space around it, nor the mark that some programs put before a file.
fn without_margins(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
}
