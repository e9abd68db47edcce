//! Imports from WordPress and exports to it.

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
use crate::support::wxr::{comment, reply_to};

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

/// Returns the rows of every table and the value of every sequence.
async fn dump_database(site: &TestSite) -> BTreeMap<String, String> {
    let tables: Vec<(String, bool)> = sqlx::query_as(
        "select relname::text, relkind = 'S' from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') and relname <> '_sqlx_migrations'",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("tables");
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
            .expect("rows");
        found.insert(table, rows);
    }
    found
}

fn discussion() -> String {
    let comments = [
        comment(11, "Maria", "1", ""),
        comment(12, "Petro", "1", &reply_to(11)),
        comment(13, "Olha", "0", &reply_to(11)),
        comment(14, "Spammer", "spam", ""),
        comment(15, "Thrown", "trash", ""),
        comment(16, "Orphan", "1", &reply_to(999)),
        comment(17, "Ouro", "1", &reply_to(18)),
        comment(18, "Boros", "1", &reply_to(17)),
        comment(19, "Self", "1", &reply_to(19)),
        comment(
            20,
            "Pinger",
            "1",
            "<wp:comment_type>pingback</wp:comment_type>",
        ),
        comment(
            21,
            "Tracker",
            "1",
            "<wp:comment_type>trackback</wp:comment_type>",
        ),
        comment(
            22,
            "Shop",
            "1",
            "<wp:comment_type>order_note</wp:comment_type>",
        ),
        comment(12, "Twice", "1", ""),
        comment(23, "ann@example.org", "1", ""),
    ];
    comments.concat()
}
