//! The sitemap and `robots.txt`.

use anyhow::Context;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::store::links::{self, SitemapEntry};
use crate::app::App;
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::web::{Db, Layout, Result};

/// Maximum number of URLs in one sitemap. The limit is defined by sitemaps.org.
const SITEMAP_URLS: i64 = 50_000;

#[derive(Template)]
#[template(path = "articles/sitemap.xml")]
struct SitemapPage {
    layout: Layout,
    articles: Vec<SitemapEntry>,
}

/// Serves a sitemap with the URLs of the newest articles, the front page and the transparency report.
pub async fn show_sitemap(layout: Layout, mut db: Db) -> Result<Response> {
    let now = layout.now;
    // The front page and the transparency report take two of them.
    let articles = links::list_for_sitemap(&mut db, SITEMAP_URLS - 2, now).await?;
    let policy = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(find_next_scheduled_time(&mut db, now).await?);
    let sitemap = SitemapPage { layout, articles };
    // Not by `Page`, which would serve it as HTML.
    let xml = sitemap.render().context("the sitemap does not render")?;
    Ok((policy, [(header::CONTENT_TYPE, "application/xml")], xml).into_response())
}

/// Serves `robots.txt` (RFC 9309). It asks robots to avoid the staff pages and the reply form, which every comment links
/// to.
pub async fn show_robots(State(app): State<App>) -> (CachePolicy, String) {
    // "/admin$" is that page alone: an article's path may begin with "/admin".
    let text = format!(
        "User-agent: *\nDisallow: /admin$\nDisallow: /admin/\nDisallow: /articles/\n\nSitemap: {}\n",
        app.config.absolute_url("/sitemap.xml")
    );
    (CachePolicy::default(), text)
}
