//! Errors that occur while the files of an import are read.

use super::files::FileError;
use super::wxr::WxrError;

/// An error that stops the reading of import files. Its message is a sentence that contains the file and the position.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not a valid WordPress export.
    #[error("{file}: {error}")]
    InvalidExport { file: String, error: WxrError },
    /// The second reading of the files found more exports than the first.
    #[error("the files changed while they were read; run the same command again")]
    FilesChanged,
    /// The task that receives the data has stopped. The error of that task says why.
    #[error("reading stopped because another step of the import failed")]
    ReceiverClosed,
}

impl ImportError {
    pub(super) fn in_file(file: &str, error: WxrError) -> Self {
        Self::InvalidExport {
            file: file.to_owned(),
            error,
        }
    }
}
