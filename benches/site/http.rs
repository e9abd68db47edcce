//! Minimal HTTP client on a connection that stays open.

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than the site lets any response take.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

/// Connection to a server.
pub struct HttpConnection {
    stream: BufReader<TcpStream>,
}

/// Response, read to its end.
pub struct HttpResponse {
    pub status: u16,
    /// Status line and headers, up to the empty line.
    pub head: String,
    pub body: Vec<u8>,
    /// Bytes of the body on the wire, chunk headers included.
    pub body_wire_bytes: usize,
}

impl HttpConnection {
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(RESPONSE_TIMEOUT))?;
        let stream = BufReader::new(stream);
        Ok(Self { stream })
    }

    pub fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> io::Result<HttpResponse> {
        self.send("GET", path, headers, "")
    }

    /// Sends a form, as a browser does from a page of the site.
    pub fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> io::Result<HttpResponse> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let length = form.len().to_string();
        let form_headers = [
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", &length),
        ];
        self.send("POST", path, &[headers, &form_headers].concat(), &form)
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<HttpResponse> {
        let host = self.stream.get_ref().peer_addr()?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        request += body;
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.read_response()
    }

    fn read_response(&mut self) -> io::Result<HttpResponse> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut response = HttpResponse {
            status: status.ok_or_else(|| Error::other(head.clone()))?,
            head,
            body: Vec::new(),
            body_wire_bytes: 0,
        };
        if response.header("transfer-encoding") == Some("chunked") {
            self.read_chunks(&mut response)?;
        } else if response.status != 304 {
            let length = response.header("content-length");
            let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            self.read_into(&mut response.body, length)?;
            response.body_wire_bytes = length;
        }
        Ok(response)
    }

    fn read_chunks(&mut self, response: &mut HttpResponse) -> io::Result<()> {
        loop {
            let mut line = String::new();
            response.body_wire_bytes += self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(Error::other)?;
            self.read_into(&mut response.body, length)?;
            response.body_wire_bytes += length + self.stream.read_line(&mut line)?;
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

    /// Returns whether the server has kept the connection open. No response may be on the way.
    pub fn is_open(&self) -> bool {
        let stream = self.stream.get_ref();
        let peeked = stream
            .set_nonblocking(true)
            .and_then(|()| stream.peek(&mut [0]));
        let _ = stream.set_nonblocking(false);
        peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

impl HttpResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head.lines().filter_map(|line| line.split_once(": "))
    }

    /// Returns whether the page shows a comment.
    pub fn shows(&self, comment: i64) -> bool {
        let id = format!("id=\"comment-{comment}\"");
        String::from_utf8_lossy(&self.body).contains(&id)
    }
}
