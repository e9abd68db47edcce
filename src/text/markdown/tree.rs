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
    /// Replace the node with this text.
    ShowText(String),
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
            NodeAction::ShowText(text) => node.data_mut().value = NodeValue::Text(text.into()),
        }
    }
}

/// Changes the levels of the headings so that the first is `h2` and no level is skipped: the title of the page is the
/// `h1`, and a skipped level confuses readers who navigate by headings.
fn shift_headings(root: Node<'_>) {
    // Typed levels of the headings around the current one, from the highest.
    let mut open: Vec<u8> = Vec::new();
    for node in root.descendants() {
        if let NodeValue::Heading(heading) = &mut node.data_mut().value {
            while open.pop_if(|level| *level >= heading.level).is_some() {}
            open.push(heading.level);
            // There are six levels of typed headings, so the deepest would be `h7`.
            heading.level = u8::try_from(open.len() + 1).unwrap_or(6).min(6);
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
            NodeAction::ShowText(format!("[^{}]", reference.name))
        }
        NodeValue::FootnoteDefinition(footnote) => {
            footnote.total_references = footnote.total_references.min(MAX_FOOTNOTE_REFERENCES);
            NodeAction::Keep(context)
        }
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
