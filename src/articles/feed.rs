//! The feed of new articles, as RSS 2.0.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use rss::{GuidBuilder, ItemBuilder};
use url::Url;

use super::store::{self, Headline};
use crate::app::App;
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::text::{dates, markdown};
use crate::web::{Db, Layout, Result, feed};

/// Articles in the feed: enough for a reader that looks once a day at a busy newsroom.
const ITEMS: i64 = 30;

/// The newest articles, whole.
pub async fn show_feed(State(app): State<App>, layout: Layout, mut db: Db) -> Result<Response> {
    let now = app.clock.now();
    let headlines = store::newest(&mut db, None, true, ITEMS, now).await?;
    let kept = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(find_next_scheduled_time(&mut db, now).await?);
    drop(db);
    let newest = headlines.first().map(|newest| newest.published_at);
    let title = layout.publication.title.clone();
    let items = headlines.iter().map(|headline| item(&layout, headline));
    let channel = feed::build_channel(&layout, title, "/feed.xml", newest, items.collect());
    Ok((kept, feed::FeedResponse(channel)).into_response())
}

fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map(|escaped| escaped.to_string())
        .expect("a String takes any text")
}

fn item(layout: &Layout, headline: &Headline) -> rss::Item {
    let address = layout.absolute_url(&headline.path);
    let page = Url::parse(&address).expect("the public address and a path make an address");
    // An article's number stays when its address changes, so a reader never sees it twice.
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
        .link(Some(address))
        .guid(Some(guid))
        .pub_date(Some(dates::format_rfc2822(headline.published_at)))
        // Readers take it for HTML, so what stands in it as text is escaped.
        .description(Some(escaped(&headline.teaser())))
        .content(Some(
            markdown::absolutize_urls(&headline.body_html, &page).to_string(),
        ))
        .build()
}
