//! Full-text search of published articles, including those of kind `Page`.

use askama::Template;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::headlines::{HEADLINES_PER_PAGE, HeadlinePage};
use super::store;
use crate::ids::ArticleId;
use crate::text::{excerpt, input};
use crate::web::{Db, Layout, Page, Query, Result};

/// Longest search text in characters; the rest is ignored. Hardly anyone types more, and Postgres searches for this much
/// quickly.
const SEARCH_TEXT_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "articles/search.html")]
struct SearchPage {
    layout: Layout,
    search_text: String,
    listing: HeadlinePage,
}

/// Query string of the search page.
#[derive(Deserialize)]
pub struct SearchQuery {
    #[serde(default)]
    q: String,
    before: Option<ArticleId>,
}

/// Shows the articles that contain all words of the search text, newest first.
pub async fn show_search(
    layout: Layout,
    mut db: Db,
    Query(query): Query<SearchQuery>,
) -> Result<Response> {
    let search_text = excerpt::excerpt(&input::strip_invalid_chars(&query.q), SEARCH_TEXT_CHARS);
    let rows = if search_text.is_empty() {
        Vec::new()
    } else {
        let limit = HEADLINES_PER_PAGE + 1;
        store::headlines::search(&mut db, &search_text, query.before, limit, layout.now).await?
    };
    let page = SearchPage {
        layout,
        search_text,
        listing: HeadlinePage::from_rows(rows),
    };
    // Anyone can make up any number of such pages: search engines must not index them, and the cache gets no policy for them.
    Ok(([("x-robots-tag", "noindex")], Page(page)).into_response())
}

impl SearchPage {
    /// Returns the URL of the next page, with articles older than `before`.
    fn older_url(&self, before: &ArticleId) -> String {
        let text: String = form_urlencoded::byte_serialize(self.search_text.as_bytes()).collect();
        format!("/search?q={text}&before={before}")
    }
}
