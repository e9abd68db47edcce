//! Detects the permalink pattern of a WordPress site from the links of its articles.

use std::collections::HashMap;

use super::dates;
use super::plan::decode_slug;
use super::source_site::SourceSite;
use super::wxr::WxrItem;
use crate::publication::Permalink;

/// Number of articles whose links are examined. More would not change the result.
const MAX_VOTES: u64 = 1_000;

/// Permalink patterns of the links examined so far, and the number of articles with each pattern.
#[derive(Default)]
pub struct PermalinkVotes {
    patterns: HashMap<String, u64>,
    total: u64,
}

impl PermalinkVotes {
    /// Counts the pattern of an export item's link, if the item is a published article.
    pub fn add(&mut self, site: &SourceSite, item: &WxrItem) {
        // Drafts have no path yet, and paths of pages do not follow the pattern.
        if item.kind != "post" || item.status != "publish" || self.total >= MAX_VOTES {
            return;
        }
        self.total += 1;
        if let Some(pattern) = find_pattern(site, item) {
            *self.patterns.entry(pattern).or_default() += 1;
        }
    }

    /// Returns the pattern that more than half of the links have. Returns `None` if there is no such pattern or this site
    /// does not support it.
    pub fn winner(&self) -> Option<Permalink> {
        let (pattern, votes) = self
            .patterns
            .iter()
            // A hash map has no order, so of equally frequent patterns the alphabetically first wins.
            .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
        // Without a majority the default pattern is a safer choice than a guess.
        (votes * 2 > self.total)
            .then(|| pattern.parse().ok())
            .flatten()
    }
}

/// Returns the permalink pattern that produces the path of this export item from its date, slug and ID.
fn find_pattern(site: &SourceSite, item: &WxrItem) -> Option<String> {
    let path = site.page_path(&item.link)?;
    let date = dates::parse_datetime(&item.date)?;
    let slug = decode_slug(&item.slug);
    let year = format!("{:04}", date.year());
    let (month, day) = (format!("{:02}", date.month()), format!("{:02}", date.day()));
    let mut pattern = String::new();
    // Day and month may be the same number, so the parts of the date are matched in their order.
    let mut date_parts = [(&year, "{year}"), (&month, "{month}"), (&day, "{day}")].into_iter();
    let mut next = date_parts.next();
    for segment in path.split('/').skip(1) {
        pattern.push('/');
        match next {
            Some((value, placeholder)) if segment == value => {
                pattern.push_str(placeholder);
                next = date_parts.next();
            }
            _ if segment == slug => pattern.push_str("{slug}"),
            _ if segment == item.id.to_string() => pattern.push_str("{id}"),
            _ => pattern.push_str(segment),
        }
    }
    Some(pattern)
}
