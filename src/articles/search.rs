//! Full-text search of published articles, including those of kind `Page`.

use std::time::Duration;

use anyhow::Context;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::form_urlencoded;

use super::headlines::HEADLINES_PER_PAGE;
use super::store::search::{self, BEGIN_SEARCH, FoundArticle};
use crate::app::App;
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::search::{MarkedText, SearchQuery};
use crate::text::{excerpt, input, markdown};
use crate::web::error::RETRY_AFTER_SECONDS;
use crate::web::{ClientIp, Layout, Page, Query, Result};

/// Longest search text in characters; the rest is ignored. Hardly anyone types more, and Postgres searches for this much
/// quickly.
const SEARCH_TEXT_CHARS: usize = 200;
/// Longest text under a headline, in characters.
const SNIPPET_CHARS: usize = 240;
/// Longest time that a search waits for others to end.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(2);

/// Permits for searches at the same time: few enough that they leave the database to other pages.
static SEARCH_PERMITS: Semaphore = Semaphore::const_new(3);

#[derive(Template)]
#[template(path = "articles/search.html")]
struct SearchPage {
    layout: Layout,
    search_text: String,
    outcome: SearchOutcome,
}

enum SearchOutcome {
    /// Nothing was typed.
    Blank,
    /// The text has no letter and no digit.
    NoWords,
    /// Too many searches are running, or this one takes too long.
    Busy,
    /// Too many searches came from this IP network. The number is the seconds to wait.
    RateLimited(u64),
    Found(SearchResults),
}

struct SearchResults {
    /// `None` if there are too many to be counted.
    count: Option<i64>,
    headlines: Vec<SearchHeadline>,
    /// Last article of this page, if there is a next page.
    older: Option<ArticleId>,
}

struct SearchHeadline {
    path: String,
    published_at: Ts,
    replies: i64,
    title: MarkedText,
    /// Message key of the name of the field that the snippet is from, if it is not the text.
    field: Option<&'static str>,
    snippet: MarkedText,
}

/// Query string of the search page.
#[derive(Deserialize)]
pub struct SearchParams {
    #[serde(default)]
    q: String,
    before: Option<ArticleId>,
}

/// Shows the articles that contain all words of the search text, newest first.
pub async fn show_search(
    layout: Layout,
    client: ClientIp,
    State(app): State<App>,
    Query(params): Query<SearchParams>,
) -> Result<Response> {
    let search_text = excerpt::excerpt(&input::strip_invalid_chars(&params.q), SEARCH_TEXT_CHARS);
    let outcome = match SearchQuery::parse(&search_text) {
        Some(query) => match app.limits.check_search(client.0) {
            Ok(()) => find(&app, query, params.before, layout.now).await?,
            Err(seconds) => SearchOutcome::RateLimited(seconds),
        },
        None if search_text.is_empty() => SearchOutcome::Blank,
        None => SearchOutcome::NoWords,
    };
    let refusal = match &outcome {
        SearchOutcome::Busy => Some((StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER_SECONDS)),
        SearchOutcome::RateLimited(seconds) => Some((StatusCode::TOO_MANY_REQUESTS, *seconds)),
        SearchOutcome::Blank | SearchOutcome::NoWords | SearchOutcome::Found(_) => None,
    };
    let page = Page(SearchPage {
        layout,
        search_text,
        outcome,
    });
    let response = match refusal {
        Some((status, seconds)) => page.with_retry_after(status, seconds),
        None => page.into_response(),
    };
    // Anyone can make up any number of such pages: search engines must not index them, and the cache gets no policy for them.
    Ok(([("x-robots-tag", "noindex")], response).into_response())
}

async fn find(
    app: &App,
    query: SearchQuery,
    before: Option<ArticleId>,
    now: Ts,
) -> Result<SearchOutcome> {
    let Ok(permit) = timeout(PERMIT_TIMEOUT, SEARCH_PERMITS.acquire()).await else {
        tracing::warn!("too many searches at once; one is answered with 503");
        return Ok(SearchOutcome::Busy);
    };
    let _permit = permit.context("waiting for other searches")?;
    let (count, mut articles) = match load_page(app, &query, before, now).await {
        Ok(found) => found,
        Err(error) if search::is_timeout(&error) => {
            tracing::warn!("a search took too long and is answered with 503");
            return Ok(SearchOutcome::Busy);
        }
        Err(error) => return Err(error.into()),
    };
    let limit = usize::try_from(HEADLINES_PER_PAGE).expect("the page size fits usize");
    // The row too many only tells that there is a next page.
    let has_more = articles.len() > limit;
    articles.truncate(limit);
    let older = articles
        .last()
        .map(|article| article.id)
        .filter(|_| has_more);
    // Long articles take a while.
    let headlines = spawn_blocking(move || {
        let articles = articles.into_iter();
        articles
            .map(|article| SearchHeadline::new(&query, article))
            .collect()
    });
    Ok(SearchOutcome::Found(SearchResults {
        count,
        headlines: headlines.await.context("marking the matches of a search")?,
        older,
    }))
}

/// Loads the number of matching articles, and one page of them with one article more.
async fn load_page(
    app: &App,
    query: &SearchQuery,
    before: Option<ArticleId>,
    now: Ts,
) -> sqlx::Result<(Option<i64>, Vec<FoundArticle>)> {
    let mut db = app.pool.begin_with(BEGIN_SEARCH).await?;
    let limit = HEADLINES_PER_PAGE + 1;
    let page = search::find_page(&mut db, &query.to_tsquery(), before, limit, now).await?;
    Ok((page.count, search::load(&mut db, &page.ids, now).await?))
}

impl SearchHeadline {
    fn new(query: &SearchQuery, article: FoundArticle) -> Self {
        let body = markdown::html_to_text(article.body_html.as_str());
        let topics = article.topics.join(", ");
        let fields = [
            (None, article.standfirst.as_str()),
            (None, &body),
            (Some("article-source"), &article.sources),
            (Some("topics"), &topics),
            (Some("article-by"), &article.author),
        ];
        let mut best: Option<(Option<&'static str>, MarkedText)> = None;
        for (field, text) in fields.into_iter().filter(|(_, text)| !text.is_empty()) {
            let snippet = query.cut_snippet(text, SNIPPET_CHARS);
            let is_better = |(_, best): &(_, MarkedText)| snippet.found_terms > best.found_terms;
            if best.as_ref().is_none_or(is_better) {
                best = Some((field, snippet));
            }
        }
        let (field, snippet) = best.unwrap_or_default();
        Self {
            title: query.mark(&article.title),
            path: article.path,
            published_at: article.published_at,
            replies: article.replies,
            field,
            snippet,
        }
    }
}

impl SearchPage {
    /// Returns the sentence that tells how many articles were found.
    fn count_sentence(&self, results: &SearchResults) -> String {
        let translator = self.layout.translator;
        match results.count {
            Some(0) => translator.format("search-nothing", "words", &self.search_text),
            Some(count) => translator.plural("search-found", count),
            None => translator.text("search-found-many"),
        }
    }

    /// Returns the URL of the next page, with articles older than `before`.
    fn older_url(&self, before: &ArticleId) -> String {
        let text: String = form_urlencoded::byte_serialize(self.search_text.as_bytes()).collect();
        format!("/search?q={text}&before={before}")
    }
}
