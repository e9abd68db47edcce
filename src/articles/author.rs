//! A person: what they have published, newest first. Whoever has published nothing has no page, so that it tells nothing
//! of who else is on the staff.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::listing::{Asked, HEADLINES, Listing};
use super::store::{self, Author};
use crate::app::App;
use crate::cache::find_next_scheduled_time;
use crate::text::Slug;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result};

#[derive(Template)]
#[template(path = "articles/author.html")]
struct AuthorPage {
    layout: Layout,
    author: Author,
    slug: Slug,
    listing: Listing,
    is_first: bool,
}

/// The newest articles of an author, or those before another.
pub async fn show_author(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let now = app.clock.now();
    let slug = Slug::parse(&slug).ok_or(Error::NotFound)?;
    let author = store::find_author(&mut db, &slug)
        .await?
        .ok_or(Error::NotFound)?;
    let found = store::by_author(&mut db, author.id, asked.before, HEADLINES + 1, now).await?;
    if found.is_empty() {
        return Err(Error::NotFound);
    }
    let listing = Listing::of(found);
    let kept = listing.kept(find_next_scheduled_time(&mut db, now).await?);
    let page = AuthorPage {
        layout,
        author,
        slug,
        listing,
        is_first: asked.before.is_none(),
    };
    Ok((kept, Page(page)).into_response())
}

impl AuthorPage {
    fn path(&self) -> String {
        format!("/authors/{}", self.slug)
    }
}
