//! Adds `<p>` and `<br>` to a text as WordPress does. A blank line ends a paragraph, a single line end becomes a `<br>`,
//! and block elements stay outside of paragraphs. This is one pass without recursion, so that deep nesting cannot exhaust
//! the stack.

use std::collections::HashMap;

use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

use super::part::TextPart;

/// Adds `<p>` and `<br>` to a text as WordPress does.
pub fn render(text: &str) -> String {
    render_parts(&[TextPart::Text(text.into())])
}

/// Adds `<p>` and `<br>` to the text parts. Parts that are finished block elements stay unchanged.
pub fn render_parts(parts: &[TextPart<'_>]) -> String {
    let mut builder = ParagraphBuilder::default();
    for part in parts {
        match part {
            TextPart::Text(text) => tokenize(text).for_each(|piece| builder.push(piece)),
            TextPart::Block(html) => builder.push_block(html),
        }
    }
    builder.flush_run();
    builder.html
}

/// Content that an HTML element may have, which decides whether text inside it gets paragraphs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ContentModel {
    /// All text inside the element gets paragraphs.
    Paragraphs,
    /// Text inside the element gets paragraphs only if the element contains a blank line.
    Mixed,
    /// The element may contain text and line breaks, but no paragraphs.
    Inline,
    /// The element may only contain other elements, as tables contain rows and lists contain items.
    Elements,
}

/// An element whose end tag has not been read.
struct OpenElement {
    name: String,
    model: ContentModel,
    has_blank_line: bool,
}

/// An element whose content is copied to the output unchanged.
struct VerbatimElement {
    name: String,
    depth: usize,
    is_block: bool,
}

#[derive(Default)]
struct ParagraphBuilder {
    html: String,
    /// Text and inline tags since the last block element or blank line.
    run: String,
    /// Whether `run` contains anything visible.
    has_visible: bool,
    /// Number of line ends since the last visible text.
    line_ends: usize,
    /// Number of `<br>` tags since the last visible text.
    breaks: usize,
    /// Opening `<p>` tag that the author wrote before the current text.
    paragraph: Option<String>,
    open: Vec<OpenElement>,
    /// Number of open elements with each name. It shows without a search whether an end tag has a start tag.
    open_names: HashMap<String, usize>,
    verbatim: Option<VerbatimElement>,
}

impl ParagraphBuilder {
    fn push(&mut self, piece: HtmlToken<'_>) {
        if self.verbatim.is_some() {
            return self.push_verbatim(piece);
        }
        match piece {
            HtmlToken::Text(words) => self.push_text(words),
            HtmlToken::Tag(tag) => self.push_tag(tag),
            HtmlToken::RawElement(tag, source) => {
                self.apply_line_ends();
                self.run.push_str(source);
                self.has_visible |= tag.is_named("iframe") || tag.is_named("textarea");
            }
            HtmlToken::Comment(comment) => {
                let marks = ["<!--more", "<!--nextpage"];
                if marks.iter().any(|mark| comment.starts_with(mark)) {
                    // These marks divide the article, so they count as a blank line. Other comments are invisible.
                    self.line_ends += 2;
                }
            }
        }
    }

    fn push_verbatim(&mut self, piece: HtmlToken<'_>) {
        let Some(verbatim) = &mut self.verbatim else {
            return;
        };
        let target = if verbatim.is_block {
            &mut self.html
        } else {
            &mut self.run
        };
        match piece {
            HtmlToken::Text(words) => push_escaped(target, words),
            HtmlToken::Comment(_) => {}
            HtmlToken::Tag(_) | HtmlToken::RawElement(..) => target.push_str(piece.source()),
        }
        if let HtmlToken::Tag(tag) = piece
            && tag.is_named(&verbatim.name)
        {
            if tag.is_end {
                verbatim.depth -= 1;
            } else if !tag.source.ends_with("/>") {
                verbatim.depth += 1;
            }
            if verbatim.depth == 0 {
                self.verbatim = None;
            }
        }
    }

    fn push_text(&mut self, words: &str) {
        for (number, line) in words.split('\n').enumerate() {
            if number > 0 {
                self.line_ends += 1;
            }
            let starts_line = self.line_ends + self.breaks > 0 || !self.has_visible;
            let line = if starts_line { line.trim_start() } else { line };
            if is_blank(line) {
                if self.has_visible && self.line_ends + self.breaks == 0 {
                    self.run.push_str(line);
                }
                continue;
            }
            self.apply_line_ends();
            push_escaped(&mut self.run, line);
            self.has_visible = true;
        }
    }

    fn push_tag(&mut self, tag: HtmlTag<'_>) {
        let name = tag.lowercase_name();
        match name.as_str() {
            // Only counted: breaks at the start or the end of a paragraph are dropped, and two make a new paragraph.
            "br" => self.breaks += 1,
            "p" => {
                self.flush_run();
                self.paragraph = (!tag.is_end).then(|| tag.source.to_owned());
            }
            "hr" => self.push_block(tag.source),
            // Line ends in these elements are significant, or a `<br>` between their children would be invalid.
            "pre" | "svg" | "math" | "video" | "audio" | "object" | "select" | "map"
                if !tag.is_end =>
            {
                self.open_verbatim(tag, name);
            }
            _ => match content_model_of(&name) {
                Some(_) if tag.is_end => self.close_block(tag, &name),
                Some(model) => self.open_block(tag, name, model),
                None => self.push_inline(tag, &name),
            },
        }
    }

    fn open_verbatim(&mut self, tag: HtmlTag<'_>, name: String) {
        let is_block = name == "pre";
        if is_block {
            self.flush_run();
            self.paragraph = None;
            self.html.push_str(tag.source);
        } else {
            self.apply_line_ends();
            self.run.push_str(tag.source);
            self.has_visible = true;
        }
        if !tag.source.ends_with("/>") {
            self.verbatim = Some(VerbatimElement {
                name,
                depth: 1,
                is_block,
            });
        }
    }

    fn push_inline(&mut self, tag: HtmlTag<'_>, name: &str) {
        // An end tag belongs to the text before it, even on a later line.
        if !tag.is_end {
            self.apply_line_ends();
        }
        self.run.push_str(tag.source);
        self.has_visible |= matches!(name, "img" | "embed" | "input" | "button" | "picture");
    }

    fn open_block(&mut self, tag: HtmlTag<'_>, name: String, model: ContentModel) {
        self.flush_run();
        self.paragraph = None;
        while self
            .open
            .last()
            // HTML lets authors leave out these end tags.
            .is_some_and(|open| ends_before(&open.name, &name))
        {
            self.close_last();
        }
        self.html.push_str(tag.source);
        *self.open_names.entry(name.clone()).or_default() += 1;
        self.open.push(OpenElement {
            name,
            model,
            has_blank_line: false,
        });
    }

    fn close_block(&mut self, tag: HtmlTag<'_>, name: &str) {
        self.flush_run();
        self.paragraph = None;
        // An end tag without a start tag would otherwise close all open blocks.
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

    /// Appends a finished block element to the output.
    fn push_block(&mut self, html: &str) {
        self.flush_run();
        self.paragraph = None;
        self.html.push_str(html);
        self.html.push('\n');
    }

    /// Turns the line ends and `<br>` tags before the next text into a line break or a new paragraph.
    fn apply_line_ends(&mut self) {
        if !self.has_visible {
            self.note_blank_line();
            self.line_ends = 0;
            self.breaks = 0;
        } else if self.line_ends >= 2 || self.breaks >= 2 {
            let model = self.open.last().map(|open| open.model);
            if let Some(ContentModel::Inline | ContentModel::Elements) = model {
                self.break_line();
            } else {
                // Two `<br>` tags separate paragraphs like a blank line, which `flush_run` notes by this count.
                self.line_ends = 2;
                self.flush_run();
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

    /// Moves `run` to the output. It becomes a paragraph if it has visible content and paragraphs are allowed here.
    fn flush_run(&mut self) {
        self.note_blank_line();
        let run = std::mem::take(&mut self.run);
        let run = run.trim_end();
        let is_paragraph = self.has_visible
            && (self.paragraph.is_some()
                || self.open.last().is_none_or(|open| match open.model {
                    ContentModel::Paragraphs => true,
                    ContentModel::Mixed => open.has_blank_line,
                    ContentModel::Inline | ContentModel::Elements => false,
                }));
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
        self.has_visible = false;
        self.line_ends = 0;
        self.breaks = 0;
    }
}

/// Appends text and escapes `<`, so that it cannot be taken for a tag later.
fn push_escaped(html: &mut String, words: &str) {
    html.push_str(&words.replace('<', "&lt;"));
}

/// Returns whether the text consists only of white space and `&nbsp;`.
fn is_blank(words: &str) -> bool {
    // Authors make room with a paragraph that contains nothing but `&nbsp;`.
    words.split("&nbsp;").all(|part| part.trim().is_empty())
}

/// Returns the content model of a block element, or `None` for an inline element.
fn content_model_of(name: &str) -> Option<ContentModel> {
    Some(match name {
        "blockquote" => ContentModel::Paragraphs,
        "article" | "aside" | "center" | "dd" | "details" | "div" | "fieldset" | "figure"
        | "footer" | "form" | "header" | "li" | "main" | "nav" | "noscript" | "section" | "td"
        | "th" => ContentModel::Mixed,
        "address" | "caption" | "dt" | "figcaption" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "legend" | "option" | "summary" => ContentModel::Inline,
        "col" | "colgroup" | "dir" | "dl" | "hgroup" | "menu" | "ol" | "table" | "tbody"
        | "tfoot" | "thead" | "tr" | "ul" => ContentModel::Elements,
        _ => return None,
    })
}

/// Returns whether the start tag `next` implicitly closes the element `open`, as one `<li>` closes another.
fn ends_before(open: &str, next: &str) -> bool {
    match open {
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody" | "tfoot"),
        "tr" => matches!(next, "tr" | "tbody" | "tfoot"),
        "col" => true,
        _ => false,
    }
}
