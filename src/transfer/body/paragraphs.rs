//! Paragraphs as WordPress makes them of an author's lines: a blank line ends one, a line break is a `<br>`, and HTML
//! that is a block of its own stays outside. One walk, and no text nests anything here but a list.

use std::collections::HashMap;

use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

use super::Part;

/// The text with its paragraphs.
pub fn made(text: &str) -> String {
    made_of(&[Part::Text(text.into())])
}

/// The same for a text in parts, between which ready blocks stand.
pub fn made_of(parts: &[Part<'_>]) -> String {
    let mut maker = Maker::default();
    for part in parts {
        match part {
            Part::Text(text) => tokenize(text).for_each(|piece| maker.take(piece)),
            Part::Block(html) => maker.block(html),
        }
    }
    maker.end_run();
    maker.html
}

/// What may stand in an element, as far as paragraphs go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// All words are in paragraphs.
    Paragraphs,
    /// Words are in paragraphs once a blank line shows that they are meant to be.
    Either,
    /// Words and line breaks, no paragraphs.
    Words,
    /// Only other elements: rows, items.
    Elements,
}

/// An element that has begun and not ended.
struct Open {
    name: String,
    holds: Holds,
    has_blank_line: bool,
}

/// An element that goes out as it came in, up to its own end.
struct Apart {
    name: String,
    depth: usize,
    is_block: bool,
}

#[derive(Default)]
struct Maker {
    html: String,
    /// The words and inline tags since the last block or blank line.
    run: String,
    /// Whether a reader would see something in the run.
    has_words: bool,
    /// Line ends and `<br>`s since the last words.
    line_ends: usize,
    breaks: usize,
    /// The author's own `<p …>` that the run stands in.
    paragraph: Option<String>,
    open: Vec<Open>,
    /// How many of each name are open, so that an end tag without a start costs nothing.
    open_names: HashMap<String, usize>,
    apart: Option<Apart>,
}

impl Maker {
    fn take(&mut self, piece: HtmlToken<'_>) {
        if self.apart.is_some() {
            return self.take_apart(piece);
        }
        match piece {
            HtmlToken::Text(words) => self.words(words),
            HtmlToken::Tag(tag) => self.tag(tag),
            HtmlToken::RawElement(tag, source) => {
                self.settle();
                self.run.push_str(source);
                self.has_words |= tag.is_named("iframe") || tag.is_named("textarea");
            }
            HtmlToken::Comment(comment) => {
                if ["<!--more", "<!--nextpage"]
                    .iter()
                    .any(|mark| comment.starts_with(mark))
                {
                    self.line_ends += 2;
                }
            }
        }
    }

    fn take_apart(&mut self, piece: HtmlToken<'_>) {
        let Some(apart) = &mut self.apart else {
            return;
        };
        let target = if apart.is_block {
            &mut self.html
        } else {
            &mut self.run
        };
        match piece {
            HtmlToken::Text(words) => push_words(target, words),
            HtmlToken::Comment(_) => {}
            HtmlToken::Tag(_) | HtmlToken::RawElement(..) => target.push_str(piece.source()),
        }
        if let HtmlToken::Tag(tag) = piece
            && tag.is_named(&apart.name)
        {
            if tag.is_end {
                apart.depth -= 1;
            } else if !tag.source.ends_with("/>") {
                apart.depth += 1;
            }
            if apart.depth == 0 {
                self.apart = None;
            }
        }
    }

    fn words(&mut self, words: &str) {
        for (number, line) in words.split('\n').enumerate() {
            if number > 0 {
                self.line_ends += 1;
            }
            let starts_line = self.line_ends + self.breaks > 0 || !self.has_words;
            let line = if starts_line { line.trim_start() } else { line };
            if is_blank(line) {
                if self.has_words && self.line_ends + self.breaks == 0 {
                    self.run.push_str(line);
                }
                continue;
            }
            self.settle();
            push_words(&mut self.run, line);
            self.has_words = true;
        }
    }

    fn tag(&mut self, tag: HtmlTag<'_>) {
        let name = tag.lowercase_name();
        match name.as_str() {
            "br" => self.breaks += 1,
            "p" => {
                self.end_run();
                self.paragraph = (!tag.is_end).then(|| tag.source.to_owned());
            }
            "hr" => self.block(tag.source),
            "pre" | "svg" | "math" | "video" | "audio" | "object" | "select" | "map"
                if !tag.is_end =>
            {
                self.begin_apart(tag, name);
            }
            _ => match held_by(&name) {
                Some(_) if tag.is_end => self.end_block(tag, &name),
                Some(holds) => self.begin_block(tag, name, holds),
                None => self.inline(tag, &name),
            },
        }
    }

    fn begin_apart(&mut self, tag: HtmlTag<'_>, name: String) {
        let is_block = name == "pre";
        if is_block {
            self.end_run();
            self.paragraph = None;
            self.html.push_str(tag.source);
        } else {
            self.settle();
            self.run.push_str(tag.source);
            self.has_words = true;
        }
        if !tag.source.ends_with("/>") {
            self.apart = Some(Apart {
                name,
                depth: 1,
                is_block,
            });
        }
    }

    fn inline(&mut self, tag: HtmlTag<'_>, name: &str) {
        // An end tag goes with the words before it, whatever line it is on.
        if !tag.is_end {
            self.settle();
        }
        self.run.push_str(tag.source);
        self.has_words |= matches!(name, "img" | "embed" | "input" | "button" | "picture");
    }

    fn begin_block(&mut self, tag: HtmlTag<'_>, name: String, holds: Holds) {
        self.end_run();
        self.paragraph = None;
        while self
            .open
            .last()
            .is_some_and(|open| ends_at(&open.name, &name))
        {
            self.close_last();
        }
        self.html.push_str(tag.source);
        *self.open_names.entry(name.clone()).or_default() += 1;
        self.open.push(Open {
            name,
            holds,
            has_blank_line: false,
        });
    }

    fn end_block(&mut self, tag: HtmlTag<'_>, name: &str) {
        self.end_run();
        self.paragraph = None;
        if self.open_names.get(name).is_none_or(|&count| count == 0) {
            return;
        }
        while self.close_last().is_some_and(|closed| closed != name) {}
        self.html.push_str(tag.source);
        self.html.push('\n');
    }

    fn close_last(&mut self) -> Option<String> {
        let closed = self.open.pop()?;
        if let Some(count) = self.open_names.get_mut(&closed.name) {
            *count -= 1;
        }
        Some(closed.name)
    }

    /// A block that is complete.
    fn block(&mut self, html: &str) {
        self.end_run();
        self.paragraph = None;
        self.html.push_str(html);
        self.html.push('\n');
    }

    fn holds(&self) -> Holds {
        self.open
            .last()
            .map_or(Holds::Paragraphs, |open| open.holds)
    }

    /// Makes of the line ends before the next words what they mean.
    fn settle(&mut self) {
        if !self.has_words {
            self.note_blank_line();
            self.line_ends = 0;
            self.breaks = 0;
        } else if self.line_ends >= 2 || self.breaks >= 2 {
            if matches!(self.holds(), Holds::Words | Holds::Elements) {
                self.break_line();
            } else {
                self.line_ends = 2;
                self.end_run();
            }
        } else if self.line_ends + self.breaks > 0 {
            self.break_line();
        }
    }

    fn break_line(&mut self) {
        let end = self.run.trim_end_matches([' ', '\t']).len();
        self.run.truncate(end);
        self.run.push_str("<br>\n");
        self.line_ends = 0;
        self.breaks = 0;
    }

    fn note_blank_line(&mut self) {
        if self.line_ends >= 2
            && let Some(open) = self.open.last_mut()
        {
            open.has_blank_line = true;
        }
    }

    /// Writes the run: as a paragraph where one belongs and there is something in it.
    fn end_run(&mut self) {
        self.note_blank_line();
        let run = std::mem::take(&mut self.run);
        let run = run.trim_end();
        let is_paragraph = self.has_words
            && match self.open.last() {
                _ if self.paragraph.is_some() => true,
                None => true,
                Some(open) => match open.holds {
                    Holds::Paragraphs => true,
                    Holds::Either => open.has_blank_line,
                    Holds::Words | Holds::Elements => false,
                },
            };
        if is_paragraph {
            let own = self
                .paragraph
                .as_mut()
                .map(|own| std::mem::replace(own, "<p>".to_owned()));
            self.html.push_str(own.as_deref().unwrap_or("<p>"));
            self.html.push_str(run);
            self.html.push_str("</p>\n");
        } else {
            self.html.push_str(run);
        }
        self.has_words = false;
        self.line_ends = 0;
        self.breaks = 0;
    }
}

/// Words as they are, except that a `<` in them cannot be taken for a tag later.
fn push_words(html: &mut String, words: &str) {
    let mut parts = words.split('<');
    html.push_str(parts.next().unwrap_or_default());
    for part in parts {
        html.push_str("&lt;");
        html.push_str(part);
    }
}

/// Whether nothing shows: an editor's way to make room is a paragraph with a space in it.
fn is_blank(words: &str) -> bool {
    let mut rest = words.trim_start();
    while let Some(after) = rest.strip_prefix("&nbsp;") {
        rest = after.trim_start();
    }
    rest.is_empty()
}

/// What a block holds, `None` for what stands within a line.
fn held_by(name: &str) -> Option<Holds> {
    Some(match name {
        "blockquote" => Holds::Paragraphs,
        "article" | "aside" | "center" | "dd" | "details" | "div" | "fieldset" | "figure"
        | "footer" | "form" | "header" | "li" | "main" | "nav" | "noscript" | "section" | "td"
        | "th" => Holds::Either,
        "address" | "caption" | "dt" | "figcaption" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "legend" | "option" | "summary" => Holds::Words,
        "col" | "colgroup" | "dir" | "dl" | "hgroup" | "menu" | "ol" | "table" | "tbody"
        | "tfoot" | "thead" | "tr" | "ul" => Holds::Elements,
        _ => return None,
    })
}

/// Whether an element without an end tag ends where another begins.
fn ends_at(open: &str, next: &str) -> bool {
    match open {
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody" | "tfoot"),
        "tr" => matches!(next, "tr" | "tbody" | "tfoot"),
        "col" => true,
        _ => false,
    }
}
