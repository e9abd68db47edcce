//! The compiled word list: parsing it, and searching texts with it.

use std::collections::HashSet;
use std::collections::btree_map::{self, BTreeMap};
use std::collections::hash_map::{self, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::entry::{EntryPhrase, InvalidLine, InvalidLineKind, WordListEntry};
use super::normalize::FoldedText;
use super::pattern_cost::is_slow;
use crate::text::input;

/// Maximum number of entries in one word list.
const MAX_ENTRIES: usize = 20_000;
/// Maximum number of regular expressions in one word list. The limit is lower than for phrases, because each expression
/// searches the text separately.
const MAX_PATTERNS: usize = 200;
/// Maximum number of errors reported at a time, because nobody fixes more at once.
const MAX_ERRORS: usize = 100;
/// Maximum number of matches that become screening reasons, because more would not help a moderator.
const MAX_MATCHES: usize = 20;
/// Maximum number of ranges marked in one text: once for all phrases together, and once for each regular expression.
const MAX_RANGES: usize = 500;
/// Longest text of a match in characters; longer ones are truncated.
const MAX_FOUND_CHARS: usize = 100;

/// A compiled word list. Cloning it is cheap, however long it is.
#[derive(Clone, Debug)]
pub struct WordList(Arc<CompiledEntries>);

#[derive(Debug)]
struct CompiledEntries {
    phrases: Vec<(EntryLine, EntryPhrase)>,
    /// Automaton that finds all phrases in one pass. Its pattern ids are indices of `phrases`.
    finder: AhoCorasick,
    patterns: Vec<(EntryLine, Regex)>,
    /// Line numbers of duplicate entries, each with the line of the entry's first occurrence.
    duplicates: Vec<(usize, usize)>,
    /// Whether regular expressions that take too long are refused.
    limits_time: bool,
}

/// Line of a word list that contains an entry.
#[derive(Clone, Debug)]
struct EntryLine {
    number: usize,
    written: String,
}

/// An entry of a word list that occurs in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordMatch {
    /// Number of the entry's line in the word list, from 1.
    pub line: usize,
    /// Entry as written in the word list.
    pub entry: String,
    /// Matching part of the text as it was typed, without invisible characters, truncated to 100 characters.
    pub found: String,
}

// Shared: most sites have no list, and every comment is searched for two.
static EMPTY_LIST: LazyLock<WordList> =
    LazyLock::new(|| WordList(Arc::new(CompiledEntries::empty())));

impl Default for WordList {
    fn default() -> Self {
        EMPTY_LIST.clone()
    }
}

impl WordList {
    /// Parses the valid lines of a word list that is to be saved or previewed, and returns the errors of the others, among
    /// them regular expressions that are too slow. Stops after 100 errors. Takes up to a second for many expressions.
    pub fn parse_new(text: &str) -> (Self, Vec<InvalidLine>) {
        Self::parse_lines(text, true)
    }

    /// Parses a word list whose lines are all valid.
    #[cfg(test)]
    pub fn parse(text: &str) -> Result<Self, Vec<InvalidLine>> {
        let (list, wrong) = Self::parse_new(text);
        if wrong.is_empty() {
            Ok(list)
        } else {
            Err(wrong)
        }
    }

    /// Parses the valid lines of a saved word list and returns the errors of the others.
    pub fn parse_saved(text: &str) -> (Self, Vec<InvalidLine>) {
        Self::parse_lines(text, false)
    }

    fn parse_lines(text: &str, limits_time: bool) -> (Self, Vec<InvalidLine>) {
        let mut entries = CompiledEntries::empty();
        entries.limits_time = limits_time;
        let mut wrong = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let Err(why) = entries.add(number, trim_line(line)) else {
                continue;
            };
            wrong.push(InvalidLine {
                line: number,
                kind: why,
            });
            if why == InvalidLineKind::TooMany || wrong.len() == MAX_ERRORS {
                break;
            }
        }
        entries.remove_duplicates();
        entries.finder = build_finder(&entries.phrases);
        (Self(Arc::new(entries)), wrong)
    }

    /// Returns whether the word list has no entries.
    pub fn is_empty(&self) -> bool {
        self.0.phrases.is_empty() && self.0.patterns.is_empty()
    }

    /// Returns the first 20 entries that occur in any of the texts, in the order of the word list.
    pub fn matches(&self, texts: &[&str]) -> Vec<WordMatch> {
        let matches = self.0.search_all(texts).into_values();
        matches.take(MAX_MATCHES).collect()
    }

    /// Returns the numbers of all lines whose entries occur in any of the texts. Of duplicate lines only the first is
    /// returned.
    pub fn matching_lines(&self, texts: &[&str]) -> Vec<usize> {
        self.0.search_all(texts).into_keys().collect()
    }

    /// Returns the ranges of a text that match entries. They may overlap.
    pub fn match_ranges(&self, text: &str) -> Vec<Range<usize>> {
        let forms = FoldedText::list_forms(text);
        let folded: Vec<_> = forms.iter().map(FoldedText::to_search_text).collect();
        let mut ranges: Vec<_> = folded
            .iter()
            .flat_map(|folded| self.0.find_phrases(folded))
            .map(|(_, range)| range)
            .take(MAX_RANGES)
            .collect();
        for (_, regex) in &self.0.patterns {
            let found = regex.find_iter(text).map(|found| found.range());
            let found_in_forms = forms.iter().flat_map(|form| {
                let found = regex.find_iter(&form.text);
                found.map(|found| form.original_range(found.range()))
            });
            ranges.extend(found.chain(found_in_forms).take(MAX_RANGES));
        }
        let mut seen = HashSet::new();
        ranges.retain(|range| seen.insert(range.clone()));
        ranges
    }

    /// Returns the line numbers of duplicate entries, each with the line of the entry's first occurrence.
    pub fn duplicate_lines(&self) -> &[(usize, usize)] {
        &self.0.duplicates
    }
}

impl CompiledEntries {
    fn empty() -> Self {
        Self {
            phrases: Vec::new(),
            finder: build_finder(&[]),
            patterns: Vec::new(),
            duplicates: Vec::new(),
            limits_time: false,
        }
    }

    fn add(&mut self, number: usize, written: &str) -> Result<(), InvalidLineKind> {
        if written.is_empty() {
            return Ok(());
        }
        let line = EntryLine {
            number,
            written: written.to_owned(),
        };
        let entry = WordListEntry::parse(written)?;
        // Only valid entries count, so that an error does not hide another one.
        if self.phrases.len() + self.patterns.len() == MAX_ENTRIES {
            return Err(InvalidLineKind::TooMany);
        }
        match entry {
            WordListEntry::Phrase(phrase) => self.phrases.push((line, phrase)),
            WordListEntry::Pattern(_) if self.patterns.len() == MAX_PATTERNS => {
                return Err(InvalidLineKind::TooMany);
            }
            WordListEntry::Pattern(regex) => {
                if self.limits_time && is_slow(regex.as_str(), &regex, MAX_RANGES) {
                    return Err(InvalidLineKind::TooSlow);
                }
                self.patterns.push((line, regex));
            }
        }
        Ok(())
    }

    fn remove_duplicates(&mut self) {
        let mut seen = HashMap::new();
        let duplicates = &mut self.duplicates;
        self.phrases
            .retain(|(line, phrase)| match seen.entry(phrase.clone()) {
                hash_map::Entry::Vacant(entry) => {
                    entry.insert(line.number);
                    true
                }
                hash_map::Entry::Occupied(first) => {
                    duplicates.push((line.number, *first.get()));
                    false
                }
            });
    }

    fn search_all(&self, texts: &[&str]) -> BTreeMap<usize, WordMatch> {
        let mut found = BTreeMap::new();
        // Folding a text costs more than searching it for nothing.
        if self.phrases.is_empty() && self.patterns.is_empty() {
            return found;
        }
        for text in texts {
            self.search(text, &mut found);
        }
        found
    }

    fn search(&self, text: &str, found: &mut BTreeMap<usize, WordMatch>) {
        // As it was typed, for regular expressions only: a phrase is folded, and so must be the text.
        self.search_patterns(text, text, found, |range| range);
        for form in FoldedText::list_forms(text) {
            for (line, range) in self.find_phrases(&form.to_search_text()) {
                if let btree_map::Entry::Vacant(entry) = found.entry(line.number) {
                    entry.insert(line.matched(&text[range]));
                }
            }
            if form.text != text {
                self.search_patterns(&form.text, text, found, |range| form.original_range(range));
            }
        }
    }

    /// Returns each occurrence of a phrase with its line and its range in the original text.
    fn find_phrases<'a>(
        &'a self,
        folded: &'a FoldedText,
    ) -> impl Iterator<Item = (&'a EntryLine, Range<usize>)> {
        let hits = self.finder.find_overlapping_iter(&folded.text);
        hits.filter_map(|hit| {
            let (line, phrase) = &self.phrases[hit.pattern()];
            phrase
                .has_boundaries(hit.start(), hit.end(), &folded.text)
                .then(|| (line, folded.original_range(hit.range())))
        })
    }

    /// Searches a form of a text with the regular expressions. `to_original` returns the range of `text` from which a
    /// range of the form was made.
    fn search_patterns(
        &self,
        form: &str,
        text: &str,
        found: &mut BTreeMap<usize, WordMatch>,
        to_original: impl Fn(Range<usize>) -> Range<usize>,
    ) {
        for (line, regex) in &self.patterns {
            if let btree_map::Entry::Vacant(entry) = found.entry(line.number)
                && let Some(hit) = regex.find(form)
            {
                entry.insert(line.matched(&text[to_original(hit.range())]));
            }
        }
    }
}

impl EntryLine {
    fn matched(&self, found: &str) -> WordMatch {
        let visible = found.chars().filter(|c| !input::is_invisible(*c));
        WordMatch {
            line: self.number,
            entry: self.written.clone(),
            found: visible.take(MAX_FOUND_CHARS).collect(),
        }
    }
}

fn build_finder(phrases: &[(EntryLine, EntryPhrase)]) -> AhoCorasick {
    AhoCorasick::new(phrases.iter().map(|(_, phrase)| &phrase.folded))
        .expect("the entries fit into one automaton")
}

/// Trims white space, and the byte order mark that some programs write at the beginning of a file.
fn trim_line(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
}
