//! Reduces comrak's syntax tree to the nodes that the author of the text may use. Works without recursion, and moves each
//! node only once.

use super::sanitizer::TrustLevel;
use super::urls::{is_link_allowed, is_site_path};
use comrak::nodes::NodeValue;
use comrak::{Arena, Node};

/// Deepest nesting of quotations, lists and emphasis. Those nested more deeply are replaced by their content.
const MAX_DEPTH: usize = 20;

/// Highest number of references to one footnote. Each reference adds a link back to the text.
const MAX_FOOTNOTE_REFERENCES: u32 = 100;

#[derive(Clone, Copy)]
struct NodeContext {
    depth: usize,
    in_link: bool,
}

/// Decision about a node of the syntax tree.
enum NodeAction {
    /// Keep the node, and visit its children with this context.
    Keep(NodeContext),
    /// Keep the node and everything inside it.
    KeepSubtree,
    /// Replace the node with its children.
    Unwrap,
    /// Turn an image into a link to its file.
    ConvertToLink,
    /// Turn a heading into a paragraph of bold text.
    ConvertToStrong,
    /// Replace the node with its source text.
    ShowSource(String),
}

/// Removes or replaces nodes that the author may not use or that are nested too deeply.
pub(super) fn sanitize_tree<'a>(arena: &'a Arena<'a>, root: Node<'a>, trust: TrustLevel) {
    shift_headings(root);
    let top = NodeContext {
        depth: 0,
        in_link: false,
    };
    // A stack of its own: with recursion, a deeply nested text could overflow the thread's stack.
    let mut pending = vec![(root, top)];
    while let Some((node, context)) = pending.pop() {
        let action = action_for(node, context, trust);
        match action {
            NodeAction::KeepSubtree => {}
            NodeAction::Keep(child_context) => {
                pending.extend(node.children().map(|child| (child, child_context)));
            }
            NodeAction::Unwrap => {
                // Collected first: moving a child changes the list that is iterated over.
                for child in node.children().collect::<Vec<_>>() {
                    node.insert_before(child);
                    pending.push((child, context));
                }
                node.detach();
            }
            NodeAction::ConvertToLink => {
                convert_to_link(arena, node);
                let child_context = NodeContext {
                    depth: context.depth + 1,
                    in_link: true,
                };
                pending.extend(node.children().map(|child| (child, child_context)));
            }
            NodeAction::ConvertToStrong => {
                node.data_mut().value = NodeValue::Paragraph;
                let strong: Node<'a> = arena.alloc(NodeValue::Strong.into());
                strong.extend(node.children().collect::<Vec<_>>());
                node.append(strong);
                pending.push((strong, context));
            }
            NodeAction::ShowSource(source) => show_source(arena, node, &source),
        }
    }
}

/// Changes the levels of all headings so that the highest is `h2`, since the title of the page is the `h1`.
fn shift_headings(root: Node<'_>) {
    let level_of = |node: Node<'_>| match &node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    };
    // All headings shift by the same amount: a skipped level confuses readers who navigate by headings.
    let highest = root.descendants().filter_map(level_of).min().unwrap_or(2);
    for node in root.descendants() {
        if let NodeValue::Heading(heading) = &mut node.data_mut().value {
            // HTML has six levels.
            heading.level = (heading.level + 2 - highest).min(6);
        }
    }
}

fn action_for(node: Node<'_>, context: NodeContext, trust: TrustLevel) -> NodeAction {
    let deeper = NodeContext {
        depth: context.depth + 1,
        ..context
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
        // An item whose list was unwrapped for its depth.
        NodeValue::Item(_) if !is_in_list(node) => NodeAction::Unwrap,
        NodeValue::Heading(_) => match trust {
            TrustLevel::Editor => NodeAction::Keep(context),
            TrustLevel::Reader => NodeAction::ConvertToStrong,
        },
        NodeValue::Link(link) if context.in_link || !is_link_allowed(&link.url, trust) => {
            NodeAction::Unwrap
        }
        NodeValue::Image(image) if trust == TrustLevel::Editor && is_site_path(&image.url) => {
            NodeAction::KeepSubtree
        }
        NodeValue::Image(image) if context.in_link || !is_link_allowed(&image.url, trust) => {
            NodeAction::Unwrap
        }
        NodeValue::Link(_) | NodeValue::Image(_) => NodeAction::ConvertToLink,
        NodeValue::FootnoteReference(reference) if reference.ref_num > MAX_FOOTNOTE_REFERENCES => {
            NodeAction::ShowSource(format!("[^{}]", reference.name))
        }
        NodeValue::FootnoteDefinition(footnote) => {
            footnote.total_references = footnote.total_references.min(MAX_FOOTNOTE_REFERENCES);
            NodeAction::Keep(context)
        }
        NodeValue::HtmlBlock(html) => NodeAction::ShowSource(std::mem::take(&mut html.literal)),
        NodeValue::HtmlInline(html) => NodeAction::ShowSource(std::mem::take(html)),
        _ => NodeAction::Keep(context),
    }
}

fn is_in_list(item: Node<'_>) -> bool {
    item.parent()
        .is_some_and(|parent| matches!(parent.data().value, NodeValue::List(_)))
}

/// Turns an image into a link to its file. An image or link without text gets its URL as text.
fn convert_to_link<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
    let mut data = node.data_mut();
    // Any value does here; it is replaced below.
    let value = std::mem::replace(&mut data.value, NodeValue::Paragraph);
    let (NodeValue::Link(link) | NodeValue::Image(link)) = value else {
        data.value = value;
        return;
    };
    let url = link.url.clone();
    data.value = NodeValue::Link(link);
    // Released before the tree is changed: `append` borrows the node as well.
    drop(data);
    if node.first_child().is_none() {
        node.append(arena.alloc(NodeValue::Text(url.into()).into()));
    }
}

/// Replaces HTML with its source text. In a paragraph it becomes text. Otherwise each run of non-blank lines becomes a
/// paragraph.
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
