//! Articles, topics, and the rules that hold for them without a database.

use crate::clock::Ts;
use crate::ids::{ArticleId, TopicId};
use crate::text::{BodyFormat, SafeHtml, Slug, markdown};

/// Longest title, in bytes.
pub const TITLE_BYTES: usize = 500;
/// Longest standfirst, in bytes.
pub const STANDFIRST_BYTES: usize = 2_000;
/// Longest line of sources, in bytes.
pub const SOURCES_BYTES: usize = 2_000;
/// Longest body, in bytes.
pub const BODY_BYTES: usize = 1_000_000;

/// The stored state of an article. [`ArticleStatus`] also takes the time into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "article_state", rename_all = "lowercase")]
pub enum ArticleState {
    /// Visible to staff only.
    Draft,
    /// Visible to readers from its time of publication on.
    Published,
}

/// The kind of an article, which decides where it is listed and what its path looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "article_kind", rename_all = "lowercase")]
pub enum ArticleKind {
    /// Listed on the front page, in the feed, and under its topics and its author.
    #[default]
    Article,
    /// Listed nowhere, such as an imprint or a privacy notice. Its path has no date.
    Page,
}

/// Reasons why an imported article became a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "draft_reason", rename_all = "lowercase")]
pub enum DraftReason {
    /// Readers needed a password.
    Protected,
    /// Only staff could read it.
    Private,
    /// It was waiting for review by an editor.
    Pending,
    /// Its status is none that the import knows.
    Unknown,
}

impl DraftReason {
    pub const ALL: [Self; 4] = [Self::Protected, Self::Private, Self::Pending, Self::Unknown];

    /// Returns the end of the key of its message, which begins with `note-`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::Private => "private",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }
}

/// An article as stored. Readers get it only once it is published.
#[derive(Clone, Debug)]
pub struct Article {
    pub id: ArticleId,
    pub slug: Slug,
    pub title: String,
    pub standfirst: String,
    /// One line that names the sources; may be empty.
    pub sources: String,
    /// Source text, in `format`.
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    /// Whether its editors accept comments. The publication's settings may close them all the same.
    pub replies_open: bool,
    pub kind: ArticleKind,
    /// Whether the front page lists it before all that are not pinned.
    pub pinned: bool,
    pub draft_reason: Option<DraftReason>,
    /// Name of the account that created it.
    pub author: String,
    pub author_slug: Slug,
    pub state: ArticleState,
    /// Time of publication; a draft may have one, too.
    pub published_at: Option<Ts>,
    /// Current path; `None` until the first publication.
    pub path: Option<String>,
    /// Incremented by each save; tells whether a form was opened before the latest one.
    pub version: i32,
}

impl Article {
    /// Returns the time of publication that readers see. A page shows none, and its comments never close with age.
    pub fn public_date(&self) -> Option<Ts> {
        self.published_at
            .filter(|_| self.kind == ArticleKind::Article)
    }
}

/// The status of an article at a given time, as editors see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArticleStatus {
    Draft,
    /// Published from a time in the future on.
    Scheduled(Ts),
    Published(Ts),
}

impl ArticleStatus {
    /// Returns the status at `now`.
    pub fn new(state: ArticleState, published_at: Option<Ts>, now: Ts) -> Self {
        match (state, published_at) {
            (ArticleState::Published, Some(at)) if at > now => Self::Scheduled(at),
            (ArticleState::Published, Some(at)) => Self::Published(at),
            _ => Self::Draft,
        }
    }
}

/// A subject that articles are listed under.
#[derive(Clone, Debug)]
pub struct Topic {
    pub id: TopicId,
    pub slug: Slug,
    pub name: String,
    /// Text under the name on its page; may be empty.
    pub description: String,
}

/// The two kinds of topics in WordPress. Readers see no difference, but an export writes each as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "topic_kind", rename_all = "lowercase")]
pub enum TopicKind {
    Category,
    Tag,
}

/// Valid contents of an article, ready to be saved.
#[derive(Clone, Debug)]
pub struct ArticleInput {
    pub slug: Slug,
    pub title: String,
    pub standfirst: String,
    pub sources: String,
    /// Source text, in `format`.
    pub body: String,
    pub format: BodyFormat,
    pub replies_open: bool,
    pub kind: ArticleKind,
    pub pinned: bool,
    /// Names of its topics.
    pub topics: Vec<String>,
    pub state: ArticleState,
    /// Time of publication. A draft keeps it for when it is published.
    pub published_at: Option<Ts>,
}

impl ArticleInput {
    /// Returns a draft with a title, the slug made of it, and open comments. Everything else is empty.
    pub fn new(title: &str) -> Self {
        Self {
            slug: Slug::from_title(title),
            title: title.to_owned(),
            standfirst: String::new(),
            sources: String::new(),
            body: String::new(),
            format: BodyFormat::Markdown,
            replies_open: true,
            kind: ArticleKind::Article,
            pinned: false,
            topics: Vec::new(),
            state: ArticleState::Draft,
            published_at: None,
        }
    }

    /// Returns the body as HTML that is safe to show.
    pub fn body_html(&self) -> SafeHtml {
        match self.format {
            BodyFormat::Markdown => markdown::render_article(&self.body),
            BodyFormat::Html => markdown::sanitize_article(&self.body, &|_| None),
        }
    }

    /// Returns the article that saving would make, for its preview. It has neither an id nor a path.
    pub fn to_preview(&self, author: String, author_slug: Slug, now: Ts) -> Article {
        Article {
            id: ArticleId(0),
            slug: self.slug.clone(),
            title: self.title.clone(),
            standfirst: self.standfirst.clone(),
            sources: self.sources.clone(),
            body: self.body.clone(),
            format: self.format,
            body_html: self.body_html(),
            replies_open: self.replies_open,
            kind: self.kind,
            pinned: self.pinned,
            draft_reason: None,
            author,
            author_slug,
            state: self.state,
            // The preview of an undated draft shows the date it would get if it were published now.
            published_at: self.published_at.or(Some(now)),
            path: None,
            version: 0,
        }
    }
}
