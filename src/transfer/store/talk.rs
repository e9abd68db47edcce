//! Comments and linkbacks.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::transfer::plan::{PlannedComment, PlannedLinkback};

/// Of these numbers, those that comments or linkbacks have.
pub async fn taken_comments(db: &mut PgConnection, numbers: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select id as "id!: i64" from comments where id = any($1)
           union all select id from linkbacks where id = any($1)"#,
        numbers,
    )
    .fetch_all(db)
    .await
}

/// So many numbers for comments that nobody has.
pub async fn new_comment_ids(db: &mut PgConnection, count: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select nextval('comments_id_seq') as "id!" from generate_series(1, $1::bigint)"#,
        count,
    )
    .fetch_all(db)
    .await
}

/// A comment that an earlier import kept.
pub struct KnownComment {
    /// WordPress's number.
    pub number: i64,
    /// Ours.
    pub id: i64,
    /// The article it stands under.
    pub article_id: i64,
    /// What it answers.
    pub parent_id: Option<i64>,
    /// A hash of what the export said of it then.
    pub origin: Option<i64>,
    /// What was decided.
    pub status: Status,
    /// Whether it was decided here.
    pub is_decided: bool,
}

/// Of these numbers, the comments and linkbacks that are here already.
pub async fn known_comments(
    db: &mut PgConnection,
    site_id: i32,
    numbers: &[i64],
) -> sqlx::Result<Vec<KnownComment>> {
    sqlx::query_as!(
        KnownComment,
        r#"select number as "number!", id as "id!: i64", article_id as "article_id!: i64",
               parent_id as "parent_id: i64", origin, status as "status!",
               exists (select 1 from decisions where comment_id = comments.id) as "is_decided!"
           from comments where site_id = $1 and number = any($2)
           union all
           select number, id, article_id, null, origin, status, false from linkbacks where site_id = $1 and number = any($2)"#,
        site_id,
        numbers,
    )
    .fetch_all(db)
    .await
}

/// A comment in its place.
pub struct PlacedComment {
    /// What it is.
    pub planned: PlannedComment,
    /// Its number here, and those of what it answers, of the one that began its thread, and of its article.
    pub id: i64,
    /// What it answers.
    pub parent_id: Option<i64>,
    /// What began its thread.
    pub root_id: i64,
    /// Its article.
    pub article_id: i64,
    /// Who wrote it.
    pub commenter_id: Option<i64>,
    /// The network it came from, sealed.
    pub network: Option<Vec<u8>>,
    /// What finds others from there.
    pub network_hash: Option<Vec<u8>>,
}

/// Keeps comments. What they answer is among them, or here already.
pub async fn insert_comments(
    db: &mut PgConnection,
    site_id: i32,
    comments: &[PlacedComment],
    networks_until: Ts,
) -> sqlx::Result<()> {
    let column =
        |of: fn(&PlacedComment) -> String| comments.iter().map(of).collect::<Vec<String>>();
    let number = |of: fn(&PlacedComment) -> i64| comments.iter().map(of).collect::<Vec<i64>>();
    let parents: Vec<Option<i64>> = comments.iter().map(|comment| comment.parent_id).collect();
    let commenters: Vec<Option<i64>> = comments
        .iter()
        .map(|comment| comment.commenter_id)
        .collect();
    let websites: Vec<Option<String>> = comments
        .iter()
        .map(|comment| comment.planned.website.as_ref().map(ToString::to_string))
        .collect();
    let formats: Vec<_> = comments
        .iter()
        .map(|comment| comment.planned.format)
        .collect();
    let statuses: Vec<_> = comments
        .iter()
        .map(|comment| comment.planned.status)
        .collect();
    let created: Vec<Ts> = comments
        .iter()
        .map(|comment| comment.planned.created_at)
        .collect();
    let networks: Vec<Option<&[u8]>> = comments
        .iter()
        .map(|comment| comment.network.as_deref())
        .collect();
    let network_hashes: Vec<Option<&[u8]>> = comments
        .iter()
        .map(|comment| comment.network_hash.as_deref())
        .collect();
    sqlx::query!(
        "insert into comments
             (id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, said_once, status,
              reasons, created_at, site_id, number, origin, network_sealed, network_until, network_hash)
         select id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, int8send(id), status,
             string_to_array(reasons, chr(10)), created_at, $1, number, origin, network_sealed,
             case when network_sealed is not null then $2::timestamptz end, network_hash
         from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[],
             $11::body_format[], $12::text[], $13::comment_status[], $14::text[], $15::timestamptz[], $16::bigint[], $17::bigint[],
             $18::bytea[], $19::bytea[])
             as placed (id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, status,
             reasons, created_at, number, origin, network_sealed, network_hash)",
        site_id,
        networks_until as Ts,
        &number(|comment| comment.id),
        &number(|comment| comment.article_id),
        &parents as _,
        &number(|comment| comment.root_id),
        &commenters as _,
        &column(|comment| comment.planned.name.clone()),
        &websites as _,
        &column(|comment| comment.planned.body.clone()),
        &formats as _,
        &column(|comment| comment.planned.body_html.to_string()),
        &statuses as _,
        &column(|comment| comment.planned.reasons.clone()),
        &created as _,
        &number(|comment| comment.planned.number),
        &number(|comment| comment.planned.origin),
        &networks as _,
        &network_hashes as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes a comment anew as the export has it now; its status only if nobody has decided here. What its author has taken
/// back stays away.
pub async fn change_comment(
    db: &mut PgConnection,
    comment: &PlacedComment,
    status: Status,
) -> sqlx::Result<()> {
    let planned = &comment.planned;
    sqlx::query!(
        "update comments
         set parent_id = $2, root_id = $3, commenter_id = coalesce($4, commenter_id), name = $5, website = $6, body = $7, format = $8, body_html = $9,
             status = $10, created_at = $11, origin = $12, version = version + 1,
             -- Other words are like others, and tell of something else.
             lookalike_id = case when (name, website, body_html) is not distinct from ($5, $6, $9) then lookalike_id end,
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
        planned.origin,
    )
    .execute(&mut *db)
    .await?;
    // Where it began a thread, that began with it.
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

/// Finds out anew, for every comment on these articles, which one began its thread: some answer another now.
pub async fn find_roots_anew(db: &mut PgConnection, articles: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "with recursive threads as (
             select id, id as root from comments where article_id = any($1) and parent_id is null
             union all
             select answer.id, root from comments answer join threads on answer.parent_id = threads.id
             where answer.article_id = any($1)
         )
         update comments set root_id = root from threads where comments.id = threads.id and root_id <> root",
        articles,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A linkback in its place.
pub struct PlacedLinkback {
    /// What it is.
    pub planned: PlannedLinkback,
    /// Its number here.
    pub id: i64,
    /// Its article.
    pub article_id: i64,
}

/// Keeps linkbacks; one that is here already is written anew.
pub async fn put_linkbacks(
    db: &mut PgConnection,
    site_id: i32,
    linkbacks: &[PlacedLinkback],
) -> sqlx::Result<()> {
    let column =
        |of: fn(&PlacedLinkback) -> String| linkbacks.iter().map(of).collect::<Vec<String>>();
    let number = |of: fn(&PlacedLinkback) -> i64| linkbacks.iter().map(of).collect::<Vec<i64>>();
    let kinds: Vec<_> = linkbacks
        .iter()
        .map(|linkback| linkback.planned.kind)
        .collect();
    let statuses: Vec<_> = linkbacks
        .iter()
        .map(|linkback| linkback.planned.status)
        .collect();
    let created: Vec<Ts> = linkbacks
        .iter()
        .map(|linkback| linkback.planned.created_at)
        .collect();
    sqlx::query!(
        "insert into linkbacks (site_id, id, article_id, kind, name, website, body, status, created_at, number, origin)
         select $1, * from unnest($2::bigint[], $3::bigint[], $4::linkback_kind[], $5::text[], $6::text[], $7::text[],
             $8::comment_status[], $9::timestamptz[], $10::bigint[], $11::bigint[])
         on conflict (id) do update
         set name = excluded.name, website = excluded.website, body = excluded.body, status = excluded.status,
             created_at = excluded.created_at, origin = excluded.origin",
        site_id,
        &number(|linkback| linkback.id),
        &number(|linkback| linkback.article_id),
        &kinds as _,
        &column(|linkback| linkback.planned.name.clone()),
        &column(|linkback| linkback.planned.website.clone()),
        &column(|linkback| linkback.planned.body.clone()),
        &statuses as _,
        &created as _,
        &number(|linkback| linkback.planned.number),
        &number(|linkback| linkback.planned.origin),
    )
    .execute(db)
    .await?;
    Ok(())
}
