//! What a commenter is, and what they may ask for.

use crate::clock::Ts;
use crate::crypto::Keys;
use crate::ids::{ArticleId, CommenterId, SubscriptionId};

/// What the signature on the address of a commenter's page is for.
const PURPOSE: &str = "commenter page";

/// Of which replies someone is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "subscription_scope", rename_all = "lowercase")]
pub enum Scope {
    /// Answers to what they wrote under an article.
    Answers,
    /// Every reply there.
    Everything,
}

/// How the replies of someone are treated, whatever else is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "commenter_treatment", rename_all = "lowercase")]
pub enum Treatment {
    /// They always wait for a moderator.
    Hold,
    /// They are approved at once, where it is proved that they are theirs.
    Trust,
}

impl Treatment {
    /// Its word in forms, in the log and in what is exported.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Trust => "trust",
        }
    }
}

/// A commenter, as far as their own page is concerned.
pub struct Person {
    /// Their number.
    pub id: CommenterId,
    /// Part of the signature on their page's address: with another one the old address is void.
    pub seed: String,
    /// When they proved their address.
    pub proved_at: Option<Ts>,
    /// When mail to the address came back.
    pub silenced_at: Option<Ts>,
}

impl Person {
    /// The address of their page. Whoever has it is in charge of what was written under their email address, so it goes
    /// to that alone.
    pub fn page(&self, keys: &Keys) -> String {
        format!("/commenters/{}?key={}", self.id, self.key(keys))
    }

    /// The signature in that address.
    pub fn key(&self, keys: &Keys) -> String {
        keys.sign(PURPOSE, self.signed().as_bytes())
    }

    /// Whether `key` is that signature.
    pub fn is_key(&self, keys: &Keys, key: &str) -> bool {
        keys.is_signed(PURPOSE, self.signed().as_bytes(), key)
    }

    fn signed(&self) -> String {
        format!("{} {}", self.id, self.seed)
    }
}

/// What someone is told of under one article.
pub struct Subscription {
    /// Its number.
    pub id: SubscriptionId,
    /// Of which replies.
    pub scope: Scope,
    /// The article.
    pub article_id: ArticleId,
    /// Its title.
    pub title: String,
    /// Its address; none while it is not there to read.
    pub path: Option<String>,
    /// Whether it counts: until the address is proved it does not.
    pub is_active: bool,
}
