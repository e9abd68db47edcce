//! The rules for URLs in articles and comments.

use url::Url;

use super::sanitizer::TrustLevel;

/// Longest URL that becomes a link, in bytes: the lowest limit among common browsers.
const MAX_URL_BYTES: usize = 2048;

/// Ends of relative URLs that would otherwise be taken for the host of another site.
const FILE_EXTENSIONS: [&str; 13] = [
    "asp", "gif", "htm", "html", "jpeg", "jpg", "md", "pdf", "php", "png", "svg", "txt", "webp",
];

/// Top-level domains in Cyrillic (IANA, Root Zone Database). Other words in that place are abbreviations: `м.Львів`.
const CYRILLIC_DOMAINS: [&str; 16] = [
    "бг",
    "бел",
    "дети",
    "ею",
    "католик",
    "ком",
    "мкд",
    "мон",
    "москва",
    "онлайн",
    "орг",
    "рус",
    "рф",
    "сайт",
    "срб",
    "укр",
];

/// Returns the beginning of the text, in which a URL is searched for: one byte more than the longest URL.
pub(super) fn truncate(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_URL_BYTES + 1)]
}

pub(super) fn is_short(url: &str) -> bool {
    url.len() <= MAX_URL_BYTES
}

/// Returns the URL of a link that was typed with or without a scheme. Returns `None` if the author may not link to it.
pub(super) fn resolve_link(typed: &str, trust: TrustLevel) -> Option<String> {
    if typed.is_empty() || typed.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let is_email = email_address::EmailAddress::is_valid(typed);
    let url = match Url::parse(typed) {
        Ok(url) if url.has_host() || url.scheme() == "mailto" => typed.to_owned(),
        _ if is_email => format!("mailto:{typed}"),
        _ if names_host(typed, trust) => format!("https://{}", typed.trim_start_matches('/')),
        Err(_) if typed.contains(char::is_alphanumeric) || typed == "/" => typed.to_owned(),
        _ => return None,
    };
    is_link_allowed(&url, trust).then_some(url)
}

/// Returns whether a URL without a scheme begins with the host of another site, such as `example.org/study`.
fn names_host(typed: &str, trust: TrustLevel) -> bool {
    if trust == TrustLevel::Editor && typed.starts_with('/') {
        return false;
    }
    let typed = typed.trim_start_matches('/');
    let (authority, path) = match typed.find(['/', '?', '#']) {
        Some(end) => typed.split_at(end),
        None => (typed, ""),
    };
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let Some((name, last)) = host.rsplit_once('.') else {
        return false;
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '\u{300}'..='\u{36F}'))
    };
    let is_file = path.is_empty() && FILE_EXTENSIONS.contains(&last.to_ascii_lowercase().as_str());
    name.split('.').all(is_label)
        && is_label(last)
        && is_top_level_domain(last)
        && port.bytes().all(|b| b.is_ascii_digit())
        && !is_file
}

/// Returns whether the last part of a host can be a top-level domain. A name after an abbreviation has a capital letter
/// only at its start: `Mr.Smith`.
fn is_top_level_domain(label: &str) -> bool {
    let is_one_case = label == label.to_lowercase() || label == label.to_uppercase();
    let is_cyrillic = label.contains(|c| matches!(c, '\u{400}'..='\u{52F}'));
    label.chars().count() >= 2
        && !label.starts_with(|c: char| c.is_ascii_digit())
        && is_one_case
        && (!is_cyrillic || CYRILLIC_DOMAINS.contains(&label.to_lowercase().as_str()))
}

/// Returns whether an author of this trust level may link to the URL.
pub(super) fn is_link_allowed(url: &str, trust: TrustLevel) -> bool {
    if url.len() > MAX_URL_BYTES {
        return false;
    }
    // The url crate parses as browsers do, so a URL cannot be a page here and a script there.
    match Url::parse(url) {
        Ok(absolute) => match absolute.scheme() {
            "http" | "https" => true,
            "mailto" => trust == TrustLevel::Editor,
            _ => false,
        },
        Err(url::ParseError::RelativeUrlWithoutBase) => trust == TrustLevel::Editor,
        Err(_) => false,
    }
}

/// Returns whether the URL leads to another site. Every absolute URL counts as external, because the host of this site is
/// not known here.
pub(super) fn is_external(url: &str) -> bool {
    match Url::parse(url) {
        Ok(absolute) => absolute.has_host(),
        Err(_) => !is_site_path(url) && url.starts_with(['/', '\\']),
    }
}

/// Returns whether the URL is a path on this site, such as `/about`. URLs like `//host/about`, which browsers treat as
/// URLs of another host, are not.
pub(super) fn is_site_path(url: &str) -> bool {
    // Browsers ignore tabs and line breaks in URLs and read `\` as `/`.
    let mut chars = url.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r'));
    chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'))
}
