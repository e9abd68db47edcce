//! Embedded Postgres that Broadsheet starts by itself if no `DATABASE_URL` is given. It is durable, listens on a Unix
//! socket only, is owned by one process at a time, and stops when its owner exits.
//!
//! Its files are in the data folder: `postgres/` is the cluster, `postgres.log` its log, `postgres.lock` the lock file that
//! its owner holds, and `socket/` has the socket while it runs, unless the service manager gives another folder for it.

mod binaries;
mod cluster;
mod cluster_files;
mod data_dir;
mod initdb;
mod launcher;
mod os_user;
mod postgres;
mod site_database;
mod socket;
mod standby;
mod store;
mod supervisor;

pub use binaries::find_client_program;
pub use cluster::CommitDurability;
pub use data_dir::{
    create_data_dir, default_data_dir, describe_binaries, find_running_superuser_url,
    find_running_url, has_data,
};
pub use postgres::{EmbeddedPostgres, StartError};
pub use socket::SITE_ROLE;
pub use standby::Standby;
