//! All SQL of an import: many rows a statement, each column an array.

use sqlx::PgConnection;

use super::plan::{Planned, PlannedComment, PlannedLinkback};
use crate::articles::TopicKind;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{AccountId, ArticleId};

/// Only one import runs at a time: a number of our own choosing for Postgres's advisory lock.
const ONE_IMPORT: i64 = 0x6272_6f61_6473_6874;

/// Makes this connection the one that imports, until it is closed; `false` if another does.
pub async fn become_the_importer(db: &mut PgConnection) -> sqlx::Result<bool> {
    // What is imported takes as long as it takes.
    sqlx::query!("set statement_timeout = 0")
        .execute(&mut *db)
        .await?;
    sqlx::query_scalar!(
        r#"select pg_try_advisory_lock($1) as "locked!""#,
        ONE_IMPORT
    )
    .fetch_one(db)
    .await
}

/// The number of the site of this address, if anything has come from it.
pub async fn find_site(db: &mut PgConnection, address: &str) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("select id from imported_sites where address = $1", address)
        .fetch_optional(db)
        .await
}

/// The number of a new site.
pub async fn insert_site(db: &mut PgConnection, address: &str) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into imported_sites (address) values ($1) returning id",
        address
    )
    .fetch_one(db)
    .await
}

/// Whether articles have come from a site of this address.
pub async fn has_articles_of(db: &mut PgConnection, address: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from imported_articles join imported_sites on id = site_id where address = $1) as "has!""#,
        address
    )
    .fetch_one(db)
    .await
}

/// An import of the same files that was cut off, and how much it kept.
pub struct CutOff {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub started_at: Ts,
    /// Articles and pages that it kept.
    pub kept: i64,
}

/// The last import of these files, if it was cut off.
pub async fn find_cut_off(db: &mut PgConnection, sources: &str) -> sqlx::Result<Option<CutOff>> {
    sqlx::query_as!(
        CutOff,
        r#"select id, started_at, (select count(*) from imported_articles where import_id = imports.id) as "kept!"
           from imports where sources = $1 and finished_at is null order by id desc limit 1"#,
        sources,
    )
    .fetch_optional(db)
    .await
}

/// Begins a run in the journal.
pub async fn insert_import(db: &mut PgConnection, sources: &str, now: Ts) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into imports (sources, started_at) values ($1, $2) returning id",
        sources,
        now as Ts,
    )
    .fetch_one(db)
    .await
}

/// Ends a run, and with it the older ones of the same files that were cut off.
pub async fn finish_import(db: &mut PgConnection, id: i64, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "update imports set finished_at = $2
         where finished_at is null and sources = (select sources from imports where id = $1)",
        id,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Leaves the numbers up to these to what is imported: what is written here meanwhile gets higher ones.
pub async fn make_room(db: &mut PgConnection, article: i64, comment: i64) -> sqlx::Result<()> {
    // Nobody takes a number while it is looked at and raised.
    sqlx::query!("lock table articles, comments in share row exclusive mode")
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "select setval('articles_id_seq', greatest($1, (select last_value from articles_id_seq))) as articles,
                setval('comments_id_seq', greatest($2, (select last_value from comments_id_seq))) as comments",
        article,
        comment,
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// An article that an earlier import kept.
pub struct Known {
    /// WordPress's number.
    pub number: i64,
    /// Ours.
    pub article_id: ArticleId,
    /// Of what the export said of it then.
    pub digest: i64,
    /// Its version then.
    pub version: i32,
    /// Its version now.
    pub version_now: i32,
    /// The run that kept it.
    pub import_id: i64,
}

/// Of these numbers, the articles that are here already.
pub async fn known(
    db: &mut PgConnection,
    site_id: i32,
    numbers: &[i64],
) -> sqlx::Result<Vec<Known>> {
    sqlx::query_as!(
        Known,
        "select number, article_id, digest, imported_articles.version, articles.version as version_now, import_id
         from imported_articles join articles on id = article_id
         where site_id = $1 and number = any($2)",
        site_id,
        numbers,
    )
    .fetch_all(db)
    .await
}

/// The text of an article as it is here.
pub async fn body_of(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<String> {
    sqlx::query_scalar!("select body from articles where id = $1", id.0)
        .fetch_one(db)
        .await
}

/// Of these numbers, those that articles have.
pub async fn taken_articles(
    db: &mut PgConnection,
    numbers: &[i64],
) -> sqlx::Result<Vec<ArticleId>> {
    sqlx::query_scalar!("select id from articles where id = any($1)", numbers)
        .fetch_all(db)
        .await
}

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

/// So many numbers for articles that nobody has.
pub async fn new_article_ids(db: &mut PgConnection, count: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select nextval('articles_id_seq') as "id!" from generate_series(1, $1::bigint)"#,
        count,
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

/// An address and whose it is.
pub struct Owned {
    /// The address.
    pub path: String,
    /// The article it belongs to.
    pub article_id: ArticleId,
}

/// Of these addresses, those that articles have.
pub async fn owned(db: &mut PgConnection, paths: &[String]) -> sqlx::Result<Vec<Owned>> {
    sqlx::query_as!(
        Owned,
        "select path, article_id from article_paths where path = any($1)",
        paths,
    )
    .fetch_all(db)
    .await
}

/// An article in its place: what a plan lacks.
pub struct Placed {
    /// What it is.
    pub planned: Planned,
    /// Its number here.
    pub id: i64,
    /// Its address, if it is given to readers.
    pub path: Option<String>,
    /// Who wrote it.
    pub author: AccountId,
}

/// Keeps new articles with their first revision. Their addresses must be there before the transaction ends.
pub async fn insert_articles(db: &mut PgConnection, articles: &[Placed]) -> sqlx::Result<()> {
    let column = |of: fn(&Placed) -> String| articles.iter().map(of).collect::<Vec<String>>();
    let ids: Vec<i64> = articles.iter().map(|article| article.id).collect();
    let authors: Vec<i64> = articles.iter().map(|article| article.author.0).collect();
    let paths: Vec<Option<String>> = articles
        .iter()
        .map(|article| article.path.clone())
        .collect();
    let open: Vec<bool> = articles
        .iter()
        .map(|article| article.planned.replies_open)
        .collect();
    let pinned: Vec<bool> = articles
        .iter()
        .map(|article| article.planned.pinned)
        .collect();
    let published: Vec<Option<Ts>> = articles
        .iter()
        .map(|article| article.planned.published_at)
        .collect();
    let created: Vec<Ts> = articles
        .iter()
        .map(|article| article.planned.created_at)
        .collect();
    let updated: Vec<Ts> = articles
        .iter()
        .map(|article| article.planned.updated_at)
        .collect();
    let formats: Vec<_> = articles
        .iter()
        .map(|article| article.planned.format)
        .collect();
    let kinds: Vec<_> = articles
        .iter()
        .map(|article| article.planned.kind)
        .collect();
    let notes: Vec<_> = articles
        .iter()
        .map(|article| article.planned.note)
        .collect();
    let states: Vec<_> = articles
        .iter()
        .map(|article| article.planned.state)
        .collect();
    sqlx::query!(
        "with kept as (
             insert into articles
                 (id, slug, title, standfirst, sources, body, body_html, format, kind, note, state,
                  replies_open, pinned, published_at, path, author_id, created_at, updated_at)
             select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                 $8::body_format[], $9::article_kind[], $10::draft_note[], $11::article_state[],
                 $12::boolean[], $13::boolean[], $14::timestamptz[], $15::text[], $16::bigint[], $17::timestamptz[], $18::timestamptz[])
             returning id, version, slug, title, standfirst, sources, body, format, author_id, updated_at
         )
         insert into article_revisions (article_id, version, slug, title, standfirst, sources, body, format, saved_by, saved_at)
         select * from kept",
        &ids,
        &column(|article| article.planned.slug.to_string()),
        &column(|article| article.planned.title.clone()),
        &column(|article| article.planned.standfirst.clone()),
        &column(|article| article.planned.sources.clone()),
        &column(|article| article.planned.body.clone()),
        &column(|article| article.planned.body_html.to_string()),
        &formats as _,
        &kinds as _,
        &notes as _,
        &states as _,
        &open,
        &pinned,
        &published as _,
        &paths as _,
        &authors,
        &created as _,
        &updated as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes an article anew as the export has it now, with a revision, unless it has a newer version than `version`. Gives
/// its version.
pub async fn change_article(
    db: &mut PgConnection,
    article: &Placed,
    version: i32,
) -> sqlx::Result<Option<i32>> {
    let planned = &article.planned;
    sqlx::query_scalar!(
        r#"with changed as (
             update articles
             set slug = $2, title = $3, standfirst = $4, sources = $5, body = $6, body_html = $7, format = $8, kind = $9,
                 note = $10, state = $11, replies_open = $12, pinned = $13, published_at = $14, path = coalesce($15, path),
                 author_id = $16, updated_at = $17, version = version + 1
             where id = $1 and version = $18
             returning id, version, slug, title, standfirst, sources, body, format, author_id, updated_at
         )
         insert into article_revisions (article_id, version, slug, title, standfirst, sources, body, format, saved_by, saved_at)
         select * from changed returning version"#,
        article.id,
        planned.slug.as_str(),
        planned.title,
        planned.standfirst,
        planned.sources,
        planned.body,
        planned.body_html.as_str(),
        planned.format as _,
        planned.kind as _,
        planned.note as _,
        planned.state as _,
        planned.replies_open,
        planned.pinned,
        planned.published_at as Option<Ts>,
        article.path,
        article.author.0,
        planned.updated_at as Ts,
        version,
    )
    .fetch_optional(db)
    .await
}

/// Remembers addresses that articles had before. Each may be another's since; that is seen at the end.
pub async fn insert_older_paths(db: &mut PgConnection, articles: &[Placed]) -> sqlx::Result<()> {
    let (paths, ids): (Vec<String>, Vec<i64>) = articles
        .iter()
        .flat_map(|article| {
            let paths = article.planned.older_paths.iter();
            paths.map(|path| (path.clone(), article.id))
        })
        .unzip();
    if paths.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into imported_paths (path, article_id) select * from unnest($1::text[], $2::bigint[])
         on conflict do nothing",
        &paths,
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives articles addresses; one that is another's by now is left to it.
pub async fn insert_paths(
    db: &mut PgConnection,
    paths: &[String],
    articles: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_paths (path, article_id) select * from unnest($1::text[], $2::bigint[])
         on conflict (path) do nothing",
        paths,
        articles,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes into the journal what was kept of which export.
pub async fn insert_known(
    db: &mut PgConnection,
    site_id: i32,
    import_id: i64,
    known: &[(i64, i64, i64, i32)],
) -> sqlx::Result<()> {
    let column = |of: fn(&(i64, i64, i64, i32)) -> i64| known.iter().map(of).collect::<Vec<i64>>();
    let versions: Vec<i32> = known.iter().map(|row| row.3).collect();
    sqlx::query!(
        "insert into imported_articles (site_id, number, article_id, digest, version, import_id)
         select $1, number, article_id, digest, version, $2
         from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::integer[]) as kept (number, article_id, digest, version)
         on conflict (number, site_id) do update
         set digest = excluded.digest, version = excluded.version, import_id = excluded.import_id",
        site_id,
        import_id,
        &column(|row| row.0),
        &column(|row| row.1),
        &column(|row| row.2),
        &versions,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives articles topics.
pub async fn insert_topics_of(
    db: &mut PgConnection,
    articles: &[i64],
    topics: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_topics (article_id, topic_id) select * from unnest($1::bigint[], $2::bigint[])
         on conflict do nothing",
        articles,
        topics,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes an article's topics away.
pub async fn delete_topics_of(db: &mut PgConnection, article: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from article_topics where article_id = $1", article)
        .execute(db)
        .await?;
    Ok(())
}

/// Of these hashes of addresses, the people who are here already.
pub async fn commenters(
    db: &mut PgConnection,
    hashes: &[Vec<u8>],
) -> sqlx::Result<Vec<(Vec<u8>, i64)>> {
    let rows = sqlx::query!(
        r#"select email_hash, id as "id: i64" from commenters where email_hash = any($1)"#,
        hashes
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.email_hash, row.id))
        .collect())
}

/// Makes people of addresses: their hashes, the addresses sealed, and when they first wrote.
pub async fn insert_commenters(
    db: &mut PgConnection,
    hashes: &[Vec<u8>],
    sealed: &[Vec<u8>],
    since: &[Ts],
) -> sqlx::Result<Vec<(Vec<u8>, i64)>> {
    let rows = sqlx::query!(
        r#"insert into commenters (email_hash, email_sealed, created_at)
           select * from unnest($1::bytea[], $2::bytea[], $3::timestamptz[])
           on conflict (email_hash) do update set email_hash = excluded.email_hash
           returning email_hash, id as "id: i64""#,
        hashes,
        sealed,
        since as _,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.email_hash, row.id))
        .collect())
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
    sqlx::query!(
        "insert into comments
             (id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, said_once, status,
              reasons, created_at, site_id, number, origin, network_sealed, network_until)
         select id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, int8send(id), status,
             string_to_array(reasons, ','), created_at, $1, number, origin, network_sealed,
             case when network_sealed is not null then $2::timestamptz end
         from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[],
             $11::body_format[], $12::text[], $13::comment_status[], $14::text[], $15::timestamptz[], $16::bigint[], $17::bigint[],
             $18::bytea[])
             as placed (id, article_id, parent_id, root_id, commenter_id, name, website, body, format, body_html, status,
             reasons, created_at, number, origin, network_sealed)",
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
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes a comment anew as the export has it now; its status only if nobody has decided here.
pub async fn change_comment(
    db: &mut PgConnection,
    comment: &PlacedComment,
    status: Status,
) -> sqlx::Result<()> {
    let planned = &comment.planned;
    sqlx::query!(
        "update comments
         set parent_id = $2, root_id = $3, commenter_id = coalesce($4, commenter_id), name = $5, website = $6, body = $7, format = $8, body_html = $9,
             status = $10, created_at = $11, origin = $12
         where id = $1",
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

/// The account that an author has become.
pub async fn find_author(
    db: &mut PgConnection,
    site_id: i32,
    login_hash: &[u8],
) -> sqlx::Result<Option<AccountId>> {
    sqlx::query_scalar!(
        r#"select account_id as "id: AccountId" from imported_authors where site_id = $1 and login_hash = $2"#,
        site_id,
        login_hash,
    )
    .fetch_optional(db)
    .await
}

/// Remembers which account an author has become.
pub async fn insert_author(
    db: &mut PgConnection,
    site_id: i32,
    login_hash: &[u8],
    account: AccountId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_authors (site_id, login_hash, account_id) values ($1, $2, $3)",
        site_id,
        login_hash,
        account.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A topic as it is here.
pub struct KnownTopic {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What stands under the name.
    pub description: String,
    /// Whether it came as this kind.
    pub is_of_kind: bool,
    /// Whether something else of this kind has become it already.
    pub is_anothers: bool,
}

/// The topic that a category or tag of this old name has become.
pub async fn find_topic_of(
    db: &mut PgConnection,
    kind: TopicKind,
    old_name: &str,
) -> sqlx::Result<Option<KnownTopic>> {
    sqlx::query_as!(
        KnownTopic,
        r#"select id as "id: i64", name, description, topics.kind = $1 as "is_of_kind!", false as "is_anothers!"
           from topics join imported_topics on topic_id = id
           where imported_topics.kind = $1 and imported_topics.slug = $2"#,
        kind as TopicKind,
        old_name,
    )
    .fetch_optional(db)
    .await
}

/// The topic at an address.
pub async fn find_topic_at(
    db: &mut PgConnection,
    kind: TopicKind,
    slug: &str,
) -> sqlx::Result<Option<KnownTopic>> {
    sqlx::query_as!(
        KnownTopic,
        r#"select id as "id: i64", name, description, kind = $1 as "is_of_kind!",
               exists (select 1 from imported_topics where topic_id = id and imported_topics.kind = $1) as "is_anothers!"
           from topics where slug = $2"#,
        kind as TopicKind,
        slug,
    )
    .fetch_optional(db)
    .await
}

/// Makes a topic.
pub async fn insert_topic(
    db: &mut PgConnection,
    kind: TopicKind,
    slug: &str,
    name: &str,
    description: &str,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"insert into topics (kind, slug, name, description) values ($1, $2, $3, $4) returning id as "id: i64""#,
        kind as TopicKind,
        slug,
        name,
        description,
    )
    .fetch_one(db)
    .await
}

/// Gives a topic the name and description it has there now.
pub async fn change_topic(
    db: &mut PgConnection,
    id: i64,
    name: &str,
    description: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update topics set name = $2, description = $3 where id = $1",
        id,
        name,
        description
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Remembers what a category or tag was called in old addresses.
pub async fn insert_old_topic(
    db: &mut PgConnection,
    kind: TopicKind,
    old_name: &str,
    topic: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_topics (kind, slug, topic_id) values ($1, $2, $3) on conflict do nothing",
        kind as TopicKind,
        old_name,
        topic,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An upload as an export describes it.
#[derive(Clone)]
pub struct Upload {
    /// WordPress's number.
    pub number: i64,
    /// The article it hangs on; 0 for none.
    pub article: i64,
    /// Where the file is.
    pub address: String,
    /// What is said of it where it is not seen.
    pub words: String,
    /// What stands under it.
    pub caption: String,
    /// The address of its own page.
    pub path: Option<String>,
}

/// Keeps what an export says of uploads.
pub async fn put_uploads(
    db: &mut PgConnection,
    site_id: i32,
    uploads: &[Upload],
) -> sqlx::Result<()> {
    let column = |of: fn(&Upload) -> String| uploads.iter().map(of).collect::<Vec<String>>();
    let number = |of: fn(&Upload) -> i64| uploads.iter().map(of).collect::<Vec<i64>>();
    let paths: Vec<Option<String>> = uploads.iter().map(|upload| upload.path.clone()).collect();
    sqlx::query!(
        "insert into imported_media (site_id, number, article_number, address, words, caption, path)
         select distinct on (number) $1::integer, number, article_number, address, words, caption, path
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
             as upload (number, article_number, address, words, caption, path)
         on conflict (number, site_id) do update
         set article_number = excluded.article_number, address = excluded.address, words = excluded.words,
             caption = excluded.caption, path = excluded.path",
        site_id,
        &number(|upload| upload.number),
        &number(|upload| upload.article),
        &column(|upload| upload.address.clone()),
        &column(|upload| upload.words.clone()),
        &column(|upload| upload.caption.clone()),
        &paths as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uploads of these numbers, and those that hang on these articles, in the order of their numbers.
pub async fn uploads(
    db: &mut PgConnection,
    site_id: i32,
    numbers: &[i64],
    articles: &[i64],
) -> sqlx::Result<Vec<Upload>> {
    sqlx::query_as!(
        Upload,
        "select number, article_number as article, address, words, caption, path
         from imported_media where site_id = $1 and (number = any($2) or article_number = any($3)) order by number",
        site_id,
        numbers,
        articles,
    )
    .fetch_all(db)
    .await
}

/// Gives articles the addresses that they had before, where no other article is at them.
pub async fn insert_remembered_paths(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_paths (path, article_id)
         select distinct on (path) path, article_id from imported_paths order by path, article_id
         on conflict (path) do nothing"
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets the pages that uploads had lead to the articles they hang on.
pub async fn insert_upload_paths(db: &mut PgConnection, site_id: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into article_paths (path, article_id)
         select media.path, article_id from imported_media media
         join imported_articles article on article.number = article_number and article.site_id = media.site_id
         where media.site_id = $1 and media.path is not null
         on conflict (path) do nothing",
        site_id,
    )
    .execute(db)
    .await?;
    Ok(())
}
