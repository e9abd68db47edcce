//! Handlers for the forms of the moderation queue: deciding on comments and undoing an action. A decision changes a
//! comment only if it still is as the moderator saw it. Browsers are redirected to the queue; the queue's script gets the
//! result as JSON.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;
use sqlx::PgConnection;
use url::form_urlencoded;

use super::filter::QueueFilter;
use super::model::{DecisionOutcome, DecisionRequest};
use super::{bulk, cards, store};
use crate::accounts::Moderator;
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::db::BEGIN_WITH_GENERIC_PLANS;
use crate::i18n::Translator;
use crate::ids::{ActionId, CommentId, SimilarGroupId};
use crate::text::input;
use crate::web::form::{TextLimit, WrongField, return_invalid_form};
use crate::web::{Error, FieldErrors, FormFields, Layout, Result};

/// Longest note on a decision.
const NOTE_LIMIT: TextLimit = TextLimit::Chars(300);

/// The comments that a submitted form decides on.
enum DecisionScope {
    /// Single comments. The field `one` decides on one comment (`spam 17:held:0`). The field `all` gives its status
    /// (`spam`) to all comments in the fields `selected` (`17:held:0`).
    Comments(Vec<DecisionRequest>),
    /// A group of similar comments up to the comment `newest`. The field `group` contains status, group and comment
    /// (`spam 9:17`).
    Group {
        id: SimilarGroupId,
        newest: CommentId,
        /// Time at which the page was loaded, from the field `as_of` (microseconds since 1970). `None` if that is missing
        /// or invalid.
        as_of: Option<Ts>,
    },
    /// All comments that match the filter in the form. The field `matching` contains the new status (`spam`).
    Matching { as_of: Ts },
}

/// Reads the new status and the comments that get it from a form. Returns `None` if the form is malformed.
fn parse_decision(fields: &FormFields) -> Option<(Status, DecisionScope)> {
    let as_of = fields.first("as_of").parse().ok();
    let as_of = as_of.and_then(Ts::from_unix_micros);
    if let Some((to, request)) = fields.first("one").split_once(' ') {
        let requests = DecisionRequest::parse(request).into_iter().collect();
        return Some((Status::parse(to)?, DecisionScope::Comments(requests)));
    }
    if let Some((to, group)) = fields.first("group").split_once(' ') {
        let (id, newest) = group.split_once(':')?;
        let scope = DecisionScope::Group {
            id: id.parse().ok()?,
            newest: newest.parse().ok()?,
            as_of,
        };
        return Some((Status::parse(to)?, scope));
    }
    if let Some(to) = Status::parse(fields.first("matching")) {
        return Some((to, DecisionScope::Matching { as_of: as_of? }));
    }
    let to = Status::parse(fields.first("all"))?;
    let requests = fields
        .list("selected")
        .filter_map(DecisionRequest::parse)
        .collect();
    Some((to, DecisionScope::Comments(requests)))
}

pub async fn decide(
    State(app): State<App>,
    moderator: Moderator,
    layout: Layout,
    headers: HeaderMap,
    fields: FormFields,
) -> Result<Response> {
    let (to, scope) =
        parse_decision(&fields).ok_or(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY))?;
    // The note goes into the audit log as one line, whose hash covers it.
    let mut note = input::single_line(&input::strip_invalid_chars(fields.first("note")));
    let mut errors = FieldErrors::default();
    errors.check_text(layout.translator, "note", &mut note, NOTE_LIMIT);
    if let Some(error) = errors.message_for("note") {
        let wrong_field = WrongField {
            name: "note",
            label_key: "matching-why",
            error: error.to_owned(),
        };
        return Ok(return_invalid_form(&app, "/admin/comments", &fields, wrong_field).await);
    }
    let outcome = match scope {
        DecisionScope::Comments(requests) if requests.is_empty() => DecisionOutcome::default(),
        DecisionScope::Comments(requests) => {
            decide_comments(&app, &moderator, &requests, to, &note).await?
        }
        DecisionScope::Group { id, newest, as_of } => {
            let mut db = app.pool.acquire().await?;
            let created_at = store::decisions::find_created_at(&mut db, newest).await?;
            // `decide_matching` takes a connection of its own.
            drop(db);
            let filter = QueueFilter {
                similar_group: Some(id),
                newest: Some(newest),
                ..QueueFilter::with_status(Status::Held)
            };
            // The page was loaded no earlier than its newest comment was written.
            let created_at = created_at.ok_or(Error::NotFound)?;
            let as_of = as_of.map_or(created_at, |as_of| as_of.max(created_at));
            decide_matching(&app, &moderator, &filter, to, &note, as_of).await?
        }
        DecisionScope::Matching { as_of } => {
            let filter = QueueFilter::from_fields(|name| fields.first(name));
            decide_matching(&app, &moderator, &filter, to, &note, as_of).await?
        }
    };
    // Wakes the background loop, which has the classifier trained on the decisions.
    app.worker_wakeup.notify_one();
    let mut db = app.pool.acquire().await?;
    if accepts_json(&headers) {
        return render_json(&mut db, &moderator, layout.translator, &outcome).await;
    }
    let params = match outcome.action_id {
        None if outcome.found_nothing => vec![("gone", "1".to_owned())],
        None if outcome.conflicts.is_empty() => vec![("none", "1".to_owned())],
        _ => outcome_params(&outcome),
    };
    Ok(redirect_to_queue(&fields, &params).into_response())
}

async fn decide_comments(
    app: &App,
    moderator: &Moderator,
    requests: &[DecisionRequest],
    to: Status,
    note: &str,
) -> Result<DecisionOutcome> {
    // With generic plans: planning for the given ids would cost more than deciding on a few comments.
    let mut db = app.pool.begin_with(BEGIN_WITH_GENERIC_PLANS).await?;
    let action_id = store::decisions::reserve_action_id(&mut db).await?;
    let now = app.clock.now();
    let decided =
        store::decisions::decide(&mut db, moderator, action_id, requests, to, note, now).await?;
    let conflicts: Vec<CommentId> = requests
        .iter()
        .map(|request| request.id)
        .filter(|id| !decided.contains(id))
        .collect();
    if decided.is_empty()
        && let Some(earlier) =
            store::decisions::find_identical_action(&mut db, moderator, &conflicts, to).await?
    {
        // The script sent the form twice because the first response was lost; answer the second like the first. The
        // transaction has changed nothing and rolls back when it is dropped.
        return Ok(DecisionOutcome::from_action(earlier));
    }
    db.commit().await?;
    tracing::info!(account = %moderator.id, action = %action_id, decided = decided.len(), to = to.as_str(), "comments decided");
    Ok(DecisionOutcome {
        action_id: (!decided.is_empty()).then_some(action_id),
        conflicts,
        found_nothing: false,
    })
}

async fn decide_matching(
    app: &App,
    moderator: &Moderator,
    filter: &QueueFilter,
    to: Status,
    note: &str,
    as_of: Ts,
) -> Result<DecisionOutcome> {
    // The time comes from the form, and must not reach comments of the future.
    let as_of = as_of.min(app.clock.now());
    let action_id = bulk::decide_all(app, moderator, filter, to, note, as_of).await?;
    let mut db = app.pool.acquire().await?;
    Ok(match has_decided_nothing(&mut db, action_id).await? {
        true => DecisionOutcome::without_matches(),
        false => DecisionOutcome::from_action(action_id),
    })
}

/// Returns whether a bulk action has finished without changing any comment.
async fn has_decided_nothing(db: &mut PgConnection, action_id: ActionId) -> sqlx::Result<bool> {
    let bulk = store::bulk::find(db, action_id).await?;
    Ok(bulk.is_some_and(|bulk| bulk.finished_at.is_some() && bulk.decided == 0))
}

/// Undoes the action whose id is in the form.
pub async fn undo(
    State(app): State<App>,
    moderator: Moderator,
    layout: Layout,
    headers: HeaderMap,
    fields: FormFields,
) -> Result<Response> {
    let undone: ActionId = fields
        .first("action")
        .parse()
        .map_err(|_| Error::NotFound)?;
    let action_id = bulk::undo_all(&app, &moderator, undone).await?;
    let mut db = app.pool.acquire().await?;
    tracing::info!(account = %moderator.id, action = %action_id, %undone, "action undone");
    let outcome = if has_decided_nothing(&mut db, action_id).await? {
        // The script may have sent the form twice; then the first time has undone it.
        let earlier = store::bulk::find_undo(&mut db, &moderator, undone).await?;
        earlier.map_or_else(DecisionOutcome::default, DecisionOutcome::from_action)
    } else {
        DecisionOutcome::from_action(action_id)
    };
    if accepts_json(&headers) {
        return render_json(&mut db, &moderator, layout.translator, &outcome).await;
    }
    let params = match outcome.action_id {
        Some(_) => outcome_params(&outcome),
        None => vec![("nothing", "1".to_owned())],
    };
    Ok(redirect_to_queue(&fields, &params).into_response())
}

/// Returns whether the request was sent by one of the site's scripts, which ask for JSON.
pub(super) fn accepts_json(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT);
    accepts.is_some_and(|accepts| accepts.as_bytes().starts_with(b"application/json"))
}

/// Renders the result of an action as JSON for the queue's script. It contains the id of the action, a message, the first
/// decided comments, the comments in conflict with a message for each, and the new number of comments of every status.
async fn render_json(
    db: &mut PgConnection,
    moderator: &Moderator,
    translator: Translator,
    outcome: &DecisionOutcome,
) -> Result<Response> {
    let mut sentence = translator.text(match outcome.found_nothing {
        true => "queue-gone",
        false => "queue-nothing-undone",
    });
    let mut decided = Vec::new();
    let mut bulk = None;
    if let Some(action_id) = outcome.action_id {
        let summary = store::action_summary::find(db, moderator, action_id).await?;
        if let Some(done) = summary {
            sentence = cards::describe_action(translator, done.was_undo, done.to, done.count);
        }
        decided = store::action_summary::list_comments(db, action_id).await?;
        bulk = store::bulk::find(db, action_id).await?;
    }
    let conflicts = store::action_summary::list_conflicts(db, &outcome.conflicts).await?;
    let conflicts: Vec<_> = conflicts
        .iter()
        .map(|conflict| {
            let sentence = conflict.describe(translator);
            json!({ "id": conflict.id.0, "status": conflict.status.as_str(), "message": sentence })
        })
        .collect();
    let counts = store::counts::count_by_status(db).await?;
    let bulk = bulk.map(|bulk| {
        json!({ "decided": bulk.decided, "expected": bulk.expected, "done": bulk.finished_at.is_some() })
    });
    let decided: Vec<_> = decided.iter().map(|id| id.0).collect();
    Ok(Json(json!({
        "action": outcome.action_id.map(|id| id.0),
        "message": sentence,
        "decided": decided,
        "conflicts": conflicts,
        "counts": counts,
        "bulk": bulk,
    }))
    .into_response())
}

/// Returns the query parameters with which the queue page shows the result of an action.
fn outcome_params(outcome: &DecisionOutcome) -> Vec<(&'static str, String)> {
    let mut params = Vec::new();
    if let Some(action_id) = outcome.action_id {
        params.push(("action", action_id.to_string()));
    }
    if !outcome.conflicts.is_empty() {
        let ids: Vec<String> = outcome.conflicts.iter().map(CommentId::to_string).collect();
        params.push(("conflicts", ids.join(",")));
    }
    params
}

/// Redirects to the queue page that contained the form.
fn redirect_to_queue(form: &FormFields, params: &[(&str, String)]) -> Redirect {
    let filter = QueueFilter::from_fields(|name| form.first(name));
    let mut query = form_urlencoded::Serializer::new(filter.query());
    if let Ok(after) = form.first("after").parse::<CommentId>() {
        query.append_pair("after", &after.to_string());
    }
    query.extend_pairs(params.iter().map(|(name, value)| (*name, value.as_str())));
    Redirect::to(&format!("/admin/comments?{}", query.finish()))
}
