//! A connection that stays open, and what is asked over it.

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take: longer than the site lets anything take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to a site.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    /// Its first line and its headers, to the empty line.
    pub head: String,
    pub body: Vec<u8>,
    /// Bytes of the body as they came, with what marks its parts.
    pub body_sent: usize,
}

impl Connection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let stream = BufReader::new(stream);
        Ok(Self { stream })
    }

    /// Asks for a page.
    pub fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> io::Result<Answer> {
        self.ask("GET", path, headers, "")
    }

    /// Sends a form, as a browser does from a page of the site itself.
    pub fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> io::Result<Answer> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let length = form.len().to_string();
        let of_a_form = [
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", &length),
        ];
        self.ask("POST", path, &[headers, &of_a_form].concat(), &form)
    }

    fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Answer> {
        let host = self.stream.get_ref().peer_addr()?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        request += body;
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut answer = Answer {
            status: status.ok_or_else(|| Error::other(head.clone()))?,
            head,
            body: Vec::new(),
            body_sent: 0,
        };
        if answer.header("transfer-encoding") == Some("chunked") {
            self.read_chunks(&mut answer)?;
        } else if answer.status != 304 {
            let length = answer.header("content-length");
            let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            self.read_into(&mut answer.body, length)?;
            answer.body_sent = length;
        }
        Ok(answer)
    }

    fn read_chunks(&mut self, answer: &mut Answer) -> io::Result<()> {
        loop {
            let mut line = String::new();
            answer.body_sent += self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(Error::other)?;
            self.read_into(&mut answer.body, length)?;
            answer.body_sent += length + self.stream.read_line(&mut line)?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn read_into(&mut self, body: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let start = body.len();
        body.resize(start + length, 0);
        self.stream.read_exact(&mut body[start..])
    }

    /// Whether the other side has not hung up. Nothing may be under way.
    pub fn is_open(&self) -> bool {
        let stream = self.stream.get_ref();
        let peeked = stream
            .set_nonblocking(true)
            .and_then(|()| stream.peek(&mut [0]));
        let _ = stream.set_nonblocking(false);
        peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head.lines().filter_map(|line| line.split_once(": "))
    }

    /// Whether the page shows a comment.
    pub fn shows(&self, comment: i64) -> bool {
        let place = format!("id=\"comment-{comment}\"");
        String::from_utf8_lossy(&self.body).contains(&place)
    }
}
