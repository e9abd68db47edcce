//! HTML before it is read as a tree: nothing in it that costs much time or depth, and no content that is not HTML.

use std::collections::HashMap;
use std::fmt::Write;

use crate::text::tags::{Piece, Tag, pieces};

/// How deep elements may stand in one another; the tags of deeper ones go. Columns in groups in columns come to twenty.
const DEEPEST: usize = 64;

/// The longest tag, in bytes. Only pictures in the text itself need more, and those do not stay.
const LONGEST_TAG: usize = 8192;

/// Bytes of words between two comments that ammonia takes out again: html5ever 0.40 needs the square of a text node's
/// length to write one that is full of `&`, `«` or `°`.
const PIECE: usize = 4096;

/// Elements that go with all that is in them.
const GO_WHOLE: [&str; 4] = ["math", "noscript", "svg", "template"];

/// Elements of which something else is made, which needs their end.
const NEED_END: [&str; 3] = ["audio", "object", "video"];

pub(super) struct Bounded {
    pub(super) html: String,
    /// Whether every tag in it may stay as it is.
    pub(super) is_plain: bool,
}

/// The HTML within its bounds. Whoever reads it next finds the same tags in it, whatever they think of stray marks.
///
/// `stays` says of which names the tags stay as they are.
pub(super) fn bounded(html: &str, stays: &dyn Fn(&str) -> bool) -> Bounded {
    let mut bounds = Bounds {
        bounded: Bounded {
            html: String::with_capacity(html.len() + html.len() / 16),
            is_plain: true,
        },
        source: html,
        stays,
        open: Vec::new(),
        too_deep: HashMap::new(),
        begins_pre: false,
        ends: HashMap::new(),
    };
    let mut going: Option<(String, usize)> = None;
    let mut at = 0;
    for piece in pieces(html) {
        at += piece.source().len();
        if let Some((name, depth)) = &mut going {
            if let Piece::Tag(tag) = piece
                && tag.is(name)
            {
                if tag.closes {
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
            Piece::Words(words) => bounds.words(words),
            Piece::Comment(_) => {}
            Piece::Verbatim(tag, _) => {
                let fits = tag.source.len() <= LONGEST_TAG && !bounds.is_between_cells();
                if tag.is("iframe") && fits {
                    bounds.write(tag);
                    bounds.bounded.html.push_str("</iframe>");
                }
            }
            Piece::Tag(tag) => {
                let name = tag.lower_name();
                if GO_WHOLE.contains(&name.as_str()) {
                    if !tag.closes && bounds.ends_after(&name, at) {
                        going = Some((name, 1));
                    }
                } else if bounds.takes(tag, name, at) {
                    bounds.write(tag);
                }
            }
        }
    }
    bounds.bounded
}

struct Bounds<'a> {
    bounded: Bounded,
    source: &'a str,
    stays: &'a dyn Fn(&str) -> bool,
    open: Vec<String>,
    /// How many elements of a name were too deep and have yet to end.
    too_deep: HashMap<String, usize>,
    /// Whether a `<pre>` has begun and had no words yet.
    begins_pre: bool,
    /// Where the last end tag of a name stands.
    ends: HashMap<String, Option<usize>>,
}

impl Bounds<'_> {
    fn words(&mut self, words: &str) {
        let mut rest = words;
        if self.begins_pre {
            rest = without_line_ends(words);
            self.begins_pre = rest.is_empty();
        }
        while rest.len() > PIECE {
            let mut end = rest.floor_char_boundary(PIECE);
            // Not within an entity, the longest of which has 33 letters.
            let near = rest.floor_char_boundary(end - 40);
            if let Some(entity) = rest[near..end].rfind('&') {
                end = near + entity;
            }
            let (piece, more) = rest.split_at(end);
            push_words(&mut self.bounded.html, piece);
            self.bounded.html.push_str("<!---->");
            rest = more;
        }
        push_words(&mut self.bounded.html, rest);
    }

    fn write(&mut self, tag: Tag<'_>) {
        let is_bare = tag.closes || tag.attributes().next().is_none();
        self.bounded.is_plain &= is_bare && (self.stays)(&tag.lower_name());
        self.bounded.html.push_str(tag.source);
    }

    /// Ends what is open from this place on. lol_html takes the next end tag there is for that of an element that it
    /// changes, whosever it was; so those get one of their own.
    fn close_from(&mut self, place: usize) {
        for name in self.open.drain(place..).rev() {
            if !(self.stays)(&name) {
                let _ = write!(self.bounded.html, "</{name}>");
            }
        }
    }

    /// Whether the tag stays; keeps account of what is open.
    fn takes(&mut self, tag: Tag<'_>, name: String, at: usize) -> bool {
        if tag.closes {
            return self.ends(&name);
        }
        if tag.source.len() > LONGEST_TAG || shows_nothing(&name) {
            return false;
        }
        if is_void(&name) {
            return !self.is_between_cells();
        }
        if NEED_END.contains(&name.as_str()) && !self.ends_after(&name, at) {
            if name != "object" && !self.is_between_cells() {
                self.write(tag);
                let _ = write!(self.bounded.html, "</{name}>");
            }
            return false;
        }
        if is_of_a_table(&name) {
            if !self.finds_its_table(&name) {
                return false;
            }
        } else if self.is_between_cells() {
            return false;
        } else {
            self.end_implied(&name);
        }
        if self.open.len() >= DEEPEST {
            *self.too_deep.entry(name).or_default() += 1;
            return false;
        }
        self.begins_pre |= name == "pre";
        self.open.push(name);
        true
    }

    fn ends(&mut self, name: &str) -> bool {
        if let Some(count) = self.too_deep.get_mut(name).filter(|count| **count > 0) {
            *count -= 1;
            return false;
        }
        let is_beyond = |open: &str| match name {
            "table" => false,
            _ if is_of_a_table(name) => open == "table",
            _ => open == "table" || is_of_a_table(open),
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
    fn finds_its_table(&mut self, name: &str) -> bool {
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
    fn is_between_cells(&self) -> bool {
        let last = self.open.last().map(String::as_str);
        matches!(
            last,
            Some("table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup")
        )
    }

    /// Ends what ends without a tag where this element begins.
    fn end_implied(&mut self, next: &str) {
        if is_heading(next) {
            self.end_heading();
        }
        // An item reaches out of a paragraph to the one before it, but not out of a list or a quotation.
        let (ending, reaches): (&[&str], fn(&str) -> bool) = match next {
            "li" => (&["li"], is_passed_by_items),
            "dt" | "dd" => (&["dt", "dd"], is_passed_by_items),
            "option" => (&["option"], is_inline),
            "a" => (&["a"], |open| !is_of_a_table(open)),
            _ if is_inline(next) => return,
            _ => (&["p"], |open| !is_of_a_table(open)),
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
    fn end_heading(&mut self) {
        let cell = self.open.iter().rposition(|open| is_of_a_table(open));
        let heading = self.open.iter().rposition(|open| is_heading(open));
        if let Some(place) = heading.filter(|_| heading > cell) {
            self.close_from(place + 1);
            if let Some(heading) = self.open.pop() {
                let _ = write!(self.bounded.html, "</{heading}>");
            }
        }
    }

    fn ends_after(&mut self, name: &str, at: usize) -> bool {
        let source = self.source;
        let last = self.ends.entry(name.to_owned()).or_insert_with(|| {
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
fn without_line_ends(words: &str) -> &str {
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
fn push_words(html: &mut String, words: &str) {
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

fn is_of_a_table(name: &str) -> bool {
    matches!(
        name,
        "caption" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
    )
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn is_passed_by_items(name: &str) -> bool {
    is_inline(name) || matches!(name, "a" | "address" | "div" | "p")
}

/// Elements without an end, as far as we make something of them.
fn is_void(name: &str) -> bool {
    matches!(name, "br" | "embed" | "hr" | "img" | "source" | "wbr")
}

/// Elements without an end that show nothing, which lol_html does not know all of.
fn shows_nothing(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "col"
            | "frame"
            | "image"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "track"
    )
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "abbr"
            | "acronym"
            | "audio"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "button"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "iframe"
            | "ins"
            | "kbd"
            | "label"
            | "map"
            | "mark"
            | "nobr"
            | "object"
            | "output"
            | "picture"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "select"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "video"
    )
}
