//! Planned articles and comments: results of a plan, written by `write`.

use std::net::IpAddr;

use crate::articles::{ArticleKind, ArticleState, DraftReason};
use crate::clock::Ts;
use crate::commenters::Email;
use crate::comments::{LinkbackKind, Status};
use crate::text::{BodyFormat, SafeHtml, Slug, Website};
use crate::transfer::wxr::WxrItemTerm;

/// An article as it will be written.
pub struct PlannedArticle {
    pub wordpress_id: i64,
    /// Hash of the item and its comments.
    pub digest: i64,
    /// Whether the text may differ from the stored one although the item did not change, because uploads were copied since.
    pub may_show_uploads: bool,
    pub kind: ArticleKind,
    pub title: String,
    pub slug: Slug,
    pub standfirst: String,
    pub sources: String,
    /// Text as it will be edited, in `format`.
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    pub replies_open: bool,
    pub pinned: bool,
    /// Reason why it becomes a draft although it was none.
    pub draft_reason: Option<DraftReason>,
    pub state: ArticleState,
    pub published_at: Option<Ts>,
    pub created_at: Ts,
    pub updated_at: Ts,
    pub author_login: String,
    pub terms: Vec<WxrItemTerm>,
    /// Decoded paths that it had at the time of the export.
    pub old_paths: Vec<String>,
    /// Decoded paths under former slugs. Another article may have them since.
    pub old_slug_paths: Vec<String>,
    pub comments: ArticleComments,
}

/// The comments and linkbacks of an article.
#[derive(Default)]
pub struct ArticleComments {
    pub comments: Vec<PlannedComment>,
    pub linkbacks: Vec<PlannedLinkback>,
}

/// A comment as it will be written.
pub struct PlannedComment {
    /// WordPress ID, or a negative hash where the export has none.
    pub wordpress_id: i64,
    /// WordPress ID of its parent, a comment on the same article.
    pub parent_wordpress_id: Option<i64>,
    /// WordPress ID of the first comment of its thread; its own for one that answers the article.
    pub root_wordpress_id: i64,
    pub name: String,
    pub email: Option<Email>,
    pub website: Option<Website>,
    pub ip: Option<IpAddr>,
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    pub status: Status,
    /// Reasons of the screening, one per line, from a Broadsheet export.
    pub reasons: String,
    pub created_at: Ts,
    /// Hash of the comment in the export.
    pub digest: i64,
}

/// A pingback or trackback as it will be written.
pub struct PlannedLinkback {
    /// WordPress ID, or a negative hash where the export has none.
    pub wordpress_id: i64,
    pub kind: LinkbackKind,
    pub name: String,
    /// URL of the page that links to the article.
    pub website: String,
    pub body: String,
    pub status: Status,
    pub created_at: Ts,
    /// Hash of the linkback in the export.
    pub digest: i64,
}

/// Names a comment in the report. A negative ID is a hash of its contents, email included, and is not shown.
pub fn describe_comment(wordpress_id: i64) -> String {
    if wordpress_id > 0 {
        format!("comment {wordpress_id}")
    } else {
        "a comment without an ID".to_owned()
    }
}
