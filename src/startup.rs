//! First steps of every command: finding the data folder, loading or creating the secret key, opening the database.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};

use crate::accounts::author_slugs;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{KEY_BYTES, KeyRing, encode_hex, random_bytes, read_key_file};
use crate::db::embedded::{self, CommitDurability, default_data_dir};
use crate::db::{self, Database, MissingSite, SiteCreation};
use crate::publication::Publication;

/// Returns the data folder that the settings name, or the default one.
pub fn data_dir(config: &Config) -> PathBuf {
    config.data_dir.clone().unwrap_or_else(default_data_dir)
}

/// Returns the media folder that the settings name, or `media` in the data folder.
pub fn media_dir(config: &Config) -> PathBuf {
    let named = config.media_dir.clone();
    named.unwrap_or_else(|| data_dir(config).join("media"))
}

/// Returns the path of the key file that the settings name, or of `secret.key` in the data folder.
pub fn secret_key_path(config: &Config) -> PathBuf {
    let named = config.secret_key_file.clone();
    named.unwrap_or_else(|| data_dir(config).join("secret.key"))
}

/// Opens the database of an existing site for a command. If a server runs already, its embedded Postgres is shared. Fails
/// with [`db::MissingSite`] if there is no site.
pub async fn open_database(config: &Config) -> anyhow::Result<Database> {
    open(config, SiteCreation::Refused).await
}

/// Opens the site, and creates its secret key and its database if there are none.
pub async fn open_or_create_site(config: &Config) -> anyhow::Result<(KeyRing, Database)> {
    let keys = load_or_create_keys(config)?;
    Ok((keys, open(config, SiteCreation::Allowed).await?))
}

async fn open(config: &Config, creation: SiteCreation) -> anyhow::Result<Database> {
    let database = db::open(
        config.database_url.as_deref(),
        &data_dir(config),
        CommitDurability::Durable,
        creation,
    )
    .await?;
    author_slugs::rename_username_slugs(&database.pool, Clock::System.now()).await?;
    Ok(database)
}

/// Fails with [`db::MissingSite`] if it can be seen without connecting to a database that there is no site.
pub fn require_site(config: &Config) -> anyhow::Result<()> {
    let data = data_dir(config);
    if config.database_url.is_none() && !embedded::has_data(&data) {
        return Err(MissingSite::new(None, &data).into());
    }
    Ok(())
}

/// Makes the key with which the database is encrypted the active one. Fails if the ring does not contain it.
pub fn activate_key(
    config: &Config,
    keys: &KeyRing,
    publication: &Publication,
) -> anyhow::Result<()> {
    ensure!(
        keys.select_key(&publication.key_id),
        "this database is encrypted with another secret key than the one in {}; set BROADSHEET_SECRET_KEY_FILE to the file with the right one",
        secret_key_path(config).display()
    );
    Ok(())
}

/// Loads the secret keys of an existing site. Fails if there is no site, or if its key file is missing.
pub fn load_keys(config: &Config) -> anyhow::Result<KeyRing> {
    require_site(config)?;
    let path = secret_key_path(config);
    match read_key_file(&path)? {
        Some(file) => Ok(file.key_ring()),
        None => Err(missing_key(config, &path)),
    }
}

/// Loads the secret keys. On the first start with an embedded Postgres, creates one. Fails if a database exists but its
/// key is missing, since a new key could not decrypt the stored values.
fn load_or_create_keys(config: &Config) -> anyhow::Result<KeyRing> {
    let path = secret_key_path(config);
    if let Some(file) = read_key_file(&path)? {
        return Ok(file.key_ring());
    }
    if config.database_url.is_some() || embedded::has_data(&data_dir(config)) {
        return Err(missing_key(config, &path));
    }
    create_key(&path)
}

fn missing_key(config: &Config, path: &Path) -> anyhow::Error {
    let path = path.display();
    match config.database_url {
        Some(_) => anyhow!(
            "the secret key {path} is missing: copy it from where this database was used before, or for a new database make one with  (umask 077; openssl rand -hex 32 > {path})"
        ),
        None => anyhow!(
            "the secret key {path} is missing, and the database beside it is sealed with it; put your copy of it back"
        ),
    }
}

fn create_key(path: &Path) -> anyhow::Result<KeyRing> {
    if let Some(folder) = path.parent() {
        embedded::create_data_dir(folder)
            .with_context(|| format!("the folder {} cannot be created", folder.display()))?;
    }
    let key: [u8; KEY_BYTES] = random_bytes();
    let mut created = OpenOptions::new()
        .write(true)
        // Two commands may start at once: only one of them may create the key.
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("the secret key {} cannot be created", path.display()))?;
    writeln!(created, "{}", encode_hex(&key))?;
    // Nothing may be sealed with a key that a power cut could still take away.
    created.sync_all()?;
    tracing::info!(file = %path.display(), "created the secret key; keep a copy apart from the database's backups");
    Ok(KeyRing::from_secret(&key))
}
