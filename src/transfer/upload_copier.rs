//! Copies uploaded files that articles refer to from the WordPress site's uploads folder to the media folder.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::report::{ImportReport, OutcomeCounts, SampledList};

/// Copies uploaded files and counts how many were copied, already present or missing.
pub struct UploadCopier {
    /// The `wp-content/uploads` folder of the WordPress site, if the command line names one.
    uploads_folder: Option<PathBuf>,
    media_folder: PathBuf,
    is_dry_run: bool,
    /// Paths of the files that were already counted, since an article may refer to a file repeatedly.
    seen: Mutex<HashSet<PathBuf>>,
    copied: AtomicU64,
    /// Number of files that were already in the media folder.
    same: AtomicU64,
    /// Number of files that stay on the WordPress site, because no uploads folder was given.
    unmoved: AtomicU64,
    missing: Mutex<SampledList>,
}

impl UploadCopier {
    /// Creates a copier that copies files from `uploads_folder` to `media_folder`. In a dry run it only counts them.
    pub fn new(uploads_folder: Option<PathBuf>, media_folder: PathBuf, is_dry_run: bool) -> Self {
        Self {
            uploads_folder,
            media_folder,
            is_dry_run,
            seen: Mutex::default(),
            copied: AtomicU64::default(),
            same: AtomicU64::default(),
            unmoved: AtomicU64::default(),
            missing: Mutex::default(),
        }
    }

    /// Returns whether the import has an uploads folder from which it can copy files.
    pub fn has_uploads(&self) -> bool {
        self.uploads_folder.is_some()
    }

    /// Adds the counts of all files so far to the report of the import.
    pub fn add_counts(&self, report: &mut ImportReport) {
        let missing = self.missing.lock().expect("the lock is not poisoned");
        report.unmoved_media += self.unmoved.load(Relaxed);
        report.media.add(OutcomeCounts {
            new: self.copied.load(Relaxed),
            same: self.same.load(Relaxed),
            skipped: missing.total,
            ..OutcomeCounts::default()
        });
        report.missing_media.append(missing.clone());
    }

    /// Copies an uploaded file to the media folder, unless it is already there. If a resized picture is missing, the
    /// original picture is used instead. Returns the path of the file inside the media folder, or `None` if it is not
    /// available.
    pub fn copy_upload(&self, upload: &Path) -> Option<PathBuf> {
        // The lock is held while copying, so that two articles never write the same file at once.
        let mut seen = self.seen.lock().expect("the lock is not poisoned");
        let is_first = seen.insert(upload.to_owned());
        let count = |counter: &AtomicU64| {
            // Relaxed: the counters are only read once all tasks have ended.
            counter.fetch_add(u64::from(is_first), Relaxed);
        };
        for candidate in [Some(upload.to_owned()), original_of(upload)]
            .into_iter()
            .flatten()
        {
            let target = self.media_folder.join(&candidate);
            match (file_size(&target), self.find_source(&candidate)) {
                // Overwriting could change a picture of another article.
                (Some(size), Some(source)) if file_size(&source) != Some(size) => {
                    if is_first {
                        self.report_missing(|| {
                            format!(
                                "{}: {} is another file of the same name",
                                candidate.display(),
                                target.display()
                            )
                        });
                    }
                    return None;
                }
                (Some(_), _) => {
                    count(&self.same);
                    return Some(candidate);
                }
                (None, Some(source)) => {
                    return match self.copy(&source, &target) {
                        Ok(()) => {
                            count(&self.copied);
                            Some(candidate)
                        }
                        Err(error) => {
                            self.report_missing(|| format!("{}: {error}", candidate.display()));
                            None
                        }
                    };
                }
                (None, None) => {}
            }
        }
        if self.uploads_folder.is_none() {
            count(&self.unmoved);
        } else if is_first {
            self.report_missing(|| format!("{}: not in the uploads folder", upload.display()));
        }
        None
    }

    /// Finds a file in the uploads folder. Returns `None` if a symbolic link leads out of the folder.
    fn find_source(&self, path: &Path) -> Option<PathBuf> {
        // Resolved for each file, since links inside the folder are allowed.
        let folder = self.uploads_folder.as_ref()?.canonicalize().ok()?;
        let file = folder.join(path).canonicalize().ok()?;
        (file.starts_with(&folder) && file.is_file()).then_some(file)
    }

    fn copy(&self, source: &Path, target: &Path) -> io::Result<()> {
        if self.is_dry_run {
            return Ok(());
        }
        fs::create_dir_all(target.parent().unwrap_or(target))?;
        // Renamed once complete: the server must never send half a file.
        let unfinished = target.with_added_extension("unfinished");
        fs::copy(source, &unfinished)?;
        fs::rename(&unfinished, target)
    }

    fn report_missing(&self, line: impl FnOnce() -> String) {
        let missing = self.missing.lock();
        missing.expect("the lock is not poisoned").push(line);
    }
}

/// Returns the path of the original picture for the path of a resized copy, such as `tea.jpg` for `tea-300x200.jpg`.
fn original_of(upload: &Path) -> Option<PathBuf> {
    let name = upload.file_name()?.to_str()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let (stem, size) = stem.rsplit_once('-')?;
    // WordPress names its resized copies after their width and height.
    let (width, height) = size.split_once('x')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (is_number(width) && is_number(height))
        .then(|| upload.with_file_name(format!("{stem}.{extension}")))
}

fn file_size(file: &Path) -> Option<u64> {
    let metadata = fs::metadata(file).ok()?;
    metadata.is_file().then_some(metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_of_a_resized_picture_is_found_by_its_name() {
        assert_eq!(
            original_of(Path::new("2012/tea-300x200.jpg")).as_deref(),
            Some(Path::new("2012/tea.jpg"))
        );
        assert_eq!(original_of(Path::new("2012/tea-x200.jpg")), None);
        assert_eq!(original_of(Path::new("2012/tea.jpg")), None);
    }
}
