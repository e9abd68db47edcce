//! SQL that makes the site's role and database in the embedded Postgres. Roles and databases are inserted into statements
//! unquoted; they are constants of the program and plain words.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

/// Returns whether the server has a role with this name.
pub async fn has_role(db: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(name)
        .fetch_one(db)
        .await
}

/// Returns whether the server replays the log of a backup or of another server, and accepts no writes.
pub async fn is_in_recovery(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("select pg_is_in_recovery()")
        .fetch_one(db)
        .await
}

/// Returns whether this session may do everything.
pub async fn is_superuser(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("select rolsuper from pg_roles where rolname = current_user")
        .fetch_one(db)
        .await
}

pub async fn create_superuser(db: &mut PgConnection, name: &'static str) -> sqlx::Result<()> {
    execute(db, format!("create role {name} superuser login")).await
}

pub async fn drop_role(db: &mut PgConnection, name: &'static str) -> sqlx::Result<()> {
    execute(db, format!("drop role if exists {name}")).await
}

pub async fn rename_role(
    db: &mut PgConnection,
    name: &'static str,
    new_name: &'static str,
) -> sqlx::Result<()> {
    execute(db, format!("alter role {name} rename to {new_name}")).await
}

pub async fn create_role(db: &mut PgConnection, name: &'static str) -> sqlx::Result<()> {
    execute(db, format!("create role {name} login")).await
}

/// Takes every right on the whole cluster from a role.
pub async fn restrict_role(db: &mut PgConnection, name: &'static str) -> sqlx::Result<()> {
    let statement =
        format!("alter role {name} nosuperuser nocreatedb nocreaterole noreplication nobypassrls");
    execute(db, statement).await
}

/// Returns whether the server has a database with this name.
pub async fn has_database(db: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(db)
        .await
}

/// Creates an empty database.
pub async fn create_database(db: &mut PgConnection, name: &'static str) -> sqlx::Result<()> {
    execute(db, format!("create database {name}")).await
}

pub async fn set_database_owner(
    db: &mut PgConnection,
    name: &'static str,
    owner: &'static str,
) -> sqlx::Result<()> {
    execute(db, format!("alter database {name} owner to {owner}")).await
}

/// Lists the statements that give a role everything in the database that it does not own, apart from extensions.
// `reassign owned` refuses what the cluster's first role owns.
pub async fn list_owner_changes(db: &mut PgConnection, role: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "with ours as (
             select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
         ), linked as (
             select objid from pg_depend where deptype in ('a', 'i', 'e')
         ), owned as (
             select 'table' as kind, oid::regclass::text as name, relowner as owner from pg_class
             where relnamespace in (select oid from ours) and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
               and (relkind <> 'S' or oid not in (select objid from linked))
               and oid not in (select objid from pg_depend where deptype = 'e')
             union all
             select 'routine', oid::regprocedure::text, proowner from pg_proc
             where pronamespace in (select oid from ours) and oid not in (select objid from linked)
             union all
             select 'type', oid::regtype::text, typowner from pg_type
             where typnamespace in (select oid from ours)
               and (typtype in ('e', 'd') or typrelid in (select oid from pg_class where relkind = 'c'))
               and oid not in (select objid from linked)
         )
         select format('alter %s %s owner to %I', kind, name, $1) from owned
         where owner <> $1::regrole",
    )
    .bind(role)
    .fetch_all(db)
    .await
}

/// Carries out a statement of [`list_owner_changes`].
pub async fn change_owner(db: &mut PgConnection, statement: String) -> sqlx::Result<()> {
    execute(db, statement).await
}

async fn execute(db: &mut PgConnection, statement: String) -> sqlx::Result<()> {
    db.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}
