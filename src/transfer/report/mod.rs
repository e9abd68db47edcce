//! The report of an import: what it found and did.

mod counts;
mod display;

use std::collections::BTreeMap;

use crate::articles::ArticleKind;

pub use counts::{OutcomeCounts, SampledList, StatusCounts};
pub(super) use display::printable;

/// Result of an import or a dry run, or of a part of one. Its `Display` is what the command prints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Whether nothing was written.
    pub is_dry_run: bool,
    /// One line per export: file, WXR version and site.
    pub sources: Vec<String>,
    pub articles: OutcomeCounts,
    pub pages: OutcomeCounts,
    pub comments: OutcomeCounts,
    pub by_status: StatusCounts,
    pub linkbacks: OutcomeCounts,
    pub authors: OutcomeCounts,
    pub topics: OutcomeCounts,
    /// Uploads that articles refer to.
    pub media: OutcomeCounts,
    /// Articles and pages that an interrupted run of the same import had committed.
    pub imported_before: u64,
    /// Items that are neither articles nor pages, by post type.
    pub other_items: BTreeMap<String, u64>,
    /// Articles and comments that were not imported, with reasons.
    pub skipped: SampledList,
    /// Paths that another article or a page of this site already has.
    pub path_conflicts: SampledList,
    pub edited_here: SampledList,
    /// Comments that keep the status a moderator of this site gave them.
    pub decided_here: u64,
    /// Comments whose parent does not exist.
    pub orphans: SampledList,
    /// Articles that become drafts although they were none in WordPress.
    pub new_drafts: SampledList,
    /// Fields that were shortened to their limit.
    pub shortened: SampledList,
    /// Unknown shortcodes, which stay in the text.
    pub shortcodes: BTreeMap<String, u64>,
    /// Blocks that only a running WordPress can fill.
    pub blocks: BTreeMap<String, u64>,
    /// Uploads that could not be copied.
    pub missing_media: SampledList,
    /// URLs of uploads that were not rewritten, since no uploads folder was given.
    pub unmoved_media: u64,
    /// Comments whose name was an email.
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
