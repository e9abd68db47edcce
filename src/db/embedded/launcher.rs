//! Commands that run Postgres's programs as the right operating system user and in a clean environment.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;

use super::binaries::PostgresBinaries;
use super::os_user::OsUser;

/// Shell script that runs a program until it ends, or until the pipe on standard input closes. When the Broadsheet process
/// ends for any reason, the pipe closes, and the script kills the program with all that it has started.
// The script leads a process group of its own, which `kill … 0` means. A shell gives its background jobs /dev/null to read
// from, so the pipe is copied to descriptor 3 first.
const KILLED_WITH_PARENT_SCRIPT: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
( read -r _ <&3; kill -KILL 0 ) 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait "$program"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"#;

/// Postgres programs and the operating system user that runs them.
pub struct PostgresLauncher {
    pub binaries: PostgresBinaries,
    pub user: OsUser,
}

impl PostgresLauncher {
    /// Builds a command that runs one of the programs in the shell script `script`, with the working directory `working`.
    /// The script learns from the pipe on its standard input when this process ends.
    pub fn scripted_command(&self, script: &str, program: &str, working: &Path) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script, "sh"])
            .arg(self.binaries.program(program));
        self.set_environment(&mut command, working);
        // A process group of its own: Ctrl-C must not stop Postgres before open requests have been answered.
        command.process_group(0).stdin(Stdio::piped());
        command
    }

    /// Runs one of the programs and waits until it ends. It is killed if this process ends before. If it fails, its error
    /// output becomes the error.
    pub fn run(&self, program: &str, args: &[&OsStr], working: &Path) -> anyhow::Result<()> {
        let mut child = self
            .scripted_command(KILLED_WITH_PARENT_SCRIPT, program, working)
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        // Open until the program has ended.
        let pipe = child.stdin.take();
        let output = child.wait_with_output()?;
        drop(pipe);
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", errors.trim());
        Ok(())
    }

    fn set_environment(&self, command: &mut Command, working: &Path) {
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
