//! Postgres programs installed on this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

/// Oldest major version of Postgres on which the migrations run.
const MIN_MAJOR: u32 = 14;

/// Folders that contain one subfolder for each installed Postgres version, with the programs in its `bin` folder.
const INSTALL_DIRS: [&str; 6] = [
    "/usr/lib/postgresql",
    "/usr",
    "/opt/homebrew/opt",
    "/usr/local/opt",
    "/usr/local/pgsql",
    "/Applications/Postgres.app/Contents/Versions",
];

/// Programs of one installed Postgres version.
#[derive(Clone, Debug)]
pub struct PostgresBinaries {
    pub folder: PathBuf,
    pub major: u32,
}

impl PostgresBinaries {
    /// Finds the programs of the major version that created the data. If there is no data yet, finds those of the newest
    /// installed version. If `PG_BIN` is set, only the folder that it names is searched.
    pub fn find(major: Option<u32>) -> anyhow::Result<Self> {
        let mut found: Vec<Self> = list_candidate_dirs()
            .into_iter()
            .filter_map(Self::detect)
            .filter(|binaries| binaries.major >= MIN_MAJOR)
            .collect();
        // A stable sort: what PATH names stays before others of the same version.
        found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        let Some(wanted) = major else {
            return match found.into_iter().next() {
                Some(binaries) => Ok(binaries),
                None => bail!(
                    "no Postgres ({MIN_MAJOR} or newer) was found on this machine.\n\
                     On Debian or Ubuntu:  apt-get install postgresql     On macOS:  brew install postgresql     (bin/run does it for you)\n\
                     Or name a folder with its programs in PG_BIN, or a database of your own in DATABASE_URL."
                ),
            };
        };
        let others: Vec<String> = found
            .iter()
            .map(|binaries| binaries.major.to_string())
            .collect();
        match found.into_iter().find(|binaries| binaries.major == wanted) {
            Some(binaries) => Ok(binaries),
            None => bail!(
                "the data folder was made by Postgres {wanted}, but this machine has {}; install Postgres {wanted} again, or there run  pg_dump \"$(broadsheet db url)\"  and restore that into an empty data folder here",
                if others.is_empty() {
                    "none".to_owned()
                } else {
                    format!("only {}", others.join(", "))
                }
            ),
        }
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn detect(folder: PathBuf) -> Option<Self> {
        // Packages of client programs have neither.
        if !(folder.join("initdb").is_file() && folder.join("postgres").is_file()) {
            return None;
        }
        let major = read_major_version(&folder.join("postgres"))?;
        Some(Self { folder, major })
    }
}

fn list_candidate_dirs() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("PG_BIN") {
        return vec![PathBuf::from(named)];
    }
    let mut folders = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default();
    for parent in INSTALL_DIRS {
        let children = fs::read_dir(parent)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        folders.extend(
            children
                .filter(|child| may_hold_postgres(parent, child))
                .map(|child| child.join("bin")),
        );
    }
    // The default prefix of a Postgres that is built from source.
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders
}

fn may_hold_postgres(parent: &str, child: &Path) -> bool {
    // Folders such as /usr are shared with other software; only children named after Postgres are searched there.
    let name = child.file_name().unwrap_or_default().to_string_lossy();
    parent.contains("postgresql")
        || parent.contains("Postgres.app")
        || name.starts_with("postgresql")
        || name.starts_with("pgsql")
}

/// Finds a client program, such as pg_dump, for a server with this major version. Prefers the same version, then the next
/// newer one, since pg_dump refuses a server that is newer than itself. No Postgres server needs to be installed on the
/// machine.
pub fn find_client_program(name: &str, major: u32) -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = list_candidate_dirs()
        .into_iter()
        .map(|folder| folder.join(name))
        .filter(|program| program.is_file())
        .filter_map(|program| Some((read_major_version(&program)?, program)))
        .filter(|(version, _)| *version >= major)
        .collect();
    // A stable sort: what PATH names stays before others of the same version.
    found.sort_by_key(|(version, _)| *version);
    match found.into_iter().next() {
        Some((_, program)) => Ok(program),
        None => bail!(
            "{name} of Postgres {major} or newer is missing on this machine; on Debian or Ubuntu:  apt-get install postgresql-client  Or name the folder it is in in PG_BIN."
        ),
    }
}

fn read_major_version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace()
        .find_map(|word| word.split('.').next()?.parse().ok())
}
