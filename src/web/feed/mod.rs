//! Feeds in three formats that are made of the same items: RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1.

mod atom;
mod json;
mod rss;

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::layout::Layout;
use crate::clock::Ts;
use crate::text::input;

/// Format of a feed. Each has its own URL, which differs in the extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFormat {
    Rss,
    Atom,
    Json,
}

impl FeedFormat {
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// Returns the extension of feeds in this format, with its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => ".xml",
            Self::Atom => ".atom",
            Self::Json => ".json",
        }
    }

    /// Returns the format of WordPress's feed of this kind, such as `rss2`. Formats that are no longer in use become RSS.
    pub fn from_wordpress(kind: &str) -> Self {
        match kind.trim_end_matches('/') {
            "atom" | "comments-atom" => Self::Atom,
            _ => Self::Rss,
        }
    }

    /// Splits the path of a feed into the path without its extension and the format.
    pub fn split(path: &str) -> Option<(&str, Self)> {
        Self::ALL
            .into_iter()
            .find_map(|format| Some((path.strip_suffix(format.extension())?, format)))
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }
}

/// Extracts the format from the extension of the requested path. A path without a known extension gets RSS.
impl<S: Sync> FromRequestParts<S> for FeedFormat {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let split = Self::split(parts.uri.path());
        Ok(split.map_or(Self::Rss, |(_, format)| format))
    }
}

/// Feed before it is written in one of the formats.
pub struct Feed {
    /// Name that stays the same if the URL of the feed changes, unique on this site.
    pub name: String,
    pub title: String,
    /// Path of the page whose news the feed contains.
    pub page_path: String,
    /// Path of the feed without the extension.
    pub stem: String,
    /// Items, newest first.
    pub items: Vec<FeedItem>,
}

/// Article or comment in a feed.
pub struct FeedItem {
    /// Id by which feed readers recognise the item. It must never change.
    pub guid: String,
    pub title: String,
    pub url: String,
    pub author: FeedAuthor,
    /// Names of the topics.
    pub topics: Vec<String>,
    pub published_at: Ts,
    /// Time of the last change after publication.
    pub updated_at: Option<Ts>,
    /// Plain text that stands for the item in a list.
    pub summary: Option<String>,
    pub html: String,
    /// URL of the comments on the item.
    pub comments_url: Option<String>,
}

/// Author of an item. It has no email address on purpose.
pub struct FeedAuthor {
    pub name: String,
    pub url: Option<String>,
}

impl Feed {
    /// Writes the feed in one of the formats.
    pub fn respond(&self, layout: &Layout, format: FeedFormat) -> Response {
        let text = match format {
            FeedFormat::Rss => rss::write(self, layout),
            FeedFormat::Atom => atom::write(self, layout),
            FeedFormat::Json => json::write(self, layout),
        };
        // An entity in a comment, such as `&#1;`, may stand for a character that XML forbids.
        let text = match input::has_invalid_chars(&text) {
            true => input::strip_invalid_chars(&text),
            false => text,
        };
        ([(header::CONTENT_TYPE, format.content_type())], text).into_response()
    }

    /// Returns the path of this feed in a format.
    fn path(&self, format: FeedFormat) -> String {
        format!("{}{}", self.stem, format.extension())
    }

    /// Returns the time of the newest item or change; `None` for an empty feed.
    fn updated_at(&self) -> Option<Ts> {
        self.items.iter().map(FeedItem::last_change).max()
    }
}

impl FeedItem {
    fn last_change(&self) -> Ts {
        self.updated_at.unwrap_or(self.published_at)
    }
}

/// Returns the description of the site for feeds, which require one: the tagline or, if that is empty, the title.
fn describe_site(layout: &Layout) -> &str {
    match layout.publication.tagline.as_str() {
        "" => &layout.publication.title,
        tagline => tagline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_feed_is_read_from_its_path() {
        for (path, expected) in [
            ("/feed.xml", Some(("/feed", FeedFormat::Rss))),
            ("/a/feed.atom", Some(("/a/feed", FeedFormat::Atom))),
            ("/feed.json", Some(("/feed", FeedFormat::Json))),
            ("/feed", None),
        ] {
            assert_eq!(FeedFormat::split(path), expected, "{path}");
        }
        for (kind, format) in [
            ("atom/", FeedFormat::Atom),
            ("comments-atom", FeedFormat::Atom),
            ("rss2", FeedFormat::Rss),
            ("", FeedFormat::Rss),
        ] {
            assert_eq!(FeedFormat::from_wordpress(kind), format, "{kind}");
        }
    }
}
