//! RSS 2.0 feeds of the newest comments: one feed for all articles, and one for each article.

use axum::response::{IntoResponse, Response};
use rss::{GuidBuilder, ItemBuilder};
use sqlx::PgConnection;

use super::links;
use super::store::approved::{self, FeedComment};
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::ids::ArticleId;
use crate::text::dates;
use crate::web::{Db, Layout, Result, feed};

/// Maximum number of comments in a feed: about as many as a busy day brings.
const MAX_FEED_ITEMS: i64 = 50;
/// Suffix that turns the path of an article into the path of its comment feed.
const FEED_SUFFIX: &str = "/feed.xml";

/// Shows the feed of the newest comments on all articles.
pub async fn show_feed(layout: Layout, mut db: Db) -> Result<Response> {
    let now = layout.now;
    let comments = approved::list_newest(&mut db, MAX_FEED_ITEMS, now).await?;
    let tags = [CacheTag::Comments, CacheTag::Articles];
    // A scheduled article brings its comments along when it is published.
    let policy =
        CachePolicy::tagged(tags).expires_at(find_next_scheduled_time(&mut db, now).await?);
    // The connection goes back to the pool before the feed is rendered.
    drop(db);
    let title = layout
        .translator
        .format("comments-feed", "title", &layout.publication.title);
    let newest = comments.first().map(|newest| newest.created_at);
    let items = comments
        .iter()
        .map(|comment| build_item(&layout, comment))
        .collect();
    let channel = feed::build_channel(&layout, title, "/comments/feed.xml", newest, items);
    Ok((policy, feed::FeedResponse(channel)).into_response())
}

/// Renders the feed of the newest comments on one article.
pub async fn render_article_feed(
    layout: &Layout,
    db: &mut PgConnection,
    id: ArticleId,
    article_title: &str,
    path: &str,
) -> Result<Response> {
    let comments = approved::list_newest_on(db, id, MAX_FEED_ITEMS).await?;
    let title = layout
        .translator
        .format("article-feed", "title", article_title);
    let newest = comments.first().map(|newest| newest.created_at);
    let items = comments
        .iter()
        .map(|comment| build_item(layout, comment))
        .collect();
    let mut channel = feed::build_channel(layout, title, &article_feed_path(path), newest, items);
    channel.link = layout.absolute_url(path);
    let policy = CachePolicy::tagged([CacheTag::Article(id)]);
    Ok((policy, feed::FeedResponse(channel)).into_response())
}

/// Returns the path of an article's comment feed.
pub fn article_feed_path(path: &str) -> String {
    format!("{path}{FEED_SUFFIX}")
}

/// Returns the article's path, if `path` has the form of a comment feed.
pub fn feed_article_path(path: &str) -> Option<&str> {
    path.strip_suffix(FEED_SUFFIX)
}

/// Returns the article's path, if `path` has the form of a comment feed in WordPress.
pub fn wordpress_feed_article_path(path: &str) -> Option<&str> {
    ["/feed", "/feed/rss2", "/feed/rss", "/feed/atom"]
        .iter()
        .find_map(|suffix| path.strip_suffix(suffix))
}

fn build_item(layout: &Layout, comment: &FeedComment) -> rss::Item {
    let url = layout.absolute_url(&links::comment_path(comment.id));
    let values = [
        ("name", comment.name.as_str()),
        ("title", comment.article_title.as_str()),
    ];
    ItemBuilder::default()
        .title(Some(layout.translator.format_all("comment-on", &values)))
        .guid(Some(GuidBuilder::default().value(url.clone()).build()))
        .link(Some(url))
        .pub_date(Some(dates::format_rfc2822(comment.created_at)))
        .content(Some(comment.body_html.to_string()))
        .build()
}
