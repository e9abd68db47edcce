//! The front page: what is pinned, then the newest first. Also the addresses that a WordPress front page answers to.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::listing::{HEADLINES, Listing};
use super::store;
use super::wordpress;
use crate::app::App;
use crate::cache::find_next_scheduled_time;
use crate::ids::ArticleId;
use crate::web::{Db, Error, Layout, Page, Query, Result};

#[derive(Template)]
#[template(path = "articles/front.html")]
struct FrontPage {
    layout: Layout,
    listing: Listing,
    is_first: bool,
}

/// Where the page begins.
#[derive(Deserialize)]
pub struct Asked {
    before: Option<ArticleId>,
}

/// The newest articles, or those before another.
pub async fn show_front(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let now = app.clock.now();
    if let Some(query) = uri.query()
        && let Some(place) = wordpress::place_of_query(&mut db, query, now).await?
    {
        return Ok(place);
    }
    let newest = store::newest(&mut db, asked.before, false, HEADLINES + 1, now).await?;
    if newest.is_empty() && asked.before.is_some() {
        return Err(Error::NotFound);
    }
    let mut listing = Listing::of(newest);
    if asked.before.is_none() {
        let pinned = store::pinned(&mut db, HEADLINES, now).await?;
        listing.headlines.splice(0..0, pinned);
    }
    let kept = listing.kept(find_next_scheduled_time(&mut db, now).await?);
    let page = FrontPage {
        layout,
        listing,
        is_first: asked.before.is_none(),
    };
    Ok((kept, Page(page)).into_response())
}
