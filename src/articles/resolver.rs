//! Resolution of paths that no route matches: current and former paths of articles, the feeds of their comments, and the URLs
//! that articles had in WordPress.

use axum::extract::OriginalUri;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::percent_decode_str;
use sqlx::PgConnection;

use super::model::Article;
use super::store::{self, ArticleLookup};
use super::{not_found, page, wordpress};
use crate::clock::Ts;
use crate::comments::{self, paging};
use crate::web::{Db, Layout, Result};

/// The target of a request.
enum ResolvedPath {
    Article(Box<Article>),
    /// The feed of the article's comments.
    CommentFeed(Box<Article>),
    /// A URL that took the place of this one for good.
    MovedPermanently(String),
    /// A URL that shows today what this one asks for.
    SeeOther(String),
    NotFound,
}

/// Serves the article at a path, or whatever else the path leads to.
pub async fn show_path(
    layout: Layout,
    mut db: Db,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    match resolve(&mut db, &uri, layout.now).await? {
        ResolvedPath::Article(article) => page::render(layout, db, *article, uri.query()).await,
        ResolvedPath::CommentFeed(article) => {
            let path = article.path.as_deref().unwrap_or_default();
            comments::feed::render_article_feed(&layout, &mut db, article.id, &article.title, path)
                .await
        }
        ResolvedPath::MovedPermanently(url) => {
            Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url)]).into_response())
        }
        ResolvedPath::SeeOther(url) => Ok(Redirect::to(&url).into_response()),
        ResolvedPath::NotFound => not_found::render(layout, &mut db, trimmed_path(&uri)).await,
    }
}

async fn resolve(db: &mut PgConnection, uri: &Uri, now: Ts) -> sqlx::Result<ResolvedPath> {
    let path = trimmed_path(uri);
    if path.is_empty() {
        return Ok(ResolvedPath::MovedPermanently(with_query("/", uri)));
    }
    let lookup = find_article(db, path, now).await?;
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
    Ok(ResolvedPath::NotFound)
}

/// Returns the URL of the reply form for the comment that WordPress's `?replytocom=` names, if the article has it.
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

/// Resolves the feed of an article's comments: `/feed.xml` below its path, or one of WordPress's, which redirect there.
async fn resolve_feed(
    db: &mut PgConnection,
    path: &str,
    now: Ts,
) -> sqlx::Result<Option<ResolvedPath>> {
    let wordpress_article = comments::feed::wordpress_feed_article_path(path);
    let Some(article_path) = comments::feed::feed_article_path(path).or(wordpress_article) else {
        return Ok(None);
    };
    let moved_to =
        |path: &str| ResolvedPath::MovedPermanently(comments::feed::article_feed_path(path));
    Ok(match find_article(db, article_path, now).await? {
        Some(ArticleLookup::Moved(current)) => Some(moved_to(&current)),
        Some(ArticleLookup::Current(article)) if wordpress_article.is_some() => {
            Some(moved_to(article.path.as_deref().unwrap_or_default()))
        }
        Some(ArticleLookup::Current(article)) => Some(ResolvedPath::CommentFeed(article)),
        None => None,
    })
}

/// Resolves WordPress's URL of a later page of comments.
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

/// Finds the published article for a path as requested.
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

/// Returns a path in its stored form: decoded, without slashes at the end. `None` if no article can have it.
fn decode_path(path: &str) -> Option<String> {
    let path = percent_decode_str(path.trim_end_matches('/')).decode_utf8();
    let path = path.ok()?;
    // Postgres refuses a NUL in a text, which would be an error instead of a 404.
    (!path.contains(char::is_control)).then(|| path.into_owned())
}

fn trimmed_path(uri: &Uri) -> &str {
    uri.path().trim_end_matches('/')
}

/// Tells whether a redirect to this path stays on the site. Browsers read `//host` and `/\host` as another site.
fn stays_on_site(path: &str) -> bool {
    !path[1..].starts_with(['/', '\\'])
}

/// Returns a path with the query of the request.
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
    fn paths_are_looked_up_decoded_and_without_a_trailing_slash() {
        assert_eq!(decode_path("/2012/a/").as_deref(), Some("/2012/a"));
        assert_eq!(decode_path("/%d1%82%D0%B5/%2f").as_deref(), Some("/те//"));
        assert_eq!(decode_path("/%ff"), None);
        assert_eq!(decode_path("/a%00"), None);
    }
}
