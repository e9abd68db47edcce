//! WordPress in and out. An export is read twice: `survey` sees that it is whole and what is in it, `import` then makes
//! articles of it (`plan`, `body`) and keeps them (`keep`, `store`). `export` writes what WordPress's own importer takes.

pub mod body;
mod dates;
pub mod export;
mod export_store;
pub mod files;
pub mod import;
mod keep;
mod make;
mod meta;
mod moved;
mod people;
mod plan;
pub mod report;
mod second_reading;
mod store;
mod survey;
mod topics;
pub mod wxr;

use files::FileError;

/// An export that cannot be read to its end: one sentence, with the file and the place in it.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The file itself.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is in it.
    #[error("{name}: {error}")]
    Xml {
        /// The file.
        name: String,
        /// What is wrong, and where.
        error: wxr::Error,
    },
    /// The files are not what they were when they were read first.
    #[error("the files have changed while they were read")]
    Changed,
    /// Nobody waits for what is read any more; the reason is told by whoever stopped.
    #[error("the reading was stopped")]
    Stopped,
}

impl Broken {
    fn in_file(name: &str, error: wxr::Error) -> Self {
        Self::Xml {
            name: name.to_owned(),
            error,
        }
    }
}
