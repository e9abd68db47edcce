//! Escapes the marks in a paragraph that are not formatting, and writes its links in one form.

use std::collections::{HashMap, HashSet};

use linkify::{LinkFinder, LinkKind};

use super::super::sanitizer::TrustLevel;
use super::super::urls;
use super::bare_url::find_bare_url;
use super::brackets::BracketPairs;
use super::code_spans::CodeSpans;
use super::emphasis::{MarkRun, is_mark, pair_runs};
use super::escape::{escape_all, needs_escape, push_run};
use super::references::{References, Target, parse_definition, parse_target};

/// Deepest nesting of links and images: an image in a link.
const MAX_LINK_DEPTH: usize = 2;

/// Most bytes of URLs that reference links add to a short text. A longer text may double in length, like in cmark.
const MIN_REFERENCE_BUDGET: usize = 100_000;

/// Facts about the whole text that its paragraphs need.
pub(super) struct InlineContext<'a> {
    trust: TrustLevel,
    references: &'a References,
    used: HashSet<String>,
    /// Bytes that reference links may still add. Otherwise a short label could repeat a long URL many times.
    reference_budget: usize,
}

impl<'a> InlineContext<'a> {
    pub fn new(trust: TrustLevel, references: &'a References, text_bytes: usize) -> Self {
        Self {
            trust,
            references,
            used: HashSet::new(),
            reference_budget: text_bytes.max(MIN_REFERENCE_BUDGET),
        }
    }

    /// Returns whether a link refers to the definition. Of two with one label and different targets, only the first can be
    /// referred to.
    pub fn is_used(&self, definition: &str) -> bool {
        parse_definition(definition, self.trust).is_some_and(|(label, target)| {
            let linked = self.references.link(&label);
            self.used.contains(&label) && linked.is_some_and(|(_, linked)| *linked == target)
        })
    }
}

/// Returns the text with a backslash before each mark that is not formatting.
pub(super) fn escape(text: &str, context: &mut InlineContext<'_>) -> String {
    escape_nested(text, 0, context)
}

fn escape_nested(text: &str, link_depth: usize, context: &mut InlineContext<'_>) -> String {
    let scanner = Scanner {
        text,
        link_depth,
        code: CodeSpans::find(text),
        brackets: BracketPairs::default(),
        emails: HashMap::new(),
        no_url_before: 0,
        context,
        tokens: Vec::new(),
        runs: Vec::new(),
    };
    scanner.run()
}

enum Token {
    /// Markdown that is written as it is.
    Written(String),
    /// Index of a run of marks.
    Run(usize),
}

struct Scanner<'t, 'c, 'r> {
    text: &'t str,
    /// Number of links and images around the text.
    link_depth: usize,
    code: CodeSpans,
    brackets: BracketPairs,
    /// Ends of the email addresses by their starts.
    emails: HashMap<usize, usize>,
    /// Byte up to which no URL begins.
    no_url_before: usize,
    context: &'c mut InlineContext<'r>,
    tokens: Vec<Token>,
    runs: Vec<MarkRun>,
}

impl<'t> Scanner<'t, '_, '_> {
    fn run(mut self) -> String {
        self.brackets = BracketPairs::find(self.text, &self.code);
        if self.context.trust == TrustLevel::Editor && self.link_depth == 0 {
            let mut finder = LinkFinder::new();
            finder.kinds(&[LinkKind::Email]);
            self.emails = finder
                .links(self.text)
                .map(|link| (link.start(), link.end()))
                .collect();
        }
        let mut at = 0;
        while let Some(c) = self.text[at..].chars().next() {
            at = self.scan(at, c);
        }
        pair_runs(&mut self.runs);
        self.tokens.iter().fold(
            String::with_capacity(self.text.len() + 16),
            |mut output, token| {
                match token {
                    Token::Written(text) => output.push_str(text),
                    Token::Run(index) => push_run(&mut output, &self.runs[*index]),
                }
                output
            },
        )
    }

    /// Reads what begins with the character `c` at the byte `at`. Returns the byte after it.
    fn scan(&mut self, at: usize, c: char) -> usize {
        let after = at + c.len_utf8();
        if let Some(&end) = self.emails.get(&at) {
            let email = &self.text[at..end];
            self.write_link(email, &format!("mailto:{email}"), "");
            return end;
        }
        let end = match c {
            '\\' => self.scan_backslash(at),
            '`' => self.scan_code(at),
            '[' => self.scan_bracket(at),
            '!' => self.scan_image(at),
            '<' => self.scan_angle(at),
            'h' | 'H' | 'w' | 'W' => self.scan_bare_url(at),
            '&' if self.context.trust == TrustLevel::Editor => None,
            c if is_mark(c) => self.scan_marks(at, at),
            _ => None,
        };
        end.unwrap_or_else(|| {
            let is_entity = c == '&' && self.context.trust == TrustLevel::Editor;
            if needs_escape(c) && !is_entity {
                self.write("\\");
            }
            self.write(&self.text[at..after]);
            after
        })
    }

    fn write(&mut self, markdown: &str) {
        match self.tokens.last_mut() {
            Some(Token::Written(text)) => text.push_str(markdown),
            _ => self.tokens.push(Token::Written(markdown.to_owned())),
        }
    }

    fn scan_marks(&mut self, before: usize, start: usize) -> Option<usize> {
        let run = MarkRun::parse(self.text, before, start)?;
        let end = start + run.length;
        self.tokens.push(Token::Run(self.runs.len()));
        self.runs.push(run);
        Some(end)
    }

    /// Reads a backslash. It is formatting, and not shown, only if the mark after it would have been formatting.
    fn scan_backslash(&mut self, at: usize) -> Option<usize> {
        let mark = self.text[at + 1..].chars().next()?;
        if is_mark(mark) {
            return self.scan_marks(at, at + 1);
        }
        let is_line_start = |at: usize| at == 0 || self.text[..at].ends_with('\n');
        let is_needed = match mark {
            '[' => self.link_depth > 0 || self.find_link(at + 1).is_some(),
            ']' => self.link_depth > 0,
            '`' => self.code.end(at + 1).is_some(),
            '<' => self.find_angle_link(at + 1).is_some(),
            '|' | '&' => self.context.trust == TrustLevel::Editor,
            '#' | '+' => is_line_start(at) && self.context.trust == TrustLevel::Editor,
            '>' | '-' => is_line_start(at),
            '.' => {
                let digits = self.text[..at]
                    .bytes()
                    .rev()
                    .take_while(u8::is_ascii_digit)
                    .count();
                digits > 0 && is_line_start(at - digits)
            }
            _ => false,
        };
        if !is_needed {
            return None;
        }
        self.write("\\");
        self.write(&self.text[at + 1..=at + 1]);
        Some(at + 2)
    }

    fn scan_code(&mut self, at: usize) -> Option<usize> {
        let end = self.code.end(at);
        let run = self.text[at..].bytes().take_while(|b| *b == b'`').count();
        match end {
            Some(end) => self.write(&self.text[at..end]),
            None => self.write(&"\\`".repeat(run)),
        }
        Some(end.unwrap_or(at + run))
    }

    fn scan_bracket(&mut self, at: usize) -> Option<usize> {
        if self.context.trust == TrustLevel::Editor
            && let Some((label, _)) = self.text[at..]
                .strip_prefix("[^")
                .and_then(|rest| rest.split_once(']'))
            && self.context.references.is_footnote(label)
            // At the start of a line it would be a second note with the same label.
            && !self.text[at + label.len() + 3..].starts_with(':')
        {
            let end = at + label.len() + 3;
            self.write(&self.text[at..end]);
            return Some(end);
        }
        let link = self.find_link(at)?;
        self.write_found(link, "")
    }

    /// Reads an image. In a comment, a `!` after a word ends a sentence, and a link follows.
    fn scan_image(&mut self, at: usize) -> Option<usize> {
        if !self.text[at + 1..].starts_with('[') {
            return None;
        }
        let is_sentence = self.context.trust == TrustLevel::Reader
            && self.text[..at]
                .chars()
                .next_back()
                .is_some_and(|c| !c.is_whitespace());
        let found = if is_sentence {
            None
        } else {
            self.find_link(at + 1)
        };
        found
            .and_then(|link| self.write_found(link, "!"))
            .or_else(|| {
                // Otherwise the link after it would become an image.
                self.write("\\!");
                Some(at + 1)
            })
    }

    fn write_found(&mut self, link: FoundLink, prefix: &str) -> Option<usize> {
        if let Some(label) = link.label {
            let bytes = link.target.url.len() + link.target.title.len();
            self.context.reference_budget = self.context.reference_budget.checked_sub(bytes)?;
            self.context.used.insert(label);
        }
        let mut text = escape_nested(&self.text[link.text], self.link_depth + 1, self.context);
        if text.trim().is_empty() {
            text = escape_all(&link.target.typed);
        }
        self.write(prefix);
        self.write_link_markdown(&text, &link.target.url, &link.target.title);
        Some(link.end)
    }

    /// Returns the link whose text begins with the bracket at the byte `at`.
    fn find_link(&self, at: usize) -> Option<FoundLink> {
        let is_image = self.text[..at].ends_with('!');
        let close = self.brackets.close(at)?;
        if self.link_depth >= if is_image { MAX_LINK_DEPTH } else { 1 } {
            return None;
        }
        let text = at + 1..close;
        let after = &self.text[close + 1..];
        if let Some(inside) = after.strip_prefix('(')
            && let Some((target, length)) = parse_target(inside, self.context.trust)
        {
            let rest = inside[length..].trim_start();
            // `list[0](self.name)` is code.
            let is_in_word = self.text[..at].ends_with(char::is_alphanumeric);
            let has_scheme = target.url == target.typed;
            if rest.starts_with(')') && (has_scheme || !is_in_word) {
                let end = self.text.len() - rest.len() + 1;
                return Some(FoundLink {
                    text,
                    target,
                    label: None,
                    end,
                });
            }
        }
        let typed = &self.text[text.clone()];
        let label = after
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .map(|(label, _)| (label, label.len() + 2));
        let named = label.and_then(|(label, length)| {
            let label = if label.is_empty() { typed } else { label };
            Some((self.context.references.link(label)?, length))
        });
        let ((label, target), length) = match named {
            Some(named) => named,
            None => (self.context.references.link(typed)?, 0),
        };
        Some(FoundLink {
            text,
            target: target.clone(),
            label: Some(label),
            end: close + 1 + length,
        })
    }

    /// Reads a URL in angle brackets.
    fn scan_angle(&mut self, at: usize) -> Option<usize> {
        let (typed, url) = self.find_angle_link(at)?;
        let end = at + typed.len() + 2;
        self.write_link(typed, &url, "");
        Some(end)
    }

    fn find_angle_link(&self, at: usize) -> Option<(&'t str, String)> {
        let (inside, _) = urls::truncate(&self.text[at + 1..]).split_once('>')?;
        let lower = inside.to_ascii_lowercase();
        let is_mail = self.context.trust == TrustLevel::Editor && inside.contains('@');
        let is_url = ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| lower.starts_with(scheme));
        let is_link = self.link_depth == 0
            && !inside.contains(|c: char| c.is_whitespace() || c == '<')
            && (is_url || is_mail);
        is_link.then_some(())?;
        Some((inside, urls::resolve_link(inside, self.context.trust)?))
    }

    fn scan_bare_url(&mut self, at: usize) -> Option<usize> {
        let is_inside_word = self.text[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '@' | '.' | '-' | ':'));
        if self.link_depth > 0 || is_inside_word || at < self.no_url_before {
            return None;
        }
        let (length, found) = find_bare_url(&self.text[at..]);
        let Some(found) = found else {
            // What is no URL from its start is none from its middle either, and is not measured again.
            self.no_url_before = at + length;
            return None;
        };
        let end = at + found.typed.len();
        self.write_link(found.typed, &found.url, "");
        Some(end)
    }

    fn write_link(&mut self, text: &str, url: &str, title: &str) {
        self.write_link_markdown(&escape_all(text), url, title);
    }

    fn write_link_markdown(&mut self, text: &str, url: &str, title: &str) {
        let mut markdown = format!("[{text}](<{}>", escape_all(url));
        if !title.is_empty() {
            markdown.push_str(&format!(" \"{}\"", escape_all(title)));
        }
        markdown.push(')');
        self.write(&markdown);
    }
}

struct FoundLink {
    text: std::ops::Range<usize>,
    target: Target,
    /// Label of the definition that was used.
    label: Option<String>,
    end: usize,
}
