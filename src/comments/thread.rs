//! Comments as a tree: replies are nested under their parents, down to the depth in the settings.

use std::collections::{HashMap, HashSet};

use askama::Template;
use askama::filters::HtmlSafe;

use super::links;
use super::model::Comment;
use super::paging::{self, REPLIES_PER_THREAD};
use super::store::threads::ThreadKey;
use crate::ids::{ArticleId, CommentId};
use crate::web::Layout;

/// Comments of one page, ready to be rendered.
#[derive(Template)]
#[template(path = "comments/_thread.html")]
pub struct Thread {
    layout: Layout,
    article_id: ArticleId,
    replies_open: bool,
    entries: Vec<ThreadEntry>,
}

// Rendered by a template, which has escaped every value.
impl HtmlSafe for Thread {}

/// A comment and its position in the nested lists.
struct ThreadEntry {
    comment: Comment,
    parent: ParentReference,
    /// Whether a nested list begins before this entry, with replies to the previous entry.
    opens: bool,
    /// Number of nested lists that end after this entry.
    closes: usize,
    /// Link to the rest of the thread, if this is the thread's last entry on the page.
    more: Option<ThreadContinuation>,
}

/// Link to the comments of a thread that do not fit on the page.
struct ThreadContinuation {
    url: String,
    /// Number of comments that do not fit on the page.
    count: i64,
}

/// Relation of a comment to its parent, as the page shows it.
enum ParentReference {
    /// The comment has no parent, or its parent is not public.
    Absent,
    /// The comment is nested under its parent on the page.
    Nested(CommentId),
    /// The comment names its parent and links to it, because it is not nested under it: it is at the deepest level, or
    /// the parent is on another page.
    Named { url: String, name: String },
}

impl Thread {
    /// Nests comments under their parents. `comments` must be sorted by thread and then oldest first. Those of `threads`
    /// that have more comments than one page shows get a link to the rest.
    pub fn arrange(
        layout: Layout,
        article_id: ArticleId,
        replies_open: bool,
        comments: Vec<Comment>,
        threads: &[ThreadKey],
    ) -> Self {
        // The database checks the range; the tree needs at least one level.
        let depth = usize::try_from(layout.publication.discussion.thread_depth).unwrap_or(1);
        let mut entries = nest(comments, depth.max(1));
        let more: HashMap<CommentId, i64> = threads
            .iter()
            .map(|thread| {
                (
                    thread.root_id,
                    i64::from(thread.replies) - REPLIES_PER_THREAD,
                )
            })
            .filter(|(_, more)| *more > 0)
            .collect();
        for index in 0..entries.len() {
            let root = entries[index].comment.root_id;
            let next = entries.get(index + 1).map(|next| next.comment.root_id);
            if next != Some(root) {
                entries[index].more = more.get(&root).map(|count| ThreadContinuation {
                    url: paging::thread_page_path(root, 2),
                    count: *count,
                });
            }
        }
        Self {
            layout,
            article_id,
            replies_open,
            entries,
        }
    }

    /// Returns whether the next entry is nested under this entry, so that the HTML list item has to stay open.
    fn has_nested(&self, index: &usize) -> bool {
        self.entries.get(index + 1).is_some_and(|next| next.opens)
    }
}

/// Orders comments depth first and computes the nested lists, at most `levels` deep.
fn nest(comments: Vec<Comment>, levels: usize) -> Vec<ThreadEntry> {
    let on_page: HashSet<CommentId> = comments.iter().map(|comment| comment.id).collect();
    let mut children: HashMap<Option<CommentId>, Vec<Comment>> = HashMap::new();
    for comment in comments {
        // A reply whose parent is not public or on another page is shown at the top level.
        let parent = comment.parent_id.filter(|parent| on_page.contains(parent));
        children.entry(parent).or_default().push(comment);
    }
    // An explicit stack: recursion could be made to overflow by a long chain of replies.
    let mut stack: Vec<(usize, Comment)> = Vec::new();
    let mut push_children =
        |stack: &mut Vec<(usize, Comment)>, parent: Option<CommentId>, depth: usize| {
            let found = children.remove(&parent).unwrap_or_default();
            stack.extend(found.into_iter().rev().map(|comment| (depth, comment)));
        };
    push_children(&mut stack, None, 0);
    let mut placed: Vec<(usize, bool, Comment)> = Vec::new();
    while let Some((depth, comment)) = stack.pop() {
        push_children(&mut stack, Some(comment.id), depth + 1);
        // Deeper replies are shown at the last level, in the order of a conversation.
        placed.push((depth.min(levels - 1), depth >= levels, comment));
    }
    let depths: Vec<usize> = placed.iter().map(|(depth, ..)| *depth).chain([0]).collect();
    placed
        .into_iter()
        .enumerate()
        .map(|(index, (depth, flattened, comment))| ThreadEntry {
            parent: match (comment.parent_id, &comment.parent_name) {
                (Some(parent), _) if on_page.contains(&parent) && !flattened => {
                    ParentReference::Nested(parent)
                }
                (Some(parent), Some(name)) => ParentReference::Named {
                    url: if on_page.contains(&parent) {
                        format!("#comment-{parent}")
                    } else {
                        links::comment_path(parent)
                    },
                    name: name.clone(),
                },
                _ => ParentReference::Absent,
            },
            opens: index > 0 && depth > depths[index - 1],
            closes: depth.saturating_sub(depths[index + 1]),
            more: None,
            comment,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Ts;
    use crate::text::markdown;

    fn comment(id: i64, parent: Option<i64>) -> Comment {
        Comment {
            id: CommentId(id),
            wordpress_id: None,
            parent_id: parent.map(CommentId),
            root_id: CommentId(1),
            parent_name: parent.map(|parent| format!("N{parent}")),
            name: format!("N{id}"),
            website: None,
            staff: None,
            body_html: markdown::render_comment("x"),
            created_at: Ts::from_unix_micros(id).expect("a valid time"),
            edited_at: None,
        }
    }

    /// Returns the ids of the comments, with brackets around nested lists.
    fn outline(comments: Vec<Comment>) -> String {
        outline_at(5, comments)
    }

    fn outline_at(levels: usize, comments: Vec<Comment>) -> String {
        let mut text = String::new();
        for entry in nest(comments, levels) {
            if entry.opens {
                text.push('(');
            } else if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
            text.push_str(&entry.comment.id.to_string());
            if let ParentReference::Named { name, .. } = &entry.parent {
                text.push_str(&format!("→{name}"));
            }
            text.push_str(&")".repeat(entry.closes));
        }
        text
    }

    #[test]
    fn replies_are_nested_under_their_parents() {
        let comments = vec![
            comment(1, None),
            comment(2, Some(1)),
            comment(3, None),
            comment(4, Some(1)),
            comment(5, Some(2)),
        ];
        assert_eq!(outline(comments), "1(2(5) 4) 3");
    }

    #[test]
    fn a_reply_whose_parent_is_not_public_is_shown_at_the_top_level() {
        let mut orphan = comment(2, Some(1));
        orphan.parent_name = None;
        assert_eq!(outline(vec![orphan, comment(3, Some(2))]), "2(3)");
    }

    #[test]
    fn a_reply_to_a_comment_on_another_page_links_to_its_parent() {
        let entries = nest(vec![comment(2, Some(1)), comment(3, Some(2))], 5);
        let ParentReference::Named { url, name } = &entries[0].parent else {
            panic!("the parent is not named")
        };
        assert_eq!((url.as_str(), name.as_str()), ("/comments/1", "N1"));
    }

    #[test]
    fn replies_below_the_deepest_level_name_their_parents() {
        let comments = || (1..=7).map(|id| comment(id, (id > 1).then_some(id - 1)));
        assert_eq!(outline(comments().collect()), "1(2(3(4(5 6→N5 7→N6))))");
        let at_two = outline_at(2, comments().collect());
        assert_eq!(at_two, "1(2 3→N2 4→N3 5→N4 6→N5 7→N6)");
        let at_ten = outline_at(10, comments().collect());
        assert_eq!(at_ten, "1(2(3(4(5(6(7))))))");
    }

    #[test]
    fn a_chain_of_ten_thousand_replies_does_not_overflow_the_stack() {
        let comments = (1..=10_000)
            .map(|id| comment(id, (id > 1).then_some(id - 1)))
            .collect();
        assert_eq!(nest(comments, 10).len(), 10_000);
    }
}
