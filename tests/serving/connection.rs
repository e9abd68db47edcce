//! HTTP connections: requests that arrive byte by byte or pipelined, timeouts, shutdown, and the memory of idle
//! connections.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::spawn;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection};
use tokio::runtime::Builder;

use crate::support::server::{Server, wait_until};
use crate::{query_strings, reply_path, welcome_path};

/// Request that makes the server close the connection after its response.
const LAST_REQUEST: &str =
    "GET /healthz HTTP/1.1\r\nhost: site.example\r\nconnection: close\r\n\r\n";

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).expect("a connection");
    stream
        .set_nodelay(true)
        .expect("the connection sends without delay");
    stream
}

fn request_for(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n\r\n")
}

/// Returns the line of `/proc/net/tcp` for the socket at `from` of the connection to `to`. Returns `None` if that socket
/// is closed.
fn socket_line(from: SocketAddr, to: SocketAddr) -> Option<String> {
    let ends = [from, to].map(|end| format!("0100007F:{:04X}", end.port()));
    let table = fs::read_to_string("/proc/net/tcp").expect("the table of connections is read");
    let line = table.lines().find(|line| {
        let fields = line.split_whitespace().skip(1);
        fields.take(2).eq(&ends)
    });
    line.map(str::to_owned)
}

/// Returns whether everything sent from `from` has been read by the process at `to`.
fn is_read(from: SocketAddr, to: SocketAddr) -> bool {
    let is_empty = |line: Option<String>, which: usize| {
        // A closed end reads no more.
        line.is_none_or(|line| {
            let queues = line
                .split_whitespace()
                .nth(4)
                .expect("the line names the queues");
            queues.split(':').nth(which) == Some("00000000")
        })
    };
    is_empty(socket_line(from, to), 0) && is_empty(socket_line(to, from), 1)
}

/// Sends packets and then [`LAST_REQUEST`] on one connection. Each packet is sent after the previous one has been read.
/// Returns all responses.
fn send(server: &Server, packets: &[&[u8]]) -> String {
    let mut stream = connect(server);
    let client = stream.local_addr().expect("a local address");
    for packet in packets.iter().chain(&[LAST_REQUEST.as_bytes()]) {
        // The server may have closed the connection already; then the response is all there is.
        let _ = stream.write_all(packet);
        wait_until("a packet is read", || is_read(client, server.address));
    }
    let mut responses = Vec::new();
    let _ = stream.read_to_end(&mut responses);
    String::from_utf8_lossy(&responses).into_owned()
}

/// Sends packets as [`send`] does. Returns all responses without their times.
fn exchange(server: &Server, packets: &[&[u8]]) -> String {
    without_dates(&send(server, packets))
}

/// Removes the time of the response, and that of the page, which is stated from the second after its rendering on.
fn without_dates(responses: &str) -> String {
    let lines = responses.split("\r\n");
    let is_dated = |line: &&str| line.starts_with("date: ") || line.starts_with("last-modified: ");
    let undated: Vec<&str> = lines.filter(|line| !is_dated(line)).collect();
    undated.join("\r\n")
}

/// Returns the status codes of several responses, in order.
fn statuses(responses: &str) -> Vec<&str> {
    let responses = responses.split("HTTP/1.1 ").skip(1);
    responses.map(|response| &response[..3]).collect()
}

fn etag(response: &str) -> &str {
    let etag = response
        .lines()
        .find_map(|line| line.strip_prefix("etag: "));
    etag.expect("an entity tag")
}

#[test]
fn a_request_sent_in_pieces_gets_the_same_response_as_a_whole_one() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let get = |rest: &str| format!("GET {path} HTTP/1.1\r\nhost: site.example\r\n{rest}\r\n");
    let page = exchange(&server, &[get("").as_bytes()]);
    let etag = etag(&page);
    let other_etag = format!("if-none-match: {etag}x\r\n");
    let same_etag = format!("If-None-Match: \"other\", {etag}\r\n");
    let many = "x-filler: y\r\n".repeat(40);
    let long = format!("x-filler: {}\r\n", "y".repeat(6_000));
    let too_long = format!("x-filler: {}\r\n", "y".repeat(100_000));
    for (request, status) in [
        (get(""), 200),
        (get("").replace("GET", "HEAD"), 200),
        (get(&other_etag), 200),
        (get(&same_etag), 304),
        (get("connection: Keep-Alive\r\n"), 200),
        (get("upgrade-insecure-requests: 1\r\n"), 200),
        (get("").replace(" HTTP", "?utm_source=x HTTP"), 200),
        (get("").replace("\r\n", "\n"), 200),
        (format!("\r\n{}", get("")), 200),
        (get("connection: close\r\n"), 200),
        (get("connection: upgrade\r\nupgrade: h2c\r\n"), 200),
        (get("content-length: 5\r\n") + "12345", 200),
        (get("Content-Length: 0\r\n"), 200),
        (
            get("transfer-encoding: chunked\r\n") + "1\r\nx\r\n0\r\n\r\n",
            200,
        ),
        (get("expect: 100-continue\r\n"), 200),
        (get("").replace("1.1", "1.0"), 200),
        (get("").replace("host: site.example\r\n", ""), 400),
        (
            get("")
                .replace("host: site.example\r\n", "")
                .replace("1.1", "1.0"),
            200,
        ),
        (get("Host: other.example\r\n"), 400),
        (get("").replace("site.example", ""), 200),
        (get("").replace("site.example", "[::1]:8600"), 200),
        (get("").replace("site.example", "a b"), 400),
        (get("").replace("site.example", "me@site.example"), 400),
        (get("").replace("site.example", "site.example/x"), 400),
        (get("") + &get(""), 200),
        (get(&many), 200),
        (get(&long), 200),
        (get(&too_long), 431),
        (get("").replace(" HTTP", "?utm_source=<x> HTTP"), 400),
        (get("").replace(" HTTP", "#x HTTP"), 200),
        (get("").replace(&path, "/no/such/page"), 404),
        (
            get("").replace(&path, &format!("http://site.example{path}")),
            200,
        ),
        (get("").replace("GET", "DELETE"), 405),
        (get("").replace("GET", "get"), 405),
        (get("content-length : 5\r\n") + "12345", 400),
        (
            get("content-length: 5\r\ntransfer-encoding: chunked\r\n") + "0\r\n\r\n",
            200,
        ),
        (get("x: y\r\n folded\r\n"), 400),
        (get("").replace(&path, "/\u{0}"), 400),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n".to_owned(), 400),
    ] {
        let whole = exchange(&server, &[request.as_bytes()]);
        let (first, rest) = request.as_bytes().split_at(request.len() / 3);
        let in_pieces = exchange(&server, &[first, rest]);
        let sent_status = whole.split(' ').nth(1).unwrap_or_default();
        assert_eq!(sent_status, status.to_string(), "{request:.200}");
        assert_eq!(whole, in_pieces, "{request:.200}");
    }
}

#[test]
fn one_connection_serves_every_kind_of_request_in_turn() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let reply = reply_path(&server);
    let page = request_for(&path);
    let missing = page.replace(&path, "/no/such/page");
    let form = format!(
        "POST {reply} HTTP/1.1\r\nhost: site.example\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 8\r\n\r\ncomment="
    );
    let (head, rest) = page.split_at(9);
    let packets = [
        &page, &page, head, rest, &page, &missing, &page, &form, &page,
    ];
    let packets: Vec<&[u8]> = packets.iter().map(|packet| packet.as_bytes()).collect();
    let responses = exchange(&server, &packets);
    assert_eq!(
        statuses(&responses),
        [
            "200", "200", "200", "200", "404", "200", "422", "200", "200"
        ]
    );
    assert_eq!(
        responses.matches("Welcome to your Broadsheet</h1>").count(),
        6
    );
}

#[test]
fn one_connection_can_get_cached_and_rendered_pages_in_turn() {
    let server = Server::new();
    let page = request_for(&welcome_path(&server));
    let missing = request_for("/no/such/page");
    let with =
        |request: &str, line: &str| request.replace("\r\n\r\n", &format!("\r\n{line}\r\n\r\n"));
    let head = with(&page, "accept-encoding: gzip").replace("GET", "HEAD");
    let unchanged = with(&page, "accept-encoding: br\r\nif-none-match: *");
    let head_of_missing = missing.replace("GET", "HEAD");
    let requests = [
        &page,
        &head,
        &unchanged,
        &page,
        &head_of_missing,
        &missing,
        &head,
        &page,
    ];
    // Work in the background of the first start may change the page, and only a cached page has this header.
    wait_until("the page is cached", || {
        let is_cached =
            |request: &String| send(&server, &[request.as_bytes()]).contains("last-modified: ");
        is_cached(&page) && is_cached(&head)
    });
    let responses = exchange(&server, &requests.map(String::as_bytes));
    assert_eq!(
        statuses(&responses),
        [
            "200", "200", "304", "200", "404", "404", "200", "200", "200"
        ]
    );
    let responses: Vec<&str> = responses.split("HTTP/1.1 ").skip(1).collect();
    assert!(responses[0].contains("Welcome to your Broadsheet</h1>"));
    assert_eq!([responses[0]; 2], [responses[3], responses[7]]);
    assert_eq!(responses[1], responses[6]);
    for (head, whole) in [(4, 5), (1, 1), (2, 2)] {
        let (head, whole) = (responses[head], responses[whole]);
        assert!(head.ends_with("\r\n\r\n") && whole.starts_with(head));
    }
}

/// Runs `act` while the table of articles is locked in the database, so that queries of it block.
fn with_locked_articles(server: &Server, act: impl FnOnce()) {
    let url = server.database_url();
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let db = PgConnection::connect(&url).await;
        let mut db = db.expect("the database answers");
        let mut locked = db.begin().await.expect("a transaction");
        sqlx::query("lock table articles in access exclusive mode")
            .execute(&mut *locked)
            .await
            .expect("the table of articles is locked");
        act();
        locked.commit().await.expect("the transaction commits");
    });
}

#[test]
fn closing_the_connection_cancels_a_request_but_pipelining_does_not() {
    let server = Server::new();
    let page = request_for(&welcome_path(&server));
    let [mut first, mut second] = [(); 2].map(|()| connect(&server));
    let [first_address, second_address] =
        [&first, &second].map(|stream| stream.local_addr().expect("a local address"));
    with_locked_articles(&server, || {
        first
            .write_all(page.as_bytes())
            .expect("the request is sent");
        wait_until("the first request is read", || {
            is_read(first_address, server.address)
        });
        // The second waits for the render of the first.
        second
            .write_all(page.as_bytes())
            .expect("the request is sent");
        wait_until("the second request is read", || {
            is_read(second_address, server.address)
        });
        let start = Instant::now();
        drop(first);
        wait_until("the connection is closed", || {
            socket_line(server.address, first_address).is_none()
        });
        // Sooner than the request itself would time out.
        assert!(start.elapsed() < Duration::from_secs(15));
        second
            .write_all(LAST_REQUEST.as_bytes())
            .expect("the request is sent");
        assert!(socket_line(server.address, second_address).is_some());
    });
    let mut responses = String::new();
    second
        .read_to_string(&mut responses)
        .expect("the whole response is read");
    assert_eq!(responses.matches("HTTP/1.1 200 OK").count(), 2);
    assert!(responses.contains("Welcome to your Broadsheet</h1>"));
}

#[test]
fn a_silent_connection_is_closed_after_10_seconds_or_60_after_a_response() {
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let seconds_open = |sent: &str| {
        let mut stream = connect(&server);
        stream
            .write_all(sent.as_bytes())
            .expect("the request is sent");
        spawn(move || {
            let start = Instant::now();
            let mut response = Vec::new();
            stream
                .read_to_end(&mut response)
                .expect("the server closes the connection");
            let response = String::from_utf8_lossy(&response).into_owned();
            (response.contains(" 200 OK"), start.elapsed().as_secs())
        })
    };
    let page = request_for(&path);
    let first_heads = ["", &page[..9]].map(seconds_open);
    let next_heads = [page.clone(), page.clone() + &page[..9]].map(|sent| seconds_open(&sent));
    for connection in first_heads {
        let (is_answered, seconds) = connection
            .join()
            .expect("the connection's thread does not panic");
        assert!(!is_answered && (9..30).contains(&seconds), "{seconds} s");
    }
    for connection in next_heads {
        let (is_answered, seconds) = connection
            .join()
            .expect("the connection's thread does not panic");
        assert!(is_answered && (55..90).contains(&seconds), "{seconds} s");
    }
}

#[test]
fn a_stopping_server_closes_idle_connections() {
    let mut server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let page = request_for(&path);
    let missing = request_for("/no/such/page");
    let mut idle = ["", &page, &missing].map(|sent| {
        let mut stream = connect(&server);
        stream
            .write_all(sent.as_bytes())
            .expect("the request is sent");
        stream
    });
    // Once these two are answered, the first has been accepted as well.
    for stream in &idle[1..] {
        stream.peek(&mut [0]).expect("a response arrives");
    }
    let start = Instant::now();
    server.stop();
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "the server waited for idle connections"
    );
    let statuses = idle.each_mut().map(|stream| {
        let mut response = String::new();
        stream
            .read_to_string(&mut response)
            .expect("the server closes the connection");
        response.split(' ').nth(1).map(str::to_owned)
    });
    let expected = [None, Some("200"), Some("404")].map(|status| status.map(str::to_owned));
    assert_eq!(statuses, expected);
}

#[test]
fn a_stopping_server_finishes_open_requests_and_accepts_no_more() {
    let mut server = Server::new();
    let page = request_for(&welcome_path(&server));
    let mut stream = connect(&server);
    let client = stream.local_addr().expect("a local address");
    with_locked_articles(&server, || {
        stream
            .write_all(page.as_bytes())
            .expect("the request is sent");
        wait_until("the request is read", || is_read(client, server.address));
        kill(Pid::from_raw(server.pid()), Signal::SIGTERM).expect("the server is running");
        wait_until("no connection is accepted", || {
            TcpStream::connect(server.address).is_err()
        });
    });
    let mut response = String::new();
    stream
        .read_to_string(&mut response)
        .expect("the whole response is read");
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    assert!(response.trim_end().ends_with("</html>"), "{response}");
    server.stop();
}

#[test]
fn pipelined_responses_arrive_complete_and_in_order_even_if_read_late() {
    const REQUESTS: usize = 500;
    let server = Server::new();
    let path = welcome_path(&server);
    server.get(&path);
    let page = request_for(&path);
    let responses = exchange(&server, &[page.as_bytes()]);
    let (once, last) = responses.split_at(
        responses
            .rfind("HTTP/1.1 ")
            .expect("there are two responses"),
    );
    let mut stream = connect(&server);
    let mut writer = stream
        .try_clone()
        .expect("the connection has a second handle");
    let client = stream.local_addr().expect("a local address");
    let requests = page.repeat(REQUESTS) + LAST_REQUEST;
    let sending = spawn(move || {
        writer
            .write_all(requests.as_bytes())
            .expect("all requests are sent");
    });
    // Nothing is read until the buffers of both sides are full.
    wait_until("the server cannot write", || {
        let unread = || {
            let line = socket_line(server.address, client)?;
            line.split_whitespace().nth(4).map(str::to_owned)
        };
        let before = unread();
        std::thread::sleep(Duration::from_millis(200));
        before == unread() && before.is_some_and(|queues| !queues.starts_with("00000000"))
    });
    let mut responses = Vec::new();
    stream
        .read_to_end(&mut responses)
        .expect("the whole response is read");
    sending.join().expect("the sending thread does not panic");
    let responses = without_dates(&String::from_utf8_lossy(&responses));
    assert!(responses == once.repeat(REQUESTS) + last);
}

#[test]
fn a_changed_page_is_served_at_once_on_a_connection_that_requests_it_often() {
    let server = Server::new();
    let path = welcome_path(&server);
    let reply = reply_path(&server);
    query_strings(
        &server.database_url(),
        "update settings set hold_first_timers = false, flood_seconds = 0 returning title",
    );
    let page = request_for(&path);
    for round in 0..3 {
        let length = server.get(&path).body.len();
        let mut stream = connect(&server);
        for _ in 0..40 {
            stream
                .write_all(page.as_bytes())
                .expect("the request is sent");
            read_page(&mut stream, length);
        }
        let comment = format!("Is this comment {round} of this test?");
        let fields = [
            ("comment", comment.as_str()),
            ("author", "Ann"),
            ("email", "ann@example.org"),
        ];
        let response = server.try_post(&reply, "192.0.2.7", &fields);
        assert_eq!(response.expect("a response").status, 303);
        stream
            .write_all(page.as_bytes())
            .expect("the request is sent");
        stream
            .write_all(LAST_REQUEST.as_bytes())
            .expect("the request is sent");
        let mut response = String::new();
        stream
            .read_to_string(&mut response)
            .expect("the whole response is read");
        assert!(response.contains(&comment), "the page is the old one");
    }
}

/// Reads one response from the stream. The length of its body is known.
fn read_page(stream: &mut TcpStream, length: usize) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream
            .read_exact(&mut byte)
            .expect("the response's head is read");
        head.extend(byte);
    }
    stream
        .read_exact(&mut vec![0; length])
        .expect("the response's body is read");
}

/// Returns the resident memory of the server process in bytes.
fn resident_bytes(server: &Server) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid()))
        .expect("the server is running");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.expect("the server has resident memory") * 1024
}

#[test]
fn ten_thousand_idle_connections_take_at_most_16_kilobytes_each() {
    const CONNECTIONS: usize = 10_000;
    const MAX_BYTES: usize = 16 * 1024;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit on open files is read");
    assert!(
        hard > CONNECTIONS as u64 + 1_000,
        "only {hard} files may be open; raise the limit with  ulimit -Hn"
    );
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).expect("the limit on open files is raised");
    let server = Server::new();
    let path = welcome_path(&server);
    let length = server.get(&path).body.len();
    let page = request_for(&path);
    let mut open = Vec::new();
    let mut open_until = |count: usize| {
        while open.len() < count {
            let mut stream = connect(&server);
            stream
                .write_all(page.as_bytes())
                .expect("the request is sent");
            read_page(&mut stream, length);
            open.push(stream);
        }
        resident_bytes(&server)
    };
    // The first connections also pay for what a running server allocates once.
    let before = open_until(100);
    let each = open_until(CONNECTIONS).saturating_sub(before) / (CONNECTIONS - 100);
    eprintln!("{each} bytes for each idle connection");
    assert!(each <= MAX_BYTES, "{each} bytes for each idle connection");
    assert_eq!(server.get(&path).status, 200);
}
