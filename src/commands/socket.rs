//! A client's connection, with patience where the system has none or too much.
//!
//! An answer that nobody takes is given up: it would be held in memory for as long as the client likes. And closing gives
//! the last answer time to arrive: whoever is answered before all of a request was read, "too large" first of all, is
//! still sending, and closing on them at once makes the system reset the connection, which a browser shows instead of our
//! page (RFC 9112, section 9.6).

use std::future::{pending, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use nix::sys::sendfile::sendfile;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::alarm::Alarm;
use crate::cache::Leaf;

/// How long a client may leave an answer in our hands without making room for more of it in the system's buffers.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
/// How long what still comes in is read and dropped at the end: long enough for an answer to cross the world and be
/// noticed.
const LINGER: Duration = Duration::from_secs(5);

/// The connection.
pub struct Socket {
    stream: TcpStream,
    alarm: Alarm,
    /// What was read and put back.
    ahead: Bytes,
    stalled: Option<Pin<Box<Sleep>>>,
    closing: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub fn new(stream: TcpStream, alarm: Alarm) -> Self {
        Self {
            stream,
            alarm,
            ahead: Bytes::new(),
            stalled: None,
            closing: None,
        }
    }

    /// Puts back what was read: whoever reads next gets it.
    pub fn put_back(&mut self, bytes: Bytes) {
        self.ahead = bytes;
    }

    /// Until the client has hung up. Whoever goes on asking has not, as far as is known before that is read.
    pub async fn hung_up(&self) {
        match self.stream.ready(Interest::READABLE).await {
            Ok(ready) if !ready.is_read_closed() => pending().await,
            _ => {}
        }
    }

    /// Sends what is laid out.
    pub async fn send_leaf(&mut self, Leaf { sheet, from }: &Leaf) -> io::Result<()> {
        let (mut from, end) = (*from, from + sheet.length);
        while from < end {
            let send_file = |stream: &TcpStream| {
                let mut offset = i64::try_from(from).map_err(io::Error::other)?;
                Ok(sendfile(
                    stream,
                    &sheet.file,
                    Some(&mut offset),
                    end - from,
                )?)
            };
            match self.when_writable(send_file).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                sent => from += sent,
            }
        }
        Ok(())
    }

    /// Does something once there is room for it in the system's buffers, if that is in time.
    async fn when_writable(
        &mut self,
        mut write: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let write = &mut write;
        poll_fn(|context| {
            let written = loop {
                match self.stream.poll_write_ready(context)? {
                    Poll::Pending => break Poll::Pending,
                    Poll::Ready(()) => {}
                }
                let written = self
                    .stream
                    .try_io(Interest::WRITABLE, || write(&self.stream));
                match written {
                    Err(error) if is_to_be_tried_again(&error) => {}
                    written => break Poll::Ready(written),
                }
            };
            self.in_time(written, context)
        })
        .await
    }

    /// Gives a write its time: from the first moment that nothing was taken until something is.
    fn in_time(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(TAKEN_WITHIN)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

fn is_to_be_tried_again(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, WouldBlock};
    matches!(error.kind(), Interrupted | WouldBlock)
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = if self.ahead.is_empty() {
            Pin::new(&mut self.stream).poll_read(context, buffer)
        } else {
            let fits = self.ahead.len().min(buffer.remaining());
            buffer.put_slice(&self.ahead.split_to(fits));
            Poll::Ready(Ok(()))
        };
        if read.is_ready() {
            self.alarm.hear();
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        }
        let socket = &mut *self;
        let closing = socket
            .closing
            .get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut scratch = [0; 8 * 1024];
        loop {
            if closing.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut scratch);
            let read = ready!(Pin::new(&mut socket.stream).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
