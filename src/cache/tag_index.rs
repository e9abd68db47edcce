//! Index from tags to the cached pages that carry them.

use std::collections::{HashMap, HashSet};

use super::key::CacheKey;
use super::policy::CacheTag;

/// Map from each tag to the keys of all cached pages that carry it.
#[derive(Default)]
pub struct TagIndex(HashMap<CacheTag, HashSet<CacheKey>>);

impl TagIndex {
    pub fn insert(&mut self, key: &CacheKey, tags: &[CacheTag]) {
        for tag in tags {
            self.0.entry(*tag).or_default().insert(key.clone());
        }
    }

    pub fn remove(&mut self, key: &CacheKey, tags: &[CacheTag]) {
        for tag in tags {
            if let Some(keys) = self.0.get_mut(tag) {
                keys.remove(key);
                // Articles come and go, so the index would grow without end.
                if keys.is_empty() {
                    self.0.remove(tag);
                }
            }
        }
    }

    /// Removes a tag and returns the keys of the pages that carried it. The caller must remove these keys from the pages'
    /// other tags.
    pub fn remove_tag(&mut self, tag: CacheTag) -> HashSet<CacheKey> {
        self.0.remove(&tag).unwrap_or_default()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    #[cfg(test)]
    pub fn tag_count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::ContentEncoding;
    use super::super::key::CacheKeyRef;
    use super::*;
    use crate::ids::ArticleId;

    fn article(id: i64) -> CacheTag {
        CacheTag::Article(ArticleId(id))
    }

    #[test]
    fn cache_keys_are_found_by_their_tags_until_they_are_removed() {
        let [front, one] = ["/", "/one"].map(|path| {
            let encoding = ContentEncoding::Identity;
            CacheKey::from(CacheKeyRef { encoding, path })
        });
        let mut index = TagIndex::default();
        index.insert(&front, &[CacheTag::Articles, article(1)]);
        index.insert(&one, &[article(1)]);
        index.remove(&front, &[article(1)]);
        assert_eq!(index.remove_tag(article(1)), HashSet::from([one.clone()]));
        assert_eq!(index.remove_tag(article(1)), HashSet::new());
        index.remove(&front, &[CacheTag::Articles]);
        assert_eq!(index.tag_count(), 0, "tags without pages are removed");
        index.insert(&one, &[article(1)]);
        index.clear();
        assert_eq!(index.remove_tag(article(1)), HashSet::new());
    }
}
