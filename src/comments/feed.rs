//! Feeds of the newest comments: one feed for all articles, and one for each article.

use axum::response::{IntoResponse, Response};
use sqlx::PgConnection;

use super::links;
use super::store::approved::{self, FeedComment};
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::ids::ArticleId;
use crate::web::feed::{Feed, FeedAuthor, FeedFormat, FeedItem};
use crate::web::{Db, Layout, Result};

/// Maximum number of comments in a feed: about as many as a busy day brings.
const MAX_FEED_ITEMS: i64 = 50;
/// Path of the feed of all comments, without the extension.
const FEED_STEM: &str = "/comments/feed";
/// Words by which WordPress's feed URLs end, alone or after `/feed`.
const WORDPRESS_KINDS: [&str; 5] = ["feed", "rss2", "rss", "rdf", "atom"];

/// Shows the feed of the newest comments on all articles.
pub async fn show_feed(layout: Layout, mut db: Db, format: FeedFormat) -> Result<Response> {
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
    let feed = Feed {
        name: "comments".to_owned(),
        title,
        page_path: "/".to_owned(),
        stem: FEED_STEM.to_owned(),
        items: build_items(&layout, comments),
    };
    Ok((policy, feed.respond(&layout, format)).into_response())
}

/// Renders the feed of the newest comments on one article.
pub async fn render_article_feed(
    layout: &Layout,
    db: &mut PgConnection,
    id: ArticleId,
    article_title: &str,
    path: &str,
    format: FeedFormat,
) -> Result<Response> {
    let comments = approved::list_newest_on(db, id, MAX_FEED_ITEMS).await?;
    let title = layout
        .translator
        .format("article-feed", "title", article_title);
    let feed = Feed {
        name: format!("comments on article {id}"),
        title,
        page_path: path.to_owned(),
        stem: article_feed_stem(path),
        items: build_items(layout, comments),
    };
    let policy = CachePolicy::tagged([CacheTag::Article(id)]);
    Ok((policy, feed.respond(layout, format)).into_response())
}

/// Returns the path of an article's comment feed, without the extension.
pub fn article_feed_stem(path: &str) -> String {
    format!("{path}/feed")
}

/// Returns the path of an article's comment feed in a format.
pub fn article_feed_path(path: &str, format: FeedFormat) -> String {
    format!("{}{}", article_feed_stem(path), format.extension())
}

/// Returns the article's path and the format, if `path` has the form of a comment feed.
pub fn parse_article_feed(path: &str) -> Option<(&str, FeedFormat)> {
    let (stem, format) = FeedFormat::split(path)?;
    Some((stem.strip_suffix("/feed")?, format))
}

/// Splits the path of a WordPress feed, such as `/a/feed/atom` or `/a/rss2`, into the path of its page and the format.
/// The path of the front page is empty.
pub fn parse_wordpress_feed(path: &str) -> Option<(&str, FeedFormat)> {
    let (page, kind) = path.rsplit_once('/')?;
    // The URLs of its first versions, such as `/wp-rss2.php`.
    let script = kind
        .strip_prefix("wp-")
        .and_then(|kind| kind.strip_suffix(".php"));
    let kind = script.unwrap_or(kind);
    if !WORDPRESS_KINDS.contains(&kind) {
        return None;
    }
    let page = page.strip_suffix("/feed").unwrap_or(page);
    Some((page, FeedFormat::from_wordpress(kind)))
}

fn build_items(layout: &Layout, comments: Vec<FeedComment>) -> Vec<FeedItem> {
    comments
        .into_iter()
        .map(|comment| build_item(layout, comment))
        .collect()
}

fn build_item(layout: &Layout, comment: FeedComment) -> FeedItem {
    let path = links::comment_path(comment.id);
    let values = [
        ("name", comment.name.as_str()),
        ("title", comment.article_title.as_str()),
    ];
    FeedItem {
        guid: comment
            .guid
            .unwrap_or_else(|| format!("{}{path}", layout.guid_base())),
        title: layout.translator.format_all("comment-on", &values),
        url: layout.absolute_url(&path),
        author: FeedAuthor {
            name: comment.name,
            url: None,
        },
        topics: Vec::new(),
        published_at: comment.created_at,
        updated_at: comment.edited_at,
        summary: None,
        html: comment.body_html.to_string(),
        comments_url: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_wordpress_feeds_are_split_into_page_and_format() {
        for (path, expected) in [
            ("/a/feed", Some(("/a", FeedFormat::Rss))),
            ("/a/feed/rss2", Some(("/a", FeedFormat::Rss))),
            ("/a/feed/atom", Some(("/a", FeedFormat::Atom))),
            ("/a/atom", Some(("/a", FeedFormat::Atom))),
            ("/rdf", Some(("", FeedFormat::Rss))),
            ("/wp-atom.php", Some(("", FeedFormat::Atom))),
            ("/wp-login.php", None),
            ("/a/feeds", None),
            ("/a/feed.xml", None),
        ] {
            assert_eq!(parse_wordpress_feed(path), expected, "{path}");
        }
        let own = parse_article_feed("/a/feed.json");
        assert_eq!(own, Some(("/a", FeedFormat::Json)));
        assert_eq!(parse_article_feed("/a/b.json"), None);
    }
}
