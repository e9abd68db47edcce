//! The editor for articles: form, preview, saving and publishing, and the page shown if somebody else has saved
//! meanwhile.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::{PgConnection, Postgres, Transaction};

use super::article_form::ArticleForm;
use super::editor_action::EditorAction;
use super::editor_page::EditorPage;
use super::editor_questions::list_questions;
use super::merge::{MergeBase, merge_forms};
use super::model::{Article, ArticleInput, ArticleKind};
use super::page::ArticleFragment;
use super::store::{self, ArticleSaveOutcome};
use super::topic_names::{self, SimilarTopic};
use crate::accounts::Editor;
use crate::admin::AdminLayout;
use crate::app::App;
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::Slug;
use crate::web::form::{FormData, submit_or_recover};
use crate::web::request_id::RequestId;
use crate::web::{Db, Error, Page, Path, Query, Result, redirect_after_post};

/// Attempts to find a free number for a slug that was made from the title, before the editor is asked for one. Each time,
/// somebody else took the path at the same moment.
const MAX_SLUG_ATTEMPTS: usize = 10;

#[derive(Deserialize)]
pub struct NewArticleQuery {
    #[serde(default)]
    kind: String,
}

/// Shows an empty form for a new article, or for a new page with `kind=page` in the query.
pub async fn show_new_article(
    admin_layout: AdminLayout,
    _editor: Editor,
    mut db: Db,
    Query(query): Query<NewArticleQuery>,
) -> Result<Response> {
    let kind = match query.kind.as_str() {
        "page" => ArticleKind::Page,
        _ => ArticleKind::Article,
    };
    let form = ArticleForm::blank(kind);
    let page = EditorPage::load(admin_layout, &mut db, None, form).await?;
    Ok(Page(page).into_response())
}

#[derive(Deserialize)]
pub struct EditorQuery {
    saved: Option<u8>,
    /// Ids of the topics that the save created, with commas between them.
    #[serde(default)]
    new_topics: String,
}

/// Shows the form for editing an article.
pub async fn show_editor(
    admin_layout: AdminLayout,
    _editor: Editor,
    mut db: Db,
    Path(id): Path<ArticleId>,
    Query(query): Query<EditorQuery>,
) -> Result<Response> {
    let article = store::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let topics = store::topics::list(&mut db, id).await?;
    let form = ArticleForm::from_article(&article, &topics, &admin_layout.layout);
    let mut page = EditorPage::load(admin_layout, &mut db, Some(article), form).await?;
    page.saved = query.saved.is_some();
    let new_ids: Vec<&str> = query.new_topics.split(',').collect();
    let new_topics = topics
        .into_iter()
        .filter(|topic| new_ids.contains(&topic.id.to_string().as_str()));
    page.new_topics = new_topics.map(|topic| topic.name).collect();
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
    let Some(mut input) = form.parse(&admin_layout.layout, article.as_ref(), now) else {
        let page = EditorPage::load(admin_layout, &mut db, article, form).await?;
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let whole_lines = store::topics::list_existing(&mut db, &input.topics).await?;
    input.topics = topic_names::split_names(&input.topics, &whole_lines);
    if form.action == EditorAction::Preview {
        let preview = preview(&admin_layout, editor, article.as_ref(), &input, now);
        let mut page = EditorPage::load(admin_layout, &mut db, article, form).await?;
        page.preview = Some(preview);
        return Ok(Page(page).into_response());
    }
    let new_topics = store::topics::list_new(&mut db, &input.topics).await?;
    let is_stale = article
        .as_ref()
        .is_some_and(|article| article.version != form.version.0);
    // The differences from a newer version come first, and the questions when the merged form is saved.
    if !is_stale {
        let similar = find_similar_topics(&mut db, &new_topics).await?;
        let mut questions = list_questions(article.as_ref(), &input, similar, now);
        if form.action.is_confirmed() {
            questions.retain(|question| !form.answered.contains(&question.key()));
        } else {
            form.answered.clear();
        }
        if !questions.is_empty() {
            let mut page = EditorPage::load(admin_layout, &mut db, article, form).await?;
            page.questions = questions;
            return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
        }
    }
    let (mut db, outcome) = save(
        app,
        db,
        &admin_layout,
        editor,
        article.as_ref(),
        &form,
        input,
    )
    .await?;
    match outcome {
        ArticleSaveOutcome::Saved(id) => {
            let response = commit_and_redirect(db, id, &new_topics).await?;
            tracing::info!(account = %editor.id, article = %id, "article saved");
            Ok(response)
        }
        ArticleSaveOutcome::PathTaken { path, free_slug } => {
            form.add_path_taken(&admin_layout.layout, &path, free_slug.as_ref());
            let page = EditorPage::load(admin_layout, &mut db, article, form).await?;
            Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        ArticleSaveOutcome::Conflict => show_conflict(admin_layout, db, id, form).await,
    }
}

/// Commits the save and redirects to the form, so that reloading the page does not save again.
async fn commit_and_redirect(
    mut db: Transaction<'static, Postgres>,
    id: ArticleId,
    new_topics: &[String],
) -> Result<Response> {
    let topics = store::topics::list(&mut db, id).await?;
    db.commit().await?;
    let new_ids = topics
        .iter()
        .filter(|topic| new_topics.contains(&topic.name))
        .map(|topic| topic.id.to_string());
    let notice = match new_ids.collect::<Vec<_>>().join(",") {
        ids if ids.is_empty() => ids,
        ids => format!("&new_topics={ids}"),
    };
    let url = format!("/admin/articles/{id}?saved=1{notice}");
    Ok(redirect_after_post(&url).into_response())
}

/// Renders the preview with the code of the article's page.
fn preview(
    admin_layout: &AdminLayout,
    editor: &Editor,
    article: Option<&Article>,
    input: &ArticleInput,
    now: Ts,
) -> ArticleFragment {
    let author = match article {
        Some(article) => (article.author.clone(), article.author_slug.clone()),
        None => (editor.name.clone(), Slug::from_name(&editor.name)),
    };
    ArticleFragment::preview(&admin_layout.layout, input, author, now)
}

async fn find_similar_topics(
    db: &mut PgConnection,
    new_topics: &[String],
) -> sqlx::Result<Vec<SimilarTopic>> {
    if new_topics.is_empty() {
        return Ok(Vec::new());
    }
    let existing = store::topics::list_of_similar_length(db, new_topics).await?;
    Ok(topic_names::list_similar(new_topics, &existing))
}

/// Saves the article. If its path is taken and its slug was made from the title, saves it with a number after the slug.
/// Returns the open transaction with the outcome; nothing is written in it unless that is `Saved`.
async fn save(
    app: &App,
    mut db: Transaction<'static, Postgres>,
    admin_layout: &AdminLayout,
    editor: &Editor,
    article: Option<&Article>,
    form: &ArticleForm,
    mut input: ArticleInput,
) -> Result<(Transaction<'static, Postgres>, ArticleSaveOutcome)> {
    let publication = &admin_layout.layout.publication;
    let now = app.clock.now();
    let id = article.map(|article| article.id);
    let is_made = form.has_made_slug(article);
    // Numbers are appended to the slug without a number.
    let wanted = match is_made {
        true => Slug::from_title(&form.title),
        false => input.slug.clone(),
    };
    for attempt in 1.. {
        let outcome = match id {
            Some(id) => {
                let version = form.version.0;
                store::update(&mut db, publication, id, version, editor.id, &input, now).await?
            }
            None => {
                let guid = form.make_guid();
                let guid = guid.as_deref();
                store::insert(&mut db, publication, editor.id, &input, guid, now).await?
            }
        };
        let ArticleSaveOutcome::PathTaken { path, .. } = outcome else {
            return Ok((db, outcome));
        };
        // The texts were written before the path was found taken, and go with the transaction.
        db.rollback().await?;
        db = app.pool.begin().await?;
        let free = store::find_free_slug(&mut db, publication, id, &input, &wanted).await?;
        match free {
            Some(slug) if is_made && attempt < MAX_SLUG_ATTEMPTS => input.slug = slug,
            free_slug => return Ok((db, ArticleSaveOutcome::PathTaken { path, free_slug })),
        }
    }
    unreachable!("the loop ends by returning")
}

/// Merges the form with what somebody else saved while it was open, and shows the differences.
async fn show_conflict(
    admin_layout: AdminLayout,
    mut db: Transaction<'static, Postgres>,
    id: Option<ArticleId>,
    mut form: ArticleForm,
) -> Result<Response> {
    let id = id.ok_or(Error::NotFound)?;
    // Read again: the other save may have been committed after this transaction read the article.
    let article: Article = store::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let newer = store::find_last_save(&mut db, id).await?;
    let topics = store::topics::list(&mut db, id).await?;
    let theirs = ArticleForm::from_article(&article, &topics, &admin_layout.layout);
    let base = MergeBase {
        revision: store::find_revision(&mut db, id, form.version.0).await?,
        fields: form.base.take(),
    };
    let translator = admin_layout.layout.translator;
    let changes = merge_forms(&mut form, &base, &theirs, article.state, translator);
    // The same form was sent twice, or the other editor has saved the same.
    if changes.is_empty() && form.action.next_state(Some(&article)) == article.state {
        return commit_and_redirect(db, id, &[]).await;
    }
    // Both are on the page now, so that saving once more is an informed choice.
    form.version = theirs.version;
    form.base = theirs.base;
    let mut page = EditorPage::load(admin_layout, &mut db, Some(article), form).await?;
    db.rollback().await?;
    page.newer = newer;
    page.changes = changes;
    Ok(Page(page).with_status(StatusCode::CONFLICT))
}
