//! Ids of database rows. Each table has its own type, so that an article's id cannot be passed for a comment's.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
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
    };
}

id!(
    /// Id of a staff account.
    AccountId
);
id!(
    /// Id of an article. It is part of the URL to which comments are posted.
    ArticleId
);
id!(
    /// Id of a topic.
    TopicId
);
id!(
    /// Id of a comment. It is part of the comment's permalink.
    CommentId
);
id!(
    /// Id of a commenter. Each email address has one commenter.
    CommenterId
);
id!(
    /// Id of a subscription of one commenter to one article.
    SubscriptionId
);
id!(
    /// Id of an email in the outbox.
    EmailId
);
id!(
    /// Id of one action of a moderator. An action may decide many comments at once.
    ActionId
);
id!(
    /// Id of an entry in the audit log.
    LogEntryId
);
id!(
    /// Id of a group of similar comments.
    SimilarGroupId
);
id!(
    /// Id of a digest.
    DigestId
);
