//! Atom 1.0 (RFC 4287).

use atom_syndication::{Category, Content, Entry, FixedDateTime, Link, Person, Text};
use url::Url;

use super::{Feed, FeedFormat, FeedItem, describe_site};
use crate::clock::Ts;
use crate::crypto::make_urn;
use crate::web::layout::Layout;

pub(super) fn write(feed: &Feed, layout: &Layout) -> String {
    let updated = feed.updated_at().unwrap_or(Ts::EPOCH);
    atom_syndication::Feed {
        id: make_urn(&[layout.publication.feed_seed.as_str(), feed.name.as_str()]),
        title: Text::plain(feed.title.clone()),
        subtitle: Some(Text::plain(describe_site(layout))),
        updated: to_fixed(updated),
        lang: Some(layout.lang().to_owned()),
        links: vec![
            link(
                "self",
                "application/atom+xml",
                layout.absolute_url(&feed.path(FeedFormat::Atom)),
            ),
            link(
                "alternate",
                "text/html",
                layout.absolute_url(&feed.page_path),
            ),
        ],
        entries: feed.items.iter().map(build_entry).collect(),
        ..atom_syndication::Feed::default()
    }
    .to_string()
}

fn build_entry(item: &FeedItem) -> Entry {
    let topics = item.topics.iter().map(|name| Category {
        term: name.clone(),
        ..Category::default()
    });
    let mut links = vec![link("alternate", "text/html", item.url.clone())];
    links.extend(
        item.comments_url
            .clone()
            .map(|url| link("replies", "text/html", url)),
    );
    Entry {
        id: make_id(&item.guid),
        title: Text::plain(item.title.clone()),
        authors: vec![Person {
            name: item.author.name.clone(),
            uri: item.author.url.clone(),
            ..Person::default()
        }],
        categories: topics.collect(),
        links,
        published: Some(to_fixed(item.published_at)),
        updated: to_fixed(item.last_change()),
        summary: item.summary.clone().map(Text::plain),
        content: Some(Content {
            content_type: Some("html".to_owned()),
            value: Some(item.html.clone()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn link(rel: &str, mime_type: &str, href: String) -> Link {
    Link {
        href,
        rel: rel.to_owned(),
        mime_type: Some(mime_type.to_owned()),
        ..Link::default()
    }
}

/// Returns the guid if it is an IRI, as Atom requires (RFC 4287, section 4.2.6). An imported guid may be any text; a URN
/// made of it stands for such a guid.
fn make_id(guid: &str) -> String {
    let is_iri = Url::parse(guid).is_ok()
        && !guid.contains(|c: char| c.is_whitespace() || "<>\"{}|\\^`".contains(c));
    match is_iri {
        true => guid.to_owned(),
        false => make_urn(&[guid]),
    }
}

/// Converts a time for the library. A year that RFC 3339 cannot express becomes the epoch.
fn to_fixed(time: Ts) -> FixedDateTime {
    let to_second = time.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    to_second.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guid_that_is_an_iri_is_an_atom_id() {
        for guid in [
            "https://old.example.org/?p=101",
            "urn:uuid:0f9a",
            "tag:a,2001:b",
        ] {
            assert_eq!(make_id(guid), guid);
        }
        for guid in ["101", "a guid", "https://old.example.org/ a", "/?p=1"] {
            assert!(make_id(guid).starts_with("urn:uuid:"), "{guid}");
        }
        assert_ne!(make_id("101"), make_id("102"));
    }
}
