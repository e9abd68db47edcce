//! The front page: pinned articles, then the newest articles. It also redirects the queries that WordPress had for its
//! front page.

use askama::Template;
use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};

use super::headlines::{HEADLINES_PER_PAGE, HeadlinePage, HeadlineQuery};
use super::store;
use super::wordpress;
use crate::cache::find_next_scheduled_time;
use crate::web::{Db, Error, Layout, Page, Query, Result};

#[derive(Template)]
#[template(path = "articles/front.html")]
struct FrontPage {
    layout: Layout,
    listing: HeadlinePage,
    is_first: bool,
}

impl FrontPage {
    fn description(&self) -> &str {
        match self.layout.publication.tagline.as_str() {
            "" => &self.layout.publication.title,
            tagline => tagline,
        }
    }
}

/// Shows the front page, or a page of older articles if the query has `before`.
pub async fn show_front(
    layout: Layout,
    mut db: Db,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<HeadlineQuery>,
) -> Result<Response> {
    let now = layout.now;
    if let Some(parameters) = uri.query()
        && let Some(redirect) = wordpress::redirect_front_query(&mut db, parameters, now).await?
    {
        return Ok(redirect);
    }
    let newest =
        store::headlines::list_newest(&mut db, query.before, HEADLINES_PER_PAGE + 1, now).await?;
    // No page links past the end; search engines must not index such URLs.
    if newest.is_empty() && query.before.is_some() {
        return Err(Error::NotFound);
    }
    let mut listing = HeadlinePage::from_rows(newest);
    if query.before.is_none() {
        // Added after the rows were counted: they lengthen the first page and shift none of the others.
        let pinned = store::headlines::list_pinned(&mut db, HEADLINES_PER_PAGE, now).await?;
        listing.headlines.splice(0..0, pinned);
    }
    let policy = listing.cache_policy(find_next_scheduled_time(&mut db, now).await?);
    let page = FrontPage {
        layout,
        listing,
        is_first: query.before.is_none(),
    };
    Ok((policy, Page(page)).into_response())
}
