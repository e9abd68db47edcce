//! Comparison of the tables in a database with the migrations of this program.

use sqlx::PgConnection;

use super::pool::MIGRATOR;
use super::store;

/// Tables of a database, compared with those that this program makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// No tables at all.
    Empty,
    /// Tables of another program.
    Foreign,
    /// Tables of an older Broadsheet; some migrations have not run yet.
    Older,
    Current,
    /// Tables of a newer Broadsheet.
    Newer,
}

/// Compares the tables in the database with the migrations of this program.
pub async fn find_schema_state(db: &mut PgConnection) -> sqlx::Result<SchemaState> {
    if !store::has_migrations_table(db).await? {
        return Ok(match store::has_tables(db).await? {
            true => SchemaState::Foreign,
            false => SchemaState::Empty,
        });
    }
    Ok(compare(&store::list_applied_migrations(db).await?))
}

fn compare(applied: &[(i64, String)]) -> SchemaState {
    let latest = MIGRATOR.iter().map(|known| known.version).max();
    let is_known = |(version, description): &&(i64, String)| {
        MIGRATOR
            .iter()
            .any(|known| known.version == *version && known.description == description.as_str())
    };
    let unknown = applied.iter().find(|migration| !is_known(migration));
    match unknown {
        Some((version, _)) if Some(*version) > latest => SchemaState::Newer,
        Some(_) => SchemaState::Foreign,
        None if applied.len() < MIGRATOR.iter().count() => SchemaState::Older,
        None => SchemaState::Current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_compared_with_the_migrations_of_the_program() {
        let ours: Vec<(i64, String)> = MIGRATOR
            .iter()
            .map(|known| (known.version, known.description.to_string()))
            .collect();
        assert_eq!(compare(&ours), SchemaState::Current);
        assert_eq!(compare(&ours[..3]), SchemaState::Older);
        assert_eq!(compare(&[]), SchemaState::Older);
        let mut newer = ours.clone();
        newer.push((9_000, "later".to_owned()));
        assert_eq!(compare(&newer), SchemaState::Newer);
        assert_eq!(compare(&[(1, "invoices".to_owned())]), SchemaState::Foreign);
    }
}
