//! RSS 2.0 feed of the newest articles.

use axum::response::{IntoResponse, Response};
use rss::{GuidBuilder, ItemBuilder};
use url::Url;

use super::store::headlines::{self, Headline};
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::text::{dates, markdown};
use crate::web::{Db, Layout, Result, feed};

/// Maximum number of articles in the feed: enough for a feed reader that polls a busy newsroom once a day.
const MAX_ITEMS: i64 = 30;

/// Serves the feed of the newest articles with their complete text. Pinned articles have no special place in it.
pub async fn show_feed(layout: Layout, mut db: Db) -> Result<Response> {
    let now = layout.now;
    // Pinned or not: pinning is for the front page alone.
    let headlines = headlines::list_newest(&mut db, None, true, MAX_ITEMS, now).await?;
    let policy = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(find_next_scheduled_time(&mut db, now).await?);
    // Rendering thirty articles takes a while, in which another request can use the connection.
    drop(db);
    let newest = headlines.first().map(|newest| newest.published_at);
    let title = layout.publication.title.clone();
    let items = headlines
        .iter()
        .map(|headline| build_item(&layout, headline));
    let channel = feed::build_channel(&layout, title, "/feed.xml", newest, items.collect());
    Ok((policy, feed::FeedResponse(channel)).into_response())
}

fn escape_html(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map(|escaped| escaped.to_string())
        .expect("writing to a String does not fail")
}

fn build_item(layout: &Layout, headline: &Headline) -> rss::Item {
    let link = layout.absolute_url(&headline.path);
    let url = Url::parse(&link).expect("the public URL and a path make a URL");
    // Made of the id, which stays when the URL changes, so that feed readers never show an article twice.
    let guid = GuidBuilder::default()
        .value(format!(
            "{}#article-{}",
            layout.absolute_url("/"),
            headline.id
        ))
        .permalink(false)
        .build();
    ItemBuilder::default()
        .title(Some(headline.title.clone()))
        .link(Some(link))
        .guid(Some(guid))
        .pub_date(Some(dates::format_rfc2822(headline.published_at)))
        // Feed readers take a description for HTML, so plain text has to be escaped.
        .description(Some(escape_html(&headline.teaser())))
        .content(Some(
            markdown::absolutize_urls(&headline.body_html, &url).to_string(),
        ))
        .build()
}
