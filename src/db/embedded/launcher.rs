//! Commands that run Postgres's programs as the right operating system user and in a clean environment.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;

use super::binaries::PostgresBinaries;
use super::os_user::OsUser;

/// Postgres programs and the operating system user that runs them.
pub struct PostgresLauncher {
    pub binaries: PostgresBinaries,
    pub user: OsUser,
}

impl PostgresLauncher {
    /// Builds a command that runs one of the programs with the working directory `working`.
    pub fn command(&self, program: &str, working: &Path) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        self.set_environment(&mut command, working);
        command
    }

    /// Sets the user, the working directory and the environment of a command.
    pub fn set_environment(&self, command: &mut Command, working: &Path) {
        // PGHOST, PGDATA and the like are meant for another Postgres.
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        // Messages must be in English, since they are searched for errors, and LC_ALL would override LC_MESSAGES.
        command
            .env_remove("LC_ALL")
            .env("LC_MESSAGES", "C")
            .current_dir(working);
        if self.user.drops_privileges {
            command
                .uid(self.user.uid.as_raw())
                .gid(self.user.gid.as_raw());
        }
    }
}

/// Runs a command and waits until it ends. If it fails, its error output becomes the error.
pub fn run_to_end(mut command: Command, input: Option<&str>) -> anyhow::Result<()> {
    let stdin = if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    // Dropped at the end of the block, which ends the input.
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    // Single-user mode exits successfully even when its statement fails.
    ensure!(
        output.status.success() && !errors.contains("ERROR:"),
        "{}",
        errors.trim()
    );
    Ok(())
}
