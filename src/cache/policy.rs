//! Caching policies, with which a handler declares that its response may be cached.

use std::convert::Infallible;
use std::str::FromStr;

use axum::response::{IntoResponseParts, ResponseParts};
use jiff::civil::Date;

use crate::clock::Ts;
use crate::ids::ArticleId;

/// Kind of content that cached pages show. When a transaction changes content, all pages with its tag are invalidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheTag {
    /// One article with its comments and their count.
    Article(ArticleId),
    /// List of published articles and its order.
    Articles,
    /// Published articles of the month that begins on this day, in UTC, with their paths and dates.
    Month(Date),
    /// Approved comments of all articles.
    Comments,
    /// Content of the whole site. Every page carries this tag implicitly.
    Site,
}

/// Error for a tag that this version of the program does not know.
#[derive(Debug)]
pub struct UnknownTag;

impl FromStr for CacheTag {
    type Err = UnknownTag;

    /// Parses a tag in the spelling of the database triggers: `article:17`, `articles`, `month:2026-11-01`,
    /// `replies` or `site`.
    fn from_str(text: &str) -> Result<Self, UnknownTag> {
        match text {
            "articles" => Ok(Self::Articles),
            // The triggers' name for comments.
            "replies" => Ok(Self::Comments),
            "site" => Ok(Self::Site),
            _ => match text.split_once(':') {
                Some(("article", id)) => id.parse().map(Self::Article).map_err(|_| UnknownTag),
                Some(("month", day)) => day.parse().map(Self::Month).map_err(|_| UnknownTag),
                _ => Err(UnknownTag),
            },
        }
    }
}

/// Response part that declares a page to be the same for everyone and cacheable until one of its tags is invalidated.
#[derive(Clone, Debug, Default)]
pub struct CachePolicy {
    pub(super) tags: Vec<CacheTag>,
    pub(super) expires_at: Option<Ts>,
    pub(super) vary_by: Option<&'static str>,
}

impl CachePolicy {
    /// Returns the policy of a page that shows the content of `tags`.
    pub fn tagged(tags: impl IntoIterator<Item = CacheTag>) -> Self {
        Self {
            tags: tags.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Caches a separate page for each value of this numeric query parameter.
    pub fn vary_by_param(self, name: &'static str) -> Self {
        Self {
            vary_by: Some(name),
            ..self
        }
    }

    /// Sets the time at which the cached page expires; `None` if it does not.
    pub fn expires_at(self, time: Option<Ts>) -> Self {
        Self {
            expires_at: time,
            ..self
        }
    }
}

impl IntoResponseParts for CachePolicy {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Response extension that marks a write which changed no public page. Its response is sent without waiting for
/// invalidations.
#[derive(Clone, Copy, Debug)]
pub struct NoInvalidation;
