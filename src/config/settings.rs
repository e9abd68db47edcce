//! Command-line flags and environment variables, before they are parsed.

use std::path::PathBuf;

use super::model::Config;
use super::parse::{
    SettingError, parse_cache_size, parse_database_url, parse_mail, parse_proxies,
    parse_public_url, parse_socket_addr,
};

/// Default socket address to listen on. It can be reached only from this machine.
const DEFAULT_LISTEN: &str = "127.0.0.1:8600";
/// Default size of the page cache in megabytes: about four thousand articles with their comments.
const DEFAULT_CACHE_MB: &str = "64";

/// Settings as given on the command line or in environment variables, not yet parsed. Each flag has an environment
/// variable. An empty value counts as not given.
// Strings, not parsed values: clap would take an empty variable for a mistake, and report a mistake as a wrong flag.
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(rustdoc::bare_urls, reason = "these lines are the text of --help")]
pub struct Settings {
    /// IP address and port to listen on [default: 127.0.0.1:8600]
    #[arg(long, global = true, env = "BROADSHEET_LISTEN", value_name = "IP:PORT")]
    pub listen: Option<String>,
    /// URL at which readers reach the site, such as https://news.example.org [default: http:// and the address to listen on]
    #[arg(long, global = true, env = "BROADSHEET_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Folder for the embedded Postgres and the secret key [default: ./data]
    #[arg(long, global = true, env = "BROADSHEET_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<String>,
    /// Postgres database to use, version 14 or newer [default: an embedded Postgres in the data folder]
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        value_name = "URL",
        // `--help` must not show a password.
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// File with the secret key that seals email addresses [default: secret.key in the data folder]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_SECRET_KEY_FILE",
        value_name = "FILE"
    )]
    pub secret_key_file: Option<String>,
    /// Mail server, such as smtps://name:passphrase@mail.example.org [default: none, nothing is mailed]
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
        value_name = "EMAIL",
        hide_env_values = true
    )]
    pub mail_from: Option<String>,
    /// Folder for the pictures and files in articles [default: media in the data folder]
    #[arg(long, global = true, env = "BROADSHEET_MEDIA_DIR", value_name = "DIR")]
    pub media_dir: Option<String>,
    /// Proxies whose X-Forwarded-For header is trusted, separated by commas, such as 127.0.0.1,10.0.0.0/8 [default: none]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_TRUSTED_PROXIES",
        value_name = "NETWORKS"
    )]
    pub trusted_proxies: Option<String>,
    /// Memory for the page cache in megabytes; 0 turns it off [default: 64]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_CACHE_MB",
        value_name = "MEGABYTES"
    )]
    pub cache_mb: Option<String>,
    /// IP address and port at which to serve metrics for Prometheus, under /metrics [default: none]
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_METRICS_LISTEN",
        value_name = "IP:PORT"
    )]
    pub metrics_listen: Option<String>,
    /// Format of the log (text or json) and its level (error, warn, info, debug, trace or a tracing filter), such as json,debug
    #[arg(
        long,
        global = true,
        env = "BROADSHEET_LOG",
        value_name = "FORMAT,LEVEL",
        default_value = "text,info"
    )]
    pub log: String,
}

impl Settings {
    /// Checks every setting. Fails with an error for the first one that cannot be used.
    pub fn check(&self) -> Result<Config, SettingError> {
        let listen = parse_socket_addr(
            "BROADSHEET_LISTEN",
            non_blank(&self.listen).unwrap_or(DEFAULT_LISTEN),
        )?;
        Ok(Config {
            listen,
            public_url: parse_public_url(non_blank(&self.public_url), listen)?,
            data_dir: non_blank(&self.data_dir).map(PathBuf::from),
            database_url: parse_database_url(non_blank(&self.database_url))?,
            secret_key_file: non_blank(&self.secret_key_file).map(PathBuf::from),
            media_dir: non_blank(&self.media_dir).map(PathBuf::from),
            mail: parse_mail(non_blank(&self.smtp_url), non_blank(&self.mail_from))?,
            trusted_proxies: parse_proxies(non_blank(&self.trusted_proxies).unwrap_or_default())?,
            cache_bytes: parse_cache_size(non_blank(&self.cache_mb).unwrap_or(DEFAULT_CACHE_MB))?,
            metrics_listen: non_blank(&self.metrics_listen)
                .map(|text| parse_socket_addr("BROADSHEET_METRICS_LISTEN", text))
                .transpose()?,
        })
    }
}

fn non_blank(value: &Option<String>) -> Option<&str> {
    let text = value.as_deref()?.trim();
    (!text.is_empty()).then_some(text)
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

    fn error_of(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = settings();
        change(&mut settings);
        let error = settings.check().err();
        error.expect("the setting is invalid").to_string()
    }

    #[test]
    fn without_settings_the_site_listens_on_the_loopback_address() {
        let config = settings().check().unwrap();
        assert_eq!(
            config.absolute_url("/feed.xml"),
            "http://127.0.0.1:8600/feed.xml"
        );
        assert!(config.mail.is_none() && !config.is_https());
    }

    #[test]
    fn the_default_public_url_can_be_opened_in_a_browser() {
        let mut everywhere = settings();
        for (listen, url) in [
            ("0.0.0.0:80", "http://127.0.0.1/"),
            ("[::]:8600", "http://[::1]:8600/"),
            ("192.0.2.1:8600", "http://192.0.2.1:8600/"),
        ] {
            everywhere.listen = Some(listen.into());
            assert_eq!(everywhere.check().unwrap().public_url.as_str(), url);
        }
    }

    #[test]
    fn the_error_for_an_invalid_setting_is_one_sentence_that_names_it() {
        let sentences = [
            error_of(|s| s.listen = Some("eight".into())),
            error_of(|s| s.public_url = Some("example.org".into())),
            error_of(|s| s.public_url = Some("https://example.org/news".into())),
            error_of(|s| s.public_url = Some("https://:secret@example.org".into())),
            error_of(|s| s.database_url = Some("mysql://x".into())),
            error_of(|s| s.smtp_url = Some("smtp://localhost".into())),
            error_of(|s| s.mail_from = Some("news@example.org".into())),
            error_of(|s| {
                s.smtp_url = Some("pigeon://loft".into());
                s.mail_from = Some("news@example.org".into());
            }),
            error_of(|s| s.trusted_proxies = Some("10.0.0.0/8, everyone".into())),
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
    fn setting_errors_do_not_contain_the_database_password() {
        let error = error_of(|s| s.database_url = Some("mysql://root:hunter2@db".into()));
        assert!(!error.contains("hunter2"));
    }

    #[test]
    fn a_blank_setting_counts_as_not_given() {
        let mut blank = settings();
        blank.listen = Some(String::new());
        blank.public_url = Some("  ".into());
        blank.trusted_proxies = Some(String::new());
        blank.log = String::new();
        let config = blank.check().unwrap();
        assert_eq!(config.listen.to_string(), DEFAULT_LISTEN);
    }
}
