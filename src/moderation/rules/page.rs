//! Handlers for the page of the discussion settings: showing and saving the settings, and previewing the word lists.

use anyhow::Context;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;

use super::form::{RulesForm, find_wrong_lines};
use super::preview::{PreviewFragment, WordListPreview, preview_lists};
use crate::accounts::Admin;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::comments::store::word_lists;
use crate::publication;
use crate::web::form::{FormData, RowVersion, submit_or_recover};
use crate::web::request_id::RequestId;
use crate::web::{Layout, Page, Query, Result, SavedQuery, redirect_after_post};

const PAGE_PATH: &str = "/admin/discussion";

#[derive(Template)]
#[template(path = "moderation/rules.html")]
struct RulesPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    form: RulesForm,
    /// Whether a key for the spam checker is saved. The key itself is never shown.
    has_key: bool,
    saved: bool,
    /// Whether someone else has saved the settings since the form was loaded.
    has_conflict: bool,
    hold_preview: Option<WordListPreview>,
    refuse_preview: Option<WordListPreview>,
}

/// Shows the form with the discussion settings and word lists.
pub async fn show_rules(
    State(app): State<App>,
    admin_layout: AdminLayout,
    _admin: Admin,
    Query(query): Query<SavedQuery>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let lists = word_lists::find(&mut db).await?;
    let publication = &admin_layout.layout.publication;
    let form = RulesForm::from_settings(&publication.discussion, lists, publication.version);
    let mut page = RulesPage::new(admin_layout, form);
    page.saved = query.saved.is_some();
    Ok(Page(page).into_response())
}

/// Saves the discussion settings and word lists, or only previews the lists, depending on the button.
pub async fn save_rules(
    State(app): State<App>,
    request_id: RequestId,
    admin: Result<Admin>,
    admin_layout: Result<AdminLayout>,
    form: FormData<RulesForm>,
) -> Response {
    let work = async {
        let (admin_layout, admin) = (admin_layout?, admin?);
        if form.value.is_preview {
            // Nothing is saved, so errors in other fields do not matter.
            preview_form(&app, admin_layout, form.value).await
        } else {
            save_form(&app, admin_layout, &admin, form.value).await
        }
    };
    submit_or_recover(&app, request_id, PAGE_PATH, &form.fields, work).await
}

async fn save_form(
    app: &App,
    admin_layout: AdminLayout,
    admin: &Admin,
    mut form: RulesForm,
) -> Result<Response> {
    let present = admin_layout.layout.publication.discussion.clone();
    let (hold, refuse) = (form.hold_words.clone(), form.refuse_words.clone());
    // A list may have a megabyte of regular expressions, which compile for seconds.
    let wrong = spawn_blocking(move || (find_wrong_lines(&hold), find_wrong_lines(&refuse)))
        .await
        .context("reading the word lists")?;
    let Some(parsed) = form.parse(admin_layout.layout.translator, &app.keys, &present, wrong)
    else {
        return Ok(
            Page(RulesPage::new(admin_layout, form)).with_status(StatusCode::UNPROCESSABLE_ENTITY)
        );
    };
    let mut db = app.pool.begin().await?;
    if !publication::store::increment_version(&mut db, form.version.0).await? {
        db.rollback().await?;
        // The form gets the new version, so that saving it once more overwrites the other change knowingly.
        form.version = RowVersion(app.load_publication().await?.version);
        let mut page = RulesPage::new(admin_layout, form);
        page.has_conflict = true;
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    // Both are saved under the one version that was just compared.
    publication::store::update_discussion(&mut db, &parsed.settings).await?;
    word_lists::update(&mut db, &parsed.lists).await?;
    db.commit().await?;
    tracing::info!(account = %admin.id, "discussion settings saved");
    Ok(redirect_after_post(&format!("{PAGE_PATH}?saved=1")).into_response())
}

async fn preview_form(app: &App, admin_layout: AdminLayout, form: RulesForm) -> Result<Response> {
    let translator = admin_layout.layout.translator;
    let (hold, refuse) = (form.hold_words.clone(), form.refuse_words.clone());
    let (hold, refuse) = preview_lists(app, translator, hold, refuse).await?;
    let mut page = RulesPage::new(admin_layout, form);
    (page.hold_preview, page.refuse_preview) = (Some(hold), Some(refuse));
    Ok(Page(page).into_response())
}

/// Renders the preview of the word lists for a script, which inserts it below them.
pub async fn preview_words(
    State(app): State<App>,
    _admin: Admin,
    layout: Layout,
    form: FormData<RulesForm>,
) -> Result<Response> {
    let (hold, refuse) = (form.value.hold_words, form.value.refuse_words);
    let (hold_preview, refuse_preview) =
        preview_lists(&app, layout.translator, hold, refuse).await?;
    Ok(Page(PreviewFragment {
        translator: layout.translator,
        hold_preview,
        refuse_preview,
    })
    .into_response())
}

impl RulesPage {
    fn new(admin_layout: AdminLayout, form: RulesForm) -> Self {
        let has_key = admin_layout.layout.publication.discussion.checker.is_some();
        Self {
            admin_layout,
            section: AdminSection::Discussion,
            form,
            has_key,
            saved: false,
            has_conflict: false,
            hold_preview: None,
            refuse_preview: None,
        }
    }
}
