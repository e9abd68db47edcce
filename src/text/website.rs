//! The website a commenter may give. Links inside texts are `markdown`'s business.

use std::fmt;

use url::{Host, Url};

use super::input;

/// The longest address kept, in bytes; WordPress's own column is as wide, so imports fit.
const MAX_URL_BYTES: usize = 200;

/// The address of a person's own site, complete and normalised: `http` or `https`, a real host, no name or password.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Website(String);

/// Why something is no [`Website`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebsiteError {
    /// It is more than 200 bytes once written out in full.
    TooLong,
    /// It is for something other than a web page.
    UnsupportedScheme,
    /// It carries a name or a password, or is an email address.
    HasCredentials,
    /// No site can be at it.
    InvalidUrl,
}

impl Website {
    /// The website in what was typed, `None` when nothing was. `example.org` is taken to mean `https://example.org/`.
    pub fn parse(raw: &str) -> Result<Option<Self>, WebsiteError> {
        if input::is_blank(raw) && !input::has_invalid_chars(raw) {
            return Ok(None);
        }
        let raw = raw.trim();
        if raw.len() > MAX_URL_BYTES {
            return Err(WebsiteError::TooLong);
        }
        // `Url` drops tabs and newlines in silence; what it drops, we refuse.
        if raw.contains(char::is_control) {
            return Err(WebsiteError::InvalidUrl);
        }
        let url = Url::parse(&add_scheme(raw)).map_err(|_| WebsiteError::InvalidUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(WebsiteError::UnsupportedScheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebsiteError::HasCredentials);
        }
        if !url.host().is_some_and(|host| is_public_host(&host)) {
            return Err(WebsiteError::InvalidUrl);
        }
        let normalised = String::from(url);
        if normalised.len() > MAX_URL_BYTES {
            return Err(WebsiteError::TooLong);
        }
        Ok(Some(Self(normalised)))
    }

    /// The address as it goes into a page or the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn add_scheme(raw: &str) -> String {
    let is_scheme = |start: &str| {
        start.starts_with(|c: char| c.is_ascii_alphabetic())
            && start
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    match raw.split_once("://") {
        Some((start, _)) if is_scheme(start) => raw.to_owned(),
        _ => format!("https://{}", raw.trim_start_matches('/')),
    }
}

/// A name with a dot inside, or a number: `localhost` is nobody's website.
fn is_public_host(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
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
        Website::parse(raw).map(|site| site.expect("not blank").to_string())
    }

    #[test]
    fn nothing_typed_is_no_website() {
        for blank in ["", "  ", "\n", "\u{200B}"] {
            assert_eq!(Website::parse(blank), Ok(None));
        }
    }

    #[test]
    fn a_bare_name_gets_https() {
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
    fn a_whole_address_is_normalised() {
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
    fn only_the_web_is_taken() {
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
    fn a_name_or_password_is_refused() {
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
    fn what_is_nowhere_is_refused() {
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
    fn a_long_address_is_refused_as_typed_and_as_written_out() {
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
        fn whatever_is_taken_is_taken_again_unchanged(raw in "\\PC*|[a-z:/@.%]{0,30}|https?://[a-z.:/@?#]{0,30}") {
            if let Ok(Some(site)) = Website::parse(&raw) {
                prop_assert!(site.as_str().starts_with("http"));
                prop_assert_eq!(Website::parse(site.as_str()), Ok(Some(site.clone())));
            }
        }
    }
}
