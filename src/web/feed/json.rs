//! JSON Feed 1.1 (jsonfeed.org).

use serde_json::{Value, json};

use super::{Feed, FeedFormat, FeedItem, describe_site};
use crate::clock::Ts;
use crate::web::layout::Layout;

pub(super) fn write(feed: &Feed, layout: &Layout) -> String {
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": describe_site(layout),
        "home_page_url": layout.absolute_url(&feed.page_path),
        "feed_url": layout.absolute_url(&feed.path(FeedFormat::Json)),
        "language": layout.lang(),
        "items": feed.items.iter().map(build_item).collect::<Vec<_>>(),
    })
    .to_string()
}

fn build_item(item: &FeedItem) -> Value {
    let mut author = json!({ "name": item.author.name });
    if let Some(url) = &item.author.url {
        author["url"] = json!(url);
    }
    let mut json = json!({
        "id": item.guid,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "date_published": format_time(item.published_at),
        "authors": [author],
    });
    // A member without a value is left out.
    if let Some(updated_at) = item.updated_at {
        json["date_modified"] = json!(format_time(updated_at));
    }
    if let Some(summary) = &item.summary {
        json["summary"] = json!(summary);
    }
    if !item.topics.is_empty() {
        json["tags"] = json!(item.topics);
    }
    json
}

fn format_time(time: Ts) -> String {
    time.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
