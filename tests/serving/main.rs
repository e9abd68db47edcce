//! The real program with its embedded Postgres, treated as operators and accidents treat it.

#[path = "../support/mod.rs"]
mod support;

mod commenter;
mod connection;
mod key_rotation;
mod log;
mod metrics;
mod privacy;
mod transfer;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection, Row};
use support::cluster::folder;
use support::server::{Server, broadsheet, is_alive, run, text, wait_until};

/// Every comment's text in the database.
fn kept(url: &str) -> Vec<String> {
    ask(url, "select body from comments")
}

fn ask(url: &str, query: &'static str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut db = PgConnection::connect(url)
            .await
            .expect("the database answers");
        let rows = sqlx::query(query).fetch_all(&mut db).await.expect("rows");
        rows.iter().map(|row| row.get(0)).collect()
    })
}

/// Where the welcome article is.
fn welcome_path(server: &Server) -> String {
    let front = server.get("/").body;
    front
        .split("<h2><a href=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the welcome article")
        .to_owned()
}

fn reply_address(server: &Server) -> String {
    let article = server.get(&welcome_path(server)).body;
    let action = article
        .split("action=\"/articles/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("a form");
    format!("/articles/{action}/reply")
}

#[test]
fn the_first_start_makes_all_it_needs() {
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
        .expect("a link")
        .to_owned();
    let path = link
        .strip_prefix(&format!("http://{}", server.address))
        .expect("an address of the site");
    assert_eq!(server.get(path).status, 200);
    assert_eq!(server.get("/admin/setup?token=0").status, 404);

    let key = fs::metadata(server.data.join("secret.key")).expect("a key");
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    let front = server.get("/").body;
    assert!(front.contains("Welcome to your Broadsheet") && front.contains("2 comments"));
    let url = server.database_url();
    assert_eq!(
        ask(&url, "select status::text from comments order by id"),
        ["approved", "approved", "held"]
    );
    assert_eq!(
        ask(
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
            .expect("an answer")
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

    let postgres = server.postgres_pid().expect("it runs");
    server.stop();
    assert!(!is_alive(postgres), "Postgres outlived a clean stop");
    let server = Server::start(&server.data.clone());
    let log = server.log();
    assert!(!log.contains("creating the embedded Postgres"), "{log}");
    assert!(log.contains("Sign in at http://"));
    assert_eq!(
        ask(
            &server.database_url(),
            "select count(*)::text from articles"
        ),
        ["1"]
    );
}

#[test]
fn commands_work_without_a_server_and_say_so_where_they_need_one() {
    let data = folder("data");
    let mut add = broadsheet(&data);
    add.args(["account", "add", "mo"]);
    let added = run(add, "four plain words here\n");
    assert!(added.status.success(), "{}", text(&added));
    let mut again = broadsheet(&data);
    again.args(["account", "add", "MO"]);
    assert!(
        text(&run(again, "four plain words here\n")).contains("there is an account mo already")
    );
    let mut short = broadsheet(&data);
    short.args(["account", "add", "may"]);
    assert!(text(&run(short, "short\n")).contains("15 to 1000 characters"));
    let mut address = broadsheet(&data);
    address.args(["account", "add", "may@example.org"]);
    assert!(text(&run(address, "four plain words here\n")).contains("without @"));
    let mut url = broadsheet(&data);
    url.args(["db", "url"]);
    let answer = run(url, "");
    assert!(
        !answer.status.success() && text(&answer).contains("no server runs on"),
        "{}",
        text(&answer)
    );
    // The first start finds what the commands have made.
    let server = Server::start(&data);
    let fields = [("username", "mo"), ("passphrase", "four plain words here")];
    let signed_in = server.try_post("/admin/sign-in", "192.0.2.1", &fields);
    assert_eq!(signed_in.expect("an answer").status, 303);
    assert!(!server.log().contains("one-time link"));
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_sentence() {
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
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{setting}: {told}");
        assert!(
            told.contains("BROADSHEET_") || told.contains("DATABASE_URL"),
            "{told}"
        );
        assert_eq!(told.trim().lines().count(), 1, "{told}");
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = listener.local_addr().expect("its address").to_string();
    for setting in ["BROADSHEET_LISTEN", "BROADSHEET_METRICS_LISTEN"] {
        let mut command = broadsheet(&data);
        command
            .env("BROADSHEET_LISTEN", "127.0.0.1:0")
            .env(setting, &taken);
        let told = text(&run(command, ""));
        let why = format!("{setting} is {taken}, but something listens there already");
        assert!(told.contains(&why), "{told}");
    }
    assert!(
        !data.join("postgres").exists(),
        "a start that could not be left a database behind"
    );
}

#[test]
fn a_database_of_ones_own_needs_a_key_of_its_own() {
    let data = folder("data");
    let mut command = broadsheet(&data);
    command
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .env("BROADSHEET_LISTEN", "127.0.0.1:0");
    let told = text(&run(command, ""));
    assert!(
        told.contains("secret.key is missing") && told.contains("openssl rand -hex 32"),
        "{told}"
    );

    fs::write(data.join("secret.key"), "ab".repeat(32)).expect("a key");
    fs::set_permissions(data.join("secret.key"), fs::Permissions::from_mode(0o644))
        .expect("open to all");
    let mut command = broadsheet(&data);
    command
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .env("BROADSHEET_LISTEN", "127.0.0.1:0");
    assert!(text(&run(command, "")).contains("can be read by others"));
}

#[test]
fn a_database_of_ones_own_is_used_and_nothing_is_started() {
    let lender = Server::new();
    let created = ask(&lender.database_url(), "create database borrowed");
    assert!(created.is_empty());
    let (server, _) = lender
        .database_url()
        .rsplit_once('/')
        .map(|(server, name)| (server.to_owned(), name.to_owned()))
        .expect("an address ends in its database");
    let data = folder("data");
    let key = data.join("elsewhere.key");
    fs::write(&key, "cd".repeat(32)).expect("a key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("for us alone");
    let url = format!("{server}/borrowed");
    let settings = [
        ("DATABASE_URL", url.as_str()),
        (
            "BROADSHEET_SECRET_KEY_FILE",
            key.to_str().expect("a plain path"),
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
    let answer = first.try_post(&reply_address(&first), "192.0.2.7", &fields);
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 303);
    let held = answer.header("location").expect("it leads on");
    let held = held.split('#').next().expect("an address");
    assert!(second.get(held).body.contains("Through the first"));
    assert_eq!(kept(&url).len(), 4);
    assert_eq!(kept(&lender.database_url()).len(), 3);

    let mut check = broadsheet(&data);
    check.envs(settings).arg("check");
    let checked = run(check, "");
    assert!(
        checked.status.success() && text(&checked).contains("\"Broadsheet\" answers"),
        "{}",
        text(&checked)
    );
    let mut address = broadsheet(&data);
    address.envs(settings).args(["db", "url"]);
    assert_eq!(text(&run(address, "")).trim(), url);
}

#[test]
fn a_lost_key_is_not_made_anew() {
    let mut server = Server::new();
    server.stop();
    fs::remove_file(server.data.join("secret.key")).expect("it was there");
    for arguments in [&["serve"][..], &["check"]] {
        let mut command = broadsheet(&server.data);
        command
            .env("BROADSHEET_LISTEN", "127.0.0.1:0")
            .args(arguments);
        let output = run(command, "");
        let told = text(&output);
        assert!(
            !output.status.success() && told.contains("put your copy of it back"),
            "{told}"
        );
    }
    assert!(!server.data.join("secret.key").exists());
}

#[test]
fn another_key_is_refused() {
    let mut server = Server::new();
    server.stop();
    fs::write(server.data.join("secret.key"), "ab".repeat(32)).expect("another key");
    let mut command = broadsheet(&server.data);
    command.env("BROADSHEET_LISTEN", "127.0.0.1:0");
    let told = text(&run(command, ""));
    assert!(told.contains("sealed with another secret key"), "{told}");
}

#[test]
fn what_was_acknowledged_survives_a_killed_server() {
    let mut server = Server::new();
    let address = reply_address(&server);
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let answered = Arc::new(AtomicUsize::new(0));
    let postgres = server.postgres_pid().expect("it runs");
    thread::scope(|scope| {
        for number in 0..200 {
            let (acknowledged, answered, address, server) =
                (acknowledged.clone(), answered.clone(), &address, &server);
            scope.spawn(move || {
                let body = format!("Number {number}");
                let email = format!("reader{number}@example.org");
                let fields = [
                    ("comment", body.as_str()),
                    ("author", "Reader"),
                    ("email", email.as_str()),
                ];
                if server
                    .try_post(
                        address,
                        &format!("10.1.{}.{}", number / 100, number % 100),
                        &fields,
                    )
                    .is_some_and(|answer| answer.status == 303)
                {
                    acknowledged.lock().expect("the list").push(body);
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let pid = server.pid();
        wait_until("some replies are acknowledged", || {
            answered.load(Ordering::SeqCst) >= 20
        });
        kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it was running");
    });
    server.kill();
    let acknowledged = acknowledged.lock().expect("the list").clone();
    assert!(
        acknowledged.len() < 200,
        "the kill came too late to prove anything"
    );
    wait_until("no Postgres is left behind", || !is_alive(postgres));
    let server = Server::start(&server.data.clone());
    let kept = kept(&server.database_url());
    for body in &acknowledged {
        assert!(kept.contains(body), "{body} was acknowledged and is gone");
    }
    eprintln!(
        "{} of 200 were acknowledged before the kill, all are there",
        acknowledged.len()
    );
}

#[test]
fn a_killed_postgres_comes_back_and_loses_nothing() {
    let server = Server::new();
    let address = reply_address(&server);
    let stop = AtomicBool::new(false);
    let given_back = AtomicUsize::new(0);
    let killed = server.postgres_pid().expect("it runs");
    let article = welcome_path(&server);
    assert_eq!(server.get(&article).status, 200);
    let acknowledged = thread::scope(|scope| {
        let writer = scope.spawn(|| {
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
                let answer = server
                    .try_post(&address, &from, &fields)
                    .expect("the server itself stays");
                match answer.status {
                    303 => acknowledged.push(body),
                    503 => {
                        assert!(
                            answer.body.contains(&format!("\n{body}</textarea>")),
                            "the text was not given back: {}",
                            answer.body
                        );
                        assert!(answer.body.contains("may not have been saved"));
                        given_back.fetch_add(1, Ordering::SeqCst);
                    }
                    status => panic!("{status}: {}", answer.body),
                }
            }
            acknowledged
        });
        // A page that is known is there all the time.
        let reader = scope.spawn(|| {
            let mut read = 0;
            while !stop.load(Ordering::SeqCst) {
                assert_eq!(server.get(&article).status, 200);
                read += 1;
            }
            read
        });
        wait_until("replies are kept", || {
            kept(&server.database_url()).len() > 10
        });
        // It is back in a moment, and whoever waited that long has noticed nothing; so it is killed until someone has.
        wait_until("a reply is given back", || {
            server.kill_postgres();
            given_back.load(Ordering::SeqCst) > 0
        });
        wait_until("the site is ready again", || {
            server.get("/readyz").status == 200
        });
        assert_ne!(server.postgres_pid(), Some(killed));
        let before = kept(&server.database_url()).len();
        wait_until("replies are kept again", || {
            kept(&server.database_url()).len() > before + 5
        });
        stop.store(true, Ordering::SeqCst);
        assert!(reader.join().expect("readers saw nothing wrong") > 100);
        writer.join().expect("the writer saw nothing wrong")
    });
    let kept = kept(&server.database_url());
    for body in &acknowledged {
        assert!(kept.contains(body), "{body} was acknowledged and is gone");
    }
    eprintln!(
        "{} acknowledged and kept, {} given back",
        acknowledged.len(),
        given_back.load(Ordering::SeqCst)
    );
}

#[test]
fn a_frozen_postgres_does_not_hold_up_the_end() {
    let mut server = Server::new();
    let address = reply_address(&server);
    let fields = [
        ("comment", "Before the frost"),
        ("author", "Reader"),
        ("email", "reader@example.org"),
    ];
    let answer = server.try_post(&address, "192.0.2.5", &fields);
    assert_eq!(answer.expect("an answer").status, 303);
    let postgres = server.postgres_pid().expect("it runs");
    let frozen = server.postgres_children();
    assert!(!frozen.is_empty());
    for pid in &frozen {
        kill(Pid::from_raw(*pid), Signal::SIGSTOP).expect("it was running");
    }
    server.stop();
    assert!(!is_alive(postgres));
    assert!(server.log().contains("requesting an immediate shutdown"));
    let server = Server::start(&server.data.clone());
    assert_eq!(kept(&server.database_url()).len(), 4);
}

#[test]
fn a_second_server_on_the_same_folder_shares_its_postgres() {
    let server = Server::new();
    let second = Server::start(&server.data);
    assert_eq!(second.database_url(), server.database_url());
    assert_eq!(second.get("/").status, 200);
}

#[test]
fn a_second_server_outlives_the_first() {
    let mut first = Server::new();
    // Where its own Postgres would have its socket elsewhere, for an account that is not root.
    let runtime = folder("run");
    let elsewhere = [("XDG_RUNTIME_DIR", runtime.to_str().expect("a plain path"))];
    let mut second = Server::start_with(&first.data, &elsewhere);
    let address = reply_address(&second);
    let reply = |server: &Server, body: &str| {
        // Each from someone else, since one person may send one in a quarter of a minute.
        let email = format!("{body}@example.org");
        let from = format!("192.0.2.{}", body.bytes().map(u32::from).sum::<u32>() % 250);
        let fields = [("comment", body), ("author", "Reader"), ("email", &email)];
        server.try_post(&address, &from, &fields)
    };
    assert_eq!(reply(&first, "One").expect("an answer").status, 303);
    first.stop();
    wait_until("the second has taken over", || {
        second.get("/readyz").status == 200
    });
    assert_eq!(reply(&second, "Two").expect("an answer").status, 303);
    assert_eq!(kept(&second.database_url()).len(), 5);

    // A third takes over from a second that is killed.
    let third = Server::start(&first.data);
    second.kill();
    wait_until("the third has taken over", || {
        third.get("/readyz").status == 200 && third.log().contains("took over")
    });
    assert_eq!(reply(&third, "Three").expect("an answer").status, 303);
    assert_eq!(kept(&third.database_url()).len(), 6);
}

#[test]
fn forms_that_arrive_slowly_keep_no_one_waiting() {
    let server = Server::new();
    let slow: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut slow = TcpStream::connect(server.address).expect("a connection");
            let head = format!(
                "POST /admin/sign-in HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\nhandle=",
                server.address
            );
            slow.write_all(head.as_bytes()).expect("a beginning");
            slow
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(server.get("/").status, 200);
    }
    drop(slow);
}

#[test]
fn an_answer_that_nobody_takes_is_given_up() {
    let server = Server::new();
    let mut deaf = TcpStream::connect(server.address).expect("a connection");
    let request = format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    let many = request.repeat(1_000);
    deaf.set_write_timeout(Some(Duration::from_millis(100)))
        .expect("a limit");
    // Once both sides' buffers are full nothing moves, until the server breaks the connection.
    wait_until(
        "the connection is broken",
        || matches!(deaf.write_all(many.as_bytes()), Err(error) if is_broken(&error)),
    );
}

fn is_broken(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionReset)
}

#[test]
fn slow_headers_are_cut_off() {
    let server = Server::new();
    let mut slow = TcpStream::connect(server.address).expect("a connection");
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n")
        .expect("a beginning");
    slow.set_read_timeout(Some(Duration::from_secs(40)))
        .expect("a limit");
    let began = Instant::now();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer)
        .expect("the connection is closed, not left open");
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
}

#[test]
fn a_body_that_pauses_is_told_so() {
    let server = Server::new();
    let mut slow = TcpStream::connect(server.address).expect("a connection");
    let address = reply_address(&server);
    let head = format!(
        "POST {address} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\ncomment=",
        server.address
    );
    slow.write_all(head.as_bytes()).expect("a beginning");
    slow.set_read_timeout(Some(Duration::from_secs(40)))
        .expect("a limit");
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer)
        .expect("the connection is closed, not left open");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("That took too long"),
        "{answer}"
    );
}

#[test]
fn whoever_sends_too_much_still_gets_the_answer() {
    let server = Server::new();
    let address = reply_address(&server);
    let comment = "x".repeat(10 * 1024 * 1024);
    for _ in 0..5 {
        let answer = server
            .try_post(&address, "192.0.2.1", &[("comment", comment.as_str())])
            .expect("the connection is not broken");
        assert_eq!(answer.status, 413);
        assert!(answer.body.contains("That is too much at once"));
    }
}

#[test]
fn another_major_version_is_told_in_a_sentence() {
    let mut server = Server::new();
    server.stop();
    fs::write(server.data.join("postgres/PG_VERSION"), "9\n").expect("another version");
    let mut command = broadsheet(&server.data);
    command.env("BROADSHEET_LISTEN", "127.0.0.1:0");
    let told = text(&run(command, ""));
    assert!(
        told.contains("the data folder was made by Postgres 9") && told.contains("pg_dump"),
        "{told}"
    );
}

#[test]
fn a_machine_without_postgres_is_told_what_to_type() {
    let data = folder("data");
    let mut command = broadsheet(&data);
    command
        .env("BROADSHEET_LISTEN", "127.0.0.1:0")
        .env("PG_BIN", "/nowhere");
    let told = text(&run(command, ""));
    assert!(
        told.contains("apt-get install postgresql") && told.contains("DATABASE_URL"),
        "{told}"
    );
}
