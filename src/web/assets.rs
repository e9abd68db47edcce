//! Styles, scripts and pictures of the site's own, inside the binary, each under a name that changes with its content:
//! a browser may keep it for good.

use std::fmt;
use std::sync::LazyLock;

use askama::filters::HtmlSafe;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

use super::error::Error;
use super::path::Path;
use crate::crypto::hex;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    fingerprint: LazyLock<String>,
}

macro_rules! asset {
    ($name:literal, $kind:literal) => {
        Asset {
            name: $name,
            kind: $kind,
            bytes: include_bytes!(concat!("../../static/", $name)),
            fingerprint: LazyLock::new(|| {
                fingerprint(include_bytes!(concat!("../../static/", $name)))
            }),
        }
    };
}

static ASSETS: [Asset; 9] = [
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
    hex(&blake3::hash(bytes).as_bytes()[..6])
}

/// The styles that stand in a page itself, without what only we read in them.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    minifier::css::minify(include_str!("../../static/reading.css"))
        .expect("our own styles are read by every test of a page")
        .to_string()
});

/// The styles that stand in a page itself: an article needs no other.
#[derive(Clone, Copy)]
pub struct Style(&'static str);

impl Style {
    /// As they are now.
    pub fn of_reading() -> Self {
        Self(&STYLE)
    }

    /// By what a policy knows them (Content Security Policy 3, section 2.3.1, `hash-source`).
    pub fn hash(self) -> String {
        let hash = Sha256::digest(self.0);
        format!("'sha256-{}'", BASE64_STANDARD.encode(hash))
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

// A file of ours, and no `<` in it.
impl HtmlSafe for Style {}

/// The address of a file, such as `/static/site.0123456789ab.css`.
pub fn address(name: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    match asset {
        Some(asset) => format!("/static/{stem}.{}.{ending}", *asset.fingerprint),
        None => format!("/static/{name}"),
    }
}

/// A file of ours. The plain name works too, for text that was written by hand, but is not kept for good.
pub async fn show_asset(Path(wanted): Path<String>) -> Result<Response, Error> {
    let (asset, keep) = ASSETS
        .iter()
        .find_map(|asset| {
            let named = asset.name == wanted;
            let fingerprinted =
                address(asset.name).strip_prefix("/static/") == Some(wanted.as_str());
            (named || fingerprinted).then_some((asset, fingerprinted))
        })
        .ok_or(Error::NotFound)?;
    let keep = if keep {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    };
    Ok((
        [
            (header::CONTENT_TYPE, asset.kind),
            (header::CACHE_CONTROL, keep),
        ],
        asset.bytes,
    )
        .into_response())
}

/// Browsers ask for it whatever a page says.
pub async fn show_favicon() -> Response {
    show_asset(Path("icon.svg".to_owned()))
        .await
        .into_response()
}
