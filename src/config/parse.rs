//! Parsers, one for each setting that needs more than its text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use url::Url;

use super::model::MailConfig;

/// Largest allowed size of the page cache in megabytes: a terabyte.
const MAX_CACHE_MB: u64 = 1 << 20;

/// Error for an invalid setting. Its message is one sentence that names the setting.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct SettingError {
    setting: &'static str,
    problem: String,
}

impl SettingError {
    pub(super) fn new(setting: &'static str, problem: impl Into<String>) -> Self {
        Self {
            setting,
            problem: problem.into(),
        }
    }
}

/// Parses a size in megabytes into bytes.
pub(super) fn parse_cache_size(text: &str) -> Result<u64, SettingError> {
    let megabytes = text
        .parse()
        .ok()
        .filter(|megabytes| *megabytes <= MAX_CACHE_MB);
    // No bit is lost, since the bound is 2^20 megabytes.
    megabytes.map(|megabytes: u64| megabytes << 20).ok_or_else(|| {
        SettingError::new(
            "BROADSHEET_CACHE_MB",
            format!("is \"{text}\"; it must be a whole number of megabytes, such as 64, or 0 to turn the cache off."),
        )
    })
}

pub(super) fn parse_socket_addr(
    setting: &'static str,
    text: &str,
) -> Result<SocketAddr, SettingError> {
    text.parse().map_err(|_| {
        SettingError::new(
            setting,
            format!("is \"{text}\"; it must be an IP address and a port, such as 127.0.0.1:8600."),
        )
    })
}

/// Parses the public URL. If none is given, it is `http://` and the socket address in `listen`.
pub(super) fn parse_public_url(
    text: Option<&str>,
    listen: SocketAddr,
) -> Result<Url, SettingError> {
    const NAME: &str = "BROADSHEET_PUBLIC_URL";
    let Some(text) = text else {
        // No browser can go to the unspecified address, which stands for all addresses of this machine.
        let host = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let authority = SocketAddr::new(host, listen.port());
        let url = Url::parse(&format!("http://{authority}"));
        return Ok(url.expect("a socket address makes a URL"));
    };
    let problem = "it must be the site's URL as readers type it, such as https://news.example.org";
    let wrong = |rest: &str| SettingError::new(NAME, format!("is \"{text}\"; {problem}{rest}."));
    let url = Url::parse(text).map_err(|_| wrong(""))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong(""));
    }
    // Links are built from the root, so the site cannot be in a folder of another one.
    if url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(wrong(", with nothing after the host"));
    }
    Ok(url)
}

pub(super) fn parse_database_url(text: Option<&str>) -> Result<Option<String>, SettingError> {
    let Some(text) = text else { return Ok(None) };
    if !(text.starts_with("postgres://") || text.starts_with("postgresql://"))
        || Url::parse(text).is_err()
    {
        // The URL is not repeated, because it may hold a password.
        return Err(SettingError::new(
            "DATABASE_URL",
            "must look like postgres://user:password@host:5432/database.",
        ));
    }
    Ok(Some(text.to_owned()))
}

/// Parses the mail server and the sender. Fails if only one of the two settings is given.
pub(super) fn parse_mail(
    smtp_url: Option<&str>,
    from: Option<&str>,
) -> Result<Option<MailConfig>, SettingError> {
    let (smtp_url, from) = match (smtp_url, from) {
        (None, None) => return Ok(None),
        (Some(_), None) => {
            return Err(SettingError::new(
                "BROADSHEET_MAIL_FROM",
                "is missing: mail needs a sender as well as BROADSHEET_SMTP_URL.",
            ));
        }
        (None, Some(_)) => {
            return Err(SettingError::new(
                "BROADSHEET_SMTP_URL",
                "is missing: mail needs a server as well as BROADSHEET_MAIL_FROM.",
            ));
        }
        (Some(smtp_url), Some(from)) => (smtp_url, from),
    };
    // Checked here, so that a mistake shows at the start and not with the first email.
    if lettre::AsyncSmtpTransport::<lettre::Tokio1Executor>::from_url(smtp_url).is_err() {
        return Err(SettingError::new(
            "BROADSHEET_SMTP_URL",
            "must look like smtps://name:passphrase@mail.example.org or smtp://mail.example.org:587?tls=required.",
        ));
    }
    let from = from.parse().map_err(|_| {
        SettingError::new(
            "BROADSHEET_MAIL_FROM",
            "must be an email address, with or without a name: The Courier <news@example.org>.",
        )
    })?;
    Ok(Some(MailConfig {
        smtp_url: smtp_url.to_owned(),
        from,
    }))
}

/// Parses a comma-separated list of IP networks and single IP addresses.
pub(super) fn parse_proxies(text: &str) -> Result<Vec<IpNet>, SettingError> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| SettingError::new("BROADSHEET_TRUSTED_PROXIES", format!("holds \"{part}\"; it must list IP addresses or networks, such as 127.0.0.1,10.0.0.0/8.")))
        })
        .collect()
}
