//! Approving a comment and answering it with one press: both happen, or neither does.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use serde_json::json;

use super::model::Ruling;
use super::store::{self, Card, StandsFor};
use super::verdict::wants_json;
use crate::accounts::Moderator;
use crate::admin::{Desk, Section, take_form};
use crate::app::App;
use crate::comments::staff_reply::{self, Answered, StaffAnswer};
use crate::comments::{Status, read_words};
use crate::ids::{ActId, CommentId};
use crate::text::{Format, SafeHtml};
use crate::web::error::{Told, in_time};
use crate::web::requests::Reference;
use crate::web::{ClientAddress, Error, Fields, Layout, Mistakes, Page, Path, Result, go_to};

#[derive(Template)]
#[template(path = "moderation/reply.html")]
struct ReplyPage {
    desk: Desk,
    section: Section,
    id: CommentId,
    /// None once its author has taken it back.
    card: Option<Card>,
    /// What was typed.
    comment: String,
    preview: Option<SafeHtml>,
    mistakes: Mistakes,
    /// Why it was not done, when no field is to blame.
    notice: Option<String>,
}

/// What came of it.
enum Outcome {
    /// The answer is there, and the comment approved by this act if it was not before.
    Done(Option<ActId>, CommentId),
    /// It is shown first.
    Shown(ReplyPage),
    /// It was not done, for this reason.
    Not(StatusCode, ReplyPage),
}

/// The comment, and a form to answer it.
pub async fn show_reply(
    State(app): State<App>,
    desk: Desk,
    _moderator: Moderator,
    Path(id): Path<CommentId>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let card = store::cards(&mut db, &[id], StandsFor::Itself).await?.pop();
    let card = card.ok_or(Error::NotFound)?;
    Ok(Page(ReplyPage::new(desk, id, Some(card))).into_response())
}

/// Approves the comment, if it is not approved yet, and answers it. A script that sends the queue's own form is told in
/// JSON what came of it.
#[expect(
    clippy::too_many_arguments,
    reason = "who answers what, from where, and how they want to be told"
)]
pub async fn reply(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    Path(id): Path<CommentId>,
    moderator: Result<Moderator>,
    desk: Result<Desk>,
    from: ClientAddress,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let is_script = wants_json(&headers);
    let work = async {
        let outcome = take(&app, desk?, &moderator?, from, id, &fields).await?;
        Ok(if is_script {
            told_to_script(&app, id, outcome).await
        } else {
            outcome.into_response()
        })
    };
    if !is_script {
        let action = format!("/admin/comments/{id}/reply");
        return take_form(&app, reference, &action, &fields, work).await;
    }
    match in_time(work).await {
        Ok(answer) => answer,
        Err(error) => refused_to_script(&app, error, &reference).await,
    }
}

async fn take(
    app: &App,
    desk: Desk,
    moderator: &Moderator,
    from: ClientAddress,
    id: CommentId,
    fields: &Fields,
) -> Result<Outcome> {
    let now = app.clock.now();
    let words = desk.layout.words;
    let settings = desk.layout.publication.discussion.clone();
    let mut db = app.pool.begin().await?;
    let card = store::cards(&mut db, &[id], StandsFor::Itself).await?.pop();
    let mut page = ReplyPage::new(desk, id, card);
    page.comment = fields.get("comment").to_owned();
    let Some(article_id) = page.card.as_ref().map(|card| card.article_id) else {
        page.notice = Some(words.say("answer-gone"));
        return Ok(Outcome::Not(StatusCode::CONFLICT, page));
    };
    let (body, body_html) = read_words(
        words,
        Format::Markdown,
        &mut page.comment,
        &mut page.mistakes,
    );
    if !page.mistakes.is_empty() {
        return Ok(Outcome::Not(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    if fields.is_ticked("preview") {
        page.preview = Some(body_html);
        return Ok(Outcome::Shown(page));
    }
    let ruling = Ruling::parse(fields.get("ruling")).filter(|ruling| ruling.id == id);
    // The comment first, as everyone does who decides: then no two wait for each other.
    let still = match &ruling {
        Some(ruling) => store::reply::lock_if_unchanged(&mut db, ruling).await?,
        None => false,
    };
    let (Some(ruling), true) = (ruling, still) else {
        db.rollback().await?;
        return overtaken(app, page).await;
    };
    let answer = StaffAnswer {
        article_id,
        parent_id: id,
        body,
        body_html,
        from: from.0,
    };
    let answered =
        staff_reply::answer(&mut db, &app.keys, &settings, moderator, answer, now).await?;
    let answer = match answered.ok_or(Error::Unavailable)? {
        Answered::New(answer) => answer,
        Answered::Already(answer) => {
            db.rollback().await?;
            return Ok(Outcome::Done(None, answer));
        }
    };
    let mut approved_by = None;
    if ruling.seen != Status::Approved {
        let act = store::next_act(&mut db).await?;
        let to = Status::Approved;
        let decided = store::decide(&mut db, moderator, act, &[ruling], to, "", now).await?;
        approved_by = decided.contains(&id).then_some(act);
        if approved_by.is_none() {
            db.rollback().await?;
            return overtaken(app, page).await;
        }
    }
    db.commit().await?;
    app.bell.notify_one();
    tracing::info!(account = %moderator.id, comment = %id, %answer, "answered a comment");
    Ok(Outcome::Done(approved_by, answer))
}

/// The page with the comment as it is now, and what happened to it meanwhile.
async fn overtaken(app: &App, mut page: ReplyPage) -> Result<Outcome> {
    let mut db = app.pool.acquire().await?;
    let id = page.id;
    page.card = store::cards(&mut db, &[id], StandsFor::Itself).await?.pop();
    let words = page.desk.layout.words;
    let happened = store::overtaken(&mut db, &[id]).await?.pop();
    page.notice = Some(match happened {
        Some(happened) if page.card.is_some() => {
            let told = happened.told(words);
            format!("{told} {}", words.say("answer-not-sent"))
        }
        _ => words.say("answer-gone"),
    });
    Ok(Outcome::Not(StatusCode::CONFLICT, page))
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Self::Done(Some(act), _) => {
                go_to(&format!("/admin/comments?status=held&act={act}")).into_response()
            }
            // Nothing was decided, so the queue has nothing to tell: the answer in its place does.
            Self::Done(None, answer) => {
                Redirect::to(&format!("/comments/{answer}")).into_response()
            }
            Self::Shown(page) => Page(page).private(),
            Self::Not(status, page) => Page(page).with_status(status),
        }
    }
}

/// The same for a script: nothing is said that the page would not say.
async fn told_to_script(app: &App, id: CommentId, outcome: Outcome) -> Response {
    let words = Layout::at_any_rate(app).await.words;
    match outcome {
        Outcome::Done(act, answer) => {
            let said = match act {
                Some(_) => words.say("answer-approved-too"),
                None => words.say("answer-published"),
            };
            let decided: Vec<i64> = act.iter().map(|_| id.0).collect();
            let act = act.map(|act| act.0);
            let told = json!({"act": act, "said": said, "decided": decided, "answer": answer.0});
            as_json(StatusCode::OK, &told)
        }
        Outcome::Shown(page) => {
            let preview = page.preview.as_ref().map(SafeHtml::as_str);
            as_json(StatusCode::OK, &json!({ "preview": preview }))
        }
        Outcome::Not(status, page) => {
            let mistakes = page.mistakes.iter().map(|(_, message)| message.as_str());
            let said: Vec<&str> = page.notice.as_deref().into_iter().chain(mistakes).collect();
            as_json(status, &json!({"said": said.join(" ")}))
        }
    }
}

async fn refused_to_script(app: &App, error: Error, reference: &Reference) -> Response {
    let words = Layout::at_any_rate(app).await.words;
    let (status, said) = match error {
        Error::SignInFirst => (StatusCode::UNAUTHORIZED, words.say("answer-sign-in")),
        Error::Forbidden => (StatusCode::FORBIDDEN, words.say("error-forbidden")),
        Error::NotFound => (StatusCode::NOT_FOUND, words.say("error-not-found")),
        Error::BadRequest(status) => (status, words.say("error-bad-request")),
        Error::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            words.say("error-unavailable"),
        ),
        Error::Internal(cause) => {
            tracing::error!("an answer from the desk was not taken: {cause:#}");
            let said = words.with("error-reference", "reference", &reference.0);
            (StatusCode::INTERNAL_SERVER_ERROR, said)
        }
    };
    as_json(status, &json!({ "said": said }))
}

fn as_json(status: StatusCode, told: &serde_json::Value) -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    (status, no_store, Told, Json(told)).into_response()
}

impl ReplyPage {
    fn new(desk: Desk, id: CommentId, card: Option<Card>) -> Self {
        Self {
            desk,
            section: Section::Comments,
            id,
            card,
            comment: String::new(),
            preview: None,
            mistakes: Mistakes::none(),
            notice: None,
        }
    }
}
