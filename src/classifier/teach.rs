//! Teaching: what moderators decide is read from the log, and each comment teaches what it stands at now. What it taught
//! before is taken back first, exactly; so teaching the same twice changes nothing.

use std::collections::{HashMap, HashSet};

use sqlx::{Connection, PgConnection};
use tokio::task::spawn_blocking;

use super::feature::Feature;
use super::store::{self, Changes, Lesson, NewLesson, Pupil, State};
use super::{hashed, noticed};
use crate::app::App;
use crate::clock::Ts;
use crate::crypto::Keys;
use crate::ids::{CommentId, EntryId, LookalikeId};

/// Decisions that teach in one transaction, unless one entry of the log has more.
const BATCH: i64 = 1_000;
/// Entries that are looked at for that.
const ENTRIES: i64 = 500;
/// Of comments that say nearly the same, so many teach: a flood is one lesson, and not all there is to know.
const LOOKALIKES: i64 = 10;

/// Learns from everything that was decided since the last time.
pub async fn learn(app: &App) -> sqlx::Result<()> {
    // The key may have changed.
    app.publication().await?;
    while app.has_the_key() && learn_some(app).await? {}
    Ok(())
}

/// Learns a batch; whether there may be more.
async fn learn_some(app: &App) -> sqlx::Result<bool> {
    let keys = app.keys.as_of_now();
    let now = app.clock.now();
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    let state = store::begin(&mut db).await?;
    let made_with = hashed::made_with(&keys);
    if state.made_with != Some(made_with) {
        store::begin_anew(&mut db, made_with).await?;
        db.commit().await?;
        if state.made_with.is_some() {
            tracing::info!(
                "the secret key or the rules have changed; what was learnt is learnt anew"
            );
        }
        return Ok(true);
    }
    if let Some(after) = state.relearnt_to {
        let ids = store::lessons_after(&mut db, after, BATCH).await?;
        teach(&mut db, &keys, &state, &ids, now).await?;
        store::set_relearnt(&mut db, ids.last().copied()).await?;
        db.commit().await?;
        return Ok(true);
    }
    let entries = store::entries_after(&mut db, state.position, ENTRIES).await?;
    let mut decisions = 0;
    let batch: Vec<_> = entries
        .iter()
        .take_while(|entry| {
            let is_first = decisions == 0;
            decisions += i64::from(entry.decisions);
            is_first || decisions <= BATCH
        })
        .collect();
    let Some(last) = batch.last() else {
        return Ok(false);
    };
    let ids: Vec<EntryId> = batch.iter().map(|entry| entry.id).collect();
    let comments = store::comments_of(&mut db, &ids).await?;
    teach(&mut db, &keys, &state, &comments, now).await?;
    store::set_position(&mut db, last.position).await?;
    db.commit().await?;
    tracing::debug!(
        comments = comments.len(),
        position = last.position,
        "learnt"
    );
    Ok(true)
}

/// Has comments teach what they stand at now.
async fn teach(
    db: &mut PgConnection,
    keys: &Keys,
    state: &State,
    ids: &[CommentId],
    now: Ts,
) -> sqlx::Result<()> {
    let pupils = store::pupils(db, ids).await?;
    let is_anew = state.relearnt_to.is_some();
    // What has taught what it is to teach is left alone.
    let pupils: Vec<Pupil> = pupils
        .into_iter()
        .filter(|pupil| is_anew || pupil.is_refused != pupil.was_refused)
        .collect();
    let read = read(keys, pupils).await?;
    let signals: HashSet<i64> = read
        .iter()
        .flat_map(|one| one.numbers.iter().copied())
        .collect();
    let signals: Vec<i64> = signals.into_iter().collect();
    // With what was learnt before this batch: each decision is a test before it is a lesson.
    let (_, seen) = match is_anew {
        true => (*state, HashMap::new()),
        false => store::seen(db, &signals).await?,
    };
    let lookalikes: HashSet<LookalikeId> = read
        .iter()
        .filter_map(|one| one.pupil.lookalike_id)
        .collect();
    let lookalikes: Vec<LookalikeId> = lookalikes.into_iter().collect();
    let mut teaching = store::teaching_of(db, &lookalikes, LOOKALIKES).await?;

    let mut changes = Changes::default();
    let (mut gone, mut lessons) = (Vec::new(), Vec::new());
    for Read {
        pupil,
        features,
        mut numbers,
    } in read
    {
        if let Some(was_refused) = pupil.was_refused {
            changes.take_back(was_refused, &pupil.signals);
        }
        let like = pupil.lookalike_id.and_then(|id| teaching.get_mut(&id));
        let Some(is_refused) = pupil.is_refused else {
            gone.push(pupil.id);
            if let Some(like) = like.filter(|_| !pupil.signals.is_empty()) {
                *like -= 1;
            }
            continue;
        };
        let score = match pupil.was_refused {
            // It has taught, so asking now would be asking what it said itself.
            Some(_) => pupil.score,
            None => {
                let counts = numbers
                    .iter()
                    .map(|number| seen.get(number).copied().unwrap_or_default());
                let opinion = state.learnt.opinion(features.into_iter().zip(counts));
                opinion.map(|opinion| opinion.score)
            }
        };
        if let Some(like) = like
            && pupil.signals.is_empty()
        {
            match *like < LOOKALIKES {
                true => *like += 1,
                false => numbers.clear(),
            }
        }
        changes.teach(is_refused, &numbers);
        let lesson = Lesson {
            is_refused,
            signals: numbers,
        };
        lessons.push(NewLesson {
            comment_id: pupil.id,
            lesson,
            score,
        });
    }
    store::delete_lessons(db, &gone).await?;
    store::put_lessons(db, &lessons, now).await?;
    store::apply(db, &changes).await
}

/// A comment, and what was noticed about it.
struct Read {
    pupil: Pupil,
    features: Vec<Feature>,
    /// The features, as numbers.
    numbers: Vec<i64>,
}

/// Reads comments beside whoever is served meanwhile.
async fn read(keys: &Keys, pupils: Vec<Pupil>) -> sqlx::Result<Vec<Read>> {
    let keys = keys.clone();
    let reading = spawn_blocking(move || {
        let read = pupils.into_iter().map(|pupil| {
            let features = match pupil.is_refused {
                Some(_) => noticed(
                    &pupil.name,
                    pupil.website.as_deref(),
                    pupil.body_html.as_str(),
                ),
                None => Vec::new(),
            };
            let numbers = features
                .iter()
                .map(|one| hashed::number(&keys, one))
                .collect();
            Read {
                pupil,
                features,
                numbers,
            }
        });
        read.collect()
    });
    reading
        .await
        .map_err(|error| sqlx::Error::Protocol(error.to_string()))
}
