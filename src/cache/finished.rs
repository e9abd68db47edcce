//! A page that needs nothing any more but to be sent.

use std::io::Write;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::coding::Coding;
use super::headers::Headers;
use super::keep::{Keep, Tag};
use super::message::{Message, first_lines, header_lines};
use super::sheet::{Demand, Sheets};
use crate::clock::Ts;
use crate::crypto::hex;

/// How much a page that is made smaller is worth. An article with fifty replies, 68 kB: gzip makes 15.9 kB of it in 0.6 ms at
/// level 1 and 14.1 in 3.0 at level 9; Brotli 13.3 at quality 5 and 13.2 at 9, in four times as long.
#[derive(Clone, Copy)]
pub enum Effort {
    /// It is sent often.
    Kept,
    /// It is sent once.
    Once,
}

/// log2 of the bytes that Brotli looks back at: more than any page of ours has.
const BROTLI_WINDOW: u32 = 22;
/// Bytes after which gzip begins a block with codes of its own: a page's head, its article and its replies are not alike. It
/// saves nearly 200 bytes of an article with fifty replies.
const BLOCK: usize = 16 * 1024;
/// Bytes of a hash by which pages are told apart.
const TAG_BYTES: usize = 12;
/// What a page costs beside its bytes: its headers, its place in the tables.
const BESIDE: usize = 2048;

/// What goes on with a 304 of what goes with a page (RFC 9110, section 15.4.5).
const ALSO_UNCHANGED: [header::HeaderName; 3] = [header::ETAG, header::CACHE_CONTROL, header::VARY];

/// A finished page, in one coding.
pub struct Finished {
    headers: HeaderMap,
    unchanged: HeaderMap,
    tag: HeaderValue,
    bytes: Bytes,
    /// The same as HTTP/1.1 sends it, behind a date: the headers, an empty line, the bytes.
    sent: Bytes,
    sent_unchanged: Bytes,
    demand: Demand,
    /// What it shows.
    pub tags: Vec<Tag>,
    /// When it will have changed by itself.
    pub until: Option<Ts>,
}

impl Finished {
    /// The page that has these headers and these bytes, in a coding. This may take some milliseconds: not for where
    /// requests are served.
    pub fn new(
        headers: HeaderMap,
        bytes: &Bytes,
        coding: Coding,
        effort: Effort,
        keep: Keep,
    ) -> Self {
        let mut headers = headers;
        let bytes = coded(bytes, coding, effort);
        // Strong: other bytes have another (RFC 9110, section 8.8.3).
        let tag = hex(&blake3::hash(&bytes).as_bytes()[..TAG_BYTES]);
        let tag = HeaderValue::try_from(format!("\"{tag}\"")).expect("hex digits are a header");
        headers.insert(header::ETAG, tag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(name) = coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        // Said of the bytes as they go out.
        headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        let unchanged: HeaderMap = ALSO_UNCHANGED
            .into_iter()
            .filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)))
            .collect();
        let mut sent = header_lines(&headers);
        let head = sent.len();
        sent.extend_from_slice(&bytes);
        // What is counted is what is held.
        let sent = Bytes::from(sent.into_boxed_slice());
        Self {
            headers,
            sent_unchanged: header_lines(&unchanged).into(),
            unchanged,
            tag,
            bytes: sent.slice(head..),
            sent,
            demand: Demand::default(),
            tags: keep.tags,
            until: keep.until,
        }
    }

    /// Bytes it takes in memory.
    pub fn weight(&self) -> u64 {
        (self.sent.len() + BESIDE) as u64
    }

    /// The answer to a request of this method, with these headers.
    pub fn answer(self: Arc<Self>, method: &Method, asked: &(impl Headers + ?Sized)) -> Answer {
        let part = if has(asked, &self.tag) {
            Part::Nothing
        } else if *method == Method::HEAD {
            Part::Head
        } else {
            Part::Whole
        };
        Answer { page: self, part }
    }
}

/// A page as the answer to a request.
pub struct Answer {
    page: Arc<Finished>,
    part: Part,
}

/// How much of a page a client gets.
enum Part {
    Whole,
    Head,
    /// It has the page already.
    Nothing,
}

impl Answer {
    /// What HTTP calls such an answer.
    pub fn status(&self) -> StatusCode {
        match self.part {
            Part::Whole | Part::Head => StatusCode::OK,
            Part::Nothing => StatusCode::NOT_MODIFIED,
        }
    }

    /// The answer as HTTP/1.1 sends it at this moment.
    pub fn message(&self, sheets: &Sheets, now: Ts) -> Message<'_> {
        let page = &self.page;
        let first = || first_lines(self.status(), now);
        let second = now.timestamp().as_second();
        let rest = match self.part {
            Part::Whole => match page.demand.leaf(sheets, second, first, &page.sent) {
                Some(leaf) => return Message::Leaf(leaf),
                None => &page.sent,
            },
            Part::Head => &page.sent[..page.sent.len() - page.bytes.len()],
            Part::Nothing => &page.sent_unchanged,
        };
        Message::Parts(first(), rest)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let page = &self.page;
        let (headers, body) = match self.part {
            Part::Whole => (&page.headers, Body::from(page.bytes.clone())),
            Part::Head => (&page.headers, Body::empty()),
            Part::Nothing => (&page.unchanged, Body::empty()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status();
        *response.headers_mut() = headers.clone();
        response
    }
}

/// Whether the client says that it has the page of this tag (RFC 9110, section 13.1.2). Weak or not is the same here: a
/// proxy between us may have made it weak.
fn has(asked: &(impl Headers + ?Sized), tag: &HeaderValue) -> bool {
    asked
        .all(&header::IF_NONE_MATCH)
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|had| had == b"*" || had.strip_prefix(b"W/").unwrap_or(had) == tag.as_bytes())
}

fn coded(bytes: &Bytes, coding: Coding, effort: Effort) -> Bytes {
    const MEMORY: &str = "memory takes every byte";
    let mut smaller = Vec::new();
    match coding {
        Coding::Identity => return bytes.clone(),
        Coding::Gzip => {
            let level = match effort {
                Effort::Kept => 9,
                Effort::Once => 1,
            };
            let mut encoder = GzEncoder::new(&mut smaller, Compression::new(level));
            for (number, block) in bytes.chunks(BLOCK).enumerate() {
                if number > 0 {
                    encoder.flush().expect(MEMORY);
                }
                encoder.write_all(block).expect(MEMORY);
            }
            encoder.finish().expect(MEMORY);
        }
        Coding::Brotli => {
            let quality = match effort {
                Effort::Kept => 5,
                Effort::Once => 1,
            };
            let mut encoder =
                brotli::CompressorWriter::new(&mut smaller, 4096, quality, BROTLI_WINDOW);
            encoder.write_all(bytes).expect(MEMORY);
            encoder.flush().expect(MEMORY);
        }
    }
    smaller.into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::io::Read;

    use super::*;

    fn page(coding: Coding, effort: Effort) -> Arc<Finished> {
        let headers = asked(header::CONTENT_LENGTH, "1");
        let bytes = Bytes::from("word ".repeat(1000));
        Finished::new(headers, &bytes, coding, effort, Keep::default()).into()
    }

    fn answer(page: &Arc<Finished>, method: &Method, asked: &HeaderMap) -> Response {
        page.clone().answer(method, asked).into_response()
    }

    fn asked(name: header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    async fn body(response: Response) -> Vec<u8> {
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX);
        bytes.await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn every_coding_holds_the_same_page() {
        let plain = "word ".repeat(1000).into_bytes();
        for effort in [Effort::Kept, Effort::Once] {
            let answer = |coding| answer(&page(coding, effort), &Method::GET, &HeaderMap::new());
            let identity = answer(Coding::Identity);
            assert_eq!(identity.headers()[header::CONTENT_LENGTH], "5000");
            assert_eq!(body(identity).await, plain);
            let gzip = body(answer(Coding::Gzip)).await;
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&gzip[..])
                .read_to_end(&mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain);
            let brotli = body(answer(Coding::Brotli)).await;
            unpacked.clear();
            brotli::Decompressor::new(&brotli[..], 4096)
                .read_to_end(&mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain);
        }
    }

    #[tokio::test]
    async fn each_coding_has_a_tag_of_its_own_that_answers_304() {
        let mut tags = HashSet::new();
        for coding in [Coding::Identity, Coding::Gzip, Coding::Brotli] {
            let page = page(coding, Effort::Kept);
            let tag =
                answer(&page, &Method::GET, &HeaderMap::new()).headers()[header::ETAG].clone();
            let tag = tag.to_str().unwrap();
            for had in [tag, &format!("\"other\", W/{tag}"), "*"] {
                let answer = answer(&page, &Method::GET, &asked(header::IF_NONE_MATCH, had));
                assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
                assert_eq!(answer.headers()[header::ETAG], tag);
                assert!(body(answer).await.is_empty());
            }
            let other = asked(header::IF_NONE_MATCH, "\"other\"");
            assert_eq!(answer(&page, &Method::GET, &other).status(), StatusCode::OK);
            tags.insert(tag.to_owned());
        }
        assert_eq!(tags.len(), 3);
    }

    #[tokio::test]
    async fn a_head_has_the_length_of_its_page() {
        let page = page(Coding::Identity, Effort::Kept);
        let answer = answer(&page, &Method::HEAD, &HeaderMap::new());
        assert_eq!(answer.headers()[header::CONTENT_LENGTH], "5000");
        assert!(body(answer).await.is_empty());
    }
}
