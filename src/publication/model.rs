//! What a publication is, and how the addresses of its articles are made.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;

use super::DiscussionSettings;
use crate::clock::Ts;
use crate::i18n::Words;
use crate::ids::ArticleId;
use crate::text::{Language, SafeHtml, Slug, dates, markdown};

/// The settings that shape every page.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its name.
    pub title: String,
    /// A line under its name; may be empty.
    pub tagline: String,
    /// The language its pages speak.
    pub language: Language,
    /// The zone its dates are told in.
    pub zone: TimeZone,
    /// How an article's address is made.
    pub permalink: Permalink,
    /// What stands under every article, as Markdown; may be empty.
    pub appeal: String,
    /// The same as HTML.
    pub appeal_html: SafeHtml,
    /// How its discussions are kept.
    pub discussion: DiscussionSettings,
    /// Which secret key the database's addresses are sealed with.
    pub key_id: Vec<u8>,
    /// Counts saves.
    pub version: i32,
    /// Which writing of its row this is.
    pub edition: Edition,
}

/// A writing of the publication's row, whoever wrote it: Postgres's number of that transaction (`xmin`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Edition(i64);

impl Edition {
    /// Of a publication that nobody has written; no transaction has this number.
    pub const NONE: Self = Self(0);
}

impl Publication {
    /// A publication as it is before anyone has set anything.
    pub fn new(key_id: &[u8]) -> Self {
        Self {
            title: "Broadsheet".to_owned(),
            tagline: String::new(),
            language: Language::English,
            zone: TimeZone::UTC,
            permalink: Permalink::default(),
            appeal: String::new(),
            appeal_html: markdown::render_article(""),
            discussion: DiscussionSettings::default(),
            key_id: key_id.to_vec(),
            version: 1,
            edition: Edition::NONE,
        }
    }

    /// The words of its language.
    pub fn words(&self) -> Words {
        Words::of(self.language)
    }

    /// Its time zone's name in the IANA database.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The address of an article of this slug and moment.
    pub fn path_of(&self, id: ArticleId, slug: &Slug, published_at: Ts) -> String {
        self.permalink
            .fill(id, slug, dates::ymd(published_at, &self.zone))
    }

    /// The address of a page, which no pattern moves.
    pub fn path_of_page(slug: &Slug) -> String {
        format!("/{slug}")
    }
}

/// How an article's address is made: `/{year}/{month}/{day}/{slug}` and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permalink(String);

/// Why a permalink pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongPermalink {
    /// It must be slashes, words and placeholders we know.
    Malformed,
    /// Two articles would share an address.
    NotUnique,
    /// Its first part is an address of our own.
    Reserved,
}

/// First parts of addresses that pages of ours have, or will.
const RESERVED: [&str; 22] = [
    "admin",
    "articles",
    "comments",
    "commenters",
    "subscriptions",
    "digests",
    "moderators",
    "static",
    "healthz",
    "readyz",
    "search",
    "transparency",
    "topics",
    "authors",
    "media",
    "page",
    "feed",
    "category",
    "tag",
    "author",
    "wp-content",
    "wp-comments-post.php",
];

impl Default for Permalink {
    fn default() -> Self {
        Self("/{year}/{month}/{day}/{slug}".to_owned())
    }
}

impl Permalink {
    /// The address for these parts.
    pub fn fill(&self, id: ArticleId, slug: &Slug, (year, month, day): (i16, i8, i8)) -> String {
        self.0
            .replace("{year}", &format!("{year:04}"))
            .replace("{month}", &format!("{month:02}"))
            .replace("{day}", &format!("{day:02}"))
            .replace("{slug}", slug.as_str())
            .replace("{id}", &id.to_string())
    }
}

impl fmt::Display for Permalink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Permalink {
    type Err = WrongPermalink;

    fn from_str(text: &str) -> Result<Self, WrongPermalink> {
        let path = text.trim().trim_end_matches('/');
        let mut parts = path.split('/');
        if parts.next() != Some("") || path.len() > 200 {
            return Err(WrongPermalink::Malformed);
        }
        let parts: Vec<&str> = parts.collect();
        for part in &parts {
            let mut rest = (*part).to_owned();
            for placeholder in ["{year}", "{month}", "{day}", "{slug}", "{id}"] {
                rest = rest.replace(placeholder, "x");
            }
            let plain = rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if rest.is_empty() || !plain {
                return Err(WrongPermalink::Malformed);
            }
        }
        if !path.contains("{slug}") && !path.contains("{id}") {
            return Err(WrongPermalink::NotUnique);
        }
        let first = parts.first().copied().unwrap_or_default();
        // A bare {slug} may still spell any of them; `is_reserved` looks at each address that is made.
        if RESERVED.contains(&first) {
            return Err(WrongPermalink::Reserved);
        }
        Ok(Self(path.to_owned()))
    }
}

/// Whether an address begins like a page of ours, so that no article may have it.
pub fn is_reserved(path: &str) -> bool {
    RESERVED.contains(&first_part(path).0)
}

/// Whether a page of ours answers at an address, so that none an article had elsewhere can lead on from there. Some of
/// ours only have pages below them.
pub fn is_answered(path: &str) -> bool {
    const ALONE: [&str; 7] = [
        "admin",
        "healthz",
        "readyz",
        "search",
        "transparency",
        "feed",
        "wp-comments-post.php",
    ];
    let (first, has_more) = first_part(path);
    RESERVED.contains(&first) && (has_more || ALONE.contains(&first))
}

fn first_part(path: &str) -> (&str, bool) {
    let path = path.trim_matches('/');
    match path.split_once('/') {
        Some((first, _)) => (first, true),
        None => (path, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fills_with_padded_dates() {
        let slug = Slug::parse("tea").unwrap();
        let address = |pattern: &str| {
            pattern
                .parse::<Permalink>()
                .unwrap()
                .fill(ArticleId(7), &slug, (2024, 7, 2))
        };
        assert_eq!(address("/{year}/{month}/{day}/{slug}"), "/2024/07/02/tea");
        assert_eq!(address("/news/{id}-{slug}/"), "/news/7-tea");
    }

    #[test]
    fn an_old_address_may_be_where_we_have_no_page() {
        for (path, reserved, answered) in [
            ("/admin", true, true),
            ("/search/", true, true),
            ("/author", true, false),
            ("/author/ann", true, true),
            ("/about", false, false),
            ("/about/search", false, false),
        ] {
            assert_eq!(is_reserved(path), reserved, "{path}");
            assert_eq!(is_answered(path), answered, "{path}");
        }
    }

    #[test]
    fn patterns_that_cannot_work_are_refused() {
        let refused = |pattern: &str| pattern.parse::<Permalink>().unwrap_err();
        assert_eq!(refused("{slug}"), WrongPermalink::Malformed);
        assert_eq!(refused("/a//{slug}"), WrongPermalink::Malformed);
        assert_eq!(refused("/{author}/{slug}"), WrongPermalink::Malformed);
        assert_eq!(refused("/новини/{slug}"), WrongPermalink::Malformed);
        assert_eq!(refused("/{year}/{month}"), WrongPermalink::NotUnique);
        assert_eq!(refused("/admin/{slug}"), WrongPermalink::Reserved);
        assert_eq!(refused(""), WrongPermalink::NotUnique);
    }
}
