//! The report of an import: what it found in the files and what it wrote.

mod counts;
mod display;

use std::collections::BTreeMap;

use crate::articles::ArticleKind;

pub use counts::{OutcomeCounts, SampledList, StatusCounts};
pub(super) use display::printable;

/// Result of an import or a dry run, or of a part of it. The import command prints its `Display` text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Whether this is the report of a dry run, which wrote nothing.
    pub is_dry_run: bool,
    /// One line per export with the name of the file, the WXR version and the site.
    pub sources: Vec<String>,
    pub articles: OutcomeCounts,
    pub pages: OutcomeCounts,
    pub comments: OutcomeCounts,
    pub by_status: StatusCounts,
    pub linkbacks: OutcomeCounts,
    pub authors: OutcomeCounts,
    pub topics: OutcomeCounts,
    /// Counts of the uploaded files that articles refer to.
    pub media: OutcomeCounts,
    /// Number of articles and pages that were already written when an earlier run of this import was interrupted.
    pub imported_before: u64,
    /// Numbers of items that are neither articles nor pages, by WordPress post type.
    pub other_items: BTreeMap<String, u64>,
    /// Articles and comments that were not imported, and why.
    pub skipped: SampledList,
    /// Paths that an imported article could not get because they already belong to another article or page of this site.
    pub path_conflicts: SampledList,
    pub edited_here: SampledList,
    /// Number of comments whose status was not changed because a moderator of this site had set it.
    pub decided_here: u64,
    /// Replies to comments that do not exist.
    pub orphans: SampledList,
    /// Articles that became drafts although they were no drafts in WordPress.
    pub new_drafts: SampledList,
    /// Fields that were shortened because they were too long.
    pub shortened: SampledList,
    /// Number of occurrences of each unknown WordPress shortcode. These shortcodes stay in the text.
    pub shortcodes: BTreeMap<String, u64>,
    /// Number of occurrences of each WordPress block that was removed because only a running WordPress could render it.
    pub blocks: BTreeMap<String, u64>,
    /// Uploaded files that could not be copied.
    pub missing_media: SampledList,
    /// Number of uploaded files that stay on the WordPress site, because no uploads folder was given.
    pub unmoved_media: u64,
    /// Number of comments whose author name was removed because it contained an email address.
    pub anonymized: u64,
    pub invalid_emails: u64,
    pub invalid_websites: u64,
}

impl ImportReport {
    /// Returns the counts of articles or of pages.
    pub fn counts_mut(&mut self, kind: ArticleKind) -> &mut OutcomeCounts {
        match kind {
            ArticleKind::Article => &mut self.articles,
            ArticleKind::Page => &mut self.pages,
        }
    }

    /// Adds the report of another part of the same import.
    pub fn add(&mut self, other: Self) {
        self.sources.extend(other.sources);
        self.articles.add(other.articles);
        self.pages.add(other.pages);
        self.comments.add(other.comments);
        self.linkbacks.add(other.linkbacks);
        self.authors.add(other.authors);
        self.topics.add(other.topics);
        self.media.add(other.media);
        self.by_status.add(other.by_status);
        self.imported_before += other.imported_before;
        self.decided_here += other.decided_here;
        self.unmoved_media += other.unmoved_media;
        self.anonymized += other.anonymized;
        self.invalid_emails += other.invalid_emails;
        self.invalid_websites += other.invalid_websites;
        self.skipped.append(other.skipped);
        self.path_conflicts.append(other.path_conflicts);
        self.edited_here.append(other.edited_here);
        self.orphans.append(other.orphans);
        self.new_drafts.append(other.new_drafts);
        self.shortened.append(other.shortened);
        self.missing_media.append(other.missing_media);
        for (into, from) in [
            (&mut self.other_items, other.other_items),
            (&mut self.shortcodes, other.shortcodes),
            (&mut self.blocks, other.blocks),
        ] {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
    }
}
