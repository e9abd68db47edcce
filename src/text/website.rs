//! The website that a commenter enters in the reply form. Links inside texts are checked by `markdown`.

use std::fmt;

use url::{Host, Url};

use super::input;

/// Longest URL of a website, in characters. WordPress has the same limit, so imported values are never too long.
const MAX_URL_CHARS: usize = 200;

/// Normalized absolute URL of a commenter's website. It has the scheme `http` or `https` and a public host, and contains
/// no user name or password.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Website(String);

/// Reason for rejecting a [`Website`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebsiteError {
    /// The URL is longer than 200 characters, either as it was entered or after normalization.
    TooLong,
    UnsupportedScheme,
    /// The URL contains a user name or password, or the value is an email address.
    HasCredentials,
    InvalidUrl,
}

impl Website {
    /// Parses the value of a form field, without its invisible characters. Returns `None` if it is blank. A value without
    /// a scheme gets `https://`.
    pub fn parse(raw: &str) -> Result<Option<Self>, WebsiteError> {
        if input::is_blank(raw) && !input::has_invalid_chars(raw) {
            return Ok(None);
        }
        let raw = narrow_scheme(&input::address(raw));
        if raw.chars().count() > MAX_URL_CHARS {
            return Err(WebsiteError::TooLong);
        }
        // `Url` silently drops tabs and newlines, so the stored URL would differ from the typed one.
        if raw.contains(char::is_control) {
            return Err(WebsiteError::InvalidUrl);
        }
        let url = Url::parse(&add_scheme(&raw)).map_err(|_| WebsiteError::InvalidUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(WebsiteError::UnsupportedScheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebsiteError::HasCredentials);
        }
        if !url.host().is_some_and(|host| is_public_host(&host)) {
            return Err(WebsiteError::InvalidUrl);
        }
        // Punycode and percent-encoding make a URL longer, so the limit is checked again.
        let normalized = String::from(url);
        if normalized.len() > MAX_URL_CHARS {
            return Err(WebsiteError::TooLong);
        }
        Ok(Some(Self(normalized)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the URL with its scheme and `://` in ASCII if they are full-width. The host is narrowed when it is parsed; the
/// rest may be meant as it is.
fn narrow_scheme(raw: &str) -> String {
    let narrow: String = raw.chars().map(input::narrow_full_width).collect();
    let length = ["https://", "http://"]
        .into_iter()
        .find(|scheme| {
            narrow
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
        .map_or(0, str::len);
    narrow
        .chars()
        .take(length)
        .chain(raw.chars().skip(length))
        .collect()
}

fn add_scheme(raw: &str) -> String {
    let is_scheme = |start: &str| {
        start.starts_with(|c: char| c.is_ascii_alphabetic())
            && start
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    match raw.split_once("://") {
        // `://` may also occur in the query of a URL that was typed without a scheme.
        Some((start, _)) if is_scheme(start) => raw.to_owned(),
        _ => format!("https://{}", raw.trim_start_matches('/')),
    }
}

/// Returns whether the host is an IP address or a name with a dot. `localhost` is not a public website.
fn is_public_host(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            // A dot at the end is legal: it makes a name absolute (RFC 1034, section 3.1).
            let name = name.strip_suffix('.').unwrap_or(name);
            name.contains('.') && name.split('.').all(|label| !label.is_empty())
        }
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    }
}

impl fmt::Display for Website {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse_website(raw: &str) -> Result<String, WebsiteError> {
        Website::parse(raw).map(|site| site.expect("the website is not blank").to_string())
    }

    #[test]
    fn a_blank_value_is_no_website() {
        for blank in ["", "  ", "\n", "\u{200B}"] {
            assert_eq!(Website::parse(blank), Ok(None));
        }
    }

    #[test]
    fn a_url_without_a_scheme_gets_https() {
        assert_eq!(
            parse_website(" example.org "),
            Ok("https://example.org/".into())
        );
        assert_eq!(
            parse_website("example.org:8080/a"),
            Ok("https://example.org:8080/a".into())
        );
        assert_eq!(
            parse_website("//example.org"),
            Ok("https://example.org/".into())
        );
        assert_eq!(
            parse_website("example.org/?to=http://a.b"),
            Ok("https://example.org/?to=http://a.b".into())
        );
    }

    #[test]
    fn invisible_characters_and_full_width_forms_are_no_reason_to_reject_a_url() {
        for mark in [
            "\u{200B}", "\u{202A}", "\u{FEFF}", "\u{2060}", "\u{AD}", "\u{200D}", "\u{2068}",
        ] {
            for raw in [
                "{}https://example.org",
                "https://example.org{}",
                "ht{}tps://exam{}ple.org",
                " {} example.org{} ",
            ] {
                let raw = raw.replace("{}", mark);
                assert_eq!(
                    parse_website(&raw),
                    Ok("https://example.org/".into()),
                    "{raw:?}"
                );
            }
        }
        for raw in [
            "ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｏｒｇ/！",
            "https://ｅｘａｍｐｌｅ。org/！",
            "ｅｘａｍｐｌｅ．ｏｒｇ/！",
        ] {
            assert_eq!(
                parse_website(raw),
                Ok("https://example.org/%EF%BC%81".into()),
                "{raw}"
            );
        }
    }

    #[test]
    fn an_absolute_url_is_normalized() {
        assert_eq!(
            parse_website("HTTP://Example.ORG"),
            Ok("http://example.org/".into())
        );
        assert_eq!(
            parse_website("https://приклад.укр/а"),
            Ok("https://xn--80aikifvh.xn--j1amh/%D0%B0".into())
        );
        assert_eq!(
            parse_website("http://192.0.2.7"),
            Ok("http://192.0.2.7/".into())
        );
        assert_eq!(
            parse_website("http://[2001:db8::1]/"),
            Ok("http://[2001:db8::1]/".into())
        );
    }

    #[test]
    fn only_http_urls_are_accepted() {
        assert_eq!(
            parse_website("ftp://example.org"),
            Err(WebsiteError::UnsupportedScheme)
        );
        assert_eq!(
            parse_website("javascript://example.org/%0aalert(1)"),
            Err(WebsiteError::UnsupportedScheme)
        );
        assert_eq!(
            parse_website("javascript:alert(1)"),
            Err(WebsiteError::InvalidUrl)
        );
        assert_eq!(
            parse_website("data:text/html,<script>"),
            Err(WebsiteError::InvalidUrl)
        );
    }

    #[test]
    fn urls_with_credentials_are_rejected() {
        for raw in [
            "https://ann:secret@example.org",
            "ann@example.org",
            "mailto:ann@example.org",
        ] {
            assert_eq!(
                parse_website(raw),
                Err(WebsiteError::HasCredentials),
                "{raw}"
            );
        }
    }

    #[test]
    fn hosts_that_are_not_public_are_rejected() {
        for raw in [
            "localhost",
            "http://localhost./",
            "no site",
            "https://",
            "exa\tmple.org",
            "a\0.org",
            "https://a..b",
            "none",
        ] {
            assert_eq!(parse_website(raw), Err(WebsiteError::InvalidUrl), "{raw:?}");
        }
    }

    #[test]
    fn a_url_is_rejected_if_it_is_too_long_as_entered_or_after_normalization() {
        assert_eq!(
            parse_website(&format!("example.org/{}", "a".repeat(190))),
            Err(WebsiteError::TooLong)
        );
        assert_eq!(
            parse_website(&format!("example.org/{}", "ї".repeat(60))),
            Err(WebsiteError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn parsing_a_normalized_url_again_does_not_change_it(raw in "\\PC*|[a-z:/@.%]{0,30}|https?://[a-z.:/@?#]{0,30}") {
            if let Ok(Some(site)) = Website::parse(&raw) {
                prop_assert!(site.as_str().starts_with("http"));
                prop_assert_eq!(Website::parse(site.as_str()), Ok(Some(site.clone())));
            }
        }
    }
}
