//! Tests of the `commenter` command: requests of commenters about their data, and bounced mail.

use std::process::Output;

use broadsheet::comments::NETWORK_ROW;
use broadsheet::crypto::read_key_file;
use sqlx::{Connection, PgConnection};

use crate::support::server::{Server, broadsheet, run, text};
use crate::{query_strings, reply_path};

fn run_commenter_command(server: &Server, arguments: &[&str], email: &str) -> Output {
    let mut command = broadsheet(&server.data);
    command
        .env("BROADSHEET_LOG", "warn")
        .env("BROADSHEET_PUBLIC_URL", "https://news.example.org");
    command.arg("commenter").args(arguments);
    run(command, &format!("{email}\n"))
}

#[test]
fn commenters_data_is_exported_and_erased_on_the_command_line() {
    let server = Server::new();
    let (url, to) = (server.database_url(), reply_path(&server));
    query_strings(
        &url,
        "update settings set hold_everything = true, flood_seconds = 0",
    );
    let post_comment = |from: &str, email: &str, words: &str| {
        let fields = [
            ("comment", words),
            ("author", "Zoë"),
            ("email", email),
            ("url", "https://zoe.example/"),
        ];
        let answer = server.try_post(&to, from, &fields).expect("a response");
        assert_eq!(answer.status, 303, "{}", answer.body);
    };
    post_comment("192.0.2.1", "Zoë@müller.example", "Tea for *one*.");
    post_comment("192.0.2.2", "zoë@xn--mller-kva.example", "Tea for two.");
    post_comment("192.0.2.3", "bob@example.org", "Coffee.");
    let keys = read_key_file(&server.data.join("secret.key"))
        .expect("the key file is read")
        .expect("the key file exists")
        .key_ring();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let mut db = PgConnection::connect(&url).await.expect("a connection");
            for statement in [
                "insert into accounts (username, slug, name, role, created_at) values ('mo', 'mo', 'Mo', 'moderator', now())",
                "with entry_id as (
                     insert into audit_log (position, id, action_id, kind, account_id, subject, note, at, decisions, previous, hash)
                     select 1, 1, 1, 'decided', id, '', '', now(), 1, '', '\\x01' from accounts where username = 'mo'
                 )
                 insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, decided_at)
                 select 1, 1, comments.id, accounts.id, 'held', 'approved', '2026-03-14T15:09:26Z' from comments, accounts where body = 'Tea for two.' and username = 'mo'",
                "insert into commenter_notes (commenter_id, account_id, note, written_at)
                 select commenter_id, accounts.id, 'Knows tea.', '2026-03-14T15:09:26Z' from comments, accounts where body = 'Tea for two.' and username = 'mo'",
                "update commenters set policy = 'hold' where id = (select commenter_id from comments where body = 'Tea for two.')",
                "insert into comment_versions (comment_id, version, name, website, body, format, body_html, replaced_at, replaced_by)
                 select comments.id, 0, 'Zed', null, 'Tea for too.', 'markdown', '<p>Tea for too.</p>', '2026-03-14T15:09:26Z', accounts.id
                 from comments, accounts where body = 'Tea for two.' and username = 'mo'",
                "update comments set status = 'approved' where body = 'Tea for two.'",
                "insert into subscriptions (commenter_id, article_id, scope, requested_at) select commenter_id, article_id, 'replies_to_me', now() from comments where body = 'Tea for two.'",
                "insert into commenter_browsers (token_hash, commenter_id, verified_at) select '\\x01', commenter_id, now() from comments where body = 'Tea for two.'",
            ] {
                sqlx::query(statement).execute(&mut db).await.expect(statement);
            }
            sqlx::query("update comments set network_sealed = $1, network_until = 'infinity' where body = 'Tea for two.'")
                .bind(keys.seal(NETWORK_ROW, b"192.0.2.2"))
                .execute(&mut db)
                .await
                .expect("the network is saved");
            sqlx::query("update comments set network_until = '2126-04-14T00:00:00Z' where network_until is not null")
                .execute(&mut db)
                .await
                .expect("the network's end is saved");
        });

    let unknown = run_commenter_command(&server, &["export"], "nobody@example.org");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        text(&unknown).contains("Nothing is stored"),
        "{}",
        text(&unknown)
    );
    let no_address = run_commenter_command(&server, &["export"], "zoe");
    assert_eq!(no_address.status.code(), Some(2));
    assert!(text(&no_address).contains("no email address"));

    let exported = run_commenter_command(&server, &["export"], " ZOË@Müller.example ");
    assert!(exported.status.success(), "{}", text(&exported));
    let answer: serde_json::Value =
        serde_json::from_slice(&exported.stdout).expect("the standard output is valid JSON");
    let [person] = answer["people"]
        .as_array()
        .expect("the exported people are a list")
        .as_slice()
    else {
        panic!("{answer}");
    };
    assert_eq!(person["blocked"], false);
    assert_eq!(person["browsers"], 1);
    assert_eq!(person["policy"], "hold");
    assert_eq!(
        person["notes"],
        serde_json::json!([{"note": "Knows tea.", "written_at": "2026-03-14T15:09:26Z"}])
    );
    assert_eq!(person["subscriptions"][0]["of"], "answers");
    let comments = person["comments"]
        .as_array()
        .expect("the exported comments are a list");
    assert_eq!(comments.len(), 2);
    assert_eq!(comments[0]["text"], "Tea for *one*.");
    assert_eq!(comments[0]["state"], "held");
    let second = &comments[1];
    assert_eq!(second["name"], "Zoë");
    assert_eq!(second["website"], "https://zoe.example/");
    assert_eq!(second["state"], "approved");
    assert_eq!(second["network"], "192.0.2.2");
    assert_eq!(second["article"]["title"], "Welcome to your Broadsheet");
    let address = second["article"]["address"]
        .as_str()
        .expect("the exported article has an address");
    assert!(
        address.starts_with("https://news.example.org/2"),
        "{address}"
    );
    assert_eq!(
        second["decisions"],
        serde_json::json!([{"at": "2026-03-14T15:09:26Z", "from": "held", "to": "approved"}])
    );
    assert_eq!(
        second["before_the_staff_changed_it"],
        serde_json::json!([{"changed_at": "2026-03-14T15:09:26Z", "name": "Zed", "website": null, "text": "Tea for too."}])
    );
    let all = text(&exported);
    assert!(!all.contains('@') && !all.contains("Coffee"), "{all}");

    let unasked = run_commenter_command(&server, &["erase"], "zoë@müller.example");
    assert_eq!(unasked.status.code(), Some(2));
    assert!(
        text(&unasked).contains("2 comments, 1 subscriptions"),
        "{}",
        text(&unasked)
    );
    assert_eq!(
        query_strings(
            &url,
            "select count(*)::text from comments where erased_at is not null"
        ),
        ["0"]
    );
    let erased = run_commenter_command(&server, &["erase", "--yes"], "zoë@müller.example");
    assert!(erased.status.success(), "{}", text(&erased));
    assert!(text(&erased).contains("Erased: 2 comments") && !text(&erased).contains('@'));
    assert_eq!(
        query_strings(
            &url,
            "select count(*)::text from comments where erased_at is not null and body = '' and commenter_id is null"
        ),
        ["2"]
    );
    assert_eq!(
        query_strings(&url, "select body from comments where body = 'Coffee.'").len(),
        1
    );
    let again = run_commenter_command(&server, &["erase", "--yes"], "zoë@müller.example");
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again).contains("Nothing is stored"));

    query_strings(
        &url,
        "update commenters set blocked_at = now() where id = (select commenter_id from comments where body = 'Coffee.')",
    );
    let blocked = run_commenter_command(&server, &["erase", "--yes"], "bob@example.org");
    assert!(
        text(&blocked).contains("because it is blocked"),
        "{}",
        text(&blocked)
    );
    let left = run_commenter_command(&server, &["export"], "bob@example.org");
    let left: serde_json::Value =
        serde_json::from_slice(&left.stdout).expect("the standard output is valid JSON");
    assert_eq!(left["people"][0]["blocked"], true);
    assert_eq!(left["people"][0]["comments"], serde_json::json!([]));
}

#[test]
fn a_bounce_message_stops_mail_to_its_recipient() {
    let server = Server::new();
    let (url, to) = (server.database_url(), reply_path(&server));
    let fields = [
        ("comment", "Tea."),
        ("author", "Ann"),
        ("email", "ann@example.org"),
    ];
    let saved = server.try_post(&to, "192.0.2.1", &fields);
    assert_eq!(saved.expect("a response").status, 303);
    let count_suppressed =
        || query_strings(&url, "select count(suppressed_at)::text from commenters");
    let report = |address: &str| {
        format!(
            "Subject: Undelivered\n\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
        )
    };
    // For an unknown recipient, or mail that is no bounce, the command succeeds, so that the mail server bounces nothing.
    for mail in [report("eve@example.org"), "Subject: Hello\n\nHello.".into()] {
        let output = run_commenter_command(&server, &["bounce"], &mail);
        assert!(output.status.success(), "{}", text(&output));
        assert_eq!(count_suppressed(), ["0"]);
    }
    let done = run_commenter_command(&server, &["bounce"], &report("Ann@Example.org"));
    assert!(done.status.success(), "{}", text(&done));
    assert!(!text(&done).to_lowercase().contains("ann@"));
    assert_eq!(count_suppressed(), ["1"]);
}
