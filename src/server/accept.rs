//! Accepts connections, and lets open requests finish when the server is told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use nix::sys::resource::{Resource, getrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::connection::serve_connection;
use super::connection_table::ConnectionTable;
use crate::app::{AdminEvent, App};
use crate::cache::PageCacheService;
use crate::moderation::events;

/// Largest number of simultaneous connections. Further connections wait to be accepted. An idle connection costs up to 16
/// kB.
const MAX_CONNECTIONS: usize = 20_000;
/// Open files that connections must leave to others: the database, its listeners, pictures, the embedded Postgres.
const RESERVED_FILES: u64 = 512;
/// Number of connections that are served however low the limit on open files is.
const MIN_CONNECTIONS: usize = 64;
/// Pause after an error in accepting a connection. Without it, a lack of file descriptors would keep a processor core
/// busy.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(50);
/// Time to wait for a free slot until connections that have become idle are closed.
const SLOT_PAUSE: Duration = Duration::from_millis(100);
/// Longest time that open requests may take to finish after the signal to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves connections until SIGTERM or SIGINT, then stops accepting and waits for open requests. A second SIGINT ends
/// the wait.
pub async fn accept_connections(
    app: &App,
    pages: &PageCacheService,
    listener: TcpListener,
) -> anyhow::Result<()> {
    let max_connections = find_max_connections();
    let slots = Arc::new(Semaphore::new(max_connections));
    let table = ConnectionTable::new(max_connections, app.config.trusted_proxies.clone());
    let table = Arc::new(table);
    let connections = GracefulShutdown::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots, &table) => accepted,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        let (stream, peer, slot) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection; trying again");
                sleep(ACCEPT_RETRY_PAUSE).await;
                continue;
            }
        };
        let Some(entry) = table.admit(peer.ip()) else {
            // Closed without an answer: its network has its share, and every one of them is in use.
            app.refusals.connections.inc();
            continue;
        };
        // Subscribed before the task starts, so that a shutdown in between does not miss it.
        let shutdown = connections.watcher();
        let pages = pages.clone();
        tokio::spawn(async move {
            serve_connection(stream, peer, entry, pages, shutdown).await;
            drop(slot);
        });
    }
    // New connections are refused from here on, and a load balancer notices.
    drop(listener);
    // Event streams of open queues have no end of their own and would use up the drain timeout.
    app.admin_events.publish(AdminEvent {
        name: events::SHUTDOWN_EVENT,
        data: String::new(),
    });
    tracing::info!("stopping; waiting for open requests to finish");
    tokio::select! {
        drained = timeout(DRAIN_TIMEOUT, connections.shutdown()) => {
            if drained.is_err() {
                tracing::warn!("some requests did not finish in time and are cut off");
            }
        }
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Returns the largest number of simultaneous connections that the limit on open files allows.
fn find_max_connections() -> usize {
    let limit = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(limit, _)| limit);
    let allowed = usize::try_from(limit.saturating_sub(RESERVED_FILES)).unwrap_or(usize::MAX);
    let max_connections = allowed.clamp(MIN_CONNECTIONS, MAX_CONNECTIONS);
    if max_connections < MAX_CONNECTIONS {
        tracing::info!(
            open_files = limit,
            connections = max_connections,
            "the limit on open files limits the number of connections"
        );
    }
    max_connections
}

/// Accepts a connection as soon as there is a free slot. While there is none, closes connections that have become idle.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    table: &ConnectionTable,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // The slot first: clients beyond the limit wait in the backlog of the system, where they take no memory here.
    let slot = loop {
        match timeout(SLOT_PAUSE, slots.clone().acquire_owned()).await {
            Ok(slot) => break slot.expect("the semaphore is never closed"),
            Err(_) => table.make_room(),
        }
    };
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, slot))
}
