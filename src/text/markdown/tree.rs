//! What comrak read, reduced to what we show. Works without recursion, and moves each node at most once.

use super::sanitizer::TrustLevel;
use super::urls::{is_link_allowed, is_site_path};
use comrak::nodes::NodeValue;
use comrak::{Arena, Node};

/// How deep quotations, lists and emphasis may stand in one another; what is deeper joins the twentieth.
const MAX_DEPTH: usize = 20;

/// How often one footnote may be referred to; each time gives it one more link back.
const MAX_FOOTNOTE_REFERENCES: u32 = 100;

/// Where in the tree a node stands.
#[derive(Clone, Copy)]
struct NodeContext {
    depth: usize,
    in_link: bool,
}

/// What becomes of a node.
enum NodeAction {
    /// It stays, and its children are looked at next, in this place.
    Keep(NodeContext),
    /// It stays with all that is in it.
    KeepSubtree,
    /// Its children take its place.
    Unwrap,
    /// It leads to where it would have shown something.
    ConvertToLink,
    /// A strong line instead of a heading.
    ConvertToStrong,
    /// Its source shows as it was typed.
    ShowSource(String),
}

/// Takes from the tree what this author may not do, and what is too deep.
pub(super) fn sanitize_tree<'a>(arena: &'a Arena<'a>, root: Node<'a>, by: TrustLevel) {
    shift_headings(root);
    let top = NodeContext {
        depth: 0,
        in_link: false,
    };
    let mut waiting = vec![(root, top)];
    while let Some((node, place)) = waiting.pop() {
        let fate = action_for(node, place, by);
        match fate {
            NodeAction::KeepSubtree => {}
            NodeAction::Keep(inside) => {
                waiting.extend(node.children().map(|child| (child, inside)));
            }
            NodeAction::Unwrap => {
                for child in node.children().collect::<Vec<_>>() {
                    node.insert_before(child);
                    waiting.push((child, place));
                }
                node.detach();
            }
            NodeAction::ConvertToLink => {
                convert_to_link(arena, node);
                let inside = NodeContext {
                    depth: place.depth + 1,
                    in_link: true,
                };
                waiting.extend(node.children().map(|child| (child, inside)));
            }
            NodeAction::ConvertToStrong => {
                node.data_mut().value = NodeValue::Paragraph;
                let strong: Node<'a> = arena.alloc(NodeValue::Strong.into());
                strong.extend(node.children().collect::<Vec<_>>());
                node.append(strong);
                waiting.push((strong, place));
            }
            NodeAction::ShowSource(source) => show_source(arena, node, &source),
        }
    }
}

/// The page's own title is the first level. Editors begin with one, two or three marks as they are used to; no level is
/// left out below the title, which readers who go from heading to heading would stumble over.
fn shift_headings(root: Node<'_>) {
    let level_of = |node: Node<'_>| match &node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    };
    let highest = root.descendants().filter_map(level_of).min().unwrap_or(2);
    for node in root.descendants() {
        if let NodeValue::Heading(heading) = &mut node.data_mut().value {
            heading.level = (heading.level + 2 - highest).min(6);
        }
    }
}

fn action_for(node: Node<'_>, place: NodeContext, by: TrustLevel) -> NodeAction {
    let deeper = NodeContext {
        depth: place.depth + 1,
        ..place
    };
    match &mut node.data_mut().value {
        NodeValue::BlockQuote
        | NodeValue::List(_)
        | NodeValue::Emph
        | NodeValue::Strong
        | NodeValue::Strikethrough => {
            if deeper.depth > MAX_DEPTH {
                NodeAction::Unwrap
            } else {
                NodeAction::Keep(deeper)
            }
        }
        // Its list dissolved before it.
        NodeValue::Item(_) if !is_in_list(node) => NodeAction::Unwrap,
        NodeValue::Heading(_) => match by {
            TrustLevel::Editor => NodeAction::Keep(place),
            TrustLevel::Reader => NodeAction::ConvertToStrong,
        },
        NodeValue::Link(link) if place.in_link || !is_link_allowed(&link.url, by) => {
            NodeAction::Unwrap
        }
        NodeValue::Image(image) if by == TrustLevel::Editor && is_site_path(&image.url) => {
            NodeAction::KeepSubtree
        }
        NodeValue::Image(image) if place.in_link || !is_link_allowed(&image.url, by) => {
            NodeAction::Unwrap
        }
        NodeValue::Link(_) | NodeValue::Image(_) => NodeAction::ConvertToLink,
        NodeValue::FootnoteReference(reference) if reference.ref_num > MAX_FOOTNOTE_REFERENCES => {
            NodeAction::ShowSource(format!("[^{}]", reference.name))
        }
        NodeValue::FootnoteDefinition(footnote) => {
            footnote.total_references = footnote.total_references.min(MAX_FOOTNOTE_REFERENCES);
            NodeAction::Keep(place)
        }
        NodeValue::HtmlBlock(html) => NodeAction::ShowSource(std::mem::take(&mut html.literal)),
        NodeValue::HtmlInline(html) => NodeAction::ShowSource(std::mem::take(html)),
        _ => NodeAction::Keep(place),
    }
}

fn is_in_list(item: Node<'_>) -> bool {
    item.parent()
        .is_some_and(|parent| matches!(parent.data().value, NodeValue::List(_)))
}

/// Makes a link of a link or an image; one without words shows its address, so that it can be seen and followed.
fn convert_to_link<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let mut data = node.data_mut();
    let value = std::mem::replace(&mut data.value, NodeValue::Paragraph);
    let (NodeValue::Link(link) | NodeValue::Image(link)) = value else {
        data.value = value;
        return;
    };
    let address = link.url.clone();
    data.value = NodeValue::Link(link);
    drop(data);
    if node.first_child().is_none() {
        node.append(arena.alloc(NodeValue::Text(address.into()).into()));
    }
}

/// Puts text in the place of HTML: a paragraph for each stretch between blank lines, or words within a line.
fn show_source<'a>(arena: &'a Arena<'a>, node: Node<'a>, source: &str) {
    let is_inline = matches!(
        node.data().value,
        NodeValue::HtmlInline(_) | NodeValue::FootnoteReference(_)
    );
    if is_inline {
        node.data_mut().value = NodeValue::Text(source.to_owned().into());
        return;
    }
    let mut paragraph: Option<Node<'a>> = None;
    for line in source.lines().map(str::trim) {
        if line.is_empty() {
            paragraph = None;
            continue;
        }
        let open = match paragraph {
            Some(open) => {
                open.append(arena.alloc(NodeValue::SoftBreak.into()));
                open
            }
            None => {
                let open: Node<'a> = arena.alloc(NodeValue::Paragraph.into());
                node.insert_before(open);
                *paragraph.insert(open)
            }
        };
        open.append(arena.alloc(NodeValue::Text(line.to_owned().into()).into()));
    }
    node.detach();
}

/// The words of the tree, a block a line.
pub(super) fn collect_text(root: Node<'_>) -> String {
    let mut words = String::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(text) => words.push_str(text),
            NodeValue::Code(code) => words.push_str(&code.literal),
            NodeValue::HtmlInline(html) => words.push_str(html),
            NodeValue::SoftBreak | NodeValue::LineBreak | NodeValue::TableCell => words.push(' '),
            NodeValue::CodeBlock(code) => push_line(&mut words, &code.literal),
            NodeValue::HtmlBlock(html) => push_line(&mut words, &html.literal),
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableRow(_) => {
                push_line(&mut words, "");
            }
            _ => {}
        }
    }
    let lines: Vec<_> = words
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn push_line(words: &mut String, line: &str) {
    words.push('\n');
    words.push_str(line);
}
