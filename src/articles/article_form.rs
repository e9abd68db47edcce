//! The editor's form: its fields as the editor entered them, and their validation.

use serde::Deserialize;

use super::model::{Article, ArticleInput, ArticleKind, ArticleState, Topic, limits};
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::publication::{Publication, is_reserved};
use crate::text::{BodyFormat, Slug, dates, input};
use crate::web::Layout;
use crate::web::form::{self, FieldErrors, RowVersion, TextLimit};

/// Longest list of topics that the form accepts, in bytes.
const TOPICS_CHARS: usize = 2_000;

/// Fields of an article as the editor entered them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ArticleForm {
    #[serde(deserialize_with = "form::single_line")]
    pub(super) title: String,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) slug: String,
    #[serde(deserialize_with = "form::multi_line")]
    pub(super) standfirst: String,
    #[serde(deserialize_with = "form::single_line")]
    pub(super) sources: String,
    #[serde(deserialize_with = "form::multi_line")]
    pub(super) body: String,
    /// Format of the article's text. It is read from the stored article, never from the browser.
    #[serde(skip)]
    pub(super) format: BodyFormat,
    pub(super) replies_open: bool,
    pub(super) is_page: bool,
    pub(super) pinned: bool,
    /// Names of topics, one on each line, because a name may contain commas.
    #[serde(deserialize_with = "form::multi_line")]
    pub(super) topics: String,
    /// Time of publication in the publication's time zone, in the format of a browser's date field.
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) published_at: String,
    pub(super) version: RowVersion,
    pub(super) action: EditorAction,
    #[serde(skip)]
    pub(super) errors: FieldErrors,
}

/// Button of the editor's form that was pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EditorAction {
    Preview,
    Publish,
    Unpublish,
    #[default]
    #[serde(other)]
    Save,
}

impl EditorAction {
    /// Returns the state that the article gets when this button is pressed. `article` is the stored article.
    fn next_state(self, article: Option<&Article>) -> ArticleState {
        match (self, article) {
            (Self::Publish, _) => ArticleState::Published,
            (Self::Unpublish, _) | (_, None) => ArticleState::Draft,
            (Self::Save | Self::Preview, Some(article)) => article.state,
        }
    }
}

impl ArticleForm {
    pub(super) fn blank() -> Self {
        Self {
            replies_open: true,
            ..Self::default()
        }
    }

    pub(super) fn from_article(article: &Article, topics: &[Topic], layout: &Layout) -> Self {
        let topics: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
        Self {
            title: article.title.clone(),
            slug: article.slug.to_string(),
            standfirst: article.standfirst.clone(),
            sources: article.sources.clone(),
            body: article.body.clone(),
            format: article.format,
            replies_open: article.replies_open,
            is_page: article.kind == ArticleKind::Page,
            pinned: article.pinned,
            topics: topics.join("\n"),
            published_at: article
                .published_at
                .map(|at| dates::format_datetime_local(at, &layout.publication.zone))
                .unwrap_or_default(),
            version: RowVersion(article.version),
            action: EditorAction::default(),
            errors: FieldErrors::default(),
        }
    }

    /// Validates the form and returns the contents to save. If a field is invalid, returns `None` and stores the errors
    /// in the form. The format and state come from `article`, the stored article, if the form has none. An empty slug is
    /// replaced by one made from the title.
    pub(super) fn parse(
        &mut self,
        layout: &Layout,
        article: Option<&Article>,
        now: Ts,
    ) -> Option<ArticleInput> {
        self.format = article.map(|article| article.format).unwrap_or_default();
        // Before the checks, so that a form that comes back shows the slug that was checked.
        self.slug = self.slug.to_lowercase();
        self.errors = FieldErrors::default();
        self.check_texts(layout);
        let state = self.action.next_state(article);
        let kind = match self.is_page {
            true => ArticleKind::Page,
            false => ArticleKind::Article,
        };
        let slug = self.parse_slug(layout);
        let stored_time = article.and_then(|article| article.published_at);
        let published_at = self
            .parse_time(layout, stored_time)
            // A draft without a time gets one when it is published.
            .or((state == ArticleState::Published).then_some(now));
        // Checked here as well as by the database, which knows articles' paths but not our routes.
        if let (Some(slug), Some(at)) = (&slug, published_at) {
            let path = match kind {
                // Id 0 will do, even for a new article: no reserved segment is a number.
                ArticleKind::Article => layout.publication.article_path(ArticleId(0), slug, at),
                ArticleKind::Page => Publication::page_path(slug),
            };
            if is_reserved(&path) {
                self.add_path_taken(layout, &path);
            }
        }
        let slug = slug.filter(|_| self.errors.is_empty())?;
        Some(ArticleInput {
            slug,
            title: self.title.clone(),
            standfirst: self.standfirst.clone(),
            sources: self.sources.clone(),
            body: self.body.clone(),
            format: self.format,
            replies_open: self.replies_open,
            kind,
            pinned: self.pinned,
            topics: split_names(&self.topics),
            state,
            published_at,
        })
    }

    fn check_texts(&mut self, layout: &Layout) {
        use TextLimit::{Bytes, Chars};
        let standfirst_limit = Chars(limits::STANDFIRST_CHARS);
        for (field, text, limit) in [
            ("title", &mut self.title, Chars(limits::TITLE_CHARS)),
            ("standfirst", &mut self.standfirst, standfirst_limit),
            ("sources", &mut self.sources, Chars(limits::SOURCES_CHARS)),
            ("body", &mut self.body, Bytes(limits::BODY_BYTES)),
            ("topics", &mut self.topics, Chars(TOPICS_CHARS)),
        ] {
            self.errors
                .check_text(layout.translator, field, text, limit);
        }
        if input::is_blank(&self.title) {
            self.errors
                .push(layout.translator, "title", "editor-title-missing");
        }
    }

    fn parse_slug(&mut self, layout: &Layout) -> Option<Slug> {
        let slug = match self.slug.is_empty() {
            true => Some(Slug::from_title(&self.title)),
            false => Slug::parse(&self.slug),
        };
        if slug.is_none() {
            self.errors
                .push(layout.translator, "slug", "editor-slug-wrong");
        }
        slug
    }

    fn parse_time(&mut self, layout: &Layout, stored: Option<Ts>) -> Option<Ts> {
        let zone = &layout.publication.zone;
        // The field has no seconds: an untouched one must not cut them off the stored time.
        let untouched =
            stored.filter(|at| dates::format_datetime_local(*at, zone) == self.published_at);
        let time = untouched.or_else(|| dates::parse_datetime_local(&self.published_at, zone));
        if time.is_none() && !self.published_at.is_empty() {
            self.errors
                .push(layout.translator, "published_at", "editor-moment-wrong");
        }
        time
    }

    /// Adds the error that the article's path belongs to another article.
    pub(super) fn add_path_taken(&mut self, layout: &Layout, path: &str) {
        let message = layout
            .translator
            .format("editor-address-taken", "path", path);
        self.errors.push_message("slug", message);
    }
}

/// Splits a list of names, one on each line. Drops blank lines.
fn split_names(list: &str) -> Vec<String> {
    let names = list.lines().map(input::single_line);
    names.filter(|name| !input::is_blank(name)).collect()
}
