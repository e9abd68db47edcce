//! Writing an article: the form, its preview, saving, publishing, and what happens when two write at once.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::model::{
    Article, BODY_BYTES, Draft, DraftReason, Kind, SOURCES_BYTES, STANDFIRST_BYTES, Standing,
    State as ArticleState, TITLE_BYTES, Topic,
};
use super::page::ArticleFragment;
use super::store::{self, Save, Saved};
use crate::accounts::Editor;
use crate::admin::{AdminLayout, AdminSection, take_form};
use crate::app::App;
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::publication::{Publication, is_reserved};
use crate::text::{BodyFormat, Slug, dates, input};
use crate::web::requests::RequestId;
use crate::web::{
    Db, Error, FieldErrors, FormFields, Layout, Page, Path, Query, Result, redirect_after_post,
};

/// Bytes of the names of an article's topics together.
const TOPICS_BYTES: usize = 2_000;

/// The form as typed.
struct DraftForm {
    title: String,
    slug: String,
    standfirst: String,
    sources: String,
    body: String,
    /// How the text is written. Not a field: a text stays what it is.
    format: BodyFormat,
    replies_open: bool,
    is_page: bool,
    pinned: bool,
    /// Names, one a line: they may have commas in them.
    topics: String,
    /// The moment of publication, as the browser's date field writes it.
    moment: String,
    version: i32,
    mistakes: FieldErrors,
}

/// What the pressed button asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Save,
    Preview,
    Publish,
    Unpublish,
}

#[derive(Template)]
#[template(path = "articles/editor.html")]
struct EditorPage {
    desk: AdminLayout,
    section: AdminSection,
    /// The article as it is kept; none while it is new.
    article: Option<Article>,
    form: DraftForm,
    /// The article as readers would see it, made by the code that makes their page.
    preview: Option<ArticleFragment>,
    /// Someone else's newer version, saved while this one was written.
    theirs: Option<Saved>,
    saved: bool,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<u8>,
}

/// An empty form.
pub async fn show_new(desk: AdminLayout, _editor: Editor) -> Response {
    Page(EditorPage::new(desk, None, DraftForm::blank())).into_response()
}

/// An article's form.
pub async fn show_editor(
    desk: AdminLayout,
    _editor: Editor,
    mut db: Db,
    Path(id): Path<ArticleId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let article = store::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let topics = store::topics_of(&mut db, id).await?;
    let form = DraftForm::of(&article, &topics, &desk.layout);
    let mut page = EditorPage::new(desk, Some(article), form);
    page.saved = asked.saved.is_some();
    Ok(Page(page).into_response())
}

/// Keeps a new article.
pub async fn create(
    State(app): State<App>,
    Extension(reference): Extension<RequestId>,
    editor: Result<Editor>,
    desk: Result<AdminLayout>,
    fields: FormFields,
) -> Response {
    let work = async { save(&app, desk?, &editor?, None, &fields).await };
    take_form(&app, reference, "/admin/articles/new", &fields, work).await
}

/// Keeps a changed article.
pub async fn change(
    State(app): State<App>,
    Extension(reference): Extension<RequestId>,
    Path(id): Path<ArticleId>,
    editor: Result<Editor>,
    desk: Result<AdminLayout>,
    fields: FormFields,
) -> Response {
    let action = format!("/admin/articles/{id}");
    let work = async { save(&app, desk?, &editor?, Some(id), &fields).await };
    take_form(&app, reference, &action, &fields, work).await
}

async fn save(
    app: &App,
    desk: AdminLayout,
    editor: &Editor,
    id: Option<ArticleId>,
    fields: &FormFields,
) -> Result<Response> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let article = match id {
        Some(id) => Some(store::find(&mut db, id).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    let mut form = DraftForm::read(fields);
    form.format = article
        .as_ref()
        .map_or(BodyFormat::Markdown, |article| article.format);
    let act = Act::of(fields.first("action"));
    let state = match (act, &article) {
        (Act::Publish, _) => ArticleState::Published,
        (Act::Unpublish, _) | (_, None) => ArticleState::Draft,
        (_, Some(article)) => article.state,
    };
    let before = article.as_ref().and_then(|article| article.published_at);
    let Some(draft) = form.parse(&desk.layout, state, before, now) else {
        return Ok(Page(EditorPage::new(desk, article, form))
            .with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    if act == Act::Preview {
        let author = match &article {
            Some(article) => (article.author.clone(), article.author_slug.clone()),
            None => (editor.name.clone(), Slug::from_title(&editor.username)),
        };
        let preview = ArticleFragment::of_draft(&desk.layout, &draft, author, now);
        let mut page = EditorPage::new(desk, article, form);
        page.preview = Some(preview);
        return Ok(Page(page).into_response());
    }
    let publication = &desk.layout.publication;
    let outcome = match &article {
        Some(article) => {
            store::change(
                &mut db,
                publication,
                article.id,
                form.version,
                editor.id,
                &draft,
                now,
            )
            .await?
        }
        None => store::insert(&mut db, publication, editor.id, &draft, now).await?,
    };
    match outcome {
        Save::Kept(id) => {
            db.commit().await?;
            tracing::info!(account = %editor.id, article = %id, "saved an article");
            Ok(redirect_after_post(&format!("/admin/articles/{id}?saved=1")).into_response())
        }
        Save::AddressTaken(path) => {
            db.rollback().await?;
            form.mistakes.push_message(
                "slug",
                desk.layout
                    .translator
                    .format("editor-address-taken", "path", &path),
            );
            Ok(Page(EditorPage::new(desk, article, form))
                .with_status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        Save::Overtaken => {
            // Read again: theirs may have come in after ours began.
            let (article, theirs) = match id {
                Some(id) => (
                    store::find(&mut db, id).await?,
                    store::last_saved(&mut db, id).await?,
                ),
                None => (None, None),
            };
            db.rollback().await?;
            // Both texts are on the page now: saving once more is a choice made with open eyes.
            form.version = article
                .as_ref()
                .map_or(form.version, |article| article.version);
            let mut page = EditorPage::new(desk, article, form);
            page.theirs = theirs;
            Ok(Page(page).with_status(StatusCode::CONFLICT))
        }
    }
}

impl Act {
    fn of(word: &str) -> Self {
        match word {
            "preview" => Self::Preview,
            "publish" => Self::Publish,
            "unpublish" => Self::Unpublish,
            _ => Self::Save,
        }
    }
}

impl DraftForm {
    fn blank() -> Self {
        Self {
            replies_open: true,
            ..Self::read(&FormFields::default())
        }
    }

    fn of(article: &Article, topics: &[Topic], layout: &Layout) -> Self {
        let topics: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
        Self {
            title: article.title.clone(),
            slug: article.slug.to_string(),
            standfirst: article.standfirst.clone(),
            sources: article.sources.clone(),
            body: article.body.clone(),
            format: article.format,
            replies_open: article.replies_open,
            is_page: article.kind == Kind::Page,
            pinned: article.pinned,
            topics: topics.join("\n"),
            moment: article
                .published_at
                .map(|at| dates::format_datetime_local(at, &layout.publication.zone))
                .unwrap_or_default(),
            version: article.version,
            mistakes: FieldErrors::new(),
        }
    }

    fn read(fields: &FormFields) -> Self {
        Self {
            title: input::single_line(fields.first("title")),
            slug: fields.first("slug").trim().to_lowercase(),
            standfirst: input::multi_line(fields.first("standfirst")),
            sources: input::single_line(fields.first("sources")),
            body: input::multi_line(fields.first("body")),
            format: BodyFormat::Markdown,
            replies_open: fields.is_ticked("replies_open"),
            is_page: fields.is_ticked("is_page"),
            pinned: fields.is_ticked("pinned"),
            topics: input::multi_line(fields.first("topics")),
            moment: fields.first("moment").trim().to_owned(),
            version: fields.first("version").parse().unwrap_or_default(),
            mistakes: FieldErrors::new(),
        }
    }

    /// What was written, if it is well formed; otherwise the form holds what is wrong. An empty slug is made from the
    /// title; an empty moment is now for what is published. `before` is the moment the article has.
    fn parse(
        &mut self,
        layout: &Layout,
        state: ArticleState,
        before: Option<Ts>,
        now: Ts,
    ) -> Option<Draft> {
        let translator = layout.translator;
        let mut mistakes = FieldErrors::new();
        for (field, text, most) in [
            ("title", &mut self.title, TITLE_BYTES),
            ("standfirst", &mut self.standfirst, STANDFIRST_BYTES),
            ("sources", &mut self.sources, SOURCES_BYTES),
            ("body", &mut self.body, BODY_BYTES),
            ("topics", &mut self.topics, TOPICS_BYTES),
        ] {
            mistakes.check_text(translator, field, text, most);
        }
        if input::is_blank(&self.title) {
            mistakes.push(translator, "title", "editor-title-missing");
        }
        let slug = if self.slug.is_empty() {
            Some(Slug::from_title(&self.title))
        } else {
            Slug::parse(&self.slug)
        };
        if slug.is_none() {
            mistakes.push(translator, "slug", "editor-slug-wrong");
        }
        let zone = &layout.publication.zone;
        // The field knows minutes, the article more: what was not touched stays as it is.
        let untouched = before.filter(|at| dates::format_datetime_local(*at, zone) == self.moment);
        let moment = untouched.or_else(|| dates::parse_datetime_local(&self.moment, zone));
        if moment.is_none() && !self.moment.is_empty() {
            mistakes.push(translator, "moment", "editor-moment-wrong");
        }
        let published_at = moment.or((state == ArticleState::Published).then_some(now));
        let kind = if self.is_page {
            Kind::Page
        } else {
            Kind::Article
        };
        if let (Some(slug), Some(at)) = (&slug, published_at) {
            let path = match kind {
                Kind::Article => layout.publication.article_path(ArticleId(0), slug, at),
                Kind::Page => Publication::page_path(slug),
            };
            if is_reserved(&path) {
                mistakes.push_message(
                    "slug",
                    translator.format("editor-address-taken", "path", &path),
                );
            }
        }
        self.mistakes = mistakes;
        let slug = slug.filter(|_| self.mistakes.is_empty())?;
        Some(Draft {
            slug,
            title: self.title.clone(),
            standfirst: self.standfirst.clone(),
            sources: self.sources.clone(),
            body: self.body.clone(),
            format: self.format,
            replies_open: self.replies_open,
            kind,
            pinned: self.pinned,
            topics: names(&self.topics),
            state,
            published_at,
        })
    }
}

/// The names, one a line.
fn names(topics: &str) -> Vec<String> {
    let names = topics.lines().map(input::single_line);
    names.filter(|name| !input::is_blank(name)).collect()
}

impl EditorPage {
    fn new(desk: AdminLayout, article: Option<Article>, form: DraftForm) -> Self {
        Self {
            desk,
            section: AdminSection::Articles,
            article,
            form,
            preview: None,
            theirs: None,
            saved: false,
        }
    }

    fn standing(&self) -> Standing {
        let article = self.article.as_ref();
        let state = article.map_or(ArticleState::Draft, |article| article.state);
        Standing::of(
            state,
            article.and_then(|article| article.published_at),
            self.desk.layout.now,
        )
    }

    fn action(&self) -> String {
        match &self.article {
            Some(article) => format!("/admin/articles/{}", article.id),
            None => "/admin/articles/new".to_owned(),
        }
    }

    /// Why it is a draft, if it came from elsewhere and still is one.
    fn note(&self) -> Option<DraftReason> {
        let article = self.article.as_ref()?;
        article
            .draft_reason
            .filter(|_| article.state == ArticleState::Draft)
    }

    /// Where readers find it.
    fn path(&self) -> Option<&str> {
        self.article.as_ref()?.path.as_deref()
    }
}
