//! A topic: what has been published about it, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::listing::{Asked, HEADLINES, Listing};
use super::model::Topic;
use super::store;
use crate::app::App;
use crate::cache::find_next_scheduled_time;
use crate::text::Slug;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result};

#[derive(Template)]
#[template(path = "articles/topic.html")]
struct TopicPage {
    layout: Layout,
    topic: Topic,
    listing: Listing,
    is_first: bool,
}

/// The newest articles on a topic, or those before another.
pub async fn show_topic(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let now = app.clock.now();
    let slug = Slug::parse(&slug).ok_or(Error::NotFound)?;
    let topic = store::find_topic(&mut db, &slug)
        .await?
        .ok_or(Error::NotFound)?;
    let found = store::on_topic(&mut db, topic.id, asked.before, HEADLINES + 1, now).await?;
    if found.is_empty() && asked.before.is_some() {
        return Err(Error::NotFound);
    }
    let listing = Listing::of(found);
    let kept = listing.kept(find_next_scheduled_time(&mut db, now).await?);
    let page = TopicPage {
        layout,
        topic,
        listing,
        is_first: asked.before.is_none(),
    };
    Ok((kept, Page(page)).into_response())
}

impl TopicPage {
    fn path(&self) -> String {
        format!("/topics/{}", self.topic.slug)
    }
}
