//! Deciding, and taking it back. A decision holds only for what the moderator saw.

use axum::extract::State;
use axum::response::Redirect;
use url::form_urlencoded;

use super::model::{Outcome, Ruling};
use super::{bulk, store};
use crate::accounts::Moderator;
use crate::app::App;
use crate::comments::Status;
use crate::ids::{ActId, CommentId};
use crate::text::typed;
use crate::web::{Error, Fields, Result};

/// Decides on one comment (`one` holds `spam 17:held`) or on all that are ticked (`all` holds `spam`, `tick` each `17:held`).
pub async fn decide(
    State(app): State<App>,
    moderator: Moderator,
    fields: Fields,
) -> Result<Redirect> {
    let (word, rulings) = match fields.get("one").split_once(' ') {
        Some((word, ruling)) => (word, Ruling::parse(ruling).into_iter().collect()),
        None => (
            fields.get("all"),
            fields
                .all("tick")
                .filter_map(Ruling::parse)
                .collect::<Vec<_>>(),
        ),
    };
    let to = Status::from_word(word).ok_or(Error::BadRequest(
        axum::http::StatusCode::UNPROCESSABLE_ENTITY,
    ))?;
    if rulings.is_empty() {
        return Ok(back_to_queue(&fields, &[("none", "1".to_owned())]));
    }
    let mut db = app.pool.begin().await?;
    let act = store::next_act(&mut db).await?;
    let why = typed::line(fields.get("why"));
    let decided = store::decide(
        &mut db,
        &moderator,
        act,
        &rulings,
        to,
        &why,
        app.clock.now(),
    )
    .await?;
    db.commit().await?;
    let outcome = Outcome {
        act: (!decided.is_empty()).then_some(act),
        passed_over: rulings
            .iter()
            .map(|ruling| ruling.id)
            .filter(|id| !decided.contains(id))
            .collect(),
    };
    tracing::info!(account = %moderator.id, %act, decided = decided.len(), to = to.word(), "decided");
    Ok(back_to_queue(&fields, &told(&outcome)))
}

/// Takes an act back.
pub async fn undo(
    State(app): State<App>,
    moderator: Moderator,
    fields: Fields,
) -> Result<Redirect> {
    let undone: ActId = fields.get("act").parse().map_err(|_| Error::NotFound)?;
    let act = bulk::undo_all(&app, &moderator, undone).await?;
    let mut db = app.pool.acquire().await?;
    let restored = store::decisions_of(&mut db, act).await?;
    tracing::info!(account = %moderator.id, %act, %undone, restored, "undone");
    let said = if restored == 0 {
        ("nothing", "1".to_owned())
    } else {
        ("act", act.to_string())
    };
    Ok(back_to_queue(&fields, &[said]))
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
    let shown = Status::from_word(form.get("status")).unwrap_or(Status::Held);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("status", shown.word());
    if let Ok(before) = form.get("before").parse::<CommentId>() {
        query.append_pair("before", &before.to_string());
    }
    query.extend_pairs(told.iter().map(|(name, value)| (*name, value.as_str())));
    Redirect::to(&format!("/admin/comments?{}", query.finish()))
}
