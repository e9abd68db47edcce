//! Deciding, and taking it back. A decision holds only for what the moderator saw. Forms are answered with the queue, and
//! a script with what came of it.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;
use sqlx::PgConnection;
use url::form_urlencoded;

use super::filter::Filter;
use super::model::{Outcome, Ruling};
use super::{bulk, cards, store};
use crate::accounts::Moderator;
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::i18n::Words;
use crate::ids::{ActId, CommentId, LookalikeId};
use crate::text::typed;
use crate::web::{Error, Fields, Layout, Result};

/// Bytes of a reason.
const WHY_BYTES: usize = 300;

/// What a form asks to be decided.
enum Wanted {
    /// About these comments (`one` holds `spam 17:held:0`; `all` holds `spam`, and each `tick` holds `17:held:0`).
    Rulings(Status, Vec<Ruling>),
    /// About all that say the same, up to a comment (`alike` holds `spam 9:17`).
    Alike(Status, LookalikeId, CommentId),
    /// About all that match, as of a moment (`matching` holds `spam`, `as_of` microseconds).
    Matching(Status, Ts),
}

impl Wanted {
    fn read(fields: &Fields) -> Option<Self> {
        let one = fields.get("one");
        if let Some((word, ruling)) = one.split_once(' ') {
            let rulings = Ruling::parse(ruling).into_iter().collect();
            return Some(Self::Rulings(Status::from_word(word)?, rulings));
        }
        if let Some((word, group)) = fields.get("alike").split_once(' ') {
            let (id, until) = group.split_once(':')?;
            let (id, until) = (id.parse().ok()?, until.parse().ok()?);
            return Some(Self::Alike(Status::from_word(word)?, id, until));
        }
        if let Some(to) = Status::from_word(fields.get("matching")) {
            let as_of = fields.get("as_of").parse().ok();
            return Some(Self::Matching(to, as_of.and_then(Ts::from_unix_micros)?));
        }
        let to = Status::from_word(fields.get("all"))?;
        let rulings = fields.all("tick").filter_map(Ruling::parse).collect();
        Some(Self::Rulings(to, rulings))
    }
}

/// Decides on one comment, on all that are ticked, on all that say the same, or on all that match.
pub async fn decide(
    State(app): State<App>,
    moderator: Moderator,
    layout: Layout,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response> {
    let wanted =
        Wanted::read(&fields).ok_or(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY))?;
    let mut why = typed::line(fields.get("why"));
    why.truncate(why.floor_char_boundary(WHY_BYTES));
    let outcome = match wanted {
        Wanted::Rulings(_, rulings) if rulings.is_empty() => Outcome::default(),
        Wanted::Rulings(to, rulings) => rule(&app, &moderator, &rulings, to, &why).await?,
        Wanted::Alike(to, id, until) => {
            let mut db = app.pool.acquire().await?;
            let as_of = store::written_at(&mut db, until).await?;
            drop(db);
            let filter = Filter {
                like: Some(id),
                ..Filter::of(Status::Held)
            };
            let as_of = as_of.ok_or(Error::NotFound)?;
            let act = bulk::decide_all(&app, &moderator, &filter, to, &why, as_of).await?;
            Outcome::of_act(act)
        }
        Wanted::Matching(to, as_of) => {
            let filter = Filter::read(|name| fields.get(name));
            let as_of = as_of.min(app.clock.now());
            let act = bulk::decide_all(&app, &moderator, &filter, to, &why, as_of).await?;
            Outcome::of_act(act)
        }
    };
    app.bell.notify_one();
    let mut db = app.pool.acquire().await?;
    if wants_json(&headers) {
        return answer(&mut db, &moderator, layout.words, &outcome).await;
    }
    let told = match outcome.act {
        None if outcome.passed_over.is_empty() => vec![("none", "1".to_owned())],
        _ => told(&outcome),
    };
    Ok(back_to_queue(&fields, &told).into_response())
}

async fn rule(
    app: &App,
    moderator: &Moderator,
    rulings: &[Ruling],
    to: Status,
    why: &str,
) -> Result<Outcome> {
    let mut db = app.pool.begin().await?;
    let act = store::next_act(&mut db).await?;
    let now = app.clock.now();
    let decided = store::decide(&mut db, moderator, act, rulings, to, why, now).await?;
    db.commit().await?;
    tracing::info!(account = %moderator.id, %act, decided = decided.len(), to = to.word(), "decided");
    let passed_over = rulings.iter().map(|ruling| ruling.id);
    Ok(Outcome {
        act: (!decided.is_empty()).then_some(act),
        passed_over: passed_over.filter(|id| !decided.contains(id)).collect(),
    })
}

/// Takes an act back.
pub async fn undo(
    State(app): State<App>,
    moderator: Moderator,
    layout: Layout,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response> {
    let undone: ActId = fields.get("act").parse().map_err(|_| Error::NotFound)?;
    let act = bulk::undo_all(&app, &moderator, undone).await?;
    let mut db = app.pool.acquire().await?;
    let restored = store::decisions_of(&mut db, act).await?;
    tracing::info!(account = %moderator.id, %act, %undone, restored, "undone");
    let is_under_way = store::find_bulk(&mut db, act)
        .await?
        .is_some_and(|bulk| bulk.ended_at.is_none());
    let outcome = if restored == 0 && !is_under_way {
        Outcome::default()
    } else {
        Outcome::of_act(act)
    };
    if wants_json(&headers) {
        return answer(&mut db, &moderator, layout.words, &outcome).await;
    }
    let told = match outcome.act {
        Some(_) => told(&outcome),
        None => vec![("nothing", "1".to_owned())],
    };
    Ok(back_to_queue(&fields, &told).into_response())
}

/// Whether a script asks, which wants to be told in JSON.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT);
    accepts.is_some_and(|accepts| accepts.as_bytes().starts_with(b"application/json"))
}

/// What came of it, for a script: the act if it decided anything, a sentence, the comments it decided about as far as a
/// screen shows them, those it passed over with a sentence each, and how many comments there are of each status.
async fn answer(
    db: &mut PgConnection,
    moderator: &Moderator,
    words: Words,
    outcome: &Outcome,
) -> Result<Response> {
    let mut said = words.say("queue-nothing-undone");
    let mut decided = Vec::new();
    let mut bulk = None;
    if let Some(act) = outcome.act {
        if let Some(done) = store::find_done(db, moderator, act).await? {
            said = cards::said(words, done.was_undo, done.to, done.count);
        }
        decided = store::decided_by(db, act).await?;
        bulk = store::find_bulk(db, act).await?;
    }
    let passed = store::overtaken(db, &outcome.passed_over).await?;
    let passed: Vec<_> = passed
        .iter()
        .map(|one| json!({ "id": one.id.0, "status": one.status.word(), "said": one.told(words) }))
        .collect();
    let counts = store::counts_as_of(db).await?;
    let bulk = bulk.map(|bulk| {
        json!({ "decided": bulk.decided, "expected": bulk.expected, "done": bulk.ended_at.is_some() })
    });
    let decided: Vec<_> = decided.iter().map(|id| id.0).collect();
    Ok(Json(json!({
        "act": outcome.act.map(|act| act.0),
        "said": said,
        "decided": decided,
        "passed": passed,
        "counts": counts,
        "bulk": bulk,
    }))
    .into_response())
}

fn told(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let mut told = Vec::new();
    if let Some(act) = outcome.act {
        told.push(("act", act.to_string()));
    }
    if !outcome.passed_over.is_empty() {
        let ids: Vec<String> = outcome
            .passed_over
            .iter()
            .map(CommentId::to_string)
            .collect();
        told.push(("passed", ids.join(",")));
    }
    told
}

/// The page of the queue that the form was on, and what it is to say.
fn back_to_queue(form: &Fields, told: &[(&str, String)]) -> Redirect {
    let filter = Filter::read(|name| form.get(name));
    let mut query = form_urlencoded::Serializer::new(filter.query());
    if let Ok(after) = form.get("after").parse::<CommentId>() {
        query.append_pair("after", &after.to_string());
    }
    query.extend_pairs(told.iter().map(|(name, value)| (*name, value.as_str())));
    Redirect::to(&format!("/admin/comments?{}", query.finish()))
}
