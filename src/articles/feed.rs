//! Feeds of the newest articles: of the whole site, of a topic and of an author.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::headlines;
use super::store::feeds::FeedArticle;
use super::store::{self, feeds};
use crate::accounts::store::author_slugs;
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::text::{Slug, markdown};
use crate::web::feed::{Feed, FeedAuthor, FeedFormat, FeedItem};
use crate::web::{Db, Error, Layout, Path, Result};

/// Maximum number of articles in a feed: enough for a feed reader that polls a busy newsroom once a day.
const MAX_ITEMS: i64 = 30;

/// Serves the feed of the newest articles with their complete text. Pinned articles have no special place in it.
pub async fn show_feed(layout: Layout, mut db: Db, format: FeedFormat) -> Result<Response> {
    let articles = feeds::list_newest(&mut db, MAX_ITEMS, layout.now).await?;
    let feed = Feed {
        name: "articles".to_owned(),
        title: layout.publication.title.clone(),
        page_path: "/".to_owned(),
        stem: "/feed".to_owned(),
        items: Vec::new(),
    };
    respond(&layout, db, feed, articles, format).await
}

/// Serves the feed of the newest articles on a topic.
pub async fn show_topic_feed(
    layout: Layout,
    mut db: Db,
    Path(slug): Path<String>,
    format: FeedFormat,
) -> Result<Response> {
    let slug = Slug::parse(&slug).ok_or(Error::NotFound)?;
    let topic = store::topics::find(&mut db, &slug)
        .await?
        .ok_or(Error::NotFound)?;
    let articles = feeds::list_by_topic(&mut db, topic.id, MAX_ITEMS, layout.now).await?;
    let path = format!("/topics/{slug}");
    let feed = Feed {
        name: format!("topic {}", topic.id),
        title: title_of_list(&layout, &topic.name),
        stem: feed_stem(&path),
        page_path: path,
        items: Vec::new(),
    };
    respond(&layout, db, feed, articles, format).await
}

/// Serves the feed of the newest articles of an author.
pub async fn show_author_feed(
    layout: Layout,
    mut db: Db,
    Path(slug): Path<String>,
    format: FeedFormat,
) -> Result<Response> {
    let slug = Slug::parse(&slug).ok_or(Error::NotFound)?;
    let Some(author) = store::authors::find(&mut db, &slug).await? else {
        let current = author_slugs::find_current(&mut db, &slug, layout.now).await?;
        let page = format!("/authors/{}", current.ok_or(Error::NotFound)?);
        let url = format!("{}{}", feed_stem(&page), format.extension());
        return Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url)]).into_response());
    };
    let articles = feeds::list_by_author(&mut db, author.id, MAX_ITEMS, layout.now).await?;
    // Like the page: the feed would reveal who else is on the staff.
    if articles.is_empty() {
        return Err(Error::NotFound);
    }
    let path = format!("/authors/{slug}");
    let feed = Feed {
        name: format!("author {}", author.id),
        title: title_of_list(&layout, &author.name),
        stem: feed_stem(&path),
        page_path: path,
        items: Vec::new(),
    };
    respond(&layout, db, feed, articles, format).await
}

/// Returns the path of the feed of a page, without the extension.
pub(super) fn feed_stem(page_path: &str) -> String {
    format!("{page_path}/feed")
}

/// Returns the title of the feed of a topic or an author.
pub(super) fn title_of_list(layout: &Layout, name: &str) -> String {
    format!("{name} – {}", layout.publication.title)
}

async fn respond(
    layout: &Layout,
    mut db: Db,
    mut feed: Feed,
    articles: Vec<FeedArticle>,
    format: FeedFormat,
) -> Result<Response> {
    let policy = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(find_next_scheduled_time(&mut db, layout.now).await?);
    // Rendering thirty articles takes a while, in which another request can use the connection.
    drop(db);
    feed.items = articles
        .into_iter()
        .map(|article| build_item(layout, article))
        .collect();
    Ok((policy, feed.respond(layout, format)).into_response())
}

fn build_item(layout: &Layout, article: FeedArticle) -> FeedItem {
    let url = layout.absolute_url(&article.path);
    let base = Url::parse(&url).expect("the public URL and a path make a URL");
    let summary = headlines::make_teaser(&article.standfirst, &article.body_html);
    FeedItem {
        guid: article
            .guid
            .unwrap_or_else(|| format!("{}/#article-{}", layout.guid_base(), article.id)),
        comments_url: Some(format!("{url}#comments")),
        url,
        title: article.title,
        author: FeedAuthor {
            name: article.author,
            url: Some(layout.absolute_url(&format!("/authors/{}", article.author_slug))),
        },
        topics: article.topics,
        published_at: article.published_at,
        updated_at: article.revised_at,
        summary: Some(summary).filter(|summary| !summary.is_empty()),
        html: markdown::absolutize_urls(&article.body_html, &base).to_string(),
    }
}
