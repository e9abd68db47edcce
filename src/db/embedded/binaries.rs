//! Where Postgres is on this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

/// The oldest major version we work with.
const OLDEST: u32 = 14;

/// Folders whose children hold one version each, and where in the child its programs are.
const PLACES: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/usr/local/pgsql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "bin"),
];

/// The programs of one Postgres.
#[derive(Clone, Debug)]
pub struct Binaries {
    pub folder: PathBuf,
    pub major: u32,
}

impl Binaries {
    /// The programs of exactly `major`, if data of that version exist; else the newest there are. `PG_BIN` goes first.
    pub fn find(major: Option<u32>) -> anyhow::Result<Self> {
        let mut found: Vec<Self> = candidates()
            .into_iter()
            .filter_map(Self::at)
            .filter(|binaries| binaries.major >= OLDEST)
            .collect();
        // Stable: what PG_BIN or PATH names stays before others of the same version.
        if env::var_os("PG_BIN").is_none() {
            found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        }
        let Some(wanted) = major else {
            return match found.into_iter().next() {
                Some(binaries) => Ok(binaries),
                None => bail!(
                    "no Postgres ({OLDEST} or newer) was found on this machine.\n\
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

    /// One of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn at(folder: PathBuf) -> Option<Self> {
        if !(folder.join("initdb").is_file() && folder.join("postgres").is_file()) {
            return None;
        }
        let major = version_of(&folder.join("postgres"))?;
        Some(Self { folder, major })
    }
}

fn candidates() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("PG_BIN") {
        return vec![PathBuf::from(named)];
    }
    let on_path = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect::<Vec<_>>())
        .unwrap_or_default();
    let mut folders = on_path;
    for (place, inside) in PLACES {
        let children = fs::read_dir(place)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        folders.extend(
            children
                .filter(|child| holds_postgres(place, child))
                .map(|child| child.join(inside)),
        );
    }
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders
}

/// In shared folders only children named after Postgres are looked into.
fn holds_postgres(place: &str, child: &Path) -> bool {
    let name = child.file_name().unwrap_or_default().to_string_lossy();
    place.contains("postgresql")
        || place.contains("Postgres.app")
        || name.starts_with("postgresql")
        || name.starts_with("pgsql")
}

/// One of the programs that come along with a server of `major`: exactly that version's, else the next newer there is,
/// since none writes out what a newer server holds. They may be on a machine that has no server.
pub fn client_program(name: &str, major: u32) -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = candidates()
        .into_iter()
        .map(|folder| folder.join(name))
        .filter(|program| program.is_file())
        .filter_map(|program| Some((version_of(&program)?, program)))
        .filter(|(version, _)| *version >= major)
        .collect();
    // Stable: what PG_BIN or PATH names stays before others of the same version.
    found.sort_by_key(|(version, _)| *version);
    match found.into_iter().next() {
        Some((_, program)) => Ok(program),
        None => bail!(
            "{name} of Postgres {major} or newer is missing on this machine; on Debian or Ubuntu:  apt-get install postgresql-client  Or name the folder it is in in PG_BIN."
        ),
    }
}

fn version_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace()
        .find_map(|word| word.split('.').next()?.parse().ok())
}
