//! Description of a backup, which is its last part but one. Its signature is the last.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::audit_log::verify::Checkpoint;

/// Version of the file format. A program refuses files with a later one.
pub const FORMAT_VERSION: u32 = 1;

/// Description of a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackupManifest {
    pub format: u32,
    /// Version of the program that made the backup.
    pub program: String,
    /// Number of the last migration of the database.
    pub schema: i64,
    /// Time in RFC 3339.
    pub created_at: String,
    pub title: String,
    /// Id of the secret key with which the database is encrypted, in hexadecimal.
    pub key_id: String,
    /// End of the audit log, as `check log` prints it.
    pub log_end: Option<String>,
    pub articles: i64,
    pub comments: i64,
    pub parts: Vec<BackupPart>,
}

/// A part of a backup file: the dump of the database, or a media file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPart {
    pub name: String,
    pub bytes: u64,
    /// BLAKE3 hash in hexadecimal.
    pub hash: String,
}

impl BackupManifest {
    /// Returns the end of the audit log at the time of the backup.
    pub fn checkpoint(&self) -> anyhow::Result<Option<Checkpoint>> {
        let end = self.log_end.as_deref().map(str::parse).transpose();
        end.map_err(anyhow::Error::msg)
            .context("the backup does not say where its audit log ends")
    }

    /// Returns the number of media files.
    pub fn count_media(&self) -> usize {
        self.parts.len().saturating_sub(1)
    }
}
