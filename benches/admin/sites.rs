//! Sites on databases filled by `admin/fill.sql`.

use std::time::Instant;

use argon2::Argon2;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use broadsheet::accounts::{self, Moderator, Role, Username};
use broadsheet::app::App;
use broadsheet::clock::{Clock, Ts};
use broadsheet::config::Settings;
use broadsheet::crypto::KeyRing;
use broadsheet::publication::{self, Publication};
use broadsheet::router;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use tower::ServiceExt;

/// Current time of the site.
const NOW: &str = "2026-03-14T15:09:26Z";

/// A site on a filled database.
pub struct FilledSite {
    pub app: App,
    pub router: Router,
    pub cookie: String,
    pub moderator: Moderator,
}

/// Variables of `admin/fill.sql`.
pub type FillVariables = [(&'static str, &'static str); 9];
pub const SMALL: FillVariables = [
    ("comments", "1000"),
    ("articles", "100"),
    ("commenters", "300"),
    ("days", "30"),
    ("person_every", "8"),
    ("network_every", "8"),
    ("rare", "i % 25 = 1"),
    ("held", "i % 2 = 0"),
    ("wave", "false"),
];
pub const LARGE: FillVariables = [
    ("comments", "1000000"),
    ("articles", "10000"),
    ("commenters", "300000"),
    ("days", "730"),
    ("person_every", "8000"),
    ("network_every", "1600"),
    ("rare", "(i % 10000 = 1 and i > 600000)"),
    ("held", "(i % 40 = 0 or i > 800000 and i % 10 < 4)"),
    ("wave", "i % 10 = 3 and i between 800000 and 900000"),
];

pub fn now() -> Ts {
    Ts::new(NOW.parse().expect("a time"))
}

pub fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL that ends in a database");
    format!("{server}/{name}")
}

pub async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

pub async fn run(db: &mut PgConnection, statement: &str) {
    db.execute(AssertSqlSafe(statement.to_owned()))
        .await
        .unwrap_or_else(|error| panic!("{statement:.60}: {error}"));
}

/// Creates a database, fills it, and opens a site on it.
pub async fn create_site(server: &str, name: &str, variables: &FillVariables) -> FilledSite {
    let started = Instant::now();
    run(
        &mut connect(server).await,
        &format!("create database {name}"),
    )
    .await;
    let url = with_database(server, name);
    let mut db = connect(&url).await;
    broadsheet::db::MIGRATOR
        .run(&mut db)
        .await
        .expect("migrations run");
    let keys = KeyRing::from_secret(&[7; 32]);
    publication::store::insert(&mut db, &Publication::new(&keys.active_id()))
        .await
        .expect("settings are inserted");
    let username = Username::parse("mo").expect("a username");
    accounts::store::insert(&mut db, &username, "Mo", Role::Moderator, None, now())
        .await
        .expect("an account is inserted")
        .expect("the username is free");
    let mut fill = include_str!("fill.sql").replace(":moment", &format!("'{NOW}'"));
    for (name, value) in variables {
        fill = fill.replace(&format!(":{name}"), value);
    }
    sqlx::raw_sql(AssertSqlSafe(fill))
        .execute(&mut db)
        .await
        .unwrap_or_else(|error| panic!("filling {name}: {error}"));
    // Autovacuum would do this within minutes.
    run(&mut db, "vacuum analyze").await;
    println!(
        "{name} database filled in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    open_site(&url, Some(keys)).await
}

pub async fn open_site(url: &str, keys: Option<KeyRing>) -> FilledSite {
    let pool = PgPool::connect(url).await.expect("a connection");
    let config = Settings::default()
        .check()
        .expect("the default settings are valid");
    let keys = keys.unwrap_or_else(|| KeyRing::from_secret(&[7; 32]));
    let app = App::new(pool, Clock::fixed(now()), keys, config, Argon2::default());
    let mut db = app.pool.acquire().await.expect("a connection");
    let username = Username::parse("mo").expect("a username");
    let (account, _) = accounts::store::find_by_username(&mut db, &username)
        .await
        .expect("the database answers")
        .expect("the account exists");
    let cookie = accounts::session::create_session(&app, &mut db, account.id)
        .await
        .expect("a session");
    let moderator = Moderator::load_active(&mut db, account.id)
        .await
        .expect("the database answers")
        .expect("the account may moderate");
    drop(db);
    FilledSite {
        router: router::router(app.clone()),
        cookie: format!("{}={}", cookie.name(), cookie.value()),
        moderator,
        app,
    }
}

/// Loads a page; `None` unless the status is 200.
pub async fn load_page(router: &Router, path: &str, cookie: Option<&str>) -> Option<Vec<u8>> {
    let mut request = Request::get(path).header(header::HOST, "127.0.0.1:8600");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.ok()?;
    if response.status() != 200 {
        return None;
    }
    let page = to_bytes(response.into_body(), usize::MAX).await.ok()?;
    Some(page.to_vec())
}
