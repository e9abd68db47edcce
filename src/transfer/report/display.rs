//! Formats the report of an import as text, which the import command prints.

use std::fmt;

use super::ImportReport;
use super::counts::MAX_SAMPLES;

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.sources {
            writeln!(f, "{source}")?;
        }
        self.write_table(f)?;
        self.write_notes(f)?;
        self.write_kinds(f)?;
        self.write_lists(f)?;
        if self.is_dry_run {
            writeln!(
                f,
                "\nThis was a dry run: nothing was written. Run the same command without --dry-run to import."
            )?;
        }
        Ok(())
    }
}

impl ImportReport {
    fn write_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
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
        for (name, counts) in rows {
            writeln!(
                f,
                "{name:22}{:>10}{:>10}{:>10}{:>10}{:>12}{:>10}",
                counts.total(),
                counts.new,
                counts.changed,
                counts.same,
                counts.edited_here,
                counts.skipped
            )?;
        }
        Ok(())
    }

    fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = self.by_status;
        writeln!(
            f,
            "\nComments by status: {} approved, {} held, {} spam, {} in the trash.",
            by.approved, by.held, by.spam, by.trashed
        )?;
        if self.linkbacks.total() > 0 {
            writeln!(
                f,
                "Pingbacks and trackbacks are stored and exported again, but not shown."
            )?;
        }
        if self.authors.new > 0 {
            writeln!(
                f,
                "New authors cannot sign in until you set a passphrase for them: broadsheet account passphrase NAME"
            )?;
        }
        let counts = [
            (
                self.imported_before,
                "articles and pages had been imported before the interruption",
            ),
            (
                self.decided_here,
                "comments keep the status that a moderator of this site gave them",
            ),
            (
                self.anonymized,
                "comments had an email as their name and are shown as anonymous",
            ),
            (
                self.invalid_emails,
                "comments had an invalid email, which was not stored",
            ),
            (
                self.invalid_websites,
                "comments had an invalid website, which was not stored",
            ),
            (
                self.unmoved_media,
                "links to pictures and files still point to the WordPress site; to copy the files, run the same command with --uploads FOLDER, the site's wp-content/uploads",
            ),
        ];
        for (count, sentence) in counts.iter().filter(|(count, _)| *count > 0) {
            writeln!(f, "{count} {sentence}.")?;
        }
        Ok(())
    }

    fn write_kinds(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            (
                &self.other_items,
                "Not imported, because they are neither articles nor pages",
            ),
            (
                &self.shortcodes,
                "Unknown shortcodes, left in the text as they were",
            ),
            (
                &self.blocks,
                "Blocks that only WordPress can fill, removed from the text",
            ),
        ];
        for (counts, title) in lists.iter().filter(|(counts, _)| !counts.is_empty()) {
            let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
            // The most frequent first, because the list is cut.
            counts.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let hidden = counts.len().saturating_sub(MAX_SAMPLES);
            let shown = counts.iter().take(MAX_SAMPLES);
            let shown: Vec<String> = shown
                .map(|(name, count)| format!("{count} {}", printable(name)))
                .collect();
            write!(f, "{title}: {}", shown.join(", "))?;
            if hidden > 0 {
                write!(f, ", and {hidden} other kinds")?;
            }
            writeln!(f, ".")?;
        }
        Ok(())
    }

    fn write_lists(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            (&self.skipped, "Skipped"),
            (&self.path_conflicts, "Path conflicts"),
            (
                &self.edited_here,
                "Changed in WordPress, but left as edited on this site",
            ),
            (&self.new_drafts, "Imported as drafts"),
            (
                &self.orphans,
                "Replies to missing comments, now replies to the article",
            ),
            (&self.shortened, "Shortened"),
            (&self.missing_media, "Files that could not be copied"),
        ];
        for (list, title) in lists.iter().filter(|(list, _)| list.total > 0) {
            writeln!(f, "\n{title} ({}):", list.total)?;
            for line in &list.samples {
                writeln!(f, "  {}", printable(line))?;
            }
            let shown = u64::try_from(list.samples.len()).unwrap_or(u64::MAX);
            if list.total > shown {
                writeln!(f, "  … and {} more", list.total - shown)?;
            }
        }
        Ok(())
    }
}

/// Replaces control characters with U+FFFD, so that the text is safe to print on a terminal.
pub fn printable(text: &str) -> String {
    // A terminal would obey control characters in names and titles.
    let replace = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    text.chars().map(replace).collect()
}
