//! Creation of a new Postgres cluster on disk.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Context;

use super::cluster::CommitDurability;
use super::launcher::PostgresLauncher;
use super::socket::SUPERUSER;
use crate::crypto::{encode_hex, random_bytes};

/// First major version of Postgres with built-in locales, which do not depend on the operating system's.
const BUILTIN_LOCALES_SINCE: u32 = 17;
/// Beginning of the name of a folder in which a cluster is being created. Each attempt adds a word of its own.
const UNFINISHED: &str = "postgres.new";
/// Time for which removing an unfinished cluster is tried: an `initdb` whose parent was killed may write a moment longer.
const REMOVAL_TIMEOUT: Duration = Duration::from_secs(3);

/// Creates an empty cluster in `folder`.
pub fn create_cluster(
    folder: &Path,
    launcher: &PostgresLauncher,
    durability: CommitDurability,
) -> anyhow::Result<()> {
    // Created under another name and moved when it is complete, so that an interrupted start leaves nothing half made.
    let attempt = encode_hex(&random_bytes::<4>());
    let unfinished = folder.with_file_name(format!("{UNFINISHED}-{attempt}"));
    // Postgres refuses a data folder that others may write to or read.
    DirBuilder::new().mode(0o700).create(&unfinished)?;
    if launcher.user.drops_privileges {
        chown(
            &unfinished,
            Some(launcher.user.uid.as_raw()),
            Some(launcher.user.gid.as_raw()),
        )?;
    }
    tracing::info!(
        version = launcher.binaries.major,
        "creating the embedded Postgres; this happens once"
    );
    run_initdb(&unfinished, launcher, durability)?;
    fs::rename(&unfinished, folder)?;
    // The rename is durable only once the parent folder has been synced.
    if let Some(data) = folder.parent() {
        File::open(data)?.sync_all()?;
    }
    Ok(())
}

/// Removes what interrupted attempts to create a cluster have left in the data folder. The caller must hold the lock on it.
pub fn remove_unfinished_clusters(data: &Path) {
    let entries = fs::read_dir(data).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes())
            && let Err(error) = remove_dir_in_time(&entry.path())
        {
            tracing::warn!(
                folder = %entry.path().display(), %error,
                "a folder left by an interrupted first start could not be removed; the next start tries again"
            );
        }
    }
}

fn remove_dir_in_time(folder: &Path) -> std::io::Result<()> {
    let deadline = Instant::now() + REMOVAL_TIMEOUT;
    loop {
        match fs::remove_dir_all(folder) {
            Err(_) if folder.exists() && Instant::now() < deadline => {
                sleep(Duration::from_millis(20));
            }
            result => return result,
        }
    }
}

fn run_initdb(
    folder: &Path,
    launcher: &PostgresLauncher,
    durability: CommitDurability,
) -> anyhow::Result<()> {
    let mut args = vec![
        "--username",
        SUPERUSER,
        // Without a password: the folder of the socket guards access.
        "--auth=trust",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
    ];
    // Letters must fold in every language, and sort the same on every machine.
    if launcher.binaries.major >= BUILTIN_LOCALES_SINCE {
        args.extend([
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ]);
    } else {
        args.push("--locale=C.UTF-8");
    }
    if durability == CommitDurability::Test {
        args.push("--no-sync");
    }
    let mut args: Vec<&OsStr> = args.into_iter().map(OsStr::new).collect();
    args.extend([OsStr::new("-D"), folder.as_os_str()]);
    launcher
        .run("initdb", &args, folder)
        .context("initdb failed")
}
