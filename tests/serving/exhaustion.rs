//! Attempts to use up the memory or the connections of a server from one machine.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::reply_path;
use crate::support::cluster::folder;
use crate::support::server::{Server, wait_until};

/// Returns the resident memory of a server in kB.
fn resident_kilobytes(server: &Server) -> i64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid()));
    let status = status.expect("the server is running");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("the resident memory in kB")
}

/// Sends the same bytes on each of `count` new connections, and returns the connections.
fn hold(server: &Server, count: usize, request: impl Fn(usize) -> Vec<u8>) -> Vec<TcpStream> {
    let send = |number| {
        let mut stream = TcpStream::connect(server.address).expect("a connection");
        // The server may refuse the request before all of it is sent.
        let _ = stream.write_all(&request(number));
        stream
    };
    (0..count).map(send).collect()
}

/// Opens connections with `request` and returns the memory in kB that they take once the server has read them.
fn measure_held(server: &Server, count: usize, request: impl Fn(usize) -> Vec<u8>) -> i64 {
    server.get("/");
    let before = resident_kilobytes(server);
    let held = hold(server, count, request);
    // Another connection is answered after everything that was sent before it was read.
    for _ in 0..20 {
        server.get("/healthz");
    }
    let after = resident_kilobytes(server);
    drop(held);
    after - before
}

fn raise_fd_limit() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit on open files is read");
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("the limit on open files is raised");
}

#[test]
fn unfinished_requests_take_little_memory() {
    raise_fd_limit();
    let server = Server::new();
    let head = |_| {
        let start = "GET / HTTP/1.1\r\nhost: site.example\r\nx: ".to_owned();
        (start + &"a".repeat(24_000)).into_bytes()
    };
    let heads = measure_held(&server, 1_000, head);
    assert!(heads <= 40_000, "1,000 unfinished heads take {heads} kB");
    let post = |path: &str, number: usize, declared: usize, sent: usize| {
        // From another network each, as a botnet would.
        let from = Ipv4Addr::from_bits(0xC633_6400 + u32::try_from(number).expect("small"));
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: site.example\r\nx-forwarded-for: {from}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {declared}\r\n\r\nbody="
        );
        (head + &"a".repeat(sent)).into_bytes()
    };
    let reply = reply_path(&server);
    for (path, declared, sent, most) in [
        ("/admin/sign-in", 8_300_001, 8_300_000, 20_000),
        ("/admin/sign-in", 4_000, 3_900, 20_000),
        ("/admin/articles/new", 8_300_001, 8_300_000, 20_000),
        ("/admin/articles/new", 65_000, 64_000, 20_000),
        (&reply, 255_000, 254_000, 30_000),
    ] {
        let bodies = measure_held(&server, 60, |number| post(path, number, declared, sent));
        assert!(
            bodies <= most,
            "60 bodies of {sent} bytes for {path} take {bodies} kB"
        );
    }
}

#[test]
fn a_form_that_is_larger_than_its_page_allows_is_refused_before_it_is_read() {
    let server = Server::new();
    for (path, length) in [
        ("/admin/sign-in", 4_097),
        ("/admin/setup", 8_193),
        ("/admin/articles/new", 64 * 1024 + 1),
        (&reply_path(&server), 256 * 1024 + 1),
    ] {
        let mut stream = TcpStream::connect(server.address).expect("a connection");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: site.example\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
        );
        // For what is small enough to be read at once, the body is sent.
        let body = if length < 16_384 { length } else { 0 };
        stream.write_all(head.as_bytes()).expect("the head is sent");
        stream
            .write_all("a".repeat(body).as_bytes())
            .expect("the body is sent");
        let mut response = String::new();
        stream
            .read_to_string(&mut response)
            .expect("a response without the body");
        assert!(response.starts_with("HTTP/1.1 413"), "{path}: {response}");
    }
}

/// Connection from an address of the loopback network, which has sent one request.
struct ReaderConnection {
    stream: tokio::net::TcpStream,
    is_answered: bool,
}

impl ReaderConnection {
    async fn open(server: &Server, from: [u8; 4]) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind(SocketAddr::from((from, 0)))
            .expect("an address of the loopback network");
        let stream = socket.connect(server.address).await.expect("a connection");
        let mut connection = Self {
            stream,
            is_answered: false,
        };
        connection.is_answered = connection.ask().await;
        connection
    }

    /// Sends a request and returns whether it was answered.
    async fn ask(&mut self) -> bool {
        let request = "GET /healthz HTTP/1.1\r\nhost: site.example\r\n\r\n";
        let mut response = [0; 1024];
        let is_sent = self.stream.write_all(request.as_bytes()).await.is_ok();
        is_sent && matches!(self.stream.read(&mut response).await, Ok(1..))
    }

    /// Returns whether the server has not closed the connection.
    async fn is_open(&mut self) -> bool {
        let read = self.stream.read_u8();
        timeout(Duration::from_millis(1), read).await.is_err()
    }
}

async fn count_open(connections: &mut [ReaderConnection]) -> usize {
    let mut open = 0;
    for connection in connections {
        open += usize::from(connection.is_open().await);
    }
    open
}

#[test]
fn connections_of_one_network_or_of_many_keep_nobody_else_out() {
    raise_fd_limit();
    // 488 connections beside the 512 files for other purposes, and so 48 for each network.
    let settings = [("BROADSHEET_TRUSTED_PROXIES", "")];
    let server = Server::start_with_file_limit(&folder("data"), 1_000, &settings);
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let mut flood = Vec::new();
        for _ in 0..200 {
            flood.push(ReaderConnection::open(&server, [127, 0, 0, 2]).await);
        }
        let answered = flood.iter().filter(|one| one.is_answered).count();
        assert!((48..100).contains(&answered), "{answered} were answered");
        assert!(count_open(&mut flood).await <= 48);
        let other = ReaderConnection::open(&server, [127, 0, 0, 3]).await;
        assert!(other.is_answered, "another network is not concerned");
        // Those that are idle for a second make room for new ones of their network.
        let mut late = Vec::new();
        while late.is_empty() {
            let connection = ReaderConnection::open(&server, [127, 0, 0, 2]).await;
            late.extend(Some(connection).filter(|one| one.is_answered));
        }
        assert!(late[0].is_open().await);
        for network in 10..30 {
            for _ in 0..40 {
                flood.push(ReaderConnection::open(&server, [127, 0, 0, network]).await);
            }
            let reader = ReaderConnection::open(&server, [127, 0, 1, network]).await;
            assert!(reader.is_answered, "a reader gets an answer at once");
        }
        let open = count_open(&mut flood).await;
        assert!((300..488).contains(&open), "{open} are open");
    });
    wait_until("readers are answered", || server.get("/").status == 200);
}
