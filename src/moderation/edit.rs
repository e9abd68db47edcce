//! The page on which moderators edit a comment. Every earlier version is saved and can be restored; restoring counts as
//! an edit. The comment keeps its status, but decisions made before the edit can no longer be undone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::store;
use super::store::edit::{EditableComment, EditedText};
use crate::accounts::Moderator;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::audit_log::store::chain::append_single;
use crate::audit_log::{EntryKind, NewEntry};
use crate::comments::store::versions::{self, CommentVersion};
use crate::comments::{parse_body, parse_website, validate_name};
use crate::i18n::Translator;
use crate::ids::CommentId;
use crate::text::{BodyFormat, SafeHtml, Website, input};
use crate::web::form::{self, FieldErrors, FormData, RowVersion, TextLimit, submit_or_recover};
use crate::web::request_id::RequestId;
use crate::web::{Error, Page, Path, Query, Result, redirect_after_post};

const MAX_NOTE_CHARS: usize = 1_000;

/// The edited comment as the moderator entered it, and the button that was pressed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CommentEditForm {
    comment: String,
    #[serde(deserialize_with = "form::single_line")]
    author: String,
    #[serde(deserialize_with = "form::trimmed")]
    url: String,
    #[serde(deserialize_with = "form::single_line")]
    note: String,
    version: RowVersion,
    action: EditButton,
    /// Number of the earlier version to restore. The restore button does not submit the text of the comment.
    #[serde(deserialize_with = "form::parsed")]
    restore: Option<i32>,
    #[serde(skip)]
    errors: FieldErrors,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EditButton {
    Preview,
    #[default]
    #[serde(other)]
    Save,
}

#[derive(Template)]
#[template(path = "moderation/edit.html")]
struct CommentEditPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    comment: EditableComment,
    form: CommentEditForm,
    preview: Option<SafeHtml>,
    /// Earlier versions that were replaced by an edit of a member of staff, newest first.
    versions: Vec<CommentVersion>,
    done: Option<String>,
    /// Message for an error that does not belong to a field.
    notice: Option<String>,
}

/// Result of the edit that redirected to this page.
#[derive(Deserialize)]
pub struct EditQuery {
    saved: Option<u8>,
    same: Option<u8>,
}

pub async fn show_edit(
    State(app): State<App>,
    admin_layout: AdminLayout,
    _moderator: Moderator,
    Path(id): Path<CommentId>,
    Query(query): Query<EditQuery>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let mut page = CommentEditPage::load(&mut db, admin_layout, id, None).await?;
    if page.comment.is_erased {
        return Err(Error::NotFound);
    }
    let translator = page.admin_layout.layout.translator;
    page.done = match (query.saved, query.same) {
        (Some(_), _) => Some(translator.text("edit-saved")),
        (_, Some(_)) => Some(translator.text("edit-same")),
        _ => None,
    };
    Ok(Page(page).into_response())
}

/// Saves the edit, previews it, or restores an earlier version, depending on the button that was pressed.
pub async fn submit_edit(
    State(app): State<App>,
    request_id: RequestId,
    Path(id): Path<CommentId>,
    moderator: Result<Moderator>,
    admin_layout: Result<AdminLayout>,
    form: FormData<CommentEditForm>,
) -> Response {
    let work = async { save(&app, admin_layout?, &moderator?, id, form.value).await };
    submit_or_recover(&app, request_id, &edit_path(id), &form.fields, work).await
}

fn edit_path(id: CommentId) -> String {
    format!("/admin/comments/{id}/edit")
}

async fn save(
    app: &App,
    admin_layout: AdminLayout,
    moderator: &Moderator,
    id: CommentId,
    form: CommentEditForm,
) -> Result<Response> {
    let now = app.clock.now();
    let translator = admin_layout.layout.translator;
    let (action, restore, version) = (form.action, form.restore, form.version);
    // The page is read in the transaction of the edit, which compares the version again when it writes.
    let mut db = app.pool.begin().await?;
    let typed = restore.is_none().then_some(form);
    let mut page = CommentEditPage::load(&mut db, admin_layout, id, typed).await?;
    if page.comment.is_erased {
        page.notice = Some(translator.text("edit-gone"));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let new = match restore {
        Some(earlier) => {
            page.form.version = version;
            page.find_version(earlier).ok_or(Error::NotFound)?
        }
        None => match page.form.parse(translator, page.comment.format) {
            Some(new) => new,
            None => return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY)),
        },
    };
    if action == EditButton::Preview {
        page.preview = Some(new.body_html);
        return Ok(Page(page).into_private_response());
    }
    // An edit without a difference would make earlier decisions impossible to undo for nothing.
    if page.form.version.0 == page.comment.version && page.comment.has_text(&new) {
        return Ok(redirect_after_post(&format!("{}?same=1", edit_path(id))).into_response());
    }
    if !store::edit::update(&mut db, moderator, id, page.form.version.0, &new, now).await? {
        db.rollback().await?;
        return page.into_conflict(app).await;
    }
    let action_id = store::decisions::reserve_action_id(&mut db).await?;
    let subject = format!("comment {id}");
    let entry = NewEntry::by_moderator(moderator, action_id, EntryKind::Edited, now)
        .with_subject(&subject)
        .with_note(&page.form.note);
    append_single(&mut db, &entry).await?;
    db.commit().await?;
    app.worker_wakeup.notify_one();
    tracing::info!(account = %moderator.id, comment = %id, "comment edited");
    Ok(redirect_after_post(&format!("{}?saved=1", edit_path(id))).into_response())
}

impl EditableComment {
    fn has_text(&self, text: &EditedText) -> bool {
        (&self.name, &self.website, &self.body, self.format)
            == (&text.name, &text.website, &text.body, text.format)
    }
}

impl CommentEditForm {
    fn from_comment(comment: &EditableComment) -> Self {
        Self {
            comment: comment.body.clone(),
            author: comment.name.clone(),
            url: comment.website.clone().unwrap_or_default(),
            version: RowVersion(comment.version),
            ..Self::default()
        }
    }

    /// Validates the form and returns the new text. If a field is invalid, returns `None` and stores the messages in the
    /// form.
    fn parse(&mut self, translator: Translator, format: BodyFormat) -> Option<EditedText> {
        let mut errors = FieldErrors::default();
        for (field, text) in [("author", &mut self.author), ("url", &mut self.url)] {
            // The lengths are checked below, each with a message of its own.
            errors.check_text(translator, field, text, TextLimit::Elsewhere);
        }
        let (body, body_html) = parse_body(translator, format, &mut self.comment, &mut errors);
        self.author = input::name(&self.author);
        validate_name(translator, &self.author, &mut errors);
        let website = parse_website(translator, &self.url, &mut errors);
        errors.check_text(
            translator,
            "note",
            &mut self.note,
            TextLimit::Chars(MAX_NOTE_CHARS),
        );
        // Notes stay in the audit log for ever, where an email could never be erased.
        if input::contains_email(&self.note) {
            errors.push(translator, "note", "note-is-email");
        }
        self.errors = errors;
        self.errors.is_empty().then(|| EditedText {
            name: self.author.clone(),
            website: website.as_ref().map(Website::to_string),
            body,
            format,
            body_html,
        })
    }
}

impl CommentEditPage {
    /// Loads the page. Without `form`, the form is filled with the present text of the comment.
    async fn load(
        db: &mut PgConnection,
        admin_layout: AdminLayout,
        id: CommentId,
        form: Option<CommentEditForm>,
    ) -> Result<Self> {
        let comment = store::edit::find(db, id).await?.ok_or(Error::NotFound)?;
        // What was typed is shown again, even beside a newer text.
        let form = form.unwrap_or_else(|| CommentEditForm::from_comment(&comment));
        Ok(Self {
            admin_layout,
            section: AdminSection::Comments,
            form,
            preview: None,
            versions: versions::list(db, id).await?,
            done: None,
            notice: None,
            comment,
        })
    }

    /// Shows the form again because somebody else has edited the comment, together with that newer text. Submitting the
    /// form again overwrites the other edit.
    async fn into_conflict(self, app: &App) -> Result<Response> {
        let mut db = app.pool.acquire().await?;
        let id = self.comment.id;
        let mut page = Self::load(&mut db, self.admin_layout, id, Some(self.form)).await?;
        let translator = page.admin_layout.layout.translator;
        // Makes the next submission win: the moderator has seen the other text by then.
        page.form.version = RowVersion(page.comment.version);
        page.notice = Some(match page.last_editor() {
            _ if page.comment.is_erased => translator.text("edit-gone"),
            Some(name) => translator.format("edit-overtaken-by", "name", name),
            None => translator.text("edit-conflict"),
        });
        Ok(Page(page).with_status(StatusCode::CONFLICT))
    }

    /// Returns the name of the member of staff who made the last edit. Returns `None` if the comment's author made it, or
    /// if there was no edit.
    fn last_editor(&self) -> Option<&str> {
        let last = self.versions.first()?;
        (last.version + 1 == self.comment.version).then_some(last.replaced_by.as_str())
    }

    fn find_version(&self, version: i32) -> Option<EditedText> {
        let found = self
            .versions
            .iter()
            .find(|found| found.version == version)?;
        let translator = self.admin_layout.layout.translator;
        let mut body = found.body.clone();
        let mut errors = FieldErrors::default();
        // The saved HTML may have been made by older, laxer rules.
        let (body, body_html) = parse_body(translator, found.format, &mut body, &mut errors);
        Some(EditedText {
            name: found.name.clone(),
            website: found.website.clone(),
            body,
            format: found.format,
            body_html,
        })
    }

    fn action(&self) -> String {
        edit_path(self.comment.id)
    }

    fn is_html(&self) -> bool {
        self.comment.format == BodyFormat::Html
    }

    /// Returns whether the page shows the present text beside the form, because somebody else has edited it since the
    /// form was loaded.
    fn shows_current_text(&self) -> bool {
        self.notice.is_some() && !self.comment.is_erased
    }
}
