//! Types of commenters and their subscriptions.

use strum::IntoStaticStr;

use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::ids::{ArticleId, CommenterId, SubscriptionId};

/// Purpose that is part of the signature in a commenter's links, so that signatures for other purposes are not accepted.
const PURPOSE: &str = "commenter page";

/// Comments that a subscriber is notified of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "subscription_scope", rename_all = "snake_case")]
pub enum SubscriptionScope {
    /// Replies to the subscriber's own comments on an article.
    RepliesToMe,
    /// All comments on an article.
    AllReplies,
}

/// A moderator's policy for a commenter, which overrides the screening rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, IntoStaticStr)]
#[sqlx(type_name = "commenter_policy", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum FixedPolicy {
    /// Every comment of the commenter is held.
    Hold,
    /// Comments of the commenter are approved if the email was verified in the browser.
    Trust,
}

impl FixedPolicy {
    /// Returns the policy's name in forms, in the audit log and in exports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Data needed to sign and verify the link to a commenter's page, where they manage their comments.
pub struct CommenterAccess {
    pub id: CommenterId,
    /// Random text that is part of the signature. Replacing it revokes all links that were sent.
    pub link_seed: String,
    pub verified_at: Option<Ts>,
    pub suppressed_at: Option<Ts>,
}

impl CommenterAccess {
    /// Returns the path of the commenter's page. Everyone who has the path can manage the comments written under the
    /// email, so it may only be sent to that email.
    pub fn page_path(&self, keys: &KeyRing) -> String {
        format!("/commenters/{}?key={}", self.id, self.signature(keys))
    }

    /// Returns the signature in the path of the commenter's page.
    pub fn signature(&self, keys: &KeyRing) -> String {
        keys.sign(PURPOSE, self.signed_text().as_bytes())
    }

    /// Verifies the signature in the path of the commenter's page.
    pub fn is_signature(&self, keys: &KeyRing, key: &str) -> bool {
        keys.verify_signature(PURPOSE, self.signed_text().as_bytes(), key)
    }

    fn signed_text(&self) -> String {
        format!("{} {}", self.id, self.link_seed)
    }
}

pub struct Subscription {
    pub id: SubscriptionId,
    pub scope: SubscriptionScope,
    pub article_id: ArticleId,
    pub title: String,
    /// Path of the article. `None` while the article is not published.
    pub path: Option<String>,
    /// Whether notifications are sent. A subscription is inactive until the email is verified.
    pub is_active: bool,
}
