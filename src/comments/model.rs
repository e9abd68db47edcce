//! Comments, discussions and their rules. No SQL, no HTTP.

use std::net::IpAddr;

use strum::{EnumString, IntoStaticStr};

use crate::clock::Ts;
use crate::commenters::Email;
use crate::crypto::KeyRing;
use crate::ids::{AccountId, ArticleId, CommentId};
use crate::limits::network_of;
use crate::publication::DiscussionSettings;
use crate::text::{SafeHtml, Website};

/// Encryption context of the IP network of a comment. An encrypted network can only be decrypted in this context.
pub const NETWORK_ROW: &[u8] = b"comments.network_sealed";

/// Moderation status of a comment.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, EnumString, IntoStaticStr,
)]
#[sqlx(type_name = "comment_status", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Status {
    Held,
    Approved,
    Spam,
    Trashed,
}

impl Status {
    /// Every status, in the order of the moderation tabs.
    pub const ALL: [Self; 4] = [Self::Held, Self::Approved, Self::Spam, Self::Trashed];

    /// Returns the name of the status in URLs, forms and message keys.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Parses a status name as [`Self::as_str`] returns it.
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

/// Protocol by which another site announced a link to an article. Only imported comments have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "linkback_kind", rename_all = "lowercase")]
pub enum LinkbackKind {
    Pingback,
    Trackback,
}

/// Article that a submitted reply form belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyTarget {
    Article(ArticleId),
    /// Id of a post on the imported WordPress site. The form is on a page that a cache stored before the move.
    WordPressId(i64),
}

/// A published article, with the data that its comments need.
#[derive(Clone, Debug)]
pub struct Discussion {
    pub article_id: ArticleId,
    pub title: String,
    pub path: String,
    pub replies_open: bool,
    /// Time at which the discussion will close by itself. `None` if it is closed already or never closes.
    pub closes_at: Option<Ts>,
}

/// Published article, before the discussion settings are applied to it.
pub struct PublishedArticle {
    pub article_id: ArticleId,
    pub title: String,
    pub path: String,
    /// Whether the editor accepts replies to this article.
    pub replies_open: bool,
    /// Start of the period after which replies close. `None` for articles of kind `Page`, which never close by age.
    pub ages_from: Option<Ts>,
}

impl PublishedArticle {
    /// Applies the discussion settings, which may close the discussion.
    pub fn into_discussion(self, settings: &DiscussionSettings, now: Ts) -> Discussion {
        let (is_open, from) = (self.replies_open, self.ages_from);
        Discussion {
            article_id: self.article_id,
            title: self.title,
            path: self.path,
            replies_open: settings.accepts_comments(is_open, from, now),
            closes_at: settings.upcoming_close(is_open, from, now),
        }
    }
}

/// A validated comment that is not saved yet. It has no status, so that no form can set a status.
pub struct NewComment {
    pub parent_id: Option<CommentId>,
    pub name: String,
    /// `None` only for signed-in staff.
    pub email: Option<Email>,
    pub website: Option<Website>,
    /// Comment text in Markdown.
    pub body: String,
    pub body_html: SafeHtml,
    /// Account of the signed-in member of staff who wrote it.
    pub account_id: Option<AccountId>,
    /// IP address of the request. Only its IP network is stored: encrypted, for as many days as the settings say, and for
    /// two days as part of [`dedup_hashes`](NewComment::dedup_hashes).
    pub ip: IpAddr,
}

/// UTC day that is part of a deduplication hash. Today's hash is saved, and yesterday's finds duplicates across midnight.
#[derive(Clone, Copy)]
pub enum DedupDay {
    Today,
    Yesterday,
}

impl NewComment {
    /// Returns the hashes that recognise a second submission of the same comment from the same IP network. There is one
    /// hash for each secret key in the key file, the current key first. Only the first hash is saved, and the others find
    /// comments that were saved before a key rotation. [`purge_networks`](super::store::purge::purge_networks) removes
    /// the hash after two days.
    pub fn dedup_hashes(&self, keys: &KeyRing, day: DedupDay, now: Ts) -> Vec<Vec<u8>> {
        const MICROS_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;
        let today = now.unix_micros().div_euclid(MICROS_PER_DAY);
        let day = match day {
            DedupDay::Today => today,
            DedupDay::Yesterday => today - 1,
        };
        let website = self.website.as_ref().map_or("", Website::as_str);
        // The network is part of the hash because of guessing: with the text alone, repeating a public comment under a
        // guessed email would tell whether the guess is right.
        let network = network_of(self.ip).to_string();
        let day = day.to_string();
        let fields = [day.as_str(), &network, &self.name, website, &self.body].join("\0");
        // The fields are separated by NUL, which none of them may contain: otherwise two submissions could share a hash.
        keys.blind_indexes("said once", fields.as_bytes())
    }
}

/// Returns the keyed hash (blind index) that finds all comments from an IP network, although the network is stored
/// encrypted.
pub fn hash_network(keys: &KeyRing, ip: IpAddr) -> Vec<u8> {
    let network = network_of(ip).to_string();
    keys.blind_index("network of comments", network.as_bytes())
        .to_vec()
}

/// Badge of a comment written by a signed-in member of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum StaffBadge {
    /// The comment's author also wrote the article.
    Author,
    Staff,
}

impl StaffBadge {
    pub fn message_key(self) -> &'static str {
        match self {
            Self::Author => "reply-by-author",
            Self::Staff => "reply-by-staff",
        }
    }
}

/// An approved comment as everyone sees it. It has no email field, so that no page can show an email by mistake.
#[derive(Clone, Debug)]
pub struct Comment {
    pub id: CommentId,
    /// Id of the comment on the imported WordPress site, for old links to the comment. `None` if it equals `id`, or if
    /// another comment of the article has that id here.
    pub wordpress_id: Option<i64>,
    pub parent_id: Option<CommentId>,
    /// Id of the top-level comment of the thread. A top-level comment has its own id here.
    pub root_id: CommentId,
    /// Name of the parent comment's author. `None` while the parent is not public.
    pub parent_name: Option<String>,
    pub name: String,
    pub website: Option<String>,
    pub staff: Option<StaffBadge>,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    /// Time at which the author last edited the comment.
    pub edited_at: Option<Ts>,
}
