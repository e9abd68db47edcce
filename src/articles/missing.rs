//! The answer where no article stands: what was perhaps meant, and what is new.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use sqlx::PgConnection;

use super::store::{self, Signpost};
use crate::clock::Ts;
use crate::text::Slug;
use crate::web::{Layout, Page, Result};

/// Articles that are named in either list.
const NAMED: i64 = 5;

#[derive(Template)]
#[template(path = "articles/missing.html")]
struct MissingPage {
    layout: Layout,
    perhaps: Vec<Signpost>,
    newest: Vec<Signpost>,
}

/// The page for `path`, at which there is nothing.
pub(super) async fn show_missing(
    layout: Layout,
    db: &mut PgConnection,
    path: &str,
    now: Ts,
) -> Result<Response> {
    // A wrong date, a part of the address that was cut off: the slug is what people remember and mails break.
    let last = path.rsplit('/').next().unwrap_or_default();
    let last = percent_decode_str(last).decode_utf8_lossy();
    let perhaps = if last.contains(char::is_alphanumeric) {
        store::of_slug(db, &Slug::from_title(&last), NAMED, now).await?
    } else {
        Vec::new()
    };
    let mut newest = store::signposts(db, NAMED, now).await?;
    newest.retain(|new| perhaps.iter().all(|named| named.path != new.path));
    let page = MissingPage {
        layout,
        perhaps,
        newest,
    };
    Ok(Page(page).with_status(StatusCode::NOT_FOUND))
}
