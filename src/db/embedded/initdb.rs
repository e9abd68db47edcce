//! Creation of a new Postgres cluster on disk.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::Path;

use anyhow::Context;

use super::cluster::CommitDurability;
use super::launcher::{PostgresLauncher, run_to_end};
use super::socket::ROLE_AND_DATABASE;

/// First major version of Postgres with built-in locales, which do not depend on the operating system's.
const BUILTIN_LOCALES_SINCE: u32 = 17;

/// Creates a cluster with an empty database in `folder`.
pub fn create_cluster(
    folder: &Path,
    launcher: &PostgresLauncher,
    durability: CommitDurability,
) -> anyhow::Result<()> {
    // Created under another name and moved when it is complete, so that an interrupted start leaves nothing half made.
    let unfinished = folder.with_extension("new");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| {
            format!(
                "{} is left from an interrupted start and cannot be removed; remove it by hand",
                unfinished.display()
            )
        })?;
    }
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
    // Single-user mode needs no socket and no server that would have to be stopped again.
    let mut single_user = launcher.command("postgres", &unfinished);
    single_user
        .args(["--single", "-D"])
        .arg(&unfinished)
        .arg("template1");
    run_to_end(
        single_user,
        Some(&format!("create database {ROLE_AND_DATABASE}\n")),
    )
    .context("creating the database failed")?;
    fs::rename(&unfinished, folder)?;
    // The rename is durable only once the parent folder has been synced.
    if let Some(data) = folder.parent() {
        File::open(data)?.sync_all()?;
    }
    Ok(())
}

fn run_initdb(
    folder: &Path,
    launcher: &PostgresLauncher,
    durability: CommitDurability,
) -> anyhow::Result<()> {
    let mut initdb = launcher.command("initdb", folder);
    initdb
        .args([
            "--username",
            ROLE_AND_DATABASE,
            // Without a password: the folder of the socket guards access.
            "--auth=trust",
            "--encoding=UTF8",
            "--data-checksums",
            "--no-instructions",
            "-D",
        ])
        .arg(folder);
    // Letters must fold in every language, and sort the same on every machine.
    if launcher.binaries.major >= BUILTIN_LOCALES_SINCE {
        initdb.args([
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ]);
    } else {
        initdb.arg("--locale=C.UTF-8");
    }
    if durability == CommitDurability::Test {
        initdb.arg("--no-sync");
    }
    run_to_end(initdb, None).context("initdb failed")
}
