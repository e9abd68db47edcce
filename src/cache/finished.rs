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

/// How hard gzip tries, of 9: the most, since a page is made smaller once and sent often.
const GZIP_KEPT: u32 = 9;
/// The same for a page that is sent once.
const GZIP_ONCE: u32 = 1;
/// How hard Brotli tries, of 11. The last two steps take ten times as long for some hundredths.
const BROTLI_KEPT: u32 = 9;
const BROTLI_ONCE: u32 = 1;
/// log2 of the bytes that Brotli looks back at: more than any page of ours has.
const BROTLI_WINDOW: u32 = 22;
/// Bytes of the tag of a page that are told apart by.
const TAG_BYTES: usize = 12;
/// What a page costs beside its bytes: its headers, its place in the tables.
const BESIDE: usize = 2048;

/// What goes on with a 304 of what goes with a page (RFC 9110, section 15.4.5).
const ALSO_UNCHANGED: [header::HeaderName; 3] = [header::ETAG, header::CACHE_CONTROL, header::VARY];

/// A page in one coding.
struct Variant {
    headers: HeaderMap,
    unchanged: HeaderMap,
    tag: HeaderValue,
    bytes: Bytes,
}

/// A finished page, in each coding that it is sent in.
pub struct Finished {
    variants: Vec<(Coding, Variant)>,
    /// What it shows.
    pub tags: Vec<Tag>,
    /// When it will have changed by itself.
    pub until: Option<Ts>,
}

impl Finished {
    /// A page to be kept, in every coding. This takes some milliseconds: not for where requests are served.
    pub fn to_keep(headers: &HeaderMap, bytes: Bytes, kept: Keep) -> Self {
        let gzip = gzipped(&bytes, GZIP_KEPT);
        let brotli = brotlied(&bytes, BROTLI_KEPT);
        let tag = tag_of(&bytes);
        let codings = [
            (Coding::Identity, bytes),
            (Coding::Gzip, gzip),
            (Coding::Brotli, brotli),
        ];
        Self {
            variants: codings
                .map(|(coding, bytes)| (coding, Variant::new(headers, &tag, coding, bytes)))
                .into(),
            tags: kept.tags,
            until: kept.until,
        }
    }

    /// A page to be sent once, in the coding that is asked for.
    pub fn to_send(headers: &HeaderMap, bytes: Bytes, coding: Coding) -> Self {
        let tag = tag_of(&bytes);
        let bytes = match coding {
            Coding::Identity => bytes,
            Coding::Gzip => gzipped(&bytes, GZIP_ONCE),
            Coding::Brotli => brotlied(&bytes, BROTLI_ONCE),
        };
        Self {
            variants: vec![(coding, Variant::new(headers, &tag, coding, bytes))],
            tags: Vec::new(),
            until: None,
        }
    }

    /// Bytes it takes in memory.
    pub fn weight(&self) -> u64 {
        let bytes: usize = self
            .variants
            .iter()
            .map(|(_, variant)| variant.bytes.len() + BESIDE)
            .sum();
        bytes as u64
    }

    /// The answer to a request with these headers: the page, that it is as the client has it, or its head alone.
    pub fn answer(&self, method: &Method, asked: &HeaderMap) -> Response {
        let wanted = Coding::wanted(asked);
        let found = self.variants.iter().find(|(coding, _)| *coding == wanted);
        // A page that was made to be sent once is in the coding of whoever asked for it.
        let Some((_, variant)) = found.or(self.variants.first()) else {
            return Response::default();
        };
        if has(asked, &variant.tag) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.headers_mut() = variant.unchanged.clone();
            return response;
        }
        let body = match *method {
            Method::HEAD => Body::empty(),
            _ => Body::from(variant.bytes.clone()),
        };
        let mut response = Response::new(body);
        *response.headers_mut() = variant.headers.clone();
        response
    }
}

impl Variant {
    fn new(headers: &HeaderMap, tag: &str, coding: Coding, bytes: Bytes) -> Self {
        let mut headers = headers.clone();
        // Strong: other bytes have another (RFC 9110, section 8.8.3).
        let tag = match coding.name() {
            Some(name) => format!("\"{tag}-{name}\""),
            None => format!("\"{tag}\""),
        };
        let tag = HeaderValue::try_from(tag).expect("hex digits and a coding's name are a header");
        headers.insert(header::ETAG, tag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(name) = coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        headers.insert(header::CONTENT_LENGTH, bytes.len().into());
        let unchanged = ALSO_UNCHANGED
            .into_iter()
            .filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)))
            .collect();
        Self {
            headers,
            unchanged,
            tag,
            bytes,
        }
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

fn tag_of(bytes: &[u8]) -> String {
    hex(&blake3::hash(bytes).as_bytes()[..TAG_BYTES])
}

fn gzipped(bytes: &[u8], level: u32) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(level));
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("memory takes every byte")
        .into()
}

fn brotlied(bytes: &[u8], quality: u32) -> Bytes {
    let mut smaller = Vec::with_capacity(bytes.len() / 3);
    let mut encoder = brotli::CompressorWriter::new(&mut smaller, 4096, quality, BROTLI_WINDOW);
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.flush())
        .expect("memory takes every byte");
    drop(encoder);
    smaller.into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn page() -> Finished {
        let headers = HeaderMap::new();
        let bytes = Bytes::from("word ".repeat(1000));
        Finished::to_keep(&headers, bytes, Keep::default())
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
        let page = page();
        let plain = body(page.answer(&Method::GET, &HeaderMap::new())).await;
        let gzip = asked(header::ACCEPT_ENCODING, "gzip");
        let gzip = body(page.answer(&Method::GET, &gzip)).await;
        let brotli = asked(header::ACCEPT_ENCODING, "br");
        let brotli = body(page.answer(&Method::GET, &brotli)).await;
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&gzip[..])
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, plain);
        unpacked.clear();
        brotli::Decompressor::new(&brotli[..], 4096)
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, plain);
    }

    #[tokio::test]
    async fn each_coding_has_a_tag_of_its_own_that_answers_304() {
        let page = page();
        let mut tags = Vec::new();
        for coding in ["identity", "gzip", "br"] {
            let mut headers = asked(header::ACCEPT_ENCODING, coding);
            let tag = page.answer(&Method::GET, &headers).headers()[header::ETAG].clone();
            for had in [
                tag.clone(),
                HeaderValue::from_str(&format!("\"other\", W/{}", tag.to_str().unwrap())).unwrap(),
                HeaderValue::from_static("*"),
            ] {
                headers.insert(header::IF_NONE_MATCH, had);
                let answer = page.answer(&Method::GET, &headers);
                assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
                assert_eq!(answer.headers()[header::ETAG], tag);
                assert!(body(answer).await.is_empty());
            }
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"other\""));
            assert_eq!(page.answer(&Method::GET, &headers).status(), StatusCode::OK);
            tags.push(tag);
        }
        tags.dedup();
        assert_eq!(tags.len(), 3);
    }

    #[tokio::test]
    async fn a_head_has_the_length_of_its_page() {
        let answer = page().answer(&Method::HEAD, &HeaderMap::new());
        assert_eq!(answer.headers()[header::CONTENT_LENGTH], "5000");
        assert!(body(answer).await.is_empty());
    }
}
