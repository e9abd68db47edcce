//! Page of a topic, with its articles, newest first.

use askama::Template;
use axum::response::{IntoResponse, Response};

use super::feed;
use super::headlines::{HEADLINES_PER_PAGE, HeadlinePage, HeadlineQuery};
use super::model::Topic;
use super::store;
use crate::cache::find_next_scheduled_time;
use crate::text::Slug;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result};

#[derive(Template)]
#[template(path = "articles/topic.html")]
struct TopicPage {
    layout: Layout,
    topic: Topic,
    listing: HeadlinePage,
    is_first: bool,
}

/// Shows a page of the articles on a topic, newest first. Without `before` in the query, it begins with the newest. A
/// topic without published articles has no page: its name may be a slip that an editor has corrected since.
pub async fn show_topic(
    layout: Layout,
    mut db: Db,
    Path(slug): Path<String>,
    Query(query): Query<HeadlineQuery>,
) -> Result<Response> {
    let now = layout.now;
    let slug = Slug::parse(&slug).ok_or(Error::NotFound)?;
    let topic = store::topics::find(&mut db, &slug)
        .await?
        .ok_or(Error::NotFound)?;
    let rows = store::headlines::list_by_topic(
        &mut db,
        topic.id,
        query.before,
        HEADLINES_PER_PAGE + 1,
        now,
    )
    .await?;
    // No page links past the end, either; search engines must not index such URLs.
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let listing = HeadlinePage::from_rows(rows);
    let policy = listing.cache_policy(find_next_scheduled_time(&mut db, now).await?);
    let page = TopicPage {
        layout,
        topic,
        listing,
        is_first: query.before.is_none(),
    };
    Ok((policy, Page(page)).into_response())
}

impl TopicPage {
    fn title(&self) -> String {
        feed::title_of_list(&self.layout, &self.topic.name)
    }

    fn feed_stem(&self) -> String {
        feed::feed_stem(&self.path())
    }

    fn path(&self) -> String {
        format!("/topics/{}", self.topic.slug)
    }
}
