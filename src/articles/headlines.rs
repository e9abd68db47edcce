//! Page of a list of articles. It is used by the front page, topics and authors.

use serde::Deserialize;

use super::store::headlines::Headline;
use crate::cache::{CachePolicy, CacheTag};
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::SafeHtml;

pub(super) const HEADLINES_PER_PAGE: i64 = 10;
/// Length in characters of the text under a headline, if the article has no standfirst.
const TEASER_CHARS: usize = 240;

/// Query string of a page of a list of articles.
#[derive(Deserialize)]
pub struct HeadlineQuery {
    /// Last article of the previous page. This page begins after it.
    pub(super) before: Option<ArticleId>,
}

/// Headlines on one page of a list.
pub(super) struct HeadlinePage {
    pub(super) headlines: Vec<Headline>,
    /// Last article of this page, if there is a next page.
    pub(super) older: Option<ArticleId>,
}

impl HeadlinePage {
    /// Makes a page from the rows of a query with the limit `HEADLINES_PER_PAGE + 1`. The additional row tells whether
    /// there is a next page.
    pub(super) fn from_rows(mut headlines: Vec<Headline>) -> Self {
        let limit = usize::try_from(HEADLINES_PER_PAGE).expect("the page size fits usize");
        // The row too many only tells that there is a next page.
        let has_more = headlines.len() > limit;
        headlines.truncate(limit);
        let older = headlines.last().map(|headline| headline.id);
        Self {
            headlines,
            older: older.filter(|_| has_more),
        }
    }

    /// Returns the cache policy of the page. The page expires at `next`, the time of the next scheduled publication.
    pub(super) fn cache_policy(&self, next: Option<Ts>) -> CachePolicy {
        // The articles' own tags: a new comment changes the count that its headline shows.
        let shown = self
            .headlines
            .iter()
            .map(|headline| CacheTag::Article(headline.id));
        CachePolicy::tagged(shown.chain([CacheTag::Articles]))
            .vary_by_param("before")
            .expires_at(next)
    }
}

impl Headline {
    /// Returns the text under the headline: the standfirst (summary) if there is one, otherwise the beginning of the
    /// article.
    pub fn teaser(&self) -> String {
        make_teaser(&self.standfirst, &self.body_html)
    }
}

/// Returns the text that stands for an article in a list or feed.
pub(super) fn make_teaser(standfirst: &str, body_html: &SafeHtml) -> String {
    if standfirst.is_empty() {
        body_html.excerpt(TEASER_CHARS)
    } else {
        standfirst.to_owned()
    }
}
