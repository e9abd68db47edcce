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
use crate::db::BEGIN_BY_KEYS;
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
    /// About all that say the same, up to a comment, as of a moment if it is said (`alike` holds `spam 9:17`, `as_of` microseconds).
    Alike(Status, LookalikeId, CommentId, Option<Ts>),
    /// About all that match, as of a moment (`matching` holds `spam`, `as_of` microseconds).
    Matching(Status, Ts),
}

impl Wanted {
    fn read(fields: &Fields) -> Option<Self> {
        let as_of = fields.get("as_of").parse().ok();
        let as_of = as_of.and_then(Ts::from_unix_micros);
        let one = fields.get("one");
        if let Some((word, ruling)) = one.split_once(' ') {
            let rulings = Ruling::parse(ruling).into_iter().collect();
            return Some(Self::Rulings(Status::from_word(word)?, rulings));
        }
        if let Some((word, group)) = fields.get("alike").split_once(' ') {
            let (id, until) = group.split_once(':')?;
            let (id, until) = (id.parse().ok()?, until.parse().ok()?);
            return Some(Self::Alike(Status::from_word(word)?, id, until, as_of));
        }
        if let Some(to) = Status::from_word(fields.get("matching")) {
            return Some(Self::Matching(to, as_of?));
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
    let mut why = typed::line(&typed::without_unreadable(fields.get("why")));
    why.truncate(why.floor_char_boundary(WHY_BYTES));
    let outcome = match wanted {
        Wanted::Rulings(_, rulings) if rulings.is_empty() => Outcome::default(),
        Wanted::Rulings(to, rulings) => rule(&app, &moderator, &rulings, to, &why).await?,
        Wanted::Alike(to, id, until, as_of) => {
            let mut db = app.pool.acquire().await?;
            let written_at = store::written_at(&mut db, until).await?;
            drop(db);
            let filter = Filter {
                like: Some(id),
                until: Some(until),
                ..Filter::of(Status::Held)
            };
            // Whoever saw the newest of them looked at no earlier moment than when it was written.
            let written_at = written_at.ok_or(Error::NotFound)?;
            let as_of = as_of.map_or(written_at, |as_of| as_of.max(written_at));
            rule_on_all(&app, &moderator, &filter, to, &why, as_of).await?
        }
        Wanted::Matching(to, as_of) => {
            let filter = Filter::read(|name| fields.get(name));
            rule_on_all(&app, &moderator, &filter, to, &why, as_of).await?
        }
    };
    app.bell.notify_one();
    let mut db = app.pool.acquire().await?;
    if wants_json(&headers) {
        return answer(&mut db, &moderator, layout.words, &outcome).await;
    }
    let told = match outcome.act {
        None if outcome.is_gone => vec![("gone", "1".to_owned())],
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
    let mut db = app.pool.begin_with(BEGIN_BY_KEYS).await?;
    let act = store::next_act(&mut db).await?;
    let now = app.clock.now();
    let decided = store::decide(&mut db, moderator, act, rulings, to, why, now).await?;
    let passed_over: Vec<CommentId> = rulings
        .iter()
        .map(|ruling| ruling.id)
        .filter(|id| !decided.contains(id))
        .collect();
    if decided.is_empty()
        && let Some(earlier) = store::decided_so(&mut db, moderator, &passed_over, to).await?
    {
        // The same was sent again over a bad line, by someone who has not heard our answer.
        return Ok(Outcome::of_act(earlier));
    }
    db.commit().await?;
    tracing::info!(account = %moderator.id, %act, decided = decided.len(), to = to.word(), "decided");
    Ok(Outcome {
        act: (!decided.is_empty()).then_some(act),
        passed_over,
        is_gone: false,
    })
}

async fn rule_on_all(
    app: &App,
    moderator: &Moderator,
    filter: &Filter,
    to: Status,
    why: &str,
    as_of: Ts,
) -> Result<Outcome> {
    let as_of = as_of.min(app.clock.now());
    let act = bulk::decide_all(app, moderator, filter, to, why, as_of).await?;
    let mut db = app.pool.acquire().await?;
    Ok(match has_come_to_nothing(&mut db, act).await? {
        true => Outcome::gone(),
        false => Outcome::of_act(act),
    })
}

/// Whether an act has ended and decided nothing.
async fn has_come_to_nothing(db: &mut PgConnection, act: ActId) -> sqlx::Result<bool> {
    let bulk = store::find_bulk(db, act).await?;
    Ok(bulk.is_some_and(|bulk| bulk.ended_at.is_some() && bulk.decided == 0))
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
    tracing::info!(account = %moderator.id, %act, %undone, "undone");
    let outcome = if has_come_to_nothing(&mut db, act).await? {
        // If it was sent again over a bad line, what was asked for is done.
        let earlier = store::undone_by(&mut db, &moderator, undone).await?;
        earlier.map_or_else(Outcome::default, Outcome::of_act)
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
    let mut said = if outcome.is_gone {
        words.say("queue-gone")
    } else {
        words.say("queue-nothing-undone")
    };
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
    let counts = store::counts(db).await?;
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
