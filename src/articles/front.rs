//! The front page, newest first.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::store::{self, Headline};
use crate::app::App;
use crate::ids::ArticleId;
use crate::text::excerpt;
use crate::web::{Db, Error, Layout, Page, Query, Result};

/// Articles on one page.
const HEADLINES: usize = 10;
/// Characters of the text under a headline that has no standfirst.
const TEASER_CHARS: usize = 240;

#[derive(Template)]
#[template(path = "articles/front.html")]
struct FrontPage {
    layout: Layout,
    headlines: Vec<Headline>,
    older: Option<ArticleId>,
    is_first: bool,
}

/// Where the page begins.
#[derive(Deserialize)]
pub struct Asked {
    before: Option<ArticleId>,
}

/// The newest articles, or those before another.
pub async fn show_front(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let limit = i64::try_from(HEADLINES).expect("ten fits");
    let mut headlines = store::newest(&mut db, asked.before, limit + 1, app.clock.now()).await?;
    if headlines.is_empty() && asked.before.is_some() {
        return Err(Error::NotFound);
    }
    let has_more = headlines.len() > HEADLINES;
    headlines.truncate(HEADLINES);
    let older = headlines
        .last()
        .map(|headline| headline.id)
        .filter(|_| has_more);
    Ok(Page(FrontPage {
        layout,
        headlines,
        older,
        is_first: asked.before.is_none(),
    })
    .into_response())
}

impl Headline {
    /// What stands under the headline.
    pub fn teaser(&self) -> String {
        if self.standfirst.is_empty() {
            excerpt::excerpt(&excerpt::plain(&self.body), TEASER_CHARS)
        } else {
            self.standfirst.clone()
        }
    }
}
