//! Contents of an export as WordPress wrote them: dates, IDs and statuses are not interpreted here.

use std::fmt;

use zeroize::Zeroizing;

use super::WxrPosition;

/// One entry of an export, in file order.
#[derive(Debug)]
pub enum WxrEntry {
    /// Always the first entry, and only once.
    Site(WxrSite),
    Author(WxrAuthor),
    Term(WxrTerm),
    /// An article, page, attachment or anything else, with its comments.
    Item(Box<WxrItem>),
}

/// Facts about the exported site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WxrSite {
    /// WXR version: 1.0, 1.1 or 1.2.
    pub version: String,
    pub title: String,
    /// Tagline, as WordPress shows it under the title.
    pub description: String,
    pub link: String,
    /// Language tag such as `en-US`.
    pub language: String,
    /// URL of the network that it is part of, or its own.
    pub base_site_url: String,
    /// URL of the site itself, without a path to an article.
    pub base_blog_url: String,
    /// Time zone name; only Broadsheet's exports have it.
    pub time_zone: Option<String>,
    /// Permalink pattern; only Broadsheet's exports have it.
    pub permalink: Option<String>,
}

/// An author. The email is never read from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WxrAuthor {
    /// Login, which items name as their creator.
    pub login: String,
    pub display_name: String,
    pub first_name: String,
    pub last_name: String,
}

/// The taxonomies that are imported; terms of other taxonomies are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TermKind {
    Category,
    Tag,
}

impl TermKind {
    /// Parses the name of a taxonomy.
    pub(super) fn parse(taxonomy: &str) -> Option<Self> {
        match taxonomy {
            "category" => Some(Self::Category),
            // WXR 1.0 writes `tag` inside items.
            "post_tag" | "tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

/// A category or tag of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WxrTerm {
    pub kind: TermKind,
    /// Nicename as written, often percent-encoded.
    pub slug: String,
    pub name: String,
    pub description: String,
    /// Nicename of the parent category, or empty.
    pub parent: String,
}

impl WxrTerm {
    pub(super) fn of_kind(kind: TermKind) -> Self {
        Self {
            kind,
            slug: String::new(),
            name: String::new(),
            description: String::new(),
            parent: String::new(),
        }
    }
}

/// A category or tag as an item names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WxrItemTerm {
    pub kind: TermKind,
    /// Nicename as written; empty in some old exports.
    pub slug: String,
    pub name: String,
}

/// An article, a page, an attachment or anything else that WordPress stores as a post.
#[derive(Debug, Default)]
pub struct WxrItem {
    /// Start of the item in the file.
    pub position: WxrPosition,
    /// `wp:post_id`; 0 where an export leaves it out, as theme demo exports do.
    pub id: i64,
    pub title: String,
    pub link: String,
    /// Login of the author.
    pub creator: String,
    pub content: String,
    pub excerpt: String,
    /// Publication time in the site's time zone, as written.
    pub date: String,
    /// Publication time in UTC, as written; zeros for drafts.
    pub date_gmt: String,
    /// Time of the last change in the site's time zone, as written.
    pub modified: String,
    /// Time of the last change in UTC, as written.
    pub modified_gmt: String,
    pub comments_open: bool,
    /// `wp:post_name` as written, often percent-encoded.
    pub slug: String,
    /// `wp:status`, such as `publish`.
    pub status: String,
    /// `wp:post_type`, such as `post`.
    pub kind: String,
    /// ID of the item that it belongs to, or 0.
    pub parent_id: i64,
    /// Whether reading it needs a password, which is not kept.
    pub has_password: bool,
    pub is_sticky: bool,
    /// URL of the file, for an attachment.
    pub attachment_url: String,
    pub terms: Vec<WxrItemTerm>,
    /// `wp:postmeta` fields that the import uses.
    pub meta: Vec<(String, String)>,
    pub comments: Vec<WxrComment>,
}

/// A comment, pingback or trackback of an item.
#[derive(Default)]
pub struct WxrComment {
    /// `wp:comment_id`, or 0 if that is no positive integer.
    pub id: i64,
    pub author: String,
    /// Email of the commenter: wiped from memory afterwards, and never logged.
    pub email: Zeroizing<String>,
    pub url: String,
    /// IP of the commenter; never logged.
    pub ip: String,
    /// Time in the site's time zone, as written.
    pub date: String,
    /// Time in UTC, as written.
    pub date_gmt: String,
    pub content: String,
    /// `wp:comment_approved`: 1, 0, spam or trash.
    pub approved: String,
    /// `wp:comment_type`: empty, comment, pingback or trackback.
    pub kind: String,
    /// ID of the comment that it answers, or 0.
    pub parent_id: i64,
    /// `wp:commentmeta` fields that Broadsheet's exports write.
    pub meta: Vec<(String, String)>,
}

impl fmt::Debug for WxrComment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WxrComment")
            .field("id", &self.id)
            .field("author", &self.author)
            .field("url", &self.url)
            .field("date", &self.date)
            .field("date_gmt", &self.date_gmt)
            .field("content", &self.content)
            .field("approved", &self.approved)
            .field("kind", &self.kind)
            .field("parent_id", &self.parent_id)
            .field("meta", &self.meta)
            // Email and IP must not reach a log.
            .finish_non_exhaustive()
    }
}
