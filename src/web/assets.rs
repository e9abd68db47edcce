//! Styles, scripts and pictures of the site, embedded in the binary. Each has a URL that changes with its content, so that
//! browsers cache it for good.

use std::fmt;
use std::sync::LazyLock;

use askama::filters::HtmlSafe;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

use super::error::Error;
use super::path::Path;
use crate::crypto::encode_hex;

struct EmbeddedAsset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    fingerprint: LazyLock<String>,
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        EmbeddedAsset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../static/", $name)),
            fingerprint: LazyLock::new(|| {
                fingerprint(include_bytes!(concat!("../../static/", $name)))
            }),
        }
    };
}

static ASSETS: [EmbeddedAsset; 9] = [
    asset!("reading.css", "text/css; charset=utf-8"),
    asset!("site.css", "text/css; charset=utf-8"),
    asset!("desk.css", "text/css; charset=utf-8"),
    asset!("reply.js", "text/javascript; charset=utf-8"),
    asset!("desk.js", "text/javascript; charset=utf-8"),
    asset!("discussion.js", "text/javascript; charset=utf-8"),
    asset!("queue.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("welcome.svg", "image/svg+xml"),
];

fn fingerprint(bytes: &[u8]) -> String {
    encode_hex(&blake3::hash(bytes).as_bytes()[..6])
}

/// The inline stylesheet, minified.
static INLINE_STYLE: LazyLock<String> = LazyLock::new(|| {
    minifier::css::minify(include_str!("../../static/reading.css"))
        .expect("our own styles are read by every test of a page")
        .to_string()
});

/// The stylesheet that every page holds inline; an article page needs no other.
#[derive(Clone, Copy)]
pub struct InlineStyle(&'static str);

impl InlineStyle {
    pub fn load() -> Self {
        Self(&INLINE_STYLE)
    }

    /// Returns its hash for the policy header (Content Security Policy 3, section 2.3.1, `hash-source`).
    pub fn csp_hash(self) -> String {
        let hash = Sha256::digest(self.0);
        format!("'sha256-{}'", BASE64_STANDARD.encode(hash))
    }
}

impl fmt::Display for InlineStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

// Safe to print unescaped: the file is our own and holds no `<`.
impl HtmlSafe for InlineStyle {}

/// Returns the URL of an asset, such as `/static/site.0123456789ab.css`.
pub fn asset_url(name: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    match asset {
        Some(asset) => format!("/static/{stem}.{}.{ending}", *asset.fingerprint),
        None => format!("/static/{name}"),
    }
}

/// Serves an asset. Its plain name works too, for links written by hand, but is cached for five minutes only.
pub async fn show_asset(Path(requested): Path<String>) -> Result<Response, Error> {
    let (asset, is_immutable) = ASSETS
        .iter()
        .find_map(|asset| {
            let is_plain = asset.name == requested;
            let is_fingerprinted =
                asset_url(asset.name).strip_prefix("/static/") == Some(requested.as_str());
            (is_plain || is_fingerprinted).then_some((asset, is_fingerprinted))
        })
        .ok_or(Error::NotFound)?;
    let cache_control = if is_immutable {
        // One year stands for "for good"; `immutable` saves the request on a reload (RFC 8246).
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    };
    Ok((
        [
            (header::CONTENT_TYPE, asset.content_type),
            (header::CACHE_CONTROL, cache_control),
        ],
        asset.bytes,
    )
        .into_response())
}

/// Serves the icon at the path that browsers ask for whatever a page says.
pub async fn show_favicon() -> Response {
    show_asset(Path("icon.svg".to_owned()))
        .await
        .into_response()
}
