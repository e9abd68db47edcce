//! A response of the site: the bytes to search for leaks, and the links and form fields that further requests need.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use scraper::{Html, Node, Selector};
use url::Url;

use crate::text::input;

/// Ends of the names of attributes that contain URLs. They also cover `formaction` and `data-src`.
const LINK_ATTRIBUTES: [&str; 3] = ["href", "src", "action"];
/// Names of elements in feeds and sitemaps whose text is a URL.
const LINK_ELEMENTS: [&str; 3] = ["loc", "guid", "comments"];

/// Response of the site with its whole body.
pub struct PageResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl PageResponse {
    /// Returns the value of a header. Returns an empty string if the header is missing or not text.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns the body as text. Invalid UTF-8 is replaced by U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns everything that the site sent: one line for each header, and the body.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.with_body(&self.body)
    }

    /// Returns the same bytes as [`Self::to_bytes`], but without the value of the form field for the email.
    ///
    /// A form that is shown again with errors contains what its sender entered. This is not a leak as long as no cache
    /// may store the page, so the value is only removed if the response has `no-store`.
    pub fn to_bytes_without_typed_email(&self) -> Vec<u8> {
        if !self.header("cache-control").contains("no-store") {
            return self.to_bytes();
        }
        // All other bytes must stay as they are, which a parsed and serialized document does not guarantee.
        let settings = RewriteStrSettings::new()
            .append_element_content_handler(element!("input#email[value]", |input| Ok(
                input.set_attribute("value", "")?
            )));
        let blanked = str::from_utf8(&self.body)
            .ok()
            .and_then(|html| rewrite_str(html, settings).ok());
        match blanked {
            Some(html) => self.with_body(html.as_bytes()),
            None => self.to_bytes(),
        }
    }

    fn with_body(&self, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(body.len() + 1024);
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(body);
        bytes
    }

    /// Returns the values of all `input` elements with this `name`.
    pub fn input_values(&self, name: &str) -> Vec<String> {
        let inputs = Selector::parse("input[name][value]").expect("the selector is valid");
        Html::parse_document(&self.text())
            .select(&inputs)
            .filter(|input| input.attr("name") == Some(name))
            .filter_map(|input| input.attr("value").map(str::to_owned))
            .collect()
    }

    /// Returns the id of the article that the first reply form on the page belongs to.
    pub fn reply_form_article(&self) -> Option<i64> {
        let forms = Selector::parse("[action]").expect("the selector is valid");
        Html::parse_document(&self.text())
            .select(&forms)
            .filter_map(|form| form.attr("action")?.strip_prefix("/articles/"))
            .find_map(|rest| rest.split_once("/reply")?.0.parse().ok())
    }

    /// Returns the site's own paths that the response links or redirects to, without URL fragments.
    pub fn links(&self, base_url: &Url) -> Vec<String> {
        let origin = base_url.as_str().trim_end_matches('/');
        let content_type = self.header("content-type");
        let mut links = vec![self.header("location").to_owned()];
        if content_type.contains("html") || content_type.contains("xml") {
            links.extend(markup_links(&self.text()));
        }
        links
            .iter()
            .filter_map(|link| {
                let link = link.trim();
                let path = link.strip_prefix(origin).unwrap_or(link);
                let path = path.split('#').next().unwrap_or_default();
                let is_on_site = path.starts_with('/') && !path.starts_with("//");
                (is_on_site && !input::has_invalid_chars(path) && path.parse::<Uri>().is_ok())
                    .then(|| path.to_owned())
            })
            .collect()
    }
}

/// Returns all URLs in the text of a page, feed or sitemap.
fn markup_links(markup: &str) -> Vec<String> {
    // The HTML parser reads feeds, too: unknown elements are elements, and the HTML inside CDATA is parsed along.
    let document = Html::parse_document(markup);
    let mut links = Vec::new();
    for node in document.tree.nodes() {
        let Node::Element(element) = node.value() else {
            continue;
        };
        let attributes = element.attrs();
        links.extend(
            attributes
                .filter(|(name, _)| LINK_ATTRIBUTES.iter().any(|end| name.ends_with(end)))
                .map(|(_, value)| value.to_owned()),
        );
        // RSS has the URL inside <link>, which has no content in HTML: its text comes after it.
        let text_node = match element.name() {
            "link" => node.next_sibling(),
            name if LINK_ELEMENTS.contains(&name) => node.first_child(),
            _ => None,
        };
        let text = text_node.and_then(|node| node.value().as_text());
        links.extend(text.map(|text| text.to_string()));
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(content_type: &'static str, body: &str) -> PageResponse {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", content_type.parse().unwrap());
        headers.insert("cache-control", "no-store".parse().unwrap());
        PageResponse {
            status: StatusCode::OK,
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    fn links(content_type: &'static str, body: &str) -> Vec<String> {
        let base_url = Url::parse("https://news.example/").unwrap();
        response(content_type, body).links(&base_url)
    }

    #[test]
    fn links_in_all_url_attributes_of_a_page_are_found() {
        let html = "<!doctype html><link rel=icon href=/icon.svg>
            <a href='https://news.example/a?b=1&amp;c=2#d'>a</a> <a href=\"https://other.example/\">b</a>
            <a href='//other.example/c'>c</a> <img src=\"/media/d.jpg\">
            <form action=/search><button formaction=\"/preview\">e</button></form><template><a href=/f></a></template>";
        assert_eq!(
            links("text/html; charset=utf-8", html),
            [
                "/icon.svg",
                "/a?b=1&c=2",
                "/media/d.jpg",
                "/search",
                "/preview",
                "/f"
            ]
        );
    }

    #[test]
    fn links_in_elements_and_cdata_of_feeds_and_sitemaps_are_found() {
        let rss = r#"<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title>
            <link>https://news.example/</link><atom:link href="https://news.example/feed.xml" rel="self"/>
            <item><title><![CDATA[Tea]]></title><link>https://news.example/tea?a=1&amp;b=2</link>
            <comments>https://news.example/tea#comments</comments><guid isPermaLink="true">https://news.example/?p=1</guid>
            <content:encoded><![CDATA[<p>See <a href="/cake">cake</a>.</p>]]></content:encoded></item></channel></rss>"#;
        assert_eq!(
            links("application/rss+xml", rss),
            ["/", "/feed.xml", "/tea?a=1&b=2", "/tea", "/?p=1", "/cake"]
        );
        let sitemap = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
            <url><loc>https://news.example/tea</loc><lastmod>2026-01-01</lastmod></url>
            <url><loc>https://news.example/cake</loc></url></urlset>"#;
        assert_eq!(links("application/xml", sitemap), ["/tea", "/cake"]);
    }

    #[test]
    fn only_the_email_that_the_sender_entered_is_removed_from_a_form() {
        let before = "<p>a&#64;b</p><input id=\"email\" name=\"email\" value=\"a@b\"><input id=\"url\" value=\"a@b\"><p>a@b";
        let bytes = response("text/html", before).to_bytes_without_typed_email();
        let text = String::from_utf8(bytes).unwrap();
        let (_, body) = text.split_once("\n\n").unwrap();
        assert_eq!(
            body,
            before.replacen("value=\"a@b\"", "value=\"\"", 1),
            "{body}"
        );
    }

    #[test]
    fn values_of_form_fields_are_found_by_name() {
        let html = "<form method=post action=/articles/17/reply?to=3><input value=4 type=hidden name=version>
            <input name=subscription value=1><input name=subscription value=2></form>";
        let page = response("text/html", html);
        assert_eq!(page.input_values("version"), ["4"]);
        assert_eq!(page.input_values("subscription"), ["1", "2"]);
        assert_eq!(page.reply_form_article(), Some(17));
    }
}
