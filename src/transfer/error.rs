//! Errors of reading the files of an import.

use super::files::FileError;
use super::wxr::WxrError;

/// A failure to read the files to their end, in one sentence with the file and the position in it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    File(#[from] FileError),
    /// The export in a file is not valid.
    #[error("{file}: {error}")]
    InvalidExport { file: String, error: WxrError },
    /// The second pass found more exports than the first.
    #[error("the files changed while they were read; run the same command again")]
    FilesChanged,
    /// The receiving task stopped, and its own error says why.
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
