//! The settings after they have been checked.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use url::{Host, Url};

/// Settings after checks, with defaults filled in.
#[derive(Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// URL at which readers reach the site: scheme, host and port only.
    pub public_url: Url,
    pub data_dir: Option<PathBuf>,
    /// URL of the database to use instead of the embedded Postgres.
    pub database_url: Option<String>,
    pub secret_key_file: Option<PathBuf>,
    pub media_dir: Option<PathBuf>,
    /// Mail server and sender; `None` if the site sends no mail.
    pub mail: Option<MailConfig>,
    /// IP networks of the proxies whose `X-Forwarded-For` header is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Size of the page cache in bytes; 0 turns it off.
    pub cache_bytes: u64,
    /// Socket address at which metrics are served; `None` if they are not.
    pub metrics_listen: Option<SocketAddr>,
}

/// Mail server and sender.
#[derive(Clone)]
pub struct MailConfig {
    /// URL of the mail server with the username and password.
    pub smtp_url: String,
    pub from: lettre::message::Mailbox,
}

impl Config {
    /// Returns the host of the public URL.
    pub fn host(&self) -> &str {
        // The fallback is never used: the settings accept only a URL with a host.
        self.public_url.host_str().unwrap_or("localhost")
    }

    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Returns whether the public URL can be reached only from this machine.
    pub fn is_local_only(&self) -> bool {
        match self.public_url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    /// Returns the absolute URL of a path on this site, for feeds and emails.
    pub fn absolute_url(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
