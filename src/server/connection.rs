//! One client connection, served by hyper.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version, header};
use futures_util::future::{Either, ready};
use hyper::body::Incoming;
use hyper::rt::{Sleep, Timer};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;

use super::connection_table::ConnectionEntry;
use super::timed_stream::TimedStream;
use crate::cache::PageCacheService;

/// Longest time from the start of a connection to the end of its first request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time from a response to the end of the next request's headers. nginx keeps connections for 75 seconds, Apache
/// for five.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(60);
/// Size of hyper's buffers, which is also the largest size of a request's headers. Browsers send less than a kilobyte. With
/// what else a connection takes, a thousand unfinished requests stay below 40 MB.
const MAX_BUFFER_BYTES: usize = 24 * 1024;

/// Serves requests until the client or a timeout ends the connection. After a shutdown the connection ends with the
/// request in progress.
pub async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    entry: ConnectionEntry,
    pages: PageCacheService,
    shutdown: Watcher,
) {
    // Nagle's algorithm would hold back the end of a page until the client acknowledges its beginning.
    let _ = stream.set_nodelay(true);
    let activity = entry.activity.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        if !has_valid_host(request.version(), request.headers()) {
            return Either::Left(ready(Ok(refuse_request())));
        }
        if let Some(response) = pages.try_cached(&request) {
            return Either::Left(ready(Ok::<_, Infallible>(response)));
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        let pages = pages.clone();
        let open_request = activity.begin_request();
        // Boxed: hyper reserves room for this future in every connection, idle ones included, and it is some kilobytes.
        Either::Right(Box::pin(async move {
            let response = pages.respond(request.map(Body::new)).await;
            drop(open_request);
            Ok(response)
        }))
    });
    let connection = http1::Builder::new()
        .timer(RequestTimer::default())
        .header_read_timeout(KEEP_ALIVE_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(
            TokioIo::new(TimedStream::new(stream, entry.activity.clone())),
            service,
        );
    tokio::select! {
        // Errors are clients that hang up, time out or send no HTTP; hyper has answered where it could.
        _ = shutdown.watch(connection) => {}
        () = entry.activity.wait_for_close() => {}
    }
}

/// Returns whether a request names its host as HTTP/1.1 demands: exactly once, and validly (RFC 9112, section 3.2).
fn has_valid_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let is_valid = |host: &HeaderValue| {
        let host = host.as_bytes();
        // Empty if the URL has no host.
        host.is_empty() || (!host.contains(&b'@') && Authority::try_from(host).is_ok())
    };
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_valid(host),
        (None, _) => version < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

fn refuse_request() -> Response<Body> {
    let mut response = Response::new(Body::from("The Host header is missing or not valid.\n"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Timer that gives the first request of a connection less time than the later ones.
///
/// hyper has one timeout for both. It starts a sleep whenever it begins to wait for the headers of a request.
#[derive(Default)]
struct RequestTimer {
    has_started: AtomicBool,
}

impl Timer for RequestTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        TokioTimer::new().sleep(duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        // Relaxed: nothing else depends on the order.
        if self.has_started.swap(true, Ordering::Relaxed) {
            TokioTimer::new().sleep_until(deadline)
        } else {
            TokioTimer::new().sleep(HEADER_TIMEOUT)
        }
    }
}
