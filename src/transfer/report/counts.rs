//! Counters and lists of examples for the report of an import.

use crate::comments::Status;

/// Number of lines that the report stores and prints from a list that may have thousands.
pub(super) const MAX_SAMPLES: usize = 20;

/// Numbers of articles, comments or other records of one kind, by what the import did with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    pub new: u64,
    /// Number of records that existed on this site and have changed in WordPress since the last import.
    pub changed: u64,
    /// Number of records that existed on this site and have not changed in WordPress since the last import.
    pub same: u64,
    /// Number of records that have changed in WordPress but were also edited on this site. The import does not overwrite
    /// them.
    pub edited_here: u64,
    pub skipped: u64,
}

impl OutcomeCounts {
    /// Adds the counts of another part of the import.
    pub fn add(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.same += other.same;
        self.edited_here += other.edited_here;
        self.skipped += other.skipped;
    }

    /// Returns the sum of all outcomes.
    pub fn total(&self) -> u64 {
        self.new + self.changed + self.same + self.edited_here + self.skipped
    }
}

/// The first few lines of a list, and the number of lines in the whole list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampledList {
    pub samples: Vec<String>,
    pub total: u64,
}

impl SampledList {
    /// Appends another list and adds its number of lines.
    pub fn append(&mut self, other: Self) {
        self.total += other.total;
        let room = MAX_SAMPLES.saturating_sub(self.samples.len());
        self.samples.extend(other.samples.into_iter().take(room));
    }

    /// Adds a line to the list. `line` is called only if the line will be stored.
    pub fn push(&mut self, line: impl FnOnce() -> String) {
        if self.samples.len() < MAX_SAMPLES {
            self.samples.push(line());
        }
        self.total += 1;
    }
}

/// Numbers of comments, by their status in WordPress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts {
    pub approved: u64,
    pub held: u64,
    pub spam: u64,
    pub trashed: u64,
}

impl StatusCounts {
    pub fn count(&mut self, status: Status) {
        *match status {
            Status::Approved => &mut self.approved,
            Status::Held => &mut self.held,
            Status::Spam => &mut self.spam,
            Status::Trashed => &mut self.trashed,
        } += 1;
    }

    pub(super) fn add(&mut self, other: Self) {
        self.approved += other.approved;
        self.held += other.held;
        self.spam += other.spam;
        self.trashed += other.trashed;
    }
}
