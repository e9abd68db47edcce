//! All SQL of imports and exports. An import writes many rows with one statement, and binds each column as an array.

pub mod articles;
pub mod authors;
pub mod commenters;
pub mod comments;
pub mod export;
pub mod paths;
pub mod runs;
pub mod session;
pub mod sites;
pub mod topics;
pub mod uploads;

/// Collects one column of all rows, to bind it as an array to an SQL statement.
fn column<T, U>(rows: &[T], value: impl Fn(&T) -> U) -> Vec<U> {
    // Postgres needs one array per column for `unnest`, and one statement is far faster than one per row.
    rows.iter().map(value).collect()
}
