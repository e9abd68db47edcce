//! Tests of the `check log` command.

use std::process::Output;

use crate::query_strings;
use crate::support::server::{Server, broadsheet, run, text};

fn check_log(server: &Server, arguments: &[&str]) -> Output {
    let mut command = broadsheet(&server.data);
    command.env("BROADSHEET_LOG", "warn");
    command.args(["check", "log"]).args(arguments);
    run(command, "")
}

#[test]
fn the_audit_log_is_verified_while_a_server_is_running() {
    let server = Server::new();
    let url = server.database_url();
    let checked = check_log(&server, &[]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));
    let report = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(report, "0 entries, 0 decisions; the chain has not begun\n");

    // An entry with the correct hash, computed as in `audit_log/chain.rs`.
    query_strings(
        &url,
        "insert into audit_log (position, id, action_id, kind, account_id, subject, note, at, decisions, previous, hash)
         values (1, 1, 1, 'emptied', null, '7 comments', '', 'epoch', 0, '', sha256('1\n\nemptied\n1\n-\n0\n7 comments\n\n'::bytea))",
    );
    let checked = check_log(&server, &[]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));
    let report = String::from_utf8_lossy(&checked.stdout).into_owned();
    let (report, hash) = report.trim_end().split_once(" with ").expect("a hash");
    assert_eq!(report, "1 entry, 0 decisions; the chain ends at entry 1");
    let noted = format!("1:{hash}");
    let checked = check_log(&server, &["--checkpoint", &noted]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));

    let checked = check_log(&server, &["--checkpoint", &format!("2:{hash}")]);
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked));
    let report = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(report.ends_with("Entry 2, whose hash was noted, is not there: the log ends at 1.\n"));
    let checked = check_log(&server, &["--checkpoint", "1"]);
    assert_eq!(checked.status.code(), Some(2));
    assert!(text(&checked).contains("a place and a hash"));

    for statement in [
        "alter table audit_log disable trigger user",
        "update audit_log set subject = '8 comments'",
        "alter table audit_log enable trigger user",
    ] {
        query_strings(&url, statement);
    }
    let checked = check_log(&server, &[]);
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked));
    let report = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        report.contains("Entry 1 is not as it was written"),
        "{report}"
    );
}
