//! Ids of database rows. Each table has its own type, so that an article's id cannot be passed for a comment's.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, sqlx::Type)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// Id of a staff account.
    AccountId,
    /// Id of an article. It is part of the URL to which comments are posted.
    ArticleId,
    TopicId,
    /// Id of a comment. It is part of the comment's permalink.
    CommentId,
    /// Id of a commenter. Each email address has one commenter.
    CommenterId,
    /// Id of a subscription of one commenter to one article.
    SubscriptionId,
    /// Id of an email in the outbox.
    EmailId,
    /// Id of one action of a moderator. An action may decide many comments at once.
    ActionId,
    /// Id of an entry in the audit log.
    LogEntryId,
    /// Id of a group of similar comments.
    SimilarGroupId,
    DigestId,
}
