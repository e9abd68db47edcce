//! `check privacy`, by the real program: it searches a copy, and leaves the site as it was.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::Output;

use crate::support::cluster::folder;
use crate::support::sample_export;
use crate::support::server::{Server, broadsheet, run, text};
use crate::{query_strings, reply_path};

fn check(data: &Path, arguments: &[&str]) -> Output {
    let mut command = broadsheet(data);
    command
        .env("BROADSHEET_LOG", "warn")
        .args(["check", "privacy"])
        .args(arguments);
    run(command, "")
}

/// What must be the same after the check: rows, and numbers given out.
fn state(url: &str) -> Vec<String> {
    [
        "select count(*)::text from comments",
        "select count(*)::text from commenters",
        "select count(*)::text from articles",
        "select count(*)::text from accounts",
        "select count(*)::text from outbox",
        "select last_value::text from comments_id_seq",
        "select t::text from settings t",
        "select t::text from word_lists t",
    ]
    .into_iter()
    .flat_map(|query| query_strings(url, query))
    .collect()
}

fn databases(url: &str) -> Vec<String> {
    query_strings(
        url,
        "select datname::text from pg_database where datname like 'broadsheet_privacy%'",
    )
}

#[test]
fn the_promise_is_checked_while_the_site_serves_and_on_a_copy_alone() {
    let server = Server::new();
    let made = folder("made").join("made.xml");
    let mut out = BufWriter::new(File::create(&made).expect("a file"));
    sample_export::write(&mut out, 20, 6).expect("an export");
    drop(out);
    let mut import = broadsheet(&server.data);
    import
        .env("BROADSHEET_LOG", "warn")
        .args(["import", "wordpress"])
        .arg(&made);
    let imported = run(import, "");
    assert!(imported.status.success(), "{}", text(&imported));
    let url = server.database_url();
    let answer = server
        .try_post(
            &reply_path(&server),
            "192.0.2.1",
            &[
                ("comment", "Tea."),
                ("author", "Ann"),
                ("email", "ann@example.org"),
            ],
        )
        .expect("an answer");
    assert_eq!(answer.status, 303);
    let before = state(&url);

    let checked = check(&server.data, &[]);
    let said = text(&checked);
    assert!(checked.status.success(), "{said}");
    for part in [
        " pages, with their headers, as a stranger, the canary and an admin",
        " feeds and sitemaps",
        ": every one there is",
        " letters to others",
        "log to the last detail, ",
        "dump of the database, ",
        "export without addresses, ",
        "The canary's address is in none of it",
    ] {
        assert!(said.contains(part), "nothing says {part:?}:\n{said}");
    }
    assert!(!said.contains("LEAK") && !said.contains('@'), "{said}");
    assert_eq!(state(&url), before);
    assert_eq!(databases(&url), [""; 0]);
    assert_eq!(server.get("/").status, 200);

    // With a limit it says what it has left out.
    let checked = check(&server.data, &["--pages", "1"]);
    let said = text(&checked);
    assert!(checked.status.success(), "{said}");
    assert!(said.contains("more were seen and not opened"), "{said}");
}

#[test]
fn a_site_that_is_not_there_yet_is_not_called_well() {
    let data = folder("new");
    let checked = check(&data, &[]);
    assert!(!checked.status.success());
    assert!(
        text(&checked).contains("start the site once"),
        "{}",
        text(&checked)
    );
}

#[test]
fn the_check_starts_the_private_postgres_where_no_server_runs() {
    let mut server = Server::new();
    server.stop();
    let checked = check(&server.data, &[]);
    assert!(checked.status.success(), "{}", text(&checked));
    assert!(!fs::exists(server.data.join("postgres/postmaster.pid")).expect("it can be asked"));
}
