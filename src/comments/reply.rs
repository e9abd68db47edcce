//! Submitting a reply. Every response to a failed submission contains the text that the reader entered.

use std::pin::Pin;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::model::{ReplyTarget, Status};
use super::reply_form::{ReplyFields, ReplyForm};
use super::reply_page::{ReplyFormPage, build_failure_page};
use super::submission::{ReplyContext, SubmitOutcome, Submitter, open_submission, submit};
use super::{author_page, links};
use crate::app::App;
use crate::cache::NoInvalidation;
use crate::ids::ArticleId;
use crate::web::error::{RETRY_AFTER_SECONDS, with_timeout};
use crate::web::form::FormData;
use crate::web::request_id::RequestId;
use crate::web::{Error, Layout, Page, Path, Result, redirect_after_post};

/// Handles this site's reply form.
pub async fn post_reply(
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    request_id: RequestId,
    submitter: Submitter,
    form: FormData<ReplyFields>,
) -> Response {
    let target = ReplyTarget::Article(id);
    handle_boxed(&app, target, &request_id, &submitter, form.value).await
}

/// Handles WordPress's own reply form. Such a form is on a page that a cache stored before the site moved from WordPress.
pub async fn post_wordpress_reply(
    State(app): State<App>,
    request_id: RequestId,
    submitter: Submitter,
    form: FormData<ReplyFields>,
) -> Response {
    let target = find_wordpress_target(&form.value);
    handle_boxed(&app, target, &request_id, &submitter, form.value).await
}

/// Gives back this site's reply form, which another site sent. Nothing is saved.
pub async fn return_reply(
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    form: Result<FormData<ReplyFields>>,
) -> Response {
    return_form(&app, form, |_| ReplyTarget::Article(id)).await
}

/// Gives back WordPress's own reply form, which another site sent. Nothing is saved.
pub async fn return_wordpress_reply(
    State(app): State<App>,
    form: Result<FormData<ReplyFields>>,
) -> Response {
    return_form(&app, form, find_wordpress_target).await
}

async fn return_form(
    app: &App,
    form: Result<FormData<ReplyFields>>,
    find_target: impl Fn(&ReplyFields) -> ReplyTarget,
) -> Response {
    let Ok(form) = form else {
        // Not a form, or larger than any of the site's.
        return Error::Forbidden.into_response();
    };
    let layout = Layout::load_or_last_known(app).await;
    let target = find_target(&form.value);
    let form = ReplyForm::new(&layout, target, form.value);
    let notice = layout.translator.text("reply-cross-site");
    build_failure_page(layout, form, notice).with_status(StatusCode::FORBIDDEN)
}

fn find_wordpress_target(typed: &ReplyFields) -> ReplyTarget {
    ReplyTarget::WordPressId(typed.wordpress_article.parse().unwrap_or_default())
}

// Boxed: the future is 20 kB and must not be allocated before the body has arrived.
fn handle_boxed<'a>(
    app: &'a App,
    target: ReplyTarget,
    request_id: &'a RequestId,
    submitter: &'a Submitter,
    typed: ReplyFields,
) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>> {
    Box::pin(handle(app, target, request_id, submitter, typed))
}

async fn handle(
    app: &App,
    target: ReplyTarget,
    request_id: &RequestId,
    submitter: &Submitter,
    typed: ReplyFields,
) -> Response {
    // Before any query: this is what protects the database from a flood.
    if let Err(seconds) = app.limits.check_comment(submitter.ip) {
        let layout = Layout::load_or_last_known(app).await;
        let form = ReplyForm::new(&layout, target, typed);
        let notice = layout.translator.plural("reply-too-fast", seconds);
        return build_failure_page(layout, form, notice)
            .with_retry_after(StatusCode::TOO_MANY_REQUESTS, seconds);
    }
    let (layout, opened) = match with_timeout(open_submission(app, target)).await {
        Ok((submission, publication)) => (Layout::new(app, publication), Ok(submission)),
        Err(error) => (Layout::new(app, app.last_known_publication()), Err(error)),
    };
    // Even without a database the form has to come back filled in.
    let mut form = ReplyForm::new(&layout, target, typed.clone());
    let submitted = match opened {
        Ok(submission) => {
            with_timeout(submit(
                app,
                submission,
                &layout,
                &mut form,
                submitter,
                typed.is_preview,
            ))
            .await
        }
        Err(error) => Err(error),
    };
    match submitted {
        Ok(outcome) => outcome_response(app, layout, form, outcome),
        Err(error) => {
            // Made again: the submission may have been cut off halfway through changing the form.
            let form = ReplyForm::new(&layout, target, typed);
            failure_response(layout, form, request_id, error)
        }
    }
}

fn outcome_response(
    app: &App,
    layout: Layout,
    mut form: ReplyForm,
    outcome: SubmitOutcome,
) -> Response {
    let translator = layout.translator;
    let page = |form, context: ReplyContext, notice| {
        Page(ReplyFormPage {
            discussion: Some(context.discussion),
            parent: context.parent,
            notice,
            ..ReplyFormPage::new(layout.clone(), form)
        })
    };
    match outcome {
        SubmitOutcome::Created { id, status } => {
            // Cached pages show only approved comments, whose invalidation the database announces.
            let unseen = (status != Status::Approved).then_some(Extension(NoInvalidation));
            // The browser may now delete its draft.
            let path = format!("{}&notice=new", links::author_page_path(&app.keys, id));
            (unseen, redirect_after_post(&path)).into_response()
        }
        SubmitOutcome::Duplicate {
            recent: Some(comment),
            ..
        } => author_page::render_duplicate(app, layout, *comment),
        SubmitOutcome::Duplicate {
            context,
            recent: None,
        } => page(form, context, Some(translator.text("reply-said-already")))
            .with_status(StatusCode::CONFLICT),
        SubmitOutcome::PublicDuplicate { id } => {
            redirect_after_post(&links::comment_path(id)).into_response()
        }
        SubmitOutcome::Preview { context, body_html } => {
            form.preview = Some(body_html);
            page(form, context, None).into_private_response()
        }
        SubmitOutcome::Invalid {
            context,
            is_parent_gone,
        } => {
            let notice = is_parent_gone.then(|| translator.text("reply-answered-gone"));
            page(form, context, notice).with_status(StatusCode::UNPROCESSABLE_ENTITY)
        }
        SubmitOutcome::Closed { discussion } => Page(ReplyFormPage {
            discussion: Some(discussion),
            notice: Some(translator.text("replies-closed-kept")),
            can_submit: false,
            ..ReplyFormPage::new(layout, form)
        })
        .with_status(StatusCode::FORBIDDEN),
        SubmitOutcome::Gone => Page(ReplyFormPage {
            notice: Some(translator.text("reply-article-gone")),
            can_submit: false,
            ..ReplyFormPage::new(layout, form)
        })
        .with_status(StatusCode::NOT_FOUND),
        SubmitOutcome::TooSoon { context, seconds } => {
            let notice = translator.plural("reply-too-soon", seconds);
            let seconds = u64::try_from(seconds).unwrap_or(1);
            page(form, context, Some(notice))
                .with_retry_after(StatusCode::TOO_MANY_REQUESTS, seconds)
        }
    }
}

fn failure_response(
    layout: Layout,
    form: ReplyForm,
    request_id: &RequestId,
    error: Error,
) -> Response {
    let translator = layout.translator;
    match error {
        Error::Unavailable => {
            let notice = translator.text("reply-unavailable");
            build_failure_page(layout, form, notice)
                .with_retry_after(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER_SECONDS)
        }
        Error::Internal(cause) => {
            tracing::error!("saving a reply failed; its text was given back: {cause:#}");
            let notice = translator.format("reply-not-saved", "reference", &request_id.0);
            build_failure_page(layout, form, notice).with_status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        other => other.into_response(),
    }
}
