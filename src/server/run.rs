//! Startup of the site on an open database, and its run until it is told to stop.

use anyhow::ensure;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::accept::accept_connections;
use super::ports::ServerPorts;
use crate::accounts::{author_slugs, setup};
use crate::app::App;
use crate::articles::welcome;
use crate::cache::PageCacheService;
use crate::{publication, router, startup, worker};

/// Content type of the OpenMetrics 1.0 text format.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Runs the site until SIGTERM or SIGINT. Fails if the values in the database are encrypted with a secret key that is not
/// loaded.
pub async fn run(app: App, ports: ServerPorts) -> anyhow::Result<()> {
    author_slugs::rename_username_slugs(&app.pool, app.clock.now()).await?;
    welcome::create_welcome_site(&app).await?;
    fix_guid_base(&app).await?;
    let publication = app.load_publication().await?;
    ensure!(
        publication.key_id == app.keys.active_id(),
        "this database is sealed with another secret key than {}; put the right one in place",
        startup::secret_key_path(&app.config).display()
    );
    log_first_steps(&app).await?;
    let pages = router::site(app.clone());
    // Aborted when the set is dropped, at the end of this function.
    let mut background = JoinSet::new();
    background.spawn(worker::run(app.clone()));
    let listening = pages.clone();
    background.spawn(async move { listening.listen().await });
    if let Some(listener) = ports.metrics {
        background.spawn(serve_metrics(listener, pages.clone()));
    }
    accept_connections(&app, &pages, ports.site).await
}

/// Stores the public URL on the first start, because feeds have to show the same guids if it changes later.
async fn fix_guid_base(app: &App) -> anyhow::Result<()> {
    let mut db = app.pool.acquire().await?;
    Ok(publication::store::set_guid_base(&mut db, &app.config.absolute_url("")).await?)
}

/// Logs the site's URL and how to sign in. While the site has no admin, this is a one-time link.
async fn log_first_steps(app: &App) -> anyhow::Result<()> {
    let mut db = app.pool.acquire().await?;
    let invitation = setup::create_setup_link(&mut db, app.clock.now()).await?;
    tracing::info!("Read the site at {}", app.config.absolute_url("/"));
    if !app.config.listen.ip().is_loopback() && app.config.is_local_only() {
        tracing::warn!(
            "the site can be reached from other machines, but its links point to this one; set BROADSHEET_PUBLIC_URL to the URL that readers type"
        );
    }
    match invitation {
        Some(path) => tracing::warn!(
            "Nobody has claimed this site yet. Make yourself its admin within 24 hours (after that, restart to get a new link) with this one-time link: {}",
            app.config.absolute_url(&path)
        ),
        None => tracing::info!("Sign in at {}", app.config.absolute_url("/admin/sign-in")),
    }
    Ok(())
}

/// Serves the metrics of the page cache for as long as the process runs, on a port of its own, which readers cannot
/// reach.
async fn serve_metrics(listener: TcpListener, pages: PageCacheService) {
    let show_metrics = move || {
        let response = ([(header::CONTENT_TYPE, OPENMETRICS)], pages.metrics());
        async move { response }
    };
    let router = Router::new().route("/metrics", get(show_metrics));
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "stopped serving metrics");
    }
}
