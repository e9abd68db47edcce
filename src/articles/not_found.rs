//! The 404 page, which suggests articles to read.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use sqlx::PgConnection;

use super::store::links::{self, ArticleLink};
use crate::app::App;
use crate::text::Slug;
use crate::web::{ClientIp, Layout, Page, Result};

/// Maximum number of articles in each of the two lists on the 404 page.
const LINKS_PER_LIST: i64 = 5;

#[derive(Template)]
#[template(path = "articles/not_found.html")]
struct ArticleNotFoundPage {
    layout: Layout,
    similar: Vec<ArticleLink>,
    newest: Vec<ArticleLink>,
}

/// Renders the 404 page for a path. It suggests articles with a similar slug, and the newest articles. A client that asks for
/// too many unknown URLs gets a 429 response instead, and when all clients together do, there are no similar articles.
pub(super) async fn render(
    app: &App,
    client: ClientIp,
    layout: Layout,
    db: &mut PgConnection,
    path: &str,
) -> Result<Response> {
    if let Err(seconds) = app.limits.check_unknown_url(client.0) {
        let retry_after = [(header::RETRY_AFTER, seconds.to_string())];
        return Ok((StatusCode::TOO_MANY_REQUESTS, retry_after).into_response());
    }
    // Only the last segment counts: people get the date wrong, and emails cut the end off, but the slug mostly survives.
    let slug = path.rsplit('/').next().unwrap_or_default();
    let slug = percent_decode_str(slug).decode_utf8_lossy();
    let similar = if slug.contains(char::is_alphanumeric) && app.limits.may_suggest() {
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
