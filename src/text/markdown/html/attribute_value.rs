//! Decodes and encodes values of HTML attributes, and examines the URLs in them.

use std::borrow::Cow;

/// Returns the URL of the page of an embedded YouTube or Vimeo video. Other URLs are returned unchanged, except that `//`
/// at the start becomes `https://`.
pub(super) fn video_page_url(url: &str) -> Cow<'_, str> {
    let absolute = if url.starts_with("//") {
        Cow::Owned(format!("https:{url}"))
    } else {
        Cow::Borrowed(url)
    };
    let Some((_, rest_of_url)) = absolute.split_once("://") else {
        return absolute;
    };
    let video_id = |rest: &str| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
            .unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    let rest_of_url = rest_of_url.strip_prefix("www.").unwrap_or(rest_of_url);
    let youtube = ["youtube.com/embed/", "youtube-nocookie.com/embed/"];
    let (site, video_id) = if let Some(rest) = youtube
        .iter()
        .find_map(|start| rest_of_url.strip_prefix(start))
    {
        ("https://www.youtube.com/watch?v=", video_id(rest))
    } else if let Some(rest) = rest_of_url.strip_prefix("player.vimeo.com/video/") {
        ("https://vimeo.com/", video_id(rest))
    } else {
        return absolute;
    };
    // `embed/videoseries` is a playlist, whose ID is in the query.
    if video_id.is_empty() || video_id == "videoseries" {
        return absolute;
    }
    Cow::Owned(format!("{site}{video_id}"))
}

/// Returns the last segment of a URL's path. If that is empty, returns the whole URL.
pub(super) fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    match path.rsplit('/').next() {
        Some(name) if !name.is_empty() && path.contains('/') => name,
        _ => url,
    }
}

/// Decodes the HTML character references that are common in URLs. Other references stay unchanged.
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
    let mut decoded = String::with_capacity(value.len());
    let mut rest = value;
    // In one pass: `&amp;lt;` stands for `&lt;`, not for `<`.
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, c) = ENTITIES
            .iter()
            .find(|(entity, _)| rest.starts_with(entity))
            .map_or((1, '&'), |(entity, c)| (entity.len(), *c));
        decoded.push(c);
        rest = &rest[length..];
    }
    decoded.push_str(rest);
    decoded
}

pub(super) fn encode_value(value: &str) -> String {
    // `&` first, or the other reference would be escaped again.
    value.replace('&', "&amp;").replace('"', "&quot;")
}
