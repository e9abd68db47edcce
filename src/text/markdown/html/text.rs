//! Extracts the text from sanitized HTML: its words alone, or as a plain-text email shows it.

use super::blocks::{BlockKind, ContainerKind, TextBlock, TextNotation, read_blocks};
use super::characters::collapse_spaces;
use crate::text::wrap::wrap_line;

/// Indentation of code in an email, as in Markdown.
const CODE_INDENT: &str = "    ";

/// Returns the text of the HTML, with a line for each block element. Items of a numbered list begin with their number. The
/// text of an image is its `alt` attribute.
pub(in super::super) fn html_to_text(safe_html: &str) -> String {
    let mut text = String::with_capacity(safe_html.len());
    let mut previous: Option<TextBlock> = None;
    for block in read_blocks(safe_html, TextNotation::Words) {
        if block.kind == BlockKind::Rule {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        for container in &block.containers {
            if let ContainerKind::ListItem { number, .. } = &container.kind
                && let Some(number) = number
                && TextBlock::begins(container, previous.as_ref())
            {
                text.push_str(number);
                text.push(' ');
            }
        }
        if block.kind == BlockKind::Code {
            let lines = collapse_spaces(&block.text);
            let lines: Vec<&str> = lines.lines().filter(|line| !line.is_empty()).collect();
            text.push_str(&lines.join("\n"));
        } else {
            let lines: Vec<&str> = block.text.lines().filter(|line| !line.is_empty()).collect();
            text.push_str(&lines.join(" "));
        }
        text.truncate(text.trim_end_matches(' ').len());
        previous = Some(block);
    }
    text
}

/// Returns the HTML as plain text for people, with lines of about `columns` characters. Paragraphs, lists, quotations and
/// code look like their Markdown source. The URL of a link follows its words.
pub(in super::super) fn to_plain_text(safe_html: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut previous: Option<TextBlock> = None;
    for block in read_blocks(safe_html, TextNotation::Marked) {
        if let Some(previous) = &previous
            && !is_tight(previous, &block)
        {
            lines.push(common_prefix(previous, &block).trim_end().to_owned());
        }
        let (first, rest) = prefixes(&block, previous.as_ref());
        push_lines(&mut lines, &block, (&first, &rest), columns);
        previous = Some(block);
    }
    lines.join("\n")
}

fn push_lines(
    lines: &mut Vec<String>,
    block: &TextBlock,
    (first, rest): (&str, &str),
    columns: usize,
) {
    if block.text.is_empty() {
        let mark = if block.kind == BlockKind::Rule {
            "* * *"
        } else {
            ""
        };
        lines.push(format!("{first}{mark}").trim_end().to_owned());
    }
    for (index, line) in block.text.lines().enumerate() {
        let prefix = if index == 0 { first } else { rest };
        if block.kind == BlockKind::Code {
            lines.push(format!("{prefix}{CODE_INDENT}{line}").trim_end().to_owned());
        } else if line.is_empty() {
            lines.push(prefix.trim_end().to_owned());
        } else {
            let wrapped = wrap_line(line, columns, prefix, rest);
            lines.extend(wrapped.lines().map(|line| line.trim_end().to_owned()));
        }
    }
}

/// Returns whether there is no empty line between the blocks.
fn is_tight(previous: &TextBlock, block: &TextBlock) -> bool {
    let is_item_text = |block: &TextBlock| block.kind == BlockKind::ItemText;
    is_item_text(previous) && is_item_text(block) && previous.shares_list(block)
}

/// Returns what stands before the first line of the block and before its other lines.
fn prefixes(block: &TextBlock, previous: Option<&TextBlock>) -> (String, String) {
    let (mut first, mut rest) = (String::new(), String::new());
    for container in &block.containers {
        let marker = marker(&container.kind);
        let indent = indent(&container.kind);
        let begins = TextBlock::begins(container, previous);
        first.push_str(if begins { &marker } else { &indent });
        rest.push_str(&indent);
    }
    (first, rest)
}

/// Returns what stands before an empty line between two blocks: the marks of quotations that contain both.
fn common_prefix(previous: &TextBlock, block: &TextBlock) -> String {
    let common = block
        .containers
        .iter()
        .take_while(|container| previous.is_in_same(container));
    common.map(|container| indent(&container.kind)).collect()
}

fn marker(kind: &ContainerKind) -> String {
    match kind {
        ContainerKind::Quotation => "> ".to_owned(),
        ContainerKind::ListItem { number: None, .. } => "- ".to_owned(),
        ContainerKind::ListItem {
            number: Some(number),
            ..
        } => format!("{number} "),
    }
}

fn indent(kind: &ContainerKind) -> String {
    match kind {
        ContainerKind::Quotation => "> ".to_owned(),
        ContainerKind::ListItem { .. } => " ".repeat(marker(kind).len()),
    }
}
