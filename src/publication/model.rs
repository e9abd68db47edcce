//! The publication, and the URLs of its articles.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;

use super::discussion::DiscussionSettings;
use crate::clock::Ts;
use crate::i18n::Translator;
use crate::ids::ArticleId;
use crate::text::date_style::{DateOrder, DateStyle, HourCycle};
use crate::text::dates;
use crate::text::{Language, SafeHtml, Slug, markdown};

/// Settings of the publication, which affect every page.
#[derive(Clone, Debug)]
pub struct Publication {
    pub title: String,
    /// Line under the title; may be empty.
    pub tagline: String,
    pub language: Language,
    /// Time zone of all dates that are shown.
    pub zone: TimeZone,
    pub date_order: DateOrder,
    pub hour_cycle: HourCycle,
    pub permalink: Permalink,
    /// Message under every article, in Markdown; may be empty.
    pub appeal: String,
    pub appeal_html: SafeHtml,
    pub discussion: DiscussionSettings,
    /// Id of the secret key with which personal data in the database is encrypted.
    pub key_id: Vec<u8>,
    /// Number that each save of the settings increments, so that concurrent saves are detected.
    pub version: i32,
    /// Public URL at the first start, without a slash at the end. Guids that are not stored contain it, so that they stay
    /// when the public URL changes. `None` before the first start.
    pub guid_base: Option<String>,
    /// Random text from which the ids of the feeds are made.
    pub feed_seed: String,
    /// Version of the row in the `settings` table. It changes with every write.
    pub row_version: PublicationVersion,
}

/// Version of the row in the `settings` table: the id of the transaction that wrote it (`xmin` in Postgres).
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct PublicationVersion(i64);

impl PublicationVersion {
    /// Version of a publication that was not loaded from the database. No transaction has this id.
    pub const NONE: Self = Self(0);
}

impl Publication {
    /// Returns a publication with the default settings.
    pub fn new(key_id: &[u8]) -> Self {
        Self {
            title: "Broadsheet".to_owned(),
            tagline: String::new(),
            language: Language::English,
            zone: TimeZone::UTC,
            date_order: DateOrder::default(),
            hour_cycle: HourCycle::default(),
            permalink: Permalink::default(),
            appeal: String::new(),
            appeal_html: markdown::render_article(""),
            discussion: DiscussionSettings::default(),
            key_id: key_id.to_vec(),
            version: 1,
            guid_base: None,
            feed_seed: String::new(),
            row_version: PublicationVersion::NONE,
        }
    }

    /// Returns the translations into the publication's language.
    pub fn translator(&self) -> Translator {
        Translator::new(self.language)
    }

    /// Returns the name of the publication's time zone in the IANA database.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Returns the style of all dates and times that people read.
    pub fn date_style(&self) -> DateStyle {
        DateStyle {
            language: self.language,
            order: self.date_order,
            hours: self.hour_cycle,
        }
    }

    /// Returns the path of an article according to the permalink pattern.
    pub fn article_path(&self, id: ArticleId, slug: &Slug, published_at: Ts) -> String {
        self.permalink
            .fill(id, slug, dates::ymd(published_at, &self.zone))
    }

    /// Returns the path of an article of kind `Page`, such as an imprint. The permalink pattern does not apply to it.
    pub fn page_path(slug: &Slug) -> String {
        format!("/{slug}")
    }
}

/// Permalink pattern: the pattern for the paths of articles, such as `/{year}/{month}/{day}/{slug}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permalink(String);

/// Reason why a permalink pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermalinkError {
    /// The pattern contains something other than slashes, lower-case words and known placeholders.
    Malformed,
    /// The pattern contains neither slug nor id, so that two articles could have the same path.
    NotUnique,
    /// The first segment of the pattern is used by the site itself.
    Reserved,
}

/// First segments of paths that the site itself uses.
const RESERVED_PREFIXES: [&str; 22] = [
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
    /// Returns the path of an article: the pattern with its placeholders filled in.
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
    type Err = PermalinkError;

    fn from_str(text: &str) -> Result<Self, PermalinkError> {
        let path = text.trim().trim_end_matches('/');
        let mut parts = path.split('/');
        if parts.next() != Some("") || path.len() > 200 {
            return Err(PermalinkError::Malformed);
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
                return Err(PermalinkError::Malformed);
            }
        }
        if !path.contains("{slug}") && !path.contains("{id}") {
            return Err(PermalinkError::NotUnique);
        }
        let first = parts.first().copied().unwrap_or_default();
        // A bare {slug} may still become any of them, which is why `is_reserved` checks each path.
        if RESERVED_PREFIXES.contains(&first) {
            return Err(PermalinkError::Reserved);
        }
        Ok(Self(path.to_owned()))
    }
}

/// Returns whether the first segment of a path is used by the site itself, so that no article may have the path.
pub fn is_reserved(path: &str) -> bool {
    RESERVED_PREFIXES.contains(&first_part(path).0)
}

/// Returns whether the site itself responds to requests for a path. An imported article cannot have such a path as its
/// old path, because no redirect would happen.
pub fn is_served(path: &str) -> bool {
    // The other reserved parts are served only with something below them.
    const SERVED_ALONE: [&str; 7] = [
        "admin",
        "healthz",
        "readyz",
        "search",
        "transparency",
        "feed",
        "wp-comments-post.php",
    ];
    let (first, has_more) = first_part(path);
    RESERVED_PREFIXES.contains(&first) && (has_more || SERVED_ALONE.contains(&first))
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
    fn months_and_days_in_article_paths_have_two_digits() {
        let slug = Slug::parse("tea").unwrap();
        let path = |pattern: &str| {
            pattern
                .parse::<Permalink>()
                .unwrap()
                .fill(ArticleId(7), &slug, (2024, 7, 2))
        };
        assert_eq!(path("/{year}/{month}/{day}/{slug}"), "/2024/07/02/tea");
        assert_eq!(path("/news/{id}-{slug}/"), "/news/7-tea");
    }

    #[test]
    fn only_reserved_paths_that_the_site_responds_to_count_as_served() {
        for (path, reserved, answered) in [
            ("/admin", true, true),
            ("/search/", true, true),
            ("/author", true, false),
            ("/author/ann", true, true),
            ("/about", false, false),
            ("/about/search", false, false),
        ] {
            assert_eq!(is_reserved(path), reserved, "{path}");
            assert_eq!(is_served(path), answered, "{path}");
        }
    }

    #[test]
    fn invalid_permalink_patterns_are_rejected() {
        let refused = |pattern: &str| pattern.parse::<Permalink>().unwrap_err();
        assert_eq!(refused("{slug}"), PermalinkError::Malformed);
        assert_eq!(refused("/a//{slug}"), PermalinkError::Malformed);
        assert_eq!(refused("/{author}/{slug}"), PermalinkError::Malformed);
        assert_eq!(refused("/новини/{slug}"), PermalinkError::Malformed);
        assert_eq!(refused("/{year}/{month}"), PermalinkError::NotUnique);
        assert_eq!(refused("/admin/{slug}"), PermalinkError::Reserved);
        assert_eq!(refused(""), PermalinkError::NotUnique);
    }
}
