//! Pictures and files that articles show, from the media folder.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;
use url::form_urlencoded;

use super::error::Error;
use crate::app::App;

/// Where they are.
const MEDIA: &str = "/media";

/// The address of a file, by its path in the folder.
pub fn address(path: &str) -> String {
    let path: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("{MEDIA}/{}", path.replace("%2F", "/").replace('+', "%20"))
}

/// A file of the media folder. Nothing in it runs as part of the site, whatever was uploaded: what a browser does not
/// show by itself is downloaded, and a drawing with a script in it has no say.
pub async fn show_media(State(app): State<App>, request: Request) -> Result<Response, Error> {
    let folder = app.config.media.as_ref().ok_or(Error::NotFound)?;
    let (mut parts, _) = request.into_parts();
    parts.uri = inside(&parts.uri).ok_or(Error::NotFound)?;
    let files = ServeDir::new(folder).append_index_html_on_directories(false);
    let file = files
        .oneshot(Request::from_parts(parts, Body::empty()))
        .await
        .unwrap_or_else(|never| match never {});
    if file.status().is_client_error() {
        return Ok(file.status().into_response());
    }
    let mut file = file.map(Body::new);
    let kind = file
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let is_shown = ["image/", "audio/", "video/", "text/plain"]
        .iter()
        .any(|shown| kind.starts_with(shown));
    let is_document = kind == "application/pdf";
    let headers = file.headers_mut();
    if !is_shown && !is_document {
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment"),
        );
    }
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

/// The address without its first part.
fn inside(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_prefix(MEDIA)?;
    let path: PathAndQuery = path.parse().ok()?;
    Some(Uri::from(path))
}
