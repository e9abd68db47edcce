//! Normalizes HTML before it is parsed. Limits nesting and the length of tags, and drops elements with raw content such
//! as scripts.

use std::collections::HashMap;
use std::fmt::Write;

use super::super::sanitizer::TEXT_CHUNK_BYTES;
use super::element_kinds::{
    is_flow, is_heading, is_inline, is_invisible_void, is_preformatted, is_table_part,
    is_transparent_to_items, is_void,
};
use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

/// Deepest nesting of elements that is kept. Tags of elements nested more deeply are dropped. Nested WordPress columns
/// and groups reach a depth of twenty.
const MAX_DEPTH: usize = 64;

/// Longest tag that is kept, in bytes. Only `data:` images need more, and they are not shown.
const MAX_TAG_BYTES: usize = 8192;

/// Elements that are dropped with their content.
const DROPPED_ELEMENTS: [&str; 4] = ["math", "noscript", "svg", "template"];

/// Elements that are replaced together with their content, for which they need an end tag.
const END_TAG_REQUIRED: [&str; 3] = ["audio", "object", "video"];

pub(super) struct NormalizedHtml {
    pub(super) html: String,
    /// Whether no tag has attributes and `is_passed_through` accepts the names of all tags.
    pub(super) is_plain: bool,
}

/// Limits the nesting of HTML elements and adds missing end tags, so that lol_html and html5ever find the same tags in
/// the result.
///
/// `is_passed_through` returns whether tags with a given name need no rewriting.
pub(super) fn normalize_nesting(
    html: &str,
    is_passed_through: &dyn Fn(&str) -> bool,
) -> NormalizedHtml {
    let mut normalizer = NestingNormalizer {
        output: NormalizedHtml {
            html: String::with_capacity(html.len() + html.len() / 16),
            is_plain: true,
        },
        source: html,
        is_passed_through,
        open: Vec::new(),
        too_deep: HashMap::new(),
        at_pre_start: false,
        last_end_tags: HashMap::new(),
    };
    let mut dropped: Option<(String, usize)> = None;
    let mut at = 0;
    for piece in tokenize(html) {
        at += piece.source().len();
        if let Some((name, depth)) = &mut dropped {
            if let HtmlToken::Tag(tag) = piece
                && tag.is_named(name)
            {
                if tag.is_end {
                    *depth -= 1;
                } else {
                    *depth += 1;
                }
                if *depth == 0 {
                    dropped = None;
                }
            }
            continue;
        }
        match piece {
            HtmlToken::Text(text) => normalizer.push_text(text),
            HtmlToken::Comment(_) => {}
            HtmlToken::RawElement(tag, _) => {
                let fits = tag.source.len() <= MAX_TAG_BYTES && !normalizer.is_outside_cells();
                if tag.is_named("iframe") && fits {
                    normalizer.push_tag(tag);
                    normalizer.output.html.push_str("</iframe>");
                }
            }
            HtmlToken::Tag(tag) => {
                let name = tag.lowercase_name();
                if DROPPED_ELEMENTS.contains(&name.as_str()) {
                    // Without an end tag such an element would swallow the rest of the text.
                    if !tag.is_end && normalizer.has_end_tag_after(&name, at) {
                        dropped = Some((name, 1));
                    }
                } else if normalizer.accept_tag(tag, name, at) {
                    normalizer.push_tag(tag);
                }
            }
        }
    }
    normalizer.output
}

struct NestingNormalizer<'a> {
    output: NormalizedHtml,
    source: &'a str,
    is_passed_through: &'a dyn Fn(&str) -> bool,
    open: Vec<String>,
    /// Number of open elements with each name whose tags were dropped because they are nested too deeply.
    too_deep: HashMap<String, usize>,
    /// Whether the last tag was `<pre>`, so that no text inside it has been read yet.
    at_pre_start: bool,
    /// Position of the last end tag with each name. Positions are computed when they are first needed.
    last_end_tags: HashMap<String, Option<usize>>,
}

impl NestingNormalizer<'_> {
    fn push_text(&mut self, text: &str) {
        let mut rest = text;
        if self.at_pre_start {
            rest = trim_line_breaks(text);
            self.at_pre_start = rest.is_empty();
        }
        while rest.len() > TEXT_CHUNK_BYTES {
            let mut end = rest.floor_char_boundary(TEXT_CHUNK_BYTES);
            // Must not cut a character reference; the longest has 33 bytes.
            let near = rest.floor_char_boundary(end - 40);
            if let Some(entity) = rest[near..end].rfind('&') {
                end = near + entity;
            }
            let (piece, more) = rest.split_at(end);
            push_escaped(&mut self.output.html, piece);
            self.output.html.push_str("<!---->");
            rest = more;
        }
        push_escaped(&mut self.output.html, rest);
    }

    fn push_tag(&mut self, tag: HtmlTag<'_>) {
        let is_bare = tag.is_end || tag.attributes().next().is_none();
        self.output.is_plain &= is_bare && (self.is_passed_through)(&tag.lowercase_name());
        self.output.html.push_str(tag.source);
    }

    /// Closes all open elements from index `place` on.
    fn close_from(&mut self, place: usize) {
        for name in self.open.drain(place..).rev() {
            // lol_html matches an element that it changes with the next end tag of any element, so those get their own.
            if !(self.is_passed_through)(&name) {
                // Writing to a string cannot fail.
                let _ = write!(self.output.html, "</{name}>");
            }
        }
    }

    /// Updates the list of open elements for this tag. Returns whether the tag is kept.
    fn accept_tag(&mut self, tag: HtmlTag<'_>, name: String, at: usize) -> bool {
        if tag.is_end {
            return self.accept_end_tag(&name);
        }
        if tag.source.len() > MAX_TAG_BYTES || is_invisible_void(&name) {
            return false;
        }
        // Code is text: its tags for paragraphs and lists would not be valid there.
        if is_flow(&name) && self.open.iter().any(|open| is_preformatted(open)) {
            return false;
        }
        if is_void(&name) {
            return !self.is_outside_cells();
        }
        if END_TAG_REQUIRED.contains(&name.as_str()) && !self.has_end_tag_after(&name, at) {
            if name != "object" && !self.is_outside_cells() {
                self.push_tag(tag);
                let _ = write!(self.output.html, "</{name}>");
            }
            return false;
        }
        if is_table_part(&name) {
            if !self.close_to_table_parent(&name) {
                return false;
            }
        } else if self.is_outside_cells() {
            return false;
        } else {
            self.close_implied(&name);
        }
        if self.open.len() >= MAX_DEPTH {
            *self.too_deep.entry(name).or_default() += 1;
            return false;
        }
        self.at_pre_start |= name == "pre";
        self.open.push(name);
        true
    }

    fn accept_end_tag(&mut self, name: &str) -> bool {
        if let Some(count) = self.too_deep.get_mut(name).filter(|count| **count > 0) {
            *count -= 1;
            return false;
        }
        // As in browsers, an end tag does not reach out of a table or a cell. Nor does one whose start tag was dropped reach
        // out of code.
        let is_beyond = |open: &str| match name {
            _ if is_preformatted(open) && is_flow(name) => true,
            "table" => false,
            _ if is_table_part(name) => open == "table",
            _ => open == "table" || is_table_part(open),
        };
        for (place, open) in self.open.iter().enumerate().rev() {
            if open == name {
                self.close_from(place + 1);
                self.open.truncate(place);
                return true;
            }
            if is_beyond(open) {
                return false;
            }
        }
        false
    }

    /// Closes open elements inside the innermost open table until the table part `name` (such as `tr`) can follow.
    /// Returns `false` if no table is open.
    fn close_to_table_parent(&mut self, name: &str) -> bool {
        let Some(table) = self.open.iter().rposition(|open| open == "table") else {
            return false;
        };
        let within: &[&str] = match name {
            "td" | "th" => &["tr", "tbody", "thead", "tfoot"],
            "tr" => &["tbody", "thead", "tfoot"],
            _ => &[],
        };
        let inside = &self.open[table + 1..];
        let parent = inside
            .iter()
            .rposition(|open| within.contains(&open.as_str()));
        self.close_from(parent.map_or(table + 1, |parent| table + 2 + parent));
        true
    }

    /// Returns whether text at this place would be inside a table but outside its cells.
    fn is_outside_cells(&self) -> bool {
        // The parser moves anything else here out of the table, so sanitizing again would give another result.
        let last = self.open.last().map(String::as_str);
        matches!(
            last,
            Some("table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup")
        )
    }

    /// Closes the open elements that the start tag `next` closes implicitly, as one `<li>` closes another.
    fn close_implied(&mut self, next: &str) {
        if is_heading(next) {
            self.close_heading();
        }
        // An item also closes an earlier one from inside a paragraph, but not from inside a nested list or quotation.
        let (ending, reaches): (&[&str], fn(&str) -> bool) = match next {
            "li" => (&["li"], is_transparent_to_items),
            "dt" | "dd" => (&["dt", "dd"], is_transparent_to_items),
            "option" => (&["option"], is_inline),
            "a" => (&["a"], |open| !is_table_part(open)),
            _ if is_inline(next) => return,
            _ => (&["p"], |open| !is_table_part(open)),
        };
        for (place, open) in self.open.iter().enumerate().rev() {
            if ending.contains(&open.as_str()) {
                self.close_from(place);
                return;
            }
            if !reaches(open) {
                return;
            }
        }
    }

    /// Closes an open heading before another heading starts.
    fn close_heading(&mut self) {
        // Browsers do this only if nothing else is open in the heading; closing always keeps the result stable.
        let cell = self.open.iter().rposition(|open| is_table_part(open));
        let heading = self.open.iter().rposition(|open| is_heading(open));
        if let Some(place) = heading.filter(|_| heading > cell) {
            self.close_from(place + 1);
            if let Some(heading) = self.open.pop() {
                let _ = write!(self.output.html, "</{heading}>");
            }
        }
    }

    fn has_end_tag_after(&mut self, name: &str, at: usize) -> bool {
        let source = self.source;
        let last = self
            .last_end_tags
            // Remembered, so that a text of many start tags is not searched to its end for each.
            .entry(name.to_owned())
            .or_insert_with(|| {
                let mut ends = source.rmatch_indices("</");
                let is_end = |&(place, _): &(usize, _)| {
                    let after = source.as_bytes().get(place + 2..place + 2 + name.len());
                    after.is_some_and(|after| after.eq_ignore_ascii_case(name.as_bytes()))
                };
                ends.find(is_end).map(|(place, _)| place)
            });
        *last >= Some(at)
    }
}

/// Removes line breaks at the start of the text.
fn trim_line_breaks(text: &str) -> &str {
    // The parser drops the first line break in a `<pre>`, each time the HTML is parsed.
    let mut rest = text;
    loop {
        let ends = [
            "\n",
            "\r",
            "\0",
            "&#10;",
            "&#13;",
            "&#xa;",
            "&#xA;",
            "&#xd;",
            "&#xD;",
            "&NewLine;",
        ];
        match ends.iter().find_map(|end| rest.strip_prefix(end)) {
            Some(after) => rest = after,
            None => return rest,
        }
    }
}

/// Appends text to the HTML. Escapes each `<` and removes NUL characters.
fn push_escaped(html: &mut String, text: &str) {
    // Parsers drop NULs in some contexts and not in others.
    let mut rest = text;
    while let Some(at) = rest.find(['<', '\0']) {
        html.push_str(&rest[..at]);
        if rest.as_bytes()[at] == b'<' {
            html.push_str("&lt;");
        }
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}
