//! The website a commenter may give. Links inside texts are `markdown`'s business.

use std::fmt;

use url::{Host, Url};

use super::typed;

/// The longest address kept, in bytes; WordPress's own column is as wide, so imports fit.
const LONGEST: usize = 200;

/// The address of a person's own site, complete and normalised: `http` or `https`, a real host, no name or password.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Website(String);

/// Why something is no [`Website`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It is more than 200 bytes once written out in full.
    TooLong,
    /// It is for something other than a web page.
    NotTheWeb,
    /// It carries a name or a password, or is an email address.
    NamesAUser,
    /// No site can be at it.
    NotAnAddress,
}

impl Website {
    /// The website in what was typed, `None` when nothing was. `example.org` is taken to mean `https://example.org/`.
    pub fn parse(typed: &str) -> Result<Option<Self>, LinkError> {
        if typed::is_blank(typed) && !typed::has_unreadable(typed) {
            return Ok(None);
        }
        let typed = typed.trim();
        if typed.len() > LONGEST {
            return Err(LinkError::TooLong);
        }
        // `Url` drops tabs and newlines in silence; what it drops, we refuse.
        if typed.contains(char::is_control) {
            return Err(LinkError::NotAnAddress);
        }
        let url = Url::parse(&with_scheme(typed)).map_err(|_| LinkError::NotAnAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(LinkError::NotTheWeb);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LinkError::NamesAUser);
        }
        if !url.host().is_some_and(|host| is_real(&host)) {
            return Err(LinkError::NotAnAddress);
        }
        let normalised = String::from(url);
        if normalised.len() > LONGEST {
            return Err(LinkError::TooLong);
        }
        Ok(Some(Self(normalised)))
    }

    /// The address as it goes into a page or the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn with_scheme(typed: &str) -> String {
    let is_scheme = |start: &str| {
        start.starts_with(|c: char| c.is_ascii_alphabetic())
            && start
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    match typed.split_once("://") {
        Some((start, _)) if is_scheme(start) => typed.to_owned(),
        _ => format!("https://{}", typed.trim_start_matches('/')),
    }
}

/// A name with a dot inside, or a number: `localhost` is nobody's website.
fn is_real(host: &Host<&str>) -> bool {
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

    fn parsed(typed: &str) -> Result<String, LinkError> {
        Website::parse(typed).map(|site| site.expect("something was typed").to_string())
    }

    #[test]
    fn nothing_typed_is_no_website() {
        for blank in ["", "  ", "\n", "\u{200B}"] {
            assert_eq!(Website::parse(blank), Ok(None));
        }
    }

    #[test]
    fn a_bare_name_gets_https() {
        assert_eq!(parsed(" example.org "), Ok("https://example.org/".into()));
        assert_eq!(
            parsed("example.org:8080/a"),
            Ok("https://example.org:8080/a".into())
        );
        assert_eq!(parsed("//example.org"), Ok("https://example.org/".into()));
        assert_eq!(
            parsed("example.org/?to=http://a.b"),
            Ok("https://example.org/?to=http://a.b".into())
        );
    }

    #[test]
    fn a_whole_address_is_normalised() {
        assert_eq!(
            parsed("HTTP://Example.ORG"),
            Ok("http://example.org/".into())
        );
        assert_eq!(
            parsed("https://приклад.укр/а"),
            Ok("https://xn--80aikifvh.xn--j1amh/%D0%B0".into())
        );
        assert_eq!(parsed("http://192.0.2.7"), Ok("http://192.0.2.7/".into()));
        assert_eq!(
            parsed("http://[2001:db8::1]/"),
            Ok("http://[2001:db8::1]/".into())
        );
    }

    #[test]
    fn only_the_web_is_taken() {
        assert_eq!(parsed("ftp://example.org"), Err(LinkError::NotTheWeb));
        assert_eq!(
            parsed("javascript://example.org/%0aalert(1)"),
            Err(LinkError::NotTheWeb)
        );
        assert_eq!(parsed("javascript:alert(1)"), Err(LinkError::NotAnAddress));
        assert_eq!(
            parsed("data:text/html,<script>"),
            Err(LinkError::NotAnAddress)
        );
    }

    #[test]
    fn a_name_or_password_is_refused() {
        for typed in [
            "https://ann:secret@example.org",
            "ann@example.org",
            "mailto:ann@example.org",
        ] {
            assert_eq!(parsed(typed), Err(LinkError::NamesAUser), "{typed}");
        }
    }

    #[test]
    fn what_is_nowhere_is_refused() {
        for typed in [
            "localhost",
            "http://localhost./",
            "no site",
            "https://",
            "exa\tmple.org",
            "a\0.org",
            "https://a..b",
            "none",
        ] {
            assert_eq!(parsed(typed), Err(LinkError::NotAnAddress), "{typed:?}");
        }
    }

    #[test]
    fn a_long_address_is_refused_as_typed_and_as_written_out() {
        assert_eq!(
            parsed(&format!("example.org/{}", "a".repeat(190))),
            Err(LinkError::TooLong)
        );
        assert_eq!(
            parsed(&format!("example.org/{}", "ї".repeat(60))),
            Err(LinkError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_taken_again_unchanged(typed in "\\PC*|[a-z:/@.%]{0,30}|https?://[a-z.:/@?#]{0,30}") {
            if let Ok(Some(site)) = Website::parse(&typed) {
                prop_assert!(site.as_str().starts_with("http"));
                prop_assert_eq!(Website::parse(site.as_str()), Ok(Some(site.clone())));
            }
        }
    }
}
