//! What goes over a connection, byte by byte: pages that are kept are answered before hyper is there, and nobody can tell.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::server::Server;
use crate::{reply_address, welcome_path};

/// Long enough for what was sent to be read before there is more.
const PAUSE: Duration = Duration::from_millis(30);
/// Bytes of the header that says when an answer was made.
const DATE_LINE: usize = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".len();
/// The last request of a connection.
const LAST: &str = "GET /healthz HTTP/1.1\r\nhost: site.example\r\nconnection: close\r\n\r\n";

/// All that is answered to these packets and a last request, but for the dates; and whether the first answer was given
/// before hyper was there: hyper says the date after all else.
fn answered(server: &Server, packets: &[&[u8]]) -> (String, bool) {
    let mut stream = TcpStream::connect(server.address).expect("a connection");
    stream.set_nodelay(true).expect("small packets");
    for packet in packets.iter().chain(&[LAST.as_bytes()]) {
        // It may have been closed on us: that is an answer, too.
        let _ = stream.write_all(packet);
        sleep(PAUSE);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let is_before = answer
        .split("\r\n")
        .nth(1)
        .is_some_and(|line| line.starts_with("date: "));
    (undated(&answer), is_before)
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
        assert_eq!(at_once.1, is_before, "{request}");
        assert!(!in_pieces.1, "{request}");
        assert_eq!(at_once.0, in_pieces.0, "{request}");
    }
}

#[test]
fn one_connection_serves_every_kind_of_request_in_turn() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let reply = reply_address(&server);
    let page = format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n\r\n");
    let missing = page.replace(&path, "/no/such/page");
    let form = format!(
        "POST {reply} HTTP/1.1\r\nhost: site.example\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 8\r\n\r\ncomment="
    );
    let (head, rest) = page.split_at(9);
    let asked = [
        &page, &page, head, rest, &page, &missing, &page, &form, &page,
    ];
    let asked: Vec<&[u8]> = asked.iter().map(|packet| packet.as_bytes()).collect();
    let (answers, is_before) = answered(&server, &asked);
    assert!(is_before);
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
fn whoever_says_nothing_is_cut_off_and_whoever_was_answered_has_longer() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let connect = |sent: &str| {
        let mut stream = TcpStream::connect(server.address).expect("a connection");
        stream.write_all(sent.as_bytes()).expect("it is sent");
        stream
    };
    let silent_for = |mut stream: TcpStream| {
        let limit = Some(Duration::from_secs(40));
        stream.set_read_timeout(limit).expect("a limit");
        let began = Instant::now();
        let ended = stream.read_to_end(&mut Vec::new());
        (ended.is_ok(), began.elapsed())
    };
    let (is_cut_off, after) = silent_for(connect(""));
    assert!(is_cut_off && after < Duration::from_secs(30), "{after:?}");
    let page = format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n\r\n");
    let (is_cut_off, _) = silent_for(connect(&page));
    assert!(!is_cut_off, "between two pages there is time to read");
}

#[test]
fn a_server_that_stops_lets_go_of_connections_that_wait() {
    let mut server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let page = format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n\r\n");
    let mut waiting: Vec<TcpStream> = [
        "",
        &page,
        &page.replace("\r\nhost", "\r\nexpect: 100-continue\r\nhost"),
    ]
    .into_iter()
    .map(|sent| {
        let mut stream = TcpStream::connect(server.address).expect("a connection");
        stream.write_all(sent.as_bytes()).expect("it is sent");
        stream
    })
    .collect();
    sleep(PAUSE);
    let began = Instant::now();
    server.stop();
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    let ends = waiting.iter_mut().map(|stream| {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an end");
        let _ = stream.shutdown(Shutdown::Both);
        answer.contains("200 OK")
    });
    assert_eq!(ends.collect::<Vec<_>>(), [false, true, true]);
}

/// The files in memory that a server has open.
fn sheets(server: &Server) -> usize {
    let open = fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("its files");
    let names = open.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let are_sheets = names.filter(|name| name.to_string_lossy().starts_with("/memfd:page"));
    are_sheets.count()
}

#[test]
fn what_many_ask_for_goes_out_of_a_file_whole_however_late_it_is_taken() {
    const MANY: usize = 800;
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let page = format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n\r\n");
    let (once, _) = answered(&server, &[page.as_bytes()]);
    let (once, last) = once.split_at(once.rfind("HTTP/1.1 ").expect("two answers"));
    assert_eq!(sheets(&server), 0);
    let mut stream = TcpStream::connect(server.address).expect("a connection");
    let mut answers = Vec::new();
    for number in 0..MANY {
        stream.write_all(page.as_bytes()).expect("it is sent");
        if number < MANY / 2 {
            let mut answer = vec![0; once.len() + DATE_LINE];
            stream.read_exact(&mut answer).expect("an answer");
            answers.extend(answer);
        } else {
            // One at a time, as long as there is room for what is answered.
            sleep(Duration::from_millis(1));
        }
    }
    assert!(sheets(&server) > 0);
    stream.write_all(LAST.as_bytes()).expect("it is sent");
    stream.read_to_end(&mut answers).expect("all of it");
    let answers = undated(&String::from_utf8_lossy(&answers));
    assert!(answers == once.repeat(MANY) + last);
}
