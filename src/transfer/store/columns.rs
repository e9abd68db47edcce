//! Builds arrays for SQL statements that write many rows at once.

/// Collects one column of all rows, to bind it as an array to an SQL statement.
pub(super) fn column<T, U>(rows: &[T], value: impl Fn(&T) -> U) -> Vec<U> {
    // Postgres needs one array per column for `unnest`, and one statement is far faster than one per row.
    rows.iter().map(value).collect()
}
