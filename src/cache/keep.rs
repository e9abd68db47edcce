//! What a handler says of a page that may be kept.

use std::convert::Infallible;
use std::str::FromStr;

use axum::response::{IntoResponseParts, ResponseParts};
use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::ArticleId;

/// What a page shows, and what a transaction touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// An article, its replies, how many there are.
    Article(ArticleId),
    /// Which articles there are, and in which order.
    Articles,
    /// Replies, whatever they stand under.
    Replies,
    /// Everything. No page needs to say that it shows this.
    Site,
}

/// A tag that this version does not know.
#[derive(Debug)]
pub struct Unknown;

impl FromStr for Tag {
    type Err = Unknown;

    /// As the triggers write it: `article:17`, `articles`, `replies`, `site`.
    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "articles" => Ok(Self::Articles),
            "replies" => Ok(Self::Replies),
            "site" => Ok(Self::Site),
            _ => {
                let id = text.strip_prefix("article:").ok_or(Unknown)?;
                id.parse().map(Self::Article).map_err(|_| Unknown)
            }
        }
    }
}

/// Part of an answer: the page is the same for everyone, and may be kept until something that it shows is touched.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    pub(super) tags: Vec<Tag>,
    pub(super) until: Option<Ts>,
    pub(super) reads: Option<&'static str>,
}

impl Keep {
    /// A page that shows these.
    pub fn showing(tags: impl IntoIterator<Item = Tag>) -> Self {
        Self {
            tags: tags.into_iter().collect(),
            ..Self::default()
        }
    }

    /// A page that is another for each value of this part of a query, a number.
    pub fn by(self, name: &'static str) -> Self {
        Self {
            reads: Some(name),
            ..self
        }
    }

    /// A page that changes by itself at that moment, if there is one.
    pub fn until(self, moment: Option<Ts>) -> Self {
        Self {
            until: moment,
            ..self
        }
    }
}

/// An extension of an answer to a write: what was written is on no page that is kept, so nobody has to hear of it first.
#[derive(Clone, Copy, Debug)]
pub struct Unseen;

/// When the next article that is scheduled will be there to read: lists change then.
pub async fn next_article(db: &mut PgConnection, now: Ts) -> sqlx::Result<Option<Ts>> {
    sqlx::query_scalar!(
        r#"select min(published_at) as "at: Ts" from articles where state = 'published' and published_at > $1"#,
        now as Ts,
    )
    .fetch_one(db)
    .await
}

impl IntoResponseParts for Keep {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}
