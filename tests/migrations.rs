//! Each migration meets a database that is in use: the data of `tests/migrations/` go in before it and are there after.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;

use broadsheet::audit_log::verify::verify_log;
use broadsheet::db::MIGRATOR;
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use support::cluster;

fn samples(version: i64) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/migrations/{version:04}.sql"))
}

/// A database that went through every migration in use: after each its samples go in.
async fn migrated_in_use() -> PgConnection {
    let url = cluster::new_empty_database().await;
    let mut db = PgConnection::connect(&url).await.expect("a connection");
    for migration in MIGRATOR.iter() {
        db.execute(AssertSqlSafe(migration.sql.as_str().to_owned()))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", migration.description));
        let file = samples(migration.version);
        let sample = fs::read_to_string(&file).unwrap_or_else(|_| {
            panic!(
                "{} has no sample data in {}",
                migration.description,
                file.display()
            )
        });
        assert!(
            sample.contains("insert into"),
            "{} inserts nothing",
            file.display()
        );
        db.execute(AssertSqlSafe(sample))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    db
}

#[tokio::test]
async fn every_migration_keeps_what_was_there() {
    let mut db = migrated_in_use().await;
    // What the first samples put in is still there after the last migration.
    let (accounts, articles, comments, decisions): (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from accounts), (select count(*) from articles), (select count(*) from comments), (select count(*) from decisions)",
    )
    .fetch_one(&mut db)
    .await
    .expect("counts");
    assert_eq!((accounts, articles, comments, decisions), (3, 5, 11, 2));
    let kept: Vec<(String, i64)> = sqlx::query_as("select status::text, sum(count)::bigint from comment_counts group by 1 having sum(count) <> 0 order by 1").fetch_all(&mut db).await.expect("counts");
    let expected = [("approved", 5), ("held", 5), ("spam", 1)];
    assert_eq!(
        kept,
        expected.map(|(status, count)| (status.to_owned(), count))
    );
    // Ann's comments are counted where they were written before they were counted there, too.
    let of_ann: (i64, i64) = sqlx::query_as(
        "select (select count(*) from comments where commenter_id = 1 and erased_at is null),
             (select sum(held + approved + spam + trashed)::bigint from commenter_counts where commenter_id = 1)",
    )
    .fetch_one(&mut db)
    .await
    .expect("counts");
    assert_eq!(of_ann.0, of_ann.1);
    assert!(of_ann.0 > 1);
}

#[tokio::test]
async fn what_was_decided_before_there_was_a_chain_is_in_it() {
    let mut db = migrated_in_use().await;
    let seen = verify_log(&mut db, None).await.expect("it is read");
    assert_eq!(seen.faults, Vec::<String>::new());
    assert_eq!((seen.entries, seen.decisions), (3, 2));
}

#[tokio::test]
async fn migrations_run_once_and_are_numbered_without_gaps() {
    let url = cluster::new_database().await;
    let mut db = PgConnection::connect(&url).await.expect("a connection");
    MIGRATOR
        .run(&mut db)
        .await
        .expect("a second run changes nothing");
    let versions: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    let expected: Vec<i64> = (1..=i64::try_from(versions.len()).expect("few")).collect();
    assert_eq!(versions, expected);
}

#[tokio::test]
async fn constraints_hold_what_the_code_promises() {
    let mut db = migrated_in_use().await;
    let refused = [
        (
            "a published article without an address",
            "23514",
            "update articles set path = null where state = 'published'",
        ),
        (
            "an address that no row has",
            "23503",
            "update articles set path = '/nowhere' where id = 1",
        ),
        (
            "an answer to a comment under another article",
            "23503",
            "insert into comments (article_id, parent_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at) values (2, 1, 1, 1, 'X', 'x', 'x', '\\x00', 'held', '{}', now())",
        ),
        (
            "the same words twice",
            "23505",
            "insert into comments (article_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at) select article_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, now() from comments where parent_id is null limit 1",
        ),
        (
            "a decision that changes nothing",
            "23514",
            "insert into decisions (act, entry, comment_id, account_id, from_status, to_status, decided_at) select 9, max(id), 1, 1, 'held', 'held', now() from log_entries",
        ),
        (
            "an undo done twice",
            "23505",
            "insert into decisions (act, entry, comment_id, account_id, from_status, to_status, undoes, decided_at) select 9, entry, comment_id, account_id, from_status, to_status, undoes, now() from decisions where undoes is not null",
        ),
        (
            "a second row of settings",
            "23514",
            "insert into settings select (jsonb_populate_record(settings, '{\"only_one\": false}')).* from settings",
        ),
        (
            "a comment from a site without its number there",
            "23514",
            "update comments set number = null where site_id is not null",
        ),
        (
            "two comments of one number from one site",
            "23505",
            "insert into comments (article_id, root_id, name, body, body_html, said_once, status, reasons, created_at, site_id, number) values (1, 91, 'X', 'x', 'x', '\\x0a', 'held', '{}', now(), 1, 5)",
        ),
        (
            "a network that is kept for good",
            "23514",
            "update comments set network_until = null where network_sealed is not null",
        ),
        (
            "a handle in capitals",
            "23514",
            "insert into accounts (handle, slug, name, role, created_at) values ('Ada', 'ada-2', 'Ada', 'admin', now())",
        ),
    ];
    // By its SQLSTATE (class 23, "integrity constraint violation"), so that a slip in a statement is not taken for a refusal.
    for (what, code, statement) in refused {
        let Err(error) = db.execute(statement).await else {
            panic!("the database took {what}");
        };
        let refusal = error.as_database_error().and_then(DatabaseError::code);
        assert_eq!(refusal.as_deref(), Some(code), "{what}: {error}");
    }
}
