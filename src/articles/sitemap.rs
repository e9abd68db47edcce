//! What search engines ask first: what they may read, and where everything is.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::store::{self, Listed};
use crate::app::App;
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::web::{Db, Error, Layout, Result};

/// Addresses in one sitemap, the front page and that of counts among them (sitemaps.org, "Sitemap file location": at most 50,000).
const ADDRESSES: i64 = 50_000;

#[derive(Template)]
#[template(path = "articles/sitemap.xml")]
struct Sitemap {
    layout: Layout,
    articles: Vec<Listed>,
}

/// The addresses of the newest articles.
pub async fn show_sitemap(State(app): State<App>, layout: Layout, mut db: Db) -> Result<Response> {
    let now = app.clock.now();
    let articles = store::listed(&mut db, ADDRESSES - 2, now).await?;
    let kept = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(find_next_scheduled_time(&mut db, now).await?);
    let sitemap = Sitemap { layout, articles };
    let xml = sitemap.render().map_err(|error| {
        Error::Internal(anyhow::Error::new(error).context("the sitemap does not render"))
    })?;
    Ok((kept, [(header::CONTENT_TYPE, "application/xml")], xml).into_response())
}

/// What robots are asked to leave alone: the desk, and the reply form that stands behind every comment (RFC 9309).
pub async fn show_robots(State(app): State<App>) -> (CachePolicy, String) {
    let text = format!(
        "User-agent: *\nDisallow: /admin$\nDisallow: /admin/\nDisallow: /articles/\n\nSitemap: {}\n",
        app.config.absolute_url("/sitemap.xml")
    );
    (CachePolicy::default(), text)
}
