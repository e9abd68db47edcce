//! Readiness: what load balancers are told, and what happens to a form, when the site cannot write.

use std::fs;

use super::support::server::{Server, wait_until};
use super::{query_strings, reply_path, with_database};

/// Returns the status and text of both checks.
fn readiness(server: &Server) -> [(u16, String); 2] {
    ["/readyz", "/readyz?for=writes"].map(|path| {
        let answer = server.get(path);
        (answer.status, answer.body)
    })
}

/// Ends the site's sessions, so that the next ones have the settings of now.
fn end_sessions(server: &Server) {
    let statement = "select pg_terminate_backend(pid)::text from pg_stat_activity
        where usename = 'broadsheet' and pid <> pg_backend_pid()";
    query_strings(&server.superuser_url(), statement);
}

#[track_caller]
fn wait_for(server: &Server, status: u16, text: &str) {
    let expected = (status, format!("{text}\n"));
    wait_until("both checks say so", || {
        readiness(server).iter().all(|found| *found == expected)
    });
}

#[test]
fn a_read_only_database_is_not_ready_and_gives_replies_back() {
    let server = Server::new();
    wait_for(&server, 200, "ready");
    let path = reply_path(&server);
    query_strings(
        &server.superuser_url(),
        "alter database broadsheet set default_transaction_read_only = on",
    );
    end_sessions(&server);
    wait_for(&server, 503, "not ready: the database is read-only");
    let fields = [
        ("comment", "Every word of it"),
        ("author", "Reader"),
        ("email", "reader@example.org"),
    ];
    let response = server.try_post(&path, "192.0.2.5", &fields);
    let response = response.expect("a response");
    assert_eq!(response.status, 503, "{}", response.body);
    assert_eq!(response.header("retry-after"), Some("5"));
    assert!(response.body.contains("Every word of it"));
    // In another database, whose sessions can write.
    query_strings(
        &with_database(&server.superuser_url(), "postgres"),
        "alter database broadsheet reset default_transaction_read_only",
    );
    end_sessions(&server);
    wait_for(&server, 200, "ready");
    assert!(server.log().contains("ready again"));
}

#[test]
fn a_schema_of_another_version_is_not_ready() {
    let server = Server::new();
    let url = server.database_url();
    query_strings(
        &url,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9000, 'later', true, '', 0)",
    );
    let newer = "not ready: the database has the tables of a newer version";
    wait_for(&server, 503, newer);
    query_strings(
        &url,
        "delete from _sqlx_migrations where version in (9000, (select max(version) from _sqlx_migrations where version < 9000))",
    );
    let older = "not ready: the database has the tables of an older version";
    wait_for(&server, 503, older);
}

#[test]
fn a_lost_key_file_and_another_key_are_not_ready() {
    let server = Server::new();
    let (key, elsewhere) = (
        server.data.join("secret.key"),
        server.data.join("elsewhere"),
    );
    fs::rename(&key, &elsewhere).expect("the key is moved");
    let lost = "not ready: the file of the secret key is missing or does not hold the key in use";
    wait_for(&server, 503, lost);
    fs::rename(&elsewhere, &key).expect("the key is moved back");
    wait_for(&server, 200, "ready");
    query_strings(
        &server.database_url(),
        "update settings set key_id = '\\x0102030405060708'",
    );
    let wrong = "not ready: the database is encrypted with another secret key";
    wait_for(&server, 503, wrong);
}
