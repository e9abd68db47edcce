//! Tests of the `key rotate` command. Replies are accepted during a key rotation, and an interrupted rotation continues
//! when the command is run again.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use broadsheet::accounts::staff_email;
use broadsheet::commenters::{Email, open_for_export};
use broadsheet::comments::NETWORK_ROW;
use broadsheet::crypto::{KeyRing, read_key_file};
use broadsheet::ids::AccountId;
use broadsheet::publication::store::CHECKER_KEY_ROW;
use sqlx::{Connection, PgConnection};

use crate::support::cluster::{folder, new_database};
use crate::support::server::{RawResponse, Server, broadsheet, run, text, wait_until};
use crate::{query_strings, reply_path};

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

fn read_keys(file: &Path) -> KeyRing {
    read_key_file(file)
        .expect("the key file is read")
        .expect("the key file exists")
        .key_ring()
}

fn read_lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("the key file is read");
    text.lines().map(str::to_owned).collect()
}

fn run_rotation(data: &Path, arguments: &[&str]) -> Output {
    let mut command = broadsheet(data);
    command.env("BROADSHEET_LOG", "warn");
    command.args(["key", "rotate"]).args(arguments);
    run(command, "")
}

#[track_caller]
fn rotate(data: &Path, arguments: &[&str]) -> String {
    let output = run_rotation(data, arguments);
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

/// Inserts encrypted values of every kind: commenters, an account, an IP network, a queued email and the spam checker's
/// key.
fn insert_sealed_values(url: &str, keys: &KeyRing, commenters: usize) {
    let emails: Vec<Email> = (0..commenters)
        .map(|n| Email::parse(&format!("reader-{n}@example.net")).expect("a valid email"))
        .collect();
    let hashes: Vec<Vec<u8>> = emails
        .iter()
        .map(|email| email.hash(keys).to_vec())
        .collect();
    let sealed: Vec<Vec<u8>> = emails
        .iter()
        .map(|email| email.seal(keys, &email.hash(keys)))
        .collect();
    wait_for(async {
        let mut db = PgConnection::connect(url).await.expect("a connection");
        sqlx::query("insert into commenters (email_hash, email_sealed, created_at) select h, s, now() from unnest($1::bytea[], $2::bytea[]) as t (h, s)")
            .bind(&hashes)
            .bind(&sealed)
            .execute(&mut db)
            .await
            .expect("the commenters are inserted");
        sqlx::query("update comments set network_sealed = $1, network_until = 'infinity'")
            .bind(keys.seal(NETWORK_ROW, b"192.0.2.1"))
            .execute(&mut db)
            .await
            .expect("the networks are saved");
        let first: i64 = sqlx::query_scalar("select min(id) from commenters")
            .fetch_one(&mut db)
            .await
            .expect("a commenter exists");
        sqlx::query("insert into outbox (commenter_id, message_sealed, next_try_at, created_at) select $1, $2, 'infinity', now()")
            .bind(first)
            .bind(keys.seal(format!("outbox.message_sealed {first}").as_bytes(), b"a letter"))
            .execute(&mut db)
            .await
            .expect("an email is queued");
        let keeper: i64 = sqlx::query_scalar("insert into accounts (username, slug, name, role, created_at) values ('keeper', 'keeper', 'Keeper', 'moderator', now()) returning id")
            .fetch_one(&mut db)
            .await
            .expect("a moderator's account is inserted");
        sqlx::query("update accounts set email_sealed = $2 where id = $1")
            .bind(keeper)
            .bind(staff_email::seal(
                keys,
                AccountId(keeper),
                "keeper@example.net",
            ))
            .execute(&mut db)
            .await
            .expect("the account's email address is saved");
        sqlx::query(
            "update settings set akismet_key = $1, flood_seconds = 0, hold_everything = true",
        )
        .bind(keys.seal(CHECKER_KEY_ROW, b"a checker's key"))
        .execute(&mut db)
        .await
        .expect("the spam checker's key is saved");
    });
}

/// Counts the values that are encrypted with a different key than the one named in the settings.
fn count_unrotated(url: &str) -> String {
    query_strings(
        url,
        "select ((select count(*) from commenters where substring(email_sealed from 2 for 8) <> key_id)
               + (select count(*) from accounts where substring(email_sealed from 2 for 8) <> key_id)
               + (select count(*) from comments where substring(network_sealed from 2 for 8) <> key_id)
               + (select count(*) from outbox where substring(message_sealed from 2 for 8) <> key_id)
               + (select count(*) from settings where substring(akismet_key from 2 for 8) <> key_id))::text
         from settings",
    )
    .remove(0)
}

fn count(url: &str, query: &'static str) -> usize {
    query_strings(url, query)[0].parse().expect("a number")
}

/// Decrypts the emails of all commenters with the keys of the key file, and returns them sorted.
fn open_emails(url: &str, keys: &KeyRing) -> Vec<String> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = wait_for(async {
        let mut db = PgConnection::connect(url).await.expect("a connection");
        sqlx::query_as("select email_hash, email_sealed from commenters")
            .fetch_all(&mut db)
            .await
            .expect("the commenters are read")
    });
    let mut opened: Vec<String> = rows
        .iter()
        .map(|(hash, sealed)| {
            let address = open_for_export(keys, hash, sealed).expect("the email can be decrypted");
            let email = Email::parse(&address).expect("a valid email");
            assert!(
                email.hashes(keys).contains(hash),
                "the stored hash belongs to the email"
            );
            address.to_string()
        })
        .collect();
    opened.sort();
    opened
}

fn reply(server: &Server, to: &str, from: &str, email: &str, words: &str) -> RawResponse {
    let fields = [("comment", words), ("author", "Reader"), ("email", email)];
    server.try_post(to, from, &fields).expect("a response")
}

fn run_check(data: &Path) -> String {
    let mut check = broadsheet(data);
    check.arg("check");
    let checked = run(check, "");
    assert!(checked.status.success(), "{}", text(&checked));
    text(&checked)
}

#[test]
fn replies_are_accepted_during_a_key_rotation() {
    let mut server = Server::new();
    let (url, to) = (server.database_url(), reply_path(&server));
    let file = server.data.join("secret.key");
    let old = read_keys(&file);
    insert_sealed_values(&url, &old, 4_000);
    let first = reply(&server, &to, "192.0.2.9", "Back@example.org", "At first.");
    let held = first.header("location").expect("a redirect").to_owned();
    assert!(held.contains("/manage?key="), "{held}");
    let (people, replies) = (
        count(&url, "select count(*)::text from commenters"),
        count(&url, "select count(*)::text from comments"),
    );

    let (is_over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let report = std::thread::scope(|scope| {
        for thread in 0..4 {
            let (server, to, is_over, sent) = (&server, &to, &is_over, &sent);
            scope.spawn(move || {
                for n in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let from = format!("10.{thread}.{}.{}", n / 250, n % 250);
                    // New commenters, returning ones, and those whose rows are being rotated.
                    let email = match n % 3 {
                        0 => format!("new-{thread}-{n}@example.org"),
                        1 => format!("regular-{thread}@example.org"),
                        _ => format!("reader-{}@example.net", n % 4_000),
                    };
                    let words = format!("Words {n} of {thread}.");
                    let answer = reply(server, to, &from, &email, &words);
                    assert_eq!(answer.status, 303, "{}", answer.body);
                    sent.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(10));
                }
            });
        }
        let at_work = || sent.load(Ordering::Relaxed) > 20;
        wait_until("people reply", at_work);
        let output = run_rotation(&server.data, &[]);
        is_over.store(true, Ordering::Relaxed);
        assert!(output.status.success(), "{}", text(&output));
        text(&output)
    });
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent > 200, "only {sent} replied meanwhile");
    assert!(report.contains("Rotated "), "{report}");
    assert!(
        report.contains("1 queued emails, 1 spam checker keys"),
        "{report}"
    );

    assert_eq!(count_unrotated(&url), "0");
    assert_eq!(
        count(&url, "select count(*)::text from comments"),
        replies + sent
    );
    let new = read_keys(&file);
    assert_ne!(new.active_id(), old.active_id());
    let only_new = KeyRing::from_secret(
        &broadsheet::crypto::parse_key(&read_lines(&file)[0])
            .expect("the file's first line is a key"),
    );
    let there = open_emails(&url, &only_new);
    let mut once = there.clone();
    once.dedup();
    assert_eq!(there, once, "a commenter is stored twice");
    assert!(there.len() > people);
    assert_eq!(read_lines(&file).len(), 2);
    let mode = fs::metadata(&file)
        .expect("the key file exists")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    // The commenter and the page from before the rotation are found again.
    let again = reply(&server, &to, "192.0.2.9", "back@example.org", "Once more.");
    assert_eq!(again.status, 303);
    assert_eq!(
        query_strings(
            &url,
            "select count(distinct commenter_id)::text from comments where body in ('At first.', 'Once more.')"
        ),
        ["1"]
    );
    let same = reply(&server, &to, "192.0.2.9", "back@example.org", "At first.");
    assert_eq!(
        same.status, 409,
        "a second press across the change made a second reply"
    );
    let first_page = held.split('?').next().expect("a path");
    assert!(same.body.contains(first_page));
    assert!(server.get(&held).body.contains("At first."));
    assert!(!run_check(&server.data).contains("older key"));
    let log = server.log();
    assert!(log.contains("the secret key has changed"), "{log}");
    assert!(!log.contains("ERROR"), "{log}");

    assert!(rotate(&server.data, &[]).contains("There is nothing left to rotate"));
    assert_eq!(read_keys(&file).active_id(), new.active_id());

    let report = rotate(&server.data, &["--prune"]);
    assert!(report.contains("Removed the older keys from"), "{report}");
    assert_eq!(read_lines(&file).len(), 1);
    assert!(rotate(&server.data, &["--prune"]).contains("There is no older key"));
    server.stop();
    let server = Server::start(&server.data.clone());
    assert_eq!(server.get(&held).status, 404);
    let to = reply_path(&server);
    let later = reply(&server, &to, "192.0.2.9", "back@example.org", "Later.");
    let held = later.header("location").expect("a redirect");
    assert!(server.get(held).body.contains("Later."));
    let url = server.database_url();
    assert_eq!(
        query_strings(
            &url,
            "select count(distinct commenter_id)::text from comments where body in ('At first.', 'Later.')"
        ),
        ["1"]
    );
    run_check(&server.data);
}

#[test]
fn a_killed_key_rotation_continues_when_the_command_is_run_again() {
    let server = Server::new();
    let url = server.database_url();
    let file = server.data.join("secret.key");
    insert_sealed_values(&url, &read_keys(&file), 20_000);
    let before = open_emails(&url, &read_keys(&file));
    let mut in_the_middle = 0;
    // A busy machine starts the command later, so it runs a little longer each time, until a kill came in the middle.
    for attempt in 0..40_u64 {
        if attempt >= 6 && in_the_middle > 0 {
            break;
        }
        let mut command = broadsheet(&server.data);
        let mut child = command
            .env("BROADSHEET_LOG", "warn")
            .args(["key", "rotate"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(20 + 40 * attempt));
        child.kill().expect("the program is killed");
        child.wait().expect("the killed program ends");
        let unrotated: usize = count_unrotated(&url).parse().expect("a number");
        in_the_middle += usize::from(unrotated > 0 && unrotated < 20_000);
        // Wherever it was killed, everything opens and the server works.
        assert_eq!(open_emails(&url, &read_keys(&file)), before);
        run_check(&server.data);
        assert_eq!(server.get("/").status, 200);
    }
    assert!(in_the_middle > 0, "no kill was in the middle");
    rotate(&server.data, &[]);
    assert_eq!(count_unrotated(&url), "0");
    assert_eq!(
        read_lines(&file).len(),
        2,
        "the continued rotation created another key"
    );
    assert_eq!(open_emails(&url, &read_keys(&file)), before);
    assert!(rotate(&server.data, &[]).contains("There is nothing left to rotate"));
}

#[test]
fn a_server_without_the_new_key_serves_pages_and_gives_replies_back_unsaved() {
    let url = wait_for(new_database());
    let (here, there) = (folder("here"), folder("there"));
    let secret = "5a".repeat(32);
    for data in [&here, &there] {
        fs::write(data.join("secret.key"), &secret).expect("the key file is written");
        let closed = fs::Permissions::from_mode(0o600);
        fs::set_permissions(data.join("secret.key"), closed)
            .expect("the key file's permissions are set");
    }
    let settings = [("DATABASE_URL", url.as_str())];
    let rotate_on = |data: &Path, arguments: &[&str]| {
        let mut command = broadsheet(data);
        command.envs(settings).env("BROADSHEET_LOG", "warn");
        command.args(["key", "rotate"]).args(arguments);
        let output = run(command, "");
        assert!(output.status.success(), "{}", text(&output));
        text(&output)
    };
    let server = Server::start_with(&there, &settings);
    query_strings(&url, "update settings set flood_seconds = 0 returning ''");
    let to = reply_path(&server);
    let first = reply(
        &server,
        &to,
        "192.0.2.3",
        "ann@example.org",
        "Under the first key.",
    );
    assert_eq!(first.status, 303);
    rotate_on(&here, &[]);

    let refused = reply(
        &server,
        &to,
        "192.0.2.3",
        "ann@example.org",
        "Words to keep.",
    );
    assert_eq!(refused.status, 503);
    assert!(refused.body.contains("Words to keep."));
    assert_eq!(server.get("/").status, 200);
    let log = server.log();
    assert!(
        log.contains("replace it with the key file of the server"),
        "{log}"
    );
    assert_eq!(log.matches("ERROR").count(), 1, "{log}");
    let copied = |from: &Path, to: &Path| {
        fs::copy(from.join("secret.key"), to.join("secret.key")).expect("the key file is copied");
    };
    copied(&here, &there);
    let taken = reply(
        &server,
        &to,
        "192.0.2.3",
        "ann@example.org",
        "Words to keep.",
    );
    assert_eq!(taken.status, 303);
    assert_eq!(
        query_strings(
            &url,
            "select count(distinct commenter_id)::text from comments where body in ('Under the first key.', 'Words to keep.')"
        ),
        ["1"]
    );

    // A key that is staged and copied before the rotation interrupts no server.
    assert!(rotate_on(&here, &["--stage"]).contains("Copy the file"));
    rotate_on(&here, &["--stage"]);
    let lines = read_lines(&here.join("secret.key"));
    assert_eq!(lines.len(), 3);
    assert!(lines[2].ends_with(" next"));
    copied(&here, &there);
    rotate_on(&here, &[]);
    assert!(read_lines(&here.join("secret.key"))[0].starts_with(&lines[2][..64]));
    let taken = reply(
        &server,
        &to,
        "192.0.2.4",
        "ann@example.org",
        "Under the third.",
    );
    assert_eq!(taken.status, 303);
    assert_eq!(count_unrotated(&url), "0");
    // A restarted server activates the key that the database asks for.
    drop(server);
    let server = Server::start_with(&there, &settings);
    let taken = reply(
        &server,
        &to,
        "192.0.2.5",
        "ann@example.org",
        "After a start.",
    );
    assert_eq!(taken.status, 303);
    assert_eq!(count_unrotated(&url), "0");
}
