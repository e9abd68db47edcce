//! Log of recent invalidations. At the end of a render it shows whether the rendered page is already out of date.

use std::collections::VecDeque;

use super::policy::CacheTag;

/// Number of invalidations that the log keeps. A page is not cached if more than this arrive while it is rendered.
const MAX_REMEMBERED: usize = 1024;

/// Most recently invalidated tags. A position in the log is the number of invalidations before it.
#[derive(Default)]
pub struct InvalidationLog {
    position: u64,
    recent: VecDeque<(u64, CacheTag)>,
}

impl InvalidationLog {
    pub fn position(&self) -> u64 {
        self.position
    }

    pub fn push(&mut self, tag: CacheTag) {
        self.position += 1;
        if self.recent.len() == MAX_REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((self.position, tag));
    }

    /// Returns whether a page with these tags may have been invalidated since `position`.
    pub fn is_invalidated_since(&self, position: u64, tags: &[CacheTag]) -> bool {
        let oldest = self
            .recent
            .front()
            .map_or(self.position, |(number, _)| *number);
        // Some of the invalidations since then are no longer remembered and could have had any tag.
        let is_incomplete = self.position > position && oldest > position + 1;
        is_incomplete
            || self
                .recent
                .iter()
                .rev()
                .take_while(|(number, _)| *number > position)
                .any(|(_, tag)| *tag == CacheTag::Site || tags.contains(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ArticleId;

    fn article(id: i64) -> CacheTag {
        CacheTag::Article(ArticleId(id))
    }

    #[test]
    fn a_page_is_invalidated_by_its_own_tags_and_by_the_site_tag() {
        let mut log = InvalidationLog::default();
        let tags = [CacheTag::Articles, article(1)];
        log.push(article(1));
        let position = log.position();
        for (tag, is_invalidated) in [
            (article(2), false),
            (CacheTag::Comments, false),
            (article(1), true),
        ] {
            log.push(tag);
            assert_eq!(
                log.is_invalidated_since(position, &tags),
                is_invalidated,
                "{tag:?}"
            );
        }
        let position = log.position();
        assert!(!log.is_invalidated_since(position, &tags));
        log.push(CacheTag::Site);
        assert!(log.is_invalidated_since(position, &tags));
    }

    #[test]
    fn every_page_counts_as_invalidated_if_the_log_has_dropped_invalidations() {
        let mut log = InvalidationLog::default();
        let position = log.position();
        for count in 1..=MAX_REMEMBERED {
            log.push(article(2));
            assert!(
                !log.is_invalidated_since(position, &[article(1)]),
                "{count}"
            );
        }
        log.push(article(2));
        assert!(log.is_invalidated_since(position, &[article(1)]));
        assert!(!log.is_invalidated_since(position + 1, &[article(1)]));
    }
}
