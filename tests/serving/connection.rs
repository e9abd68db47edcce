//! What goes over a connection, byte by byte: pages for everyone are answered before hyper is there, and nobody can tell.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant, SystemTime};

use sqlx::{Connection, PgConnection};
use tokio::runtime::Builder;

use crate::support::server::{Server, wait_until};
use crate::{ask, is_broken, reply_address, welcome_path};

/// Bytes of the header that says when an answer was made.
const DATE_LINE: usize = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".len();
/// The last request of a connection.
const LAST: &str = "GET /healthz HTTP/1.1\r\nhost: site.example\r\nconnection: close\r\n\r\n";

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).expect("a connection");
    stream.set_nodelay(true).expect("small packets");
    stream
}

fn request_for(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n\r\n")
}

/// What the system says of a connection, as seen from one of its ends, as long as that is open.
fn line_of(from: SocketAddr, to: SocketAddr) -> Option<String> {
    let ends = [from, to].map(|end| format!("0100007F:{:04X}", end.port()));
    let table = fs::read_to_string("/proc/net/tcp").expect("the system's connections");
    let line = table.lines().find(|line| {
        let fields = line.split_whitespace().skip(1);
        fields.take(2).eq(&ends)
    });
    line.map(str::to_owned)
}

/// Whether all that was sent from one end to the other was read there: nothing is on the way, and nothing waits.
fn is_read(from: SocketAddr, to: SocketAddr) -> bool {
    let is_empty = |line: Option<String>, which: usize| {
        // One that is closed reads no more.
        line.is_none_or(|line| {
            let queues = line.split_whitespace().nth(4).expect("its queues");
            queues.split(':').nth(which) == Some("00000000")
        })
    };
    is_empty(line_of(from, to), 0) && is_empty(line_of(to, from), 1)
}

/// All that is answered to these packets and a last request, but for the dates; and whether each answer was given before
/// hyper was there: hyper says the date after all else.
fn answered(server: &Server, packets: &[&[u8]]) -> (String, Vec<bool>) {
    let mut stream = connect(server);
    let here = stream.local_addr().expect("its address");
    for packet in packets.iter().chain(&[LAST.as_bytes()]) {
        // It may have been closed on us: that is an answer, too.
        let _ = stream.write_all(packet);
        wait_until("a packet is read by itself", || {
            is_read(here, server.address)
        });
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let answers = answer.split("HTTP/1.1 ").skip(1);
    let are_before = answers.map(|answer| {
        let first = answer.split("\r\n").nth(1);
        first.is_some_and(|line| line.starts_with("date: "))
    });
    (undated(&answer), are_before.collect())
}

fn undated(answers: &str) -> String {
    let lines = answers.split("\r\n");
    let undated: Vec<&str> = lines.filter(|line| !line.starts_with("date: ")).collect();
    undated.join("\r\n")
}

fn tag_of(answer: &str) -> &str {
    let tag = answer.lines().find_map(|line| line.strip_prefix("etag: "));
    tag.expect("an entity tag")
}

#[test]
fn whichever_way_a_request_goes_the_answer_is_the_same() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let get = |rest: &str| format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n{rest}\r\n");
    let (page, _) = answered(&server, &[get("").as_bytes()]);
    let tag = tag_of(&page);
    let not_that = format!("if-none-match: {tag}x\r\n");
    let that = format!("If-None-Match: \"other\", {tag}\r\n");
    let many = "x-filler: y\r\n".repeat(40);
    let long = format!("x-filler: {}\r\n", "y".repeat(6000));
    for (request, status, is_before) in [
        (get(""), 200, true),
        (get("").replace("GET", "HEAD"), 200, true),
        (get(&not_that), 200, true),
        (get(&that), 304, true),
        (get("connection: Keep-Alive\r\n"), 200, true),
        (get("upgrade-insecure-requests: 1\r\n"), 200, true),
        (get("").replace(" HTTP", "?utm_source=x HTTP"), 200, true),
        (get("").replace("\r\n", "\n"), 200, true),
        (format!("\r\n{}", get("")), 200, true),
        // What is more than a question.
        (get("connection: close\r\n"), 200, false),
        (get("connection: upgrade\r\nupgrade: h2c\r\n"), 200, false),
        (get("content-length: 5\r\n") + "12345", 200, false),
        (get("Content-Length: 0\r\n"), 200, false),
        (
            get("transfer-encoding: chunked\r\n") + "1\r\nx\r\n0\r\n\r\n",
            200,
            false,
        ),
        (get("expect: 100-continue\r\n"), 200, false),
        (get("").replace("1.1", "1.0"), 200, false),
        (get("") + &get(""), 200, false),
        (get(&many), 200, false),
        (get(&long), 200, false),
        (get("").replace(" HTTP", "?utm_source=<x> HTTP"), 400, false),
        (get("").replace(" HTTP", "#x HTTP"), 200, false),
        // What is not there, or not allowed, or no HTTP at all.
        (get("").replace(&path, "/no/such/page"), 404, false),
        (
            get("").replace(&path, &format!("http://site.example{path}")),
            200,
            false,
        ),
        (get("").replace("GET", "DELETE"), 405, false),
        (get("").replace("GET", "get"), 405, false),
        (get("content-length : 5\r\n") + "12345", 400, false),
        (
            get("content-length: 5\r\ntransfer-encoding: chunked\r\n") + "0\r\n\r\n",
            200,
            false,
        ),
        (get("x: y\r\n folded\r\n"), 400, false),
        (get("").replace(&path, "/\u{0}"), 400, false),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n".to_owned(), 400, false),
    ] {
        let at_once = answered(&server, &[request.as_bytes()]);
        let (first, rest) = request.as_bytes().split_at(request.len() / 3);
        let in_pieces = answered(&server, &[first, rest]);
        let said = at_once.0.split(' ').nth(1).unwrap_or_default();
        assert_eq!(said, status.to_string(), "{request}");
        assert_eq!(at_once.1.first() == Some(&true), is_before, "{request}");
        assert_ne!(in_pieces.1.first(), Some(&true), "{request}");
        assert_eq!(at_once.0, in_pieces.0, "{request}");
    }
}

#[test]
fn one_connection_serves_every_kind_of_request_in_turn() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let reply = reply_address(&server);
    let page = request_for(&path);
    let missing = page.replace(&path, "/no/such/page");
    let form = format!(
        "POST {reply} HTTP/1.1\r\nhost: site.example\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 8\r\n\r\ncomment="
    );
    let (head, rest) = page.split_at(9);
    let asked = [
        &page, &page, head, rest, &page, &missing, &page, &form, &page,
    ];
    let asked: Vec<&[u8]> = asked.iter().map(|packet| packet.as_bytes()).collect();
    let (answers, are_before) = answered(&server, &asked);
    assert!(are_before[0]);
    let statuses: Vec<&str> = answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect();
    assert_eq!(
        statuses,
        [
            "200", "200", "200", "200", "404", "200", "422", "200", "200"
        ]
    );
    assert_eq!(
        answers.matches("Welcome to your Broadsheet</h1>").count(),
        6
    );
}

#[test]
fn a_page_that_has_to_be_made_leaves_its_connection_as_it_is() {
    let server = Server::new();
    let page = request_for(&welcome_path(&server));
    let missing = request_for("/no/such/page");
    let with =
        |request: &str, line: &str| request.replace("\r\n\r\n", &format!("\r\n{line}\r\n\r\n"));
    let head = with(&page, "accept-encoding: gzip").replace("GET", "HEAD");
    let unchanged = with(&page, "accept-encoding: br\r\nif-none-match: *");
    let head_of_missing = missing.replace("GET", "HEAD");
    let asked = [
        &page,
        &head,
        &unchanged,
        &page,
        &head_of_missing,
        &missing,
        &head,
        &page,
    ];
    let (answers, are_before) = answered(&server, &asked.map(String::as_bytes));
    assert!(
        are_before
            .iter()
            .eq(&[true, true, true, true, false, false, false, false, false])
    );
    let answers: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).collect();
    let statuses: Vec<&str> = answers.iter().map(|answer| &answer[..3]).collect();
    assert_eq!(
        statuses,
        [
            "200", "200", "304", "200", "404", "404", "200", "200", "200"
        ]
    );
    assert!(answers[0].contains("Welcome to your Broadsheet</h1>"));
    assert_eq!([answers[0]; 2], [answers[3], answers[7]]);
    assert_eq!(answers[1], answers[6]);
    for (head, whole) in [(4, 5), (1, 1), (2, 2)] {
        let (head, whole) = (answers[head], answers[whole]);
        assert!(head.ends_with("\r\n\r\n") && whole.starts_with(head));
    }
}

/// Does something while nobody can read an article.
fn while_articles_are_locked(server: &Server, act: impl FnOnce()) {
    let url = server.database_url();
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let db = PgConnection::connect(&url).await;
        let mut db = db.expect("the database answers");
        let mut locked = db.begin().await.expect("a transaction");
        sqlx::query("lock table articles in access exclusive mode")
            .execute(&mut *locked)
            .await
            .expect("they are locked");
        act();
        locked.commit().await.expect("it ends");
    });
}

#[test]
fn whoever_waits_for_a_page_may_ask_on_and_whoever_hangs_up_is_not_waited_for() {
    let server = Server::new();
    let page = request_for(&welcome_path(&server));
    let [mut first, mut second] = [(); 2].map(|()| connect(&server));
    let [gone, here] = [&first, &second].map(|one| one.local_addr().expect("its address"));
    while_articles_are_locked(&server, || {
        first.write_all(page.as_bytes()).expect("it is sent");
        wait_until("it is asked", || is_read(gone, server.address));
        // This one waits for what is made for the other.
        second.write_all(page.as_bytes()).expect("it is sent");
        wait_until("it is asked, too", || is_read(here, server.address));
        let began = Instant::now();
        drop(first);
        wait_until("the connection is closed", || {
            line_of(server.address, gone).is_none()
        });
        // Until the database gives up it takes longer.
        assert!(began.elapsed() < Duration::from_secs(15));
        second.write_all(LAST.as_bytes()).expect("it is sent");
        assert!(line_of(server.address, here).is_some());
    });
    let mut answers = String::new();
    second.read_to_string(&mut answers).expect("all of it");
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2);
    assert!(answers.contains("Welcome to your Broadsheet</h1>"));
}

#[test]
fn whoever_says_nothing_is_cut_off_and_whoever_was_answered_has_longer() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let silent_for = |sent: &str| {
        let mut stream = connect(&server);
        stream.write_all(sent.as_bytes()).expect("it is sent");
        spawn(move || {
            let began = Instant::now();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).expect("an end");
            let answer = String::from_utf8_lossy(&answer).into_owned();
            (answer.contains(" 200 OK"), began.elapsed().as_secs())
        })
    };
    let new = silent_for("");
    let answered = silent_for(&request_for(&path));
    let (is_answered, seconds) = new.join().expect("it ends");
    assert!(!is_answered && (9..30).contains(&seconds), "{seconds} s");
    let (is_answered, seconds) = answered.join().expect("it ends");
    assert!(is_answered && (55..90).contains(&seconds), "{seconds} s");
}

#[test]
fn a_server_that_stops_lets_go_of_connections_that_wait() {
    let mut server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let page = request_for(&path);
    let by_hyper = page.replace("\r\nhost", "\r\nexpect: 100-continue\r\nhost");
    let mut waiting = ["", &page, &by_hyper].map(|sent| {
        let mut stream = connect(&server);
        stream.write_all(sent.as_bytes()).expect("it is sent");
        stream
    });
    // The first was taken before them.
    for stream in &waiting[1..] {
        stream.peek(&mut [0]).expect("an answer");
    }
    let began = Instant::now();
    server.stop();
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "it waits for nobody"
    );
    let ends = waiting.each_mut().map(|stream| {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an end");
        answer.contains("200 OK")
    });
    assert_eq!(ends, [false, true, true]);
}

/// The files in memory that a server has open: how large each is.
fn sheets(server: &Server) -> Vec<usize> {
    let open = fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("its files");
    let sizes = open.filter_map(|file| {
        let file = file.ok()?.path();
        let name = fs::read_link(&file).ok()?;
        let is_sheet = name.to_string_lossy().starts_with("/memfd:page");
        let size = fs::metadata(&file).ok()?.len();
        is_sheet.then_some(usize::try_from(size).expect("it is small"))
    });
    sizes.collect()
}

/// Asks for a page over a connection, and reads an answer of so many bytes.
fn read_once(stream: &mut TcpStream, page: &str, length: usize) -> Vec<u8> {
    stream.write_all(page.as_bytes()).expect("it is sent");
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).expect("an answer");
    answer
}

#[test]
fn what_many_ask_for_goes_out_of_a_file_whole_however_late_it_is_taken() {
    const MANY: usize = 500;
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let page = request_for(&path);
    let (once, _) = answered(&server, &[page.as_bytes()]);
    let (once, last) = once.split_at(once.rfind("HTTP/1.1 ").expect("two answers"));
    assert!(sheets(&server).is_empty());
    let mut stream = connect(&server);
    let mut answers = Vec::new();
    let mut asked = 0;
    wait_until("it is laid out in copies", || {
        for _ in 0..MANY {
            answers.extend(read_once(&mut stream, &page, once.len() + DATE_LINE));
        }
        asked += MANY;
        sheets(&server).iter().any(|size| *size > 2 * once.len())
    });
    for _ in 0..MANY {
        answers.extend(read_once(&mut stream, &page, once.len() + DATE_LINE));
    }
    for _ in 0..MANY {
        // One at a time, as long as there is room for what is answered.
        stream.write_all(page.as_bytes()).expect("it is sent");
        sleep(Duration::from_millis(1));
    }
    stream.write_all(LAST.as_bytes()).expect("it is sent");
    stream.read_to_end(&mut answers).expect("all of it");
    let answers = undated(&String::from_utf8_lossy(&answers));
    assert!(answers == once.repeat(asked + 2 * MANY) + last);
}

#[test]
fn a_file_that_nobody_takes_is_given_up() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let page = request_for(&path);
    let (once, _) = answered(&server, &[page.as_bytes()]);
    let (once, _) = once.split_at(once.rfind("HTTP/1.1 ").expect("two answers"));
    let mut deaf = connect(&server);
    // Until it is laid out. Later, two that arrive at once are no matter: they are answered otherwise.
    while sheets(&server).is_empty() {
        read_once(&mut deaf, &page, once.len() + DATE_LINE);
    }
    for _ in 0..1_000 {
        // One at a time; once both sides' buffers are full nothing moves, until the server breaks the connection.
        deaf.write_all(page.as_bytes()).expect("it is sent");
        sleep(Duration::from_millis(1));
    }
    assert!(!sheets(&server).is_empty());
    let limit = Some(Duration::from_millis(100));
    deaf.set_write_timeout(limit).expect("a limit");
    wait_until(
        "the connection is broken",
        || matches!(deaf.write_all(page.as_bytes()), Err(error) if is_broken(&error)),
    );
}

#[test]
fn a_change_shows_at_once_whatever_is_laid_out() {
    let server = Server::new();
    let path = welcome_path(&server);
    let reply = reply_address(&server);
    ask(
        &server.database_url(),
        "update settings set hold_first_timers = false, flood_seconds = 0 returning title",
    );
    let page = request_for(&path);
    let second = || {
        let since = SystemTime::UNIX_EPOCH.elapsed();
        since.expect("it is later").as_secs()
    };
    // What is laid out is of one second: where that was over before the page was seen changed, nothing was shown.
    let is_shown = (0..10).any(|round| {
        let length = server.get(&path).body.len();
        let (once, _) = answered(&server, &[page.as_bytes()]);
        let once = once.rfind("HTTP/1.1 ").expect("two answers") + DATE_LINE;
        assert!(once > length);
        let mut stream = connect(&server);
        let began = second();
        for _ in 0..40 {
            read_once(&mut stream, &page, once);
        }
        assert!(!sheets(&server).is_empty());
        let words = format!("Is this number {round} of what was said?");
        let fields = [
            ("comment", words.as_str()),
            ("author", "Ann"),
            ("email", "ann@example.org"),
        ];
        let answer = server.try_post(&reply, "192.0.2.7", &fields);
        assert_eq!(answer.expect("an answer").status, 303);
        stream.write_all(page.as_bytes()).expect("it is sent");
        stream.write_all(LAST.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("all of it");
        let is_same_second = second() == began;
        assert!(answer.contains(&words), "the page is the old one");
        is_same_second
    });
    assert!(is_shown, "no second was long enough");
}
