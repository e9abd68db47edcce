//! Columns for statements that write many rows.

/// Collects one value of every row, to be bound as an array.
pub(super) fn column<T, U>(rows: &[T], value: impl Fn(&T) -> U) -> Vec<U> {
    // Postgres needs one array per column for `unnest`, and one statement is far faster than one per row.
    rows.iter().map(value).collect()
}
