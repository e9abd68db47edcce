//! Replies in the order people read them: each answer under what it answers.

use std::collections::HashMap;

use askama::Template;
use askama::filters::HtmlSafe;

use super::model::Comment;
use crate::ids::{ArticleId, CommentId};
use crate::web::Layout;

/// Levels that are shown indented; deeper answers stand at the last one and say whom they answer. WordPress's default.
const DEPTH: usize = 5;

/// The replies under an article.
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
    /// Whose words it answers, when its place alone does not show it.
    answers: Option<(CommentId, String)>,
    /// It begins a list of answers to the one before.
    opens: bool,
    /// Lists that end after it.
    closes: usize,
}

impl Thread {
    /// Puts `comments`, oldest first, under what they answer.
    pub fn arrange(
        layout: Layout,
        article_id: ArticleId,
        replies_open: bool,
        comments: Vec<Comment>,
    ) -> Self {
        Self {
            layout,
            article_id,
            replies_open,
            entries: arrange(comments),
        }
    }

    /// How many replies there are.
    pub fn count(&self) -> i64 {
        i64::try_from(self.entries.len()).unwrap_or(i64::MAX)
    }

    /// Whether the next reply stands inside this one's list of answers, so that it must stay open.
    fn has_answers(&self, index: &usize) -> bool {
        self.entries.get(index + 1).is_some_and(|next| next.opens)
    }
}

/// Walks the tree with a stack of our own: an answer to an answer may go as deep as anyone cares to post.
fn arrange(comments: Vec<Comment>) -> Vec<Entry> {
    let names: HashMap<CommentId, String> =
        comments.iter().map(|c| (c.id, c.name.clone())).collect();
    let mut answers: HashMap<Option<CommentId>, Vec<Comment>> = HashMap::new();
    for comment in comments {
        // An answer whose question was taken down stands on its own.
        let parent = comment
            .parent_id
            .filter(|parent| names.contains_key(parent));
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
        placed.push((depth.min(DEPTH - 1), depth >= DEPTH, comment));
    }
    let depths: Vec<usize> = placed.iter().map(|(depth, ..)| *depth).chain([0]).collect();
    placed
        .into_iter()
        .enumerate()
        .map(|(index, (depth, flattened, comment))| Entry {
            answers: comment
                .parent_id
                .filter(|_| flattened)
                .and_then(|parent| Some((parent, names.get(&parent)?.clone()))),
            opens: index > 0 && depth > depths[index - 1],
            closes: depth.saturating_sub(depths[index + 1]),
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
            name: format!("N{id}"),
            website: None,
            body_html: markdown::comment("x"),
            created_at: Ts::from_unix_micros(id).expect("a small number is a moment"),
        }
    }

    /// Ids with brackets where lists open and close.
    fn drawn(comments: Vec<Comment>) -> String {
        let mut text = String::new();
        for entry in arrange(comments) {
            if entry.opens {
                text.push('(');
            } else if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
            text.push_str(&entry.comment.id.to_string());
            if let Some((_, name)) = &entry.answers {
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
        assert_eq!(
            drawn(vec![comment(2, Some(1)), comment(3, Some(2))]),
            "2(3)"
        );
    }

    #[test]
    fn the_deepest_answers_say_whom_they_answer() {
        let comments = (1..=7)
            .map(|id| comment(id, (id > 1).then_some(id - 1)))
            .collect();
        assert_eq!(drawn(comments), "1(2(3(4(5 6→N5 7→N6))))");
    }

    #[test]
    fn ten_thousand_answers_deep_is_no_deeper() {
        let comments = (1..=10_000)
            .map(|id| comment(id, (id > 1).then_some(id - 1)))
            .collect();
        assert_eq!(arrange(comments).len(), 10_000);
    }
}
