//! What an import found and did, for whoever ran it.

use std::collections::BTreeMap;
use std::fmt;

use super::files::printable;

/// Lines shown of a list that may have thousands.
const SHOWN: usize = 20;

/// What became of the things of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Not here before.
    pub new: u64,
    /// Here, and changed there since.
    pub changed: u64,
    /// Here, as it is there.
    pub same: u64,
    /// Here, changed there since, and edited here: left alone.
    pub edited_here: u64,
    /// Not taken.
    pub skipped: u64,
}

impl Tally {
    /// Those of another tally as well.
    pub fn add(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.same += other.same;
        self.edited_here += other.edited_here;
        self.skipped += other.skipped;
    }

    /// All of them.
    pub fn found(&self) -> u64 {
        self.new + self.changed + self.same + self.edited_here + self.skipped
    }
}

/// Things of one sort worth telling: the first of them, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The first.
    pub first: Vec<String>,
    /// All.
    pub total: u64,
}

impl Listed {
    /// Those of another list, after these.
    pub fn append(&mut self, other: Self) {
        self.total += other.total;
        let room = SHOWN.saturating_sub(self.first.len());
        self.first.extend(other.first.into_iter().take(room));
    }

    /// One more.
    pub fn add(&mut self, line: impl FnOnce() -> String) {
        if self.first.len() < SHOWN {
            self.first.push(line());
        }
        self.total += 1;
    }
}

/// Comments by what had been decided there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByStatus {
    /// There for everyone to read.
    pub approved: u64,
    /// Waiting.
    pub held: u64,
    /// Spam.
    pub spam: u64,
    /// In the trash.
    pub trashed: u64,
}

/// Everything an import has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Nothing was written.
    pub is_rehearsal: bool,
    /// The files, and what each says of itself.
    pub sources: Vec<String>,
    /// Articles.
    pub articles: Tally,
    /// Pages.
    pub pages: Tally,
    /// Comments.
    pub comments: Tally,
    /// The same comments by status.
    pub by_status: ByStatus,
    /// Pingbacks and trackbacks.
    pub linkbacks: Tally,
    /// Authors.
    pub authors: Tally,
    /// Categories and tags.
    pub topics: Tally,
    /// Files that articles show.
    pub media: Tally,
    /// Articles and pages that an earlier run of the same files kept before it was cut off.
    pub kept_before: u64,
    /// Things that are no articles: how many of each kind.
    pub left_out: BTreeMap<String, u64>,
    /// Why articles and comments were not taken.
    pub skipped: Listed,
    /// Addresses that two articles wanted, or a page of the site has.
    pub clashes: Listed,
    /// Articles that were left as edited here.
    pub edited_here: Listed,
    /// Comments whose status was decided here and stays.
    pub decided_here: u64,
    /// Comments that answered what is not there.
    pub orphans: Listed,
    /// Articles that are drafts here though they were not there.
    pub held_back: Listed,
    /// Things an article had that could not be taken whole.
    pub remarks: Listed,
    /// Shortcodes that stand in texts as they were.
    pub shortcodes: BTreeMap<String, u64>,
    /// Blocks that only a running WordPress could fill.
    pub blocks: BTreeMap<String, u64>,
    /// Uploads that texts name and that are not in the folder, or that stay where they are.
    pub missing_media: Listed,
    /// Addresses of uploads that stay as they are, since no folder was named.
    pub media_left: u64,
    /// Names that were email addresses.
    pub nameless: u64,
    /// Comments with something that is no email address.
    pub without_email: u64,
    /// Comments with something that is no website.
    pub without_website: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.sources {
            writeln!(f, "{source}")?;
        }
        let kinds = [
            ("articles", &self.articles),
            ("pages", &self.pages),
            ("comments", &self.comments),
            ("pingbacks, trackbacks", &self.linkbacks),
            ("authors", &self.authors),
            ("topics", &self.topics),
            ("media files", &self.media),
        ];
        writeln!(
            f,
            "\n{:22}{:>10}{:>10}{:>10}{:>10}{:>12}{:>10}",
            "", "found", "new", "changed", "same", "edited here", "skipped"
        )?;
        for (kind, tally) in kinds {
            writeln!(
                f,
                "{kind:22}{:>10}{:>10}{:>10}{:>10}{:>12}{:>10}",
                tally.found(),
                tally.new,
                tally.changed,
                tally.same,
                tally.edited_here,
                tally.skipped
            )?;
        }
        let by = self.by_status;
        writeln!(
            f,
            "\nComments by status: {} approved, {} held, {} spam, {} in the trash.",
            by.approved, by.held, by.spam, by.trashed
        )?;
        if self.linkbacks.found() > 0 {
            writeln!(f, "Pingbacks and trackbacks are kept apart and not shown.")?;
        }
        if self.kept_before > 0 {
            writeln!(
                f,
                "{} of the articles and pages were kept by the run that was cut off.",
                self.kept_before
            )?;
        }
        if self.authors.new > 0 {
            writeln!(
                f,
                "The new authors cannot sign in until you give them a passphrase: broadsheet account passphrase NAME"
            )?;
        }
        self.write_counts(f)?;
        self.write_lists(f)?;
        if self.is_rehearsal {
            writeln!(f, "\nThis was a rehearsal: nothing was written.")?;
        }
        Ok(())
    }
}

impl Report {
    /// What another part of the same import has to say.
    pub fn add(&mut self, other: Self) {
        self.sources.extend(other.sources);
        self.articles.add(other.articles);
        self.pages.add(other.pages);
        self.comments.add(other.comments);
        self.linkbacks.add(other.linkbacks);
        self.authors.add(other.authors);
        self.topics.add(other.topics);
        self.media.add(other.media);
        self.by_status.approved += other.by_status.approved;
        self.by_status.held += other.by_status.held;
        self.by_status.spam += other.by_status.spam;
        self.by_status.trashed += other.by_status.trashed;
        self.kept_before += other.kept_before;
        self.decided_here += other.decided_here;
        self.media_left += other.media_left;
        self.nameless += other.nameless;
        self.without_email += other.without_email;
        self.without_website += other.without_website;
        self.skipped.append(other.skipped);
        self.clashes.append(other.clashes);
        self.edited_here.append(other.edited_here);
        self.orphans.append(other.orphans);
        self.held_back.append(other.held_back);
        self.remarks.append(other.remarks);
        self.missing_media.append(other.missing_media);
        for (into, from) in [
            (&mut self.left_out, other.left_out),
            (&mut self.shortcodes, other.shortcodes),
            (&mut self.blocks, other.blocks),
        ] {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
    }

    fn write_counts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (
                self.decided_here,
                "comments keep the status that was decided here",
            ),
            (
                self.nameless,
                "comments were signed with an email address; they are shown as anonymous",
            ),
            (
                self.without_email,
                "comments came with something that is no email address; it was not kept",
            ),
            (
                self.without_website,
                "comments came with something that is no website; it was not kept",
            ),
            (
                self.media_left,
                "addresses of pictures and files stay as they are: name the uploads folder with --uploads to move them",
            ),
        ];
        for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
            writeln!(f, "{count} {what}.")?;
        }
        let named = [
            (&self.left_out, "Left out, since they are no articles"),
            (
                &self.shortcodes,
                "Shortcodes that nothing here knows, kept as text",
            ),
            (
                &self.blocks,
                "Blocks that only a running WordPress can fill, left out",
            ),
        ];
        for (names, title) in named.iter().filter(|(names, _)| !names.is_empty()) {
            let mut names: Vec<(&String, &u64)> = names.iter().collect();
            names.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let more = names.len().saturating_sub(SHOWN);
            let names = names.iter().take(SHOWN);
            let names: Vec<String> = names
                .map(|(name, count)| format!("{count} {}", printable(name)))
                .collect();
            write!(f, "{title}: {}", names.join(", "))?;
            if more > 0 {
                write!(f, ", and {more} other kinds")?;
            }
            writeln!(f, ".")?;
        }
        Ok(())
    }

    fn write_lists(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            (&self.skipped, "Skipped"),
            (&self.clashes, "Addresses that clash"),
            (
                &self.edited_here,
                "Changed there, but edited here: left as they are here",
            ),
            (&self.held_back, "Drafts now"),
            (
                &self.orphans,
                "Answers to what is not there, now replies to the article",
            ),
            (&self.remarks, "Not taken whole"),
            (&self.missing_media, "Not in the uploads folder"),
        ];
        for (list, title) in lists.iter().filter(|(list, _)| list.total > 0) {
            writeln!(f, "\n{title} ({}):", list.total)?;
            for line in &list.first {
                writeln!(f, "  {}", printable(line))?;
            }
            let shown = u64::try_from(list.first.len()).unwrap_or(u64::MAX);
            if list.total > shown {
                writeln!(f, "  … and {} more", list.total - shown)?;
            }
        }
        Ok(())
    }
}
