//! All SQL on the queue: which comments a filter means, how many these are is in `counting`, what their cards say in `cards`. What
//! it costs does not grow with how much there is: an index gives the comments of one part in their order, what else is
//! asked for is looked for among the next [`LOOKED_AT`] of them, and what is counted is kept or counted up to a bound.
//!
//! Statements are prepared, and after a while Postgres plans them without their arguments. So they are written such that
//! there is one way to do them only: in the order of an index, and no further than what is wanted.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::Kind;
use crate::ids::CommentId;
use crate::moderation::Ruling;
use crate::moderation::filter::{Filter, Order};

/// Comments among which is looked for what no index gives, for one page.
const LOOKED_AT: i64 = 2_000;

/// A comment that a filter means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub id: CommentId,
    /// Its status.
    pub status: Status,
    /// How often its author has changed it.
    pub version: i32,
}

impl Found {
    /// The ruling of whoever decides about it as it is now.
    pub fn ruling(&self) -> Ruling {
        Ruling {
            id: self.id,
            seen: self.status,
            version: self.version,
        }
    }
}

/// A page of what a filter means.
#[derive(Clone, Debug, Default)]
pub struct FoundPage {
    /// The comments, in order.
    pub found: Vec<Found>,
    /// From which comment on there may be more.
    pub next: Option<CommentId>,
}

/// A filter with what its comments lead to.
pub(super) struct Asked<'a> {
    pub(super) filter: &'a Filter,
    pub(super) commenter: Option<i64>,
    pub(super) network: Option<Vec<u8>>,
    pub(super) since: Option<Ts>,
    pub(super) until: Option<Ts>,
    /// Only what was written, and last changed or decided, by then.
    as_of: Option<Ts>,
}

/// What the comments that a filter names lead to; `None` if it can mean nothing.
pub(super) async fn ask<'a>(
    db: &mut PgConnection,
    filter: &'a Filter,
    as_of: Option<Ts>,
    now: Ts,
) -> sqlx::Result<Option<Asked<'a>>> {
    let (since, until) = filter.age.map_or((None, None), |age| age.bounds(now));
    let mut asked = Asked {
        filter,
        commenter: None,
        network: None,
        since,
        until,
        as_of,
    };
    if let Some(id) = filter.person {
        let found = sqlx::query_scalar!(
            r#"select commenter_id as "id: i64" from comments where id = $1"#,
            id.0
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(commenter) = found.flatten() else {
            return Ok(None);
        };
        asked.commenter = Some(commenter);
    }
    if let Some(id) = filter.network {
        let found = sqlx::query_scalar!("select network_hash from comments where id = $1", id.0)
            .fetch_optional(&mut *db)
            .await?;
        let Some(network) = found.flatten() else {
            return Ok(None);
        };
        asked.network = Some(network);
    }
    Ok(Some(asked))
}

/// A comment that was found; or, where fewer were found than wanted, how much was looked at and where that ended.
struct Row {
    id: Option<CommentId>,
    status: Option<Status>,
    version: Option<i32>,
    looked_at: Option<i64>,
    last: Option<CommentId>,
}

/// Finds what is asked for among the next comments of `$from`, newest first. An index has these in their order, so that
/// no more are looked at than it takes to find as many as are wanted.
macro_rules! find {
    ($from:literal, $db:expr, $asked:expr, $place:expr, $window:expr, $limit:expr) => {
        find!("r.*", $from, "c", $db, $asked, $place, $window, $limit)
    };
    ($columns:literal, $from:literal, $as:literal, $db:expr, $asked:expr, $place:expr, $window:expr, $limit:expr) => {{
        let (asked, place): (&Asked<'_>, Option<&Place>) = ($asked, $place);
        let filter = asked.filter;
        sqlx::query_as!(
            Row,
            r#"with found as materialized (
                 select c.id, c.status, c.version, c.created_at
                 from (
                     select "# + $columns + " from " + $from + r#"
                       and (r.created_at, r.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 9223372036854775807))
                       and r.created_at >= coalesce($4::timestamptz, '-infinity') and r.created_at < coalesce($5::timestamptz, 'infinity')
                     order by r.created_at desc, r.id desc limit $6
                 ) "# + $as + r#"
                 where c.status = $1 and c.erased_at is null
                   and ($8::text is null or exists (select 1 from unnest(c.reasons) as reason where split_part(reason, ':', 1) = $8))
                   and ($9::bigint is null or c.article_id = $9)
                   and ($10::bigint is null or c.commenter_id = $10)
                   and ($11::bytea is null or c.network_hash = $11)
                   and ($12::bigint is null or c.lookalike_id = $12)
                   and ($13::text is null or coalesce((select words @@ (select websearch_to_tsquery('simple', $13))
                       from readings where readings.comment_id = c.id), false))
                   and ($14::timestamptz is null or (c.created_at <= $14 and (c.edited_at is null or c.edited_at <= $14)
                       and (c.status_since is null or c.status_since <= $14)))
                 order by c.created_at desc, c.id desc limit $7
             )
             select id as "id?: CommentId", status as "status?: Status", version as "version?",
                 looked_at as "looked_at?", last as "last?: CommentId"
             from (
                 select id, status, version, created_at, null::bigint as looked_at, null::bigint as last from found
                 union all
                 -- Where the look ended is only asked if it went as far.
                 select null, null, null, null, ends.looked_at, ends.last
                 from (
                     select count(*) as looked_at, (array_agg(id order by created_at, id))[1] as last
                     from (
                         select r.id, r.created_at from "# + $from + r#"
                           and (r.created_at, r.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 9223372036854775807))
                           and r.created_at >= coalesce($4::timestamptz, '-infinity') and r.created_at < coalesce($5::timestamptz, 'infinity')
                         order by r.created_at desc, r.id desc limit $6
                     ) looked_at
                 ) ends
                 where (select count(*) from found) < $7
             ) rows
             order by created_at desc nulls last, id desc"#,
            filter.status as Status,
            place.map(|place| place.created_at) as Option<Ts>,
            place.map(|place| place.id.0),
            asked.since as Option<Ts>,
            asked.until as Option<Ts>,
            $window,
            $limit,
            filter.reason.map(Kind::code),
            filter.article.map(|id| id.0),
            asked.commenter,
            asked.network,
            filter.like.map(|id| id.0),
            (!filter.words.is_empty()).then_some(filter.words.as_str()),
            asked.as_of as Option<Ts>,
        )
        .fetch_all($db)
        .await
    }};
}

/// Where a page begins: after this comment.
struct Place {
    created_at: Ts,
    id: CommentId,
}

async fn place_of(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<Place>> {
    sqlx::query_as!(
        Place,
        "select created_at, id from comments where id = $1",
        id.0
    )
    .fetch_optional(db)
    .await
}

/// Comments that a filter means, newest first: at most `limit`, from after comment `after`. With `as_of`, only what was
/// there by then, as it is. Fewer than `limit` need not be the last: where the page says `next`, more may follow.
pub async fn find(
    db: &mut PgConnection,
    filter: &Filter,
    after: Option<CommentId>,
    as_of: Option<Ts>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<FoundPage> {
    let Some(asked) = ask(db, filter, as_of, now).await? else {
        return Ok(FoundPage::default());
    };
    if filter.order == Order::Likeliest {
        return find_likeliest(db, after, limit).await;
    }
    let mut place = match after {
        Some(id) => place_of(db, id).await?,
        None => None,
    };
    if let (None, Some(id)) = (&place, filter.until) {
        let Some(last) = place_of(db, id).await? else {
            return Ok(FoundPage::default());
        };
        // It is one of them.
        let before = CommentId(last.id.0.saturating_add(1));
        place = Some(Place { id: before, ..last });
    }
    // Nothing else is asked of what one index gives: then no more is looked at than is wanted.
    let window = if asked.needs_a_look() {
        LOOKED_AT.max(limit)
    } else {
        limit
    };
    let place = place.as_ref();
    let rows = if filter.like.is_some() {
        find!(
            "comments r where r.lookalike_id = $12 and r.status = $1 and r.erased_at is null",
            db,
            &asked,
            place,
            window,
            limit
        )
    } else if filter.person.is_some() {
        find!(
            "comments r where r.commenter_id = $10 and r.status = $1",
            db,
            &asked,
            place,
            window,
            limit
        )
    } else if filter.network.is_some() {
        find!(
            "comments r where r.network_hash = $11 and r.status = $1",
            db,
            &asked,
            place,
            window,
            limit
        )
    } else if filter.article.is_some() {
        find!(
            "comments r where r.article_id = $9 and r.status = $1 and r.erased_at is null",
            db,
            &asked,
            place,
            window,
            limit
        )
    } else if filter.reason.is_some() {
        find!(
            "r.id, r.created_at",
            "(select comment_id as id, created_at, status, code from comment_reasons) r where r.status = $1 and r.code = $8",
            "looked_at join comments c on c.id = looked_at.id and c.created_at = looked_at.created_at",
            db,
            &asked,
            place,
            window,
            limit
        )
    } else if is_rare(db, &filter.words).await? {
        return find_rare(db, &asked, place, limit).await;
    } else {
        find!(
            "comments r where r.status = $1 and r.erased_at is null",
            db,
            &asked,
            place,
            window,
            limit
        )
    };
    Ok(page_of(rows?, window, limit))
}

/// Whether the index of words is the way to what is asked for, as Postgres guesses.
async fn is_rare(db: &mut PgConnection, words: &str) -> sqlx::Result<bool> {
    if words.is_empty() {
        return Ok(false);
    }
    sqlx::query_scalar!(r#"select are_rare($1) as "are_rare!""#, words)
        .fetch_one(db)
        .await
}

/// Comments with words in them that few have: all of these, of which the newest are given.
async fn find_rare(
    db: &mut PgConnection,
    asked: &Asked<'_>,
    place: Option<&Place>,
    limit: i64,
) -> sqlx::Result<FoundPage> {
    let found = sqlx::query_as!(
        Found,
        "with said as materialized (
             select comment_id from readings where words @@ (select websearch_to_tsquery('simple', $6))
         )
         select c.id, c.status, c.version from said
         -- Each by its number: `offset 0` keeps Postgres from going through all that has the status instead.
         cross join lateral (select * from comments where comments.id = said.comment_id offset 0) c
         where c.status = $1 and c.erased_at is null
           and (c.created_at, c.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 9223372036854775807))
           and c.created_at >= coalesce($4::timestamptz, '-infinity') and c.created_at < coalesce($5::timestamptz, 'infinity')
           and ($7::timestamptz is null or (c.created_at <= $7 and (c.edited_at is null or c.edited_at <= $7)
               and (c.status_since is null or c.status_since <= $7)))
         order by c.created_at desc, c.id desc limit $8",
        asked.filter.status as Status,
        place.map(|place| place.created_at) as Option<Ts>,
        place.map(|place| place.id.0),
        asked.since as Option<Ts>,
        asked.until as Option<Ts>,
        asked.filter.words,
        asked.as_of as Option<Ts>,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(page_in_full(found, limit))
}

/// A page of what a statement gives in full.
fn page_in_full(found: Vec<Found>, limit: i64) -> FoundPage {
    let is_full = i64::try_from(found.len()) == Ok(limit);
    let next = found.last().map(|last| last.id).filter(|_| is_full);
    FoundPage { found, next }
}

fn page_of(rows: Vec<Row>, window: i64, limit: i64) -> FoundPage {
    let end = rows.iter().find_map(|row| Some((row.looked_at?, row.last)));
    let found: Vec<Found> = rows
        .into_iter()
        .filter_map(|row| {
            Some(Found {
                id: row.id?,
                status: row.status?,
                version: row.version?,
            })
        })
        .collect();
    match end {
        None => page_in_full(found, limit),
        Some((looked_at, last)) => FoundPage {
            found,
            next: last.filter(|_| looked_at == window),
        },
    }
}

impl Asked<'_> {
    /// Whether something is asked for that the index of the first part does not give.
    pub(super) fn needs_a_look(&self) -> bool {
        let filter = self.filter;
        let asked = [
            filter.like.is_some(),
            filter.person.is_some(),
            filter.network.is_some(),
            filter.article.is_some(),
            filter.reason.is_some(),
            !filter.words.is_empty(),
        ];
        let asked_for = asked.iter().filter(|asked| **asked).count();
        asked_for > 1 || !filter.words.is_empty() || filter.until.is_some() || self.as_of.is_some()
    }
}

async fn find_likeliest(
    db: &mut PgConnection,
    after: Option<CommentId>,
    limit: i64,
) -> sqlx::Result<FoundPage> {
    let after = match after {
        Some(id) => {
            sqlx::query!("select score, id from comments where id = $1", id.0)
                .fetch_optional(&mut *db)
                .await?
        }
        None => None,
    };
    let found = sqlx::query_as!(
        Found,
        "select id, status, version from comments
         where status = 'held' and score is not null and erased_at is null
           and (score, id) < (coalesce($1::real, 'infinity'), coalesce($2::bigint, 9223372036854775807))
         order by score desc, id desc limit $3",
        after.as_ref().and_then(|after| after.score),
        after.as_ref().map(|after| after.id.0),
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(page_in_full(found, limit))
}

/// What waits, newest first: at most `limit`, from after comment `after`. Of comments that say nearly the same, the oldest
/// stands for all.
pub async fn find_gathered(
    db: &mut PgConnection,
    after: Option<CommentId>,
    limit: i64,
) -> sqlx::Result<FoundPage> {
    let place = match after {
        Some(id) => place_of(db, id).await?,
        None => None,
    };
    let waiting = sqlx::query!(
        r#"with waiting as materialized (
             (select id, created_at from comments
              where status = 'held' and lookalike_id is null and erased_at is null
                and (created_at, id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::bigint, 9223372036854775807))
              order by created_at desc, id desc limit $3)
             union all
             (select head_id, head_at from lookalikes
              where held > 0 and (head_at, head_id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::bigint, 9223372036854775807))
              order by head_at desc, head_id desc limit $3)
             order by created_at desc, id desc limit $3
           )
           select waiting.id as "id!: CommentId", c.status as "status?: Status", c.version as "version?"
           from waiting
           -- Each by its number: `offset 0` keeps Postgres from going through all that has the status instead.
           left join lateral (
               select status, version from comments
               where comments.id = waiting.id and comments.status = 'held' and comments.erased_at is null offset 0
           ) c on true
           order by waiting.created_at desc, waiting.id desc"#,
        place.as_ref().map(|place| place.created_at) as Option<Ts>,
        place.as_ref().map(|place| place.id.0),
        limit,
    )
    .fetch_all(db)
    .await?;
    let is_full = i64::try_from(waiting.len()) == Ok(limit);
    let next = waiting.last().map(|last| last.id).filter(|_| is_full);
    let found = waiting.into_iter().filter_map(|row| {
        Some(Found {
            id: row.id,
            status: row.status?,
            version: row.version?,
        })
    });
    Ok(FoundPage {
        found: found.collect(),
        next,
    })
}
