//! Finding articles by their words.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::listing::{HEADLINES, Listing};
use super::store;
use crate::app::App;
use crate::ids::ArticleId;
use crate::text::{excerpt, input};
use crate::web::{Db, Layout, Page, Query, Result};

/// Characters of a question that are heeded: more than anyone types, and little enough to look for.
const QUESTION_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "articles/search.html")]
struct SearchPage {
    layout: Layout,
    question: String,
    listing: Listing,
}

/// What is looked for, and where the page begins.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    before: Option<ArticleId>,
}

/// Articles that hold the words, newest first.
pub async fn show_search(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let question = excerpt::excerpt(&input::strip_invalid_chars(&asked.q), QUESTION_CHARS);
    let found = if question.is_empty() {
        Vec::new()
    } else {
        let now = app.clock.now();
        store::holding(&mut db, &question, asked.before, HEADLINES + 1, now).await?
    };
    let page = SearchPage {
        layout,
        question,
        listing: Listing::of(found),
    };
    // There are as many such pages as questions: not for search engines.
    Ok(([("x-robots-tag", "noindex")], Page(page)).into_response())
}

impl SearchPage {
    /// The address of the next page.
    fn older(&self, before: &ArticleId) -> String {
        let question: String = form_urlencoded::byte_serialize(self.question.as_bytes()).collect();
        format!("/search?q={question}&before={before}")
    }
}
