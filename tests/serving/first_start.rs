//! First starts that are cut off: the next start completes what is missing.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::support::cluster::folder;
use super::support::server::{Server, broadsheet, run, text};
use super::{query_strings, with_database};

/// Starts a server in a data folder, and ends it after a time.
fn cut_off(data: &Path, after: Duration, signal: Signal) {
    let mut server = broadsheet(data)
        .env("BROADSHEET_LISTEN", "127.0.0.1:0")
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts");
    // Not a wait for a condition: the moment itself is what is tried.
    sleep(after);
    let pid = i32::try_from(server.id()).expect("a process id");
    kill(Pid::from_raw(pid), signal).expect("the server has not been waited for");
    server.wait().expect("the server ends");
}

fn assert_whole(server: &Server) {
    let front = server.get("/").body;
    assert!(front.contains("Welcome to your Broadsheet") && front.contains("2 comments"));
    let statuses = query_strings(
        &server.database_url(),
        "select status::text from comments order by id",
    );
    assert_eq!(statuses, ["approved", "approved", "held"]);
    let mut check = broadsheet(&server.data);
    check.arg("check");
    let checked = run(check, "");
    assert!(checked.status.success(), "{}", text(&checked));
    let names = fs::read_dir(&server.data).expect("the data folder is read");
    for entry in names {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        assert!(!name.contains(".new"), "{name} was left behind");
    }
}

#[test]
fn a_first_start_that_was_killed_is_completed_by_the_next() {
    for (number, milliseconds) in [5, 40, 120, 250, 500, 900, 1500].into_iter().enumerate() {
        let data = folder("data");
        let signal = [Signal::SIGKILL, Signal::SIGTERM][number % 2];
        cut_off(&data, Duration::from_millis(milliseconds), signal);
        if number % 3 == 0 {
            cut_off(&data, Duration::from_millis(milliseconds / 2), signal);
        }
        assert_whole(&Server::start(&data));
    }
}

#[test]
fn what_a_killed_start_leaves_behind_is_removed_or_completed() {
    let data = folder("data");
    fs::create_dir(data.join("postgres.new-0123")).expect("an unfinished cluster");
    fs::write(data.join("postgres.new-0123/PG_VERSION"), "15").expect("a file in it");
    fs::write(data.join("secret.key.new"), "12").expect("an unfinished key");
    let mut server = Server::start(&data);
    assert_whole(&server);
    // A cluster without a database.
    server.stop();
    let mut server = Server::start(&data);
    let drop = "drop database broadsheet with (force)";
    query_strings(&with_database(&server.superuser_url(), "postgres"), drop);
    server.stop();
    assert_whole(&Server::start(&data));
}

#[test]
fn a_cluster_without_a_key_gets_one_if_nothing_is_encrypted_yet() {
    let mut server = Server::new();
    query_strings(
        &with_database(&server.superuser_url(), "postgres"),
        "drop database broadsheet with (force)",
    );
    server.stop();
    fs::remove_file(server.data.join("secret.key")).expect("the key is removed");
    let server = Server::start(&server.data);
    assert_whole(&server);
    let key = fs::metadata(server.data.join("secret.key")).expect("there is a key");
    assert_eq!(key.permissions(), Permissions::from_mode(0o100_600));
}
