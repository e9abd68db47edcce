//! A mail server for tests: it really speaks SMTP on a port of this machine, keeps what it is given, and refuses or hangs
//! when told to.

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

/// The server. Dropping it closes its port.
pub struct Sink {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    hangs: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// Answers to give instead of the good one, the next first.
    greetings: VecDeque<&'static str>,
    sign_ins: VecDeque<&'static str>,
    recipients: VecDeque<&'static str>,
    contents: VecDeque<&'static str>,
    connections: usize,
    /// What clients said, one command each.
    commands: Vec<String>,
}

/// A letter that arrived.
#[derive(Clone)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub raw: Vec<u8>,
}

impl Sink {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(Mutex::new(State::default()));
        let (hangs, is_hanging) = watch::channel(false);
        let shared = state.clone();
        let accepting = tokio::spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().expect("the sink").connections += 1;
                let session = Session {
                    state: shared.clone(),
                    is_hanging: is_hanging.clone(),
                };
                // A client that hangs up is no news.
                sessions.spawn(async move { drop(session.serve(stream).await) });
            }
        });
        Self {
            address,
            state,
            hangs,
            accepting,
        }
    }

    /// What a site that sends by this server is told.
    pub fn set_in(&self, settings: &mut Settings) {
        settings.smtp_url = Some(format!("smtp://{}", self.address));
        settings.mail_from = Some("The Test Courier <courier@example.org>".to_owned());
    }

    /// Greets the next connections like this.
    pub fn greet(&self, answers: &[&'static str]) {
        self.state().greetings.extend(answers);
    }

    /// Answers the next AUTH like this.
    pub fn refuse_sign_in(&self, answers: &[&'static str]) {
        self.state().sign_ins.extend(answers);
    }

    /// Answers the next RCPT like this.
    pub fn refuse_recipients(&self, answers: &[&'static str]) {
        self.state().recipients.extend(answers);
    }

    /// Answers the next letter, once it has been heard, like this.
    pub fn refuse_contents(&self, answers: &[&'static str]) {
        self.state().contents.extend(answers);
    }

    /// Answers nothing from now on, or everything that waits.
    pub fn hang(&self, hangs: bool) {
        self.hangs.send_replace(hangs);
    }

    /// Listens no more, and hangs up.
    pub async fn stop(&mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
    }

    pub fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    pub fn connections(&self) -> usize {
        self.state().connections
    }

    /// How often a command was heard.
    pub fn heard(&self, command: &str) -> usize {
        let state = self.state();
        let heard = state.commands.iter();
        heard.filter(|line| line.starts_with(command)).count()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("the sink")
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

struct Session {
    state: Arc<Mutex<State>>,
    is_hanging: watch::Receiver<bool>,
}

impl Session {
    async fn serve(mut self, stream: TcpStream) -> io::Result<()> {
        // What was sent ahead stays in the buffer, so a client may send several commands at once.
        let mut stream = BufReader::new(stream);
        let greeting = self.next(|state| &mut state.greetings, "220 sink.example.org ESMTP");
        self.answer(&mut stream, greeting).await?;
        let mut from = None;
        let mut to: Vec<String> = Vec::new();
        loop {
            let Some(line) = read_line(&mut stream).await? else {
                return Ok(());
            };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.state().commands.push(line.clone());
            let command = line.to_uppercase();
            let answer = if command.starts_with("EHLO") {
                "250-sink.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES"
            } else if command.starts_with("HELO") || command.starts_with("NOOP") {
                "250 2.0.0 ok"
            } else if command.starts_with("AUTH PLAIN") {
                self.next(|state| &mut state.sign_ins, "235 2.7.0 welcome")
            } else if command.starts_with("MAIL FROM:") && from.is_none() {
                from = Some(path_in(&line));
                "250 2.1.0 ok"
            } else if command.starts_with("RCPT TO:") && from.is_some() {
                let answer = self.next(|state| &mut state.recipients, "250 2.1.5 ok");
                if answer.starts_with('2') {
                    to.push(path_in(&line));
                }
                answer
            } else if command == "DATA" && !to.is_empty() {
                self.answer(&mut stream, "354 go on").await?;
                let Some(raw) = read_contents(&mut stream).await? else {
                    return Ok(());
                };
                let answer = self.next(|state| &mut state.contents, "250 2.0.0 kept");
                let received = Received {
                    from: from.take().unwrap_or_default(),
                    to: std::mem::take(&mut to),
                    raw,
                };
                if answer.starts_with('2') {
                    self.state().received.push(received);
                }
                answer
            } else if command == "RSET" {
                from = None;
                to.clear();
                "250 2.0.0 ok"
            } else if command == "QUIT" {
                return self.answer(&mut stream, "221 2.0.0 bye").await;
            } else {
                "503 5.5.1 not now"
            };
            self.answer(&mut stream, answer).await?;
        }
    }

    fn next(
        &self,
        which: impl FnOnce(&mut State) -> &mut VecDeque<&'static str>,
        good: &'static str,
    ) -> &'static str {
        which(&mut self.state()).pop_front().unwrap_or(good)
    }

    async fn answer(&mut self, stream: &mut BufReader<TcpStream>, text: &str) -> io::Result<()> {
        let _ = self.is_hanging.wait_for(|hangs| !hangs).await;
        stream.write_all(format!("{text}\r\n").as_bytes()).await
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("the sink")
    }
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = stream.read_until(b'\n', &mut line).await?;
    Ok((read > 0).then_some(line))
}

/// A letter up to the lone dot, each dot that begins a line taken away again (RFC 5321 §4.5.2).
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

fn path_in(line: &str) -> String {
    let (_, rest) = line.split_once('<').expect("a path in brackets");
    let (path, _) = rest.split_once('>').expect("a path in brackets");
    path.to_owned()
}

impl Received {
    /// A header, unfolded and decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        self.parsed().headers.get_first_value(name)
    }

    /// How many headers of this name there are.
    pub fn headers(&self, name: &str) -> usize {
        self.parsed().headers.get_all_headers(name).len()
    }

    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    pub fn html(&self) -> String {
        self.part("text/html")
    }

    /// The addresses in the text.
    pub fn links(&self) -> Vec<String> {
        let text = self.text();
        let words = text.split_whitespace();
        words
            .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(str::to_owned)
            .collect()
    }

    fn part(&self, kind: &str) -> String {
        let parsed = self.parsed();
        let part = parsed
            .parts()
            .find(|part| part.ctype.mimetype == kind)
            .unwrap_or_else(|| panic!("the letter has no part in {kind}"));
        let body = part.get_body().expect("the part decodes");
        body.replace("\r\n", "\n")
    }

    fn parsed(&self) -> ParsedMail<'_> {
        mailparse::parse_mail(&self.raw).expect("the letter is well formed")
    }
}
