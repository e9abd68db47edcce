//! The languages a site can speak.

/// A language that the site, its desk and its mails can be in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "site_language")]
pub enum Language {
    /// English, as written in the United States.
    #[default]
    #[sqlx(rename = "en")]
    English,
    /// Ukrainian.
    #[sqlx(rename = "uk")]
    Ukrainian,
}

impl Language {
    /// Every language there is, in the order in which they are offered.
    pub const fn all() -> [Self; 2] {
        [Self::English, Self::Ukrainian]
    }

    /// The language whose code this is.
    pub fn parse(code: &str) -> Option<Self> {
        Self::all()
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// Its BCP 47 code: what `lang` attributes, settings and locale files call it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Ukrainian => "uk",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_found_by_its_code() {
        for language in Language::all() {
            assert_eq!(Language::parse(language.code()), Some(language));
        }
        assert_eq!(Language::parse("xx"), None);
        assert_eq!(Language::parse(""), None);
    }
}
