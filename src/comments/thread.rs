//! Replies in the order people read them: each answer under what it answers.

use std::collections::{HashMap, HashSet};

use askama::Template;
use askama::filters::HtmlSafe;

use super::model::Comment;
use super::paging::{self, OF_ONE_THREAD};
use super::permalink;
use super::store::ThreadKey;
use crate::ids::{ArticleId, CommentId};
use crate::web::Layout;

/// Replies on one page.
#[derive(Template)]
#[template(path = "comments/_thread.html")]
pub struct Thread {
    layout: Layout,
    article_id: ArticleId,
    replies_open: bool,
    entries: Vec<Entry>,
}

// A template of ours, escaped where it was filled.
impl HtmlSafe for Thread {}

/// One reply in its place.
struct Entry {
    comment: Comment,
    answers: Answers,
    /// It begins a list of answers to the one before.
    opens: bool,
    /// Lists that end after it.
    closes: usize,
    /// It is the last of its thread here, and there is more.
    more: Option<More>,
}

/// The rest of a thread.
struct More {
    /// Where it goes on.
    address: String,
    /// With how many replies.
    count: i64,
}

/// How a reply shows whom it answers.
enum Answers {
    /// No reply, or none that is there to read.
    Nobody,
    /// By its place under this one.
    Shown(CommentId),
    /// In words, because its place does not show it: it stands at the last level, or its question on another page.
    Said {
        /// Where the question stands.
        address: String,
        /// Who asked it.
        name: String,
    },
}

impl Thread {
    /// Puts `comments`, of each thread the oldest first, under what they answer. Of those `threads` that have more than
    /// stand here it is said where they go on.
    pub fn arrange(
        layout: Layout,
        article_id: ArticleId,
        replies_open: bool,
        comments: Vec<Comment>,
        threads: &[ThreadKey],
    ) -> Self {
        // The column's check keeps it among the depths; whatever it says, there is a first level.
        let depth = usize::try_from(layout.publication.discussion.thread_depth).unwrap_or(1);
        let mut entries = arrange(comments, depth.max(1));
        let more: HashMap<CommentId, i64> = threads
            .iter()
            .map(|thread| (thread.root_id, i64::from(thread.replies) - OF_ONE_THREAD))
            .filter(|(_, more)| *more > 0)
            .collect();
        for index in 0..entries.len() {
            let root = entries[index].comment.root_id;
            let next = entries.get(index + 1).map(|next| next.comment.root_id);
            if next != Some(root) {
                entries[index].more = more.get(&root).map(|count| More {
                    address: paging::thread_address(root, 2),
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

    /// Whether the next reply stands inside this one's list of answers, so that it must stay open.
    fn has_answers(&self, index: &usize) -> bool {
        self.entries.get(index + 1).is_some_and(|next| next.opens)
    }
}

/// Walks the tree with a stack of our own: an answer to an answer may go as deep as anyone cares to post.
fn arrange(comments: Vec<Comment>, levels: usize) -> Vec<Entry> {
    let here: HashSet<CommentId> = comments.iter().map(|comment| comment.id).collect();
    let mut answers: HashMap<Option<CommentId>, Vec<Comment>> = HashMap::new();
    for comment in comments {
        // An answer whose question was taken down, or stands on another page, stands on its own.
        let parent = comment.parent_id.filter(|parent| here.contains(parent));
        answers.entry(parent).or_default().push(comment);
    }
    let mut waiting: Vec<(usize, Comment)> = Vec::new();
    let mut push_answers =
        |waiting: &mut Vec<(usize, Comment)>, to: Option<CommentId>, depth: usize| {
            let found = answers.remove(&to).unwrap_or_default();
            waiting.extend(found.into_iter().rev().map(|comment| (depth, comment)));
        };
    push_answers(&mut waiting, None, 0);
    let mut placed: Vec<(usize, bool, Comment)> = Vec::new();
    while let Some((depth, comment)) = waiting.pop() {
        push_answers(&mut waiting, Some(comment.id), depth + 1);
        placed.push((depth.min(levels - 1), depth >= levels, comment));
    }
    let depths: Vec<usize> = placed.iter().map(|(depth, ..)| *depth).chain([0]).collect();
    placed
        .into_iter()
        .enumerate()
        .map(|(index, (depth, flattened, comment))| Entry {
            answers: match (comment.parent_id, &comment.answers) {
                (Some(parent), _) if here.contains(&parent) && !flattened => Answers::Shown(parent),
                (Some(parent), Some(name)) => Answers::Said {
                    address: if here.contains(&parent) {
                        format!("#comment-{parent}")
                    } else {
                        permalink::address(parent)
                    },
                    name: name.clone(),
                },
                _ => Answers::Nobody,
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
            number: None,
            parent_id: parent.map(CommentId),
            root_id: CommentId(1),
            answers: parent.map(|parent| format!("N{parent}")),
            name: format!("N{id}"),
            website: None,
            staff: None,
            body_html: markdown::render_comment("x"),
            created_at: Ts::from_unix_micros(id).expect("a small number is a moment"),
            edited_at: None,
        }
    }

    /// Ids with brackets where lists open and close.
    fn drawn(comments: Vec<Comment>) -> String {
        drawn_at(5, comments)
    }

    fn drawn_at(levels: usize, comments: Vec<Comment>) -> String {
        let mut text = String::new();
        for entry in arrange(comments, levels) {
            if entry.opens {
                text.push('(');
            } else if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
            text.push_str(&entry.comment.id.to_string());
            if let Answers::Said { name, .. } = &entry.answers {
                text.push_str(&format!("→{name}"));
            }
            text.push_str(&")".repeat(entry.closes));
        }
        text
    }

    #[test]
    fn answers_stand_under_what_they_answer() {
        let comments = vec![
            comment(1, None),
            comment(2, Some(1)),
            comment(3, None),
            comment(4, Some(1)),
            comment(5, Some(2)),
        ];
        assert_eq!(drawn(comments), "1(2(5) 4) 3");
    }

    #[test]
    fn an_answer_to_what_was_taken_down_stands_alone() {
        let mut left_behind = comment(2, Some(1));
        left_behind.answers = None;
        assert_eq!(drawn(vec![left_behind, comment(3, Some(2))]), "2(3)");
    }

    #[test]
    fn an_answer_to_what_stands_on_another_page_says_whom_it_answers() {
        let entries = arrange(vec![comment(2, Some(1)), comment(3, Some(2))], 5);
        let Answers::Said { address, name } = &entries[0].answers else {
            panic!("it does not say whom it answers")
        };
        assert_eq!((address.as_str(), name.as_str()), ("/comments/1", "N1"));
    }

    #[test]
    fn the_deepest_answers_say_whom_they_answer() {
        let comments = || (1..=7).map(|id| comment(id, (id > 1).then_some(id - 1)));
        assert_eq!(drawn(comments().collect()), "1(2(3(4(5 6→N5 7→N6))))");
        let at_two = drawn_at(2, comments().collect());
        assert_eq!(at_two, "1(2 3→N2 4→N3 5→N4 6→N5 7→N6)");
        let at_ten = drawn_at(10, comments().collect());
        assert_eq!(at_ten, "1(2(3(4(5(6(7))))))");
    }

    #[test]
    fn ten_thousand_answers_deep_is_no_deeper() {
        let comments = (1..=10_000)
            .map(|id| comment(id, (id > 1).then_some(id - 1)))
            .collect();
        assert_eq!(arrange(comments, 10).len(), 10_000);
    }
}
