//! SQL that reads and writes imported comments and linkbacks (pingbacks and trackbacks).

use sqlx::PgConnection;

use super::column;
use crate::clock::Ts;
use crate::comments::Status;
use crate::transfer::plan::{PlannedComment, PlannedLinkback};

/// Returns those of the given IDs that existing comments or linkbacks already use.
pub async fn list_taken_ids(db: &mut PgConnection, ids: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select id as "id!: i64" from comments where id = any($1)
           union all select id from linkbacks where id = any($1)"#,
        ids,
    )
    .fetch_all(db)
    .await
}

/// Reserves `count` unused IDs for comments and linkbacks, which share one sequence of IDs.
pub async fn allocate_ids(db: &mut PgConnection, count: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select nextval('comments_id_seq') as "id!" from generate_series(1, $1::bigint)"#,
        count,
    )
    .fetch_all(db)
    .await
}

/// A comment, pingback or trackback on this site that an earlier import wrote.
pub struct KnownComment {
    pub wordpress_id: i64,
    pub id: i64,
    pub article_id: i64,
    pub parent_id: Option<i64>,
    /// Hash of the comment as the earlier import read it.
    pub digest: Option<i64>,
    pub status: Status,
    /// Whether a moderator of this site has decided on the comment.
    pub is_decided: bool,
}

/// Returns the comments and linkbacks of a WordPress site that have one of these WordPress IDs and were imported before.
pub async fn list_known(
    db: &mut PgConnection,
    site_id: i32,
    wordpress_ids: &[i64],
) -> sqlx::Result<Vec<KnownComment>> {
    sqlx::query_as!(
        KnownComment,
        r#"select wordpress_id as "wordpress_id!", id as "id!: i64", article_id as "article_id!: i64",
               parent_id as "parent_id: i64", export_hash as digest, status as "status!",
               exists (select 1 from decisions where comment_id = comments.id) as "is_decided!"
           from comments where site_id = $1 and wordpress_id = any($2)
           union all
           select wordpress_id, id, article_id, null, export_hash, status, false from linkbacks where site_id = $1 and wordpress_id = any($2)"#,
        site_id,
        wordpress_ids,
    )
    .fetch_all(db)
    .await
}

/// A comment that is ready to be stored, with its IDs on this site.
pub struct PlacedComment {
    pub planned: PlannedComment,
    pub id: i64,
    pub parent_id: Option<i64>,
    /// ID of the first comment in the thread. For a comment that is not a reply, its own ID.
    pub root_id: i64,
    pub article_id: i64,
    pub commenter_id: Option<i64>,
    pub network_sealed: Option<Vec<u8>>,
    pub network_hash: Option<Vec<u8>>,
}

/// Inserts comments. The parent of each comment must be in `comments` or in the database.
pub async fn insert(
    db: &mut PgConnection,
    site_id: i32,
    comments: &[PlacedComment],
    networks_until: Ts,
) -> sqlx::Result<()> {
    let websites = column(comments, |comment| {
        comment.planned.website.as_ref().map(ToString::to_string)
    });
    // Imported comments are exempt from the duplicate check, so `dedup_hash` is filled with their unique ID.
    sqlx::query!(
        "insert into comments
             (id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, dedup_hash, status,
              reasons, created_at, site_id, wordpress_id, export_hash, network_sealed, network_until, network_hash, guid)
         select id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, int8send(id), status,
             string_to_array(reasons, chr(10)), created_at, $1, wordpress_id, export_hash, network_sealed,
             case when network_sealed is not null then $2::timestamptz end, network_hash, guid
         from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[],
             $11::body_format[], $12::text[], $13::comment_status[], $14::text[], $15::timestamptz[], $16::bigint[], $17::bigint[],
             $18::bytea[], $19::bytea[], $20::text[])
             as placed (id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, status,
             reasons, created_at, wordpress_id, export_hash, network_sealed, network_hash, guid)",
        site_id,
        networks_until as Ts,
        &column(comments, |comment| comment.id),
        &column(comments, |comment| comment.article_id),
        &column(comments, |comment| comment.parent_id) as _,
        &column(comments, |comment| comment.root_id),
        &column(comments, |comment| comment.commenter_id) as _,
        &column(comments, |comment| comment.planned.name.clone()),
        &websites as _,
        &column(comments, |comment| comment.planned.body.clone()),
        &column(comments, |comment| comment.planned.format) as _,
        &column(comments, |comment| comment.planned.body_html.as_str().to_owned()),
        &column(comments, |comment| comment.planned.status) as _,
        &column(comments, |comment| comment.planned.reasons.clone()),
        &column(comments, |comment| comment.planned.created_at) as _,
        &column(comments, |comment| comment.planned.wordpress_id),
        &column(comments, |comment| comment.planned.digest),
        &column(comments, |comment| comment.network_sealed.clone()) as _,
        &column(comments, |comment| comment.network_hash.clone()) as _,
        &column(comments, |comment| comment.planned.guid.clone()),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Overwrites a comment with its content in the export and sets its status. If the comment was deleted on this site at
/// its author's request, changes nothing.
pub async fn update(
    db: &mut PgConnection,
    comment: &PlacedComment,
    status: Status,
) -> sqlx::Result<()> {
    // An erased comment stays erased: its author asked for that after the export was made.
    let planned = &comment.planned;
    sqlx::query!(
        "update comments
         set parent_id = $2, root_id = $3, commenter_id = coalesce($4, commenter_id), name = $5, website = $6, body = $7, format = $8, body_html = $9,
             status = $10, created_at = $11, export_hash = $12, version = version + 1,
             -- Similarity and spam score belong to the old text; the background tasks compute them again.
             similar_group_id = case when (name, website, body_html) is not distinct from ($5, $6, $9) then similar_group_id end,
             score = case when (name, website, body_html) is not distinct from ($5, $6, $9) then score end,
             signals = case when (name, website, body_html) is not distinct from ($5, $6, $9) then signals else '{}' end
         where id = $1 and erased_at is null",
        comment.id,
        comment.parent_id,
        comment.root_id,
        comment.commenter_id,
        planned.name,
        planned.website.as_ref().map(ToString::to_string),
        planned.body,
        planned.format as _,
        planned.body_html.as_str(),
        status as Status,
        planned.created_at as Ts,
        planned.digest,
    )
    .execute(&mut *db)
    .await?;
    // A thread starts at the time of its first comment, by which pages of comments are ordered.
    sqlx::query!(
        "update article_threads set started_at = $2 where root_id = $1 and started_at <> $2
           and article_id = (select article_id from comments where id = $1)",
        comment.id,
        planned.created_at as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Finds the thread root of every comment on these articles again. This is needed after comments got a different parent.
pub async fn update_thread_roots(db: &mut PgConnection, article_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "with recursive threads as (
             select id, id as root from comments where article_id = any($1) and parent_id is null
             union all
             select answer.id, root from comments answer join threads on answer.parent_id = threads.id
             where answer.article_id = any($1)
         )
         update comments set root_id = root from threads where comments.id = threads.id and root_id <> root",
        article_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A pingback or trackback that is ready to be stored, with its ID and article on this site.
pub struct PlacedLinkback {
    pub planned: PlannedLinkback,
    pub id: i64,
    pub article_id: i64,
}

/// Inserts pingbacks and trackbacks. Updates those that already exist.
pub async fn upsert_linkbacks(
    db: &mut PgConnection,
    site_id: i32,
    linkbacks: &[PlacedLinkback],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into linkbacks (site_id, id, article_id, kind, name, website, body, status, created_at, wordpress_id, export_hash)
         select $1, * from unnest($2::bigint[], $3::bigint[], $4::linkback_kind[], $5::text[], $6::text[], $7::text[],
             $8::comment_status[], $9::timestamptz[], $10::bigint[], $11::bigint[])
         on conflict (id) do update
         set name = excluded.name, website = excluded.website, body = excluded.body, status = excluded.status,
             created_at = excluded.created_at, export_hash = excluded.export_hash",
        site_id,
        &column(linkbacks, |linkback| linkback.id),
        &column(linkbacks, |linkback| linkback.article_id),
        &column(linkbacks, |linkback| linkback.planned.kind) as _,
        &column(linkbacks, |linkback| linkback.planned.name.clone()),
        &column(linkbacks, |linkback| linkback.planned.website.clone()),
        &column(linkbacks, |linkback| linkback.planned.body.clone()),
        &column(linkbacks, |linkback| linkback.planned.status) as _,
        &column(linkbacks, |linkback| linkback.planned.created_at) as _,
        &column(linkbacks, |linkback| linkback.planned.wordpress_id),
        &column(linkbacks, |linkback| linkback.planned.digest),
    )
    .execute(db)
    .await?;
    Ok(())
}
