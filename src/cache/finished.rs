//! A page that needs nothing any more but to be sent.

use std::io::Write;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::coding::Coding;
use super::keep::{Keep, Tag};
use crate::clock::Ts;
use crate::sealed::hex;

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
        headers.remove(header::CONTENT_LENGTH);
        let unchanged = ALSO_UNCHANGED
            .into_iter()
            .filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)))
            .collect();
        Self {
            headers,
            unchanged,
            tag,
            bytes,
            tags: keep.tags,
            until: keep.until,
        }
    }

    /// Bytes it takes in memory.
    pub fn weight(&self) -> u64 {
        (self.bytes.len() + BESIDE) as u64
    }

    /// The answer to a request with these headers: the page, that it is as the client has it, or its head alone.
    pub fn answer(&self, method: &Method, asked: &HeaderMap) -> Response {
        if has(asked, &self.tag) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.headers_mut() = self.unchanged.clone();
            return response;
        }
        let mut response = Response::new(Body::from(self.bytes.clone()));
        *response.headers_mut() = self.headers.clone();
        if *method == Method::HEAD {
            let length = self.bytes.len();
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length.into());
            *response.body_mut() = Body::empty();
        }
        response
    }
}

/// Whether the client says that it has the page of this tag (RFC 9110, section 13.1.2). Weak or not is the same here: a
/// proxy between us may have made it weak.
fn has(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|had| had == b"*" || had.strip_prefix(b"W/").unwrap_or(had) == tag.as_bytes())
}

fn coded(bytes: &Bytes, coding: Coding, effort: Effort) -> Bytes {
    const MEMORY: &str = "memory takes every byte";
    let mut smaller = Vec::new();
    match coding {
        Coding::Identity => smaller.extend_from_slice(bytes),
        Coding::Gzip => {
            let level = match effort {
                Effort::Kept => 9,
                Effort::Once => 1,
            };
            let mut encoder = GzEncoder::new(&mut smaller, Compression::new(level));
            encoder.write_all(bytes).expect(MEMORY);
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
    // What is counted is what is held.
    smaller.into_boxed_slice().into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::io::Read;

    use super::*;

    fn page(coding: Coding, effort: Effort) -> Finished {
        let headers = asked(header::CONTENT_LENGTH, "5000");
        let bytes = Bytes::from("word ".repeat(1000));
        Finished::new(headers, &bytes, coding, effort, Keep::default())
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
            let answer = |coding| page(coding, effort).answer(&Method::GET, &HeaderMap::new());
            let identity = answer(Coding::Identity);
            assert!(!identity.headers().contains_key(header::CONTENT_LENGTH));
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
            let tag = page.answer(&Method::GET, &HeaderMap::new()).headers()[header::ETAG].clone();
            let tag = tag.to_str().unwrap();
            for had in [tag, &format!("\"other\", W/{tag}"), "*"] {
                let answer = page.answer(&Method::GET, &asked(header::IF_NONE_MATCH, had));
                assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
                assert_eq!(answer.headers()[header::ETAG], tag);
                assert!(body(answer).await.is_empty());
            }
            let other = asked(header::IF_NONE_MATCH, "\"other\"");
            assert_eq!(page.answer(&Method::GET, &other).status(), StatusCode::OK);
            tags.insert(tag.to_owned());
        }
        assert_eq!(tags.len(), 3);
    }

    #[tokio::test]
    async fn a_head_has_the_length_of_its_page() {
        let page = page(Coding::Identity, Effort::Kept);
        let answer = page.answer(&Method::HEAD, &HeaderMap::new());
        assert_eq!(answer.headers()[header::CONTENT_LENGTH], "5000");
        assert!(body(answer).await.is_empty());
    }
}
