//! SQL that finds the comments on a page of the moderation queue.

use sqlx::PgConnection;

use super::found_page::{FoundComment, FoundPage, QueueCursor};
use super::{queue_filter, queue_scan};
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{ArticleId, CommentId};
use crate::moderation::filter::{QueueFilter, QueueOrder};

/// Finds at most `limit` comments that a filter matches, in the filter's order. Begins after the comment `after`. With
/// `as_of`, leaves out comments that were written, edited or decided on later. A page can have fewer than `limit`
/// comments although `next` leads to more.
pub async fn find(
    db: &mut PgConnection,
    filter: &QueueFilter,
    after: Option<CommentId>,
    as_of: Option<Ts>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<FoundPage> {
    let Some(resolved) = queue_filter::resolve(db, filter, as_of, now).await? else {
        return Ok(FoundPage::default());
    };
    if filter.order == QueueOrder::HighestScoreFirst {
        return find_by_score(db, after, limit).await;
    }
    let mut cursor = match after {
        Some(id) => find_cursor(db, id).await?,
        None => None,
    };
    if let (None, Some(id)) = (&cursor, filter.newest) {
        let Some(newest) = find_cursor(db, id).await? else {
            return Ok(FoundPage::default());
        };
        // A page begins after its cursor, and `newest` itself is included.
        let id = CommentId(newest.id.0.saturating_add(1));
        cursor = Some(QueueCursor { id, ..newest });
    }
    queue_scan::find(db, &resolved, cursor.as_ref(), limit).await
}

async fn find_cursor(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<QueueCursor>> {
    sqlx::query_as!(
        QueueCursor,
        "select created_at, id from comments where id = $1",
        id.0
    )
    .fetch_optional(db)
    .await
}

/// Finds held comments that have a spam score, highest score first.
async fn find_by_score(
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
        FoundComment,
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
    Ok(FoundPage::from_query(found, limit))
}

/// Finds at most `limit` held comments, newest first. Begins after the comment `after`. Of each group of similar
/// comments, only the oldest is returned.
pub async fn find_grouped(
    db: &mut PgConnection,
    after: Option<CommentId>,
    limit: i64,
) -> sqlx::Result<FoundPage> {
    let cursor = match after {
        Some(id) => find_cursor(db, id).await?,
        None => None,
    };
    let candidates = sqlx::query!(
        r#"with candidates as materialized (
             (select id, created_at from comments
              where status = 'held' and similar_group_id is null and erased_at is null
                and (created_at, id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::bigint, 9223372036854775807))
              order by created_at desc, id desc limit $3)
             union all
             (select representative_id, representative_at from similar_groups
              where held > 0 and (representative_at, representative_id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::bigint, 9223372036854775807))
              order by representative_at desc, representative_id desc limit $3)
             order by created_at desc, id desc limit $3
           )
           select candidates.id as "id!: CommentId", c.status as "status?: Status", c.version as "version?"
           from candidates
           -- `offset 0` makes Postgres look up each comment by its id, instead of reading all of this status.
           left join lateral (
               select status, version from comments
               where comments.id = candidates.id and comments.status = 'held' and comments.erased_at is null offset 0
           ) c on true
           order by candidates.created_at desc, candidates.id desc"#,
        cursor.as_ref().map(|cursor| cursor.created_at) as Option<Ts>,
        cursor.as_ref().map(|cursor| cursor.id.0),
        limit,
    )
    .fetch_all(db)
    .await?;
    // Counted before comments that were decided this moment are left out: they end the page, but not the queue.
    let is_full = i64::try_from(candidates.len()) == Ok(limit);
    let next = candidates.last().map(|last| last.id).filter(|_| is_full);
    let found = candidates.into_iter().filter_map(|row| {
        Some(FoundComment {
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

/// Finds the title of an article. It need not be published.
pub async fn find_article_title(
    db: &mut PgConnection,
    id: ArticleId,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select title from articles where id = $1", id.0)
        .fetch_optional(db)
        .await
}
