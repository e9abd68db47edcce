//! What an item of an export becomes here. Pure: the item and what is known of its site go in, an article with its
//! comments comes out, or the reason why there is none.

mod talk;

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use super::body::{self, Attachment};
use super::dates::LocalTime;
use super::meta;
use super::moved::{Moved, OldSite, is_path};
use super::report::Report;
use super::wxr::{Item, ItemTerm};
use crate::articles::{
    BODY_BYTES, Kind, Note, SOURCES_BYTES, STANDFIRST_BYTES, State, TITLE_BYTES,
};
use crate::clock::Ts;
use crate::crypto::Keys;
use crate::i18n::Words;
use crate::text::{Format, SafeHtml, Slug, excerpt, input, markdown};

use talk::{origin, talk_of};

pub use talk::{PlannedComment, PlannedLinkback, called, count_talk};

/// Characters of the name of a site, a topic or a person.
const WORD_CHARS: usize = 200;
/// Characters of a title that is made from the text, for want of one.
const MADE_TITLE_CHARS: usize = 60;

/// An item that becomes an article, with its own time.
pub struct Found {
    /// As the export has it.
    pub item: Item,
    /// What tells it from another, and from itself as it was.
    pub digest: i64,
    /// The site's own time, as far as it was known where the item stood.
    pub time: LocalTime,
}

/// An article as it will be kept.
pub struct Planned {
    /// WordPress's number.
    pub number: i64,
    /// Of all the export says of it.
    pub digest: i64,
    /// Whether the uploads it shows may have been moved since it was kept.
    pub shows_media: bool,
    /// Article or page.
    pub kind: Kind,
    /// Its headline.
    pub title: String,
    /// The last part of its address.
    pub slug: Slug,
    /// What stands under the headline.
    pub standfirst: String,
    /// Where its facts come from.
    pub sources: String,
    /// Its text, as it will be edited.
    pub body: String,
    /// How that is written.
    pub format: Format,
    /// Its text as readers see it.
    pub body_html: SafeHtml,
    /// Whether it takes replies.
    pub replies_open: bool,
    /// Whether it stands first on the front page.
    pub pinned: bool,
    /// Why it is a draft though it was none.
    pub note: Option<Note>,
    /// Whether it is given to readers.
    pub state: State,
    /// When.
    pub published_at: Option<Ts>,
    /// When it was begun.
    pub created_at: Ts,
    /// When it was changed last.
    pub updated_at: Ts,
    /// The login of its author.
    pub author: String,
    /// What it is about.
    pub topics: Vec<ItemTerm>,
    /// Where it was to be found, decoded.
    pub old_paths: Vec<String>,
    /// Where it was to be found before that. Another may be there since.
    pub older_paths: Vec<String>,
    /// What people said about it.
    pub comments: Vec<PlannedComment>,
    /// Who said that they link to it.
    pub linkbacks: Vec<PlannedLinkback>,
}

/// What is known when items are planned.
pub struct Site<'a> {
    /// What hashes and seals.
    pub keys: &'a Keys,
    /// The words of the publication's language.
    pub words: Words,
    /// Where addresses of the old site lead now.
    pub moved: &'a Moved,
}

/// What tells an item from another: everything that can change in it, its comments included.
pub fn digest(keys: &Keys, item: &Item) -> i64 {
    let origins: Vec<[u8; 8]> = item
        .comments
        .iter()
        .map(|comment| origin(keys, comment).to_le_bytes())
        .collect();
    let number = item.number.to_le_bytes();
    let flags = [
        u8::from(item.comments_open),
        u8::from(item.password),
        u8::from(item.sticky),
    ];
    let own = [
        number.as_slice(),
        flags.as_slice(),
        item.title.as_bytes(),
        item.link.as_bytes(),
        item.creator.as_bytes(),
        item.content.as_bytes(),
        item.excerpt.as_bytes(),
        item.date.as_bytes(),
        item.date_gmt.as_bytes(),
        item.modified_gmt.as_bytes(),
        item.slug.as_bytes(),
        item.status.as_bytes(),
        item.kind.as_bytes(),
    ];
    let terms = item
        .terms
        .iter()
        .flat_map(|term| [term.slug.as_bytes(), term.name.as_bytes()]);
    let meta = item
        .meta
        .iter()
        .flat_map(|(key, value)| [key.as_bytes(), value.as_bytes()]);
    let comments = origins.iter().map(<[u8; 8]>::as_slice);
    keys.number_of(
        "imported article",
        own.into_iter().chain(terms).chain(meta).chain(comments),
    )
}

/// Whether it becomes an article or a page.
pub fn kind_of(item: &Item) -> Kind {
    match item.kind.as_str() {
        "page" => Kind::Page,
        _ => Kind::Article,
    }
}

/// The number of an item whose export leaves it out: the one in its link, or one made of what there is, below zero.
pub fn number_of(keys: &Keys, item: &Item) -> i64 {
    let link = Url::parse(&item.link).ok();
    let named = link.as_ref().and_then(|link| {
        let mut query = link.query_pairs();
        let is_number = |name: &str| matches!(name, "p" | "page_id" | "attachment_id");
        let (_, value) = query.find(|(name, _)| is_number(name))?;
        value.parse().ok().filter(|number| *number > 0)
    });
    if let Some(number) = named {
        return number;
    }
    let of = [
        item.link.as_bytes(),
        item.title.as_bytes(),
        item.date.as_bytes(),
    ];
    -keys
        .number_of("imported article", of)
        .saturating_abs()
        .max(1)
}

/// Makes an article of what was found; or says in a few words why it cannot be one.
pub fn plan(
    site: &Site<'_>,
    found: Found,
    shown: &[Attachment],
    leading: Option<&Attachment>,
    report: &mut Report,
) -> Result<Planned, String> {
    let Found { item, digest, time } = found;
    let kind = kind_of(&item);
    let text = text_of(site, &item, shown, leading, report)?;
    let title = title_of(&item, &text, report);
    let standfirst = standfirst_of(&item, report);
    let date = time.moment(&item.date, &item.date_gmt);
    let (state, note) = state_of(&item, date.is_some());
    if let Some(note) = note {
        report
            .held_back
            .add(|| format!("{title} ({})", note.word()));
    }
    // WordPress gives a draft a moment only once it has been published.
    let has_moment = state == State::Published || super::dates::parse(&item.date_gmt).is_some();
    let published_at = date.filter(|_| has_moment);
    let created_at = date.unwrap_or(Ts::EPOCH);
    let (comments, linkbacks) = talk_of(site, &item, &time, created_at, report);
    Ok(Planned {
        number: item.number,
        digest,
        shows_media: text.shows_media,
        kind,
        slug: slug_of(&item.slug, &title),
        standfirst,
        sources: cut(
            input::single_line(meta::find(&item.meta, meta::SOURCES)),
            SOURCES_BYTES,
            "sources",
            &item,
            report,
        ),
        body: text.body,
        format: text.format,
        body_html: text.body_html,
        replies_open: item.comments_open,
        pinned: item.sticky,
        note,
        state,
        published_at,
        created_at,
        updated_at: time
            .moment(&item.modified, &item.modified_gmt)
            .unwrap_or(created_at),
        old_paths: old_paths_of(site.moved.site(), &item),
        older_paths: older_paths_of(site.moved.site(), &item),
        author: item.creator,
        topics: item.terms,
        comments,
        linkbacks,
        title,
    })
}

struct Text {
    body: String,
    format: Format,
    body_html: SafeHtml,
    shows_media: bool,
}

fn text_of(
    site: &Site<'_>,
    item: &Item,
    shown: &[Attachment],
    leading: Option<&Attachment>,
    report: &mut Report,
) -> Result<Text, String> {
    let content = item.content.as_str();
    if let Some(format) = ours(item) {
        // Our own export: this is the very HTML that readers saw.
        let as_html = markdown::sanitize_article(content, &|_| None);
        fits(as_html.as_str())?;
        let source = meta::find(&item.meta, meta::MARKDOWN);
        fits(source)?;
        if format == Format::Markdown && markdown::render_article(source) == as_html {
            return Ok(Text {
                body: source.to_owned(),
                format,
                body_html: as_html,
                shows_media: false,
            });
        }
        return Ok(Text {
            body: as_html.to_string(),
            format: Format::Html,
            body_html: as_html,
            shows_media: false,
        });
    }
    let mut converted = body::article(content, shown);
    if let Some(notes) = body::footnotes(meta::find(&item.meta, meta::FOOTNOTES)) {
        converted.html.push_str(&notes);
        converted.left_out_blocks.retain(|name| name != "footnotes");
    }
    for name in converted.unknown_shortcodes {
        *report.shortcodes.entry(name).or_default() += 1;
    }
    for name in converted.left_out_blocks {
        *report.blocks.entry(name).or_default() += 1;
    }
    if let Some(picture) = leading {
        converted
            .html
            .insert_str(0, &site.moved.leading(picture, content));
    }
    let moved = |address: &str| site.moved.lead(address);
    let html = without_unreadable(converted.html);
    let body_html = markdown::sanitize_article(&html, &moved);
    fits(body_html.as_str())?;
    Ok(Text {
        body: body_html.to_string(),
        format: Format::Html,
        body_html,
        shows_media: site.moved.has_uploads(),
    })
}

fn fits(body: &str) -> Result<(), String> {
    if body.len() > BODY_BYTES {
        return Err(format!(
            "its text is longer than an article may be, {BODY_BYTES} bytes"
        ));
    }
    Ok(())
}

/// How the text was written here before it was exported; None for what WordPress wrote, or changed since.
fn ours(item: &Item) -> Option<Format> {
    meta::format(&item.meta).filter(|_| !item.content.contains("<!-- wp:"))
}

/// What an export of ours has escaped.
fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Cow::into_owned)
}

fn title_of(item: &Item, text: &Text, report: &mut Report) -> String {
    let title = match ours(item) {
        Some(_) => input::single_line(&unescaped(&item.title)),
        None => on_a_line(&item.title),
    };
    if !input::is_blank(&title) {
        return cut(title, TITLE_BYTES, "title", item, report);
    }
    let made = excerpt::excerpt(
        &markdown::html_to_text(text.body_html.as_str()),
        MADE_TITLE_CHARS,
    );
    if !input::is_blank(&made) {
        return made;
    }
    let named = input::single_line(&decoded(&item.slug));
    if input::is_blank(&named) {
        item.number.to_string()
    } else {
        named
    }
}

fn standfirst_of(item: &Item, report: &mut Report) -> String {
    let standfirst = input::multi_line(&match ours(item) {
        Some(_) => unescaped(&item.excerpt),
        None => words(&item.excerpt),
    });
    cut(standfirst, STANDFIRST_BYTES, "excerpt", item, report)
}

/// What is too long for its field ends in "…", which is said.
fn cut(text: String, most: usize, what: &str, item: &Item, report: &mut Report) -> String {
    if text.len() <= most {
        return text;
    }
    report.remarks.add(|| {
        format!(
            "{} (item {}): its {what} was cut to {most} bytes",
            item.title, item.number
        )
    });
    // A character is at most four bytes.
    excerpt::excerpt(&text, most / 4)
}

fn state_of(item: &Item, has_date: bool) -> (State, Option<Note>) {
    let note = match item.status.as_str() {
        "publish" | "future" if item.password => Some(Note::Protected),
        "publish" | "future" if has_date => return (State::Published, None),
        "draft" | "auto-draft" => meta::note(&item.meta),
        "pending" => Some(Note::Pending),
        "private" => Some(Note::Private),
        _ => Some(Note::Unknown),
    };
    (State::Draft, note)
}

/// The words that stand in the old address; those of the title where they are none.
fn slug_of(name: &str, title: &str) -> Slug {
    let name = decoded(name);
    if name.is_empty() {
        return Slug::from_title(title);
    }
    Slug::parse(&name).unwrap_or_else(|| Slug::from_title(&name))
}

/// A name as WordPress writes it in addresses, decoded.
pub(super) fn decoded(name: &str) -> String {
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    input::strip_invalid_chars(&decoded)
}

/// The addresses that it had on the old site: its link, and what an export of ours says.
fn old_paths_of(site: &OldSite, item: &Item) -> Vec<String> {
    let ours = item.meta.iter().filter(|(key, _)| key == meta::ADDRESS);
    let ours = ours
        .map(|(_, path)| path.clone())
        .filter(|path| is_path(path));
    site.own_path(&item.link).into_iter().chain(ours).collect()
}

/// The addresses that it had there before its link: with the names that it ended in once.
fn older_paths_of(site: &OldSite, item: &Item) -> Vec<String> {
    let Some(path) = site.own_path(&item.link) else {
        return Vec::new();
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let names = item.meta.iter().filter(|(key, _)| key == meta::OLD_SLUG);
    names
        .map(|(_, name)| format!("{folder}/{}", decoded(name)))
        .filter(|path| is_path(path))
        .collect()
}

/// The words of a field of one line.
pub fn on_a_line(text: &str) -> String {
    input::single_line(&words(text))
}

/// The name of a site, a topic or a person: a few words on one line.
pub fn name(text: &str) -> String {
    excerpt::excerpt(&on_a_line(text), WORD_CHARS)
}

/// Old sites have control characters in their texts, which nobody sees and no form of ours takes.
fn without_unreadable(text: String) -> String {
    if input::has_invalid_chars(&text) {
        input::strip_invalid_chars(&text)
    } else {
        text
    }
}

/// The words of a field that may hold HTML. Most hold none.
fn words(text: &str) -> String {
    let words = if text.contains(['<', '&']) {
        markdown::untrusted_html_to_text(text)
    } else {
        text.to_owned()
    };
    without_unreadable(words)
}

#[cfg(test)]
mod tests;
