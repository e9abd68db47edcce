//! Client programs of Postgres, such as pg_dump, as child processes.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, Command};

use anyhow::{Context, ensure};
use percent_encoding::percent_decode_str;
use url::Url;

use super::embedded::find_client_program;

/// Options of pg_dump that leave out what belongs to the server: owners, privileges and replication.
pub const DUMP_OPTIONS: [&str; 5] = [
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-publications",
    "--no-subscriptions",
];

/// Client program with the database that it works on.
pub struct ClientProgram {
    name: &'static str,
    path: PathBuf,
    database_url: Url,
}

impl ClientProgram {
    /// Finds a program for a server of this major version.
    pub fn find(name: &'static str, major: i32, database_url: &str) -> anyhow::Result<Self> {
        Ok(Self {
            name,
            path: find_client_program(name, u32::try_from(major).unwrap_or_default())?,
            database_url: Url::parse(database_url).context("the database URL cannot be read")?,
        })
    }

    /// Returns a command that runs the program on the database. The password is passed in the environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        let mut url = self.database_url.clone();
        // Other accounts on the machine can read the arguments, but not the environment.
        if let Some(password) = self.database_url.password()
            && url.set_password(None).is_ok()
        {
            let password = percent_decode_str(password).collect::<Vec<u8>>();
            command.env(
                "PGPASSWORD",
                String::from_utf8_lossy(&password).into_owned(),
            );
        }
        command.arg("--dbname").arg(url.as_str());
        command
    }

    /// Waits until the program has ended. Fails with what it said if it failed.
    pub fn wait(&self, mut child: Child) -> anyhow::Result<()> {
        let mut errors = Vec::new();
        if let Some(mut output) = child.stderr.take() {
            // The exit status decides; an incomplete error message is better than none.
            let _ = io::copy(&mut Read::by_ref(&mut output), &mut errors);
        }
        let status = child.wait()?;
        let errors = String::from_utf8_lossy(&errors);
        ensure!(status.success(), "{} failed: {}", self.name, errors.trim());
        Ok(())
    }
}
