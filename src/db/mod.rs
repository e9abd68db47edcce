//! Connection pool, migrations, and the embedded Postgres that is used if no `DATABASE_URL` is given.

mod database;
pub mod embedded;
mod pool;
mod schema;
pub mod store;

pub use database::{Database, MissingSite, SiteCreation, open};
pub use pool::{MIGRATOR, connect, verify_server};
pub use schema::{SchemaState, find_schema_state};
pub use store::BEGIN_WITH_GENERIC_PLANS;
