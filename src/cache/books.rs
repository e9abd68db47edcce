//! Which pages show what, and what was touched lately.

use std::collections::{HashMap, HashSet, VecDeque};

use super::address::Address;
use super::keep::Tag;

/// What was heard last, against which a render that began before is held. One that takes longer is not kept.
const REMEMBERED: usize = 1024;

/// What all pages that are kept show, and what was heard lately.
#[derive(Default)]
pub struct Books {
    showing: HashMap<Tag, HashSet<Address>>,
    /// Tags heard so far, and the last of them with their numbers.
    heard: u64,
    recent: VecDeque<(u64, Tag)>,
}

impl Books {
    /// How many tags were heard so far.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// Remembers that something was touched.
    pub fn hear(&mut self, tag: Tag) {
        self.heard += 1;
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((self.heard, tag));
    }

    /// Whether something that a page shows was touched since so many tags were heard.
    pub fn is_touched_since(&self, since: u64, tags: &[Tag]) -> bool {
        let oldest = self
            .recent
            .front()
            .map_or(self.heard, |(number, _)| *number);
        let is_forgotten = self.heard > since && oldest > since + 1;
        is_forgotten
            || self
                .recent
                .iter()
                .rev()
                .take_while(|(number, _)| *number > since)
                .any(|(_, tag)| *tag == Tag::Site || tags.contains(tag))
    }

    /// Notes what a page shows.
    pub fn enter(&mut self, address: &Address, tags: &[Tag]) {
        for tag in tags {
            let addresses = self.showing.entry(*tag).or_default();
            addresses.insert(address.clone());
        }
    }

    /// Forgets that a page shows these.
    pub fn strike(&mut self, address: &Address, tags: &[Tag]) {
        for tag in tags {
            if let Some(addresses) = self.showing.get_mut(tag) {
                addresses.remove(address);
                if addresses.is_empty() {
                    self.showing.remove(tag);
                }
            }
        }
    }

    /// Takes out the pages that show this. What else each of them shows is still to be struck.
    pub fn take(&mut self, tag: Tag) -> HashSet<Address> {
        self.showing.remove(&tag).unwrap_or_default()
    }

    /// Forgets what all pages show.
    pub fn strike_all(&mut self) {
        self.showing.clear();
    }

    /// How many things pages show.
    #[cfg(test)]
    pub fn shown(&self) -> usize {
        self.showing.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::Asked;
    use super::super::coding::Coding;
    use super::*;
    use crate::ids::ArticleId;

    fn article(id: i64) -> Tag {
        Tag::Article(ArticleId(id))
    }

    #[test]
    fn what_a_page_shows_is_touched_by_its_tags_and_by_everything() {
        let mut books = Books::default();
        let shown = [Tag::Articles, article(1)];
        books.hear(article(1));
        let since = books.heard();
        for (tag, is_touched) in [
            (article(2), false),
            (Tag::Replies, false),
            (article(1), true),
        ] {
            books.hear(tag);
            assert_eq!(books.is_touched_since(since, &shown), is_touched, "{tag:?}");
        }
        let since = books.heard();
        assert!(!books.is_touched_since(since, &shown));
        books.hear(Tag::Site);
        assert!(books.is_touched_since(since, &shown));
    }

    #[test]
    fn what_is_not_remembered_may_have_touched_everything() {
        let mut books = Books::default();
        let since = books.heard();
        for number in 1..=REMEMBERED {
            books.hear(article(2));
            assert!(!books.is_touched_since(since, &[article(1)]), "{number}");
        }
        books.hear(article(2));
        assert!(books.is_touched_since(since, &[article(1)]));
        assert!(!books.is_touched_since(since + 1, &[article(1)]));
    }

    #[test]
    fn pages_are_found_by_what_they_show_until_they_are_struck() {
        let [front, one] = ["/", "/one"].map(|path| {
            let coding = Coding::Identity;
            Address::from(Asked { coding, path })
        });
        let mut books = Books::default();
        books.enter(&front, &[Tag::Articles, article(1)]);
        books.enter(&one, &[article(1)]);
        books.strike(&front, &[article(1)]);
        assert_eq!(books.take(article(1)), HashSet::from([one.clone()]));
        assert_eq!(books.take(article(1)), HashSet::new());
        books.strike(&front, &[Tag::Articles]);
        assert_eq!(books.shown(), 0, "nothing is left of what nobody shows");
        books.enter(&one, &[article(1)]);
        books.strike_all();
        assert_eq!(books.take(article(1)), HashSet::new());
    }
}
