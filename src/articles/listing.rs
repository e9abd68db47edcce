//! One page of a list of articles: what the front page, a topic, a person and a search have in common.

use serde::Deserialize;

use super::store::Headline;
use crate::cache::{CachePolicy, CacheTag};
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::{BodyFormat, excerpt, markdown};

/// Articles on one page.
pub(super) const HEADLINES: i64 = 10;
/// Characters of the text under a headline that has no standfirst.
const TEASER_CHARS: usize = 240;

/// Where a page begins.
#[derive(Deserialize)]
pub struct Asked {
    /// After this article.
    pub(super) before: Option<ArticleId>,
}

/// The articles of one page, and where the next begins.
pub(super) struct Listing {
    pub(super) headlines: Vec<Headline>,
    pub(super) older: Option<ArticleId>,
}

impl Listing {
    /// Of one more article than a page holds, which tells whether there is a next.
    pub(super) fn of(mut headlines: Vec<Headline>) -> Self {
        let most = usize::try_from(HEADLINES).expect("ten fits");
        let has_more = headlines.len() > most;
        headlines.truncate(most);
        let older = headlines.last().map(|headline| headline.id);
        Self {
            headlines,
            older: older.filter(|_| has_more),
        }
    }

    /// What a page of it shows, where the next article comes at that moment.
    pub(super) fn kept(&self, next: Option<Ts>) -> CachePolicy {
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
    /// What stands under the headline.
    pub fn teaser(&self) -> String {
        if self.standfirst.is_empty() {
            excerpt::excerpt(&self.words(), TEASER_CHARS)
        } else {
            self.standfirst.clone()
        }
    }

    fn words(&self) -> String {
        words(self.format, &self.body)
    }
}

/// The words of a text, a block a line.
pub(super) fn words(format: BodyFormat, body: &str) -> String {
    match format {
        BodyFormat::Markdown => markdown::to_text(body),
        BodyFormat::Html => markdown::html_to_text(body),
    }
}
