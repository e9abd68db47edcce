//! Tests of importing from WordPress and exporting to WordPress.

mod articles;
mod comments;
mod invalid;
mod privacy;
mod real_exports;
mod repeated;
mod round_trip;
mod uploads;
mod urls;

use std::collections::BTreeMap;

use broadsheet::transfer::report::OutcomeCounts;

use crate::support::TestSite;
use crate::support::wxr::{build_comment, build_comment_parent};

fn new(count: u64) -> OutcomeCounts {
    OutcomeCounts {
        new: count,
        ..OutcomeCounts::default()
    }
}

fn same(count: u64) -> OutcomeCounts {
    OutcomeCounts {
        same: count,
        ..OutcomeCounts::default()
    }
}

/// Returns the rows of each table and the value of each sequence, as text by name.
async fn dump_database(site: &TestSite) -> BTreeMap<String, String> {
    let tables: Vec<(String, bool)> = sqlx::query_as(
        "select relname::text, relkind = 'S' from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') and relname <> '_sqlx_migrations'",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("the table names are read");
    let mut found = BTreeMap::new();
    for (table, is_sequence) in tables {
        let row = if is_sequence {
            "last_value::text"
        } else {
            "t::text"
        };
        let query =
            format!("select coalesce(string_agg({row}, E'\\n' order by {row}), '') from {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .fetch_one(&site.app.pool)
            .await
            .expect("the table's rows are read");
        found.insert(table, rows);
    }
    found
}

fn discussion() -> String {
    let comments = [
        build_comment(11, "Maria", "1", ""),
        build_comment(12, "Petro", "1", &build_comment_parent(11)),
        build_comment(13, "Olha", "0", &build_comment_parent(11)),
        build_comment(14, "Spammer", "spam", ""),
        build_comment(15, "Thrown", "trash", ""),
        build_comment(16, "Orphan", "1", &build_comment_parent(999)),
        build_comment(17, "Ouro", "1", &build_comment_parent(18)),
        build_comment(18, "Boros", "1", &build_comment_parent(17)),
        build_comment(19, "Self", "1", &build_comment_parent(19)),
        build_comment(
            20,
            "Pinger",
            "1",
            "<wp:comment_type>pingback</wp:comment_type>",
        ),
        build_comment(
            21,
            "Tracker",
            "1",
            "<wp:comment_type>trackback</wp:comment_type>",
        ),
        build_comment(
            22,
            "Shop",
            "1",
            "<wp:comment_type>order_note</wp:comment_type>",
        ),
        build_comment(12, "Twice", "1", ""),
        build_comment(23, "ann@example.org", "1", ""),
    ];
    comments.concat()
}
