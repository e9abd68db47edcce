//! Page of an article with its comments.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{Article, ArticleInput, ArticleKind, Topic};
use super::store;
use crate::cache::{CachePolicy, CacheTag};
use crate::clock::Ts;
use crate::comments::paging::{self, CommentPage, CommentPaging};
use crate::comments::{self, ReplyForm, Thread};
use crate::text::{BodyFormat, JsonLd, Slug, excerpt};
use crate::web::{Db, Layout, Page, Result};

/// Maximum number of characters in the description for search engines and link previews, which show about as much.
const DESCRIPTION_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "articles/page.html")]
struct ArticlePage {
    layout: Layout,
    fragment: ArticleFragment,
    path: String,
    /// Path of the feed of comments, without the extension.
    feed_stem: String,
    description: String,
    /// Number of comments on all pages together.
    replies: i64,
    paging: CommentPaging,
    thread: Thread,
    json_ld: JsonLd,
    reply: ReplyForm,
    replies_open: bool,
}

/// The main part of an article's page, from the date to the appeal (the publication's message under every article). It is
/// also used for the editor's preview.
#[derive(Template)]
#[template(path = "articles/_article.html")]
pub(super) struct ArticleFragment {
    layout: Layout,
    article: Article,
    /// Name and slug of each topic.
    topics: Vec<(String, Slug)>,
}

// Escaped already when the fragment's own template was rendered.
impl HtmlSafe for ArticleFragment {}

/// Renders a published article with its comments. The query string says which page of the comments is shown.
pub(super) async fn render(
    layout: Layout,
    mut db: Db,
    article: Article,
    query: Option<&str>,
) -> Result<Response> {
    let discussion = &layout.publication.discussion;
    let page_number = paging::parse_page_number("comments", query);
    let comments =
        CommentPage::load(&mut db, article.id, discussion.newest_first, page_number).await?;
    let path = article.path.clone().unwrap_or_default();
    if comments.paging.is_past_end() {
        // A temporary redirect: the page will exist as soon as there are more comments.
        let last = paging::article_page_path(&path, comments.paging.pages);
        return Ok((StatusCode::FOUND, [(header::LOCATION, last)]).into_response());
    }
    let topics = store::topics::list(&mut db, article.id).await?;
    // Given back before rendering, which takes longer than the queries did.
    drop(db);
    let opened_at = article.public_date();
    let replies_open = discussion.accepts_comments(article.replies_open, opened_at, layout.now);
    let closes_at = discussion.upcoming_close(article.replies_open, opened_at, layout.now);
    // Nothing invalidates the page when comments close with age, so it expires then.
    let policy = CachePolicy::tagged([CacheTag::Article(article.id)])
        .vary_by_param("comments")
        .expires_at(closes_at);
    let thread = Thread::arrange(
        layout.clone(),
        article.id,
        replies_open,
        comments.comments,
        &comments.threads,
    );
    let replies = comments.counts.replies;
    let page = ArticlePage {
        feed_stem: comments::feed::article_feed_stem(&path),
        json_ld: build_json_ld(&layout, &article, &path, replies),
        path,
        description: describe(&article),
        replies,
        paging: comments.paging,
        replies_open,
        reply: ReplyForm::blank(&layout, article.id),
        fragment: ArticleFragment::new(&layout, article, topics),
        layout,
        thread,
    };
    Ok((policy, Page(page)).into_response())
}

/// Describes the article to search engines in the vocabulary of schema.org.
fn build_json_ld(layout: &Layout, article: &Article, path: &str, replies: i64) -> JsonLd {
    // The comments are not repeated here: templates/comments/_thread.html describes them in its markup.
    let mut json = json!({
        "@context": "https://schema.org",
        "@type": if article.kind == ArticleKind::Article { "Article" } else { "WebPage" },
        "headline": article.title,
        "@id": layout.absolute_url(path),
        "url": layout.absolute_url(path),
        "commentCount": replies,
    });
    if article.kind == ArticleKind::Article {
        let author = layout.absolute_url(&format!("/authors/{}", article.author_slug));
        json["author"] = json!({ "@type": "Person", "name": article.author, "url": author });
        if let Some(published_at) = &article.published_at {
            json["datePublished"] = json!(layout.format_iso_time(published_at));
        }
    }
    if let Some(revised_at) = &article.revised_at {
        json["dateModified"] = json!(layout.format_iso_time(revised_at));
    }
    JsonLd::new(json)
}

fn describe(article: &Article) -> String {
    if article.standfirst.is_empty() {
        article.body_html.excerpt(DESCRIPTION_CHARS)
    } else {
        excerpt::excerpt(&article.standfirst, DESCRIPTION_CHARS)
    }
}

impl ArticlePage {
    /// Returns whether the page says anything about comments. A page such as *About* that takes none does not.
    fn has_discussion(&self) -> bool {
        let is_article = self.fragment.article.kind == ArticleKind::Article;
        is_article || self.replies > 0 || self.replies_open
    }

    /// Returns the path of page number `page` of the article's comments.
    fn page_path(&self, page: &i64) -> String {
        paging::article_page_path(&self.path, *page)
    }

    fn previous(&self) -> Option<String> {
        self.paging.previous().map(|page| self.comments_url(page))
    }

    fn next(&self) -> Option<String> {
        self.paging.next().map(|page| self.comments_url(page))
    }

    fn comments_url(&self, page: i64) -> String {
        format!("{}#comments", self.page_path(&page))
    }

    /// Returns whether the article was imported as HTML. Such HTML may need styles that are not needed for Markdown.
    fn is_html(&self) -> bool {
        self.fragment.article.format == BodyFormat::Html
    }
}

impl ArticleFragment {
    fn new(layout: &Layout, article: Article, topics: Vec<Topic>) -> Self {
        let topics = topics.into_iter().map(|topic| (topic.name, topic.slug));
        Self {
            layout: layout.clone(),
            article,
            topics: topics.collect(),
        }
    }

    /// Makes a preview of an article that is not saved yet. `author` is the author's name and slug.
    pub(super) fn preview(
        layout: &Layout,
        input: &ArticleInput,
        (author, author_slug): (String, Slug),
        now: Ts,
    ) -> Self {
        let topics = input.topics.iter();
        Self {
            layout: layout.clone(),
            article: input.to_preview(author, author_slug, now),
            topics: topics
                .map(|name| (name.clone(), Slug::from_title(name)))
                .collect(),
        }
    }
}
