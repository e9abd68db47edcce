//! The numbers things go by. One type each, so that an article's number cannot be handed over where a comment's is meant.

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
    /// A member of staff.
    AccountId
);
id!(
    /// An article; part of the address replies are posted to.
    ArticleId
);
id!(
    /// What articles are about.
    TopicId
);
id!(
    /// A comment; part of its permanent address.
    CommentId
);
id!(
    /// Someone who replies: one number an address.
    CommenterId
);
id!(
    /// What a commenter wants to be told of: one number an article and person.
    SubscriptionId
);
id!(
    /// A letter in the outbox.
    EmailId
);
id!(
    /// One press of a button that decided one comment or many.
    ActId
);
id!(
    /// An entry of the log.
    EntryId
);
id!(
    /// Comments that say nearly the same.
    LookalikeId
);
id!(
    /// A digest of what waits.
    DigestId
);
