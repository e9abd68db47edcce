//! The languages of the interface.

/// Language of the site, including its staff pages and its emails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "site_language")]
pub enum Language {
    /// English as written in the United States.
    #[default]
    #[sqlx(rename = "en")]
    English,
    #[sqlx(rename = "uk")]
    Ukrainian,
}

impl Language {
    /// Returns all languages in the order in which settings offer them.
    pub const fn all() -> [Self; 2] {
        [Self::English, Self::Ukrainian]
    }

    /// Finds the language with this BCP 47 code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::all()
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// Returns the BCP 47 code, as used in `lang` attributes, settings and the names of locale files.
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
