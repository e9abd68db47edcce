//! Resolution of paths that match no route: current and former paths of articles, feeds of an article's comments, and
//! URLs of articles from WordPress.

use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::percent_decode_str;
use sqlx::PgConnection;

use super::model::Article;
use super::sitemap::{self, MonthFile};
use super::store::{self, ArticleLookup};
use super::{not_found, page, wordpress};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::{self, paging};
use crate::web::feed::FeedFormat;
use crate::web::{ClientIp, Db, Layout, Result};

/// Result of resolving a request's path.
enum ResolvedPath {
    Article(Box<Article>),
    /// The feed of comments on an article.
    CommentFeed(Box<Article>, FeedFormat),
    /// The file of the sitemap with the articles of a month.
    MonthSitemap(MonthFile),
    /// URL that has permanently replaced the requested one.
    MovedPermanently(String),
    /// URL that currently shows the requested content.
    SeeOther(String),
    NotFound,
}

/// Handles all requests that match no route. Serves the article or feed at the path, redirects, or responds with 404.
pub async fn show_path(
    State(app): State<App>,
    client: ClientIp,
    layout: Layout,
    mut db: Db,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    match resolve(&mut db, &uri, layout.now).await? {
        ResolvedPath::Article(article) => page::render(layout, db, *article, uri.query()).await,
        ResolvedPath::CommentFeed(article, format) => {
            let path = article.path.as_deref().unwrap_or_default();
            let title = &article.title;
            comments::feed::render_article_feed(&layout, &mut db, article.id, title, path, format)
                .await
        }
        ResolvedPath::MonthSitemap(file) => sitemap::render_month(layout, db, file).await,
        ResolvedPath::MovedPermanently(url) => {
            Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url)]).into_response())
        }
        ResolvedPath::SeeOther(url) => Ok(Redirect::to(&url).into_response()),
        ResolvedPath::NotFound => {
            not_found::render(&app, client, layout, &mut db, trimmed_path(&uri)).await
        }
    }
}

async fn resolve(db: &mut PgConnection, uri: &Uri, now: Ts) -> sqlx::Result<ResolvedPath> {
    let path = trimmed_path(uri);
    if path.is_empty() {
        return Ok(ResolvedPath::MovedPermanently(with_query("/", uri)));
    }
    let lookup = find_article(db, path, now).await?;
    let wordpress_kind = uri.query().and_then(wordpress::parse_feed_query);
    if let (Some(found), Some(kind)) = (&lookup, &wordpress_kind) {
        let path = match found {
            ArticleLookup::Moved(current) => current,
            ArticleLookup::Current(article) => article.path.as_deref().unwrap_or_default(),
        };
        let feed = comments::feed::article_feed_path(path, FeedFormat::from_wordpress(kind));
        return Ok(ResolvedPath::MovedPermanently(feed));
    }
    // Before the slash is looked at, so that an old path with a slash takes one redirect, not two.
    if let Some(ArticleLookup::Moved(current)) = lookup {
        return Ok(ResolvedPath::MovedPermanently(with_query(&current, uri)));
    }
    // Without asking whether there is anything: routes such as /feed.xml/ and /admin/ come here as well.
    if path != uri.path() && stays_on_site(path) {
        return Ok(ResolvedPath::MovedPermanently(with_query(path, uri)));
    }
    if let Some(ArticleLookup::Current(article)) = lookup {
        return Ok(match find_replied_comment(db, &article, uri).await? {
            Some(reply_url) => ResolvedPath::SeeOther(reply_url),
            None => ResolvedPath::Article(article),
        });
    }
    // Last, because an article may have a path of this form.
    if let Some(resolved) = resolve_feed(db, path, now).await? {
        return Ok(resolved);
    }
    if let Some(resolved) = resolve_comment_page(db, path, now).await? {
        return Ok(resolved);
    }
    if let Some(file) = MonthFile::parse(path) {
        return Ok(ResolvedPath::MonthSitemap(file));
    }
    Ok(ResolvedPath::NotFound)
}

/// Returns the URL of the form for replying to a comment, if the request has WordPress's `?replytocom=` and the article
/// has that comment.
async fn find_replied_comment(
    db: &mut PgConnection,
    article: &Article,
    uri: &Uri,
) -> sqlx::Result<Option<String>> {
    let Some(wordpress_id) = uri.query().and_then(wordpress::parse_replied_id) else {
        return Ok(None);
    };
    let comment =
        comments::store::approved::find_by_wordpress_id(db, article.id, wordpress_id).await?;
    Ok(comment.map(|id| format!("/articles/{}/reply?to={id}", article.id)))
}

/// Resolves the feed of an article's comments, which is at `/feed.xml`, `/feed.atom` and `/feed.json` below the article's
/// path. WordPress's paths of feeds redirect there, or to the feed of the newest articles.
async fn resolve_feed(
    db: &mut PgConnection,
    path: &str,
    now: Ts,
) -> sqlx::Result<Option<ResolvedPath>> {
    let own = comments::feed::parse_article_feed(path);
    let Some((article_path, format)) = own.or(comments::feed::parse_wordpress_feed(path)) else {
        return Ok(None);
    };
    let moved_to = |path: &str| {
        ResolvedPath::MovedPermanently(comments::feed::article_feed_path(path, format))
    };
    if article_path.is_empty() {
        return Ok(own.is_none().then(|| moved_to("")));
    }
    Ok(match find_article(db, article_path, now).await? {
        Some(ArticleLookup::Moved(current)) => Some(moved_to(&current)),
        Some(ArticleLookup::Current(article)) if own.is_none() => {
            Some(moved_to(article.path.as_deref().unwrap_or_default()))
        }
        Some(ArticleLookup::Current(article)) => Some(ResolvedPath::CommentFeed(article, format)),
        None => None,
    })
}

/// Resolves WordPress's URL of a page of comments, such as `/a/comment-page-2`.
async fn resolve_comment_page(
    db: &mut PgConnection,
    path: &str,
    now: Ts,
) -> sqlx::Result<Option<ResolvedPath>> {
    let Some((article_path, page)) = wordpress::parse_comment_page(path) else {
        return Ok(None);
    };
    let current = match find_article(db, article_path, now).await? {
        Some(ArticleLookup::Moved(current)) => current,
        Some(ArticleLookup::Current(article)) => article.path.unwrap_or_default(),
        None => return Ok(None),
    };
    let url = paging::article_page_path(&current, page);
    // Not for good: the pages here hold other comments than WordPress's, and new ones shift them.
    Ok(Some(ResolvedPath::SeeOther(format!("{url}#comments"))))
}

/// Finds the published article at a path of a request. The path is decoded first.
async fn find_article(
    db: &mut PgConnection,
    path: &str,
    now: Ts,
) -> sqlx::Result<Option<ArticleLookup>> {
    match decode_path(path) {
        Some(path) => store::find_by_path(db, &path, now).await,
        None => Ok(None),
    }
}

/// Removes slashes at the end of a request's path and decodes it. Returns `None` if no article can have the path.
fn decode_path(path: &str) -> Option<String> {
    let path = percent_decode_str(path.trim_end_matches('/')).decode_utf8();
    let path = path.ok()?;
    // Postgres refuses a NUL in a text, which would be an error instead of a 404.
    (!path.contains(char::is_control)).then(|| path.into_owned())
}

fn trimmed_path(uri: &Uri) -> &str {
    uri.path().trim_end_matches('/')
}

/// Returns whether a redirect to a path stays on this site. Browsers treat `//host` and `/\host` as URLs of another site.
fn stays_on_site(path: &str) -> bool {
    !path[1..].starts_with(['/', '\\'])
}

/// Returns a path with the query string of the request appended.
fn with_query(path: &str, uri: &Uri) -> String {
    match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_paths_are_decoded_and_lose_trailing_slashes() {
        assert_eq!(decode_path("/2012/a/").as_deref(), Some("/2012/a"));
        assert_eq!(decode_path("/%d1%82%D0%B5/%2f").as_deref(), Some("/те//"));
        assert_eq!(decode_path("/%ff"), None);
        assert_eq!(decode_path("/a%00"), None);
    }
}
