//! Backups: one file with the database, the media folder and the end of the audit log, from one moment, while the site
//! serves. The secret key is not in it. [`restore_backup`] puts a backup into an empty folder or database.

mod archive;
mod create;
mod manifest;
mod media_files;
mod progress;
mod restore;
mod store;

pub use create::{BackupSource, create_backup, create_file};
pub use manifest::BackupManifest;
pub use restore::{RestoreTarget, check_backup, restore_backup};
