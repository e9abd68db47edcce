//! The 404 page, which suggests articles to read.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use sqlx::PgConnection;

use super::store::links::{self, ArticleLink};
use crate::text::Slug;
use crate::web::{Layout, Page, Result};

/// Maximum number of articles in each of the two lists on the 404 page.
const LINKS_PER_LIST: i64 = 5;

#[derive(Template)]
#[template(path = "articles/not_found.html")]
struct ArticleNotFoundPage {
    layout: Layout,
    similar: Vec<ArticleLink>,
    newest: Vec<ArticleLink>,
}

/// Renders the 404 page for a path. It suggests articles with a similar slug, and the newest articles.
pub(super) async fn render(layout: Layout, db: &mut PgConnection, path: &str) -> Result<Response> {
    // Only the last segment counts: people get the date wrong, and emails cut the end off, but the slug mostly survives.
    let slug = path.rsplit('/').next().unwrap_or_default();
    let slug = percent_decode_str(slug).decode_utf8_lossy();
    let similar = if slug.contains(char::is_alphanumeric) {
        let slug = Slug::from_title(&slug);
        links::list_by_slug_prefix(db, &slug, LINKS_PER_LIST, layout.now).await?
    } else {
        Vec::new()
    };
    let mut newest = links::list_newest(db, LINKS_PER_LIST, layout.now).await?;
    newest.retain(|link| similar.iter().all(|listed| listed.path != link.path));
    let page = ArticleNotFoundPage {
        layout,
        similar,
        newest,
    };
    Ok(Page(page).with_status(StatusCode::NOT_FOUND))
}
