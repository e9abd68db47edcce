//! The page on which a moderator approves a comment and replies to it. Both happen in one transaction.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde_json::json;
use sqlx::{PgConnection, Postgres, Transaction};

use super::decisions::accepts_json;
use super::model::DecisionRequest;
use super::store;
use super::store::cards::{CardScope, QueueCard};
use crate::accounts::Moderator;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::staff_reply::{self, StaffReply, StaffReplyOutcome};
use crate::comments::{Status, parse_body};
use crate::ids::{ActionId, CommentId};
use crate::text::{BodyFormat, SafeHtml};
use crate::web::error::{SkipErrorPage, with_timeout};
use crate::web::form::submit_or_recover;
use crate::web::request_id::RequestId;
use crate::web::{
    ClientIp, Error, FieldErrors, FormFields, Layout, Page, Path, Result, redirect_after_post,
};

#[derive(Template)]
#[template(path = "moderation/reply.html")]
struct StaffReplyPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    id: CommentId,
    /// The comment that the moderator replies to; `None` if it was erased.
    card: Option<QueueCard>,
    comment: String,
    preview: Option<SafeHtml>,
    errors: FieldErrors,
    /// Message for an error that does not belong to a field.
    notice: Option<String>,
}

enum ReplyFormOutcome {
    Published {
        /// The action that approved the comment; `None` if it had been approved before.
        approved_by: Option<ActionId>,
        reply_id: CommentId,
    },
    Previewed(StaffReplyPage),
    Rejected(StatusCode, StaffReplyPage),
}

pub async fn show_reply(
    State(app): State<App>,
    admin_layout: AdminLayout,
    _moderator: Moderator,
    Path(id): Path<CommentId>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let card = find_card(&mut db, id).await?.ok_or(Error::NotFound)?;
    Ok(Page(StaffReplyPage::new(admin_layout, id, Some(card))).into_response())
}

async fn find_card(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<QueueCard>> {
    Ok(store::cards::list(db, &[id], CardScope::SingleComment)
        .await?
        .pop())
}

/// Approves the comment, if it is not approved yet, and publishes the moderator's reply. The queue's script submits the
/// same form and gets JSON.
#[expect(clippy::too_many_arguments, reason = "every extractor is one argument")]
pub async fn submit_reply(
    State(app): State<App>,
    Extension(reference): Extension<RequestId>,
    Path(id): Path<CommentId>,
    moderator: Result<Moderator>,
    admin_layout: Result<AdminLayout>,
    from: ClientIp,
    headers: HeaderMap,
    fields: FormFields,
) -> Response {
    let is_script = accepts_json(&headers);
    let work = async {
        let outcome = process_form(&app, admin_layout?, &moderator?, from, id, &fields).await?;
        Ok(if is_script {
            render_json(&app, id, outcome).await
        } else {
            outcome.into_response()
        })
    };
    if !is_script {
        // Gives the text back on a page of its own if the work fails.
        let action = format!("/admin/comments/{id}/reply");
        return submit_or_recover(&app, reference, &action, &fields, work).await;
    }
    // The script still has the text, so an error is enough.
    match with_timeout(work).await {
        Ok(response) => response,
        Err(error) => render_json_error(&app, error, &reference).await,
    }
}

async fn process_form(
    app: &App,
    admin_layout: AdminLayout,
    moderator: &Moderator,
    from: ClientIp,
    id: CommentId,
    fields: &FormFields,
) -> Result<ReplyFormOutcome> {
    let translator = admin_layout.layout.translator;
    let mut db = app.pool.begin().await?;
    let card = find_card(&mut db, id).await?;
    let mut page = StaffReplyPage::new(admin_layout, id, card);
    page.comment = fields.first("comment").to_owned();
    let Some(article_id) = page.card.as_ref().map(|card| card.article_id) else {
        page.notice = Some(translator.text("reply-gone"));
        return Ok(ReplyFormOutcome::Rejected(StatusCode::CONFLICT, page));
    };
    let (text, errors) = (&mut page.comment, &mut page.errors);
    let (body, body_html) = parse_body(translator, BodyFormat::Markdown, text, errors);
    if !page.errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(ReplyFormOutcome::Rejected(status, page));
    }
    if fields.is_ticked("preview") {
        page.preview = Some(body_html);
        return Ok(ReplyFormOutcome::Previewed(page));
    }
    let request =
        DecisionRequest::parse(fields.first("expected")).filter(|request| request.id == id);
    let reply = StaffReply {
        article_id,
        parent_id: id,
        body,
        body_html,
        ip: from.0,
    };
    publish(app, db, moderator, page, request, reply).await
}

/// Approves the comment and inserts the reply. Does neither if the comment has changed since the moderator saw it.
async fn publish(
    app: &App,
    mut db: Transaction<'static, Postgres>,
    moderator: &Moderator,
    page: StaffReplyPage,
    request: Option<DecisionRequest>,
    reply: StaffReply,
) -> Result<ReplyFormOutcome> {
    let now = app.clock.now();
    let id = page.id;
    let settings = &page.admin_layout.layout.publication.discussion;
    // Locks the comment before anything else, in the same order as decisions do, so that the two cannot deadlock.
    let is_unchanged = match &request {
        Some(request) => store::decisions::lock_if_unchanged(&mut db, request).await?,
        None => false,
    };
    let (Some(request), true) = (request, is_unchanged) else {
        db.rollback().await?;
        return reject_conflict(app, page).await;
    };
    let saved =
        staff_reply::save_staff_reply(&mut db, &app.keys, settings, moderator, reply, now).await?;
    let reply_id = match saved.ok_or(Error::Unavailable)? {
        StaffReplyOutcome::Created(reply_id) => reply_id,
        // The form was sent twice; the first time has published the reply and approved the comment.
        StaffReplyOutcome::Duplicate(reply_id) => {
            db.rollback().await?;
            return Ok(ReplyFormOutcome::Published {
                approved_by: None,
                reply_id,
            });
        }
    };
    let approved_by = match request.expected_status {
        Status::Approved => None,
        _ => match approve(&mut db, moderator, request, now).await? {
            Some(action_id) => Some(action_id),
            None => {
                // Takes the reply back as well: it would stand under a comment that nobody can see.
                db.rollback().await?;
                return reject_conflict(app, page).await;
            }
        },
    };
    db.commit().await?;
    app.worker_wakeup.notify_one();
    tracing::info!(account = %moderator.id, comment = %id, reply = %reply_id, "reply to a comment published");
    Ok(ReplyFormOutcome::Published {
        approved_by,
        reply_id,
    })
}

/// Approves the comment. Returns `None` if it has changed since the moderator saw it.
async fn approve(
    db: &mut PgConnection,
    moderator: &Moderator,
    request: DecisionRequest,
    now: Ts,
) -> sqlx::Result<Option<ActionId>> {
    let action_id = store::decisions::reserve_action_id(db).await?;
    let to = Status::Approved;
    let requests = [request];
    let decided =
        store::decisions::decide(db, moderator, action_id, &requests, to, "", now).await?;
    Ok(decided.contains(&request.id).then_some(action_id))
}

/// Shows the page again with the present state of the comment, and with a message that says how it has changed since the
/// moderator saw it.
async fn reject_conflict(app: &App, mut page: StaffReplyPage) -> Result<ReplyFormOutcome> {
    let mut db = app.pool.acquire().await?;
    let id = page.id;
    page.card = find_card(&mut db, id).await?;
    let translator = page.admin_layout.layout.translator;
    let conflicts = store::action_summary::list_conflicts(&mut db, &[id]).await?;
    page.notice = Some(match conflicts.first() {
        Some(conflict) if page.card.is_some() => {
            let message = conflict.describe(translator);
            format!("{message} {}", translator.text("reply-not-sent"))
        }
        _ => translator.text("reply-gone"),
    });
    Ok(ReplyFormOutcome::Rejected(StatusCode::CONFLICT, page))
}

impl IntoResponse for ReplyFormOutcome {
    fn into_response(self) -> Response {
        match self {
            Self::Published {
                approved_by: Some(action_id),
                ..
            } => redirect_after_post(&format!("/admin/comments?status=held&action={action_id}"))
                .into_response(),
            // Without a decision the queue has nothing to report; the published reply itself is the confirmation.
            Self::Published { reply_id, .. } => {
                Redirect::to(&format!("/comments/{reply_id}")).into_response()
            }
            Self::Previewed(page) => Page(page).into_private_response(),
            Self::Rejected(status, page) => Page(page).with_status(status),
        }
    }
}

/// Renders the outcome as JSON for the queue's script, with the same messages as on the page.
async fn render_json(app: &App, id: CommentId, outcome: ReplyFormOutcome) -> Response {
    let translator = Layout::load_or_last_known(app).await.translator;
    match outcome {
        ReplyFormOutcome::Published {
            approved_by,
            reply_id,
        } => {
            let message = translator.text(match approved_by {
                Some(_) => "reply-approved-too",
                None => "reply-published",
            });
            // The script removes the cards that it finds here.
            let decided: Vec<i64> = approved_by.iter().map(|_| id.0).collect();
            let action_id = approved_by.map(|id| id.0);
            let data = json!({"action": action_id, "message": message, "decided": decided, "reply": reply_id.0});
            json_response(StatusCode::OK, &data)
        }
        ReplyFormOutcome::Previewed(page) => {
            let preview = page.preview.as_ref().map(SafeHtml::as_str);
            json_response(StatusCode::OK, &json!({ "preview": preview }))
        }
        ReplyFormOutcome::Rejected(status, page) => {
            let errors = page.errors.iter().map(|(_, message)| message.as_str());
            let messages: Vec<&str> = page.notice.as_deref().into_iter().chain(errors).collect();
            json_response(status, &json!({"message": messages.join(" ")}))
        }
    }
}

async fn render_json_error(app: &App, error: Error, reference: &RequestId) -> Response {
    let translator = Layout::load_or_last_known(app).await.translator;
    let (status, message) = match error {
        Error::SignInRequired => (StatusCode::UNAUTHORIZED, translator.text("reply-sign-in")),
        Error::Forbidden => (StatusCode::FORBIDDEN, translator.text("error-forbidden")),
        Error::NotFound => (StatusCode::NOT_FOUND, translator.text("error-not-found")),
        Error::BadRequest(status) => (status, translator.text("error-bad-request")),
        Error::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            translator.text("error-unavailable"),
        ),
        Error::Internal(cause) => {
            tracing::error!("a moderator's reply was not saved: {cause:#}");
            let message = translator.format("error-reference", "reference", &reference.0);
            (StatusCode::INTERNAL_SERVER_ERROR, message)
        }
    };
    json_response(status, &json!({ "message": message }))
}

fn json_response(status: StatusCode, data: &serde_json::Value) -> Response {
    // It quotes what only moderators may see.
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    (status, no_store, SkipErrorPage, Json(data)).into_response()
}

impl StaffReplyPage {
    fn new(admin_layout: AdminLayout, id: CommentId, card: Option<QueueCard>) -> Self {
        Self {
            admin_layout,
            section: AdminSection::Comments,
            id,
            card,
            comment: String::new(),
            preview: None,
            errors: FieldErrors::default(),
            notice: None,
        }
    }
}
