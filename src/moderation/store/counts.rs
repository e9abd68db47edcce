//! All SQL on how many comments there are: of each status, of one person, and as a filter means, which is kept where one
//! thing is asked for and otherwise counted up to a bound.

use serde::Serialize;
use sqlx::PgConnection;

use super::queue::{self, Asked};
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommenterId, LookalikeId};
use crate::moderation::filter::Filter;

/// Up to which number is counted what is not kept, but for what an index gives alone.
const COUNTED: i64 = 100;
/// Up to which number is counted what an index gives alone.
const COUNTED_BY_INDEX: i64 = 1_000;

/// How many comments have each status, without those whose words are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    held: i64,
    approved: i64,
    spam: i64,
    trashed: i64,
    /// From when on they are that many, in microseconds since 1970: of two answers that overtake one another, the later one
    /// holds. It is the database's clock at the start of the statement, before what that sees is settled.
    as_of: i64,
}

impl Counts {
    /// How many have this status.
    pub fn of(&self, status: Status) -> i64 {
        match status {
            Status::Held => self.held,
            Status::Approved => self.approved,
            Status::Spam => self.spam,
            Status::Trashed => self.trashed,
        }
    }

    /// Every status, and how many have it.
    pub fn each(&self) -> [(Status, i64); 4] {
        Status::ALL.map(|status| (status, self.of(status)))
    }
}

/// How many comments there are.
pub async fn counts(db: &mut PgConnection) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"select coalesce(sum(count) filter (where status = 'held'), 0)::bigint as "held!",
               coalesce(sum(count) filter (where status = 'approved'), 0)::bigint as "approved!",
               coalesce(sum(count) filter (where status = 'spam'), 0)::bigint as "spam!",
               coalesce(sum(count) filter (where status = 'trashed'), 0)::bigint as "trashed!",
               (extract(epoch from statement_timestamp()) * 1000000)::bigint as "as_of!"
           from comment_counts"#,
    )
    .fetch_one(db)
    .await
}

/// How many of them are someone's.
pub async fn counts_of(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"select coalesce(sum(held), 0)::bigint as "held!", coalesce(sum(approved), 0)::bigint as "approved!",
               coalesce(sum(spam), 0)::bigint as "spam!", coalesce(sum(trashed), 0)::bigint as "trashed!",
               (extract(epoch from statement_timestamp()) * 1000000)::bigint as "as_of!"
           from commenter_counts where commenter_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// How many a filter means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// So many.
    Exactly(i64),
    /// More than so many: nobody counted further.
    MoreThan(i64),
}

impl Matching {
    /// The number, of which there may be more.
    pub fn at_least(self) -> i64 {
        match self {
            Self::Exactly(count) | Self::MoreThan(count) => count,
        }
    }
}

/// How many a filter means: kept where one thing is asked for, and otherwise counted up to a bound.
pub async fn count_matching(
    db: &mut PgConnection,
    filter: &Filter,
    now: Ts,
) -> sqlx::Result<Matching> {
    let Some(asked) = queue::ask(db, filter, None, now).await? else {
        return Ok(Matching::Exactly(0));
    };
    if let Some(count) = kept(db, &asked).await? {
        return Ok(Matching::Exactly(count));
    }
    if let Some(count) = counted(db, &asked).await? {
        return Ok(match count {
            count if count > COUNTED_BY_INDEX => Matching::MoreThan(COUNTED_BY_INDEX),
            count => Matching::Exactly(count),
        });
    }
    let page = queue::find(db, filter, None, None, COUNTED + 1, now).await?;
    let count = i64::try_from(page.found.len()).unwrap_or(COUNTED);
    Ok(match page.next {
        Some(_) => Matching::MoreThan(count.min(COUNTED)),
        None => Matching::Exactly(count),
    })
}

/// How many that are, if it is kept: where one thing is asked for, but for a network, words and an age.
async fn kept(db: &mut PgConnection, asked: &Asked<'_>) -> sqlx::Result<Option<i64>> {
    let (filter, status) = (asked.filter, asked.filter.status);
    if asked.needs_a_look() || filter.age.is_some() || filter.network.is_some() {
        return Ok(None);
    }
    let count = if let Some(kind) = filter.reason {
        facet(db, "reason", kind.code(), status).await?
    } else if let Some(id) = filter.article {
        facet(db, "article", &id.to_string(), status).await?
    } else if let Some(id) = asked.commenter {
        counts_of(db, CommenterId(id)).await?.of(status)
    } else if let Some(id) = filter.like {
        if status != Status::Held {
            return Ok(None);
        }
        held_like(db, id).await?
    } else {
        counts(db).await?.of(status)
    };
    Ok(Some(count))
}

/// How many that are, if an index alone tells: up to one more than [`COUNTED_BY_INDEX`].
async fn counted(db: &mut PgConnection, asked: &Asked<'_>) -> sqlx::Result<Option<i64>> {
    let filter = asked.filter;
    if asked.needs_a_look() || filter.age.is_some() == filter.network.is_some() {
        return Ok(None);
    }
    let most = COUNTED_BY_INDEX + 1;
    let count = if let Some(network) = &asked.network {
        // What was taken back has no network.
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from (select from comments where network_hash = $1 and status = $2 limit $3) few"#,
            network,
            filter.status as Status,
            most,
        )
        .fetch_one(db)
        .await?
    } else if *filter
        == (Filter {
            age: filter.age,
            ..Filter::of(filter.status)
        })
    {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from (
                 select from comments
                 where status = $1 and erased_at is null
                   and created_at >= coalesce($2::timestamptz, '-infinity') and created_at < coalesce($3::timestamptz, 'infinity')
                 limit $4
             ) few"#,
            filter.status as Status,
            asked.since as Option<Ts>,
            asked.until as Option<Ts>,
            most,
        )
        .fetch_one(db)
        .await?
    } else {
        return Ok(None);
    };
    Ok(Some(count))
}

async fn facet(db: &mut PgConnection, facet: &str, key: &str, status: Status) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(count), 0)::bigint as "count!" from comment_facets where facet = $1 and key = $2 and status = $3"#,
        facet,
        key,
        status as Status,
    )
    .fetch_one(db)
    .await
}

async fn held_like(db: &mut PgConnection, id: LookalikeId) -> sqlx::Result<i64> {
    let held = sqlx::query_scalar!("select held from lookalikes where id = $1", id.0)
        .fetch_optional(db)
        .await?;
    Ok(held.map_or(0, i64::from))
}
