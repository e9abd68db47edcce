//! Migrations run on a database with sample data. The rows in `tests/migrations/` are inserted after the migration that
//! they belong to and must be unchanged by the later ones.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;

use broadsheet::audit_log::verify::verify_log;
use broadsheet::db::MIGRATOR;
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use support::cluster;

fn sample_file(version: i64) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/migrations/{version:04}.sql"))
}

/// Version of the last migration of the base schema. The sample data of all base migrations are inserted after it.
const BASE_VERSION: i64 = 11;

/// Creates a database with the base schema and runs every later migration on it. Inserts the sample data of each
/// migration after that migration.
async fn migrate_with_sample_data() -> PgConnection {
    let url = cluster::new_empty_database().await;
    let mut db = PgConnection::connect(&url).await.expect("a connection");
    for migration in MIGRATOR.iter() {
        db.execute(AssertSqlSafe(migration.sql.as_str().to_owned()))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", migration.description));
        if migration.version < BASE_VERSION {
            continue;
        }
        let file = sample_file(migration.version);
        let sample = fs::read_to_string(&file).unwrap_or_else(|_| {
            panic!(
                "migration {} needs sample data in {}",
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
async fn every_migration_preserves_existing_rows() {
    let mut db = migrate_with_sample_data().await;
    // One line per table, so that a failure names the table.
    for (table, expected) in [
        ("accounts", 3),
        ("articles", 6),
        ("comments", 11),
        ("decisions", 2),
        ("audit_log", 3),
        ("topics", 3),
        ("outbox", 2),
    ] {
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut db)
            .await
            .expect("the number of rows is read");
        assert_eq!(
            rows, expected,
            "{table}: its rows after the last migration; if you added samples, change the number here"
        );
    }
    let counted: Vec<(String, i64)> = sqlx::query_as(
        "select status::text, sum(count)::bigint from comment_counts group by 1 having sum(count) <> 0 order by 1",
    )
    .fetch_all(&mut db)
    .await
    .expect("the stored counts are read");
    let actual: Vec<(String, i64)> =
        sqlx::query_as("select status::text, count(*) from comments group by 1 order by 1")
            .fetch_all(&mut db)
            .await
            .expect("the comments are counted");
    assert_eq!(counted, actual, "comment_counts differs from the comments");
    let (comments, counted): (i64, i64) = sqlx::query_as(
        "select (select count(*) from comments where commenter_id = 1 and erased_at is null),
             (select sum(held + approved + spam + trashed)::bigint from commenter_counts where commenter_id = 1)",
    )
    .fetch_one(&mut db)
    .await
    .expect("the counts of the commenter are read");
    assert_eq!(
        comments, counted,
        "commenter_counts differs from the comments"
    );
    assert!(comments > 1);
}

#[tokio::test]
async fn the_sample_audit_log_verifies() {
    let mut db = migrate_with_sample_data().await;
    let report = verify_log(&mut db, None)
        .await
        .expect("the audit log is read");
    assert_eq!(report.faults, Vec::<String>::new());
    assert_eq!((report.entries, report.decisions), (3, 2));
}

#[tokio::test]
async fn migrations_run_once_and_are_numbered_without_gaps() {
    let url = cluster::new_database().await;
    let mut db = PgConnection::connect(&url).await.expect("a connection");
    MIGRATOR
        .run(&mut db)
        .await
        .expect("the migrations run a second time");
    let versions: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    let expected: Vec<i64> =
        (1..=i64::try_from(versions.len()).expect("the number of migrations fits i64")).collect();
    assert_eq!(versions, expected);
}

#[tokio::test]
async fn database_constraints_reject_invalid_rows() {
    let mut db = migrate_with_sample_data().await;
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
            "insert into comments (article_id, parent_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at) values (2, 1, 1, 1, 'X', 'x', 'x', '\\x00', 'held', '{}', now())",
        ),
        (
            "the same words twice",
            "23505",
            "insert into comments (article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at) select article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, now() from comments where parent_id is null limit 1",
        ),
        (
            "a decision that changes nothing",
            "23514",
            "insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, decided_at) select 9, max(id), 1, 1, 'held', 'held', now() from audit_log",
        ),
        (
            "an undo done twice",
            "23505",
            "insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, undoes, decided_at) select 9, entry_id, comment_id, account_id, from_status, to_status, undoes, now() from decisions where undoes is not null",
        ),
        (
            "a second row of settings",
            "23514",
            "insert into settings select (jsonb_populate_record(settings, '{\"only_one\": false}')).* from settings",
        ),
        (
            "a comment from a site without its number there",
            "23514",
            "update comments set wordpress_id = null where site_id is not null",
        ),
        (
            "two comments of one number from one site",
            "23505",
            "insert into comments (article_id, root_id, name, body, body_html, dedup_hash, status, reasons, created_at, site_id, wordpress_id) values (1, 91, 'X', 'x', 'x', '\\x0a', 'held', '{}', now(), 1, 5)",
        ),
        (
            "a network that is kept for good",
            "23514",
            "update comments set network_until = null where network_sealed is not null",
        ),
        (
            "a handle in capitals",
            "23514",
            "insert into accounts (username, slug, name, role, created_at) values ('Ada', 'ada-2', 'Ada', 'admin', now())",
        ),
    ];
    // Only SQLSTATE class 23 (integrity constraint violation) counts, so that a syntax error does not pass as a rejection.
    for (what, code, statement) in refused {
        let Err(error) = db.execute(statement).await else {
            panic!("the database took {what}");
        };
        let refusal = error.as_database_error().and_then(DatabaseError::code);
        assert_eq!(refusal.as_deref(), Some(code), "{what}: {error}");
    }
}
