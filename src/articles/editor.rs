//! The editor for articles: form, preview, saving and publishing, and the page shown if somebody else has saved
//! meanwhile.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sqlx::{Postgres, Transaction};

use super::article_form::{ArticleForm, EditorAction};
use super::model::{Article, ArticleState, ArticleStatus, DraftReason};
use super::page::ArticleFragment;
use super::store::{self, ArticleSaveOutcome, LastSave};
use crate::accounts::Editor;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::ids::ArticleId;
use crate::text::{BodyFormat, Slug};
use crate::web::form::{FormData, RowVersion, submit_or_recover};
use crate::web::request_id::RequestId;
use crate::web::{Db, Error, Page, Path, Query, Result, SavedQuery, redirect_after_post};

#[derive(Template)]
#[template(path = "articles/editor.html")]
struct EditorPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    /// The stored article. `None` if a new article is being written.
    article: Option<Article>,
    form: ArticleForm,
    preview: Option<ArticleFragment>,
    /// The save by another editor, if there was one while this form was open.
    newer: Option<LastSave>,
    saved: bool,
}

/// Shows an empty form for a new article.
pub async fn show_new_article(admin_layout: AdminLayout, _editor: Editor) -> Response {
    Page(EditorPage::new(admin_layout, None, ArticleForm::blank())).into_response()
}

/// Shows the form for editing an article.
pub async fn show_editor(
    admin_layout: AdminLayout,
    _editor: Editor,
    mut db: Db,
    Path(id): Path<ArticleId>,
    Query(query): Query<SavedQuery>,
) -> Result<Response> {
    let article = store::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let topics = store::topics::list(&mut db, id).await?;
    let form = ArticleForm::from_article(&article, &topics, &admin_layout.layout);
    let mut page = EditorPage::new(admin_layout, Some(article), form);
    page.saved = query.saved.is_some();
    Ok(Page(page).into_response())
}

/// Saves a new article, or renders its preview, depending on the button.
pub async fn create_article(
    State(app): State<App>,
    request_id: RequestId,
    // Results: a form sent after the session has ended must reach the recovery, not be lost to a sign-in page.
    editor: Result<Editor>,
    admin_layout: Result<AdminLayout>,
    form: FormData<ArticleForm>,
) -> Response {
    let work = async { submit(&app, admin_layout?, &editor?, None, form.value).await };
    submit_or_recover(&app, request_id, "/admin/articles/new", &form.fields, work).await
}

/// Saves changes of an article, or renders their preview, depending on the button.
pub async fn update_article(
    State(app): State<App>,
    request_id: RequestId,
    Path(id): Path<ArticleId>,
    editor: Result<Editor>,
    admin_layout: Result<AdminLayout>,
    form: FormData<ArticleForm>,
) -> Response {
    let action = format!("/admin/articles/{id}");
    let work = async { submit(&app, admin_layout?, &editor?, Some(id), form.value).await };
    submit_or_recover(&app, request_id, &action, &form.fields, work).await
}

async fn submit(
    app: &App,
    admin_layout: AdminLayout,
    editor: &Editor,
    id: Option<ArticleId>,
    mut form: ArticleForm,
) -> Result<Response> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let article = match id {
        Some(id) => Some(store::find(&mut db, id).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    let Some(input) = form.parse(&admin_layout.layout, article.as_ref(), now) else {
        let page = EditorPage::new(admin_layout, article, form);
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    // Checked like a save, and rendered by the code of the page: the transaction is dropped unused.
    if form.action == EditorAction::Preview {
        let author = match &article {
            Some(article) => (article.author.clone(), article.author_slug.clone()),
            None => (editor.name.clone(), Slug::from_name(&editor.name)),
        };
        let preview = ArticleFragment::preview(&admin_layout.layout, &input, author, now);
        let mut page = EditorPage::new(admin_layout, article, form);
        page.preview = Some(preview);
        return Ok(Page(page).into_response());
    }
    let publication = &admin_layout.layout.publication;
    let outcome = match id {
        Some(id) => {
            let version = form.version.0;
            store::update(&mut db, publication, id, version, editor.id, &input, now).await?
        }
        None => store::insert(&mut db, publication, editor.id, &input, now).await?,
    };
    match outcome {
        ArticleSaveOutcome::Saved(id) => {
            db.commit().await?;
            tracing::info!(account = %editor.id, article = %id, "article saved");
            // A redirect, so that reloading the page does not save again.
            Ok(redirect_after_post(&format!("/admin/articles/{id}?saved=1")).into_response())
        }
        ArticleSaveOutcome::PathTaken(path) => {
            // The texts were written before the path was found taken, and go with the transaction.
            db.rollback().await?;
            form.add_path_taken(&admin_layout.layout, &path);
            let page = EditorPage::new(admin_layout, article, form);
            Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        ArticleSaveOutcome::Conflict => show_conflict(admin_layout, db, id, form).await,
    }
}

/// Shows both versions of an article after somebody else saved it while this form was open.
async fn show_conflict(
    admin_layout: AdminLayout,
    mut db: Transaction<'static, Postgres>,
    id: Option<ArticleId>,
    mut form: ArticleForm,
) -> Result<Response> {
    // Read again: the other save may have been committed after this transaction read the article.
    let (article, newer) = match id {
        Some(id) => (
            store::find(&mut db, id).await?,
            store::find_last_save(&mut db, id).await?,
        ),
        None => (None, None),
    };
    db.rollback().await?;
    // Both are on the page now, so that saving once more is an informed choice.
    if let Some(article) = &article {
        form.version = RowVersion(article.version);
    }
    let mut page = EditorPage::new(admin_layout, article, form);
    page.newer = newer;
    Ok(Page(page).with_status(StatusCode::CONFLICT))
}

impl EditorPage {
    fn new(admin_layout: AdminLayout, article: Option<Article>, form: ArticleForm) -> Self {
        Self {
            admin_layout,
            section: AdminSection::Articles,
            article,
            form,
            preview: None,
            newer: None,
            saved: false,
        }
    }

    /// Returns the status of the stored article. A new article is a draft.
    fn status(&self) -> ArticleStatus {
        let article = self.article.as_ref();
        let state = article.map_or(ArticleState::Draft, |article| article.state);
        let published_at = article.and_then(|article| article.published_at);
        ArticleStatus::new(state, published_at, self.admin_layout.layout.now)
    }

    fn form_action(&self) -> String {
        match &self.article {
            Some(article) => format!("/admin/articles/{}", article.id),
            None => "/admin/articles/new".to_owned(),
        }
    }

    /// Returns the reason why the import made the article a draft. Returns `None` once the article is no longer a draft.
    fn draft_reason(&self) -> Option<DraftReason> {
        let article = self.article.as_ref()?;
        article
            .draft_reason
            .filter(|_| article.state == ArticleState::Draft)
    }

    fn path(&self) -> Option<&str> {
        self.article.as_ref()?.path.as_deref()
    }
}
