//! What comrak read, reduced to what we show. Works without recursion, and moves each node at most once.

use comrak::nodes::NodeValue;
use comrak::{Arena, Node};
use url::Url;

use super::By;

/// How deep quotations, lists and emphasis may stand in one another; what is deeper joins the twentieth.
const DEEPEST: usize = 20;

/// The longest address that is made a link, in bytes: as long as the least of browsers follows.
const LONGEST_ADDRESS: usize = 2048;

/// How often one footnote may be referred to; each time gives it one more link back.
const MOST_REFERENCES: u32 = 100;

/// Where in the tree a node stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    in_link: bool,
}

/// What becomes of a node.
enum Fate {
    /// It stays, and its children are looked at next, in this place.
    Stays(Place),
    /// It stays with all that is in it.
    StaysWhole,
    /// Its children take its place.
    Dissolves,
    /// It leads to where it would have shown something.
    BecomesLink,
    /// A strong line instead of a heading.
    BecomesStrong,
    /// Its source shows as it was typed.
    ShowsAsTyped(String),
}

/// Takes from the tree what this author may not do, and what is too deep.
pub(super) fn keep_what_we_show<'a>(arena: &'a Arena<'a>, root: Node<'a>, by: By) {
    begin_headings_at_the_second_level(root);
    let top = Place {
        depth: 0,
        in_link: false,
    };
    let mut waiting = vec![(root, top)];
    while let Some((node, place)) = waiting.pop() {
        let fate = fate_of(node, place, by);
        match fate {
            Fate::StaysWhole => {}
            Fate::Stays(inside) => waiting.extend(node.children().map(|child| (child, inside))),
            Fate::Dissolves => {
                for child in node.children().collect::<Vec<_>>() {
                    node.insert_before(child);
                    waiting.push((child, place));
                }
                node.detach();
            }
            Fate::BecomesLink => {
                become_link(arena, node);
                let inside = Place {
                    depth: place.depth + 1,
                    in_link: true,
                };
                waiting.extend(node.children().map(|child| (child, inside)));
            }
            Fate::BecomesStrong => {
                node.data_mut().value = NodeValue::Paragraph;
                let strong: Node<'a> = arena.alloc(NodeValue::Strong.into());
                strong.extend(node.children().collect::<Vec<_>>());
                node.append(strong);
                waiting.push((strong, place));
            }
            Fate::ShowsAsTyped(source) => show_as_typed(arena, node, &source),
        }
    }
}

/// The page's own title is the first level. Editors begin with one, two or three marks as they are used to; no level is
/// left out below the title, which readers who go from heading to heading would stumble over.
fn begin_headings_at_the_second_level(root: Node<'_>) {
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

fn fate_of(node: Node<'_>, place: Place, by: By) -> Fate {
    let deeper = Place {
        depth: place.depth + 1,
        ..place
    };
    match &mut node.data_mut().value {
        NodeValue::BlockQuote
        | NodeValue::List(_)
        | NodeValue::Emph
        | NodeValue::Strong
        | NodeValue::Strikethrough => {
            if deeper.depth > DEEPEST {
                Fate::Dissolves
            } else {
                Fate::Stays(deeper)
            }
        }
        // Its list dissolved before it.
        NodeValue::Item(_) if !is_in_list(node) => Fate::Dissolves,
        NodeValue::Heading(_) => match by {
            By::Editor => Fate::Stays(place),
            By::Stranger => Fate::BecomesStrong,
        },
        NodeValue::Link(link) if place.in_link || !may_link(&link.url, by) => Fate::Dissolves,
        NodeValue::Image(image) if by == By::Editor && is_our_own(&image.url) => Fate::StaysWhole,
        NodeValue::Image(image) if place.in_link || !may_link(&image.url, by) => Fate::Dissolves,
        NodeValue::Link(_) | NodeValue::Image(_) => Fate::BecomesLink,
        NodeValue::FootnoteReference(reference) if reference.ref_num > MOST_REFERENCES => {
            Fate::ShowsAsTyped(format!("[^{}]", reference.name))
        }
        NodeValue::FootnoteDefinition(footnote) => {
            footnote.total_references = footnote.total_references.min(MOST_REFERENCES);
            Fate::Stays(place)
        }
        NodeValue::HtmlBlock(html) => Fate::ShowsAsTyped(std::mem::take(&mut html.literal)),
        NodeValue::HtmlInline(html) => Fate::ShowsAsTyped(std::mem::take(html)),
        _ => Fate::Stays(place),
    }
}

fn is_in_list(item: Node<'_>) -> bool {
    item.parent()
        .is_some_and(|parent| matches!(parent.data().value, NodeValue::List(_)))
}

/// Makes a link of a link or an image; one without words shows its address, so that it can be seen and followed.
fn become_link<'a>(arena: &'a Arena<'a>, node: Node<'a>) {
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
fn show_as_typed<'a>(arena: &'a Arena<'a>, node: Node<'a>, source: &str) {
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

/// Read as browsers read addresses, so that nothing is a page to us and a script to them.
pub(super) fn may_link(url: &str, by: By) -> bool {
    if url.len() > LONGEST_ADDRESS {
        return false;
    }
    match Url::parse(url) {
        Ok(whole) => match whole.scheme() {
            "http" | "https" => true,
            "mailto" => by == By::Editor,
            _ => false,
        },
        Err(url::ParseError::RelativeUrlWithoutBase) => by == By::Editor,
        Err(_) => false,
    }
}

/// Whether following the address leaves the site. What names the site in full counts as away: this knows no site.
pub(super) fn leads_away(url: &str) -> bool {
    match Url::parse(url) {
        Ok(whole) => whole.has_host(),
        Err(_) => !is_our_own(url) && url.starts_with(['/', '\\']),
    }
}

/// Whether the site itself serves the address: `/…`, but not `//host/…` or what a browser takes for it.
pub(super) fn is_our_own(url: &str) -> bool {
    let mut letters = url.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r'));
    letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'))
}

/// The words of the tree, a block a line.
pub(super) fn words(root: Node<'_>) -> String {
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
