//! Email messages, composed of a few kinds of blocks. Each block is rendered as text and as HTML.

use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Ts;
use crate::text::wrap::wrap_line;
use crate::text::{Language, SafeHtml, excerpt};

/// Width of a line of text. RFC 5322 §2.1.1 allows 78 characters, and the rest is for the marks of a mail program that
/// quotes the text. Lines are not marked as flowed (RFC 3676): few programs join them again, and code must stay as it is.
const LINE_COLUMNS: usize = 72;
/// Stands before each line of a comment.
const QUOTE_MARK: &str = "> ";

/// A message without its recipient. It may only be stored encrypted, because the links in it work without signing in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailMessage {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Absolute URL to which a mail program posts in order to unsubscribe (RFC 8058).
    pub unsubscribe: Option<String>,
    /// Name of the conversation, such as `article-17`. Mail programs group messages with the same name.
    pub thread: Option<String>,
}

/// Block of a message, such as a paragraph or a button.
pub enum EmailBlock {
    Paragraph(String),
    /// A comment or the beginning of one.
    Quote {
        who: String,
        /// Date of the comment or title of the article, formatted for people.
        context: String,
        /// Text of the comment. Its URLs are absolute.
        body: SafeHtml,
        link: Option<EmailLink>,
    },
    /// A link shown as a button.
    Action(EmailLink),
    /// A paragraph in small print.
    Footnote(String),
}

/// An absolute URL with its label.
pub struct EmailLink {
    pub label: String,
    pub url: String,
}

/// Header values that are added when a message is sent.
pub struct EnvelopeInfo<'a> {
    pub from: &'a Mailbox,
    /// Host of this site. Message ids are unique on it.
    pub host: &'a str,
    /// Part of the message id before the @. It stays the same when sending is retried.
    pub id: &'a str,
    pub date: Ts,
}

#[derive(Template)]
#[template(path = "mail/email.html")]
struct EmailTemplate<'a> {
    language: Language,
    subject: &'a str,
    blocks: &'a [EmailBlock],
}

impl EmailMessage {
    /// Renders a message as text and as HTML.
    pub fn new(language: Language, subject: &str, pieces: &[EmailBlock]) -> Self {
        let subject = to_single_line(subject);
        let page = EmailTemplate {
            language,
            subject: &subject,
            blocks: pieces,
        };
        let html = page.render().expect("the email template renders");
        let text: Vec<String> = pieces.iter().map(EmailBlock::to_text).collect();
        Self {
            text: strip_controls(&text.join("\n\n")) + "\n",
            html: strip_controls(&html),
            subject,
            unsubscribe: None,
            thread: None,
        }
    }

    /// Builds the message to a recipient. Texts are cleaned so that they cannot add headers.
    pub fn build(
        &self,
        to: Address,
        stamp: &EnvelopeInfo<'_>,
    ) -> Result<Message, lettre::error::Error> {
        // Clocks before 1970 write no letters.
        let since = u64::try_from(stamp.date.unix_micros()).unwrap_or_default();
        let date = UNIX_EPOCH + Duration::from_micros(since);
        let mut message = Message::builder()
            .from(stamp.from.clone())
            .to(to.into())
            .date(date)
            .message_id(Some(format!("<{}@{}>", stamp.id, stamp.host)))
            .subject(to_single_line(&self.subject))
            // It prevents out-of-office replies (RFC 3834 §5).
            .raw_header(raw_header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(thread) = &self.thread {
            let thread = format!("<{}@{}>", sanitize_id(thread), stamp.host);
            message = message.in_reply_to(thread.clone()).references(thread);
        }
        if let Some(address) = self.unsubscribe.as_deref().and_then(parse_web_url) {
            // RFC 2369 §3.2, and RFC 8058 §3.1 for unsubscribing with one click.
            message = message
                .raw_header(raw_header("List-Unsubscribe", format!("<{address}>")))
                .raw_header(raw_header(
                    "List-Unsubscribe-Post",
                    "List-Unsubscribe=One-Click".to_owned(),
                ));
        }
        message.multipart(MultiPart::alternative_plain_html(
            self.text.clone(),
            self.html.clone(),
        ))
    }
}

impl EmailBlock {
    /// Renders the block as text. URLs are on lines of their own, so that mail programs do not break them.
    fn to_text(&self) -> String {
        match self {
            Self::Paragraph(text) | Self::Footnote(text) => wrapped(text),
            Self::Quote {
                who,
                context,
                body,
                link,
            } => {
                let head = wrapped(&to_single_line(&format!("{who}, {context}:")));
                let body = quote(&body.to_plain_text(LINE_COLUMNS - QUOTE_MARK.len()));
                let link = link.iter().map(EmailLink::to_text);
                let parts: Vec<String> = [head, body].into_iter().chain(link).collect();
                parts.join("\n\n")
            }
            Self::Action(link) => link.to_text(),
        }
    }

    /// Splits a text into paragraphs, and each paragraph into lines.
    fn paragraphs(text: &str) -> Vec<Vec<&str>> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        lines
            .split(|line| line.is_empty())
            .filter(|block| !block.is_empty())
            .map(<[&str]>::to_vec)
            .collect()
    }
}

impl EmailLink {
    fn to_text(&self) -> String {
        format!("{}\n{}", wrapped(&self.label), self.url)
    }
}

/// Wraps each paragraph.
fn wrapped(text: &str) -> String {
    let paragraphs = EmailBlock::paragraphs(text).into_iter().map(|lines| {
        let lines = lines.into_iter().map(to_single_line);
        let lines = lines.map(|line| wrap_line(&line, LINE_COLUMNS, "", ""));
        lines.collect::<Vec<_>>().join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn quote(text: &str) -> String {
    let lines = text.lines();
    let lines = lines.map(|line| format!("{QUOTE_MARK}{line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns a text on one line and without control characters, so that it cannot add headers.
fn to_single_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    excerpt::split_words(&spaced).collect::<Vec<_>>().join(" ")
}

/// Removes control characters except line ends.
fn strip_controls(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

/// Removes all characters that a message id may not contain (RFC 5322 §3.6.4), and some that it may.
fn sanitize_id(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}

/// Parses an absolute web URL and returns it in ASCII, without characters that could end a header or the angle brackets
/// around the URL.
fn parse_web_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let address = String::from(url).replace(',', "%2C");
    let is_plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'));
    (is_web && is_plain).then_some(address)
}

fn raw_header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

#[cfg(test)]
mod tests;
