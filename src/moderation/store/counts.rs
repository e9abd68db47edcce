//! SQL that counts comments by status, by commenter or by a filter. Counts come from counter tables if those have them.
//! Otherwise counting stops at a limit.

use serde::Serialize;
use sqlx::PgConnection;

use super::queue;
use super::queue_filter::{self, ResolvedFilter};
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommenterId, SimilarGroupId};
use crate::moderation::filter::QueueFilter;

/// Number of matches at which counting stops if the filter requires a scan of comments. The count is then
/// [`QueueCount::MoreThan`].
const MAX_SCAN_COUNT: i64 = 100;
/// Number of matches at which counting stops if an index alone can answer the filter.
const MAX_INDEX_COUNT: i64 = 1_000;

/// Number of comments of each status, without comments whose text was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueueCounts {
    held: i64,
    approved: i64,
    spam: i64,
    trashed: i64,
    /// Time of the counts in microseconds since 1970, by the clock of the database. The page's script uses it to ignore
    /// counts that are older than those it has. It is taken at the start of the statement, before the snapshot, so that
    /// counts never seem newer than they are.
    as_of: i64,
}

impl QueueCounts {
    pub fn of(&self, status: Status) -> i64 {
        match status {
            Status::Held => self.held,
            Status::Approved => self.approved,
            Status::Spam => self.spam,
            Status::Trashed => self.trashed,
        }
    }

    pub fn by_status(&self) -> [(Status, i64); 4] {
        Status::ALL.map(|status| (status, self.of(status)))
    }
}

pub async fn count_by_status(db: &mut PgConnection) -> sqlx::Result<QueueCounts> {
    sqlx::query_as!(
        QueueCounts,
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

pub async fn count_by_commenter(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<QueueCounts> {
    sqlx::query_as!(
        QueueCounts,
        r#"select coalesce(sum(held), 0)::bigint as "held!", coalesce(sum(approved), 0)::bigint as "approved!",
               coalesce(sum(spam), 0)::bigint as "spam!", coalesce(sum(trashed), 0)::bigint as "trashed!",
               (extract(epoch from statement_timestamp()) * 1000000)::bigint as "as_of!"
           from commenter_counts where commenter_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// The number of comments that a filter matches, or a lower bound of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueCount {
    Exactly(i64),
    /// More comments than this number match. Counting stopped at the limit.
    MoreThan(i64),
}

impl QueueCount {
    pub fn at_least(self) -> i64 {
        match self {
            Self::Exactly(count) | Self::MoreThan(count) => count,
        }
    }
}

pub async fn count_matching(
    db: &mut PgConnection,
    filter: &QueueFilter,
    now: Ts,
) -> sqlx::Result<QueueCount> {
    let Some(resolved) = queue_filter::resolve(db, filter, None, now).await? else {
        return Ok(QueueCount::Exactly(0));
    };
    if let Some(count) = find_counter(db, &resolved).await? {
        return Ok(QueueCount::Exactly(count));
    }
    if let Some(count) = count_by_index(db, &resolved).await? {
        return Ok(match count {
            count if count > MAX_INDEX_COUNT => QueueCount::MoreThan(MAX_INDEX_COUNT),
            count => QueueCount::Exactly(count),
        });
    }
    // One more than the bound shows whether there are more.
    let page = queue::find(db, filter, None, None, MAX_SCAN_COUNT + 1, now).await?;
    let count = i64::try_from(page.found.len()).unwrap_or(MAX_SCAN_COUNT);
    Ok(match page.next {
        Some(_) => QueueCount::MoreThan(count.min(MAX_SCAN_COUNT)),
        None => QueueCount::Exactly(count),
    })
}

/// Reads the number of matching comments from a counter table. Returns `None` if there is no counter for this filter.
async fn find_counter(
    db: &mut PgConnection,
    resolved: &ResolvedFilter<'_>,
) -> sqlx::Result<Option<i64>> {
    let (filter, status) = (resolved.filter, resolved.filter.status);
    if resolved.skips_rows() || filter.age.is_some() || filter.same_network_as.is_some() {
        return Ok(None);
    }
    let count = if let Some(kind) = filter.reason {
        find_facet_count(db, "reason", kind.code(), status).await?
    } else if let Some(id) = filter.article {
        find_facet_count(db, "article", &id.to_string(), status).await?
    } else if let Some(id) = resolved.commenter_id {
        count_by_commenter(db, CommenterId(id)).await?.of(status)
    } else if let Some(id) = filter.similar_group {
        // Groups count their held comments only.
        if status != Status::Held {
            return Ok(None);
        }
        find_group_size(db, id).await?
    } else {
        count_by_status(db).await?.of(status)
    };
    Ok(Some(count))
}

/// Counts matching comments by an index alone, up to [`MAX_INDEX_COUNT`] plus one. Returns `None` if no index has all
/// conditions of the filter.
async fn count_by_index(
    db: &mut PgConnection,
    resolved: &ResolvedFilter<'_>,
) -> sqlx::Result<Option<i64>> {
    let filter = resolved.filter;
    if resolved.skips_rows() || filter.age.is_some() == filter.same_network_as.is_some() {
        return Ok(None);
    }
    let by_age_only = QueueFilter {
        age: filter.age,
        ..QueueFilter::with_status(filter.status)
    };
    let limit = MAX_INDEX_COUNT + 1;
    let count = if let Some(network) = &resolved.network {
        // Erased comments have no network, so they need no condition.
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from (select from comments where network_hash = $1 and status = $2 limit $3) few"#,
            network,
            filter.status as Status,
            limit,
        )
        .fetch_one(db)
        .await?
    } else if *filter == by_age_only {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from (
                 select from comments
                 where status = $1 and erased_at is null
                   and created_at >= coalesce($2::timestamptz, '-infinity') and created_at < coalesce($3::timestamptz, 'infinity')
                 limit $4
             ) few"#,
            filter.status as Status,
            resolved.since as Option<Ts>,
            resolved.until as Option<Ts>,
            limit,
        )
        .fetch_one(db)
        .await?
    } else {
        return Ok(None);
    };
    Ok(Some(count))
}

async fn find_facet_count(
    db: &mut PgConnection,
    facet: &str,
    key: &str,
    status: Status,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(count), 0)::bigint as "count!" from comment_facets where facet = $1 and key = $2 and status = $3"#,
        facet,
        key,
        status as Status,
    )
    .fetch_one(db)
    .await
}

/// Returns the number of held comments in a group of similar comments.
async fn find_group_size(db: &mut PgConnection, id: SimilarGroupId) -> sqlx::Result<i64> {
    let held = sqlx::query_scalar!("select held from similar_groups where id = $1", id.0)
        .fetch_optional(db)
        .await?;
    Ok(held.map_or(0, i64::from))
}
