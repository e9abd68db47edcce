//! The `broadsheet` program with its embedded Postgres: first start, settings, crashes, takeover of Postgres, and slow
//! clients.

#[path = "../support/mod.rs"]
mod support;

mod backup;
mod commenter;
mod connection;
mod exhaustion;
mod feeds;
mod first_start;
mod key_rotation;
mod log;
mod metrics;
mod no_site;
mod privacy;
mod readiness;
mod role;
mod socket;
mod transfer;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection, Row};
use support::cluster::folder;
use support::server::{Server, broadsheet, is_alive, run, text, wait_until};

/// Loads the texts of all comments from the database.
fn load_comment_bodies(url: &str) -> Vec<String> {
    query_strings(url, "select body from comments")
}

/// Returns a URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL that ends in a database");
    format!("{server}/{name}")
}

/// Gives a file to the user who runs the Postgres of a data folder.
fn give_to_postgres(path: &Path, data: &Path) {
    let owner = fs::metadata(data.join("postgres")).expect("there is a cluster");
    std::os::unix::fs::chown(path, Some(owner.uid()), Some(owner.gid())).expect("it is given away");
}

fn query_strings(url: &str, query: &'static str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut db = PgConnection::connect(url)
            .await
            .expect("the database answers");
        let rows = sqlx::query(query)
            .fetch_all(&mut db)
            .await
            .expect("the rows are read");
        rows.iter().map(|row| row.get(0)).collect()
    })
}

/// Returns the path of the welcome article.
fn welcome_path(server: &Server) -> String {
    let front = server.get("/").body;
    front
        .split("<h2 dir=\"auto\"><a href=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the front page links the welcome article")
        .to_owned()
}

fn reply_path(server: &Server) -> String {
    let article = server.get(&welcome_path(server)).body;
    let action = article
        .split("action=\"/articles/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("the article page has a reply form");
    format!("/articles/{action}/reply")
}

#[test]
fn the_first_start_creates_database_key_and_setup_link() {
    let mut server = Server::new();
    let log = server.log();
    assert!(
        log.contains(&format!("Read the site at http://{}/", server.address)),
        "{log}"
    );
    assert_eq!(
        log.matches("creating the embedded Postgres").count(),
        1,
        "{log}"
    );
    let link = log
        .split("one-time link: ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .expect("the log contains a one-time link")
        .to_owned();
    let path = link
        .strip_prefix(&format!("http://{}", server.address))
        .expect("the link is a URL of the site");
    assert_eq!(server.get(path).status, 200);
    assert_eq!(server.get("/admin/setup?token=0").status, 404);

    let key = fs::metadata(server.data.join("secret.key")).expect("the key file exists");
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    let front = server.get("/").body;
    assert!(front.contains("Welcome to your Broadsheet") && front.contains("2 comments"));
    let url = server.database_url();
    assert_eq!(
        query_strings(&url, "select status::text from comments order by id"),
        ["approved", "approved", "held"]
    );
    assert_eq!(
        query_strings(
            &url,
            "select lower('ЇЖАК') || ' ' || current_setting('fsync') || ' ' || current_setting('full_page_writes') || ' ' || current_setting('listen_addresses')"
        ),
        ["їжак on on "]
    );

    let mut add = broadsheet(&server.data);
    add.args([
        "account", "add", "ada", "--name", "Ada L.", "--role", "admin",
    ]);
    let added = run(add, "four plain words here\n");
    assert!(
        added.status.success() && text(&added).contains("Added ada as admin."),
        "{}",
        text(&added)
    );
    let mut list = broadsheet(&server.data);
    list.args(["account", "list"]);
    assert!(text(&run(list, "")).contains("ada\tadmin\tAda L."));
    let mut change = broadsheet(&server.data);
    change.args(["account", "passphrase", "ada"]);
    assert!(text(&run(change, "five plain words here now\n")).contains("ada has a new passphrase"));
    let fields = [
        ("username", "ada"),
        ("passphrase", "five plain words here now"),
    ];
    assert_eq!(
        server
            .try_post("/admin/sign-in", "192.0.2.1", &fields)
            .expect("a response")
            .status,
        303
    );

    let mut check = broadsheet(&server.data);
    check.arg("check");
    let checked = run(check, "");
    assert!(checked.status.success(), "{}", text(&checked));
    for part in [
        "ok   settings:",
        "ok   database: \"Broadsheet\" answers",
        "ok   key:",
        "ok   mail: off",
    ] {
        assert!(text(&checked).contains(part), "{}", text(&checked));
    }

    let postgres = server.postgres_pid().expect("Postgres is running");
    server.stop();
    assert!(!is_alive(postgres), "Postgres outlived a clean stop");
    let server = Server::start(&server.data.clone());
    let log = server.log();
    assert!(!log.contains("creating the embedded Postgres"), "{log}");
    assert!(log.contains("Sign in at http://"));
    assert_eq!(
        query_strings(
            &server.database_url(),
            "select count(*)::text from articles"
        ),
        ["1"]
    );
}

#[test]
fn commands_work_without_a_server_or_report_that_they_need_one() {
    let data = folder("data");
    let mut add = broadsheet(&data);
    add.args(["account", "add", "mo", "--name", "Mo", "--create"]);
    let added = run(add, "four plain words here\n");
    assert!(added.status.success(), "{}", text(&added));
    let mut again = broadsheet(&data);
    again.args(["account", "add", "MO", "--name", "Mo"]);
    assert!(
        text(&run(again, "four plain words here\n")).contains("there is an account mo already")
    );
    let mut short = broadsheet(&data);
    short.args(["account", "add", "may", "--name", "May"]);
    assert!(text(&run(short, "short\n")).contains("15 to 300 characters"));
    let mut url_command = broadsheet(&data);
    url_command.args(["account", "add", "may@example.org", "--name", "May"]);
    assert!(text(&run(url_command, "four plain words here\n")).contains("without @"));
    let mut url = broadsheet(&data);
    url.args(["db", "url"]);
    let response = run(url, "");
    assert!(
        !response.status.success() && text(&response).contains("no server runs on"),
        "{}",
        text(&response)
    );
    // The first start finds the account that the command added.
    let server = Server::start(&data);
    let fields = [("username", "mo"), ("passphrase", "four plain words here")];
    let signed_in = server.try_post("/admin/sign-in", "192.0.2.1", &fields);
    assert_eq!(signed_in.expect("a response").status, 303);
    assert!(!server.log().contains("one-time link"));
}

#[test]
fn an_invalid_setting_stops_the_start_with_one_sentence() {
    let data = folder("data");
    let wrong = [
        ("BROADSHEET_LISTEN", "eight"),
        ("BROADSHEET_PUBLIC_URL", "news.example.org"),
        ("DATABASE_URL", "mysql://root@localhost/news"),
        ("BROADSHEET_SMTP_URL", "smtp://mail.example.org"),
        ("BROADSHEET_MAIL_FROM", "news@example.org"),
        ("BROADSHEET_TRUSTED_PROXIES", "everyone"),
        ("BROADSHEET_LOG", "loud"),
        ("BROADSHEET_CACHE_MB", "plenty"),
        ("BROADSHEET_CACHE_MB", "-1"),
        ("BROADSHEET_CACHE_MB", "99999999999"),
        ("BROADSHEET_METRICS_LISTEN", "9100"),
    ];
    for (setting, value) in wrong {
        let mut command = broadsheet(&data);
        command.env(setting, value);
        let output = run(command, "");
        let output_text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{setting}: {output_text}");
        assert!(
            output_text.contains("BROADSHEET_") || output_text.contains("DATABASE_URL"),
            "{output_text}"
        );
        assert_eq!(output_text.trim().lines().count(), 1, "{output_text}");
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = listener.local_addr().expect("a local address").to_string();
    for setting in ["BROADSHEET_LISTEN", "BROADSHEET_METRICS_LISTEN"] {
        let mut command = broadsheet(&data);
        command
            .env("BROADSHEET_LISTEN", "127.0.0.1:0")
            .env(setting, &taken);
        let output_text = text(&run(command, ""));
        let expected = format!("{setting} is {taken}, but something listens there already");
        assert!(output_text.contains(&expected), "{output_text}");
    }
    assert!(
        !data.join("postgres").exists(),
        "a failed start created a database"
    );
}

#[test]
fn an_external_database_needs_an_existing_private_key_file() {
    let data = folder("data");
    let mut command = broadsheet(&data);
    command
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .env("BROADSHEET_LISTEN", "127.0.0.1:0");
    let output_text = text(&run(command, ""));
    assert!(
        output_text.contains("secret.key is missing")
            && output_text.contains("openssl rand -hex 32"),
        "{output_text}"
    );

    fs::write(data.join("secret.key"), "ab".repeat(32)).expect("the key file is written");
    fs::set_permissions(data.join("secret.key"), fs::Permissions::from_mode(0o644))
        .expect("the key file's permissions are set");
    let mut command = broadsheet(&data);
    command
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .env("BROADSHEET_LISTEN", "127.0.0.1:0");
    assert!(text(&run(command, "")).contains("can be read by others"));
}

#[test]
fn an_external_database_is_used_without_starting_postgres() {
    let owner = Server::new();
    query_strings(&owner.superuser_url(), "create database borrowed");
    let data = folder("data");
    let key = data.join("elsewhere.key");
    fs::write(&key, "cd".repeat(32)).expect("the key file is written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600))
        .expect("the key file's permissions are set");
    let url = with_database(&owner.superuser_url(), "borrowed");
    let settings = [
        ("DATABASE_URL", url.as_str()),
        (
            "BROADSHEET_SECRET_KEY_FILE",
            key.to_str().expect("the path is valid UTF-8"),
        ),
    ];
    let (first, second) = (
        Server::start_with(&data, &settings),
        Server::start_with(&data, &settings),
    );
    assert!(!data.join("postgres").exists() && !data.join("secret.key").exists());
    let fields = [
        ("comment", "Through the first"),
        ("author", "Reader"),
        ("email", "reader@example.org"),
    ];
    let response = first.try_post(&reply_path(&first), "192.0.2.7", &fields);
    let response = response.expect("a response");
    assert_eq!(response.status, 303);
    let held = response.header("location").expect("a redirect");
    let held = held.split('#').next().expect("a path");
    assert!(second.get(held).body.contains("Through the first"));
    assert_eq!(load_comment_bodies(&url).len(), 4);
    assert_eq!(load_comment_bodies(&owner.database_url()).len(), 3);

    let mut check = broadsheet(&data);
    check.envs(settings).arg("check");
    let checked = run(check, "");
    assert!(
        checked.status.success() && text(&checked).contains("\"Broadsheet\" answers"),
        "{}",
        text(&checked)
    );
    let mut url_command = broadsheet(&data);
    url_command.envs(settings).args(["db", "url"]);
    assert_eq!(text(&run(url_command, "")).trim(), url);
}

#[test]
fn a_missing_secret_key_is_not_replaced_by_a_new_one() {
    let mut server = Server::new();
    server.stop();
    fs::remove_file(server.data.join("secret.key")).expect("the key file is removed");
    for arguments in [&["serve"][..], &["check"]] {
        let mut command = broadsheet(&server.data);
        command
            .env("BROADSHEET_LISTEN", "127.0.0.1:0")
            .args(arguments);
        let output = run(command, "");
        let output_text = text(&output);
        assert!(
            !output.status.success() && output_text.contains("put your copy of it back"),
            "{output_text}"
        );
    }
    assert!(!server.data.join("secret.key").exists());
}

#[test]
fn the_start_fails_with_a_key_that_does_not_match_the_database() {
    let mut server = Server::new();
    server.stop();
    fs::write(server.data.join("secret.key"), "ab".repeat(32)).expect("another key is written");
    let mut command = broadsheet(&server.data);
    command.env("BROADSHEET_LISTEN", "127.0.0.1:0");
    let output_text = text(&run(command, ""));
    assert!(
        output_text.contains("sealed with another secret key"),
        "{output_text}"
    );
}

#[test]
fn acknowledged_comments_survive_a_killed_server() {
    let mut server = Server::new();
    let form_path = reply_path(&server);
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let saved_count = Arc::new(AtomicUsize::new(0));
    let postgres = server.postgres_pid().expect("Postgres is running");
    thread::scope(|scope| {
        for number in 0..200 {
            let (acknowledged, saved_count, form_path, server) = (
                acknowledged.clone(),
                saved_count.clone(),
                &form_path,
                &server,
            );
            scope.spawn(move || {
                let body = format!("Number {number}");
                let email = format!("reader{number}@example.org");
                let fields = [
                    ("comment", body.as_str()),
                    ("author", "Reader"),
                    ("email", email.as_str()),
                ];
                let from = format!("10.1.{}.{}", number / 100, number % 100);
                // On a busy machine a reply may be given back for lack of time.
                for _ in 0..5 {
                    let Some(response) = server.try_post(form_path, &from, &fields) else {
                        return;
                    };
                    if response.status == 303 {
                        acknowledged
                            .lock()
                            .expect("the lock is not poisoned")
                            .push(body);
                        saved_count.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                }
            });
        }
        let pid = server.pid();
        wait_until("some replies are acknowledged", || {
            saved_count.load(Ordering::SeqCst) >= 20
        });
        kill(Pid::from_raw(pid), Signal::SIGKILL).expect("the server is running");
    });
    server.kill();
    let acknowledged = acknowledged
        .lock()
        .expect("the lock is not poisoned")
        .clone();
    assert!(
        acknowledged.len() < 200,
        "all replies were saved before the kill"
    );
    wait_until("Postgres has ended", || !is_alive(postgres));
    let server = Server::start(&server.data.clone());
    let saved = load_comment_bodies(&server.database_url());
    for body in &acknowledged {
        assert!(saved.contains(body), "{body} was acknowledged and is lost");
    }
    eprintln!(
        "{} of 200 replies were acknowledged before the kill; all were found",
        acknowledged.len()
    );
}

#[test]
fn a_killed_postgres_is_restarted_without_losing_comments() {
    let server = Server::new();
    let form_path = reply_path(&server);
    let stop = AtomicBool::new(false);
    let given_back = AtomicUsize::new(0);
    let killed = server.postgres_pid().expect("Postgres is running");
    let article = welcome_path(&server);
    assert_eq!(server.get(&article).status, 200);
    let acknowledged = thread::scope(|scope| {
        let commenter_thread = scope.spawn(|| {
            let mut acknowledged = Vec::new();
            for number in 0.. {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let body = format!("Number {number}");
                let email = format!("reader{number}@example.org");
                let fields = [
                    ("comment", body.as_str()),
                    ("author", "Reader"),
                    ("email", email.as_str()),
                ];
                let from = format!("10.2.{}.{}", number / 250, number % 250);
                let response = server
                    .try_post(&form_path, &from, &fields)
                    .expect("the server keeps responding");
                match response.status {
                    303 => acknowledged.push(body),
                    503 => {
                        assert!(
                            response.body.contains(&format!("\n{body}</textarea>")),
                            "the text was not given back: {}",
                            response.body
                        );
                        assert!(response.body.contains("may not have been saved"));
                        given_back.fetch_add(1, Ordering::SeqCst);
                    }
                    status => panic!("{status}: {}", response.body),
                }
            }
            acknowledged
        });
        // A cached page is served while Postgres is away. Once it is back, the page is rendered again, and the next kill may
        // come before that.
        let reader = scope.spawn(|| {
            let mut read = 0;
            while !stop.load(Ordering::SeqCst) {
                match server.get(&article).status {
                    200 => read += 1,
                    503 => assert_ne!(server.postgres_pid(), Some(killed)),
                    status => panic!("{status}"),
                }
            }
            read
        });
        wait_until("replies are saved", || {
            load_comment_bodies(&server.database_url()).len() > 10
        });
        // Postgres restarts quickly, and a request that waits for it succeeds. So it is killed until one fails.
        wait_until("a reply is given back", || {
            server.kill_postgres();
            given_back.load(Ordering::SeqCst) > 0
        });
        // One result of the check answers for a second, which may be the one before the last kill.
        let last_kill = Instant::now();
        wait_until("the site is ready again", || {
            last_kill.elapsed() > Duration::from_secs(1)
                && server.get("/readyz?for=writes").status == 200
        });
        assert_ne!(server.postgres_pid(), Some(killed));
        let before = load_comment_bodies(&server.database_url()).len();
        wait_until("replies are saved again", || {
            load_comment_bodies(&server.database_url()).len() > before + 5
        });
        stop.store(true, Ordering::SeqCst);
        assert!(reader.join().expect("the reader thread does not panic") > 100);
        commenter_thread
            .join()
            .expect("the commenter thread does not panic")
    });
    let saved = load_comment_bodies(&server.database_url());
    for body in &acknowledged {
        assert!(saved.contains(body), "{body} was acknowledged and is lost");
    }
    eprintln!(
        "{} replies acknowledged and found, {} given back",
        acknowledged.len(),
        given_back.load(Ordering::SeqCst)
    );
}

#[test]
fn a_frozen_postgres_does_not_block_shutdown() {
    let mut server = Server::new();
    let form_path = reply_path(&server);
    let fields = [
        ("comment", "Before the frost"),
        ("author", "Reader"),
        ("email", "reader@example.org"),
    ];
    let response = server.try_post(&form_path, "192.0.2.5", &fields);
    assert_eq!(response.expect("a response").status, 303);
    let postgres = server.postgres_pid().expect("Postgres is running");
    let frozen = server.postgres_children();
    assert!(!frozen.is_empty());
    for pid in &frozen {
        kill(Pid::from_raw(*pid), Signal::SIGSTOP).expect("the Postgres process is running");
    }
    server.stop();
    assert!(!is_alive(postgres));
    assert!(server.log().contains("requesting an immediate shutdown"));
    let server = Server::start(&server.data.clone());
    assert_eq!(load_comment_bodies(&server.database_url()).len(), 4);
}

#[test]
fn a_second_server_on_the_same_data_folder_shares_postgres() {
    let server = Server::new();
    let second = Server::start(&server.data);
    assert_eq!(second.database_url(), server.database_url());
    assert_eq!(second.get("/").status, 200);
}

#[test]
fn a_second_server_takes_over_postgres_when_the_first_stops() {
    let mut first = Server::new();
    // With a runtime folder its own Postgres will have the socket there.
    let runtime = folder("run");
    let elsewhere = [(
        "RUNTIME_DIRECTORY",
        runtime.to_str().expect("the path is valid UTF-8"),
    )];
    let mut second = Server::start_with(&first.data, &elsewhere);
    let form_path = reply_path(&second);
    let reply = |server: &Server, body: &str| {
        // Each reply has another email and IP, since the flood limit is one per 15 seconds.
        let email = format!("{body}@example.org");
        let from = format!("192.0.2.{}", body.bytes().map(u32::from).sum::<u32>() % 250);
        let fields = [("comment", body), ("author", "Reader"), ("email", &email)];
        server.try_post(&form_path, &from, &fields)
    };
    assert_eq!(reply(&first, "One").expect("a response").status, 303);
    first.stop();
    // The log, too: a result of the check may be from the second before.
    wait_until("the second has taken over", || {
        second.get("/readyz?for=writes").status == 200 && second.log().contains("took over")
    });
    assert_eq!(reply(&second, "Two").expect("a response").status, 303);
    assert_eq!(load_comment_bodies(&second.database_url()).len(), 5);

    // A third server takes over from a second one that is killed.
    let third = Server::start(&first.data);
    second.kill();
    wait_until("the third has taken over", || {
        third.get("/readyz?for=writes").status == 200 && third.log().contains("took over")
    });
    assert_eq!(reply(&third, "Three").expect("a response").status, 303);
    assert_eq!(load_comment_bodies(&third.database_url()).len(), 6);
}

#[test]
fn slow_forms_do_not_delay_other_requests() {
    let server = Server::new();
    let slow: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut slow = TcpStream::connect(server.address).expect("a connection");
            let head = format!(
                "POST /admin/sign-in HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\nusername=",
                server.address
            );
            slow.write_all(head.as_bytes()).expect("the beginning of the request is sent");
            slow
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(server.get("/").status, 200);
    }
    drop(slow);
}

#[test]
fn a_response_that_is_not_read_is_aborted() {
    let server = Server::new();
    let mut stalled = TcpStream::connect(server.address).expect("a connection");
    let request = format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    let many = request.repeat(1_000);
    stalled
        .set_write_timeout(Some(Duration::from_millis(100)))
        .expect("a timeout is set");
    // Once both sides' buffers are full nothing moves, until the server breaks the connection.
    wait_until(
        "the connection is broken",
        || matches!(stalled.write_all(many.as_bytes()), Err(error) if is_broken(&error)),
    );
}

fn is_broken(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionReset)
}

#[test]
fn a_connection_with_slow_request_headers_is_closed() {
    let server = Server::new();
    let mut slow = TcpStream::connect(server.address).expect("a connection");
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n")
        .expect("the beginning of the request is sent");
    slow.set_read_timeout(Some(Duration::from_secs(40)))
        .expect("a timeout is set");
    let start = Instant::now();
    let mut response = Vec::new();
    slow.read_to_end(&mut response)
        .expect("the server closes the connection");
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(!String::from_utf8_lossy(&response).contains("200 OK"));
}

#[test]
fn a_stalled_body_gets_a_408_page() {
    let server = Server::new();
    let mut slow = TcpStream::connect(server.address).expect("a connection");
    let form_path = reply_path(&server);
    let head = format!(
        "POST {form_path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\ncomment=",
        server.address
    );
    slow.write_all(head.as_bytes())
        .expect("the beginning of the request is sent");
    slow.set_read_timeout(Some(Duration::from_secs(40)))
        .expect("a timeout is set");
    let mut response = Vec::new();
    slow.read_to_end(&mut response)
        .expect("the server closes the connection");
    let response = String::from_utf8_lossy(&response).into_owned();
    assert!(
        response.starts_with("HTTP/1.1 408 ") && response.contains("That took too long"),
        "{response}"
    );
}

#[test]
fn an_oversized_body_still_gets_the_413_page() {
    let server = Server::new();
    let form_path = reply_path(&server);
    let comment = "x".repeat(10 * 1024 * 1024);
    for _ in 0..5 {
        let response = server
            .try_post(&form_path, "192.0.2.1", &[("comment", comment.as_str())])
            .expect("the server responds");
        assert_eq!(response.status, 413);
        assert!(response.body.contains("That is too much at once"));
    }
}

#[test]
fn a_data_folder_of_another_postgres_version_is_reported() {
    let mut server = Server::new();
    server.stop();
    fs::write(server.data.join("postgres/PG_VERSION"), "9\n")
        .expect("another Postgres version is written");
    let mut command = broadsheet(&server.data);
    command.env("BROADSHEET_LISTEN", "127.0.0.1:0");
    let output_text = text(&run(command, ""));
    assert!(
        output_text.contains("the data folder was made by Postgres 9")
            && output_text.contains("pg_dump"),
        "{output_text}"
    );
}

#[test]
fn missing_postgres_is_reported_with_the_install_command() {
    let data = folder("data");
    let mut command = broadsheet(&data);
    command
        .env("BROADSHEET_LISTEN", "127.0.0.1:0")
        .env("PG_BIN", "/nowhere");
    let output_text = text(&run(command, ""));
    assert!(
        output_text.contains("apt-get install postgresql") && output_text.contains("DATABASE_URL"),
        "{output_text}"
    );
}
