//! The settings of an installation: flags and environment variables, checked once, each mistake told in one sentence.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use url::{Host, Url};

/// Where the site listens when nothing else is said: reachable from this machine alone.
const LISTEN: &str = "127.0.0.1:8600";
/// Memory for finished pages when nothing else is said, in megabytes: some four thousand pages with their replies.
const CACHE: &str = "64";
/// The most that can be said: a terabyte.
const CACHE_MOST: u64 = 1 << 20;

/// What may be set, as typed. Each flag is also an environment variable; an empty value counts as not given.
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(rustdoc::bare_urls, reason = "these lines are the text of --help")]
pub struct Settings {
    /// Address and port to listen on [default: 127.0.0.1:8600]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: Option<String>,
    /// Address at which readers reach the site, such as https://news.example.org [default: http://LISTEN, or this machine's own address where that is all addresses]
    #[arg(long, global = true, env = "BROADSHEET_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Folder for the private Postgres and the secret key [default: ./data]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_DATA_DIR",
        value_name = "FOLDER"
    )]
    pub data_dir: Option<String>,
    /// A Postgres of your own (14 or newer); without it a private one is started in the data folder
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// File with the secret key that seals readers' email addresses [default: secret.key in the data folder]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_SECRET_KEY_FILE",
        value_name = "FILE"
    )]
    pub secret_key_file: Option<String>,
    /// Mail server, such as smtps://name:passphrase@mail.example.org
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_SMTP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub smtp_url: Option<String>,
    /// Sender of the site's mail, such as "The Courier <news@example.org>"
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_MAIL_FROM",
        value_name = "ADDRESS",
        hide_env_values = true
    )]
    pub mail_from: Option<String>,
    /// Folder of the pictures and files that articles show [default: media in the data folder]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_MEDIA_DIR",
        value_name = "FOLDER"
    )]
    pub media_dir: Option<String>,
    /// Networks of proxies whose X-Forwarded-For is believed, separated by commas, such as 127.0.0.1,10.0.0.0/8
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_TRUSTED_PROXIES",
        value_name = "NETWORKS"
    )]
    pub trusted_proxies: Option<String>,
    /// Megabytes of memory that finished pages may take; 0 keeps none
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_CACHE_MB",
        value_name = "MEGABYTES"
    )]
    pub cache_mb: Option<String>,
    /// Address and port at which figures on the cache are told to Prometheus, at /metrics [default: none]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_METRICS_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    pub metrics_listen: Option<String>,
    /// What is logged and how: a level (error, warn, info, debug, trace) or a tracing filter, "json" for one JSON object a line, or both: json,debug
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_LOG",
        value_name = "FORMAT,LEVEL",
        default_value = "text,info"
    )]
    pub log: String,
}

/// The settings, checked.
#[derive(Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The site's own address, without a slash at the end.
    pub public_url: Url,
    /// The data folder, if one was named.
    pub data: Option<PathBuf>,
    /// The database to use instead of a private one.
    pub database_url: Option<String>,
    /// The secret key's file, if one was named.
    pub secret_key_file: Option<PathBuf>,
    /// The folder of pictures and files, if one was named.
    pub media: Option<PathBuf>,
    /// How to send mail, if at all.
    pub mail: Option<MailConfig>,
    /// Who may say on whose behalf they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// Bytes that finished pages may take in memory.
    pub cache_bytes: u64,
    /// Where figures are told, if anywhere.
    pub metrics: Option<SocketAddr>,
}

/// How mail leaves.
#[derive(Clone)]
pub struct MailConfig {
    /// The server, with credentials.
    pub smtp_url: String,
    /// The sender.
    pub from: lettre::message::Mailbox,
}

/// How the log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSetting {
    /// One JSON object a line instead of text.
    pub json: bool,
    /// A tracing filter, such as "info" or "broadsheet=debug,info".
    pub filter: String,
}

/// A setting that cannot be used: one sentence, naming it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct WrongSetting {
    setting: &'static str,
    problem: String,
}

fn wrong(setting: &'static str, problem: impl Into<String>) -> WrongSetting {
    WrongSetting {
        setting,
        problem: problem.into(),
    }
}

/// A value that was given and is not blank.
fn given(value: Option<&String>) -> Option<&str> {
    value
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}

impl Settings {
    /// Checks every setting; the first that cannot be used is told.
    pub fn check(&self) -> Result<Config, WrongSetting> {
        let listen = given(self.listen.as_ref()).unwrap_or(LISTEN);
        let listen = parse_address("BROADSHEET_LISTEN", listen)?;
        let metrics = given(self.metrics_listen.as_ref());
        Ok(Config {
            listen,
            public_url: parse_public_url(given(self.public_url.as_ref()), listen)?,
            data: given(self.data_dir.as_ref()).map(PathBuf::from),
            database_url: parse_database_url(given(self.database_url.as_ref()))?,
            secret_key_file: given(self.secret_key_file.as_ref()).map(PathBuf::from),
            media: given(self.media_dir.as_ref()).map(PathBuf::from),
            mail: parse_mail(
                given(self.smtp_url.as_ref()),
                given(self.mail_from.as_ref()),
            )?,
            trusted_proxies: parse_proxies(
                given(self.trusted_proxies.as_ref()).unwrap_or_default(),
            )?,
            cache_bytes: parse_cache(given(self.cache_mb.as_ref()).unwrap_or(CACHE))?,
            metrics: metrics
                .map(|metrics| parse_address("BROADSHEET_METRICS_LISTEN", metrics))
                .transpose()?,
        })
    }
}

impl Config {
    /// Whether readers reach the site by https.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Whether the site's own address leads nowhere for anyone on another machine.
    pub fn is_for_this_machine_alone(&self) -> bool {
        match self.public_url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    /// The full address of a page of ours, for feeds and mails.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

fn parse_cache(text: &str) -> Result<u64, WrongSetting> {
    let megabytes = text
        .parse()
        .ok()
        .filter(|megabytes| *megabytes <= CACHE_MOST);
    megabytes.map(|megabytes: u64| megabytes << 20).ok_or_else(|| {
        wrong(
            "BROADSHEET_CACHE_MB",
            format!("is \"{text}\"; it must be a whole number of megabytes, such as 64, or 0 to keep no pages."),
        )
    })
}

fn parse_address(setting: &'static str, text: &str) -> Result<SocketAddr, WrongSetting> {
    text.parse().map_err(|_| {
        wrong(
            setting,
            format!("is \"{text}\"; it must be an address and a port, such as 127.0.0.1:8600."),
        )
    })
}

fn parse_public_url(text: Option<&str>, listen: SocketAddr) -> Result<Url, WrongSetting> {
    const NAME: &str = "BROADSHEET_PUBLIC_URL";
    let Some(text) = text else {
        // "All addresses of this machine" is none that a browser could go to.
        let host = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(host, listen.port());
        return Ok(Url::parse(&format!("http://{address}")).expect("a socket address makes a URL"));
    };
    let problem =
        "it must be the site's address as readers type it, such as https://news.example.org";
    let url = Url::parse(text).map_err(|_| wrong(NAME, format!("is \"{text}\"; {problem}.")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong(NAME, format!("is \"{text}\"; {problem}.")));
    }
    if url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(wrong(
            NAME,
            format!("is \"{text}\"; {problem}, with nothing after the host."),
        ));
    }
    Ok(url)
}

/// The address itself is not repeated: it may hold a password.
fn parse_database_url(text: Option<&str>) -> Result<Option<String>, WrongSetting> {
    let Some(text) = text else { return Ok(None) };
    if !(text.starts_with("postgres://") || text.starts_with("postgresql://"))
        || Url::parse(text).is_err()
    {
        return Err(wrong(
            "DATABASE_URL",
            "must look like postgres://user:password@host:5432/database.",
        ));
    }
    Ok(Some(text.to_owned()))
}

fn parse_mail(
    smtp_url: Option<&str>,
    from: Option<&str>,
) -> Result<Option<MailConfig>, WrongSetting> {
    let (smtp_url, from) = match (smtp_url, from) {
        (None, None) => return Ok(None),
        (Some(_), None) => {
            return Err(wrong(
                "BROADSHEET_MAIL_FROM",
                "is missing: mail needs a sender as well as BROADSHEET_SMTP_URL.",
            ));
        }
        (None, Some(_)) => {
            return Err(wrong(
                "BROADSHEET_SMTP_URL",
                "is missing: mail needs a server as well as BROADSHEET_MAIL_FROM.",
            ));
        }
        (Some(smtp_url), Some(from)) => (smtp_url, from),
    };
    if lettre::AsyncSmtpTransport::<lettre::Tokio1Executor>::from_url(smtp_url).is_err() {
        return Err(wrong(
            "BROADSHEET_SMTP_URL",
            "must look like smtps://name:passphrase@mail.example.org or smtp://mail.example.org:587?tls=required.",
        ));
    }
    let from = from.parse().map_err(|_| {
        wrong(
            "BROADSHEET_MAIL_FROM",
            "must be an email address, with or without a name: The Courier <news@example.org>.",
        )
    })?;
    Ok(Some(MailConfig {
        smtp_url: smtp_url.to_owned(),
        from,
    }))
}

fn parse_proxies(text: &str) -> Result<Vec<IpNet>, WrongSetting> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| wrong("BROADSHEET_TRUSTED_PROXIES", format!("holds \"{part}\"; it must list addresses or networks, such as 127.0.0.1,10.0.0.0/8.")))
        })
        .collect()
}

impl LogSetting {
    /// Reads `text`, `json`, a level or filter, in any order.
    pub fn parse(text: &str) -> Result<Self, WrongSetting> {
        let mut json = false;
        let mut filters = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match part {
                "json" => json = true,
                "text" => json = false,
                filter => filters.push(filter),
            }
        }
        let filter = if filters.is_empty() {
            "info".to_owned()
        } else {
            filters.join(",")
        };
        let known = filters.iter().all(|part| {
            let level = part.rsplit('=').next().unwrap_or(part);
            matches!(level, "off" | "error" | "warn" | "info" | "debug" | "trace")
        });
        if !known || tracing_subscriber::EnvFilter::try_new(&filter).is_err() {
            return Err(wrong(
                "BROADSHEET_LOG",
                format!(
                    "is \"{text}\"; it must be text or json and a level: error, warn, info, debug or trace, such as json,info."
                ),
            ));
        }
        Ok(Self { json, filter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            log: "text,info".into(),
            ..Settings::default()
        }
    }

    /// The sentence a wrong setting is answered with.
    fn told(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = settings();
        change(&mut settings);
        settings
            .check()
            .err()
            .expect("the setting is wrong")
            .to_string()
    }

    #[test]
    fn without_settings_the_site_is_on_the_loopback_address() {
        let config = settings().check().unwrap();
        assert_eq!(
            config.absolute("/feed.xml"),
            "http://127.0.0.1:8600/feed.xml"
        );
        assert!(config.mail.is_none() && !config.is_https());
    }

    #[test]
    fn a_site_that_listens_everywhere_has_an_address_one_can_go_to() {
        let mut everywhere = settings();
        for (listen, address) in [
            ("0.0.0.0:80", "http://127.0.0.1/"),
            ("[::]:8600", "http://[::1]:8600/"),
            ("192.0.2.1:8600", "http://192.0.2.1:8600/"),
        ] {
            everywhere.listen = Some(listen.into());
            assert_eq!(everywhere.check().unwrap().public_url.as_str(), address);
        }
    }

    #[test]
    fn each_wrong_setting_is_named_in_one_sentence() {
        let sentences = [
            told(|s| s.listen = Some("eight".into())),
            told(|s| s.public_url = Some("example.org".into())),
            told(|s| s.public_url = Some("https://example.org/news".into())),
            told(|s| s.public_url = Some("https://:secret@example.org".into())),
            told(|s| s.database_url = Some("mysql://x".into())),
            told(|s| s.smtp_url = Some("smtp://localhost".into())),
            told(|s| s.mail_from = Some("news@example.org".into())),
            told(|s| {
                s.smtp_url = Some("pigeon://loft".into());
                s.mail_from = Some("news@example.org".into());
            }),
            told(|s| s.trusted_proxies = Some("10.0.0.0/8, everyone".into())),
            LogSetting::parse("yaml").unwrap_err().to_string(),
        ];
        for sentence in &sentences {
            assert!(
                sentence.starts_with("BROADSHEET_") || sentence.starts_with("DATABASE_URL"),
                "{sentence}"
            );
            assert!(
                sentence.ends_with('.') && sentence.lines().count() == 1,
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_wrong_database_address_is_not_repeated() {
        assert!(
            !told(|s| s.database_url = Some("mysql://root:hunter2@db".into())).contains("hunter2")
        );
    }

    #[test]
    fn blank_counts_as_not_given() {
        let mut blank = settings();
        blank.listen = Some(String::new());
        blank.public_url = Some("  ".into());
        blank.trusted_proxies = Some(String::new());
        blank.log = String::new();
        let config = blank.check().unwrap();
        assert_eq!(config.listen.to_string(), LISTEN);
    }

    #[test]
    fn the_log_takes_format_and_level_in_any_order() {
        let json = LogSetting {
            json: true,
            filter: "debug".into(),
        };
        assert_eq!(LogSetting::parse("json,debug").unwrap(), json);
        assert_eq!(LogSetting::parse("debug, json").unwrap(), json);
        assert_eq!(LogSetting::parse("").unwrap().filter, "info");
        assert_eq!(
            LogSetting::parse("broadsheet=trace,warn").unwrap().filter,
            "broadsheet=trace,warn"
        );
    }
}
