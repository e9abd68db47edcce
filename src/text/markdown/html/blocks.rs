//! Divides sanitized HTML into blocks of text, such as paragraphs and list items.

use url::Url;

use super::attribute_value::decode_value;
use super::characters::{collapse_spaces, decode_chars};
use super::element_kinds::is_inline;
use super::list_number::ListNumbering;
use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

/// A block of text without markup.
pub(super) struct TextBlock {
    /// Quotations and list items around the block, from the outermost.
    pub(super) containers: Vec<BlockContainer>,
    pub(super) kind: BlockKind,
    /// Text of the block. A line ends where the page begins a new one, as at a `<br>`.
    pub(super) text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// A paragraph, a heading, or the row of a table.
    Paragraph,
    /// Text of a list item that is not in a paragraph. Such items have no space between them.
    ItemText,
    Code,
    /// A thematic break (`<hr>`), which has no text.
    Rule,
}

#[derive(Clone)]
pub(super) struct BlockContainer {
    /// Position of the start tag, which is different for each container of a text.
    position: usize,
    pub(super) kind: ContainerKind,
}

#[derive(Clone)]
pub(super) enum ContainerKind {
    Quotation,
    ListItem {
        /// Position of the start tag of the list.
        list: usize,
        /// Number with its full stop. `None` for an item with a bullet.
        number: Option<String>,
    },
}

/// Notation of what words alone do not say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TextNotation {
    /// Words only.
    Words,
    /// URLs of links are shown, and text that is struck out has `~~` on both sides.
    Marked,
}

impl TextBlock {
    /// Returns whether the block is the first of this container, if `previous` is the block before it.
    pub(super) fn begins(container: &BlockContainer, previous: Option<&Self>) -> bool {
        previous.is_none_or(|previous| !previous.is_in(container.position))
    }

    pub(super) fn is_in_same(&self, container: &BlockContainer) -> bool {
        self.is_in(container.position)
    }

    /// Returns whether both blocks belong to the same list.
    pub(super) fn shares_list(&self, other: &Self) -> bool {
        let lists = |block: &Self| -> Vec<usize> {
            let containers = block.containers.iter();
            containers
                .filter_map(|container| match container.kind {
                    ContainerKind::ListItem { list, .. } => Some(list),
                    ContainerKind::Quotation => None,
                })
                .collect()
        };
        let others = lists(other);
        lists(self).iter().any(|list| others.contains(list))
    }

    fn is_in(&self, position: usize) -> bool {
        self.containers
            .iter()
            .any(|container| container.position == position)
    }
}

/// Reads the blocks of sanitized HTML. The text of an image is its `alt` attribute. References to footnotes are left out.
pub(super) fn read_blocks(safe_html: &str, notation: TextNotation) -> Vec<TextBlock> {
    let mut reader = BlockReader {
        html: safe_html,
        notation,
        blocks: Vec::new(),
        containers: Vec::new(),
        lists: Vec::new(),
        text: String::new(),
        links: Vec::new(),
        code_depth: 0,
        is_item_text: false,
        skipped: None,
    };
    let mut position = 0;
    for token in tokenize(safe_html) {
        match token {
            HtmlToken::Text(source) => reader.push_text(source),
            HtmlToken::Tag(tag) if !reader.is_skipped(tag) => reader.read_tag(tag, position),
            HtmlToken::Tag(_) | HtmlToken::RawElement(..) | HtmlToken::Comment(_) => {}
        }
        position += token.source().len();
    }
    reader.end_block();
    reader.blocks
}

/// A list that is open: the position of its start tag, and its numbering if it has numbers.
type OpenList = (usize, Option<ListNumbering>);

struct BlockReader<'a> {
    html: &'a str,
    notation: TextNotation,
    blocks: Vec<TextBlock>,
    containers: Vec<BlockContainer>,
    lists: Vec<OpenList>,
    /// Text of the current block.
    text: String,
    /// Position in `text` of each open link, and its URL.
    links: Vec<(usize, String)>,
    code_depth: usize,
    is_item_text: bool,
    /// Name of an element whose content is left out, and the number of open elements with this name.
    skipped: Option<(&'a str, usize)>,
}

impl<'a> BlockReader<'a> {
    fn push_text(&mut self, source: &str) {
        if self.skipped.is_some() {
            return;
        }
        let is_code = self.code_depth > 0;
        let chars = decode_chars(source).map(|(c, _)| match c {
            // Line ends are significant in preformatted text only.
            '\n' | '\r' | '\t' if !is_code => ' ',
            c => c,
        });
        self.text.extend(chars);
    }

    /// Returns whether the tag belongs to an element that is left out.
    fn is_skipped(&mut self, tag: HtmlTag<'a>) -> bool {
        if let Some((name, depth)) = &mut self.skipped {
            if tag.name == *name {
                *depth = if tag.is_end { *depth - 1 } else { *depth + 1 };
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            return true;
        }
        let has_class = |class| tag.find_attribute("class") == Some(class);
        let begins = !tag.is_end
            && match tag.name {
                // The brackets of a reading, which `<rt>` brings itself.
                "rp" => true,
                "sup" => has_class("footnote-ref"),
                "a" => has_class("footnote-backref"),
                _ => false,
            };
        if begins {
            self.skipped = Some((tag.name, 1));
        }
        begins
    }

    fn read_tag(&mut self, tag: HtmlTag<'_>, position: usize) {
        match tag.name {
            "br" => self.text.push('\n'),
            "img" => {
                if let Some(alt) = tag.find_attribute("alt") {
                    self.push_text(&alt.replace('\n', " "));
                }
            }
            "td" | "th" | "audio" | "video" => self.text.push(' '),
            "a" => self.read_link(tag),
            // Browsers add the quotation marks.
            "q" => self.text.push(if tag.is_end { '”' } else { '“' }),
            "rt" => self.text.push(if tag.is_end { ')' } else { '(' }),
            "del" | "s" if self.notation == TextNotation::Marked => self.text.push_str("~~"),
            "hr" => {
                self.end_block();
                self.push_block(BlockKind::Rule, String::new());
            }
            "pre" | "blockquote" | "ol" | "ul" | "li" => self.read_container(tag, position),
            "wbr" => {}
            name if is_inline(name) => {}
            _ => {
                self.end_block();
                self.is_item_text = false;
            }
        }
    }

    fn read_link(&mut self, tag: HtmlTag<'_>) {
        if self.notation == TextNotation::Words {
            return;
        }
        if !tag.is_end {
            let url = tag.find_attribute("href").map(decode_value);
            self.links.push((self.text.len(), url.unwrap_or_default()));
            return;
        }
        let Some((start, url)) = self.links.pop() else {
            return;
        };
        let words = self.text.get(start..).unwrap_or_default().trim();
        if is_web_url(&url) && !is_same_url(words, &url) {
            // The delimiters for URLs in plain text (RFC 3986, appendix C).
            let gap = if words.is_empty() { "" } else { " " };
            self.text.push_str(&format!("{gap}<{url}>"));
        }
    }

    fn read_container(&mut self, tag: HtmlTag<'_>, position: usize) {
        self.end_block();
        match (tag.name, tag.is_end) {
            ("pre", false) => self.code_depth += 1,
            ("pre", true) => self.code_depth = self.code_depth.saturating_sub(1),
            ("blockquote", false) => self.open(position, ContainerKind::Quotation),
            ("li", false) => self.open_item(tag, position),
            ("li", true) => self.close_item(),
            ("blockquote", true) => drop(self.containers.pop()),
            ("ol", false) => {
                let items = || count_items(&self.html[position..]);
                let numbering = ListNumbering::new(tag, items);
                self.lists.push((position, Some(numbering)));
            }
            ("ul", false) => self.lists.push((position, None)),
            _ => drop(self.lists.pop()),
        }
        self.is_item_text = tag.name == "li" && !tag.is_end
            || matches!(tag.name, "ol" | "ul") && tag.is_end && !self.lists.is_empty();
    }

    fn open(&mut self, position: usize, kind: ContainerKind) {
        self.containers.push(BlockContainer { position, kind });
    }

    fn open_item(&mut self, tag: HtmlTag<'_>, position: usize) {
        let (list, number) = match self.lists.last_mut() {
            Some((list, Some(numbering))) => (*list, Some(numbering.number(tag))),
            Some((list, None)) => (*list, None),
            None => (position, None),
        };
        self.open(position, ContainerKind::ListItem { list, number });
    }

    fn close_item(&mut self) {
        // The number of an empty item is shown, too.
        let is_empty = |item: &BlockContainer| TextBlock::begins(item, self.blocks.last());
        let is_numbered = |item: &BlockContainer| matches!(&item.kind, ContainerKind::ListItem { number, .. } if number.is_some());
        if self
            .containers
            .last()
            .is_some_and(|item| is_numbered(item) && is_empty(item))
        {
            self.push_block(BlockKind::ItemText, String::new());
        }
        self.containers.pop();
    }

    /// Ends the current block, if it has any text.
    fn end_block(&mut self) {
        let text = std::mem::take(&mut self.text);
        for (start, _) in &mut self.links {
            *start = 0;
        }
        let (kind, text) = if self.code_depth > 0 {
            let text = text.trim_end().trim_start_matches(['\n', '\r']);
            (BlockKind::Code, text.to_owned())
        } else if self.is_item_text {
            (BlockKind::ItemText, collapse_spaces(&text))
        } else {
            (BlockKind::Paragraph, collapse_spaces(&text))
        };
        if !text.is_empty() {
            self.push_block(kind, text);
        }
    }

    fn push_block(&mut self, kind: BlockKind, text: String) {
        self.blocks.push(TextBlock {
            containers: self.containers.clone(),
            kind,
            text,
        });
    }
}

/// Counts the items of the list whose start tag is at the beginning of the HTML.
fn count_items(html: &str) -> i64 {
    let (mut depth, mut items) = (0_usize, 0);
    for token in tokenize(html) {
        let HtmlToken::Tag(tag) = token else { continue };
        match (tag.name, tag.is_end) {
            ("ol" | "ul", false) => depth += 1,
            ("ol" | "ul", true) => depth = depth.saturating_sub(1),
            ("li", false) if depth == 1 => items += 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    items
}

fn is_web_url(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Returns whether the words of a link are its URL, written completely or without the scheme.
fn is_same_url(words: &str, url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    ["", "https://", "http://"]
        .iter()
        .any(|scheme| Url::parse(&format!("{scheme}{words}")).is_ok_and(|other| other == url))
}
