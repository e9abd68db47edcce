//! The feeds of new replies, as RSS 2.0: all of them, and those under one article.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use rss::{GuidBuilder, ItemBuilder};
use sqlx::PgConnection;

use super::permalink;
use super::store::{self, Latest};
use crate::app::App;
use crate::cache::{Keep, Tag, next_article};
use crate::ids::ArticleId;
use crate::text::dates;
use crate::web::{Db, Layout, Result, feed};

/// Replies in the feed: as many as a busy day brings.
const ITEMS: i64 = 50;
/// What stands after an article's address in that of its feed.
const ENDING: &str = "/feed.xml";

/// The newest replies, whole.
pub async fn show_feed(State(app): State<App>, layout: Layout, mut db: Db) -> Result<Response> {
    let now = app.clock.now();
    let replies = store::latest(&mut db, ITEMS, now).await?;
    let shown = [Tag::Replies, Tag::Articles];
    let kept = Keep::showing(shown).until(next_article(&mut db, now).await?);
    drop(db);
    let title = layout
        .words
        .with("comments-feed", "title", &layout.publication.title);
    let newest = replies.first().map(|newest| newest.created_at);
    let items = replies.iter().map(|reply| item(&layout, reply)).collect();
    let channel = feed::channel(&layout, title, "/comments/feed.xml", newest, items);
    Ok((kept, feed::Feed(channel)).into_response())
}

/// The newest replies under an article, whole.
pub async fn feed_of(
    layout: &Layout,
    db: &mut PgConnection,
    id: ArticleId,
    article_title: &str,
    path: &str,
) -> Result<Response> {
    let replies = store::latest_on(db, id, ITEMS).await?;
    let title = layout.words.with("article-feed", "title", article_title);
    let newest = replies.first().map(|newest| newest.created_at);
    let items = replies.into_iter().map(|reply| {
        let reply = Latest {
            id: reply.id,
            name: reply.name,
            body_html: reply.body_html,
            created_at: reply.created_at,
            title: article_title.to_owned(),
        };
        item(layout, &reply)
    });
    let mut channel = feed::channel(layout, title, &article_feed(path), newest, items.collect());
    channel.link = layout.absolute(path);
    let kept = Keep::showing([Tag::Article(id)]);
    Ok((kept, feed::Feed(channel)).into_response())
}

/// The address of the feed of an article.
pub fn article_feed(path: &str) -> String {
    format!("{path}{ENDING}")
}

/// The address of the article that the feed at `path` would be of.
pub fn article_of_feed(path: &str) -> Option<&str> {
    path.strip_suffix(ENDING)
}

/// The address of the article whose feed WordPress had at `path`.
pub fn article_of_wordpress_feed(path: &str) -> Option<&str> {
    ["/feed", "/feed/rss2", "/feed/rss", "/feed/atom"]
        .iter()
        .find_map(|ending| path.strip_suffix(ending))
}

fn item(layout: &Layout, reply: &Latest) -> rss::Item {
    let address = layout.absolute(&permalink::address(reply.id));
    let values = [
        ("name", reply.name.as_str()),
        ("title", reply.title.as_str()),
    ];
    ItemBuilder::default()
        .title(Some(layout.words.with_all("comment-on", &values)))
        .guid(Some(GuidBuilder::default().value(address.clone()).build()))
        .link(Some(address))
        .pub_date(Some(dates::format_rfc2822(reply.created_at)))
        .content(Some(reply.body_html.to_string()))
        .build()
}
