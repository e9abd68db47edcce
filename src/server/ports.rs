//! Ports and file descriptors that the server needs from the operating system.

use std::io::ErrorKind;
use std::net::SocketAddr;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;

use crate::config::Config;

/// Bound TCP ports of a server.
pub struct ServerPorts {
    pub(super) site: TcpListener,
    pub(super) metrics: Option<TcpListener>,
}

impl ServerPorts {
    /// Binds the ports that the settings name. An error message names the setting of the port that failed.
    pub async fn bind(config: &Config) -> anyhow::Result<Self> {
        Ok(Self {
            site: bind("BROADSHEET_LISTEN", config.listen).await?,
            metrics: match config.metrics_listen {
                Some(address) => Some(bind("BROADSHEET_METRICS_LISTEN", address).await?),
                None => None,
            },
        })
    }
}

async fn bind(setting: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!("{setting} is {address}, but something listens there already; stop it or choose another port."),
        _ => anyhow::anyhow!("{setting} is {address}, but it cannot be listened on: {error}."),
    })
}

/// Raises the limit on open files to the hard limit, since each connection needs a file descriptor. A failure is logged.
pub fn raise_fd_limit() {
    // The soft limit is usually 1024, for programs that use select(2).
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!(%error, "could not raise the limit on open files; it limits the number of connections");
    }
}
