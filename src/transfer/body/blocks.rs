//! The block editor's marks, `<!-- wp:name {…} -->`: taken out of a text, with note of the blocks that held nothing else.

use crate::text::tokenizer::{HtmlScanner, HtmlToken};

use super::paragraphs;

/// Whether the text is from the block editor, for which WordPress makes no paragraphs.
pub fn has_blocks(text: &str) -> bool {
    text.contains("<!-- wp:")
}

/// The text without its marks and comments, and the names of the blocks that were nothing but a mark: what they show
/// only a running WordPress knows.
pub fn unwrapped(text: &str) -> (String, Vec<String>) {
    let mut html = String::with_capacity(text.len());
    let mut left_out = Vec::new();
    let mut scanner = HtmlScanner::new(text);
    // Where a block begins in `html` whose content is not HTML yet, or only makes room.
    let mut content_from = None;
    let mut at = 0;
    while let Some(piece) = scanner.token_at(at) {
        at += piece.source().len();
        let HtmlToken::Comment(comment) = piece else {
            html.push_str(piece.source());
            continue;
        };
        let Some(mark) = mark(comment) else {
            continue;
        };
        if mark.is_whole {
            match mark.address() {
                Some(address) => {
                    html.push_str(&super::widgets::link(&address));
                }
                None => left_out.push(mark.name.to_owned()),
            }
        } else if matches!(mark.name, "shortcode" | "freeform" | "spacer") {
            if !mark.closes {
                content_from = Some(html.len());
            } else if let Some(start) = content_from.take() {
                let content = html.split_off(start);
                if mark.name != "spacer" {
                    html.push_str(&paragraphs::made(&content));
                }
            }
        }
        if html.ends_with('\n') {
            let blank = text[at..].trim_start();
            at = text.len() - blank.len();
        }
    }
    // Where a paragraph was to be written some day.
    (html.replace("<p></p>\n", ""), left_out)
}

/// A mark of the block editor.
struct Mark<'a> {
    name: &'a str,
    /// What it says after the name, in JSON.
    rest: &'a str,
    closes: bool,
    /// Whether the block is nothing but the mark.
    is_whole: bool,
}

impl Mark<'_> {
    /// Where the block leads, if that is all that it shows.
    fn address(&self) -> Option<String> {
        if !self.name.contains("embed") {
            return None;
        }
        let (_, after) = self.rest.split_once("\"url\":\"")?;
        let (address, _) = after.split_once('"')?;
        // JSON in a comment spells some letters out.
        let address = address.replace("\\u0026", "&").replace("\\/", "/");
        super::widgets::address(&address).map(str::to_owned)
    }
}

fn mark(comment: &str) -> Option<Mark<'_>> {
    let inside = comment.strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (closes, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let inside = inside.strip_prefix("wp:")?;
    let (inside, is_whole) = match inside.strip_suffix('/') {
        Some(inside) => (inside.trim_end(), true),
        None => (inside, false),
    };
    let end = inside
        .find(|c: char| c.is_whitespace() || c == '{')
        .unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    Some(Mark {
        name: name.strip_prefix("core/").unwrap_or(name),
        rest,
        closes,
        is_whole,
    })
}
