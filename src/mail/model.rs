//! Recipients and the comments that messages quote.

use crate::ids::{AccountId, CommentId, CommenterId, SubscriptionId};

/// The recipient of a message.
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

/// The comments that a message quotes: it is cancelled when one of them is no longer approved, or the subscription ends.
pub struct RelatedComments {
    pub subscription_id: SubscriptionId,
    pub quotes: Vec<CommentId>,
}
