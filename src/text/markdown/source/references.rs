//! Reference links: `[text][label]` with a line `[label]: https://example.org` elsewhere in the text.

use std::collections::{HashMap, HashSet};

use super::super::sanitizer::TrustLevel;
use super::super::urls;
use super::block::{BlockKind, ClassifiedLine};

/// Longest label of a reference link, in bytes (CommonMark 0.31, section 6.3, in characters).
const MAX_LABEL_BYTES: usize = 999;

/// Deepest nesting of parentheses in a URL.
const MAX_PARENTHESES: usize = 32;

/// Destination of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub url: String,
    /// The URL without the scheme that was added to it.
    pub typed: String,
    pub title: String,
}

/// Labels that a text defines.
#[derive(Default)]
pub(super) struct References {
    links: HashMap<String, Target>,
    /// Labels of the footnotes that the text both defines and refers to.
    footnotes: HashSet<String>,
}

impl References {
    pub fn collect(blocks: &[ClassifiedLine<'_>], trust: TrustLevel) -> Self {
        let mut references = Self::default();
        for block in blocks.iter().filter(|b| b.kind == BlockKind::Definition) {
            if let Some((label, target)) = parse_definition(block.line.content, trust) {
                // The first definition of a label counts (CommonMark 0.31, section 4.7).
                references.links.entry(label).or_insert(target);
            }
        }
        if trust == TrustLevel::Editor {
            references.footnotes = find_footnotes(blocks);
        }
        references
    }

    pub fn link(&self, label: &str) -> Option<(String, &Target)> {
        if label.len() > MAX_LABEL_BYTES || self.links.is_empty() {
            return None;
        }
        let label = normalize_label(label);
        self.links.get(&label).map(|target| (label, target))
    }

    pub fn is_footnote(&self, label: &str) -> bool {
        self.footnotes.contains(&label.to_lowercase())
    }
}

/// Returns the labels for which there are both a note and a reference: comrak drops a note that nothing refers to.
fn find_footnotes(blocks: &[ClassifiedLine<'_>]) -> HashSet<String> {
    let (mut defined, mut used) = (HashSet::new(), HashSet::new());
    for block in blocks {
        if matches!(block.kind, BlockKind::Code | BlockKind::CloseFence) {
            continue;
        }
        let mut text = block.line.marked_content;
        if let Some(super::line::Marker::Footnote(label)) = block.line.marker {
            defined.insert(label.to_lowercase());
            text = block.line.content;
        }
        let references = text
            .split("[^")
            .skip(1)
            .filter_map(|rest| rest.split_once(']'));
        used.extend(references.map(|(label, _)| label.to_lowercase()));
    }
    defined.intersection(&used).cloned().collect()
}

fn normalize_label(label: &str) -> String {
    let words: Vec<&str> = label.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Returns the normalized label and the target of a line such as `[label]: https://example.org "title"`. Returns `None` if
/// the line is anything else, or the target is no URL that the author may link to.
pub(super) fn parse_definition(line: &str, trust: TrustLevel) -> Option<(String, Target)> {
    let (label, rest) = line.strip_prefix('[')?.split_once("]:")?;
    let is_label =
        !label.trim().is_empty() && !label.contains(['[', ']', '\\']) && !label.starts_with('^');
    if !is_label {
        return None;
    }
    let (target, length) = parse_target(rest, trust)?;
    let is_web_address = ["https://", "http://", "mailto:", "/", "#"]
        .iter()
        .any(|start| target.url.starts_with(start));
    if !is_web_address {
        return None;
    }
    rest[length..]
        .trim()
        .is_empty()
        .then(|| (normalize_label(label), target))
}

/// Parses the destination and the optional title at the start of the text. Returns them with their length in bytes.
pub(super) fn parse_target(text: &str, trust: TrustLevel) -> Option<(Target, usize)> {
    let text = urls::truncate(text);
    let start = text.len() - text.trim_start().len();
    let (typed, end) = match text[start..].strip_prefix('<') {
        Some(rest) => {
            let length = rest
                .find(['<', '>', '\n'])
                .filter(|&at| rest[at..].starts_with('>'))?;
            (&rest[..length], start + length + 2)
        }
        None => {
            let length = measure_bare_target(&text[start..]);
            (&text[start..start + length], start + length)
        }
    };
    let url = urls::resolve_link(typed, trust)?;
    let rest = &text[end..];
    let (title, title_end) = parse_title(rest).unwrap_or(("", 0));
    let title = title.to_owned();
    let typed = typed.to_owned();
    Some((Target { url, typed, title }, end + title_end))
}

/// Returns the length of a destination without white space, which ends before a parenthesis that it does not open.
fn measure_bare_target(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            // CommonMark sets no limit; other programs have the same (section 6.3).
            '(' if depth == MAX_PARENTHESES => return at,
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            c if c.is_whitespace() || c.is_control() => return at,
            _ => {}
        }
    }
    text.len()
}

/// Returns a title in quotation marks after white space, and where it ends.
fn parse_title(text: &str) -> Option<(&str, usize)> {
    let start = text.len() - text.trim_start().len();
    let quoted = &text[start..];
    let mark = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let length = quoted[1..]
        .find([mark, '\n'])
        .filter(|&at| quoted[1 + at..].starts_with(mark))?;
    (start > 0).then_some((&quoted[1..=length], start + length + 2))
}
