//! Redirects from the URLs that a site had in WordPress. Old URLs of articles are not handled here, because they are
//! stored as former paths and found by the resolver.

use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::PgConnection;
use url::form_urlencoded;

use super::feed;
use super::headlines::HEADLINES_PER_PAGE;
use super::model::TopicKind;
use super::store;
use crate::app::App;
use crate::clock::Ts;
use crate::comments;
use crate::text::{Slug, input};
use crate::web::feed::FeedFormat;
use crate::web::{Db, Error, Path, Result, media};

/// Redirects the WordPress queries `/?p=…`, `?page_id=…`, `?attachment_id=…`, `?s=…`, `?feed=…` and `?paged=…`. A query
/// with an article and `feed` redirects to the feed of its comments. Returns `None` for any other query. Fails with 404 if
/// the article or page in the query does not exist.
pub(super) async fn redirect_front_query(
    db: &mut PgConnection,
    query: &str,
    now: Ts,
) -> Result<Option<Response>> {
    // The first parameter that WordPress knows decides, whatever else is there.
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let redirect = match name.as_ref() {
            // WordPress counts articles, pages and attachments in one sequence.
            "p" | "page_id" | "attachment_id" => {
                let id = value.parse().map_err(|_| Error::NotFound)?;
                let path = store::wordpress::find_path(db, id, now).await?;
                let path = path.ok_or(Error::NotFound)?;
                redirect_permanently(&match parse_feed_query(query) {
                    Some(kind) => {
                        comments::feed::article_feed_path(&path, FeedFormat::from_wordpress(&kind))
                    }
                    None => path,
                })
            }
            "s" => redirect_permanently(&search_url(&value)),
            "feed" => {
                let page = match value.starts_with("comments") {
                    true => "/comments",
                    false => "",
                };
                redirect_to_feed(page, &value)
            }
            "paged" => redirect_to_front_page(db, &value, now).await?,
            _ => continue,
        };
        return Ok(Some(redirect));
    }
    Ok(None)
}

fn search_url(text: &str) -> String {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    format!("/search?q={text}")
}

/// Redirects WordPress's `/page/{number}`, a page of older articles on the front page.
pub async fn redirect_front_page(
    State(app): State<App>,
    mut db: Db,
    Path(page): Path<String>,
) -> Result<Response> {
    redirect_to_front_page(&mut db, &page, app.clock.now()).await
}

async fn redirect_to_front_page(db: &mut PgConnection, page: &str, now: Ts) -> Result<Response> {
    let page: i64 = page.parse().map_err(|_| Error::NotFound)?;
    if page <= 1 {
        return Ok(Redirect::to("/").into_response());
    }
    let before = store::wordpress::find_last_before_page(db, page, HEADLINES_PER_PAGE, now).await?;
    let before = before.ok_or(Error::NotFound)?;
    // Not for good: every new article shifts what the page shows.
    Ok(Redirect::to(&format!("/?before={before}")).into_response())
}

/// Splits a WordPress path such as `/a/comment-page-2` into the article's path and the page number.
pub(super) fn parse_comment_page(path: &str) -> Option<(&str, i64)> {
    let (article_path, page) = path.rsplit_once("/comment-page-")?;
    Some((article_path, page.parse().ok().filter(|page| *page > 0)?))
}

/// Redirects WordPress's `/feed` and `/comments/feed`, with or without a format, to the feed of articles or comments.
pub async fn redirect_feed(OriginalUri(uri): OriginalUri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let kind = path.rsplit('/').next().unwrap_or_default();
    let page = match path.starts_with("/comments/") {
        true => "/comments",
        false => "",
    };
    redirect_to_feed(page, kind)
}

/// Redirects the WordPress URL of a category to its topic, also from later pages of the category, and from its feeds to
/// those of the topic. The path may contain parent categories.
pub async fn redirect_category(
    db: Db,
    Path(path): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    redirect_topic(db, &path, &uri, TopicKind::Category).await
}

/// Redirects the WordPress URL of a tag to its topic, also from later pages of the tag, and from its feeds to those of the
/// topic.
pub async fn redirect_tag(
    db: Db,
    Path(path): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    redirect_topic(db, &path, &uri, TopicKind::Tag).await
}

async fn redirect_topic(mut db: Db, path: &str, uri: &Uri, kind: TopicKind) -> Result<Response> {
    let name = parse_term(path).ok_or(Error::NotFound)?;
    let slug = store::wordpress::find_topic_slug(&mut db, name, kind)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(redirect_list(&format!("/topics/{slug}"), path, uri))
}

/// Redirects the WordPress URL of an author to their page, also from later pages of the author, and from their feeds to
/// those of the author.
pub async fn redirect_author(
    Path(path): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let name = parse_term(&path).ok_or(Error::NotFound)?;
    // Whether there is such an author is for their page to say.
    let page = format!("/authors/{}", Slug::from_title(name));
    Ok(redirect_list(&page, &path, &uri))
}

/// Redirects the WordPress URL of a list of articles to the list's page or, if the URL is that of a feed, to its feed.
fn redirect_list(page: &str, path: &str, uri: &Uri) -> Response {
    let kind = find_feed_kind(path).map(str::to_owned);
    match kind.or_else(|| parse_feed_query(uri.query()?)) {
        Some(kind) => redirect_to_feed(page, &kind),
        None => redirect_permanently(page),
    }
}

fn redirect_to_feed(page: &str, kind: &str) -> Response {
    let extension = FeedFormat::from_wordpress(kind).extension();
    redirect_permanently(&format!("{}{extension}", feed::feed_stem(page)))
}

/// Returns the format in the path of a WordPress feed, such as `news/feed/atom`. It is empty if the path ends in `feed`.
fn find_feed_kind(path: &str) -> Option<&str> {
    let mut parts = path.split('/').skip_while(|part| *part != "feed");
    parts.next()?;
    Some(parts.next().unwrap_or_default())
}

/// Returns the value of WordPress's `?feed=…`, the format of a feed.
pub(super) fn parse_feed_query(query: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "feed")
        .map(|(_, value)| value.into_owned())
}

/// Redirects the WordPress URL of an uploaded file, below `/wp-content/uploads`.
pub async fn redirect_upload(Path(path): Path<String>) -> Result<Response> {
    Ok(redirect_permanently(&media::media_path(&path)))
}

/// Returns the slug in the WordPress URL of a category, tag or author: the last segment before `page` or `feed`. Returns
/// `None` if there is no valid segment.
fn parse_term(path: &str) -> Option<&str> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let name = parts
        .take_while(|part| !matches!(*part, "page" | "feed"))
        .last()?;
    // Postgres refuses a NUL in a text, which would be an error instead of a 404.
    (!input::has_invalid_chars(name)).then_some(name)
}

/// Parses the id in WordPress's `?replytocom=…`, which names the comment to reply to.
pub(super) fn parse_replied_id(query: &str) -> Option<i64> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "replytocom")
        .and_then(|(_, value)| value.parse().ok())
}

fn redirect_permanently(url: &str) -> Response {
    let location = [(header::LOCATION, url.to_owned())];
    (StatusCode::MOVED_PERMANENTLY, location).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_wordpress_feed_follows_the_word_feed() {
        for (path, kind) in [
            ("news/feed", Some("")),
            ("news/feed/", Some("")),
            ("world/asia/feed/atom/", Some("atom")),
            ("news/page/2", None),
            ("feedback", None),
        ] {
            assert_eq!(find_feed_kind(path), kind, "{path}");
        }
    }

    #[test]
    fn the_slug_in_a_wordpress_url_is_the_last_segment_before_page_or_feed() {
        for (path, name) in [
            ("news", Some("news")),
            ("news/", Some("news")),
            ("world/asia/", Some("asia")),
            ("world/asia/page/3/", Some("asia")),
            ("news/feed/", Some("news")),
            ("news/feed/atom/", Some("news")),
            ("world/feedback/", Some("feedback")),
            ("page/2", None),
            ("a\0b", None),
            ("/", None),
        ] {
            assert_eq!(parse_term(path), name, "{path}");
        }
    }
}
