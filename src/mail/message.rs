//! Email messages, composed of a few kinds of blocks. Each block is rendered as text and as HTML.

use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};
use textwrap::WordSplitter;
use url::Url;

use crate::clock::Ts;
use crate::text::Language;

/// Maximum number of characters in a line of text. RFC 5322 §2.1.1 allows 78, and the rest is for quotation marks such as
/// `> `.
const MAX_LINE_CHARS: usize = 72;

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
    /// A comment, quoted completely.
    Quote {
        who: String,
        /// Date of the comment, formatted for people.
        when: String,
        /// Comment text without markup.
        text: String,
        link: EmailLink,
    },
    /// The beginning of a comment.
    Excerpt {
        who: String,
        /// Title of the article.
        about: String,
        /// Beginning of the comment text, without markup.
        text: String,
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
            Self::Paragraph(text) | Self::Footnote(text) => wrapped(text, ""),
            Self::Quote {
                who,
                when,
                text,
                link,
            } => {
                let head = wrapped(&to_single_line(&format!("{who}, {when}:")), "");
                format!("{head}\n\n{}\n\n{}", wrapped(text, "> "), link.to_text())
            }
            Self::Excerpt { who, about, text } => {
                let head = wrapped(&to_single_line(&format!("{who}, {about}:")), "");
                format!("{head}\n\n{}", wrapped(text, "> "))
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
        format!("{}\n{}", wrapped(&self.label, ""), self.url)
    }
}

/// Wraps each paragraph and puts `mark` before every line. Words longer than a line are not broken.
fn wrapped(text: &str, mark: &str) -> String {
    let options = textwrap::Options::new(MAX_LINE_CHARS)
        .initial_indent(mark)
        .subsequent_indent(mark)
        // A URL that is broken, even at a hyphen, leads nowhere.
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    let paragraphs = EmailBlock::paragraphs(text).into_iter().map(|lines| {
        let lines: Vec<String> = lines.into_iter().map(to_single_line).collect();
        textwrap::fill(&lines.join("\n"), &options)
    });
    let separator = format!("\n{}\n", mark.trim_end());
    paragraphs.collect::<Vec<_>>().join(&separator)
}

/// Returns a text on one line and without control characters, so that it cannot add headers.
fn to_single_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
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
mod tests {
    use super::*;

    fn link(label: &str, url: &str) -> EmailLink {
        EmailLink {
            label: label.into(),
            url: url.into(),
        }
    }

    fn letter() -> EmailMessage {
        EmailMessage::new(
            Language::English,
            "Tea & <milk>",
            &[
                EmailBlock::Paragraph("Ann & Bob answered what you wrote under “Tea”. It is a long sentence that goes on for more than a line.".into()),
                EmailBlock::Quote {
                    who: "Ann <b>".into(),
                    when: "March 14, 2026".into(),
                    text: "5 < 6 &amp; that's\nall.\n\nYours".into(),
                    link: link("Read it", "https://news.example.org/tea?a=1&b=2#comment-4"),
                },
                EmailBlock::Action(link("Stop these letters", "https://news.example.org/stop")),
                EmailBlock::Footnote("You asked for this.".into()),
            ],
        )
    }

    #[test]
    fn a_message_is_rendered_as_text() {
        insta::assert_snapshot!(letter().text, @r#"
        Ann & Bob answered what you wrote under “Tea”. It is a long sentence
        that goes on for more than a line.

        Ann <b>, March 14, 2026:

        > 5 < 6 &amp; that's
        > all.
        >
        > Yours

        Read it
        https://news.example.org/tea?a=1&b=2#comment-4

        Stop these letters
        https://news.example.org/stop

        You asked for this.
        "#);
    }

    #[test]
    fn a_message_is_rendered_as_html() {
        insta::assert_snapshot!(letter().html, @r##"
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>Tea &#38; &#60;milk&#62;</title>
        </head>
        <body>
        <p>Ann &#38; Bob answered what you wrote under “Tea”. It is a long sentence that goes on for more than a line.</p>
        <p><strong>Ann &#60;b&#62;</strong>, March 14, 2026:</p>
        <blockquote>
        <p>5 &#60; 6 &#38;amp; that&#39;s<br>
        all.</p>
        <p>Yours</p>
        </blockquote>
        <p><a href="https://news.example.org/tea?a=1&#38;b=2#comment-4">Read it</a></p>
        <p><a href="https://news.example.org/stop"><strong>Stop these letters</strong></a></p>
        <p><small>You asked for this.</small></p>
        </body>
        </html>
        "##);
    }

    #[test]
    fn lines_are_wrapped_but_long_words_are_not_broken() {
        let address = format!("https://example.org/{}", "a".repeat(100));
        let text = wrapped(&format!("{} {address} end", "слово ".repeat(40)), "> ");
        assert!(text.lines().all(|line| line.starts_with("> ")));
        assert!(text.contains(&format!("> {address}\n")));
        let long = text
            .lines()
            .filter(|line| line.chars().count() > MAX_LINE_CHARS);
        assert_eq!(long.count(), 1);
    }

    #[test]
    fn the_unsubscribe_url_must_be_a_web_url_and_cannot_add_headers() {
        for wrong in ["javascript:alert(1)", "mailto:ann@example.org", "/stop", ""] {
            assert_eq!(parse_web_url(wrong), None, "{wrong}");
        }
        let odd =
            parse_web_url("https://example.org/stop\r\nBcc: x?k=1>,<http://b").expect("a URL");
        assert!(!odd.contains(['\r', '\n', '<', '>', ',', ' ']), "{odd}");
    }

    #[test]
    fn control_characters_are_removed_from_subject_and_text() {
        let piece = EmailBlock::Paragraph("One\u{7}\r\nTwo\u{0}".into());
        let letter = EmailMessage::new(Language::English, "A\r\nBcc: b@example.org\u{0}", &[piece]);
        assert_eq!(letter.subject, "A Bcc: b@example.org");
        assert_eq!(letter.text, "One\nTwo\n");
        assert!(
            letter.html.contains("<p>One<br>\nTwo</p>"),
            "{}",
            letter.html
        );
    }
}
