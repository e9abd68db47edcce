//! HTML before it is read as a tree: nothing in it that costs much time or depth, and no content that is not HTML.

use std::collections::HashMap;
use std::fmt::Write;

use super::super::sanitizer::TEXT_CHUNK_BYTES;
use super::element_kinds::{
    is_heading, is_inline, is_invisible_void, is_table_part, is_transparent_to_items, is_void,
};
use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

/// How deep elements may stand in one another; the tags of deeper ones go. Columns in groups in columns come to twenty.
const MAX_DEPTH: usize = 64;

/// The longest tag, in bytes. Only pictures in the text itself need more, and those do not stay.
const MAX_TAG_BYTES: usize = 8192;

/// Elements that go with all that is in them.
const DROPPED_ELEMENTS: [&str; 4] = ["math", "noscript", "svg", "template"];

/// Elements of which something else is made, which needs their end.
const END_TAG_REQUIRED: [&str; 3] = ["audio", "object", "video"];

pub(super) struct NormalizedHtml {
    pub(super) html: String,
    /// Whether every tag in it may stay as it is.
    pub(super) is_plain: bool,
}

/// The HTML within its bounds. Whoever reads it next finds the same tags in it, whatever they think of stray marks.
///
/// `stays` says of which names the tags stay as they are.
pub(super) fn normalize_nesting(html: &str, stays: &dyn Fn(&str) -> bool) -> NormalizedHtml {
    let mut bounds = NestingNormalizer {
        output: NormalizedHtml {
            html: String::with_capacity(html.len() + html.len() / 16),
            is_plain: true,
        },
        source: html,
        is_kept_unchanged: stays,
        open: Vec::new(),
        too_deep: HashMap::new(),
        at_pre_start: false,
        last_end_tags: HashMap::new(),
    };
    let mut going: Option<(String, usize)> = None;
    let mut at = 0;
    for piece in tokenize(html) {
        at += piece.source().len();
        if let Some((name, depth)) = &mut going {
            if let HtmlToken::Tag(tag) = piece
                && tag.is_named(name)
            {
                if tag.is_end {
                    *depth -= 1;
                } else {
                    *depth += 1;
                }
                if *depth == 0 {
                    going = None;
                }
            }
            continue;
        }
        match piece {
            HtmlToken::Text(words) => bounds.push_text(words),
            HtmlToken::Comment(_) => {}
            HtmlToken::RawElement(tag, _) => {
                let fits = tag.source.len() <= MAX_TAG_BYTES && !bounds.is_outside_cells();
                if tag.is_named("iframe") && fits {
                    bounds.push_tag(tag);
                    bounds.output.html.push_str("</iframe>");
                }
            }
            HtmlToken::Tag(tag) => {
                let name = tag.lowercase_name();
                if DROPPED_ELEMENTS.contains(&name.as_str()) {
                    if !tag.is_end && bounds.has_end_tag_after(&name, at) {
                        going = Some((name, 1));
                    }
                } else if bounds.accept_tag(tag, name, at) {
                    bounds.push_tag(tag);
                }
            }
        }
    }
    bounds.output
}

struct NestingNormalizer<'a> {
    output: NormalizedHtml,
    source: &'a str,
    is_kept_unchanged: &'a dyn Fn(&str) -> bool,
    open: Vec<String>,
    /// How many elements of a name were too deep and have yet to end.
    too_deep: HashMap<String, usize>,
    /// Whether a `<pre>` has begun and had no words yet.
    at_pre_start: bool,
    /// Where the last end tag of a name stands.
    last_end_tags: HashMap<String, Option<usize>>,
}

impl NestingNormalizer<'_> {
    fn push_text(&mut self, words: &str) {
        let mut rest = words;
        if self.at_pre_start {
            rest = trim_line_breaks(words);
            self.at_pre_start = rest.is_empty();
        }
        while rest.len() > TEXT_CHUNK_BYTES {
            let mut end = rest.floor_char_boundary(TEXT_CHUNK_BYTES);
            // Not within an entity, the longest of which has 33 letters.
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
        self.output.is_plain &= is_bare && (self.is_kept_unchanged)(&tag.lowercase_name());
        self.output.html.push_str(tag.source);
    }

    /// Ends what is open from this place on. lol_html takes the next end tag there is for that of an element that it
    /// changes, whosever it was; so those get one of their own.
    fn close_from(&mut self, place: usize) {
        for name in self.open.drain(place..).rev() {
            if !(self.is_kept_unchanged)(&name) {
                let _ = write!(self.output.html, "</{name}>");
            }
        }
    }

    /// Whether the tag stays; keeps account of what is open.
    fn accept_tag(&mut self, tag: HtmlTag<'_>, name: String, at: usize) -> bool {
        if tag.is_end {
            return self.accept_end_tag(&name);
        }
        if tag.source.len() > MAX_TAG_BYTES || is_invisible_void(&name) {
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
        let is_beyond = |open: &str| match name {
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

    /// Ends what stands between the innermost table and this part of it; without a table it is none.
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

    /// Whether we are in a table and in none of its cells. A browser takes what else stands there out of the table, and
    /// makes something different of it the next time.
    fn is_outside_cells(&self) -> bool {
        let last = self.open.last().map(String::as_str);
        matches!(
            last,
            Some("table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup")
        )
    }

    /// Ends what ends without a tag where this element begins.
    fn close_implied(&mut self, next: &str) {
        if is_heading(next) {
            self.close_heading();
        }
        // An item reaches out of a paragraph to the one before it, but not out of a list or a quotation.
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

    /// Ends a heading in which another one begins; a browser does so only if nothing else is open in it.
    fn close_heading(&mut self) {
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

/// The words without the line ends they begin with: a browser leaves out the first in a `<pre>`, each time it is read.
fn trim_line_breaks(words: &str) -> &str {
    let mut rest = words;
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

/// Words in which a `<` cannot be taken for a tag, and without the NULs that a parser drops, sometimes.
fn push_escaped(html: &mut String, words: &str) {
    let mut rest = words;
    while let Some(at) = rest.find(['<', '\0']) {
        html.push_str(&rest[..at]);
        if rest.as_bytes()[at] == b'<' {
            html.push_str("&lt;");
        }
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}
