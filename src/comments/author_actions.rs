//! Actions of the page on which authors manage a comment: edit, preview, delete, and email the verification link.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sqlx::PgConnection;

use super::author_page::{AuthorNotice, AuthorPageQuery, CommentAuthorPage, find_comment};
use super::model::Status;
use super::reply_form::parse_body;
use super::screen::{ScreenedAuthor, screen_comment};
use super::screening::Verdict;
use super::store::{author, erase};
use super::submission::Submitter;
use super::{emails, links};
use crate::app::App;
use crate::commenters::store::{commenters, verification};
use crate::ids::CommentId;
use crate::text::{BodyFormat, SafeHtml};
use crate::web::error::{RETRY_AFTER_SECONDS, with_timeout};
use crate::web::request_id::RequestId;
use crate::web::{Error, FormFields, Layout, Page, Path, Query, Result, redirect_after_post};

/// Page that shows a text that could not be saved, so that its author does not lose it.
#[derive(Template)]
#[template(path = "comments/unsent.html")]
struct UnsentPage {
    layout: Layout,
    notice: String,
    body: String,
}

/// Handles the forms on the page where authors manage their comment.
pub async fn post_author_page(
    State(app): State<App>,
    Extension(request_id): Extension<RequestId>,
    submitter: Submitter,
    Path(id): Path<CommentId>,
    Query(query): Query<AuthorPageQuery>,
    fields: FormFields,
) -> Response {
    let done = match fields.first("action") {
        "delete" => with_timeout(delete_comment(&app, id, &query.key)).await,
        "verify" => with_timeout(email_verification(&app, &submitter, id, &query.key)).await,
        _ => with_timeout(edit_comment(&app, &submitter, id, &query.key, &fields)).await,
    };
    match done {
        Ok(response) => response,
        Err(error) => {
            // The database may be away: the layout then comes from the last known settings.
            let layout = Layout::load_or_last_known(&app).await;
            let body = fields.first("comment").to_owned();
            failure_response(layout, body, &request_id, error)
        }
    }
}

fn failure_response(
    layout: Layout,
    body: String,
    request_id: &RequestId,
    error: Error,
) -> Response {
    let translator = layout.translator;
    match error {
        Error::Unavailable => {
            build_unsent_page(layout, translator.text("author-page-unavailable"), body)
                .with_retry_after(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER_SECONDS)
        }
        Error::Internal(cause) => {
            tracing::error!("an author's action failed; the text was given back: {cause:#}");
            let notice = translator.format("author-page-broke", "reference", &request_id.0);
            build_unsent_page(layout, notice, body).with_status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        // The key may be invalid by now, but the text is still the author's.
        Error::NotFound if !body.is_empty() => {
            build_unsent_page(layout, translator.text("author-page-gone"), body)
                .with_status(StatusCode::NOT_FOUND)
        }
        other => other.into_response(),
    }
}

/// Builds a page with an explanation and the text that could not be saved.
fn build_unsent_page(layout: Layout, notice: String, body: String) -> Page<UnsentPage> {
    Page(UnsentPage {
        layout,
        notice,
        body,
    })
}

async fn edit_comment(
    app: &App,
    submitter: &Submitter,
    id: CommentId,
    key: &str,
    fields: &FormFields,
) -> Result<Response> {
    let layout = Layout::new(app, app.load_publication().await?);
    let mut db = app.pool.begin().await?;
    let comment = find_comment(app, &mut db, id, key).await?;
    let mut page = CommentAuthorPage::new(app, layout, comment);
    page.body = fields.first("comment").to_owned();
    let translator = page.layout.translator;
    // After the key was checked: strangers must not use up the limit of a network.
    if let Err(seconds) = app.limits.check_comment(submitter.ip) {
        return Ok(page.rate_limited(seconds));
    }
    if page.editable_until.is_none() {
        page.notice = Some(AuthorNotice::Rejected(
            translator.text("author-page-too-late"),
        ));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let (body, body_html) = parse_body(
        translator,
        BodyFormat::Markdown,
        &mut page.body,
        &mut page.errors,
    );
    if !page.errors.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    if fields.first("action") == "preview" {
        page.preview = Some(body_html);
        return Ok(Page(page).into_private_response());
    }
    let verdict = screen_edit(app, &mut db, &page, submitter, &body, &body_html).await?;
    let now = app.clock.now();
    let settings = &page.layout.publication.discussion;
    let updated = author::update_body(
        &mut db,
        id,
        // A missing version is an old tab or a forged form: -1 never matches.
        fields.first("version").parse().unwrap_or(-1),
        &body,
        &body_html,
        &verdict,
        now.plus_seconds(-settings.edit_seconds()),
        now,
    )
    .await?;
    if !updated {
        page.notice = Some(AuthorNotice::Rejected(
            translator.text("author-page-conflict"),
        ));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    db.commit().await?;
    tracing::info!(comment = %id, status = verdict.status.as_str(), "comment edited by its author");
    Ok(redirect_to_page(app, id, "&notice=changed"))
}

/// Screens the new text of an edited comment.
async fn screen_edit(
    app: &App,
    db: &mut PgConnection,
    page: &CommentAuthorPage,
    submitter: &Submitter,
    body: &str,
    body_html: &SafeHtml,
) -> Result<Verdict> {
    let comment = &page.comment;
    let is_verified =
        verification::is_verified(db, &submitter.browser, comment.commenter_id).await?;
    let author = ScreenedAuthor {
        name: &comment.name,
        website: comment.website.as_deref(),
        commenter_id: comment.commenter_id,
        email: None,
        is_verified,
        ip: submitter.ip,
        is_staff: comment.account_id.is_some() && submitter.viewer.is_some(),
        honeypot_filled: false,
    };
    let publication = &page.layout.publication;
    let mut verdict = screen_comment(db, &app.keys, publication, &author, body, body_html).await?;
    // An author must not release by an edit what a moderator has put on hold.
    if comment.status == Status::Held && author::was_decided(db, comment.id).await? {
        verdict.hold();
    }
    Ok(verdict)
}

async fn delete_comment(app: &App, id: CommentId, key: &str) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    let comment = find_comment(app, &mut db, id, key).await?;
    erase::erase(&mut db, &[id], app.clock.now()).await?;
    // The sealed email has no purpose without any comment or subscription.
    if let Some(commenter_id) = comment.commenter_id {
        commenters::delete_if_unused(&mut db, commenter_id).await?;
    }
    db.commit().await?;
    tracing::info!(comment = %id, "comment erased by its author");
    Ok(redirect_to_page(app, id, ""))
}

async fn email_verification(
    app: &App,
    submitter: &Submitter,
    id: CommentId,
    key: &str,
) -> Result<Response> {
    let layout = Layout::new(app, app.load_publication().await?);
    let mut db = app.pool.begin().await?;
    let comment = find_comment(app, &mut db, id, key).await?;
    if let Err(seconds) = app.limits.check_comment(submitter.ip) {
        return Ok(CommentAuthorPage::new(app, layout, comment).rate_limited(seconds));
    }
    // Robots type the emails of strangers: a refused comment must not cause mail to anyone.
    let commenter_id = comment.commenter_id.filter(|_| comment.is_taken());
    let commenter_id = commenter_id.ok_or(Error::NotFound)?;
    emails::enqueue_verification(app, &mut db, &layout, commenter_id, Some(submitter.ip)).await?;
    db.commit().await?;
    Ok(redirect_to_page(app, id, "&notice=mailed"))
}

fn redirect_to_page(app: &App, id: CommentId, message: &str) -> Response {
    let path = links::author_page_path(&app.keys, id);
    redirect_after_post(&format!("{path}{message}")).into_response()
}
