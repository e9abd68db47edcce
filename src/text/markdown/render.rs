//! Configures comrak's parser and HTML writer.

use std::fmt::{self, Write};

use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{NodeLink, NodeValue};
use comrak::options::{Options, Plugins};
use comrak::{Arena, Node};

use super::html::is_id_allowed;
use super::sanitizer::{TEXT_CHUNK_BYTES, TrustLevel};
use super::{source, tree, urls};

pub(super) fn render_markdown(source: &str, trust: TrustLevel) -> String {
    let options = build_options(trust);
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &source::preprocess(source, trust), &options);
    tree::sanitize_tree(&arena, root, trust);
    let mut html = String::new();
    format_document_with_formatter(
        root,
        &options,
        &mut html,
        &Plugins::default(),
        write_node,
        (),
    )
    .expect("writing to a String does not fail");
    align_by_class(html)
}

/// Replaces the attribute `align` of table cells, which is obsolete (HTML standard, section 16.2), by a class.
fn align_by_class(mut html: String) -> String {
    for side in ["center", "left", "right"] {
        let attribute = format!(" align=\"{side}\">");
        if html.contains(&attribute) {
            // In text, quotation marks are escaped, so these are tags.
            html = html.replace(&attribute, &format!(" class=\"align-{side}\">"));
        }
    }
    html
}

fn build_options(trust: TrustLevel) -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    // Words of these languages have no spaces between them, at which emphasis could begin.
    options.extension.cjk_friendly_emphasis = true;
    options.render.hardbreaks = true;
    // A second guard: `sanitize_tree` turns raw HTML into text before.
    options.render.escape = true;
    match trust {
        TrustLevel::Editor => {
            options.extension.footnotes = true;
            options.extension.table = true;
        }
        TrustLevel::Reader => {
            // Comments have no headings, so dashes under a line must not make one.
            options.parse.ignore_setext = true;
        }
    }
    options
}

/// Writes the HTML of a node like comrak, except that external links get `noopener`, headings get an id, code blocks name
/// their language, and long text is written in chunks.
fn write_node(
    context: &mut Context<'_, '_>,
    node: Node<'_>,
    entering: bool,
) -> Result<ChildRendering, fmt::Error> {
    match &node.data().value {
        NodeValue::Heading(heading) if entering => {
            write_opening_heading(context, node, heading.level)?;
        }
        NodeValue::Heading(heading) => writeln!(context, "</h{}>", heading.level)?,
        NodeValue::Text(text) if entering => write_text(context, text)?,
        NodeValue::Code(code) if entering => {
            context.write_str("<code>")?;
            write_text(context, &code.literal)?;
            context.write_str("</code>")?;
        }
        NodeValue::CodeBlock(code) if entering => {
            context.cr()?;
            context.write_str("<pre")?;
            if !code.info.is_empty() {
                context.write_str(" data-language=\"")?;
                context.escape(&code.info)?;
                context.write_str("\"")?;
            }
            context.write_str("><code>")?;
            write_text(context, &code.literal)?;
            context.write_str("</code></pre>\n")?;
        }
        NodeValue::Text(_) | NodeValue::Code(_) | NodeValue::CodeBlock(_) => {}
        NodeValue::Link(link) if entering => write_opening_link(context, link)?,
        NodeValue::Link(_) => context.write_str("</a>")?,
        _ => return format_node_default(context, node, entering),
    }
    Ok(ChildRendering::HTML)
}

/// Writes the start of a heading with an id made from its text, so that a link can lead to it. The id differs from those
/// of the page and of footnotes (`fn-…`, `fnref-…`).
fn write_opening_heading(context: &mut Context<'_, '_>, node: Node<'_>, level: u8) -> fmt::Result {
    context.cr()?;
    write!(context, "<h{level}")?;
    let mut id = context.anchorizer.anchorize(&node.collect_text());
    if !is_id_allowed(&id) || id.starts_with("fn") {
        id = context
            .anchorizer
            .anchorize(format!("section-{id}").trim_end_matches('-'));
    }
    context.write_str(" id=\"")?;
    context.escape(&id)?;
    context.write_str("\">")
}

fn write_opening_link(context: &mut Context<'_, '_>, link: &NodeLink) -> fmt::Result {
    context.write_str("<a href=\"")?;
    context.escape_href(&link.url)?;
    if !link.title.is_empty() {
        context.write_str("\" title=\"")?;
        context.escape(&link.title)?;
    }
    if urls::is_external(&link.url) {
        context.write_str("\" rel=\"noopener")?;
    }
    context.write_str("\">")
}

/// Writes escaped text in chunks of [`TEXT_CHUNK_BYTES`], with an HTML comment between two chunks.
fn write_text(context: &mut Context<'_, '_>, text: &str) -> fmt::Result {
    let mut rest = text;
    while rest.len() > TEXT_CHUNK_BYTES {
        let (chunk, remainder) = rest.split_at(rest.floor_char_boundary(TEXT_CHUNK_BYTES));
        context.escape(chunk)?;
        context.write_str("<!---->")?;
        rest = remainder;
    }
    context.escape(rest)
}
