//! The files of the media folder, as parts of a backup.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, ensure};

use super::archive::MEDIA_PREFIX;

/// Lists the regular files in the media folder, with their paths in it. Symbolic links are not followed.
pub fn list(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        let entries = match fs::read_dir(&current) {
            Ok(entries) => entries,
            // A site without pictures has no media folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound && current == folder => break,
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", current.display()));
            }
        };
        for entry in entries {
            let entry = entry.with_context(|| format!("{} cannot be read", current.display()))?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                files.push(path.strip_prefix(folder).unwrap_or(&path).to_owned());
            } else {
                tracing::warn!(file = %entry.path().display(), "not a regular file; it is not backed up");
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Returns the name of the part with a media file. Fails if the path is not UTF-8.
pub fn part_name(path: &Path) -> anyhow::Result<String> {
    let path = path
        .to_str()
        .with_context(|| format!("the name of {} is not UTF-8; rename it", path.display()))?;
    Ok(format!("{MEDIA_PREFIX}{path}"))
}

/// Writes a media file of a backup into a folder.
pub fn extract(folder: &Path, part_name: &str, mut content: impl Read) -> anyhow::Result<()> {
    let path = part_name.strip_prefix(MEDIA_PREFIX).unwrap_or(part_name);
    let path = Path::new(path);
    let stays_inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    ensure!(
        stays_inside,
        "the backup names a file outside of the media folder"
    );
    let path = folder.join(path);
    let context = || format!("{} cannot be written", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(context)?;
    }
    let mut file = File::create_new(&path).with_context(context)?;
    io::copy(&mut content, &mut file).with_context(context)?;
    file.sync_all().with_context(context)
}
