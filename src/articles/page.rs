//! An article and its replies.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;
use sqlx::PgConnection;

use super::listing::words;
use super::missing;
use super::model::{Article, Draft, Kind, Topic};
use super::store::{self, Found};
use super::wordpress;
use crate::app::App;
use crate::cache::{CachePolicy, CacheTag};
use crate::clock::Ts;
use crate::comments::paging::{self, CommentPaging};
use crate::comments::{self, ReplyForm, Thread};
use crate::text::{BodyFormat, JsonLd, SafeHtml, Slug, excerpt};
use crate::web::{Db, Layout, Page, Result};

/// Characters of a description for search engines and previews: about what they show.
const DESCRIPTION_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "articles/page.html")]
struct ArticlePage {
    layout: Layout,
    article: ArticleFragment,
    path: String,
    feed_path: String,
    description: String,
    /// Replies there are to read, on all pages.
    replies: i64,
    paging: CommentPaging,
    /// The text came as HTML, in which there may be more than Markdown makes.
    is_html: bool,
    thread: Thread,
    json_ld: JsonLd,
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
        None => {
            if let Some(feed) = feed_at(&layout, &mut db, path).await? {
                return Ok(feed);
            }
            if let Some(page) = page_of_replies_at(&layout, &mut db, path).await? {
                return Ok(page);
            }
            return missing::show_missing(layout, &mut db, path, app.clock.now()).await;
        }
    };
    if let Some(number) = uri.query().and_then(wordpress::answered_in)
        && let Some(to) =
            comments::store::approved::find_by_wordpress_id(&mut db, article.id, number).await?
    {
        let place = format!("/articles/{}/reply?to={to}", article.id);
        return Ok(Redirect::to(&place).into_response());
    }
    let settings = &layout.publication.discussion;
    let asked = paging::parse_page_number("comments", uri.query());
    let replies =
        paging::CommentPage::load(&mut db, article.id, settings.newest_first, asked).await?;
    let path = article.path.clone().unwrap_or_default();
    if replies.paging.is_past_end() {
        let last = paging::article_page_path(&path, replies.paging.pages);
        // For now: pages fill up.
        return Ok((StatusCode::FOUND, [(header::LOCATION, last)]).into_response());
    }
    let topics = store::topics_of(&mut db, article.id).await?;
    drop(db);
    let grows_old_from = article
        .published_at
        .filter(|_| article.kind == Kind::Article);
    let replies_open = settings.accepts_comments(article.replies_open, grows_old_from, layout.now);
    let closes_at = settings.upcoming_close(article.replies_open, grows_old_from, layout.now);
    let kept = CachePolicy::tagged([CacheTag::Article(article.id)])
        .vary_by_param("comments")
        .expires_at(closes_at);
    let thread = Thread::arrange(
        layout.clone(),
        article.id,
        replies_open,
        replies.comments,
        &replies.threads,
    );
    let count = replies.counts.replies;
    let page = ArticlePage {
        feed_path: comments::feed::article_feed_path(&path),
        json_ld: json_ld(&layout, &article, &path, count),
        path,
        description: description(&article),
        replies: count,
        paging: replies.paging,
        is_html: article.format == BodyFormat::Html,
        replies_open,
        reply: ReplyForm::blank(&layout, article.id),
        article: ArticleFragment::of(&layout, article, topics),
        layout,
        thread,
    };
    Ok((kept, Page(page)).into_response())
}

/// The feed of an article's replies, at the article's address and `/feed.xml`, to which WordPress's leads.
async fn feed_at(layout: &Layout, db: &mut PgConnection, path: &str) -> Result<Option<Response>> {
    let of_wordpress = comments::feed::wordpress_feed_article_path(path);
    let Some(of) = comments::feed::feed_article_path(path).or(of_wordpress) else {
        return Ok(None);
    };
    let found = match wordpress::readable(of) {
        Some(of) => store::find_at(db, &of, layout.now).await?,
        None => None,
    };
    let (article, path) = match found {
        Some(Found::Moved(path)) => return Ok(Some(feed_moved_to(&path))),
        Some(Found::Here(article)) => (article.clone(), article.path.unwrap_or_default()),
        None => return Ok(None),
    };
    if of_wordpress.is_some() {
        return Ok(Some(feed_moved_to(&path)));
    }
    comments::feed::render_article_feed(layout, db, article.id, &article.title, &path)
        .await
        .map(Some)
}

/// Where a page of an article's replies is that WordPress had at this address. What stands on it changes, so it leads
/// there for now only.
async fn page_of_replies_at(
    layout: &Layout,
    db: &mut PgConnection,
    path: &str,
) -> Result<Option<Response>> {
    let Some((of, page)) = wordpress::page_of_replies(path) else {
        return Ok(None);
    };
    let found = match wordpress::readable(of) {
        Some(of) => store::find_at(db, &of, layout.now).await?,
        None => None,
    };
    let path = match found {
        Some(Found::Moved(path)) => path,
        Some(Found::Here(article)) => article.path.unwrap_or_default(),
        None => return Ok(None),
    };
    let address = paging::article_page_path(&path, page);
    Ok(Some(
        Redirect::to(&format!("{address}#comments")).into_response(),
    ))
}

fn feed_moved_to(article_path: &str) -> Response {
    let feed = comments::feed::article_feed_path(article_path);
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, feed)]).into_response()
}

/// What search engines are told of the article, in the words of schema.org. What its replies are, their own markup tells
/// (`templates/comments/_thread.html`), so that nothing they say is sent twice.
fn json_ld(layout: &Layout, article: &Article, path: &str, replies: i64) -> JsonLd {
    let mut described = json!({
        "@context": "https://schema.org",
        "@type": if article.kind == Kind::Article { "Article" } else { "WebPage" },
        "headline": article.title,
        "@id": layout.absolute_url(path),
        "url": layout.absolute_url(path),
        "commentCount": replies,
    });
    if article.kind == Kind::Article {
        let author = layout.absolute_url(&format!("/authors/{}", article.author_slug));
        described["author"] = json!({ "@type": "Person", "name": article.author, "url": author });
        if let Some(published_at) = &article.published_at {
            described["datePublished"] = json!(layout.format_iso_time(published_at));
        }
    }
    JsonLd::new(described)
}

impl ArticlePage {
    /// The address of a page of the article's replies.
    fn address(&self, page: &i64) -> String {
        paging::article_page_path(&self.path, *page)
    }

    fn previous(&self) -> Option<String> {
        self.paging.previous().map(|page| self.replies_at(page))
    }

    fn next(&self) -> Option<String> {
        self.paging.next().map(|page| self.replies_at(page))
    }

    fn replies_at(&self, page: i64) -> String {
        format!("{}#comments", self.address(&page))
    }
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
