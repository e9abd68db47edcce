//! What an article is.

use crate::clock::Ts;
use crate::ids::{ArticleId, TopicId};
use crate::text::{BodyFormat, SafeHtml, Slug, markdown};

/// Bytes a title may have.
pub const TITLE_BYTES: usize = 500;
/// Bytes a standfirst may have.
pub const STANDFIRST_BYTES: usize = 2_000;
/// Bytes the line of sources may have.
pub const SOURCES_BYTES: usize = 2_000;
/// Bytes a text may have.
pub const BODY_BYTES: usize = 1_000_000;

/// Whether an article has been given to readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "article_state", rename_all = "lowercase")]
pub enum State {
    /// Only the staff see it.
    Draft,
    /// Readers see it from its moment on.
    Published,
}

/// Where an article stands among the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "article_kind", rename_all = "lowercase")]
pub enum Kind {
    /// On the front page, in the feed, under its topics.
    #[default]
    Article,
    /// Outside all of them: an imprint, a privacy notice. Its address has no date.
    Page,
}

/// Why an article that came from elsewhere is a draft here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "draft_reason", rename_all = "lowercase")]
pub enum DraftReason {
    /// It was behind a password.
    Protected,
    /// Only the staff could read it.
    Private,
    /// It waited for an editor.
    Pending,
    /// It had a status that we do not know.
    Unknown,
}

impl DraftReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Protected, Self::Private, Self::Pending, Self::Unknown];

    /// Its word; the catalogue has it as `note-…`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::Private => "private",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }
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
    /// The text, as written.
    pub body: String,
    /// How it is written.
    pub format: BodyFormat,
    /// The text, as HTML.
    pub body_html: SafeHtml,
    /// Whether it takes replies.
    pub replies_open: bool,
    /// Where it stands among the others.
    pub kind: Kind,
    /// Whether it stands first on the front page.
    pub pinned: bool,
    /// Why it is a draft, if it came from elsewhere.
    pub draft_reason: Option<DraftReason>,
    /// The name of who began it.
    pub author: String,
    /// The last part of their page's address.
    pub author_slug: Slug,
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

/// What articles are about.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its number.
    pub id: TopicId,
    /// The last part of its page's address.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// What stands under the name on its page; may be empty.
    pub description: String,
}

/// WordPress's two kinds of topics. Readers see one; an export gives both back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "topic_kind", rename_all = "lowercase")]
pub enum TopicKind {
    /// A category.
    Category,
    /// A tag.
    Tag,
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
    /// The text, as written.
    pub body: String,
    /// How it is written.
    pub format: BodyFormat,
    /// Whether it takes replies.
    pub replies_open: bool,
    /// Where it stands among the others.
    pub kind: Kind,
    /// Whether it stands first on the front page.
    pub pinned: bool,
    /// Names of what it is about.
    pub topics: Vec<String>,
    /// Whether it is given to readers.
    pub state: State,
    /// When; for a draft, the moment it would have.
    pub published_at: Option<Ts>,
}

impl Draft {
    /// The text as HTML.
    pub fn body_html(&self) -> SafeHtml {
        match self.format {
            BodyFormat::Markdown => markdown::render_article(&self.body),
            BodyFormat::Html => markdown::sanitize_article(&self.body, &|_| None),
        }
    }
}
