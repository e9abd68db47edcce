//! The addresses that a site had in WordPress, and where they lead. An article's own old address is one of its paths and
//! needs nothing of this.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::percent_decode_str;
use sqlx::PgConnection;
use url::form_urlencoded;

use super::listing::HEADLINES;
use super::model::TopicKind;
use super::store;
use crate::app::App;
use crate::clock::Ts;
use crate::text::{Slug, input};
use crate::web::{Db, Error, Path, Result, media};

/// Where a front page with this query leads: `?p=…`, `?page_id=…`, `?attachment_id=…`, `?s=…`, `?feed=…`, `?paged=…`.
pub(super) async fn place_of_query(
    db: &mut PgConnection,
    query: &str,
    now: Ts,
) -> Result<Option<Response>> {
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let place = match name.as_ref() {
            "p" | "page_id" | "attachment_id" => {
                let number = value.parse().map_err(|_| Error::NotFound)?;
                let path = store::find_path_by_number(db, number, now).await?;
                for_good(&path.ok_or(Error::NotFound)?)
            }
            "s" => for_good(&search_address(&value)),
            "feed" => for_good(if value.starts_with("comments") {
                "/comments/feed.xml"
            } else {
                "/feed.xml"
            }),
            "paged" => page_of_front(db, &value, now).await?,
            _ => continue,
        };
        return Ok(Some(place));
    }
    Ok(None)
}

fn search_address(question: &str) -> String {
    let question: String = form_urlencoded::byte_serialize(question.as_bytes()).collect();
    format!("/search?q={question}")
}

/// A later page of the front page. What stands there changes with every article, so it leads there for now only.
pub async fn show_page_of_front(
    State(app): State<App>,
    mut db: Db,
    Path(page): Path<String>,
) -> Result<Response> {
    page_of_front(&mut db, &page, app.clock.now()).await
}

async fn page_of_front(db: &mut PgConnection, page: &str, now: Ts) -> Result<Response> {
    let page: i64 = page.parse().map_err(|_| Error::NotFound)?;
    if page <= 1 {
        return Ok(Redirect::to("/").into_response());
    }
    let before = store::last_before_page(db, page, HEADLINES, now).await?;
    let before = before.ok_or(Error::NotFound)?;
    Ok(Redirect::to(&format!("/?before={before}")).into_response())
}

/// An article's address and the page of its replies, where a path ends in `/comment-page-2`.
pub(super) fn page_of_replies(path: &str) -> Option<(&str, i64)> {
    let (of, page) = path.rsplit_once("/comment-page-")?;
    Some((of, page.parse().ok().filter(|page| *page > 0)?))
}

/// The feed of articles.
pub async fn show_feed() -> Response {
    for_good("/feed.xml")
}

/// The feed of replies.
pub async fn show_comments_feed() -> Response {
    for_good("/comments/feed.xml")
}

/// A category, which may stand under others, and any page or feed of it.
pub async fn show_category(db: Db, Path(path): Path<String>) -> Result<Response> {
    show_topic(db, &path, TopicKind::Category).await
}

/// A tag, and any page or feed of it.
pub async fn show_tag(db: Db, Path(path): Path<String>) -> Result<Response> {
    show_topic(db, &path, TopicKind::Tag).await
}

async fn show_topic(mut db: Db, path: &str, kind: TopicKind) -> Result<Response> {
    let name = last_name(path).ok_or(Error::NotFound)?;
    let slug = store::find_old_topic(&mut db, name, kind)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(for_good(&format!("/topics/{slug}")))
}

/// An author, and any page or feed of theirs.
pub async fn show_author(Path(path): Path<String>) -> Result<Response> {
    let name = last_name(&path).ok_or(Error::NotFound)?;
    Ok(for_good(&format!("/authors/{}", Slug::from_title(name))))
}

/// A picture or a file.
pub async fn show_upload(Path(path): Path<String>) -> Result<Response> {
    Ok(for_good(&media::media_path(&path)))
}

/// The last part of a path that is neither the feed nor the number of a page.
fn last_name(path: &str) -> Option<&str> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let name = parts
        .take_while(|part| !matches!(*part, "page" | "feed"))
        .last()?;
    (!input::has_invalid_chars(name)).then_some(name)
}

/// The comment that `?replytocom=…` asks to answer, by its old number.
pub(super) fn answered_in(query: &str) -> Option<i64> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "replytocom")
        .and_then(|(_, value)| value.parse().ok())
}

/// A path as it is kept: decoded, without the slashes at its end. None if it can be no article's.
pub(super) fn readable(path: &str) -> Option<String> {
    let path = percent_decode_str(path.trim_end_matches('/')).decode_utf8();
    let path = path.ok()?;
    (!path.contains(char::is_control)).then(|| path.into_owned())
}

fn for_good(place: &str) -> Response {
    let place = [(header::LOCATION, place.to_owned())];
    (StatusCode::MOVED_PERMANENTLY, place).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_last_part_that_is_no_page_and_no_feed() {
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
            assert_eq!(last_name(path), name, "{path}");
        }
    }

    #[test]
    fn a_path_is_kept_decoded() {
        assert_eq!(readable("/2012/a/").as_deref(), Some("/2012/a"));
        assert_eq!(readable("/%d1%82%D0%B5/%2f").as_deref(), Some("/те//"));
        assert_eq!(readable("/%ff"), None);
        assert_eq!(readable("/a%00"), None);
    }
}
