//! Rewrites Markdown before it is parsed, so that a text is shown as it was typed unless it plainly is formatting.
//!
//! Everything that is not formatting gets a backslash, and the blocks are written in a form that CommonMark reads as most
//! people mean it: a line under a quotation or a list ends it, an indented paragraph is a paragraph, and two lists with
//! other numbers are two lists. Nesting is limited, because comrak's time grows with it.

mod arrange;
mod bare_url;
mod block;
mod brackets;
mod classify;
mod code_spans;
mod emphasis;
mod escape;
mod inlines;
mod line;
mod lists;
mod references;

use super::sanitizer::TrustLevel;
use inlines::InlineContext;
use references::References;

/// Part of a document in the form in which it is parsed.
enum Piece<'a> {
    /// Line that is written as it is.
    Raw(String),
    /// Lines of one paragraph, heading or table row. The prefixes put them into their quotation and list item.
    Text {
        first_prefix: String,
        next_prefix: String,
        lines: Vec<&'a str>,
    },
    /// Definition of a reference link, which is shown unless a link refers to it.
    Definition(&'a str),
}

/// Returns Markdown that comrak renders as the author of the text means it.
pub(super) fn preprocess(source: &str, trust: TrustLevel) -> String {
    let lines: Vec<&str> = split_lines(source).collect();
    let blocks = classify::classify(&lines, trust);
    let references = References::collect(&blocks, trust);
    let items = lists::find_items(&blocks, |label| references.is_footnote(label), trust);
    let pieces = arrange::arrange(&blocks, &items);

    let mut context = InlineContext::new(trust, &references, source.len());
    let written: Vec<Option<String>> = pieces
        .iter()
        .map(|piece| write_piece(piece, &mut context))
        .collect();
    // In a definition that is shown, no label refers to it.
    let no_references = References::default();
    let mut definition_context = InlineContext::new(trust, &no_references, 0);
    let mut output = String::with_capacity(source.len() + source.len() / 8 + 64);
    for (piece, written) in pieces.iter().zip(written) {
        match (piece, written) {
            (_, Some(written)) => output.push_str(&written),
            (Piece::Definition(line), None) if !context.is_used(line) => {
                output.push_str(&write_text("", "", &[line], &mut definition_context));
            }
            _ => {}
        }
        output.push('\n');
    }
    output
}

fn split_lines(source: &str) -> impl Iterator<Item = &str> {
    source.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

/// Returns the lines of a piece. A definition is decided on when all links are known, so it gives `None`.
fn write_piece(piece: &Piece<'_>, context: &mut InlineContext<'_>) -> Option<String> {
    match piece {
        Piece::Raw(line) => Some(line.clone()),
        Piece::Text {
            first_prefix,
            next_prefix,
            lines,
        } => Some(write_text(first_prefix, next_prefix, lines, context)),
        Piece::Definition(_) => None,
    }
}

fn write_text(
    first_prefix: &str,
    next_prefix: &str,
    lines: &[&str],
    context: &mut InlineContext<'_>,
) -> String {
    let escaped = inlines::escape(&lines.join("\n"), context);
    let mut output = String::with_capacity(escaped.len() + first_prefix.len());
    for (index, line) in escaped.split('\n').enumerate() {
        if index > 0 {
            output.push('\n');
        }
        output.push_str(if index == 0 {
            first_prefix
        } else {
            next_prefix
        });
        push_without_block_start(&mut output, line);
    }
    output
}

/// Appends a line of text with a backslash before what would begin a list, a quotation, a heading or a rule.
fn push_without_block_start(output: &mut String, line: &str) {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let after = &line[digits..];
    if digits > 0 && after.starts_with(['.', ')']) {
        output.push_str(&line[..digits]);
        output.push('\\');
        output.push_str(after);
        return;
    }
    if line.starts_with(['#', '>', '-', '+', '=']) {
        output.push('\\');
    }
    output.push_str(line);
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
