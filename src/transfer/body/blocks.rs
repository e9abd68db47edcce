//! Removes the comments in which WordPress's block editor marks its blocks: `<!-- wp:name {…} -->`.

use crate::text::tokenizer::{HtmlScanner, HtmlToken};

use super::paragraphs;

/// Returns whether the text was written in WordPress's block editor. Such a text already has its paragraphs.
pub fn has_blocks(text: &str) -> bool {
    text.contains("<!-- wp:")
}

/// Removes all HTML comments. Returns the remaining text and the names of the blocks that were lost. These blocks have no
/// content in the text, because WordPress renders them with PHP code.
pub fn strip_blocks(text: &str) -> (String, Vec<String>) {
    let mut html = String::with_capacity(text.len());
    let mut removed = Vec::new();
    let mut scanner = HtmlScanner::new(text);
    // Start in `html` of a block whose content needs paragraphs or is dropped.
    let mut content_from = None;
    let mut at = 0;
    while let Some(piece) = scanner.token_at(at) {
        at += piece.source().len();
        let HtmlToken::Comment(comment) = piece else {
            html.push_str(piece.source());
            continue;
        };
        let Some(block) = parse_block_comment(comment) else {
            continue;
        };
        if block.is_self_closing {
            match block.embed_url() {
                Some(url) => {
                    html.push_str(&super::shortcode_html::link_paragraph(&url));
                }
                // A block without content is rendered by PHP code whenever the page is shown, so the export has
                // nothing of it.
                None => removed.push(block.name.to_owned()),
            }
        } else if matches!(block.name, "shortcode" | "freeform" | "spacer") {
            // Text in these blocks is as the classic editor wrote it, still without paragraphs. A spacer holds none.
            if !block.closes {
                content_from = Some(html.len());
            } else if let Some(start) = content_from.take() {
                let content = html.split_off(start);
                if block.name != "spacer" {
                    html.push_str(&paragraphs::render(&content));
                }
            }
        }
        // The comment stood on a line of its own, which goes with it.
        if html.ends_with('\n') {
            let blank = text[at..].trim_start();
            at = text.len() - blank.len();
        }
    }
    // The editor leaves an empty paragraph where the author stopped writing.
    (html.replace("<p></p>\n", ""), removed)
}

/// A comment in which the block editor marks the start or the end of a block.
struct BlockComment<'a> {
    name: &'a str,
    /// Attributes of the block, as JSON.
    rest: &'a str,
    closes: bool,
    /// Whether the comment is the whole block: `<!-- wp:name /-->`.
    is_self_closing: bool,
}

impl BlockComment<'_> {
    /// Returns the URL that an embed block shows. `None` for other blocks.
    fn embed_url(&self) -> Option<String> {
        // Old versions named the block after the site, as in `core-embed/youtube`; today all are `core/embed`.
        if !self.name.contains("embed") {
            return None;
        }
        let (_, after) = self.rest.split_once("\"url\":\"")?;
        let (url, _) = after.split_once('"')?;
        // WordPress escapes these characters in JSON within a comment.
        let url = url.replace("\\u0026", "&").replace("\\/", "/");
        super::shortcode_html::parse_lone_url(&url).map(str::to_owned)
    }
}

fn parse_block_comment(comment: &str) -> Option<BlockComment<'_>> {
    let inside = comment.strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (closes, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let inside = inside.strip_prefix("wp:")?;
    let (inside, is_self_closing) = match inside.strip_suffix('/') {
        Some(inside) => (inside.trim_end(), true),
        None => (inside, false),
    };
    let end = inside
        .find(|c: char| c.is_whitespace() || c == '{')
        .unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    Some(BlockComment {
        // The editor leaves out the namespace of WordPress's own blocks, other programs write it.
        name: name.strip_prefix("core/").unwrap_or(name),
        rest,
        closes,
        is_self_closing,
    })
}
