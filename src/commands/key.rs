//! The secret key's file.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::data_folder;
use crate::config::Config;
use crate::db::private;
use crate::sealed::{KEY_BYTES, Keys, hex, key_from_hex, random};

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
        Ok(None) if config.database_url.is_none() && private::has_data(&data_folder(config)) => {
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

/// Reads the key; `None` if there is no such file.
pub fn read(file: &Path) -> anyhow::Result<Option<Keys>> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the secret key {} cannot be read", file.display()));
        }
    };
    let mode = fs::metadata(file)
        .map(|meta| meta.permissions().mode())
        .unwrap_or_default();
    if mode & 0o077 != 0 {
        bail!(
            "the secret key {} can be read by others; close it with  chmod 600 {}",
            file.display(),
            file.display()
        );
    }
    let key = key_from_hex(text.trim()).with_context(|| {
        format!(
            "the secret key {} must hold {} hexadecimal digits and nothing else",
            file.display(),
            2 * KEY_BYTES
        )
    })?;
    Ok(Some(Keys::from_secret(&key)))
}

fn make(file: &Path) -> anyhow::Result<Keys> {
    if let Some(folder) = file.parent() {
        private::make_folder(folder)
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
