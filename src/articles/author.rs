//! Page of an author, with their articles, newest first.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::feed;
use super::headlines::{HEADLINES_PER_PAGE, HeadlinePage, HeadlineQuery};
use super::store::{self, authors::ArticleAuthor};
use crate::accounts::store::author_slugs;
use crate::cache::find_next_scheduled_time;
use crate::text::Slug;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result};

#[derive(Template)]
#[template(path = "articles/author.html")]
struct AuthorPage {
    layout: Layout,
    author: ArticleAuthor,
    slug: Slug,
    listing: HeadlinePage,
    is_first: bool,
}

/// Shows a page of an author's articles, newest first. Without `before` in the query, it begins with the newest. A slug
/// that the author had before redirects.
pub async fn show_author(
    layout: Layout,
    mut db: Db,
    Path(slug): Path<String>,
    Query(query): Query<HeadlineQuery>,
) -> Result<Response> {
    let now = layout.now;
    let slug = Slug::parse(&slug).ok_or(Error::NotFound)?;
    let Some(author) = store::authors::find(&mut db, &slug).await? else {
        let current = author_slugs::find_current(&mut db, &slug, now).await?;
        let url = format!("/authors/{}", current.ok_or(Error::NotFound)?);
        return Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, url)]).into_response());
    };
    let rows = store::headlines::list_by_author(
        &mut db,
        author.id,
        query.before,
        HEADLINES_PER_PAGE + 1,
        now,
    )
    .await?;
    // An account without articles has no page, which would reveal who else is on the staff.
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let listing = HeadlinePage::from_rows(rows);
    let policy = listing.cache_policy(find_next_scheduled_time(&mut db, now).await?);
    let page = AuthorPage {
        layout,
        author,
        slug,
        listing,
        is_first: query.before.is_none(),
    };
    Ok((policy, Page(page)).into_response())
}

impl AuthorPage {
    fn title(&self) -> String {
        feed::title_of_list(&self.layout, &self.author.name)
    }

    fn feed_stem(&self) -> String {
        feed::feed_stem(&self.path())
    }

    fn path(&self) -> String {
        format!("/authors/{}", self.slug)
    }
}
