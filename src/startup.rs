//! Locates the data and media folders and reads or creates the secret key, before a command opens the site.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::config::Config;
use crate::crypto::{KEY_BYTES, Keys, hex, random, read_key_file};
use crate::db::embedded::{self, default_data_folder};

/// The data folder that the settings name, or the default.
pub fn data_folder(config: &Config) -> PathBuf {
    config.data.clone().unwrap_or_else(default_data_folder)
}

/// The media folder that the settings name, or `media` in the data folder.
pub fn media_folder(config: &Config) -> PathBuf {
    let named = config.media.clone();
    named.unwrap_or_else(|| data_folder(config).join("media"))
}

/// Where the key lies.
pub fn key_file(config: &Config) -> PathBuf {
    config
        .secret_key_file
        .clone()
        .unwrap_or_else(|| data_folder(config).join("secret.key"))
}

/// Reads the key, or makes it at the first start with a private Postgres. Beside a database that is there already a
/// missing key is an error: what is sealed there opens with no new one.
pub fn read_or_make(config: &Config) -> anyhow::Result<Keys> {
    let file = key_file(config);
    match read(&file) {
        Ok(Some(keys)) => Ok(keys),
        Ok(None) if config.database_url.is_none() && embedded::has_data(&data_folder(config)) => {
            bail!(
                "the secret key {} is missing, and the database beside it is sealed with it; put your copy of it back",
                file.display()
            )
        }
        Ok(None) if config.database_url.is_none() => make(&file),
        Ok(None) => bail!(
            "the secret key {} is missing: copy it from where this database was used before, or for a new database make one with  (umask 077; openssl rand -hex 32 > {})",
            file.display(),
            file.display()
        ),
        Err(error) => Err(error),
    }
}

/// Reads the keys; `None` if there is no such file.
pub fn read(file: &Path) -> anyhow::Result<Option<Keys>> {
    Ok(read_key_file(file)?.map(|found| found.keys()))
}

fn make(file: &Path) -> anyhow::Result<Keys> {
    if let Some(folder) = file.parent() {
        embedded::make_folder(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    }
    let key: [u8; KEY_BYTES] = random();
    let mut created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("the secret key {} cannot be made", file.display()))?;
    writeln!(created, "{}", hex(&key))?;
    // Addresses sealed with a key that a power cut took would be lost.
    created.sync_all()?;
    tracing::info!(file = %file.display(), "made the secret key; keep a copy apart from the database's backups");
    Ok(Keys::from_secret(&key))
}
