//! What a form sent, and what is wrong with it. No form of ours is refused here: a mistake goes back beside its field with
//! everything that was typed. What no form of ours sends is not read.

use std::time::Duration;
use std::{error, iter};

use axum::RequestExt;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{StreamExt, stream};
use http_body_util::LengthLimitError;
use tower_http::timeout::{DeadlineBody, TimeoutBody, TimeoutError};
use url::form_urlencoded;

use super::Error;
use crate::i18n::Words;
use crate::text::input;

/// Fields of one form: the largest of ours is the queue, with a tick for each of its fifty cards. A million empty fields
/// would make a page of ninety megabytes where they are given back.
const MOST_FIELDS: usize = 500;
/// Bytes of a small form: nearly every reply is one.
const SMALL: usize = 16 * 1024;

/// The fields of a form, as typed. Bytes that are not UTF-8 have become U+FFFD.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The value of a field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Every value of a field that may be sent many times, such as ticked boxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a box was ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// All names and values, to send them again.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let is_form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value
                    .trim()
                    .to_ascii_lowercase()
                    .starts_with("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Error::BadRequest(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = collect(request.into_limited_body())
            .await
            .map_err(|error| Error::BadRequest(reason(&error)))?;
        let fields: Vec<_> = form_urlencoded::parse(&body)
            .into_owned()
            .take(MOST_FIELDS + 1)
            .collect();
        if fields.len() > MOST_FIELDS {
            return Err(Error::BadRequest(StatusCode::PAYLOAD_TOO_LARGE));
        }
        Ok(Self(fields))
    }
}

/// All of a body, copied piece by piece: a piece holds the eight kilobytes into which it was read, so that 64 kB
/// sent byte by byte would take half a gigabyte as long as the pieces are kept.
async fn collect(body: Body) -> Result<Vec<u8>, axum::Error> {
    let mut pieces = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        whole.extend_from_slice(&piece?);
    }
    Ok(whole)
}

/// How long a body may take.
#[derive(Clone, Copy)]
pub struct Within {
    /// From one piece of it to the next.
    pub pause: Duration,
    /// In all.
    pub all: Duration,
}

/// Waits for a small form before anything is made ready for its answer: all that does so holds many times as much, and looks
/// at each piece that comes.
pub async fn wait_for_form(within: Within, request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    if !length.is_some_and(|length| (1..=SMALL).contains(&length)) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = arrived(body, within).await;
    next.run(Request::from_parts(parts, body)).await
}

/// A body that is there, or fails as that one did.
async fn arrived(body: Body, within: Within) -> Body {
    let in_time = DeadlineBody::new(within.all, TimeoutBody::new(within.pause, body));
    match collect(Body::new(in_time)).await {
        Ok(whole) => whole.into(),
        Err(error) => Body::from_stream(stream::iter([Err::<Bytes, _>(error)])),
    }
}

/// Why a body is not there.
fn reason(error: &axum::Error) -> StatusCode {
    let error: &(dyn error::Error + 'static) = error;
    let is = |kind: fn(&(dyn error::Error + 'static)) -> bool| {
        iter::successors(Some(error), |cause| cause.source()).any(kind)
    };
    if is(<dyn error::Error>::is::<TimeoutError>) {
        StatusCode::REQUEST_TIMEOUT
    } else if is(<dyn error::Error>::is::<LengthLimitError>) {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::BAD_REQUEST
    }
}

/// The mistakes in a form: which field, and the message that says what to do.
#[derive(Clone, Debug, Default)]
pub struct Mistakes(Vec<(&'static str, String)>);

impl Mistakes {
    /// No mistakes.
    pub fn none() -> Self {
        Self::default()
    }

    /// One more, already in words.
    pub fn add(&mut self, field: &'static str, message: String) {
        self.0.push((field, message));
    }

    /// One more, by its key in the catalogue.
    pub fn say(&mut self, words: Words, field: &'static str, key: &str) {
        self.add(field, words.say(key));
    }

    /// Judges a text as far as any text can be judged: what is no text in it is taken out and told, and so is a length
    /// of more than `most` bytes.
    pub fn check_text(
        &mut self,
        words: Words,
        field: &'static str,
        text: &mut String,
        most: usize,
    ) {
        if input::has_invalid_chars(text) {
            *text = input::strip_invalid_chars(text);
            self.say(words, field, "field-unreadable");
        } else if text.len() > most {
            self.say(words, field, "field-too-long");
        }
    }

    /// Whether the form is right.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with one field, if anything.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, message)| message.as_str())
    }

    /// All of them, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io;
    use std::sync::Arc;

    use tokio::time::timeout;

    use super::*;

    /// A byte, and a token by which those that are held are counted.
    struct Piece {
        byte: [u8; 1],
        _token: Arc<()>,
    }

    impl AsRef<[u8]> for Piece {
        fn as_ref(&self) -> &[u8] {
            &self.byte
        }
    }

    #[tokio::test]
    async fn a_form_that_is_waited_for_comes_whole_or_fails_as_it_did() {
        let (short, long) = (Duration::from_millis(50), Duration::from_secs(60));
        let patient = Within {
            pause: long,
            all: long,
        };
        let pieces = || stream::iter(["co", "mment=", "x"].map(Ok::<_, io::Error>));
        let whole = arrived(Body::from_stream(pieces()), patient).await;
        assert_eq!(collect(whole).await.expect("a body"), b"comment=x");
        let broken = stream::iter([Ok("co"), Err(io::Error::from(io::ErrorKind::BrokenPipe))]);
        let paused = || Body::from_stream(pieces().chain(stream::pending()));
        let hasty = Within {
            pause: short,
            ..patient
        };
        let brief = Within {
            all: short,
            ..patient
        };
        for (body, within, why) in [
            (Body::from_stream(broken), patient, StatusCode::BAD_REQUEST),
            (paused(), hasty, StatusCode::REQUEST_TIMEOUT),
            (paused(), brief, StatusCode::REQUEST_TIMEOUT),
        ] {
            let arrived = timeout(long / 2, arrived(body, within)).await;
            let failed = collect(arrived.expect("it is not waited on for ever")).await;
            assert_eq!(reason(&failed.expect_err("no body")), why);
        }
    }

    #[tokio::test]
    async fn the_pieces_of_a_body_are_let_go_as_they_come() {
        let token = Arc::new(());
        let held = Arc::clone(&token);
        let pieces = (0..1000).map(move |_| {
            assert!(
                Arc::strong_count(&held) <= 3,
                "the token, this, and one piece"
            );
            let piece = Piece {
                byte: *b"a",
                _token: Arc::clone(&held),
            };
            Ok::<_, Infallible>(Bytes::from_owner(piece))
        });
        let body = collect(Body::from_stream(stream::iter(pieces))).await;
        assert_eq!(body.expect("a body"), [b'a'; 1000]);
        assert_eq!(Arc::strong_count(&token), 1);
    }
}
