//! An article and its replies.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::listing::words;
use super::missing;
use super::model::{Article, Draft, Kind, Topic};
use super::store::{self, Found};
use super::wordpress;
use crate::app::App;
use crate::clock::Ts;
use crate::comments::{self, ReplyForm, Thread};
use crate::text::{SafeHtml, Slug, excerpt};
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
    /// Whose name stands over it, and the last part of their page's address; nobody's over a page.
    author: Option<(String, Slug)>,
    /// What it is about, by name and the last part of its page's address.
    topics: Vec<(String, Slug)>,
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
    let found = match wordpress::readable(path) {
        Some(path) => store::find_at(&mut db, &path, app.clock.now()).await?,
        None => None,
    };
    let article = match found {
        Some(Found::Moved(new_path)) => return Ok(moved_to(&new_path, &uri)),
        // Also what is no article: a feed, a page of the desk.
        _ if path != uri.path() && is_our_own(path) => return Ok(moved_to(path, &uri)),
        Some(Found::Here(article)) => *article,
        None => return missing::show_missing(layout, &mut db, path, app.clock.now()).await,
    };
    if let Some(number) = uri.query().and_then(wordpress::answered_in)
        && let Some(to) = comments::store::find_by_number(&mut db, article.id, number).await?
    {
        let place = format!("/articles/{}/reply?to={to}", article.id);
        return Ok(Redirect::to(&place).into_response());
    }
    let replies = comments::store::approved_on(&mut db, article.id).await?;
    let topics = store::topics_of(&mut db, article.id).await?;
    let thread = Thread::arrange(layout.clone(), article.id, article.replies_open, replies);
    let reply = ReplyForm::blank(layout.words, article.id);
    let page = ArticlePage {
        path: article.path.clone().unwrap_or_default(),
        description: description(&article),
        replies_open: article.replies_open,
        article: ArticleFragment::of(&layout, article, topics),
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
        words(article.format, &article.body)
    } else {
        article.standfirst.clone()
    };
    excerpt::excerpt(&text, DESCRIPTION_CHARS)
}

impl ArticleFragment {
    fn of(layout: &Layout, article: Article, topics: Vec<Topic>) -> Self {
        Self {
            layout: layout.clone(),
            title: article.title,
            standfirst: article.standfirst,
            sources: article.sources,
            body_html: article.body_html,
            published_at: article
                .published_at
                .filter(|_| article.kind == Kind::Article),
            author: (article.kind == Kind::Article)
                .then_some((article.author, article.author_slug)),
            topics: topics
                .into_iter()
                .map(|topic| (topic.name, topic.slug))
                .collect(),
        }
    }

    /// What an article would look like that is not kept yet.
    pub fn of_draft(layout: &Layout, draft: &Draft, author: (String, Slug), now: Ts) -> Self {
        Self {
            layout: layout.clone(),
            title: draft.title.clone(),
            standfirst: draft.standfirst.clone(),
            sources: draft.sources.clone(),
            body_html: draft.body_html(),
            published_at: draft
                .published_at
                .or(Some(now))
                .filter(|_| draft.kind == Kind::Article),
            author: (draft.kind == Kind::Article).then_some(author),
            topics: draft
                .topics
                .iter()
                .map(|name| (name.clone(), Slug::from_title(name)))
                .collect(),
        }
    }
}
