//! Finished pages: the compressed body with all response headers.

use std::io::Write;
use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use flate2::write::GzEncoder;

use super::encoding::ContentEncoding;
use super::last_modified::ModificationTime;
use super::policy::CachePolicy;
use crate::clock::Ts;
use crate::crypto::encode_hex;

/// Compression effort, a trade-off between time and size. For an article with fifty comments, 68 kB: gzip makes 15.9 kB
/// in 0.6 ms at level 1 and 14.1 kB in 3.0 ms at level 9. Brotli makes 13.3 kB at quality 5 and 13.2 kB at quality 9,
/// which takes four times as long.
#[derive(Clone, Copy)]
pub enum CompressionLevel {
    /// Smallest output, for a page that is cached and sent often.
    Best,
    /// Quickest compression, for a page that is sent once.
    Fast,
}

/// Base-two logarithm of Brotli's window size in bytes. The window is larger than any page of this site.
const BROTLI_WINDOW_BITS: u32 = 22;
/// Number of input bytes after which gzip starts a new block with its own Huffman codes, because the head, the article
/// and the comments of a page have different letter frequencies. It saves nearly 200 bytes of an article with fifty
/// comments.
const GZIP_BLOCK_BYTES: usize = 16 * 1024;
/// Length in bytes of the hash in an `ETag`.
const ETAG_BYTES: usize = 12;
/// Estimated memory in bytes that a cached page takes in addition to its body: headers and table entries.
const OVERHEAD_BYTES: usize = 2048;
/// Headers of the 200 response that a 304 response must repeat (RFC 9110, section 15.4.5).
const NOT_MODIFIED_HEADERS: [HeaderName; 3] = [header::ETAG, header::CACHE_CONTROL, header::VARY];

/// Finished page in one content encoding.
pub struct CachedPage {
    headers: HeaderMap,
    not_modified_headers: HeaderMap,
    etag: HeaderValue,
    /// Set once the page is in the cache: nothing knows when a page has changed that is not cached.
    modified_at: OnceLock<ModificationTime>,
    body: Bytes,
    pub policy: CachePolicy,
}

impl CachedPage {
    /// Compresses a page and completes its headers. Takes milliseconds of CPU time, so it must not run on a thread that
    /// serves requests.
    pub fn new(
        mut headers: HeaderMap,
        body: &[u8],
        encoding: ContentEncoding,
        level: CompressionLevel,
        policy: CachePolicy,
    ) -> Self {
        // Boxed to drop spare capacity, which `weight` would not count.
        let body = Bytes::from(compress(body, encoding, level).into_boxed_slice());
        // Strong: each encoding has its own bytes and so its own tag (RFC 9110, section 8.8.3).
        let etag = encode_hex(&blake3::hash(&body).as_bytes()[..ETAG_BYTES]);
        let etag = HeaderValue::try_from(format!("\"{etag}\""))
            .expect("hexadecimal digits make a valid header value");
        headers.insert(header::ETAG, etag.clone());
        // A cache on the way must not send one client's encoding to another client.
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(name) = encoding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        // The handler's own length, if any, is that of the uncompressed page.
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        let not_modified_headers = NOT_MODIFIED_HEADERS
            .into_iter()
            .filter_map(|name| headers.get(&name).cloned().map(|value| (name, value)))
            .collect();
        Self {
            headers,
            not_modified_headers,
            etag,
            modified_at: OnceLock::new(),
            body,
            policy,
        }
    }

    /// Returns the memory that the page takes in the cache, in bytes.
    pub fn weight(&self) -> u64 {
        (self.body.len() + OVERHEAD_BYTES) as u64
    }

    /// Sets the time that responses state as the page's last modification.
    pub fn set_modified_at(&self, time: ModificationTime) {
        if !time.is_ambiguous(self.policy.expires_at) {
            // It can be set only once; the page is put into the cache only once.
            let _ = self.modified_at.set(time);
        }
    }

    /// Returns the response to a GET or HEAD request with these headers: the whole page, only its headers, or a 304.
    /// `now` must be a time at which the page was in the cache, if it was.
    pub fn respond(&self, method: &Method, request_headers: &HeaderMap, now: Ts) -> Response {
        let modified_at = self.modified_at.get().filter(|time| time.has_come(now));
        // An entity tag is exact, so it decides alone if there is one (RFC 9110, section 13.2.2).
        let is_known = match request_headers.contains_key(header::IF_NONE_MATCH) {
            true => self.matches_etag(request_headers),
            false => modified_at.is_some_and(|time| time.is_known_to(request_headers)),
        };
        let (status, headers, body) = if is_known {
            let headers = &self.not_modified_headers;
            (StatusCode::NOT_MODIFIED, headers, Body::empty())
        } else if *method == Method::HEAD {
            (StatusCode::OK, &self.headers, Body::empty())
        } else {
            (StatusCode::OK, &self.headers, Body::from(self.body.clone()))
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        if status == StatusCode::OK
            && let Some(time) = modified_at.and_then(|time| time.to_header())
        {
            response.headers_mut().insert(header::LAST_MODIFIED, time);
        }
        response
    }

    /// Returns whether `If-None-Match` contains the `ETag` of this page (RFC 9110, section 13.1.2). Weak tags match as
    /// well, since a proxy between this server and the client may have weakened the tag.
    fn matches_etag(&self, request_headers: &HeaderMap) -> bool {
        request_headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .any(|tag| {
                tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == self.etag.as_bytes()
            })
    }
}

fn compress(body: &[u8], encoding: ContentEncoding, level: CompressionLevel) -> Vec<u8> {
    const MEMORY: &str = "writing to memory does not fail";
    let mut compressed = Vec::new();
    match encoding {
        ContentEncoding::Identity => return body.to_vec(),
        ContentEncoding::Gzip => {
            let level = match level {
                CompressionLevel::Best => 9,
                CompressionLevel::Fast => 1,
            };
            let mut encoder = GzEncoder::new(&mut compressed, flate2::Compression::new(level));
            for (index, block) in body.chunks(GZIP_BLOCK_BYTES).enumerate() {
                // A flush ends the current block.
                if index > 0 {
                    encoder.flush().expect(MEMORY);
                }
                encoder.write_all(block).expect(MEMORY);
            }
            encoder.finish().expect(MEMORY);
        }
        ContentEncoding::Brotli => {
            let quality = match level {
                CompressionLevel::Best => 5,
                CompressionLevel::Fast => 1,
            };
            let mut encoder =
                brotli::CompressorWriter::new(&mut compressed, 4096, quality, BROTLI_WINDOW_BITS);
            encoder.write_all(body).expect(MEMORY);
            encoder.flush().expect(MEMORY);
        }
    }
    compressed
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::io::Read;

    use super::*;

    fn page(encoding: ContentEncoding, level: CompressionLevel) -> CachedPage {
        let headers = headers(header::CONTENT_LENGTH, "1");
        let body = "word ".repeat(1000);
        CachedPage::new(
            headers,
            body.as_bytes(),
            encoding,
            level,
            CachePolicy::default(),
        )
    }

    fn modified_at() -> Ts {
        Ts::new("2026-11-30T10:00:00Z".parse().unwrap())
    }

    fn get(page: &CachedPage) -> Response {
        page.respond(&Method::GET, &HeaderMap::new(), modified_at())
    }

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    async fn body(response: Response) -> Vec<u8> {
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX);
        bytes.await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn every_encoding_decompresses_to_the_same_page() {
        let plain = "word ".repeat(1000).into_bytes();
        for level in [CompressionLevel::Best, CompressionLevel::Fast] {
            let identity = get(&page(ContentEncoding::Identity, level));
            assert_eq!(identity.headers()[header::CONTENT_LENGTH], "5000");
            assert_eq!(body(identity).await, plain);
            let gzip = body(get(&page(ContentEncoding::Gzip, level))).await;
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&gzip[..])
                .read_to_end(&mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain);
            let brotli = body(get(&page(ContentEncoding::Brotli, level))).await;
            unpacked.clear();
            brotli::Decompressor::new(&brotli[..], 4096)
                .read_to_end(&mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain);
        }
    }

    #[tokio::test]
    async fn each_encoding_has_its_own_etag_and_a_matching_etag_gets_304() {
        let mut etags = HashSet::new();
        for encoding in [
            ContentEncoding::Identity,
            ContentEncoding::Gzip,
            ContentEncoding::Brotli,
        ] {
            let page = page(encoding, CompressionLevel::Best);
            let etag = get(&page).headers()[header::ETAG].clone();
            let etag = etag.to_str().unwrap();
            for known in [etag, &format!("\"other\", W/{etag}"), "*"] {
                let known = headers(header::IF_NONE_MATCH, known);
                let response = page.respond(&Method::GET, &known, modified_at());
                assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
                assert_eq!(response.headers()[header::ETAG], etag);
                assert!(body(response).await.is_empty());
            }
            let other = headers(header::IF_NONE_MATCH, "\"other\"");
            let response = page.respond(&Method::GET, &other, modified_at());
            assert_eq!(response.status(), StatusCode::OK);
            etags.insert(etag.to_owned());
        }
        assert_eq!(etags.len(), 3);
    }

    #[test]
    fn if_modified_since_gets_304_unless_an_etag_says_otherwise() {
        let page = page(ContentEncoding::Identity, CompressionLevel::Best);
        assert!(!get(&page).headers().contains_key(header::LAST_MODIFIED));
        page.set_modified_at(ModificationTime::new(modified_at(), Ts::EPOCH));
        let stated = get(&page).headers()[header::LAST_MODIFIED].clone();
        let etag = get(&page).headers()[header::ETAG].clone();
        let status = |etag: Option<&str>, now: Ts| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MODIFIED_SINCE, stated.clone());
            if let Some(etag) = etag {
                headers.insert(header::IF_NONE_MATCH, etag.parse().unwrap());
            }
            page.respond(&Method::GET, &headers, now).status()
        };
        assert_eq!(status(None, modified_at()), StatusCode::NOT_MODIFIED);
        assert_eq!(status(Some("\"other\""), modified_at()), StatusCode::OK);
        let same = status(Some(etag.to_str().unwrap()), modified_at());
        assert_eq!(same, StatusCode::NOT_MODIFIED);
        let early = modified_at().plus_seconds(-1);
        assert_eq!(status(None, early), StatusCode::OK);
        let response = page.respond(&Method::GET, &HeaderMap::new(), early);
        assert!(!response.headers().contains_key(header::LAST_MODIFIED));
    }

    #[tokio::test]
    async fn a_head_response_has_the_content_length_of_the_page() {
        let page = page(ContentEncoding::Identity, CompressionLevel::Best);
        let response = page.respond(&Method::HEAD, &HeaderMap::new(), modified_at());
        assert_eq!(response.headers()[header::CONTENT_LENGTH], "5000");
        assert!(body(response).await.is_empty());
    }
}
