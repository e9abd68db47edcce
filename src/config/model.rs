//! The settings after they have been checked.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use url::{Host, Url};

/// Settings after checks, with defaults filled in.
#[derive(Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// URL of the site as readers type it: scheme, host and port only.
    pub public_url: Url,
    pub data_dir: Option<PathBuf>,
    /// Database to use instead of the embedded Postgres.
    pub database_url: Option<String>,
    pub secret_key_file: Option<PathBuf>,
    pub media_dir: Option<PathBuf>,
    /// Mail server and sender; without them nothing is mailed.
    pub mail: Option<MailConfig>,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Memory that finished pages may take.
    pub cache_bytes: u64,
    /// Socket address of the metrics, if they are served at all.
    pub metrics_listen: Option<SocketAddr>,
}

/// Mail server and sender.
#[derive(Clone)]
pub struct MailConfig {
    /// URL of the server, credentials included.
    pub smtp_url: String,
    pub from: lettre::message::Mailbox,
}

impl Config {
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Returns whether the public URL can be reached from this machine only.
    pub fn is_local_only(&self) -> bool {
        match self.public_url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    /// Returns the absolute URL of a path of this site, for feeds and emails.
    pub fn absolute_url(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
