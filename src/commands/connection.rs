//! A client's connection, from its first request to its last.
//!
//! Nearly all that a site is asked for is a page for everyone, by a request that fits one packet. Such are answered right
//! where they are read. That takes 0.70 of the processor time that nginx needs for the same page as a file (`benches/site`);
//! by hyper it took 0.87. The first request that is anything else, or might be, goes to hyper as it came, with its answer if
//! that was made here to see what it is; and with it whatever follows on this connection.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, Method, Request, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::{Either, ready as done};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::alarm::{Alarm, HEADERS_WITHIN};
use super::socket::Socket;
use crate::cache::{Answer, Answered, Message, Site};

/// Bytes of a request that are read at once. What browsers send has less than a kilobyte.
const AT_ONCE: usize = 4096;
/// Headers of a request that is looked at here.
const HEADERS: usize = 32;
/// A request that has one of these is more than a question, or the last one: whether a connection goes on, and where the
/// next request begins (RFC 9112, sections 6 and 9), is for hyper to say.
const MORE_THAN_A_QUESTION: [HeaderName; 5] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::EXPECT,
    header::UPGRADE,
];

/// Answers what a client asks, until either wants no more. The receiver's sender is dropped when the server is to stop:
/// what is asked by then is answered, and nothing else.
pub async fn serve(site: Site, stream: TcpStream, peer: SocketAddr, stop: watch::Receiver<()>) {
    let _ = stream.set_nodelay(true);
    let alarm = Alarm::new();
    let mut socket = Socket::new(stream, alarm.clone());
    // A client that hangs up in the middle is no news.
    match answer_with_pages(&site, &mut socket, &alarm, peer, &stop).await {
        // In a box of its own: it is some kilobytes, and most connections never come here.
        Ok(Left::More(first)) => {
            Box::pin(answer_all(site, socket, alarm, peer, stop, first)).await;
        }
        Ok(Left::Nothing) => drop(socket.shutdown().await),
        Err(_) => {}
    }
}

/// What came from a client.
enum Came {
    /// A request for what is there.
    Kept(Answer),
    /// A request for what may be kept, but is not there; and as it came.
    Missing(Box<Request<Body>>, Bytes),
    /// Something that is to be looked at more closely.
    More(Bytes),
    Nothing,
}

/// What is left to be answered on a connection.
enum Left {
    /// What was put back; the answer to it, if that is known already.
    More(Option<Box<Response>>),
    Nothing,
}

/// Answers with pages for everyone, for as long as that is what is asked for.
async fn answer_with_pages(
    site: &Site,
    socket: &mut Socket,
    alarm: &Alarm,
    peer: SocketAddr,
    stop: &watch::Receiver<()>,
) -> io::Result<Left> {
    let mut told = stop.clone();
    let mut stopped = pin!(told.changed());
    let mut too_long = pin!(alarm.wait());
    while stop.has_changed().is_ok() {
        let came = poll_fn(|context| {
            if let Poll::Ready(came) = poll_request(site, socket, context) {
                return Poll::Ready(came);
            }
            // Neither is asked again once it is ready: nothing comes after that.
            let is_over = stopped.as_mut().poll(context).is_ready()
                || too_long.as_mut().poll(context).is_ready();
            match is_over {
                true => Poll::Ready(Ok(Came::Nothing)),
                false => Poll::Pending,
            }
        });
        let answer = match came.await? {
            Came::Kept(answer) => answer,
            // In a box of its own: it is some kilobytes.
            Came::Missing(request, bytes) => {
                match Box::pin(make(site, socket, request, peer)).await {
                    Made::Page(answer) => answer,
                    Made::Other(response) => {
                        socket.put_back(bytes);
                        return Ok(Left::More(Some(response)));
                    }
                    Made::Nothing => return Ok(Left::Nothing),
                }
            }
            Came::More(bytes) => {
                socket.put_back(bytes);
                return Ok(Left::More(None));
            }
            Came::Nothing => return Ok(Left::Nothing),
        };
        send(socket, site.message(&answer)).await?;
        alarm.begin_anew();
    }
    Ok(Left::Nothing)
}

/// What came of a request for what was not there.
enum Made {
    /// A page for everyone.
    Page(Answer),
    /// Anything else.
    Other(Box<Response>),
    /// The client hung up.
    Nothing,
}

async fn make(
    site: &Site,
    socket: &Socket,
    mut request: Box<Request<Body>>,
    peer: SocketAddr,
) -> Made {
    request.extensions_mut().insert(ConnectInfo(peer));
    tokio::select! {
        biased;
        answered = site.answer(*request) => match answered {
            Answered::Page(answer) => Made::Page(answer),
            Answered::Other(response) => Made::Other(Box::new(response)),
        },
        () = socket.hung_up() => Made::Nothing,
    }
}

fn poll_request(
    site: &Site,
    socket: &mut Socket,
    context: &mut Context<'_>,
) -> Poll<io::Result<Came>> {
    // Not part of a future, of which there is one for each connection that waits.
    let mut space = [MaybeUninit::uninit(); AT_ONCE];
    let mut read = ReadBuf::uninit(&mut space);
    ready!(Pin::new(socket).poll_read(context, &mut read))?;
    Poll::Ready(Ok(look_at(site, read.filled())))
}

fn look_at(site: &Site, bytes: &[u8]) -> Came {
    if bytes.is_empty() {
        return Came::Nothing;
    }
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let question = Question::read(bytes, &mut headers);
    if let Some(asked) = &question
        && let Some(answer) =
            site.answer_at_once(&asked.method, asked.path, asked.query, asked.headers)
    {
        return Came::Kept(answer);
    }
    let bytes = Bytes::copy_from_slice(bytes);
    match question.and_then(|question| question.request(site)) {
        Some(request) => Came::Missing(Box::new(request), bytes),
        None => Came::More(bytes),
    }
}

/// A whole request and nothing behind it, that only asks for what is at an address.
struct Question<'a> {
    method: Method,
    target: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    headers: &'a [httparse::Header<'a>],
}

impl<'a> Question<'a> {
    fn read(request: &'a [u8], headers: &'a mut [httparse::Header<'a>]) -> Option<Self> {
        let mut parsed = httparse::Request::new(headers);
        let end = parsed.parse(request).ok()?;
        let is_whole = matches!(end, httparse::Status::Complete(end) if end == request.len());
        if !is_whole || parsed.version != Some(1) {
            return None;
        }
        let method = match parsed.method? {
            "GET" => Method::GET,
            "HEAD" => Method::HEAD,
            _ => return None,
        };
        let is_more_than_a_question = parsed.headers.iter().any(|header| {
            let is_named = |name: &HeaderName| header.name.eq_ignore_ascii_case(name.as_str());
            MORE_THAN_A_QUESTION.iter().any(is_named)
                && !(is_named(&header::CONNECTION)
                    && header.value.eq_ignore_ascii_case(b"keep-alive"))
        });
        if is_more_than_a_question {
            return None;
        }
        let target = parsed.path?;
        // A whole address has its path further on; what none has, hyper says, or cuts off (RFC 9112, section 3.2, and RFC
        // 3986, section 3.4).
        if !target.starts_with('/') || target.contains(['"', '<', '>', '#']) {
            return None;
        }
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Some(Self {
            method,
            target,
            path,
            query,
            headers: parsed.headers,
        })
    }

    /// The request itself, if it is for what may be kept.
    fn request(self, site: &Site) -> Option<Request<Body>> {
        if !site.may_keep(self.path, self.query) {
            return None;
        }
        let mut request = Request::builder().method(self.method).uri(self.target);
        for header in self.headers {
            request = request.header(header.name, header.value);
        }
        // What cannot be said so is not for here.
        request.body(Body::empty()).ok()
    }
}

async fn send(socket: &mut Socket, message: Message<'_>) -> io::Result<()> {
    let (first, rest) = match message {
        Message::Leaf(leaf) => return socket.send_leaf(&leaf).await,
        Message::Parts(first, rest) => (first, rest),
    };
    let mut slices = [&first, rest].map(IoSlice::new);
    let mut left = &mut slices[..];
    while !left.is_empty() {
        match socket.write_vectored(left).await? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            sent => IoSlice::advance_slices(&mut left, sent),
        }
    }
    Ok(())
}

/// Answers everything, kept or not; the first request with `first`, if that was made already.
async fn answer_all(
    site: Site,
    socket: Socket,
    alarm: Alarm,
    peer: SocketAddr,
    mut stop: watch::Receiver<()>,
    first: Option<Box<Response>>,
) {
    let first = Cell::new(first);
    let service = service_fn(move |mut request: Request<Incoming>| {
        if let Some(answer) = first.take() {
            return Either::Left(done(Ok(*answer)));
        }
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        match site.answer_at_once(method, uri.path(), uri.query(), headers) {
            Some(answer) => Either::Left(done(Ok::<_, Infallible>(answer.into_response()))),
            None => {
                request.extensions_mut().insert(ConnectInfo(peer));
                let site = site.clone();
                // In a box of its own: hyper moves what it is given, and this is some kilobytes.
                Either::Right(Box::pin(async move {
                    Ok(site.answer(request.map(Body::new)).await.into_response())
                }))
            }
        }
    });
    let connection = http1::Builder::new()
        .timer(alarm)
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(TokioIo::new(socket), service);
    let mut connection = pin!(connection);
    tokio::select! {
        biased;
        _ = connection.as_mut() => {}
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
