//! Reading what came in: the words it can be found by, and what it is like. What waits or was refused and says nearly the
//! same as something else is gathered, so that it can be decided about at once. Nobody waits for it: comments are written
//! down as unread by whoever writes or changes them, and read a moment later, or in a flood when that lets up.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::Connection;

use super::store::{self, Earlier, Read, Unread};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommentId, LookalikeId};
use crate::text::likeness::Likeness;
use crate::text::markdown;

/// Comments read in one transaction: few enough that it is short while many reply.
pub const BATCH: i64 = 100;
/// How long a comment is remembered for what it is like, in seconds: thirty days. A flood is over by then.
const REMEMBERED: i64 = 30 * 24 * 60 * 60;

/// Forgets what old comments were like.
pub async fn forget(db: &mut sqlx::PgConnection, now: Ts) -> sqlx::Result<()> {
    store::forget_likeness(db, now.plus_seconds(-REMEMBERED)).await
}

/// A round of reading.
pub struct Round {
    /// How long it took.
    pub took: Duration,
    /// The number of the newest comment there is after it.
    pub newest: i64,
}

/// Reads the next comments, if there are any. Only one node reads at a time: two that read alike comments at once would not
/// see what the other reads.
pub async fn read_some(app: &App) -> sqlx::Result<Option<Round>> {
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    let unread = store::take_unread(&mut db, BATCH).await?;
    if unread.is_empty() {
        return Ok(None);
    }
    let begun = Instant::now();
    let since = app.clock.now().plus_seconds(-REMEMBERED);
    let mut reads = Vec::with_capacity(unread.len());
    let mut likeness = HashMap::new();
    for comment in &unread {
        let is_gathered = matches!(comment.status, Status::Held | Status::Spam)
            && comment.created_at >= since
            && comment.lookalike_id.is_none();
        let mut bands = Vec::new();
        if is_gathered {
            let like = Likeness::of_html(comment.body_html.as_str());
            bands = like.bands();
            likeness.insert(comment.id, Arc::new(like));
        }
        reads.push(Read {
            id: comment.id,
            version: comment.version,
            words: words_of(comment),
            bands,
        });
    }
    let wanted: Vec<i64> = reads
        .iter()
        .flat_map(|read| read.bands.iter().copied())
        .collect();
    let earlier = store::earlier_alike(&mut db, &wanted, since).await?;
    let gathered = gather(&reads, &likeness, earlier);
    store::keep_read(&mut db, &reads).await?;
    store::set_gathered(&mut db, &gathered).await?;
    let newest = store::newest(&mut db).await?;
    db.commit().await?;
    Ok(Some(Round {
        took: begun.elapsed(),
        newest,
    }))
}

/// The words a comment is found by.
fn words_of(comment: &Unread) -> String {
    let website = comment.website.as_deref().unwrap_or_default();
    let said = markdown::words_of_html(comment.body_html.as_str());
    format!("{} {website} {said}", comment.name)
}

/// A comment that others may be like.
struct Known {
    id: CommentId,
    lookalike_id: Option<LookalikeId>,
    likeness: Arc<Likeness>,
}

/// What is to be gathered, and under which number, by these and earlier comments. For each band only the newest that has
/// it is compared, so that a flood costs what its comments do.
fn gather(
    reads: &[Read],
    likeness: &HashMap<CommentId, Arc<Likeness>>,
    earlier: Vec<Earlier>,
) -> Vec<(CommentId, LookalikeId)> {
    let mut known: Vec<Known> = Vec::new();
    let mut by_id: HashMap<CommentId, usize> = HashMap::new();
    let mut newest: HashMap<i64, usize> = HashMap::new();
    for one in earlier {
        let place = *by_id.entry(one.id).or_insert_with(|| {
            known.push(Known {
                id: one.id,
                lookalike_id: one.lookalike_id,
                likeness: Arc::new(Likeness::of_html(one.body_html.as_str())),
            });
            known.len() - 1
        });
        newest.insert(one.band, place);
    }
    let mut gathered = Vec::new();
    for read in reads.iter().filter(|read| !read.bands.is_empty()) {
        let Some(like) = likeness.get(&read.id) else {
            continue;
        };
        let mut near: Vec<usize> = read
            .bands
            .iter()
            .filter_map(|band| newest.get(band).copied())
            .collect();
        near.sort_unstable();
        near.dedup();
        // What is gathered already is joined, rather than that there be one gathering more; then the oldest.
        let first = near
            .into_iter()
            .filter(|place| known[*place].id != read.id && known[*place].likeness.is_like(like))
            .min_by_key(|place| {
                let one = &known[*place];
                (one.lookalike_id.is_none(), one.lookalike_id, one.id)
            });
        let lookalike_id = first.map(|place| {
            let one = &mut known[place];
            *one.lookalike_id.get_or_insert_with(|| {
                let id = LookalikeId(one.id.0);
                gathered.push((one.id, id));
                id
            })
        });
        gathered.extend(lookalike_id.map(|id| (read.id, id)));
        known.push(Known {
            id: read.id,
            lookalike_id,
            likeness: Arc::clone(like),
        });
        for band in &read.bands {
            newest.insert(*band, known.len() - 1);
        }
    }
    gathered
}
