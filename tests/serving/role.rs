//! Role as which the site uses the embedded Postgres: it owns the site's database and nothing else.

use sqlx::{Connection, Executor, PgConnection};

use super::support::server::Server;
use super::{query_strings, reply_path, with_database};

/// Runs a statement, and returns the SQLSTATE of its error.
fn try_statement(url: &str, statement: &'static str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut db = PgConnection::connect(url)
            .await
            .expect("the database answers");
        let result = db.execute(statement).await;
        result.map(drop).map_err(|error| {
            let error = error.into_database_error().expect("an error of Postgres");
            error.code().expect("an SQLSTATE").into_owned()
        })
    })
}

fn assert_role_is_restricted(server: &Server) {
    let url = server.database_url();
    assert!(url.starts_with("postgres://broadsheet@"), "{url}");
    for statement in [
        "create temporary table seen (line text); copy seen from program 'id'",
        "create temporary table seen (line text); copy seen from '/etc/hostname'",
        "set role postgres",
        "create role another superuser",
        "create database another",
        "alter system set archive_command = 'id'",
        "select pg_read_file('/etc/hostname')",
    ] {
        let result = try_statement(&url, statement);
        assert_eq!(result, Err("42501".to_owned()), "{statement}");
    }
    let owned = "select datname::text from pg_database where datdba = 'broadsheet'::regrole";
    assert_eq!(query_strings(&url, owned), ["broadsheet"]);
}

#[test]
fn the_role_of_the_site_can_run_no_programs_and_read_no_files() {
    let server = Server::new();
    assert_role_is_restricted(&server);
}

#[test]
fn a_cluster_whose_site_was_a_superuser_gets_a_role_at_the_next_start() {
    let mut server = Server::new();
    // As an older version made it.
    let superuser = server.superuser_url();
    query_strings(&superuser, "create role helper superuser login");
    let helper = superuser.replace("://postgres@", "://helper@");
    let older = superuser.replace("://postgres@", "://broadsheet@");
    for (url, statement) in [
        (&helper, "alter role broadsheet rename to site"),
        (&helper, "alter role postgres rename to broadsheet"),
        (&helper, "reassign owned by site to broadsheet"),
        (&helper, "alter database broadsheet owner to broadsheet"),
        (&helper, "drop role site"),
        (&older, "drop role helper"),
    ] {
        try_statement(url, statement).unwrap_or_else(|code| panic!("{statement}: {code}"));
    }
    let is_super = "select rolsuper::text from pg_roles where rolname = current_user";
    assert_eq!(query_strings(&older, is_super), ["true"]);
    server.stop();

    let mut server = Server::start(&server.data);
    assert!(server.log().contains("has a database role of its own now"));
    assert_role_is_restricted(&server);
    let strangers = "select relname::text from pg_class
        where relnamespace = 'public'::regnamespace and relowner <> 'broadsheet'::regrole
        union all select typname::text from pg_type
        where typnamespace = 'public'::regnamespace and typowner <> 'broadsheet'::regrole
        union all select proname::text from pg_proc
        where pronamespace = 'public'::regnamespace and proowner <> 'broadsheet'::regrole";
    let nobody: [String; 0] = [];
    assert_eq!(query_strings(&server.database_url(), strangers), nobody);
    let roles = "select rolname::text from pg_roles where rolname !~ '^pg_' order by 1";
    let postgres = with_database(&server.superuser_url(), "postgres");
    assert_eq!(query_strings(&postgres, roles), ["broadsheet", "postgres"]);
    let fields = [
        ("comment", "After the upgrade"),
        ("author", "Reader"),
        ("email", "reader@example.org"),
    ];
    let response = server.try_post(&reply_path(&server), "192.0.2.5", &fields);
    assert_eq!(response.expect("a response").status, 303);
    server.stop();
}
