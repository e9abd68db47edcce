//! Articles, topics, and their rules that need no database.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use crate::clock::Ts;
use crate::ids::{ArticleId, TopicId};
use crate::text::{BodyFormat, SafeHtml, Slug, markdown};

/// Longest texts of an article.
pub mod limits {
    pub const TITLE_CHARS: usize = 500;
    /// Limit of the summary under the title.
    pub const STANDFIRST_CHARS: usize = 2_000;
    /// Limit of the line that names the sources.
    pub const SOURCES_CHARS: usize = 2_000;
    /// In bytes, because the database's search index has a limit in bytes, too.
    pub const BODY_BYTES: usize = 1_000_000;
    /// Limit of an imported guid. WordPress's are at most 255 characters long; a longer one is replaced.
    pub const GUID_BYTES: usize = 1_000;
}

/// State of an article in the database. `ArticleStatus` also takes the current time into account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "article_state", rename_all = "lowercase")]
pub enum ArticleState {
    /// Visible to staff only.
    #[default]
    Draft,
    /// Visible to readers once the time of publication has come.
    Published,
}

/// Kind of an article. It decides where the article is listed and what its path looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "article_kind", rename_all = "lowercase")]
pub enum ArticleKind {
    /// Listed on the front page, in the feed, on the pages of its topics and on its author's page.
    #[default]
    Article,
    /// Not in any list of articles, for example an imprint or a privacy notice. The path contains no date.
    Page,
}

/// Reason why an imported article became a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, EnumIter, EnumString, IntoStaticStr)]
#[sqlx(type_name = "draft_reason", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum DraftReason {
    /// In WordPress, readers had to enter a password.
    Protected,
    /// In WordPress, only staff could read the article.
    Private,
    /// In WordPress, the article was waiting for an editor's review.
    Pending,
    /// In WordPress, the article was published with a date that cannot be meant, such as the year 26.
    Undated,
    /// The import does not know the status that the article had in WordPress.
    Unknown,
}

impl DraftReason {
    /// Returns the part of the reason's message key that follows `note-`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An article with all its fields, in any state.
#[derive(Clone, Debug)]
pub struct Article {
    pub id: ArticleId,
    pub slug: Slug,
    pub title: String,
    pub standfirst: String,
    /// Line that names the sources; may be empty.
    pub sources: String,
    /// Source text of the article, in `format`.
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    /// Whether the editor allows comments on this article. The publication's settings may close it for comments anyway.
    pub replies_open: bool,
    pub kind: ArticleKind,
    /// Whether the front page lists the article before all articles that are not pinned.
    pub pinned: bool,
    pub draft_reason: Option<DraftReason>,
    /// Name of the account that created the article.
    pub author: String,
    pub author_slug: Slug,
    pub state: ArticleState,
    /// Time of publication. A draft may also have a time, which is used once it is published.
    pub published_at: Option<Ts>,
    /// Time of the last change of the words after publication; `None` if there was none.
    pub revised_at: Option<Ts>,
    /// Current path. `None` until the article is published for the first time.
    pub path: Option<String>,
    /// Number that each save increments. It shows whether somebody has saved since a form was opened.
    pub version: i32,
}

impl Article {
    /// Returns the time of publication shown to readers. Returns `None` for articles of kind `Page`, which show no date
    /// and never close for comments by age.
    pub fn public_date(&self) -> Option<Ts> {
        self.published_at
            .filter(|_| self.kind == ArticleKind::Article)
    }
}

/// Status of an article at a certain time, as editors see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArticleStatus {
    Draft,
    /// The article will be published at this time in the future.
    Scheduled(Ts),
    Published(Ts),
}

impl ArticleStatus {
    /// Returns the status that an article has at `now`.
    pub fn new(state: ArticleState, published_at: Option<Ts>, now: Ts) -> Self {
        match (state, published_at) {
            (ArticleState::Published, Some(at)) if at > now => Self::Scheduled(at),
            (ArticleState::Published, Some(at)) => Self::Published(at),
            _ => Self::Draft,
        }
    }
}

/// A subject with a page that lists its articles.
#[derive(Clone, Debug)]
pub struct Topic {
    pub id: TopicId,
    pub slug: Slug,
    pub name: String,
    /// Text under the name on the topic's page; may be empty.
    pub description: String,
}

/// Kind of a topic on the imported WordPress site. Readers see no difference, but an export writes each topic with its
/// original kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "topic_kind", rename_all = "lowercase")]
pub enum TopicKind {
    Category,
    Tag,
}

/// Validated contents of an article, ready to be saved.
#[derive(Clone, Debug)]
pub struct ArticleInput {
    pub slug: Slug,
    pub title: String,
    pub standfirst: String,
    pub sources: String,
    /// Source text of the article, in `format`.
    pub body: String,
    pub format: BodyFormat,
    pub replies_open: bool,
    pub kind: ArticleKind,
    pub pinned: bool,
    /// Names of the article's topics.
    pub topics: Vec<String>,
    pub state: ArticleState,
    /// Time of publication. For a draft, it is stored and used once the draft is published.
    pub published_at: Option<Ts>,
}

impl ArticleInput {
    /// Returns the contents of a draft with a title, a slug made from the title, and open comments. All other fields are
    /// empty.
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

    /// Renders the text of the article as safe HTML.
    pub fn body_html(&self) -> SafeHtml {
        match self.format {
            BodyFormat::Markdown => markdown::render_article(&self.body),
            BodyFormat::Html => markdown::sanitize_article(&self.body, &|_| None),
        }
    }

    /// Returns the article as it would be after saving, for a preview. It has neither an id nor a path.
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
            revised_at: None,
            path: None,
            version: 0,
        }
    }
}
