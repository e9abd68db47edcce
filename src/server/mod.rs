//! The running server: its ports and connections, its background tasks, and its shutdown.

mod accept;
mod connection;
mod connection_table;
mod ports;
mod run;
mod timed_stream;

pub use ports::{ServerPorts, raise_fd_limit};
pub use run::run;
