//! Types of commenters and their subscriptions.

use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::ids::{ArticleId, CommenterId, SubscriptionId};

/// Domain separation of the signature.
const PURPOSE: &str = "commenter page";

/// The comments that a subscriber is notified of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "subscription_scope", rename_all = "snake_case")]
pub enum SubscriptionScope {
    /// Replies to their own comments under an article.
    RepliesToMe,
    /// Every comment there.
    AllReplies,
}

/// A policy that overrides the screening rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "commenter_policy", rename_all = "lowercase")]
pub enum FixedPolicy {
    /// Every comment is held.
    Hold,
    /// Comments from a verified browser are approved.
    Trust,
}

impl FixedPolicy {
    /// Returns its name in forms, in the audit log and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Trust => "trust",
        }
    }
}

/// A commenter's access to the page that manages their comments.
pub struct CommenterAccess {
    pub id: CommenterId,
    /// Part of the signature; a new one revokes the old links.
    pub link_seed: String,
    pub verified_at: Option<Ts>,
    pub suppressed_at: Option<Ts>,
}

impl CommenterAccess {
    /// Returns the path of their page. Whoever has it manages the comments written under the email, so it is sent to that
    /// email alone.
    pub fn page_path(&self, keys: &KeyRing) -> String {
        format!("/commenters/{}?key={}", self.id, self.signature(keys))
    }

    /// Returns the signature in that path.
    pub fn signature(&self, keys: &KeyRing) -> String {
        keys.sign(PURPOSE, self.signed_text().as_bytes())
    }

    /// Verifies a signature.
    pub fn is_signature(&self, keys: &KeyRing, key: &str) -> bool {
        keys.verify_signature(PURPOSE, self.signed_text().as_bytes(), key)
    }

    fn signed_text(&self) -> String {
        format!("{} {}", self.id, self.link_seed)
    }
}

/// A subscription to the comments of one article.
pub struct Subscription {
    pub id: SubscriptionId,
    pub scope: SubscriptionScope,
    pub article_id: ArticleId,
    pub title: String,
    /// `None` while the article is not published.
    pub path: Option<String>,
    /// Inactive until the email is verified.
    pub is_active: bool,
}
