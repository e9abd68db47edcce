//! Tests of the `check privacy` command. It searches a copy of the site, and changes nothing on the site itself.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::Output;

use crate::support::cluster::folder;
use crate::support::sample_export;
use crate::support::server::{Server, broadsheet, run, text};
use crate::{query_strings, reply_path};

fn check_privacy(data: &Path, arguments: &[&str]) -> Output {
    let mut command = broadsheet(data);
    command
        .env("BROADSHEET_LOG", "warn")
        .args(["check", "privacy"])
        .args(arguments);
    run(command, "")
}

/// Returns the state of the site that the check must not change: row counts, settings and the position of a sequence.
fn site_state(url: &str) -> Vec<String> {
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

fn list_copies(url: &str) -> Vec<String> {
    query_strings(
        url,
        "select datname::text from pg_database where datname like 'broadsheet_privacy%'",
    )
}

#[test]
fn the_privacy_check_runs_beside_a_server_and_changes_only_its_copy_of_the_site() {
    let server = Server::new();
    let export = folder("made").join("made.xml");
    let mut writer = BufWriter::new(File::create(&export).expect("a file"));
    sample_export::write(&mut writer, 20, 6).expect("the export is written");
    drop(writer);
    let mut import = broadsheet(&server.data);
    import
        .env("BROADSHEET_LOG", "warn")
        .args(["import", "wordpress"])
        .arg(&export);
    let imported = run(import, "");
    assert!(imported.status.success(), "{}", text(&imported));
    let url = server.database_url();
    let response = server
        .try_post(
            &reply_path(&server),
            "192.0.2.1",
            &[
                ("comment", "Tea."),
                ("author", "Ann"),
                ("email", "ann@example.org"),
            ],
        )
        .expect("a response");
    assert_eq!(response.status, 303);
    let before = site_state(&url);

    let checked = check_privacy(&server.data, &[]);
    let output = text(&checked);
    assert!(checked.status.success(), "{output}");
    for part in [
        " pages, with their headers, as a visitor, the canary and an admin",
        " feeds and sitemaps",
        ": every one that was found",
        " emails to others",
        "the log at its most detailed level, ",
        "the dump of the database, ",
        "the export without email addresses, ",
        "The canary's email was found nowhere",
    ] {
        assert!(output.contains(part), "{part:?} is missing:\n{output}");
    }
    assert!(
        !output.contains("LEAK") && !output.contains('@'),
        "{output}"
    );
    assert_eq!(site_state(&url), before);
    assert_eq!(list_copies(&url), [""; 0]);
    assert_eq!(server.get("/").status, 200);

    // With a limit, the number of unopened pages is printed.
    let checked = check_privacy(&server.data, &["--pages", "1"]);
    let output = text(&checked);
    assert!(checked.status.success(), "{output}");
    assert!(
        output.contains("more were found and not opened"),
        "{output}"
    );
}

#[test]
fn the_privacy_check_starts_and_stops_the_embedded_postgres_when_no_server_runs() {
    let mut server = Server::new();
    server.stop();
    let checked = check_privacy(&server.data, &[]);
    assert!(checked.status.success(), "{}", text(&checked));
    assert!(
        !fs::exists(server.data.join("postgres/postmaster.pid"))
            .expect("the folder of Postgres can be read")
    );
}
