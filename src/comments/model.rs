//! What a reply is.

use std::net::IpAddr;

use crate::clock::Ts;
use crate::commenters::Email;
use crate::crypto::Keys;
use crate::ids::{AccountId, ArticleId, CommentId};
use crate::limits::network;
use crate::publication::DiscussionSettings;
use crate::text::{SafeHtml, Website};

/// What has been decided about a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(type_name = "comment_status", rename_all = "lowercase")]
pub enum Status {
    /// Waits for a moderator.
    Held,
    /// There for everyone to read.
    Approved,
    /// Taken for spam.
    Spam,
    /// Thrown away.
    Trashed,
}

impl Status {
    /// All of them, in the order the desk shows.
    pub const ALL: [Self; 4] = [Self::Held, Self::Approved, Self::Spam, Self::Trashed];

    /// Its word in addresses and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Approved => "approved",
            Self::Spam => "spam",
            Self::Trashed => "trashed",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// What another site's notice that it links to an article was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "linkback_kind", rename_all = "lowercase")]
pub enum LinkbackKind {
    /// A pingback.
    Pingback,
    /// A trackback.
    Trackback,
}

/// What a reply form says it stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// An article.
    Article(ArticleId),
    /// An article, by the number it had in WordPress: the form is on a page that a cache kept from before the move.
    Number(i64),
}

/// Where replies go: an article, as far as its replies are concerned.
#[derive(Clone, Debug)]
pub struct Discussion {
    /// The article.
    pub article_id: ArticleId,
    /// Its title.
    pub title: String,
    /// Its address.
    pub path: String,
    /// Whether it takes replies.
    pub replies_open: bool,
    /// When it will take none any more, if it does and that is set.
    pub closes_at: Option<Ts>,
}

/// What a discussion is about: an article that can be read, before the settings say whether it takes replies.
pub struct Subject {
    /// The article.
    pub article_id: ArticleId,
    /// Its title.
    pub title: String,
    /// Its address.
    pub path: String,
    /// Whether it is to take replies, as long as it has not grown too old.
    pub replies_open: bool,
    /// When it began to grow old, if it does: a page does not.
    pub grows_old_from: Option<Ts>,
}

impl Subject {
    /// The discussion, by these settings.
    pub fn discussion(self, settings: &DiscussionSettings, now: Ts) -> Discussion {
        let (is_open, from) = (self.replies_open, self.grows_old_from);
        Discussion {
            article_id: self.article_id,
            title: self.title,
            path: self.path,
            replies_open: settings.takes_replies(is_open, from, now),
            closes_at: settings.closes_later(is_open, from, now),
        }
    }
}

/// What we believe of what a stranger typed. A stranger cannot set a status: there is no such field.
pub struct NewComment {
    /// The reply it answers.
    pub parent_id: Option<CommentId>,
    /// The name given.
    pub name: String,
    /// The address given; the staff need none.
    pub email: Option<Email>,
    /// The website given.
    pub website: Option<Website>,
    /// The text, as Markdown.
    pub body: String,
    /// The text, as HTML.
    pub body_html: SafeHtml,
    /// The member of staff who wrote it, signed in.
    pub account_id: Option<AccountId>,
    /// Where it came from: kept sealed for as long as the publication says, and in what [`NewComment::said`] makes of
    /// it, for two days.
    pub from: IpAddr,
}

/// The days on which something may have been said already.
#[derive(Clone, Copy)]
pub enum Day {
    /// This one.
    Today,
    /// The one before, which ended perhaps a second ago.
    Yesterday,
}

impl NewComment {
    /// The keyed hash of everything an impatient browser sends twice: the same again from the same place is kept once.
    /// Were it the words alone, whoever repeats a public comment under a guessed address would learn whether the guess
    /// is right. [`store::forget_where_from`](super::store::forget_where_from) takes it back.
    ///
    /// Given under each key of the ring, the one in use first, which is the one that is kept: a second press is known
    /// also where the key has changed since the first.
    pub fn said(&self, keys: &Keys, day: Day, now: Ts) -> Vec<Vec<u8>> {
        const MICROS: i64 = 24 * 60 * 60 * 1_000_000;
        let today = now.unix_micros().div_euclid(MICROS);
        let day = match day {
            Day::Today => today,
            Day::Yesterday => today - 1,
        };
        let website = self.website.as_ref().map_or("", Website::as_str);
        let network = network(self.from).to_string();
        let day = day.to_string();
        let said = [day.as_str(), &network, &self.name, website, &self.body].join("\0");
        let hashes = keys.find_by_each("said once", said.as_bytes());
        hashes.into_iter().map(|hash| hash.to_vec()).collect()
    }
}

/// That someone of the staff wrote a reply, signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Staff {
    /// Who wrote the article, too.
    Author,
    /// Anyone else of the staff.
    Staff,
}

impl Staff {
    /// Its words in the catalogue.
    pub fn key(self) -> &'static str {
        match self {
            Self::Author => "reply-by-author",
            Self::Staff => "reply-by-staff",
        }
    }
}

/// A reply as the public sees it. There is no address in it to give away.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its number.
    pub id: CommentId,
    /// Another number, by which old links name it.
    pub number: Option<i64>,
    /// The reply it answers.
    pub parent_id: Option<CommentId>,
    /// The top-level reply it stands under.
    pub root_id: CommentId,
    /// Who wrote what it answers, as long as that is there to read.
    pub answers: Option<String>,
    /// Who wrote it.
    pub name: String,
    /// Where its writer's name leads.
    pub website: Option<String>,
    /// Whether the staff wrote it.
    pub staff: Option<Staff>,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// When its writer last changed it.
    pub edited_at: Option<Ts>,
}
