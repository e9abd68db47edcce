//! What a commenter is, and what they may ask for.

use crate::clock::Ts;
use crate::crypto::Keys;
use crate::ids::{ArticleId, CommenterId, SubscriptionId};

/// What the signature on the address of a commenter's page is for.
const PURPOSE: &str = "commenter page";

/// Of which replies someone is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "subscription_scope", rename_all = "lowercase")]
pub enum SubscriptionScope {
    /// Answers to what they wrote under an article.
    #[sqlx(rename = "answers")]
    RepliesToMe,
    /// Every reply there.
    #[sqlx(rename = "everything")]
    AllReplies,
}

/// How the replies of someone are treated, whatever else is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "commenter_treatment", rename_all = "lowercase")]
pub enum FixedPolicy {
    /// They always wait for a moderator.
    Hold,
    /// They are approved at once, where it is proved that they are theirs.
    Trust,
}

impl FixedPolicy {
    /// Its word in forms, in the log and in what is exported.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Trust => "trust",
        }
    }
}

/// A commenter, as far as their own page is concerned.
pub struct CommenterAccess {
    /// Their number.
    pub id: CommenterId,
    /// Part of the signature on their page's address: with another one the old address is void.
    pub link_seed: String,
    /// When they proved their address.
    pub proved_at: Option<Ts>,
    /// When mail to the address came back.
    pub silenced_at: Option<Ts>,
}

impl CommenterAccess {
    /// The address of their page. Whoever has it is in charge of what was written under their email address, so it goes
    /// to that alone.
    pub fn page_path(&self, keys: &Keys) -> String {
        format!("/commenters/{}?key={}", self.id, self.signature(keys))
    }

    /// The signature in that address.
    pub fn signature(&self, keys: &Keys) -> String {
        keys.sign(PURPOSE, self.signed_text().as_bytes())
    }

    /// Whether `key` is that signature.
    pub fn is_signature(&self, keys: &Keys, key: &str) -> bool {
        keys.is_signed(PURPOSE, self.signed_text().as_bytes(), key)
    }

    fn signed_text(&self) -> String {
        format!("{} {}", self.id, self.link_seed)
    }
}

/// What someone is told of under one article.
pub struct Subscription {
    /// Its number.
    pub id: SubscriptionId,
    /// Of which replies.
    pub scope: SubscriptionScope,
    /// The article.
    pub article_id: ArticleId,
    /// Its title.
    pub title: String,
    /// Its address; none while it is not there to read.
    pub path: Option<String>,
    /// Whether it counts: until the address is proved it does not.
    pub is_active: bool,
}
