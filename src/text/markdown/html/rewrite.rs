//! Rewrites the elements of imported HTML: renames them, rewrites their URLs, and turns files of other sites into links.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::LazyLock;

use lol_html::html_content::{ContentType, Element};
use lol_html::{ElementContentHandlers, RewriteStrSettings, Selector, rewrite_str};

use super::super::sanitizer::{ALIGNMENT_CLASSES, FOOTNOTE_CLASSES, TrustLevel};
use super::super::urls::{is_external, is_site_path};
use super::alignment::{ALIGNED_ELEMENTS, alignment_class};
use super::allowlist::{
    allowed_attributes, is_attribute_allowed, is_link_allowed, needs_attributes,
};
use super::attribute_value::{decode_value, encode_value, file_name, video_page_url};
use super::element_kinds::{is_spaced, replacement_name};

/// Function that returns the new URL on this site for a URL in a text. If it returns `None`, the URL stays unchanged.
pub type UrlMapper<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Longest attribute value that is kept, in bytes. Real URLs are shorter.
const MAX_VALUE_BYTES: usize = 4096;

/// State that the handlers for elements and text share while HTML is rewritten.
#[derive(Default)]
struct RewriteContext {
    in_link: Cell<bool>,
    player: Cell<PlayerState>,
    /// Element ids in the text so far.
    ids: RefCell<HashSet<String>>,
}

/// State of the replacement of an audio or video element that has no `src`. Its URL is in a `<source>` element inside it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum PlayerState {
    #[default]
    Outside,
    AwaitingSource(&'static str),
    Replaced,
}

struct ElementRewriter<'a> {
    trust: TrustLevel,
    map_url: UrlMapper<'a>,
    context: Rc<RewriteContext>,
}

pub(super) fn rewrite(html: &str, trust: TrustLevel, map_url: UrlMapper<'_>) -> String {
    static ANY: LazyLock<Selector> =
        LazyLock::new(|| "*".parse().expect("the star selector is valid"));
    let context = Rc::new(RewriteContext::default());
    let rewriter = ElementRewriter {
        trust,
        map_url,
        context: Rc::clone(&context),
    };
    let handlers = ElementContentHandlers::default()
        .element(|element: &mut Element<'_, '_>| {
            rewriter.rewrite_element(element);
            Ok(())
        })
        .text(|text: &mut lol_html::html_content::TextChunk<'_>| {
            // Fallback text for browsers without a player.
            if context.player.get() != PlayerState::Outside {
                text.remove();
            }
            Ok(())
        });
    let settings = RewriteStrSettings::new()
        // Strict mode fails on ambiguous markup, which any author may send.
        .with_strict(false)
        .append_element_content_handler((Cow::Borrowed(&*ANY), handlers));
    rewrite_str(html, settings).expect("rewriting in non-strict mode does not fail")
}

impl ElementRewriter<'_> {
    fn rewrite_element(&self, element: &mut Element<'_, '_>) {
        let name = element.tag_name();
        if self.context.player.get() != PlayerState::Outside {
            self.rewrite_in_player(element, &name);
            return;
        }
        match name.as_str() {
            "a" => self.rewrite_link(element),
            "img" => self.rewrite_image(element),
            "audio" => self.rewrite_player(element, "audio"),
            "video" => self.rewrite_player(element, "video"),
            "iframe" | "embed" => self.rewrite_frame(element, "src"),
            "object" => self.rewrite_frame(element, "data"),
            // A `<source>` outside of a player belongs to a `<picture>`, whose `<img>` stays.
            "source" => element.remove(),
            _ => self.rename(element, &name),
        }
    }

    fn rename(&self, element: &mut Element<'_, '_>, name: &str) {
        let new_name = replacement_name(name, self.trust);
        if allowed_attributes(new_name, self.trust).is_none() {
            if is_spaced(name) {
                element.after(" ", ContentType::Html);
            }
            element.remove_and_keep_content();
            return;
        }
        if name == "center" && !element.has_attribute("align") {
            set_attribute(element, "align", "center");
        }
        if new_name != name {
            element
                .set_tag_name(new_name)
                .expect("the replacement is a valid tag name");
        }
        self.retain_attributes(element, new_name);
        if needs_attributes(new_name) && element.attributes().is_empty() {
            element.remove_and_keep_content();
        }
    }

    fn retain_attributes(&self, element: &mut Element<'_, '_>, of: &str) {
        if self.trust == TrustLevel::Editor && ALIGNED_ELEMENTS.contains(&of) {
            keep_alignment(element);
        }
        let unwanted: Vec<String> = element
            .attributes()
            .iter()
            .map(|attribute| (attribute.name(), attribute.value()))
            .filter(|(name, value)| {
                let is_class = name == "class"
                    && self.trust == TrustLevel::Editor
                    && (ALIGNMENT_CLASSES.contains(&value.as_str())
                        || FOOTNOTE_CLASSES.iter().any(|(part, _)| *part == of));
                let is_allowed = is_class || is_attribute_allowed(of, name, value, self.trust);
                // Browsers follow a link to the first element with an id.
                let is_repeated =
                    || name == "id" && !self.context.ids.borrow_mut().insert(value.clone());
                !is_allowed || value.len() > MAX_VALUE_BYTES || is_repeated()
            })
            .map(|(name, _)| name)
            .collect();
        for name in unwanted {
            element.remove_attribute(&name);
        }
    }

    fn rewrite_link(&self, element: &mut Element<'_, '_>) {
        if !element.has_attribute("id")
            && let Some(name) = element.get_attribute("name")
        {
            set_attribute(element, "id", &name);
        }
        // WordPress puts buttons side by side without white space; as plain links their text would run together.
        if element
            .get_attribute("class")
            .is_some_and(|class| class.contains("button"))
        {
            element.before(" ", ContentType::Html);
        }
        let url = self
            .mapped_url(element, "href")
            .filter(|url| is_link_allowed(url, self.trust));
        // The site alone decides on `rel`.
        element.remove_attribute("rel");
        match &url {
            Some(url) => {
                set_attribute(element, "href", &encode_value(url));
                if self.trust == TrustLevel::Editor && is_external(url) {
                    set_attribute(element, "rel", "noopener");
                }
            }
            None => element.remove_attribute("href"),
        }
        self.retain_attributes(element, "a");
        if url.is_some() {
            self.context.in_link.set(true);
            let context = Rc::clone(&self.context);
            on_end_tag(element, move || context.in_link.set(false));
        } else if !element.has_attribute("id") {
            element.remove_and_keep_content();
        }
    }

    fn rewrite_image(&self, element: &mut Element<'_, '_>) {
        let alt = element.get_attribute("alt").unwrap_or_default();
        let url = self.mapped_url(element, "src");
        match url {
            Some(site_url)
                if self.trust == TrustLevel::Editor
                    && is_site_path(&site_url)
                    && site_url.len() <= MAX_VALUE_BYTES =>
            {
                set_attribute(element, "src", &encode_value(&site_url));
                self.retain_attributes(element, "img");
                set_attribute(element, "loading", "lazy");
            }
            other_url => {
                let html = self.link_html(other_url.as_deref(), &alt);
                element.replace(&html, ContentType::Html);
            }
        }
    }

    fn rewrite_player(&self, element: &mut Element<'_, '_>, name: &'static str) {
        let Some(url) = self.mapped_url(element, "src") else {
            self.context.player.set(PlayerState::AwaitingSource(name));
            let context = Rc::clone(&self.context);
            on_end_tag(element, move || context.player.set(PlayerState::Outside));
            element.remove_and_keep_content();
            return;
        };
        if self.trust == TrustLevel::Reader || !is_site_path(&url) {
            let title = element.get_attribute("title").unwrap_or_default();
            let html = self.link_html(Some(&url), &title);
            element.replace(&html, ContentType::Html);
            return;
        }
        set_attribute(element, "src", &encode_value(&url));
        // Without controls nobody could start it, since `autoplay` and scripts are removed.
        set_attribute(element, "controls", "");
        match self
            .mapped_url(element, "poster")
            .filter(|url| is_site_path(url))
        {
            Some(poster) => set_attribute(element, "poster", &encode_value(&poster)),
            None => element.remove_attribute("poster"),
        }
        self.retain_attributes(element, name);
        element.set_inner_content("", ContentType::Html);
    }

    fn rewrite_in_player(&self, element: &mut Element<'_, '_>, name: &str) {
        let PlayerState::AwaitingSource(player) = self.context.player.get() else {
            element.remove();
            return;
        };
        if name != "source" {
            element.remove_and_keep_content();
            return;
        }
        let Some(url) = self.mapped_url(element, "src") else {
            element.remove();
            return;
        };
        self.context.player.set(PlayerState::Replaced);
        let html = if self.trust == TrustLevel::Editor && is_site_path(&url) {
            format!(
                "<{player} src=\"{}\" controls=\"\"></{player}>",
                encode_value(&url)
            )
        } else {
            self.link_html(Some(&url), "")
        };
        element.replace(&html, ContentType::Html);
    }

    /// Replaces an embedded page with a link to that page. `attribute` is the name of the attribute with its URL.
    fn rewrite_frame(&self, element: &mut Element<'_, '_>, attribute: &str) {
        let title = element.get_attribute("title").unwrap_or_default();
        // WordPress puts a link to the same file above this preview.
        let class = element.get_attribute("class").unwrap_or_default();
        if class.contains("wp-block-file__embed") {
            element.remove();
            return;
        }
        match self.mapped_url(element, attribute) {
            Some(url) => {
                let url = video_page_url(&url);
                let title = if title.trim().is_empty() {
                    encode_value(&url)
                } else {
                    title
                };
                let html = self.link_html(Some(&url), &title);
                element.replace(&html, ContentType::Html);
            }
            None => element.remove_and_keep_content(),
        }
    }

    /// Returns the HTML of a link with this URL and text. `text` must already be encoded like an attribute value. If it
    /// is empty or too long, the file name in the URL is used. Inside another link, or if the URL is not allowed, returns
    /// only the text.
    fn link_html(&self, url: Option<&str>, text: &str) -> String {
        let url = url.filter(|url| is_link_allowed(url, self.trust));
        let mut text = text.replace('<', "&lt;").replace('>', "&gt;");
        if text.len() > MAX_VALUE_BYTES {
            text.clear();
        }
        let Some(url) = url else {
            return text;
        };
        if text.trim().is_empty() {
            text = encode_value(file_name(url)).replace('<', "&lt;");
        }
        // HTML does not allow a link inside of another.
        if self.context.in_link.get() {
            return text;
        }
        let rel = if self.trust == TrustLevel::Editor && is_external(url) {
            " rel=\"noopener\""
        } else {
            ""
        };
        format!("<a href=\"{}\"{rel}>{text}</a>", encode_value(url))
    }

    /// Reads the URL in an attribute, decodes it, and rewrites it if it has moved to this site.
    fn mapped_url(&self, element: &Element<'_, '_>, attribute: &str) -> Option<String> {
        let raw = element.get_attribute(attribute)?;
        let url = decode_value(raw.trim());
        let url = (self.map_url)(&url).unwrap_or(url);
        (!url.is_empty()).then_some(url)
    }
}

/// Replaces the attributes that align the text of the element with a class.
fn keep_alignment(element: &mut Element<'_, '_>) {
    let [class, style, align] = ["class", "style", "align"].map(|name| element.get_attribute(name));
    if let Some(class) = alignment_class(class.as_deref(), style.as_deref(), align.as_deref()) {
        set_attribute(element, "class", class);
    }
}

fn set_attribute(element: &mut Element<'_, '_>, name: &str, value: &str) {
    element
        .set_attribute(name, value)
        .expect("the attribute name is valid");
}

fn on_end_tag(element: &mut Element<'_, '_>, then: impl FnOnce() + 'static) {
    if let Some(handlers) = element.end_tag_handlers() {
        handlers.push(Box::new(
            move |_: &mut lol_html::html_content::EndTag<'_>| {
                then();
                Ok(())
            },
        ));
    }
}
