//! `serve`: the site itself, from the first start to the last request.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use argon2::Argon2;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection;
use crate::accounts::claim;
use crate::app::{App, Heard};
use crate::articles::welcome;
use crate::cache::{Site, serve_figures};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, embedded::Durability};
use crate::moderation::live;
use crate::startup::{self, data_folder, media_folder};
use crate::{router, worker};

/// How long open requests may finish in when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(20);
/// Connections at one time; more wait to be accepted. Each idle one costs some kilobytes.
const CONNECTIONS: u32 = 20_000;

/// Serves until told to stop.
pub async fn serve(mut config: Config) -> anyhow::Result<()> {
    // Before anything is started: a port in use is the commonest mistake, and the quickest to tell.
    let listener = bind("BROADSHEET_LISTEN", config.listen).await?;
    let metrics = match config.metrics {
        Some(address) => Some(bind("BROADSHEET_METRICS_LISTEN", address).await?),
        None => None,
    };
    allow_as_many_files_as_we_may();
    let data = data_folder(&config);
    config.media = Some(media_folder(&config));
    // Named, so that it can be read again when the key changes.
    config.secret_key_file = Some(startup::key_file(&config));
    let keys = startup::read_or_make(&config)?;
    let mut database = db::open(config.database_url.as_deref(), &data, Durability::Durable).await?;
    database.outlive_its_owner(&data, Durability::Durable);
    let app = App::new(
        database.pool.clone(),
        Clock::System,
        keys,
        config,
        Argon2::default(),
    );

    let served = start_and_accept(app, listener, metrics).await;
    database.close().await?;
    served
}

async fn bind(setting: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!("{setting} is {address}, but something listens there already; stop it or choose another port."),
        _ => anyhow::anyhow!("{setting} is {address}, but it cannot be listened on: {error}."),
    })
}

/// Each connection is an open file. Systems start programs with a limit that an old system call needs, and let them raise
/// it.
fn allow_as_many_files_as_we_may() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most));
    if let Err(error) = raised {
        tracing::warn!(%error, "the number of open files stays limited");
    }
}

async fn start_and_accept(
    app: App,
    listener: TcpListener,
    metrics: Option<TcpListener>,
) -> anyhow::Result<()> {
    welcome::first_start(&app).await?;
    let publication = app.publication().await?;
    ensure!(
        publication.key_id == app.keys.id(),
        "this database is sealed with another secret key than {}; put the right one in place",
        startup::key_file(&app.config).display()
    );
    announce(&app).await?;
    let site = router::site(app.clone());
    let mut beside = JoinSet::new();
    beside.spawn(worker::run(app.clone()));
    let heard = site.clone();
    beside.spawn(async move { heard.listen().await });
    if let Some(listener) = metrics {
        let site = site.clone();
        beside.spawn(async move {
            if let Err(error) = serve_figures(listener, site).await {
                tracing::error!(%error, "figures are told no more");
            }
        });
    }
    accept(app, site, listener).await
}

/// Says where to go, and how the first admin gets in.
async fn announce(app: &App) -> anyhow::Result<()> {
    let mut db = app.pool.acquire().await?;
    let invitation = claim::invite_first_admin(&mut db, app.clock.now()).await?;
    tracing::info!("Read the site at {}", app.config.absolute("/"));
    if !app.config.listen.ip().is_loopback() && app.config.is_for_this_machine_alone() {
        tracing::warn!(
            "the site can be reached from elsewhere, but its links lead to this machine; set BROADSHEET_PUBLIC_URL to the address readers type"
        );
    }
    match invitation {
        Some(path) => tracing::warn!(
            "Nobody has claimed this site yet. Make yourself its admin with this one-time link: {}",
            app.config.absolute(&path)
        ),
        None => tracing::info!("Sign in at {}", app.config.absolute("/admin/sign-in")),
    }
    Ok(())
}

/// Takes connections until a signal to stop, then lets open requests finish.
async fn accept(app: App, site: Site, listener: TcpListener) -> anyhow::Result<()> {
    let room = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let (stop, stopped) = watch::channel(());
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    loop {
        let next = async {
            let place = room
                .clone()
                .acquire_owned()
                .await
                .expect("nobody closes the room");
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or a client gone again: the next one may do better.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (site, stopped) = (site.clone(), stopped.clone());
        // Called in there: a future that is handed in lies there twice.
        tokio::spawn(async move {
            connection::serve(site, stream, peer, stopped).await;
            drop(place);
        });
    }
    drop(listener);
    drop(stop);
    // Open desks would be listening until they are cut off.
    let _ = app.heard.send(Heard {
        name: live::ENDS,
        data: String::new(),
    });
    tracing::info!("stopping; open requests may finish");
    tokio::select! {
        _ = room.acquire_many(CONNECTIONS) => {}
        () = sleep(DRAIN) => tracing::warn!("some requests were cut off"),
        _ = interrupt.recv() => {}
    }
    Ok(())
}
