//! Pictures and other files of articles, served from the media folder.

use std::path::Path;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tokio::fs;
use tower::ServiceExt;
use tower_http::services::ServeDir;
use url::form_urlencoded;

use super::error::Error;
use crate::app::App;

/// Start of the URL paths of all media files.
pub const MEDIA_PREFIX: &str = "/media";

/// Returns the URL path of a media file, given its path in the media folder.
pub fn media_path(path: &str) -> String {
    // This encodes for forms. In a path slashes stay, and a plus sign is no space.
    let path: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!(
        "{MEDIA_PREFIX}/{}",
        path.replace("%2F", "/").replace('+', "%20")
    )
}

/// Serves a file from the media folder.
pub async fn show_media(State(app): State<App>, request: Request) -> Result<Response, Error> {
    let folder = app.config.media_dir.as_ref().ok_or(Error::NotFound)?;
    let (mut parts, _) = request.into_parts();
    parts.uri = strip_media_prefix(&parts.uri).ok_or(Error::NotFound)?;
    if !is_served(folder, parts.uri.path()).await {
        return Err(Error::NotFound);
    }
    let files = ServeDir::new(folder).append_index_html_on_directories(false);
    let Ok(file) = files
        .oneshot(Request::from_parts(parts, Body::empty()))
        .await;
    // Without the empty body of `ServeDir`, so that the error page takes its place.
    if file.status().is_client_error() {
        return Ok(file.status().into_response());
    }
    let mut file = file.map(Body::new);
    let kind = file
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let is_displayable = ["image/", "audio/", "video/", "text/plain"]
        .iter()
        .any(|prefix| kind.starts_with(prefix));
    let is_document = kind == "application/pdf";
    let headers = file.headers_mut();
    // An upload must not run as part of the site: types that browsers might execute are downloaded, and the policy disables
    // scripts within an SVG.
    if !is_displayable && !is_document {
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment"),
        );
    }
    // Browsers do not run their PDF viewers in a sandbox.
    if !is_document {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        );
    }
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=86400"),
    );
    Ok(file)
}

/// Returns whether the file at a URL path may be served: its name and its folders do not begin with a dot, and no symbolic
/// link leads out of the media folder.
async fn is_served(folder: &Path, path: &str) -> bool {
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return false;
    };
    let is_hidden = path.split(['/', '\\']).any(|part| part.starts_with('.'));
    let inside = folder.join(path.trim_start_matches('/'));
    match (
        fs::canonicalize(folder).await,
        fs::canonicalize(inside).await,
    ) {
        (Ok(folder), Ok(file)) => !is_hidden && file.starts_with(folder),
        _ => false,
    }
}

fn strip_media_prefix(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_prefix(MEDIA_PREFIX)?;
    let path: PathAndQuery = path.parse().ok()?;
    Some(Uri::from(path))
}
