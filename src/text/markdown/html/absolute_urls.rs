//! Makes the relative URLs in sanitized HTML absolute.

use std::fmt::Write;

use url::Url;

use super::super::urls::is_site_path;
use super::attribute_value::{decode_value, encode_value};
use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

/// Resolves each relative URL against `base`.
pub(in super::super) fn absolutize_urls(safe_html: &str, base: &Url) -> String {
    map_urls(safe_html, |url| match Url::parse(url) {
        Ok(_) => None,
        Err(_) => base.join(url).ok().map(String::from),
    })
}

/// Puts the URL of the site before each path on the site. Links within the text and other relative URLs stay as they are.
pub(in super::super) fn absolutize_paths(safe_html: &str, site_url: &str) -> String {
    map_urls(safe_html, |url| {
        is_site_path(url).then(|| format!("{site_url}{url}"))
    })
}

/// Replaces each URL by what `map` returns for it. `None` keeps the URL.
fn map_urls(safe_html: &str, map: impl Fn(&str) -> Option<String>) -> String {
    let mut html = String::with_capacity(safe_html.len());
    for token in tokenize(safe_html) {
        match token {
            HtmlToken::Tag(tag) if has_url(tag) => push_tag(&mut html, tag, &map),
            token => html.push_str(token.source()),
        }
    }
    html
}

fn has_url(tag: HtmlTag<'_>) -> bool {
    tag.attributes().any(|(name, _)| is_url_attribute(name))
}

fn is_url_attribute(name: &str) -> bool {
    matches!(name, "href" | "src" | "poster" | "cite")
}

fn push_tag(html: &mut String, tag: HtmlTag<'_>, map: &impl Fn(&str) -> Option<String>) {
    html.push('<');
    html.push_str(tag.name);
    for (name, value) in tag.attributes() {
        let mapped = if is_url_attribute(name) {
            map(&decode_value(value))
        } else {
            None
        };
        let mapped = mapped.map(|url| encode_value(&url));
        let value = mapped.as_deref().unwrap_or(value);
        // Sanitized HTML has double quotes around every value. Writing to a string cannot fail.
        let _ = write!(html, " {name}=\"{value}\"");
    }
    html.push('>');
}
