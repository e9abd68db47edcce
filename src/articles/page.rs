//! An article and its replies.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::missing;
use super::model::{Article, Draft};
use super::store::{self, Found};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::{self, ReplyForm, Thread};
use crate::text::{SafeHtml, excerpt, markdown};
use crate::web::{Db, Layout, Page, Result};

/// Characters of a description for search engines and previews: about what they show.
const DESCRIPTION_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "articles/page.html")]
struct ArticlePage {
    layout: Layout,
    article: ArticleFragment,
    path: String,
    description: String,
    thread: Thread,
    reply: ReplyForm,
    replies_open: bool,
}

/// An article from its date to the site's appeal. The editor's preview is this same fragment.
#[derive(Template)]
#[template(path = "articles/_article.html")]
pub struct ArticleFragment {
    layout: Layout,
    title: String,
    standfirst: String,
    sources: String,
    body_html: SafeHtml,
    published_at: Option<Ts>,
}

// A template of ours, escaped where it was filled.
impl HtmlSafe for ArticleFragment {}

/// The article at an address; whatever no other page answers comes here. A slash too many and an address that an
/// article has left lead on for good, with the query that came along.
pub async fn show_article(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let path = uri.path().trim_end_matches('/');
    if path.is_empty() {
        return Ok(moved_to("/", &uri));
    }
    let article = match store::find_at(&mut db, path, app.clock.now()).await? {
        Some(Found::Moved(new_path)) => return Ok(moved_to(&new_path, &uri)),
        // Also what is no article: a feed, a page of the desk.
        _ if path != uri.path() && is_our_own(path) => return Ok(moved_to(path, &uri)),
        Some(Found::Here(article)) => *article,
        None => return missing::show_missing(layout, &mut db, path, app.clock.now()).await,
    };
    let replies = comments::store::approved_on(&mut db, article.id).await?;
    let thread = Thread::arrange(layout.clone(), article.id, article.replies_open, replies);
    let reply = ReplyForm::blank(layout.words, article.id);
    let page = ArticlePage {
        path: path.to_owned(),
        description: description(&article),
        replies_open: article.replies_open,
        article: ArticleFragment::of(&layout, article),
        layout,
        thread,
        reply,
    };
    Ok(Page(page).into_response())
}

/// Whether a browser stays on the site at this path: `//host` and `/\host` name another.
fn is_our_own(path: &str) -> bool {
    !path[1..].starts_with(['/', '\\'])
}

fn moved_to(path: &str, asked_for: &Uri) -> Response {
    let location = match asked_for.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    (
        StatusCode::MOVED_PERMANENTLY,
        [(header::LOCATION, location)],
    )
        .into_response()
}

fn description(article: &Article) -> String {
    let text = if article.standfirst.is_empty() {
        excerpt::plain(&article.body)
    } else {
        article.standfirst.clone()
    };
    excerpt::excerpt(&text, DESCRIPTION_CHARS)
}

impl ArticleFragment {
    fn of(layout: &Layout, article: Article) -> Self {
        Self {
            layout: layout.clone(),
            title: article.title,
            standfirst: article.standfirst,
            sources: article.sources,
            body_html: article.body_html,
            published_at: article.published_at,
        }
    }

    /// What an article would look like that is not kept yet.
    pub fn of_draft(layout: &Layout, draft: &Draft, now: Ts) -> Self {
        Self {
            layout: layout.clone(),
            title: draft.title.clone(),
            standfirst: draft.standfirst.clone(),
            sources: draft.sources.clone(),
            body_html: markdown::article(&draft.body),
            published_at: draft.published_at.or(Some(now)),
        }
    }
}
