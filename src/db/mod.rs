//! Connection pool, migrations, and the embedded Postgres that is used if no `DATABASE_URL` is given.

pub mod client_program;
mod database;
pub mod embedded;
mod pool;
mod schema;
pub mod store;

pub use database::{Database, EmptyDatabase, MissingSite, SiteCreation, open, open_empty};
pub use pool::{MIGRATOR, connect, migrate, verify_server};
pub use schema::{SchemaState, find_schema_state};
pub use store::BEGIN_WITH_GENERIC_PLANS;
