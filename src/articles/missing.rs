//! The answer where no article stands: what was perhaps meant, and what is new.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
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
    let last = path.rsplit('/').next().and_then(Slug::parse);
    let perhaps = match last {
        Some(slug) => store::of_slug(db, &slug, NAMED, now).await?,
        None => Vec::new(),
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
