//! Recipients of messages, and references to the comments that messages quote.

use crate::ids::{AccountId, CommentId, CommenterId, SubscriptionId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    Commenter(CommenterId),
    Account(AccountId),
}

impl From<CommenterId> for Recipient {
    fn from(id: CommenterId) -> Self {
        Self::Commenter(id)
    }
}

impl From<AccountId> for Recipient {
    fn from(id: AccountId) -> Self {
        Self::Account(id)
    }
}

/// Subscription and comments that caused a message. The message is cancelled if the subscription ends or one of the
/// comments is no longer approved.
pub struct RelatedComments {
    pub subscription_id: SubscriptionId,
    pub quotes: Vec<CommentId>,
}
