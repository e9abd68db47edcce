//! Accepts connections, and lets open requests finish when the server is told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::connection::serve_connection;
use crate::app::{AdminEvent, App};
use crate::cache::PageCacheService;
use crate::moderation::events;

/// Largest number of simultaneous connections. Further connections wait to be accepted. An idle connection costs up to 16
/// kB.
const MAX_CONNECTIONS: usize = 20_000;
/// Pause after an error in accepting a connection. Without it, a lack of file descriptors would keep a processor core
/// busy.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(50);
/// Longest time that open requests may take to finish after the signal to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves connections until SIGTERM or SIGINT, then stops accepting and waits for open requests. A second SIGINT ends
/// the wait.
pub async fn accept_connections(
    app: &App,
    pages: &PageCacheService,
    listener: TcpListener,
) -> anyhow::Result<()> {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = GracefulShutdown::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
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
        // Subscribed before the task starts, so that a shutdown in between does not miss it.
        let shutdown = connections.watcher();
        let pages = pages.clone();
        tokio::spawn(async move {
            serve_connection(stream, peer, pages, shutdown).await;
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

/// Accepts a connection as soon as fewer than [`MAX_CONNECTIONS`] are open.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // The slot first: clients beyond the limit wait in the backlog of the system, where they take no memory here.
    let slot = slots.clone().acquire_owned().await;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, slot.expect("the semaphore is never closed")))
}
