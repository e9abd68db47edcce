//! What an export holds, in its own words: dates, numbers and states as WordPress wrote them.

use std::fmt;

use zeroize::Zeroizing;

use super::Position;

/// One thing in an export, in the order it holds them.
#[derive(Debug)]
pub enum Entry {
    /// The site; always the first entry, and only once.
    Site(Site),
    /// Someone who wrote there.
    Author(Author),
    /// A category or tag.
    Term(Term),
    /// An article, page, attachment or anything else, with its comments.
    Item(Box<Item>),
}

/// What the export says of the site it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Version of WXR: 1.0, 1.1 or 1.2.
    pub version: String,
    /// The site's name.
    pub title: String,
    /// Its tagline.
    pub description: String,
    /// Its address.
    pub link: String,
    /// Its language, such as en-US.
    pub language: String,
    /// Address of the network it is part of, or its own.
    pub base_site_url: String,
    /// Its own address, without a path to an article.
    pub base_blog_url: String,
    /// Its time zone, which only our own exports tell.
    pub time_zone: Option<String>,
    /// How the addresses of its articles are made, which only our own exports tell.
    pub permalink: Option<String>,
}

/// Someone who wrote there. The email address is not read at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// What items name as their creator.
    pub login: String,
    /// The name under articles.
    pub display_name: String,
    /// First name, often empty.
    pub first_name: String,
    /// Last name, often empty.
    pub last_name: String,
}

/// The sort of a term; WordPress knows more, which are passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TermKind {
    /// A category, which may stand under another.
    Category,
    /// A tag.
    Tag,
}

impl TermKind {
    /// The sort that a taxonomy's name stands for; WXR 1.0 calls tags `tag` where they stand in items.
    pub(super) fn parse(taxonomy: &str) -> Option<Self> {
        match taxonomy {
            "category" => Some(Self::Category),
            "post_tag" | "tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

/// A category or tag of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Which of the two.
    pub kind: TermKind,
    /// Its nicename as written, often percent-encoded.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Nicename of the category above it, or empty.
    pub parent: String,
}

impl Term {
    pub(super) fn of(kind: TermKind) -> Self {
        Self {
            kind,
            slug: String::new(),
            name: String::new(),
            description: String::new(),
            parent: String::new(),
        }
    }
}

/// A category or tag of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemTerm {
    /// Which of the two.
    pub kind: TermKind,
    /// Its nicename as written; empty in some old exports.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// An article, a page, an attachment or anything else that WordPress keeps as a post.
#[derive(Debug)]
pub struct Item {
    /// Where it begins.
    pub at: Position,
    /// `wp:post_id`; 0 where an export leaves it out, as the ones that show themes do.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Its address.
    pub link: String,
    /// Login of its author.
    pub creator: String,
    /// Its text.
    pub content: String,
    /// Its excerpt, often empty.
    pub excerpt: String,
    /// When it was published, in the site's time, as written.
    pub date: String,
    /// The same in UTC, as written; drafts have zeros here.
    pub date_gmt: String,
    /// When it was last changed, in the site's time, as written.
    pub modified: String,
    /// The same in UTC, as written.
    pub modified_gmt: String,
    /// Whether it takes comments.
    pub comments_open: bool,
    /// `wp:post_name` as written, often percent-encoded.
    pub slug: String,
    /// `wp:status`, such as publish.
    pub status: String,
    /// `wp:post_type`, such as post.
    pub kind: String,
    /// The item it belongs to, or 0.
    pub parent: i64,
    /// Whether a password is needed to read it; the password itself is not kept.
    pub password: bool,
    /// Whether it stays on top.
    pub sticky: bool,
    /// Address of the file, of an attachment.
    pub attachment_url: String,
    /// Its categories and tags.
    pub terms: Vec<ItemTerm>,
    /// The fields of it that mean something to us.
    pub meta: Vec<(String, String)>,
    /// What was said about it.
    pub comments: Vec<Comment>,
}

impl Item {
    /// An item of which nothing is known but where it begins.
    pub(super) fn at(at: Position) -> Self {
        Self {
            at,
            number: 0,
            title: String::new(),
            link: String::new(),
            creator: String::new(),
            content: String::new(),
            excerpt: String::new(),
            date: String::new(),
            date_gmt: String::new(),
            modified: String::new(),
            modified_gmt: String::new(),
            comments_open: false,
            slug: String::new(),
            status: String::new(),
            kind: String::new(),
            parent: 0,
            password: false,
            sticky: false,
            attachment_url: String::new(),
            terms: Vec::new(),
            meta: Vec::new(),
            comments: Vec::new(),
        }
    }
}

/// What someone said about an item.
#[derive(Default)]
pub struct Comment {
    /// `wp:comment_id`, or 0 if that is no positive number.
    pub number: i64,
    /// The name it is signed with.
    pub author: String,
    /// The writer's email address: wiped from memory afterwards, and never logged.
    pub email: Zeroizing<String>,
    /// The writer's site.
    pub url: String,
    /// The IP address it came from; never logged.
    pub from: String,
    /// When it was written, in the site's time, as written.
    pub date: String,
    /// The same in UTC, as written.
    pub date_gmt: String,
    /// What it says.
    pub content: String,
    /// `wp:comment_approved`: 1, 0, spam or trash.
    pub approved: String,
    /// `wp:comment_type`: empty, comment, pingback or trackback.
    pub kind: String,
    /// The comment it answers, or 0.
    pub parent: i64,
    /// The fields of it that our own exports wrote.
    pub meta: Vec<(String, String)>,
}

/// By hand, so that no log can hold the email or IP address.
impl fmt::Debug for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comment")
            .field("number", &self.number)
            .field("author", &self.author)
            .field("url", &self.url)
            .field("date", &self.date)
            .field("date_gmt", &self.date_gmt)
            .field("content", &self.content)
            .field("approved", &self.approved)
            .field("kind", &self.kind)
            .field("parent", &self.parent)
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}
