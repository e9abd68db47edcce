//! SQL that searches for the comments that a queue filter matches, newest first.
//!
//! The cost of a page does not grow with the total number of comments. One index returns comments in order, and the other
//! conditions are checked only on the next [`SCAN_LIMIT`] comments. After a few executions Postgres plans a statement
//! without knowing its arguments, so each statement is written so that only one index fits.

use sqlx::PgConnection;

use super::found_page::{FoundComment, FoundPage, QueueCursor};
use super::queue_filter::ResolvedFilter;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::ReasonKind;
use crate::ids::CommentId;

/// Largest number of comments that are examined for one page. A page that holds more comments than this examines as many
/// as it holds.
const SCAN_LIMIT: i64 = 2_000;

/// A matching comment. The last row can instead contain the number of examined comments and the last of them.
struct ScanRow {
    id: Option<CommentId>,
    status: Option<Status>,
    version: Option<i32>,
    looked_at: Option<i64>,
    last: Option<CommentId>,
}

/// The arguments of a scan apart from the index.
struct ScanArgs<'a> {
    resolved: &'a ResolvedFilter<'a>,
    cursor: Option<&'a QueueCursor>,
    /// Largest number of comments to examine.
    window: i64,
    /// Largest number of matching comments to return.
    limit: i64,
}

/// Examines the next comments of `$from`, a table with conditions for which an index returns comments in order. Returns
/// those that meet all conditions of the filter.
///
/// This is a macro because `query_as!` checks only string literals.
macro_rules! scan_index {
    ($db:expr, $args:expr, $from:literal) => {
        scan_index!($db, $args, "r.*", $from, "c")
    };
    ($db:expr, $args:expr, $columns:literal, $from:literal, $as:literal) => {{
        let args: &ScanArgs<'_> = $args;
        let filter = args.resolved.filter;
        sqlx::query_as!(
            ScanRow,
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
                   and ($12::bigint is null or c.similar_group_id = $12)
                   and ($13::text is null or coalesce((select search_vector @@ (select websearch_to_tsquery('simple', $13))
                       from comment_search where comment_search.comment_id = c.id), false))
                   and ($14::timestamptz is null or (c.created_at <= $14 and (c.edited_at is null or c.edited_at <= $14)
                       and (c.status_since is null or c.status_since <= $14)))
                 order by c.created_at desc, c.id desc limit $7
             )
             select id as "id?: CommentId", status as "status?: Status", version as "version?",
                 looked_at as "looked_at?", last as "last?: CommentId"
             from (
                 select id, status, version, created_at, null::bigint as looked_at, null::bigint as last from found
                 union all
                 -- The end of the scan is read only if there are too few matches.
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
            args.cursor.map(|cursor| cursor.created_at) as Option<Ts>,
            args.cursor.map(|cursor| cursor.id.0),
            args.resolved.since as Option<Ts>,
            args.resolved.until as Option<Ts>,
            args.window,
            args.limit,
            filter.reason.map(ReasonKind::code),
            filter.article.map(|id| id.0),
            args.resolved.commenter_id,
            args.resolved.network,
            filter.similar_group.map(|id| id.0),
            (!filter.search.is_empty()).then_some(filter.search.as_str()),
            args.resolved.as_of as Option<Ts>,
        )
        .fetch_all($db)
        .await
    }};
}

/// Finds at most `limit` matching comments after `cursor`, by the most selective index that the filter allows.
pub(super) async fn find(
    db: &mut PgConnection,
    resolved: &ResolvedFilter<'_>,
    cursor: Option<&QueueCursor>,
    limit: i64,
) -> sqlx::Result<FoundPage> {
    let filter = resolved.filter;
    let args = &ScanArgs {
        resolved,
        cursor,
        // If every row of the index matches, examining more rows than the page holds finds nothing more.
        window: match resolved.skips_rows() {
            true => SCAN_LIMIT.max(limit),
            false => limit,
        },
        limit,
    };
    // The first condition that has an index, roughly from the most selective to the least.
    let rows = if filter.similar_group.is_some() {
        scan_index!(
            db,
            args,
            "comments r where r.similar_group_id = $12 and r.status = $1 and r.erased_at is null"
        )
    } else if filter.same_author_as.is_some() {
        scan_index!(
            db,
            args,
            "comments r where r.commenter_id = $10 and r.status = $1"
        )
    } else if filter.same_network_as.is_some() {
        scan_index!(
            db,
            args,
            "comments r where r.network_hash = $11 and r.status = $1"
        )
    } else if filter.article.is_some() {
        scan_index!(
            db,
            args,
            "comments r where r.article_id = $9 and r.status = $1 and r.erased_at is null"
        )
    } else if filter.reason.is_some() {
        scan_index!(
            db,
            args,
            "r.id, r.created_at",
            "(select comment_id as id, created_at, status, code from comment_reasons) r where r.status = $1 and r.code = $8",
            "looked_at join comments c on c.id = looked_at.id and c.created_at = looked_at.created_at"
        )
    } else if is_search_selective(db, &filter.search).await? {
        return find_by_search(db, resolved, cursor, limit).await;
    } else {
        scan_index!(
            db,
            args,
            "comments r where r.status = $1 and r.erased_at is null"
        )
    };
    Ok(build_page(rows?, args))
}

fn build_page(rows: Vec<ScanRow>, args: &ScanArgs<'_>) -> FoundPage {
    let end = rows.iter().find_map(|row| Some((row.looked_at?, row.last)));
    let found: Vec<FoundComment> = rows
        .into_iter()
        .filter_map(|row| {
            Some(FoundComment {
                id: row.id?,
                status: row.status?,
                version: row.version?,
            })
        })
        .collect();
    // Full windows may have more matches behind them, even if this one had none; the next page begins at their end.
    match end {
        None => FoundPage::from_query(found, args.limit),
        Some((looked_at, last)) => FoundPage {
            found,
            next: last.filter(|_| looked_at == args.window),
        },
    }
}

/// Returns whether the search text probably matches few comments, by an estimate of the Postgres planner.
async fn is_search_selective(db: &mut PgConnection, search: &str) -> sqlx::Result<bool> {
    if search.is_empty() {
        return Ok(false);
    }
    sqlx::query_scalar!(
        r#"select search_matches_at_most($1, $2) as "is_selective!""#,
        search,
        SCAN_LIMIT
    )
    .fetch_one(db)
    .await
}

/// Finds the newest matches of a search text that matches few comments. Reads all its matches by the index of words.
async fn find_by_search(
    db: &mut PgConnection,
    resolved: &ResolvedFilter<'_>,
    cursor: Option<&QueueCursor>,
    limit: i64,
) -> sqlx::Result<FoundPage> {
    let found = sqlx::query_as!(
        FoundComment,
        "with said as materialized (
             select comment_id from comment_search where search_vector @@ (select websearch_to_tsquery('simple', $6))
         )
         select c.id, c.status, c.version from said
         -- `offset 0` makes Postgres look up each comment by its id, instead of reading all of this status.
         cross join lateral (select * from comments where comments.id = said.comment_id offset 0) c
         where c.status = $1 and c.erased_at is null
           and (c.created_at, c.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 9223372036854775807))
           and c.created_at >= coalesce($4::timestamptz, '-infinity') and c.created_at < coalesce($5::timestamptz, 'infinity')
           and ($7::timestamptz is null or (c.created_at <= $7 and (c.edited_at is null or c.edited_at <= $7)
               and (c.status_since is null or c.status_since <= $7)))
         order by c.created_at desc, c.id desc limit $8",
        resolved.filter.status as Status,
        cursor.map(|cursor| cursor.created_at) as Option<Ts>,
        cursor.map(|cursor| cursor.id.0),
        resolved.since as Option<Ts>,
        resolved.until as Option<Ts>,
        resolved.filter.search,
        resolved.as_of as Option<Ts>,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(FoundPage::from_query(found, limit))
}
