//! Addresses as they stand in attributes, and what can be told from them.

use std::borrow::Cow;

/// The page of a film that would have been shown within ours.
pub(super) fn video_page_url(address: &str) -> Cow<'_, str> {
    let whole = if address.starts_with("//") {
        Cow::Owned(format!("https:{address}"))
    } else {
        Cow::Borrowed(address)
    };
    let Some((_, place)) = whole.split_once("://") else {
        return whole;
    };
    let number = |rest: &str| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
            .unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    let place = place.strip_prefix("www.").unwrap_or(place);
    let youtube = ["youtube.com/embed/", "youtube-nocookie.com/embed/"];
    let (site, number) =
        if let Some(rest) = youtube.iter().find_map(|start| place.strip_prefix(start)) {
            ("https://www.youtube.com/watch?v=", number(rest))
        } else if let Some(rest) = place.strip_prefix("player.vimeo.com/video/") {
            ("https://vimeo.com/", number(rest))
        } else {
            return whole;
        };
    if number.is_empty() || number == "videoseries" {
        return whole;
    }
    Cow::Owned(format!("{site}{number}"))
}

/// The last part of an address, or all of it.
pub(super) fn file_name(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    match path.rsplit('/').next() {
        Some(name) if !name.is_empty() && path.contains('/') => name,
        _ => address,
    }
}

/// An attribute's value without the entities that addresses are written with.
pub(super) fn decode_value(value: &str) -> String {
    const ENTITIES: [(&str, char); 12] = [
        ("&amp;", '&'),
        ("&#38;", '&'),
        ("&#038;", '&'),
        ("&#x26;", '&'),
        ("&quot;", '"'),
        ("&#34;", '"'),
        ("&#39;", '\''),
        ("&#039;", '\''),
        ("&apos;", '\''),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&nbsp;", '\u{a0}'),
    ];
    let mut read = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        read.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, c) = ENTITIES
            .iter()
            .find(|(entity, _)| rest.starts_with(entity))
            .map_or((1, '&'), |(entity, c)| (entity.len(), *c));
        read.push(c);
        rest = &rest[length..];
    }
    read.push_str(rest);
    read
}

/// The value as it stands in an attribute.
pub(super) fn encode_value(value: &str) -> String {
    value.replace('&', "&amp;").replace('"', "&quot;")
}
