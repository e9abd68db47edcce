//! First steps of every command: finding the data folder, loading or creating the secret key, opening the database.

use std::fs::File;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, anyhow, ensure};
use sqlx::PgPool;

use crate::accounts::author_slugs;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{KeyFile, KeyId, KeyRing, read_key_file};
use crate::db::embedded::{self, CommitDurability, default_data_dir};
use crate::db::{self, Database, MissingSite, SiteCreation};
use crate::publication::{self, Publication};

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

/// Opens the site, and creates its secret key and its database if there are none. Fails if the key is missing and something
/// in the database is encrypted with it.
pub async fn open_or_create_site(config: &Config) -> anyhow::Result<(KeyRing, Database)> {
    let path = secret_key_path(config);
    let file = read_key_file(&path)?;
    if file.is_none() && config.database_url.is_some() {
        return Err(missing_key(config, &path));
    }
    let may_be_sealed = file.is_none() && embedded::has_data(&data_dir(config));
    let keys = match file {
        Some(file) => Some(file.key_ring()),
        None if may_be_sealed => None,
        // Before the database, so that an interrupted start cannot leave a database without a key.
        None => Some(create_key(&path)?),
    };
    let database = open(config, SiteCreation::Allowed).await?;
    let keys = match keys {
        Some(keys) => Ok(keys),
        None => replace_unused_key(config, &path, &database.pool).await,
    };
    match keys {
        Ok(keys) => Ok((keys, database)),
        Err(error) => {
            database.close().await?;
            Err(error)
        }
    }
}

/// Creates a key for a database that has none. Fails if a lost key was used in it.
async fn replace_unused_key(
    config: &Config,
    path: &Path,
    pool: &PgPool,
) -> anyhow::Result<KeyRing> {
    let mut db = pool.acquire().await?;
    let is_unused = publication::store::find(&mut db).await?.is_none()
        && db::store::count_sealed_with_other_keys(&mut db, &KeyId::default()).await? == 0;
    match is_unused {
        true => create_key(path),
        false => Err(missing_key(config, path)),
    }
}

async fn open(config: &Config, creation: SiteCreation) -> anyhow::Result<Database> {
    let database = db::open(
        config.database_url.as_deref(),
        &data_dir(config),
        CommitDurability::Durable,
        creation,
    )
    .await?;
    // Commands that only read work on a standby, too.
    let is_read_only = db::store::is_read_only(&mut *database.pool.acquire().await?).await?;
    if !is_read_only {
        author_slugs::rename_username_slugs(&database.pool, Clock::System.now()).await?;
    }
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
    let path = absolute(path)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let locked = embedded::create_data_dir(folder).and_then(|()| {
        let folder = File::open(folder)?;
        // Two commands may start at once: only one of them may create the key.
        folder.lock()?;
        Ok(folder)
    });
    let _lock =
        locked.with_context(|| format!("the folder {} cannot be created", folder.display()))?;
    if let Some(file) = read_key_file(&path)? {
        return Ok(file.key_ring());
    }
    let file = KeyFile::random();
    // On disk before it is used: nothing may be sealed with a key that a power cut could still take away.
    file.create(&path)?;
    tracing::info!(file = %path.display(), "created the secret key; keep a copy apart from the database's backups");
    Ok(file.key_ring())
}
