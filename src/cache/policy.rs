//! Caching policies: the part of a response that makes its page cacheable.

use std::convert::Infallible;
use std::str::FromStr;

use axum::response::{IntoResponseParts, ResponseParts};

use crate::clock::Ts;
use crate::ids::ArticleId;

/// Content that a page shows and that a transaction can touch; the unit of invalidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheTag {
    /// One article with its comments and their count.
    Article(ArticleId),
    /// The list of published articles and its order.
    Articles,
    /// Approved comments of any article.
    Comments,
    /// Everything. Every page carries this tag without naming it.
    Site,
}

/// Error for a tag that this version does not know.
#[derive(Debug)]
pub struct UnknownTag;

impl FromStr for CacheTag {
    type Err = UnknownTag;

    /// Parses a tag as the triggers write it: `article:17`, `articles`, `replies`, `site`.
    fn from_str(text: &str) -> Result<Self, UnknownTag> {
        match text {
            "articles" => Ok(Self::Articles),
            // The triggers' name for comments.
            "replies" => Ok(Self::Comments),
            "site" => Ok(Self::Site),
            _ => {
                let id = text.strip_prefix("article:").ok_or(UnknownTag)?;
                id.parse().map(Self::Article).map_err(|_| UnknownTag)
            }
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
    /// Returns a policy for a page that shows the content of `tags`.
    pub fn tagged(tags: impl IntoIterator<Item = CacheTag>) -> Self {
        Self {
            tags: tags.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Caches one page per value of a numeric query parameter.
    pub fn vary_by_param(self, name: &'static str) -> Self {
        Self {
            vary_by: Some(name),
            ..self
        }
    }

    /// Sets the time at which the page changes by itself, if there is one.
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

/// Response extension of a write that changed no public page; its response does not wait for invalidations.
#[derive(Clone, Copy, Debug)]
pub struct NoInvalidation;
