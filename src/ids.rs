//! Ids of rows, one type for each table, so that an article's id cannot be passed for a comment's.

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
    /// Id of an article; part of the URL that comments are posted to.
    ArticleId
);
id!(
    /// Id of a topic.
    TopicId
);
id!(
    /// Id of a comment; part of its permalink.
    CommentId
);
id!(
    /// Id of a commenter; one for each email.
    CommenterId
);
id!(
    /// Id of a subscription; one for each commenter and article.
    SubscriptionId
);
id!(
    /// Id of an email in the outbox.
    EmailId
);
id!(
    /// Id of one action of a moderator, which may decide many comments.
    ActionId
);
id!(
    /// Id of an entry of the audit log.
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
