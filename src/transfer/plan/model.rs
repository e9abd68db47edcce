//! Articles and comments as `plan` produces them from an export and `write` stores them.

use std::net::IpAddr;

use crate::articles::{ArticleKind, ArticleState, DraftReason};
use crate::clock::Ts;
use crate::commenters::Email;
use crate::comments::{LinkbackKind, Status};
use crate::text::{BodyFormat, SafeHtml, Slug, Website};
use crate::transfer::wxr::WxrItemTerm;

/// An article that was made from an export item and is to be written to the database.
pub struct PlannedArticle {
    pub wordpress_id: i64,
    /// Hash of the export item and its comments.
    pub digest: i64,
    /// Whether the article's text may differ from the stored text although its item has not changed. This is so if
    /// uploaded files were copied since the last import.
    pub may_show_uploads: bool,
    pub kind: ArticleKind,
    /// Id by which feed readers recognise the article.
    pub guid: String,
    pub title: String,
    pub slug: Slug,
    pub standfirst: String,
    pub sources: String,
    /// Source text of the article, which editors will edit. It is in the format `format`.
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    pub replies_open: bool,
    pub pinned: bool,
    /// Reason why the import makes the article a draft although it was no draft in WordPress.
    pub draft_reason: Option<DraftReason>,
    pub state: ArticleState,
    pub published_at: Option<Ts>,
    pub created_at: Ts,
    pub updated_at: Ts,
    /// Time of the last change of the words after publication.
    pub revised_at: Option<Ts>,
    pub author_login: String,
    pub terms: Vec<WxrItemTerm>,
    /// Decoded paths that the article had when it was exported.
    pub old_paths: Vec<String>,
    /// Decoded paths that the article had under former slugs. Another article may have such a path now.
    pub old_slug_paths: Vec<String>,
    pub comments: ArticleComments,
}

/// The comments and linkbacks (pingbacks and trackbacks) of an article.
#[derive(Default)]
pub struct ArticleComments {
    pub comments: Vec<PlannedComment>,
    pub linkbacks: Vec<PlannedLinkback>,
}

/// A comment that was made from an export and is to be written to the database.
pub struct PlannedComment {
    /// WordPress ID of the comment, or a negative hash if the export gives no ID.
    pub wordpress_id: i64,
    /// WordPress ID of the comment that this comment replies to.
    pub parent_wordpress_id: Option<i64>,
    /// WordPress ID of the first comment in the thread. A comment that is not a reply is the first of its own thread.
    pub root_wordpress_id: i64,
    /// Id by which feed readers recognise the comment.
    pub guid: String,
    pub name: String,
    pub email: Option<Email>,
    pub website: Option<Website>,
    pub ip: Option<IpAddr>,
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    pub status: Status,
    /// Reasons that automatic screening gave for the status of the comment, one per line. Only exports from Broadsheet
    /// contain them.
    pub reasons: String,
    pub created_at: Ts,
    /// Hash of the comment as the export contains it.
    pub digest: i64,
}

/// A pingback or trackback that was made from an export and is to be written to the database.
pub struct PlannedLinkback {
    /// WordPress ID of the pingback or trackback, or a negative hash if the export gives no ID.
    pub wordpress_id: i64,
    pub kind: LinkbackKind,
    pub name: String,
    /// URL of the page that links to the article.
    pub website: String,
    pub body: String,
    pub status: Status,
    pub created_at: Ts,
    /// Hash of the pingback or trackback as the export contains it.
    pub digest: i64,
}

/// Names a comment in the import report. A negative ID is not shown, because it is a hash that includes the commenter's
/// email address.
pub fn describe_comment(wordpress_id: i64) -> String {
    if wordpress_id > 0 {
        format!("comment {wordpress_id}")
    } else {
        "a comment without an ID".to_owned()
    }
}
