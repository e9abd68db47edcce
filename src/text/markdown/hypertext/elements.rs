//! Each element as we show it: under another name, with its address moved, or as a link to what it would have shown.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::LazyLock;

use lol_html::html_content::{ContentType, Element};
use lol_html::{ElementContentHandlers, RewriteStrSettings, Selector, rewrite_str};

use super::super::{By, FOOTNOTES, tree};
use super::addresses::{file_name, film_page, read, written};
use super::{Moved, is_free_id, may_have, may_link};

/// The longest attribute that stays, in bytes: addresses end sooner.
const LONGEST_VALUE: usize = 4096;

/// Where in the text we are.
#[derive(Default)]
struct Place {
    in_link: Cell<bool>,
    player: Cell<Player>,
}

/// A film or a sound whose address is told by elements in it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Player {
    #[default]
    None,
    Waits(&'static str),
    IsShown,
}

struct Rewriter<'a> {
    by: By,
    moved: Moved<'a>,
    place: Rc<Place>,
}

/// The HTML with every element as we show it.
pub(super) fn rewritten(html: &str, by: By, moved: Moved<'_>) -> String {
    static ANY: LazyLock<Selector> = LazyLock::new(|| "*".parse().expect("a star is a selector"));
    let place = Rc::new(Place::default());
    let rewriter = Rewriter {
        by,
        moved,
        place: Rc::clone(&place),
    };
    let handlers = ElementContentHandlers::default()
        .element(|element: &mut Element<'_, '_>| {
            rewriter.rewrite(element);
            Ok(())
        })
        .text(|text: &mut lol_html::html_content::TextChunk<'_>| {
            // Words for browsers that cannot play.
            if place.player.get() != Player::None {
                text.remove();
            }
            Ok(())
        });
    let settings = RewriteStrSettings::new()
        .with_strict(false)
        .append_element_content_handler((Cow::Borrowed(&*ANY), handlers));
    rewrite_str(html, settings)
        .expect("no handler fails, memory is not limited and nothing is strict")
}

impl Rewriter<'_> {
    fn rewrite(&self, element: &mut Element<'_, '_>) {
        let name = element.tag_name();
        if self.place.player.get() != Player::None {
            self.rewrite_in_player(element, &name);
            return;
        }
        match name.as_str() {
            "a" => self.link(element),
            "img" => self.picture(element),
            "audio" => self.player(element, "audio"),
            "video" => self.player(element, "video"),
            "iframe" | "embed" => self.window(element, "src"),
            "object" => self.window(element, "data"),
            "source" => element.remove(),
            _ => self.rename(element, &name),
        }
    }

    fn rename(&self, element: &mut Element<'_, '_>, name: &str) {
        let new_name = shown_as(name, self.by);
        if may_have(new_name, self.by).is_none() {
            if is_apart(name) {
                element.after(" ", ContentType::Html);
            }
            element.remove_and_keep_content();
            return;
        }
        if new_name != name {
            element
                .set_tag_name(new_name)
                .expect("a name of ours is a tag name");
        }
        self.keep_attributes(element, new_name);
    }

    fn keep_attributes(&self, element: &mut Element<'_, '_>, of: &str) {
        let may_have = may_have(of, self.by).unwrap_or_default();
        let unwanted: Vec<String> = element
            .attributes()
            .iter()
            .map(|attribute| (attribute.name(), attribute.value()))
            .filter(|(name, value)| {
                let is_class = name == "class"
                    && self.by == By::Editor
                    && FOOTNOTES.iter().any(|(part, _)| *part == of);
                let stays = (may_have.contains(&name.as_str()) || is_class)
                    && value.len() <= LONGEST_VALUE
                    && (name != "id" || is_free_id(value));
                !stays
            })
            .map(|(name, _)| name)
            .collect();
        for name in unwanted {
            element.remove_attribute(&name);
        }
    }

    fn link(&self, element: &mut Element<'_, '_>) {
        if !element.has_attribute("id")
            && let Some(name) = element.get_attribute("name")
        {
            set(element, "id", &name);
        }
        // Buttons stand close to one another, and words run into each other without them.
        if element
            .get_attribute("class")
            .is_some_and(|class| class.contains("button"))
        {
            element.before(" ", ContentType::Html);
        }
        let address = self
            .address(element, "href")
            .filter(|address| may_link(address, self.by));
        element.remove_attribute("rel");
        match &address {
            Some(address) => {
                set(element, "href", &written(address));
                if self.by == By::Editor && tree::leads_away(address) {
                    set(element, "rel", "noopener");
                }
            }
            None => element.remove_attribute("href"),
        }
        self.keep_attributes(element, "a");
        if address.is_some() {
            self.place.in_link.set(true);
            let place = Rc::clone(&self.place);
            at_end(element, move || place.in_link.set(false));
        } else if !element.has_attribute("id") {
            element.remove_and_keep_content();
        }
    }

    fn picture(&self, element: &mut Element<'_, '_>) {
        let alt = element.get_attribute("alt").unwrap_or_default();
        let address = self.address(element, "src");
        match address {
            Some(own)
                if self.by == By::Editor
                    && tree::is_our_own(&own)
                    && own.len() <= LONGEST_VALUE =>
            {
                set(element, "src", &written(&own));
                self.keep_attributes(element, "img");
                set(element, "loading", "lazy");
            }
            away => {
                let html = self.link_instead(away.as_deref(), &alt);
                element.replace(&html, ContentType::Html);
            }
        }
    }

    fn player(&self, element: &mut Element<'_, '_>, name: &'static str) {
        let Some(address) = self.address(element, "src") else {
            self.place.player.set(Player::Waits(name));
            let place = Rc::clone(&self.place);
            at_end(element, move || place.player.set(Player::None));
            element.remove_and_keep_content();
            return;
        };
        if self.by == By::Stranger || !tree::is_our_own(&address) {
            let title = element.get_attribute("title").unwrap_or_default();
            let html = self.link_instead(Some(&address), &title);
            element.replace(&html, ContentType::Html);
            return;
        }
        set(element, "src", &written(&address));
        set(element, "controls", "");
        match self
            .address(element, "poster")
            .filter(|address| tree::is_our_own(address))
        {
            Some(poster) => set(element, "poster", &written(&poster)),
            None => element.remove_attribute("poster"),
        }
        self.keep_attributes(element, name);
        element.set_inner_content("", ContentType::Html);
    }

    fn rewrite_in_player(&self, element: &mut Element<'_, '_>, name: &str) {
        let Player::Waits(player) = self.place.player.get() else {
            element.remove();
            return;
        };
        if name != "source" {
            element.remove_and_keep_content();
            return;
        }
        let Some(address) = self.address(element, "src") else {
            element.remove();
            return;
        };
        self.place.player.set(Player::IsShown);
        let html = if self.by == By::Editor && tree::is_our_own(&address) {
            format!(
                "<{player} src=\"{}\" controls=\"\"></{player}>",
                written(&address)
            )
        } else {
            self.link_instead(Some(&address), "")
        };
        element.replace(&html, ContentType::Html);
    }

    /// Another page within this one.
    fn window(&self, element: &mut Element<'_, '_>, attribute: &str) {
        let title = element.get_attribute("title").unwrap_or_default();
        // WordPress shows a file below the link to it.
        let class = element.get_attribute("class").unwrap_or_default();
        if class.contains("wp-block-file__embed") {
            element.remove();
            return;
        }
        match self.address(element, attribute) {
            Some(address) => {
                let address = film_page(&address);
                let title = if title.trim().is_empty() {
                    written(&address)
                } else {
                    title
                };
                let html = self.link_instead(Some(&address), &title);
                element.replace(&html, ContentType::Html);
            }
            None => element.remove_and_keep_content(),
        }
    }

    /// A link with these words, as they are written in an attribute; the file's name stands for none.
    fn link_instead(&self, address: Option<&str>, words: &str) -> String {
        let address = address.filter(|address| may_link(address, self.by));
        let mut words = words.replace('<', "&lt;").replace('>', "&gt;");
        if words.len() > LONGEST_VALUE {
            words.clear();
        }
        let Some(address) = address else {
            return words;
        };
        if words.trim().is_empty() {
            words = written(file_name(address)).replace('<', "&lt;");
        }
        if self.place.in_link.get() {
            return words;
        }
        let rel = if self.by == By::Editor && tree::leads_away(address) {
            " rel=\"noopener\""
        } else {
            ""
        };
        format!("<a href=\"{}\"{rel}>{words}</a>", written(address))
    }

    /// Where an attribute leads on this site.
    fn address(&self, element: &Element<'_, '_>, attribute: &str) -> Option<String> {
        let raw = element.get_attribute(attribute)?;
        let address = read(raw.trim());
        let address = (self.moved)(&address).unwrap_or(address);
        (!address.is_empty()).then_some(address)
    }
}

fn set(element: &mut Element<'_, '_>, name: &str, value: &str) {
    element
        .set_attribute(name, value)
        .expect("a name of ours is an attribute's name");
}

fn at_end(element: &mut Element<'_, '_>, then: impl FnOnce() + 'static) {
    if let Some(handlers) = element.end_tag_handlers() {
        handlers.push(Box::new(
            move |_: &mut lol_html::html_content::EndTag<'_>| {
                then();
                Ok(())
            },
        ));
    }
}

/// The element that says the same, where there is one that we keep.
fn shown_as(name: &str, by: By) -> &str {
    match name {
        "strike" => "s",
        "acronym" => "abbr",
        "dir" | "menu" => "ul",
        "h1" if by == By::Editor => "h2",
        "address" | "caption" | "dd" | "dt" | "figcaption" | "h1" | "h2" | "h3" | "h4" | "h5"
        | "h6" | "summary" | "tr"
            if by == By::Stranger =>
        {
            "p"
        }
        "article" | "aside" | "center" | "fieldset" | "footer" | "form" | "header" | "hgroup"
        | "legend" | "main" | "nav" => "div",
        "listing" => "pre",
        _ => name,
    }
}

/// Whether the words in the element stand apart from those after it.
fn is_apart(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "legend"
            | "main"
            | "nav"
            | "option"
            | "section"
            | "summary"
            | "table"
            | "td"
            | "th"
            | "tr"
    )
}
