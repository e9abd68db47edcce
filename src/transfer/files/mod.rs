//! Opens the files of an import: plain, gzip or zip, from a path or from standard input. The files stay open, so that
//! both passes of an import read the same bytes.

mod container;

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::report::printable;
use container::{Container, describe_io_error};

/// Command-line argument that means standard input instead of a file.
const STANDARD_INPUT: &str = "-";

/// Error about an input file that cannot be used. The message is a sentence that contains the name of the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}.")]
pub struct FileError {
    name: String,
    problem: String,
}

/// The files of one import, in the order in which the command line lists them.
pub struct InputFiles {
    files: Vec<InputFile>,
    progress: Arc<AtomicU64>,
}

struct InputFile {
    name: String,
    file: File,
    bytes: u64,
    container: Container,
}

impl InputFiles {
    /// Opens all files and detects their formats. Returns an error for the first file that cannot be used.
    pub fn open(paths: &[PathBuf]) -> Result<Self, FileError> {
        Self::open_with(paths, io::stdin().lock())
    }

    fn open_with(paths: &[PathBuf], mut standard_input: impl Read) -> Result<Self, FileError> {
        let is_standard_input = |path: &&PathBuf| path.as_os_str() == STANDARD_INPUT;
        if paths.iter().filter(is_standard_input).count() > 1 {
            return Err(file_error(
                "standard input",
                "it is named twice, but can only be read once",
            ));
        }
        let files = paths.iter().map(|path| {
            if is_standard_input(&path) {
                InputFile::spool("standard input".into(), &mut standard_input)
            } else {
                InputFile::open(path)
            }
        });
        Ok(Self {
            files: files.collect::<Result<_, _>>()?,
            progress: Arc::default(),
        })
    }

    /// Returns the names and sizes of all files. A later run compares this text to recognise an import of the same files.
    pub fn describe(&self) -> String {
        let descriptions = self
            .files
            .iter()
            .map(|file| format!("{} ({} bytes)", file.name, file.bytes));
        descriptions.collect::<Vec<_>>().join(", ")
    }

    /// Returns the total size of the files on disk, in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Returns a shared counter of the bytes read from disk in the current pass over the files.
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    /// Calls `read_export` with the name and the bytes of every export. Each call of this function reads all files again
    /// from the beginning.
    pub fn read<E: From<FileError>>(
        &mut self,
        mut read_export: impl FnMut(&str, &mut dyn BufRead) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut end = 0;
        for file in &self.files {
            self.progress.store(end, Relaxed);
            end += file.bytes;
            file.container.read(
                &file.name,
                &file.file,
                (&self.progress, end),
                &mut read_export,
            )?;
            // What follows the last export may stay unread, such as the directory of a zip file.
            self.progress.store(end, Relaxed);
        }
        Ok(())
    }
}

impl InputFile {
    fn open(path: &Path) -> Result<Self, FileError> {
        // The name appears in messages on a terminal.
        let name = printable(&path.to_string_lossy());
        let error = |error: io::Error| file_error(&name, describe_io_error(&error));
        let mut file = File::open(path).map_err(error)?;
        let metadata = file.metadata().map_err(error)?;
        if metadata.is_dir() {
            return Err(file_error(
                &name,
                "this is a folder; name the files in it instead",
            ));
        }
        if !metadata.is_file() {
            // A pipe can be read only once.
            return Self::spool(name, &mut file);
        }
        Self::inspect(name, file)
    }

    /// Copies a stream into an unnamed temporary file.
    fn spool(name: String, bytes: &mut dyn Read) -> Result<Self, FileError> {
        // The file has no name, so it disappears however the import ends.
        let spooled = tempfile::tempfile().and_then(|mut file| {
            io::copy(bytes, &mut file)?;
            Ok(file)
        });
        match spooled {
            Ok(file) => Self::inspect(name, file),
            Err(error) => Err(file_error(
                &name,
                format!(
                    "it cannot be copied to a temporary file in {} ({error})",
                    std::env::temp_dir().display()
                ),
            )),
        }
    }

    fn inspect(name: String, mut file: File) -> Result<Self, FileError> {
        let error = |error: io::Error| file_error(&name, describe_io_error(&error));
        let bytes = file.seek(SeekFrom::End(0)).map_err(error)?;
        file.rewind().map_err(error)?;
        let container = Container::detect(&name, &file)?;
        Ok(Self {
            name,
            file,
            bytes,
            container,
        })
    }
}

fn file_error(name: &str, problem: impl Into<String>) -> FileError {
    FileError {
        name: name.to_owned(),
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests;
