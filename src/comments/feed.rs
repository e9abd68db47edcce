//! The feed of new replies, as RSS 2.0.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use rss::{GuidBuilder, ItemBuilder};

use super::store::{self, Latest};
use crate::app::App;
use crate::text::dates;
use crate::web::{Db, Layout, Result, feed};

/// Replies in the feed: as many as a busy day brings.
const ITEMS: i64 = 50;

/// The newest replies, whole.
pub async fn show_feed(State(app): State<App>, layout: Layout, mut db: Db) -> Result<Response> {
    let replies = store::latest(&mut db, ITEMS, app.clock.now()).await?;
    drop(db);
    let title = layout
        .words
        .with("comments-feed", "title", &layout.publication.title);
    let newest = replies.first().map(|newest| newest.created_at);
    let items = replies.iter().map(|reply| item(&layout, reply)).collect();
    let channel = feed::channel(&layout, title, "/comments/feed.xml", newest, items);
    Ok(feed::Feed(channel).into_response())
}

fn item(layout: &Layout, reply: &Latest) -> rss::Item {
    let address = layout.absolute(&format!("/comments/{}", reply.id));
    let values = [
        ("name", reply.name.as_str()),
        ("title", reply.title.as_str()),
    ];
    ItemBuilder::default()
        .title(Some(layout.words.with_all("comment-on", &values)))
        .guid(Some(GuidBuilder::default().value(address.clone()).build()))
        .link(Some(address))
        .pub_date(Some(dates::rfc2822(reply.created_at)))
        .content(Some(reply.body_html.to_string()))
        .build()
}
