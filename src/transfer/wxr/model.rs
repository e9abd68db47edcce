//! The contents of an export as WordPress wrote them. Dates, IDs and statuses are not interpreted here.

use std::fmt;

use zeroize::Zeroizing;

use super::WxrPosition;
use crate::articles::TopicKind;

/// One entry of an export. Entries are returned in the order of the file.
#[derive(Debug)]
pub enum WxrEntry {
    /// Data about the site. This is always the first entry, and there is only one.
    Site(WxrSite),
    Author(WxrAuthor),
    Term(WxrTerm),
    /// An article, page, attachment or other WordPress post, with its comments.
    Item(Box<WxrItem>),
}

/// Data about the exported WordPress site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WxrSite {
    /// WXR version of the export: 1.0, 1.1 or 1.2.
    pub version: String,
    pub title: String,
    /// Tagline of the site, which WordPress shows under the title.
    pub description: String,
    pub link: String,
    /// Language tag of the site, such as `en-US`.
    pub language: String,
    /// URL of the WordPress multisite network that the site is part of. Otherwise the URL of the site itself.
    pub base_site_url: String,
    /// URL of the site's home page.
    pub base_blog_url: String,
    /// Name of the site's time zone. Only exports from Broadsheet contain it.
    pub time_zone: Option<String>,
    /// Permalink pattern of the site. Only exports from Broadsheet contain it.
    pub permalink: Option<String>,
}

/// An author in an export. The author's email address is not read from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WxrAuthor {
    /// WordPress login of the author. Items refer to their author by it.
    pub login: String,
    pub display_name: String,
    pub first_name: String,
    pub last_name: String,
}

/// A WordPress category or tag, as the header of an export describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WxrTerm {
    pub kind: TopicKind,
    /// Slug of the category or tag as it is written in the file, often percent-encoded.
    pub slug: String,
    pub name: String,
    pub description: String,
    /// Slug of the parent category. Empty if there is none.
    pub parent: String,
}

impl WxrTerm {
    pub(super) fn of_kind(kind: TopicKind) -> Self {
        Self {
            kind,
            slug: String::new(),
            name: String::new(),
            description: String::new(),
            parent: String::new(),
        }
    }
}

/// A category or tag of an item, as the item refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WxrItemTerm {
    pub kind: TopicKind,
    /// Slug of the category or tag as it is written in the file. Empty in some old exports.
    pub slug: String,
    pub name: String,
}

/// An article, page, attachment or anything else that WordPress stores as a post.
#[derive(Debug, Default)]
pub struct WxrItem {
    /// Position in the file at which the item starts.
    pub position: WxrPosition,
    /// ID from `wp:post_id`. 0 if the export does not give one, as in demo exports of themes.
    pub id: i64,
    pub title: String,
    pub link: String,
    /// Id by which feed readers recognise the item.
    pub guid: String,
    /// WordPress login of the author.
    pub creator: String,
    pub content: String,
    pub excerpt: String,
    /// Publication time in the site's time zone, as it is written in the file.
    pub date: String,
    /// Publication time in UTC, as it is written in the file. For drafts, all digits are zero.
    pub date_gmt: String,
    /// Time of the last change in the site's time zone, as it is written in the file.
    pub modified: String,
    /// Time of the last change in UTC, as it is written in the file.
    pub modified_gmt: String,
    pub comments_open: bool,
    /// Slug from `wp:post_name` as it is written in the file, often percent-encoded.
    pub slug: String,
    /// Status from `wp:status`, such as `publish`.
    pub status: String,
    /// WordPress post type from `wp:post_type`, such as `post`.
    pub kind: String,
    /// ID of the parent item: the parent of a page, or the article that a file was uploaded to. 0 if there is none.
    pub parent_id: i64,
    /// Whether the item is protected by a password. The password itself is not stored.
    pub has_password: bool,
    pub is_sticky: bool,
    /// URL of the uploaded file, if the item is an attachment.
    pub attachment_url: String,
    pub terms: Vec<WxrItemTerm>,
    /// Keys and values of the `wp:postmeta` fields that an import uses.
    pub meta: Vec<(String, String)>,
    pub comments: Vec<WxrComment>,
}

/// A comment, pingback or trackback on an item.
#[derive(Default)]
pub struct WxrComment {
    /// ID from `wp:comment_id`. 0 if that is not a positive integer.
    pub id: i64,
    pub author: String,
    /// Email address of the commenter. It is never logged, and overwritten in memory when it is no longer needed.
    pub email: Zeroizing<String>,
    pub url: String,
    /// IP address of the commenter. It is never logged.
    pub ip: String,
    /// Time of the comment in the site's time zone, as it is written in the file.
    pub date: String,
    /// Time of the comment in UTC, as it is written in the file.
    pub date_gmt: String,
    pub content: String,
    /// Status from `wp:comment_approved`: 1, 0, spam or trash.
    pub approved: String,
    /// Type from `wp:comment_type`: empty, comment, pingback or trackback.
    pub kind: String,
    /// ID of the comment that this comment replies to. 0 if it is not a reply.
    pub parent_id: i64,
    /// Keys and values of the `wp:commentmeta` fields that exports from Broadsheet contain.
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
