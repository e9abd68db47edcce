//! Renders Markdown and sanitizes HTML. Only this module creates [`SafeHtml`] values.
//!
//! Markdown is preprocessed (`source`), parsed by comrak, reduced to what its author may use (`tree`), and sanitized by
//! ammonia. Nesting is limited both before parsing and in the tree, so that no input needs a deep stack or quadratic
//! time. The output is no longer than about forty times the input plus 1 MB. Nested quotations and reference links come
//! closest to that.

mod highlight;
mod html;
mod render;
mod sanitizer;
mod source;
mod tree;
mod urls;

use std::fmt;
use std::ops::Range;

use askama::filters::HtmlSafe;
use url::Url;

use super::{excerpt, input};
use sanitizer::{ARTICLE_SANITIZER, COMMENT_SANITIZER, TrustLevel};

pub use html::UrlMapper;

/// HTML that is safe to show in a page. Templates print only values of this type without escaping.
///
/// It cannot be made from a string. A value comes from a function of this module, or from a database column in which such
/// a value was stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct SafeHtml(String);

impl SafeHtml {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the HTML shows nothing to a reader: neither text nor a picture, sound or video.
    pub fn is_blank(&self) -> bool {
        // A `>` in an attribute makes the rest of its tag look like text, which then counts as visible: a harmless error.
        let mut between_tags = self.0.split('<').map(|part| match part.split_once('>') {
            Some((_, text)) => text,
            None => part,
        });
        // The no-break space is the only blank that ammonia writes as an entity.
        let is_blank = |text: &str| input::is_blank(&text.replace("&nbsp;", " "));
        let has_media = ["<audio", "<img", "<video"]
            .iter()
            .any(|tag| self.0.contains(tag));
        !has_media && between_tags.all(is_blank)
    }

    /// Returns the value of the `dir` attribute for the element that the HTML is shown in.
    pub fn direction(&self) -> &'static str {
        html::direction(&self.0)
    }

    /// Returns the beginning with at most `chars` characters of text. A shortened text ends after a word, with "…", and
    /// keeps its structure.
    pub fn shorten(&self, chars: usize) -> Self {
        html::shorten(&self.0, chars).map_or_else(|| self.clone(), Self)
    }

    /// Returns the text for people who see no markup, with lines of about `columns` characters: paragraphs, lists,
    /// quotations and code look like their Markdown source, and the URL of a link follows its words.
    pub fn to_plain_text(&self, columns: usize) -> String {
        html::to_plain_text(&self.0, columns)
    }

    /// Returns the beginning of the text without markup, on one line of at most `chars` characters.
    pub fn excerpt(&self, chars: usize) -> String {
        excerpt::excerpt(&html_to_text(&self.0), chars)
    }

    pub fn count_links(&self) -> usize {
        // A `<` of the text itself is escaped, so this finds tags only.
        self.0.matches("<a ").count()
    }
}

/// Writes the HTML as a page or an email shows it: with `dir` attributes where a block needs one. The stored HTML, which
/// [`SafeHtml::as_str`] returns, has only those of its author.
impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&html::add_directions(&self.0))
    }
}

impl HtmlSafe for SafeHtml {}

/// Renders the Markdown of an article: GitHub's dialect with footnotes and without task lists.
///
/// The highest heading becomes `h2`, because the title of the page is the `h1`. HTML in the text is shown as source,
/// quotation marks stay unchanged, and images of other sites become links.
pub fn render_article(source: &str) -> SafeHtml {
    let html = render::render_markdown(source, TrustLevel::Editor);
    SafeHtml(ARTICLE_SANITIZER.clean(&html).to_string())
}

/// Renders the Markdown of a comment: paragraphs with their line breaks, emphasis, links, lists, quotations and code.
///
/// There are no headings, images or tables. HTML in the text is shown as source, and links are marked as user-generated
/// content.
pub fn render_comment(source: &str) -> SafeHtml {
    let html = render::render_markdown(source, TrustLevel::Reader);
    SafeHtml(COMMENT_SANITIZER.clean(&html).to_string())
}

/// Sanitizes the HTML of an article. `map_url` returns the new URL of a link or file that has moved to this site.
pub fn sanitize_article(source: &str, map_url: UrlMapper<'_>) -> SafeHtml {
    SafeHtml(html::sanitize_article(source, map_url))
}

/// Sanitizes the HTML of a comment. `map_url` returns the new URL of a link or file that has moved to this site.
pub fn sanitize_comment(source: &str, map_url: UrlMapper<'_>) -> SafeHtml {
    SafeHtml(html::sanitize_comment(source, map_url))
}

/// Puts `<mark>` around matches in HTML. `find` is called with each run of plain text and returns the byte ranges to
/// mark, which may overlap.
///
/// A run of text ends at each tag. A match that begins in one element and ends in another is therefore not found.
pub fn highlight(html: &SafeHtml, find: impl Fn(&str) -> Vec<Range<usize>>) -> SafeHtml {
    SafeHtml(highlight::highlight(&html.0, find))
}

/// Returns the text of sanitized HTML, with a line for each block element. Items of a numbered list have their number.
pub fn html_to_text(safe: &str) -> String {
    html::html_to_text(safe)
}

/// Returns the text of HTML that is not sanitized, with a line for each block element.
pub fn untrusted_html_to_text(source: &str) -> String {
    html::html_to_text(&html::sanitize_comment(source, &|_| None))
}

/// Makes the relative URLs in a text absolute, as feeds and emails require. `page` is the URL of its page.
pub fn absolutize_urls(text: &SafeHtml, page: &Url) -> SafeHtml {
    SafeHtml(html::absolutize_urls(&text.0, page))
}

/// Puts the URL of this site before each path on it, for an export. Links within the text stay as they are.
pub fn absolutize_paths(safe: &str, site_url: &str) -> String {
    html::absolutize_paths(safe, site_url)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod visible_words;
