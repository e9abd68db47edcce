//! SMTP server for tests. It stores the emails that it receives, and can be made to reject commands or to stop
//! responding.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use broadsheet::config::Settings;
use mailparse::{MailHeaderMap, ParsedMail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// SMTP server of a test. It stops listening when the value is dropped.
pub struct SmtpSink {
    pub address: SocketAddr,
    state: Arc<Mutex<SmtpState>>,
    hang_sender: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct SmtpState {
    received: Vec<ReceivedEmail>,
    // Replies to give instead of the successful one, the next first.
    greetings: VecDeque<&'static str>,
    sign_ins: VecDeque<&'static str>,
    recipients: VecDeque<&'static str>,
    contents: VecDeque<&'static str>,
    connections: usize,
    /// SMTP commands received from clients.
    commands: Vec<String>,
}

/// Email that the SMTP server accepted.
#[derive(Clone)]
pub struct ReceivedEmail {
    pub from: String,
    pub to: Vec<String>,
    pub raw: Vec<u8>,
}

impl SmtpSink {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a local address");
        let state = Arc::new(Mutex::new(SmtpState::default()));
        let (hang_sender, is_hanging) = watch::channel(false);
        let shared = state.clone();
        let accepting = tokio::spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().expect("the lock is not poisoned").connections += 1;
                let session = SmtpSession {
                    state: shared.clone(),
                    is_hanging: is_hanging.clone(),
                };
                // Clients may hang up at any time, so an error of a session is ignored.
                sessions.spawn(async move { drop(session.serve(stream).await) });
            }
        });
        Self {
            address,
            state,
            hang_sender,
            accepting,
        }
    }

    /// Changes the settings of a site so that it sends its email through this server.
    pub fn apply_to(&self, settings: &mut Settings) {
        settings.smtp_url = Some(format!("smtp://{}", self.address));
        settings.mail_from = Some("The Test Courier <courier@example.org>".to_owned());
    }

    /// Answers the next connections with these lines instead of a greeting, one line each.
    pub fn queue_greetings(&self, replies: &[&'static str]) {
        self.lock_state().greetings.extend(replies);
    }

    /// Answers the next AUTH commands with these lines, one line each.
    pub fn queue_auth_replies(&self, replies: &[&'static str]) {
        self.lock_state().sign_ins.extend(replies);
    }

    /// Answers the next RCPT commands with these lines, one line each.
    pub fn queue_recipient_replies(&self, replies: &[&'static str]) {
        self.lock_state().recipients.extend(replies);
    }

    /// Answers the next emails with these lines, one line each, after receiving their contents.
    pub fn queue_data_replies(&self, replies: &[&'static str]) {
        self.lock_state().contents.extend(replies);
    }

    /// Holds back all further replies if `is_hanging` is true, and sends them if it is false.
    pub fn hang(&self, is_hanging: bool) {
        self.hang_sender.send_replace(is_hanging);
    }

    /// Stops listening and closes all connections.
    pub async fn stop(&mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
    }

    pub fn received(&self) -> Vec<ReceivedEmail> {
        self.lock_state().received.clone()
    }

    pub fn count_connections(&self) -> usize {
        self.lock_state().connections
    }

    /// Returns the number of received SMTP commands that begin with `command`.
    pub fn count_commands(&self, command: &str) -> usize {
        let state = self.lock_state();
        let received_commands = state.commands.iter();
        received_commands
            .filter(|line| line.starts_with(command))
            .count()
    }

    fn lock_state(&self) -> std::sync::MutexGuard<'_, SmtpState> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

struct SmtpSession {
    state: Arc<Mutex<SmtpState>>,
    is_hanging: watch::Receiver<bool>,
}

impl SmtpSession {
    async fn serve(mut self, stream: TcpStream) -> io::Result<()> {
        // The buffer keeps pipelined commands until they are read.
        let mut stream = BufReader::new(stream);
        let greeting = self.next_reply(|state| &mut state.greetings, "220 sink.example.org ESMTP");
        self.send_reply(&mut stream, greeting).await?;
        let mut from = None;
        let mut to: Vec<String> = Vec::new();
        loop {
            let Some(line) = read_line(&mut stream).await? else {
                return Ok(());
            };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.lock_state().commands.push(line.clone());
            let command = line.to_uppercase();
            let reply = if command.starts_with("EHLO") {
                "250-sink.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES"
            } else if command.starts_with("HELO") || command.starts_with("NOOP") {
                "250 2.0.0 ok"
            } else if command.starts_with("AUTH PLAIN") {
                self.next_reply(|state| &mut state.sign_ins, "235 2.7.0 welcome")
            } else if command.starts_with("MAIL FROM:") && from.is_none() {
                from = Some(parse_path(&line));
                "250 2.1.0 ok"
            } else if command.starts_with("RCPT TO:") && from.is_some() {
                let reply = self.next_reply(|state| &mut state.recipients, "250 2.1.5 ok");
                if reply.starts_with('2') {
                    to.push(parse_path(&line));
                }
                reply
            } else if command == "DATA" && !to.is_empty() {
                self.send_reply(&mut stream, "354 go on").await?;
                let Some(raw) = read_contents(&mut stream).await? else {
                    return Ok(());
                };
                let reply = self.next_reply(|state| &mut state.contents, "250 2.0.0 stored");
                let received = ReceivedEmail {
                    from: from.take().unwrap_or_default(),
                    to: std::mem::take(&mut to),
                    raw,
                };
                if reply.starts_with('2') {
                    self.lock_state().received.push(received);
                }
                reply
            } else if command == "RSET" {
                from = None;
                to.clear();
                "250 2.0.0 ok"
            } else if command == "QUIT" {
                return self.send_reply(&mut stream, "221 2.0.0 bye").await;
            } else {
                "503 5.5.1 not now"
            };
            self.send_reply(&mut stream, reply).await?;
        }
    }

    fn next_reply(
        &self,
        select: impl FnOnce(&mut SmtpState) -> &mut VecDeque<&'static str>,
        default: &'static str,
    ) -> &'static str {
        select(&mut self.lock_state())
            .pop_front()
            .unwrap_or(default)
    }

    async fn send_reply(
        &mut self,
        stream: &mut BufReader<TcpStream>,
        text: &str,
    ) -> io::Result<()> {
        let _ = self.is_hanging.wait_for(|is_hanging| !is_hanging).await;
        stream.write_all(format!("{text}\r\n").as_bytes()).await
    }

    fn lock_state(&self) -> std::sync::MutexGuard<'_, SmtpState> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = stream.read_until(b'\n', &mut line).await?;
    Ok((read > 0).then_some(line))
}

/// Reads the contents of an email up to the line with only a dot. Removes the dots that were added at the beginning of
/// lines (RFC 5321 §4.5.2).
async fn read_contents(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut raw = Vec::new();
    loop {
        let Some(line) = read_line(stream).await? else {
            return Ok(None);
        };
        if line == b".\r\n" {
            return Ok(Some(raw));
        }
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn parse_path(line: &str) -> String {
    let (_, rest) = line
        .split_once('<')
        .expect("the path begins with a bracket");
    let (path, _) = rest.split_once('>').expect("the path ends with a bracket");
    path.to_owned()
}

impl ReceivedEmail {
    /// Returns the value of a header, unfolded and decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        self.parse().headers.get_first_value(name)
    }

    /// Returns the number of headers with this name.
    pub fn count_headers(&self, name: &str) -> usize {
        self.parse().headers.get_all_headers(name).len()
    }

    pub fn text(&self) -> String {
        self.decode_part("text/plain")
    }

    pub fn html(&self) -> String {
        self.decode_part("text/html")
    }

    /// Returns the URLs in the plain text of the email.
    pub fn links(&self) -> Vec<String> {
        let text = self.text();
        let words = text.split_whitespace();
        words
            .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(str::to_owned)
            .collect()
    }

    fn decode_part(&self, kind: &str) -> String {
        let parsed = self.parse();
        let part = parsed
            .parts()
            .find(|part| part.ctype.mimetype == kind)
            .unwrap_or_else(|| panic!("the email has no part of type {kind}"));
        let body = part.get_body().expect("the part's body can be decoded");
        body.replace("\r\n", "\n")
    }

    fn parse(&self) -> ParsedMail<'_> {
        mailparse::parse_mail(&self.raw).expect("the email is well formed")
    }
}
