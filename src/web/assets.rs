//! Stylesheets, scripts and pictures of the site, embedded in the binary. The URL of each asset contains a hash of its
//! content, so that browsers may cache it indefinitely.

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
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        EmbeddedAsset {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../static/", $name)),
        }
    };
}

static ASSETS: [EmbeddedAsset; 21] = [
    asset!("reading.css", "text/css; charset=utf-8"),
    asset!("site.css", "text/css; charset=utf-8"),
    asset!("admin.css", "text/css; charset=utf-8"),
    asset!("reply.js", "text/javascript; charset=utf-8"),
    asset!("admin.js", "text/javascript; charset=utf-8"),
    asset!("word_lists.js", "text/javascript; charset=utf-8"),
    asset!("queue/cursor.js", "text/javascript; charset=utf-8"),
    asset!("queue/decisions.js", "text/javascript; charset=utf-8"),
    asset!("queue/events.js", "text/javascript; charset=utf-8"),
    asset!("queue/keyboard.js", "text/javascript; charset=utf-8"),
    asset!("queue/loading.js", "text/javascript; charset=utf-8"),
    asset!("queue/main.js", "text/javascript; charset=utf-8"),
    asset!("queue/messages.js", "text/javascript; charset=utf-8"),
    asset!("queue/page.js", "text/javascript; charset=utf-8"),
    asset!("queue/requests.js", "text/javascript; charset=utf-8"),
    asset!("queue/swipe.js", "text/javascript; charset=utf-8"),
    asset!("queue/undo_stack.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("favicon.ico", "image/vnd.microsoft.icon"),
    asset!("apple-touch-icon.png", "image/png"),
    asset!("welcome.svg", "image/svg+xml"),
];

/// Paths of all assets with a hash of their content, relative to `/static/`, in the order of [`ASSETS`].
static VERSIONED_PATHS: LazyLock<Vec<String>> =
    LazyLock::new(|| ASSETS.iter().map(versioned_path).collect());

/// Returns the path of an asset with a hash of its content: `site.0123456789ab.css`, or `queue.0123456789ab/main.js` for
/// a file in a folder.
fn versioned_path(asset: &EmbeddedAsset) -> String {
    if let Some((folder, file)) = asset.name.split_once('/') {
        // Modules import each other by relative URLs, so a change of one must change the URLs of all.
        let files = ASSETS.iter().filter(|asset| {
            asset
                .name
                .split_once('/')
                .is_some_and(|(other, _)| other == folder)
        });
        return format!("{folder}.{}/{file}", fingerprint(files));
    }
    let (stem, ending) = asset.name.rsplit_once('.').unwrap_or((asset.name, ""));
    format!("{stem}.{}.{ending}", fingerprint([asset]))
}

fn fingerprint<'a>(assets: impl IntoIterator<Item = &'a EmbeddedAsset>) -> String {
    let mut hasher = blake3::Hasher::new();
    for asset in assets {
        hasher.update(asset.bytes);
    }
    encode_hex(&hasher.finalize().as_bytes()[..6])
}

/// Minified stylesheet that is included in every page.
static INLINE_STYLE: LazyLock<String> = LazyLock::new(|| {
    minifier::css::minify(include_str!("../../static/reading.css"))
        .expect("the stylesheet can be minified")
        .to_string()
});

/// Stylesheet that is included inline in every page. Article pages need no other stylesheet.
#[derive(Clone, Copy)]
pub struct InlineStyle(&'static str);

impl InlineStyle {
    pub fn load() -> Self {
        Self(&INLINE_STYLE)
    }

    /// Returns the hash of the stylesheet in the form that `Content-Security-Policy` needs (Content Security Policy 3,
    /// section 2.3.1, `hash-source`).
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

/// Returns the URL of an asset with a hash of its content, such as `/static/site.0123456789ab.css`.
pub fn asset_url(name: &str) -> String {
    let index = ASSETS.iter().position(|asset| asset.name == name);
    let path = index.map_or(name, |index| &VERSIONED_PATHS[index]);
    format!("/static/{path}")
}

/// Serves an asset. A path without the hash works as well, for handwritten links, but may be cached for only five
/// minutes.
pub async fn show_asset(Path(requested): Path<String>) -> Result<Response, Error> {
    let (asset, is_immutable) = ASSETS
        .iter()
        .zip(VERSIONED_PATHS.iter())
        .find_map(|(asset, versioned)| {
            let is_versioned = *versioned == requested;
            (is_versioned || asset.name == requested).then_some((asset, is_versioned))
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

/// Serves the icon at `/favicon.ico`, which browsers request even if the page names another icon.
pub async fn show_favicon() -> Response {
    show_named("favicon.ico").await
}

/// Serves the icon at `/apple-touch-icon.png`, which iOS requests for its home screen.
pub async fn show_touch_icon() -> Response {
    show_named("apple-touch-icon.png").await
}

async fn show_named(name: &str) -> Response {
    show_asset(Path(name.to_owned())).await.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icons_are_of_the_type_that_they_are_served_as() {
        for (name, signature) in [
            // Icon directory with three images (Microsoft, "Icons in Win32").
            ("favicon.ico", &[0, 0, 1, 0, 3, 0][..]),
            ("apple-touch-icon.png", b"\x89PNG\r\n\x1a\n"),
        ] {
            let asset = ASSETS.iter().find(|asset| asset.name == name);
            let asset = asset.unwrap_or_else(|| panic!("{name} is an asset"));
            assert!(asset.bytes.starts_with(signature), "{name}");
        }
    }

    #[test]
    fn the_stylesheet_of_every_page_hides_hidden_elements() {
        // A display of their own would show them, as that of `textarea` does on the page that gives a form back.
        let style = InlineStyle::load().to_string();
        assert!(
            style.contains("[hidden]{display:none !important"),
            "{style}"
        );
    }

    #[test]
    fn every_imported_js_module_is_served_in_the_folder_of_its_importer() {
        let main = asset_url("queue/main.js");
        let folder = main
            .strip_suffix("main.js")
            .expect("the URL ends in main.js");
        for asset in ASSETS
            .iter()
            .filter(|asset| asset.name.starts_with("queue/"))
        {
            let source = std::str::from_utf8(asset.bytes).expect("scripts are UTF-8");
            for import in source.split("\"./").skip(1) {
                let file = import.split('"').next().unwrap_or_default();
                assert!(
                    VERSIONED_PATHS
                        .iter()
                        .any(|path| format!("/static/{path}") == format!("{folder}{file}")),
                    "{} imports {file}",
                    asset.name
                );
            }
        }
    }
}
