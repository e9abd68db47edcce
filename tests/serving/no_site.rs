//! Commands where there is no site: they say so, and leave nothing behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::support::cluster::folder;
use super::support::server::{Server, broadsheet, run, text};
use super::{query_strings, with_database};

/// Commands that need a site.
const COMMANDS: [&str; 13] = [
    "account list",
    "account passphrase ann",
    "account add ann --name Ann",
    "export wordpress -",
    "commenter export",
    "commenter erase --yes",
    "commenter bounce",
    "key rotate",
    "key rotate --stage",
    "key rotate --prune",
    "db url",
    "check privacy",
    "check log",
];

#[test]
fn a_command_in_a_folder_without_a_site_says_so_and_creates_nothing() {
    let empty = folder("empty");
    let missing = empty.join("missing");
    for data in [&missing, &empty] {
        for arguments in COMMANDS {
            let mut command = broadsheet(data);
            command.args(arguments.split(' '));
            let output = run(command, "four plain words here\n");
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
            let sentence = format!("there is no site in the data folder {};", data.display());
            assert!(stderr.contains(&sentence), "{arguments}: {stderr}");
            for name in ["--data-dir", "BROADSHEET_DATA_DIR", "DATABASE_URL"] {
                assert!(stderr.contains(name), "{arguments}: {stderr}");
            }
            let is_add = arguments.starts_with("account add");
            assert_eq!(stderr.contains("--create"), is_add, "{stderr}");
            assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
        }
        let mut check = broadsheet(data);
        check.arg("check");
        let output = run(check, "");
        assert_eq!(output.status.code(), Some(1));
        let sentence = format!(
            "database: there is no site in the data folder {}",
            data.display()
        );
        assert!(text(&output).contains(&sentence), "{}", text(&output));
        let left = fs::read_dir(data).map_or(0, Iterator::count);
        assert_eq!(left, 0, "something was left in {}", data.display());
    }
    assert!(!missing.exists());
}

#[test]
fn a_relative_data_folder_is_named_with_its_absolute_path() {
    let place = folder("relative");
    let mut command = broadsheet("elsewhere".as_ref());
    command.current_dir(&place).args(["account", "list"]);
    let said = text(&run(command, ""));
    let expected = place.join("elsewhere").display().to_string();
    assert!(said.contains(&expected), "{said}");
}

#[test]
fn a_command_on_an_empty_database_of_ones_own_creates_no_tables() {
    let owner = Server::new();
    query_strings(&owner.superuser_url(), "create database vacant");
    let url = with_database(&owner.superuser_url(), "vacant");
    let data = folder("data");
    let key = data.join("secret.key");
    fs::write(&key, "ef".repeat(32)).expect("the key file is written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("the key is closed");
    // These need no tables, or nothing at all without a report of a bounce on standard input.
    let needs_none = ["db url", "key rotate --stage", "commenter bounce"];
    for arguments in COMMANDS {
        if needs_none.contains(&arguments) {
            continue;
        }
        let input = match arguments.starts_with("commenter") {
            true => "ann@example.org\n",
            false => "four plain words here\n",
        };
        let mut command = broadsheet(&data);
        command.env("DATABASE_URL", &url);
        command.args(arguments.split(' '));
        let output = run(command, input);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.contains("DATABASE_URL names: it is empty"), "{said}");
    }
    let tables = "select tablename::text from pg_tables where schemaname = 'public'";
    assert!(query_strings(&url, tables).is_empty());
}
