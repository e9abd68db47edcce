//! All SQL on what was learnt. Whoever changes it holds the one row of `learning` first, so that there is one learner, and
//! nobody who forgets meets it half way.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;

use super::model::{Counts, Learnt};
use super::trial::Test;
use crate::clock::Ts;
use crate::ids::{CommentId, EntryId, LookalikeId};
use crate::text::SafeHtml;

/// How far learning is.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// Entries of the log that have taught.
    pub position: i64,
    /// All that was learnt, in sum.
    pub learnt: Learnt,
    /// Tells which key and rules made the signals.
    pub made_with: Option<i64>,
    /// The last comment whose lesson was taught anew, while they are.
    pub relearnt_to: Option<i64>,
}

/// What is to be changed of what was learnt.
#[derive(Debug, Default)]
pub struct Changes {
    /// By signal, in their order, so that all who change them take them in one.
    signals: BTreeMap<i64, Counts>,
    sum: Learnt,
    lessons: i64,
}

impl Changes {
    /// A lesson is taught.
    pub fn teach(&mut self, is_refused: bool, signals: &[i64]) {
        self.count(is_refused, signals, 1);
    }

    /// A lesson is taken back.
    pub fn take_back(&mut self, is_refused: bool, signals: &[i64]) {
        self.count(is_refused, signals, -1);
    }

    fn count(&mut self, is_refused: bool, signals: &[i64], by: i64) {
        self.lessons += 1;
        if signals.is_empty() {
            return;
        }
        self.sum.lessons.add(is_refused, by);
        let count = i64::try_from(signals.len()).unwrap_or(i64::MAX);
        self.sum.signals.add(is_refused, by * count);
        for signal in signals {
            self.signals.entry(*signal).or_default().add(is_refused, by);
        }
    }
}

fn numbers(ids: &[CommentId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

/// How far learning is, as the one who learns or forgets until the transaction ends.
pub async fn begin(db: &mut PgConnection) -> sqlx::Result<State> {
    let row = sqlx::query!(
        "select position, kept, refused, kept_signals, refused_signals, made_with, relearnt_to from learning for update"
    )
    .fetch_one(db)
    .await?;
    Ok(State {
        position: row.position,
        learnt: learnt(row.kept, row.refused, row.kept_signals, row.refused_signals),
        made_with: row.made_with,
        relearnt_to: row.relearnt_to,
    })
}

fn learnt(kept: i64, refused: i64, kept_signals: i64, refused_signals: i64) -> Learnt {
    Learnt {
        lessons: Counts { kept, refused },
        signals: Counts {
            kept: kept_signals,
            refused: refused_signals,
        },
    }
}

/// How far learning is, and how often each of these signals was seen.
pub async fn seen(
    db: &mut PgConnection,
    signals: &[i64],
) -> sqlx::Result<(State, HashMap<i64, Counts>)> {
    let row = sqlx::query!(
        r#"select position, learning.kept, learning.refused, kept_signals, refused_signals, made_with, relearnt_to,
               seen.signals as "signals!", seen.kept as "seen_kept!", seen.refused as "seen_refused!"
           from learning cross join (
               select coalesce(array_agg(signal), '{}') as signals, coalesce(array_agg(kept), '{}') as kept,
                   coalesce(array_agg(refused), '{}') as refused
               from learned_signals where signal = any($1)
           ) seen"#,
        signals,
    )
    .fetch_one(db)
    .await?;
    let state = State {
        position: row.position,
        learnt: learnt(row.kept, row.refused, row.kept_signals, row.refused_signals),
        made_with: row.made_with,
        relearnt_to: row.relearnt_to,
    };
    let counts = row.seen_kept.into_iter().zip(row.seen_refused);
    let counts = counts.map(|(kept, refused)| Counts {
        kept: kept.into(),
        refused: refused.into(),
    });
    Ok((state, row.signals.into_iter().zip(counts).collect()))
}

/// Writes what was learnt and taken back. Signals that nothing is left of go, so that what was taken back leaves no trace.
pub async fn apply(db: &mut PgConnection, changes: &Changes) -> sqlx::Result<()> {
    if changes.lessons == 0 {
        return Ok(());
    }
    let changed = changes
        .signals
        .iter()
        .filter(|(_, by)| **by != Counts::default());
    let mut signals = Vec::new();
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    let mut lessened = Vec::new();
    for (signal, by) in changed {
        signals.push(*signal);
        kept.push(i32::try_from(by.kept).unwrap_or_default());
        refused.push(i32::try_from(by.refused).unwrap_or_default());
        if by.kept < 0 || by.refused < 0 {
            lessened.push(*signal);
        }
    }
    sqlx::query!(
        "insert into learned_signals as l (signal, kept, refused)
         select * from unnest($1::bigint[], $2::integer[], $3::integer[])
         on conflict (signal) do update set kept = l.kept + excluded.kept, refused = l.refused + excluded.refused",
        &signals,
        &kept,
        &refused,
    )
    .execute(&mut *db)
    .await?;
    if !lessened.is_empty() {
        sqlx::query!(
            "delete from learned_signals where signal = any($1) and kept <= 0 and refused <= 0",
            &lessened,
        )
        .execute(&mut *db)
        .await?;
    }
    let Learnt { lessons, signals } = changes.sum;
    sqlx::query!(
        "update learning set kept = kept + $1, refused = refused + $2, kept_signals = kept_signals + $3,
             refused_signals = refused_signals + $4, version = version + $5",
        lessons.kept,
        lessons.refused,
        signals.kept,
        signals.refused,
        changes.lessons,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a comment has taught.
pub struct Lesson {
    /// It was refused.
    pub is_refused: bool,
    /// Its signals.
    pub signals: Vec<i64>,
}

/// Deletes lessons, and gives them.
pub async fn delete_lessons(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<Vec<Lesson>> {
    let ids = numbers(ids);
    sqlx::query_as!(
        Lesson,
        "delete from lessons where comment_id = any($1) returning is_refused, signals",
        &ids,
    )
    .fetch_all(db)
    .await
}

/// An entry of the log, as far as it teaches.
pub struct Entry {
    /// Its place.
    pub position: i64,
    /// Its number.
    pub id: EntryId,
    /// How many decisions are under it.
    pub decisions: i32,
}

/// The next entries of the log after a place, at most `limit`.
pub async fn entries_after(
    db: &mut PgConnection,
    position: i64,
    limit: i64,
) -> sqlx::Result<Vec<Entry>> {
    sqlx::query_as!(
        Entry,
        "select position, id, decisions from log_entries where position > $1 order by position limit $2",
        position,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The comments that these entries, as far as they are decisions or took some back, are about.
pub async fn comments_of(
    db: &mut PgConnection,
    entries: &[EntryId],
) -> sqlx::Result<Vec<CommentId>> {
    let entries: Vec<i64> = entries.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"select distinct comment_id as "id: CommentId" from decisions join log_entries on log_entries.id = entry
         where entry = any($1) and kind in ('decided', 'undone')"#,
        &entries,
    )
    .fetch_all(db)
    .await
}

/// Notes how far the log has taught.
pub async fn set_position(db: &mut PgConnection, position: i64) -> sqlx::Result<()> {
    sqlx::query!("update learning set position = $1", position)
        .execute(db)
        .await?;
    Ok(())
}

/// A comment that is to teach, and what it has taught.
pub struct Pupil {
    /// Its number.
    pub id: CommentId,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// Its text.
    pub body_html: SafeHtml,
    /// Whether it stands refused or kept now; nothing if it waits, its words are gone, or the staff wrote it.
    pub is_refused: Option<bool>,
    /// What it is gathered with.
    pub lookalike_id: Option<LookalikeId>,
    /// Whether it has taught that it was refused or kept.
    pub was_refused: Option<bool>,
    /// The signals of that.
    pub signals: Vec<i64>,
    /// What was thought of it before that.
    pub score: Option<f32>,
}

/// Comments as they stand now, with what they have taught.
pub async fn pupils(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<Vec<Pupil>> {
    let ids = numbers(ids);
    sqlx::query_as!(
        Pupil,
        r#"select id, name, website, body_html,
               case when erased_at is null and account_id is null and status <> 'held' then status <> 'approved' end as is_refused,
               lookalike_id, l.is_refused as "was_refused?", coalesce(l.signals, '{}') as "signals!", l.score
           from comments left join lessons l on comment_id = id where id = any($1) order by id"#,
        &ids,
    )
    .fetch_all(db)
    .await
}

/// How many of those that say nearly the same teach, up to `enough`.
pub async fn teaching_of(
    db: &mut PgConnection,
    lookalikes: &[LookalikeId],
    enough: i64,
) -> sqlx::Result<HashMap<LookalikeId, i64>> {
    let lookalikes: Vec<i64> = lookalikes.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id!: LookalikeId", (select count(*) from (
               select 1 from comments join lessons on comment_id = comments.id
               where lookalike_id = wanted.id and lessons.signals <> '{}' limit $2
           ) teaching) as "count!"
           from unnest($1::bigint[]) as wanted (id)"#,
        &lookalikes,
        enough,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.count)).collect())
}

/// A lesson to be kept.
pub struct NewLesson {
    /// Whose.
    pub comment_id: CommentId,
    /// What it teaches.
    pub lesson: Lesson,
    /// What was thought of the comment before.
    pub score: Option<f32>,
}

/// Keeps lessons, in place of those of the same comments.
pub async fn put_lessons(
    db: &mut PgConnection,
    lessons: &[NewLesson],
    now: Ts,
) -> sqlx::Result<()> {
    let ids: Vec<i64> = lessons.iter().map(|one| one.comment_id.0).collect();
    let refused: Vec<bool> = lessons.iter().map(|one| one.lesson.is_refused).collect();
    let scores: Vec<Option<f32>> = lessons.iter().map(|one| one.score).collect();
    // An array of arrays is a rectangle in Postgres, and these are of any length.
    let signals: Vec<String> = lessons
        .iter()
        .map(|one| {
            let numbers: Vec<String> = one.lesson.signals.iter().map(i64::to_string).collect();
            format!("{{{}}}", numbers.join(","))
        })
        .collect();
    sqlx::query!(
        "insert into lessons (comment_id, is_refused, signals, score, taught_at)
         select id, refused, signals::bigint[], score, $5
         from unnest($1::bigint[], $2::boolean[], $3::text[], $4::real[]) as one (id, refused, signals, score)
         on conflict (comment_id) do update
         set is_refused = excluded.is_refused, signals = excluded.signals, taught_at = excluded.taught_at",
        &ids,
        &refused,
        &signals,
        &scores as &[Option<f32>],
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets every signal, so that all lessons can be taught anew by another key or other rules.
pub async fn begin_anew(db: &mut PgConnection, made_with: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from learned_signals")
        .execute(&mut *db)
        .await?;
    sqlx::query!("update lessons set signals = '{}' where signals <> '{}'")
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "update learning set made_with = $1, relearnt_to = 0, kept = 0, refused = 0, kept_signals = 0, refused_signals = 0,
             version = version + 1",
        made_with,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The next comments with lessons, at most `limit`, after comment `after`.
pub async fn lessons_after(
    db: &mut PgConnection,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        r#"select comment_id as "id: CommentId" from lessons where comment_id > $1 order by comment_id limit $2"#,
        after,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Notes up to which comment lessons were taught anew; none when all were.
pub async fn set_relearnt(db: &mut PgConnection, to: Option<CommentId>) -> sqlx::Result<()> {
    sqlx::query!("update learning set relearnt_to = $1", to.map(|id| id.0))
        .execute(db)
        .await?;
    Ok(())
}

/// Whether comments that wait are to be scored anew: something was learnt since they were, and that is not newer than
/// `before`. Whoever is told so does it.
pub async fn take_rescoring(db: &mut PgConnection, before: Ts, now: Ts) -> sqlx::Result<bool> {
    let taken = sqlx::query!(
        "update learning set rescored = version, rescored_at = $2
         where rescored < version and (rescored_at is null or rescored_at <= $1)",
        before as Ts,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// A comment that waits.
pub struct Waiting {
    /// Its number.
    pub id: CommentId,
    /// Counts changes of its words.
    pub version: i32,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// Its text.
    pub body_html: SafeHtml,
}

/// The newest comments that wait, at most `limit`.
pub async fn waiting(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        "select id, version, name, website, body_html from comments
         where status = 'held' and erased_at is null and account_id is null
         order by created_at desc, id desc limit $1",
        limit,
    )
    .fetch_all(db)
    .await
}

/// Keeps what is thought of comments, where they still wait with the same words.
pub async fn set_scores(
    db: &mut PgConnection,
    thought: &[(CommentId, i32, f32, Vec<String>)],
) -> sqlx::Result<()> {
    let ids: Vec<i64> = thought.iter().map(|one| one.0.0).collect();
    let versions: Vec<i32> = thought.iter().map(|one| one.1).collect();
    let scores: Vec<f32> = thought.iter().map(|one| one.2).collect();
    let signals: Vec<serde_json::Value> = thought.iter().map(|one| one.3.clone().into()).collect();
    sqlx::query!(
        "with scored as (
             select comments.id, one.score, array(select jsonb_array_elements_text(one.signals)) as signals
             from unnest($1::bigint[], $2::integer[], $3::real[], $4::jsonb[]) as one (id, version, score, signals)
             join comments on comments.id = one.id and comments.version = one.version
             where status = 'held' and erased_at is null
             order by comments.id for update of comments
         )
         update comments set score = scored.score, signals = scored.signals
         from scored where comments.id = scored.id
           and (comments.score, comments.signals) is distinct from (scored.score, scored.signals)",
        &ids,
        &versions,
        &scores,
        &signals,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The last decided comments of which something was thought before, at most `limit`, the newest decision first.
pub async fn tests(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Test>> {
    sqlx::query_as!(
        Test,
        r#"select score as "score!", is_refused from lessons
           where score is not null order by taught_at desc, comment_id desc limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}
