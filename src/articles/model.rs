//! What an article is.

use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::{SafeHtml, Slug};

/// Whether an article has been given to readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "article_state", rename_all = "lowercase")]
pub enum State {
    /// Only the staff see it.
    Draft,
    /// Readers see it from its moment on.
    Published,
}

/// An article as its editors see it.
#[derive(Clone, Debug)]
pub struct Article {
    /// Its number.
    pub id: ArticleId,
    /// The last part of its address.
    pub slug: Slug,
    /// Its headline.
    pub title: String,
    /// What stands under the headline; may be empty.
    pub standfirst: String,
    /// Where its facts come from; may be empty.
    pub sources: String,
    /// The text, as Markdown.
    pub body: String,
    /// The text, as HTML.
    pub body_html: SafeHtml,
    /// Whether it takes replies.
    pub replies_open: bool,
    /// Whether it has been given to readers.
    pub state: State,
    /// When it is there to read.
    pub published_at: Option<Ts>,
    /// Its address, once it has been published.
    pub path: Option<String>,
    /// Counts saves.
    pub version: i32,
}

/// Where an article stands, as an editor speaks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not given to readers.
    Draft,
    /// There from a moment to come.
    Scheduled(Ts),
    /// There since a moment.
    Published(Ts),
}

impl Standing {
    /// What state and moment mean now.
    pub fn of(state: State, published_at: Option<Ts>, now: Ts) -> Self {
        match (state, published_at) {
            (State::Published, Some(at)) if at > now => Self::Scheduled(at),
            (State::Published, Some(at)) => Self::Published(at),
            _ => Self::Draft,
        }
    }
}

/// What an editor has written, well formed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The last part of the address.
    pub slug: Slug,
    /// The headline.
    pub title: String,
    /// What stands under it.
    pub standfirst: String,
    /// Where its facts come from.
    pub sources: String,
    /// The text, as Markdown.
    pub body: String,
    /// Whether it takes replies.
    pub replies_open: bool,
    /// Whether it is given to readers.
    pub state: State,
    /// When; for a draft, the moment it would have.
    pub published_at: Option<Ts>,
}
