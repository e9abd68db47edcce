//! The editor's form: its fields as the editor entered them, and their validation.

use serde::{Deserialize, Deserializer, Serialize};

use super::editor_action::EditorAction;
use super::model::{Article, ArticleInput, ArticleKind, ArticleState, Topic, limits};
use super::topic_names;
use crate::clock::Ts;
use crate::crypto::{generate_token, make_urn};
use crate::ids::ArticleId;
use crate::publication::{Publication, is_reserved};
use crate::text::local_time::{self, ClockOccurrence, LocalTime, LocalTimeError};
use crate::text::{BodyFormat, Slug, dates, input, slug};
use crate::web::Layout;
use crate::web::form::{self, FieldErrors, RowVersion, TextLimit};

/// Longest list of topics that the form accepts, in bytes.
const TOPICS_CHARS: usize = 2_000;

/// Fields of an article as the editor entered them.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ArticleForm {
    #[serde(deserialize_with = "form::text_line")]
    pub(super) title: String,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) slug: String,
    #[serde(deserialize_with = "form::multi_line")]
    pub(super) standfirst: String,
    #[serde(deserialize_with = "form::text_line")]
    pub(super) sources: String,
    #[serde(deserialize_with = "form::multi_line")]
    pub(super) body: String,
    /// Format of the article's text. It is read from the stored article, never from the browser.
    #[serde(skip)]
    pub(super) format: BodyFormat,
    pub(super) replies_open: bool,
    pub(super) is_page: bool,
    /// Whether the form showed a page already when it was opened, so that its tick for comments was meant for a page.
    pub(super) was_page: bool,
    pub(super) pinned: bool,
    /// Names of topics, one on each line.
    #[serde(deserialize_with = "form::multi_line")]
    pub(super) topics: String,
    /// Names of existing topics that were ticked. [`Self::parse`] adds them to `topics`.
    #[serde(rename = "topic")]
    pub(super) ticked_topics: Vec<String>,
    /// Time of publication in the publication's time zone, in the format of a browser's date field.
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) published_at: String,
    /// The chosen occurrence of a time that the clock repeats.
    pub(super) occurrence: String,
    pub(super) version: RowVersion,
    /// Random text in the form of a new article, from which [`Self::make_guid`] makes the article's guid.
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) token: String,
    /// Sent as JSON. `None` for a new article, or if the browser did not send it back.
    #[serde(deserialize_with = "parse_base")]
    pub(super) base: Option<BaseFields>,
    pub(super) action: EditorAction,
    /// Keys of the questions that a confirmed action answers with yes.
    pub(super) answered: Vec<String>,
    #[serde(skip)]
    pub(super) errors: FieldErrors,
    /// Both occurrences of the time of publication, if the clock repeats it.
    #[serde(skip)]
    pub(super) repeated: Option<(Ts, Ts)>,
}

/// Values of the fields that no revision contains, from when the form was opened. They show who changed a field if somebody
/// else saves meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BaseFields {
    pub state: ArticleState,
    pub topics: String,
    pub published_at: String,
    pub replies_open: bool,
    pub is_page: bool,
    pub pinned: bool,
}

fn parse_base<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BaseFields>, D::Error> {
    Ok(serde_json::from_str(<&str>::deserialize(deserializer)?).ok())
}

impl ArticleForm {
    /// Returns an empty form for a new article or a new page. Only articles take comments unless the editor says otherwise.
    pub(super) fn blank(kind: ArticleKind) -> Self {
        let is_page = kind == ArticleKind::Page;
        Self {
            replies_open: !is_page,
            is_page,
            was_page: is_page,
            token: generate_token(),
            ..Self::default()
        }
    }

    pub(super) fn from_article(article: &Article, topics: &[Topic], layout: &Layout) -> Self {
        let topics: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
        let zone = &layout.publication.zone;
        let time = article.published_at;
        let occurrence = time.and_then(|at| local_time::find_occurrence(at, zone));
        let mut form = Self {
            title: article.title.clone(),
            slug: article.slug.to_string(),
            standfirst: article.standfirst.clone(),
            sources: article.sources.clone(),
            body: article.body.clone(),
            format: article.format,
            replies_open: article.replies_open,
            is_page: article.kind == ArticleKind::Page,
            was_page: article.kind == ArticleKind::Page,
            pinned: article.pinned,
            topics: topics.join("\n"),
            published_at: time
                .map(|at| dates::format_datetime_local(at, zone))
                .unwrap_or_default(),
            occurrence: occurrence.map_or("", ClockOccurrence::as_str).to_owned(),
            version: RowVersion(article.version),
            ..Self::default()
        };
        form.base = Some(BaseFields {
            state: article.state,
            topics: form.topics.clone(),
            published_at: form.published_at.clone(),
            replies_open: form.replies_open,
            is_page: form.is_page,
            pinned: form.pinned,
        });
        if occurrence.is_some()
            && let Ok(time) = local_time::parse_local_time(&form.published_at, zone, layout.now)
        {
            form.remember_repeated(time);
        }
        form
    }

    /// Returns the guid of the article that this form makes. It depends on the form's token and on all of its fields, so that
    /// a form that is sent twice makes one article, and one that was changed in between makes another.
    pub(super) fn make_guid(&self) -> Option<String> {
        let flags = [self.replies_open, self.is_page, self.pinned];
        let flags = flags.map(|is_ticked| if is_ticked { "yes" } else { "no" });
        let texts = [
            self.token.as_str(),
            self.action.confirmation(),
            &self.title,
            &self.slug,
            &self.standfirst,
            &self.sources,
            &self.body,
            &self.topics,
            &self.published_at,
            &self.occurrence,
        ];
        let is_new = !self.token.is_empty();
        is_new.then(|| make_urn(&[&texts[..], &flags].concat()))
    }

    /// Returns the value of the field `base`.
    pub(super) fn base_json(&self) -> String {
        let base = self.base.as_ref();
        base.and_then(|base| serde_json::to_string(base).ok())
            .unwrap_or_default()
    }

    /// Validates the form and returns the contents to save. If a field is invalid, returns `None` and stores the errors
    /// in the form. The format and state come from `article`, the stored article, if the form has none. An empty slug is
    /// replaced by one made from the title. The topics are the lines as typed.
    pub(super) fn parse(
        &mut self,
        layout: &Layout,
        article: Option<&Article>,
        now: Ts,
    ) -> Option<ArticleInput> {
        self.format = article.map(|article| article.format).unwrap_or_default();
        self.errors = FieldErrors::default();
        self.add_ticked_topics();
        self.close_new_page(article);
        self.check_texts(layout);
        let state = self.action.next_state(article);
        let kind = match self.is_page {
            true => ArticleKind::Page,
            false => ArticleKind::Article,
        };
        let slug = self.parse_slug(layout);
        let published_at = self
            .parse_time(layout, article, now)
            // A draft without a time gets one when it is published.
            .or((state == ArticleState::Published).then_some(now));
        let slug = match (slug, published_at) {
            (Some(slug), Some(at)) => self.avoid_reserved(layout, article, kind, slug, at),
            (slug, _) => slug,
        };
        let slug = slug.filter(|_| self.errors.is_empty())?;
        Some(ArticleInput {
            slug,
            title: self.title.clone(),
            standfirst: self.standfirst.clone(),
            sources: self.sources.clone(),
            body: self
                .unchanged_body(article)
                .unwrap_or_else(|| self.body.clone()),
            format: self.format,
            replies_open: self.replies_open,
            kind,
            pinned: self.pinned,
            topics: topic_names::list_lines(&self.topics),
            state,
            published_at,
        })
    }

    /// Returns the stored text if only blank lines at its ends differ from the form, which drops them. They are no change of
    /// which readers are told.
    fn unchanged_body(&self, article: Option<&Article>) -> Option<String> {
        let stored = article.map(|article| &article.body);
        stored
            .filter(|body| input::multi_line(body) == self.body)
            .cloned()
    }

    fn add_ticked_topics(&mut self) {
        for name in std::mem::take(&mut self.ticked_topics) {
            let name = input::text_line(&name);
            if !self.topics.lines().any(|line| line.trim() == name) {
                self.topics = format!("{}\n{name}", self.topics).trim().to_owned();
            }
        }
    }

    /// Closes an article for comments that becomes a page with this form. Its tick was set for an article.
    fn close_new_page(&mut self, article: Option<&Article>) {
        let was_page = match article {
            Some(article) => article.kind == ArticleKind::Page || self.was_page,
            None => self.was_page,
        };
        self.replies_open &= !self.is_page || was_page;
        self.was_page = self.is_page;
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

    /// Parses the slug. Words that are no slug are made into one, as a title is; the form shows it.
    fn parse_slug(&mut self, layout: &Layout) -> Option<Slug> {
        if self.slug.is_empty() {
            return Some(Slug::from_title(&self.title));
        }
        if let Some(part) = slug::find_in_url(&self.slug) {
            self.slug = part;
        }
        let is_short = self.slug.chars().count() <= slug::MAX_CHARS;
        let slug = Slug::parse(&self.slug.to_lowercase())
            .or_else(|| Slug::from_words(&self.slug))
            .filter(|_| is_short);
        match &slug {
            Some(slug) => self.slug = slug.to_string(),
            None => {
                self.errors
                    .push(layout.translator, "slug", "editor-slug-wrong");
            }
        }
        slug
    }

    /// Returns whether the slug was made from the title rather than chosen, and may get a number if it is taken. A published
    /// article keeps its slug.
    pub(super) fn has_made_slug(&self, article: Option<&Article>) -> bool {
        let is_made = self.slug.is_empty() || self.slug == Slug::from_title(&self.title).as_str();
        is_made && article.is_none_or(|article| article.path.is_none())
    }

    /// Gives the slug a number if its path is used by the site itself, or adds an error if the slug was chosen. Checked here
    /// as well as by the database, which knows articles' paths but not our routes.
    fn avoid_reserved(
        &mut self,
        layout: &Layout,
        article: Option<&Article>,
        kind: ArticleKind,
        slug: Slug,
        at: Ts,
    ) -> Option<Slug> {
        let path = match kind {
            // Id 0 will do, even for a new article: no reserved segment is a number.
            ArticleKind::Article => layout.publication.article_path(ArticleId(0), &slug, at),
            ArticleKind::Page => Publication::page_path(&slug),
        };
        let numbered = slug.with_number(2);
        match is_reserved(&path) {
            false => Some(slug),
            true if self.has_made_slug(article) => Some(numbered),
            true => {
                self.add_path_taken(layout, &path, Some(&numbered));
                None
            }
        }
    }

    /// Parses the time of publication. Returns `None` if there is none, or an error in the form.
    fn parse_time(&mut self, layout: &Layout, article: Option<&Article>, now: Ts) -> Option<Ts> {
        let zone = &layout.publication.zone;
        let stored = article.and_then(|article| article.published_at);
        if self.published_at.is_empty() {
            // An empty field means now only for what readers have never seen. Otherwise the date and the path stay.
            let has_path = article.is_some_and(|article| article.path.is_some());
            return stored.filter(|at| has_path && *at <= now);
        }
        let chosen = ClockOccurrence::parse(&self.occurrence);
        // The field has no seconds: an untouched one must not cut them off the stored time.
        let untouched = stored.filter(|at| {
            dates::format_datetime_local(*at, zone) == self.published_at
                && (chosen.is_none() || chosen == local_time::find_occurrence(*at, zone))
        });
        if untouched.is_some() {
            return untouched;
        }
        let time = local_time::parse_local_time(&self.published_at, zone, now);
        match time {
            Ok(time) if time.second.is_none() => Some(time.first),
            Ok(time) => {
                self.remember_repeated(time);
                if chosen.is_none() {
                    ClockOccurrence::First
                        .as_str()
                        .clone_into(&mut self.occurrence);
                    self.errors
                        .push(layout.translator, "published_at", "editor-moment-repeated");
                }
                chosen.map(|occurrence| time.choose(occurrence))
            }
            Err(error) => {
                self.errors
                    .push_message("published_at", describe_time_error(layout, &error));
                None
            }
        }
    }

    fn remember_repeated(&mut self, time: LocalTime) {
        self.repeated = time.second.map(|second| (time.first, second));
    }

    /// Adds the error that the article's path belongs to another article.
    pub(super) fn add_path_taken(&mut self, layout: &Layout, path: &str, free: Option<&Slug>) {
        let message = match free {
            Some(slug) => layout.translator.format_all(
                "editor-address-taken-free",
                &[("path", path), ("slug", slug.as_str())],
            ),
            None => layout
                .translator
                .format("editor-address-taken", "path", path),
        };
        self.errors.push_message("slug", message);
    }
}

fn describe_time_error(layout: &Layout, error: &LocalTimeError) -> String {
    let translator = layout.translator;
    match error {
        LocalTimeError::Malformed => translator.text("editor-moment-wrong"),
        LocalTimeError::YearOutOfRange(year) => {
            let last = local_time::latest_year(&layout.publication.zone, layout.now).to_string();
            translator.format_all(
                "editor-moment-year",
                &[
                    ("year", year),
                    ("first", &dates::MIN_YEAR.to_string()),
                    ("last", &last),
                ],
            )
        }
        LocalTimeError::Skipped { before, after } => translator.format_all(
            "editor-moment-skipped",
            &[
                ("before", &layout.format_date_time(before)),
                ("after", &layout.format_date_time(after)),
            ],
        ),
    }
}
