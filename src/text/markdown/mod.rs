//! Markdown into HTML: an editor's article, a stranger's comment. The only maker of [`SafeHtml`].
//!
//! `source` readies the text, comrak reads it, `tree` keeps of it what we show, and ammonia has the last word on what is
//! written. Nesting is bounded before comrak and again in the tree, so that no text costs a deep stack or much time.
//! What comes out is at most about forty times as long as what went in, and 1 MB (deep quotations and reference links).

mod highlight;
mod html;
mod source;
mod tree;

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use askama::filters::HtmlSafe;
use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{NodeLink, NodeValue};
use comrak::options::{Options, Plugins};
use comrak::{Arena, Node};
use url::Url;

use super::input;

pub use html::UrlMapper;

/// HTML that may go into a page as it is: the only type that templates print unescaped.
///
/// There is no constructor from a string: it comes from [`render_article`] or [`render_comment`], or from a column in which one of them
/// was stored. Whoever wants words unescaped has to send them through here.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a reader would see nothing: no words, and no picture either.
    pub fn is_blank(&self) -> bool {
        // A `>` in an attribute would make words of the rest of its tag: the text then counts as seen.
        let mut between_tags = self.0.split('<').map(|part| match part.split_once('>') {
            Some((_, words)) => words,
            None => part,
        });
        // The one blank that the sanitiser spells out.
        let is_blank = |words: &str| input::is_blank(&words.replace("&nbsp;", " "));
        !self.0.contains("<img") && between_tags.all(is_blank)
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SafeHtml {
    /// How many links it holds. A `<` of the text itself stands there escaped.
    pub fn count_links(&self) -> usize {
        self.0.matches("<a ").count()
    }
}

impl HtmlSafe for SafeHtml {}

/// Whose words they are, which decides what they may do.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum TrustLevel {
    Editor,
    #[default]
    Reader,
}

/// The body of an article. GitHub's Markdown with footnotes and without task lists; its highest heading is `h2`, because the title is the
/// `h1`; HTML shows as typed; quotes stay as the editor set them; images are the site's own or become links.
pub fn render_article(source: &str) -> SafeHtml {
    SafeHtml(
        ARTICLE_SANITIZER
            .clean(&render_markdown(source, TrustLevel::Editor))
            .to_string(),
    )
}

/// The text of a comment: paragraphs with their line breaks, emphasis, links, lists, quotations and code. No headings,
/// images or tables; HTML shows as typed; links tell search engines that strangers set them.
pub fn render_comment(source: &str) -> SafeHtml {
    SafeHtml(
        COMMENT_SANITIZER
            .clean(&render_markdown(source, TrustLevel::Reader))
            .to_string(),
    )
}

/// Sanitizes the HTML of an article. `map_url` gives the new URL of a link or file that has moved to this site.
pub fn sanitize_article(source: &str, moved: UrlMapper<'_>) -> SafeHtml {
    SafeHtml(html::sanitize_article(source, moved))
}

/// The text of a comment from elsewhere, which is HTML already.
pub fn sanitize_comment(source: &str, moved: UrlMapper<'_>) -> SafeHtml {
    SafeHtml(html::sanitize_comment(source, moved))
}

/// The HTML with `<mark>` around what `find` finds in each run of its text. Gets plain text, and gives places in it, which
/// may lie over one another. What goes over from one element into another is not found.
pub fn highlight(html: &SafeHtml, find: impl Fn(&str) -> Vec<Range<usize>>) -> SafeHtml {
    SafeHtml(highlight::highlight(&html.0, find))
}

/// The words of HTML that was made safe here, a block a line.
pub fn html_to_text(safe: &str) -> String {
    html::html_to_text(safe)
}

/// The words of any HTML, a block a line.
pub fn untrusted_html_to_text(source: &str) -> String {
    html::html_to_text(&html::sanitize_comment(source, &|_| None))
}

/// An article's HTML for readers who are not at its page, in a feed: addresses without a host get that of `page`, the
/// article's own address.
pub fn absolutize_urls(article: &SafeHtml, page: &Url) -> SafeHtml {
    let is_whole = |address: &str| {
        let schemes = ["https://", "http://", "mailto:"];
        schemes.iter().any(|scheme| address.starts_with(scheme))
    };
    // Writing HTML anew costs more than all the rest of a feed, and most articles have nothing to write.
    if [" href=\"", " src=\""]
        .iter()
        .all(|attribute| article.0.split(attribute).skip(1).all(is_whole))
    {
        return article.clone();
    }
    let mut allowed = build_article_sanitizer();
    allowed.url_relative(UrlRelative::RewriteWithBase(page.clone()));
    SafeHtml(allowed.clean(&article.0).to_string())
}

/// The words alone, a block a line.
pub fn to_text(source: &str) -> String {
    let arena = Arena::new();
    let root = comrak::parse_document(
        &arena,
        &source::preprocess(source),
        &build_options(TrustLevel::Editor),
    );
    tree::collect_text(root)
}

fn render_markdown(source: &str, by: TrustLevel) -> String {
    let options = build_options(by);
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &source::preprocess(source), &options);
    tree::sanitize_tree(&arena, root, by);
    let mut html = String::new();
    format_document_with_formatter(
        root,
        &options,
        &mut html,
        &Plugins::default(),
        write_node,
        (),
    )
    .expect("writing to a String does not fail");
    html
}

fn build_options(by: TrustLevel) -> Options<'static> {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.render.escape = true;
    match by {
        TrustLevel::Editor => {
            options.extension.footnotes = true;
            options.extension.table = true;
        }
        TrustLevel::Reader => {
            // Without headings, dashes under a line are only dashes.
            options.parse.ignore_setext = true;
            options.render.hardbreaks = true;
        }
    }
    options
}

/// Comrak's own HTML, except that a link away from the site says `noopener`, and that words go out in pieces.
fn write_node(
    context: &mut Context<'_, '_>,
    node: Node<'_>,
    entering: bool,
) -> Result<ChildRendering, fmt::Error> {
    match &node.data().value {
        NodeValue::Text(text) if entering => write_text(context, text)?,
        NodeValue::Code(code) if entering => {
            context.write_str("<code>")?;
            write_text(context, &code.literal)?;
            context.write_str("</code>")?;
        }
        NodeValue::CodeBlock(code) if entering => {
            context.cr()?;
            context.write_str("<pre><code>")?;
            write_text(context, &code.literal)?;
            context.write_str("</code></pre>\n")?;
        }
        NodeValue::Text(_) | NodeValue::Code(_) | NodeValue::CodeBlock(_) => {}
        NodeValue::Link(link) if entering => write_opening_link(context, link)?,
        NodeValue::Link(_) => context.write_str("</a>")?,
        _ => return format_node_default(context, node, entering),
    }
    Ok(ChildRendering::HTML)
}

fn write_opening_link(context: &mut Context<'_, '_>, link: &NodeLink) -> fmt::Result {
    context.write_str("<a href=\"")?;
    context.escape_href(&link.url)?;
    if !link.title.is_empty() {
        context.write_str("\" title=\"")?;
        context.escape(&link.title)?;
    }
    if tree::is_external(&link.url) {
        context.write_str("\" rel=\"noopener")?;
    }
    context.write_str("\">")
}

/// Bytes of a piece of text; a paragraph seldom needs a second.
const TEXT_CHUNK_BYTES: usize = 4096;

/// Writes words in pieces, with an HTML comment between them that ammonia takes out again. It leaves text nodes of that
/// length behind, and html5ever 0.40 needs the square of a node's length to write one that is full of `&`, `«` or `°`.
fn write_text(context: &mut Context<'_, '_>, words: &str) -> fmt::Result {
    let mut rest = words;
    while rest.len() > TEXT_CHUNK_BYTES {
        let (piece, more) = rest.split_at(rest.floor_char_boundary(TEXT_CHUNK_BYTES));
        context.escape(piece)?;
        context.write_str("<!---->")?;
        rest = more;
    }
    context.escape(rest)
}

static COMMENT_SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut allowed = allow_only(&[
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "ul",
    ]);
    allowed
        .tag_attributes(attribute_map(&[("a", &["href"]), ("ol", &["start"])]))
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow ugc noopener"));
    allowed
});

static ARTICLE_SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(build_article_sanitizer);

fn build_article_sanitizer() -> Builder<'static> {
    let mut allowed = allow_only(&[
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "strong",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]);
    allowed
        .tag_attributes(attribute_map(&[
            ("a", &["href", "id", "rel", "title"]),
            ("img", &["src", "alt", "title"]),
            ("li", &["id"]),
            ("ol", &["start"]),
            ("td", &["align"]),
            ("th", &["align"]),
        ]))
        .allowed_classes(attribute_map(&FOOTNOTE_CLASSES))
        .set_tag_attribute_value("img", "loading", "lazy")
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None);
    allowed
}

/// Classes of the parts of footnotes, the only ones that a text may have.
const FOOTNOTE_CLASSES: [(&str, &[&str]); 3] = [
    ("a", &["footnote-backref"]),
    ("section", &["footnotes"]),
    ("sup", &["footnote-ref"]),
];

fn allow_only(tags: &[&'static str]) -> Builder<'static> {
    let mut allowed = Builder::empty();
    allowed.tags(tags.iter().copied().collect());
    allowed
}

type AttributeMap = HashMap<&'static str, HashSet<&'static str>>;

fn attribute_map(names: &[(&'static str, &[&'static str])]) -> AttributeMap {
    names
        .iter()
        .map(|(tag, names)| (*tag, names.iter().copied().collect()))
        .collect()
}

#[cfg(test)]
mod tests;
