//! What an item of an export becomes here. Pure: the item and what is known of its site go in, an article with its
//! comments comes out, or the reason why there is none.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::Url;

use super::body::{self, Attachment};
use super::dates::LocalTime;
use super::meta;
use super::moved::{Moved, OldSite, is_path};
use super::report::Report;
use super::wxr::{Comment, Item, ItemTerm};
use crate::articles::{Kind, Note, State};
use crate::clock::Ts;
use crate::commenters::{Email, EmailError};
use crate::comments::screening::Reason;
use crate::comments::{LinkbackKind, Status};
use crate::i18n::Words;
use crate::sealed::Keys;
use crate::text::{Format, SafeHtml, Slug, Website, excerpt, markdown, typed};

/// Bytes of a title, a standfirst, sources and a text, as the editor takes them.
const TITLE_BYTES: usize = 500;
const STANDFIRST_BYTES: usize = 2_000;
const SOURCES_BYTES: usize = 2_000;
const BODY_BYTES: usize = 1_000_000;
/// Bytes of a name, WordPress's own limit.
const NAME_BYTES: usize = 245;
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

/// A comment as it will be kept.
pub struct PlannedComment {
    /// WordPress's number; one made from the comment itself, below zero, where it has none.
    pub number: i64,
    /// The comment of the same article that it answers, by its number.
    pub parent: Option<i64>,
    /// The comment that began the thread it stands in, by its number; itself for one that answers the article.
    pub root: i64,
    /// The name it is signed with.
    pub name: String,
    /// The address it came with.
    pub email: Option<Email>,
    /// The website it came with.
    pub website: Option<Website>,
    /// The network it came from.
    pub from: Option<IpAddr>,
    /// Its text, as written.
    pub body: String,
    /// How that is written.
    pub format: Format,
    /// Its text as readers see it.
    pub body_html: SafeHtml,
    /// What was decided there.
    pub status: Status,
    /// Why it was judged so, if it was ours before.
    pub reasons: String,
    /// When it was written.
    pub created_at: Ts,
    /// A keyed hash of what the export says of it.
    pub origin: i64,
}

/// A pingback or trackback as it will be kept.
pub struct PlannedLinkback {
    /// WordPress's number; below zero where it has none.
    pub number: i64,
    /// Which of the two.
    pub kind: LinkbackKind,
    /// What called itself so.
    pub name: String,
    /// Where the link is.
    pub website: String,
    /// What it quoted.
    pub body: String,
    /// What was decided there.
    pub status: Status,
    /// When it came.
    pub created_at: Ts,
    /// A keyed hash of what the export says of it.
    pub origin: i64,
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

/// What tells a comment from itself as it was. Keyed: the address is part of it.
fn origin(keys: &Keys, comment: &Comment) -> i64 {
    let number = comment.number.to_le_bytes();
    let parent = comment.parent.to_le_bytes();
    let own = [
        number.as_slice(),
        parent.as_slice(),
        comment.author.as_bytes(),
        comment.email.as_bytes(),
        comment.url.as_bytes(),
        comment.from.as_bytes(),
        comment.date.as_bytes(),
        comment.date_gmt.as_bytes(),
        comment.content.as_bytes(),
        comment.approved.as_bytes(),
        comment.kind.as_bytes(),
    ];
    let meta = comment
        .meta
        .iter()
        .flat_map(|(key, value)| [key.as_bytes(), value.as_bytes()]);
    keys.number_of("imported comment", own.into_iter().chain(meta))
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

/// Counts what is said about an article that is the same as before.
pub fn count_talk(item: &Item, report: &mut Report) {
    let mut seen = HashSet::new();
    for comment in &item.comments {
        if comment.number != 0 && !seen.insert(comment.number) {
            report.comments.skipped += 1;
            continue;
        }
        match comment.kind.as_str() {
            "" | "comment" => {
                report.comments.same += 1;
                count(report, status_of(&comment.approved));
            }
            "pingback" | "trackback" => report.linkbacks.same += 1,
            _ => report.comments.skipped += 1,
        }
    }
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
            typed::line(meta::find(&item.meta, meta::SOURCES)),
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
        let as_html = markdown::article_of_html(content);
        fits(as_html.as_str())?;
        let source = meta::find(&item.meta, meta::MARKDOWN);
        fits(source)?;
        if format == Format::Markdown && markdown::article(source) == as_html {
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
    let body_html = markdown::article_moved(&html, &moved);
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
        Some(_) => typed::line(&unescaped(&item.title)),
        None => on_a_line(&item.title),
    };
    if !typed::is_blank(&title) {
        return cut(title, TITLE_BYTES, "title", item, report);
    }
    let made = excerpt::excerpt(
        &markdown::words_of_html(text.body_html.as_str()),
        MADE_TITLE_CHARS,
    );
    if !typed::is_blank(&made) {
        return made;
    }
    let named = typed::line(&decoded(&item.slug));
    if typed::is_blank(&named) {
        item.number.to_string()
    } else {
        named
    }
}

fn standfirst_of(item: &Item, report: &mut Report) -> String {
    let standfirst = typed::lines(&match ours(item) {
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
    typed::without_unreadable(&decoded)
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

fn talk_of(
    site: &Site<'_>,
    item: &Item,
    time: &LocalTime,
    fallback: Ts,
    report: &mut Report,
) -> (Vec<PlannedComment>, Vec<PlannedLinkback>) {
    let mut comments = Vec::new();
    let mut linkbacks = Vec::new();
    let mut seen = HashSet::new();
    for comment in &item.comments {
        let origin = origin(site.keys, comment);
        let number = match comment.number {
            // Its hash is as good as a number to know it again by.
            0 => -origin.saturating_abs().max(1),
            number => number,
        };
        let created_at = time
            .moment(&comment.date, &comment.date_gmt)
            .unwrap_or(fallback);
        let status = status_of(&comment.approved);
        if !seen.insert(number) {
            skip(report, comment, "its number stands there twice");
            continue;
        }
        match comment.kind.as_str() {
            "" | "comment" => {
                count(report, status);
                comments.push(planned(
                    site, comment, number, origin, status, created_at, report,
                ));
            }
            "pingback" | "trackback" => linkbacks.push(PlannedLinkback {
                number,
                kind: if comment.kind == "pingback" {
                    LinkbackKind::Pingback
                } else {
                    LinkbackKind::Trackback
                },
                name: on_a_line(&comment.author),
                website: comment.url.clone(),
                body: comment.content.clone(),
                status,
                created_at,
                origin,
            }),
            kind => skip(report, comment, &format!("it is of the kind {kind}")),
        }
    }
    find_roots(&mut comments, report);
    (comments, linkbacks)
}

fn skip(report: &mut Report, comment: &Comment, why: &str) {
    report.comments.skipped += 1;
    report
        .skipped
        .add(|| format!("{}: {why}", called(comment.number)));
}

fn count(report: &mut Report, status: Status) {
    let by = &mut report.by_status;
    *match status {
        Status::Approved => &mut by.approved,
        Status::Held => &mut by.held,
        Status::Spam => &mut by.spam,
        Status::Trashed => &mut by.trashed,
    } += 1;
}

/// Also as very old versions and other programs write it.
fn status_of(approved: &str) -> Status {
    match approved {
        "1" | "approve" | "approved" => Status::Approved,
        "spam" => Status::Spam,
        "trash" | "post-trashed" => Status::Trashed,
        _ => Status::Held,
    }
}

fn planned(
    site: &Site<'_>,
    comment: &Comment,
    number: i64,
    origin: i64,
    status: Status,
    created_at: Ts,
    report: &mut Report,
) -> PlannedComment {
    let (body, format, body_html) = words_of(site, comment);
    let email = match Email::parse(&comment.email) {
        Ok(email) => Some(email),
        Err(EmailError::Missing) => None,
        Err(_) => {
            report.without_email += 1;
            None
        }
    };
    let website = match comment.url.trim() {
        "" | "http://" | "https://" => None,
        url => Website::parse(url).unwrap_or_else(|_| {
            report.without_website += 1;
            None
        }),
    };
    PlannedComment {
        number,
        root: number,
        parent: (comment.parent != 0).then_some(comment.parent),
        name: name_of(site, comment, report),
        email,
        website,
        from: comment.from.trim().parse().ok(),
        body,
        format,
        body_html,
        status,
        reasons: reasons_of(comment),
        created_at,
        origin,
    }
}

/// The reasons that we know, if it was ours before.
fn reasons_of(comment: &Comment) -> String {
    let codes = meta::find(&comment.meta, meta::REASONS).split(',');
    let is_known = |code: &&str| Reason::ALL.iter().any(|reason| reason.code() == *code);
    codes.filter(is_known).collect::<Vec<_>>().join(",")
}

fn words_of(site: &Site<'_>, comment: &Comment) -> (String, Format, SafeHtml) {
    let moved = |address: &str| site.moved.lead(address);
    let Some(format) = meta::format(&comment.meta) else {
        let html = without_unreadable(body::comment(&comment.content));
        let html = markdown::comment_of_html(&html, &moved);
        return (html.to_string(), Format::Html, html);
    };
    let as_html = markdown::comment_of_html(&comment.content, &|_| None);
    let source = meta::find(&comment.meta, meta::MARKDOWN);
    if format == Format::Markdown && markdown::comment(source) == as_html {
        return (source.to_owned(), format, as_html);
    }
    (as_html.to_string(), Format::Html, as_html)
}

/// A name is shown to everyone, so it may not be an address.
fn name_of(site: &Site<'_>, comment: &Comment, report: &mut Report) -> String {
    let name = match meta::format(&comment.meta) {
        Some(_) => typed::line(&unescaped(&comment.author)),
        None => on_a_line(&comment.author),
    };
    if typed::holds_address(&name) {
        report.nameless += 1;
    } else if !typed::is_blank(&name) {
        if name.len() <= NAME_BYTES {
            return name;
        }
        return excerpt::excerpt(&name, NAME_BYTES / 4);
    }
    site.words.say("comment-anonymous")
}

/// The words of a field of one line.
pub fn on_a_line(text: &str) -> String {
    typed::line(&words(text))
}

/// The name of a site, a topic or a person: a few words on one line.
pub fn name(text: &str) -> String {
    excerpt::excerpt(&on_a_line(text), WORD_CHARS)
}

/// Old sites have control characters in their texts, which nobody sees and no form of ours takes.
fn without_unreadable(text: String) -> String {
    if typed::has_unreadable(&text) {
        typed::without_unreadable(&text)
    } else {
        text
    }
}

/// The words of a field that may hold HTML. Most hold none.
fn words(text: &str) -> String {
    let words = if text.contains(['<', '&']) {
        markdown::plain_of_html(text)
    } else {
        text.to_owned()
    };
    without_unreadable(words)
}

/// What a comment is called in the report. A number below zero is made of all it says, and told to nobody.
pub fn called(number: i64) -> String {
    if number > 0 {
        format!("comment {number}")
    } else {
        "a comment without a number".to_owned()
    }
}

/// Finds for each comment the one that began its thread. One that answers what is not there, or itself in the end, begins
/// a thread.
fn find_roots(comments: &mut [PlannedComment], report: &mut Report) {
    let is_there: HashSet<i64> = comments.iter().map(|comment| comment.number).collect();
    let mut parents: HashMap<i64, Option<i64>> = HashMap::with_capacity(comments.len());
    for comment in comments.iter() {
        let parent = comment.parent.filter(|parent| is_there.contains(parent));
        if let Some(gone) = comment.parent.filter(|_| parent.is_none()) {
            report
                .orphans
                .add(|| format!("{}, which answered {gone}", called(comment.number)));
        }
        parents.insert(comment.number, parent);
    }
    let mut roots: HashMap<i64, i64> = HashMap::new();
    for comment in comments.iter() {
        let mut way = HashSet::new();
        let mut at = comment.number;
        let root = loop {
            if let Some(root) = roots.get(&at) {
                break *root;
            }
            if !way.insert(at) {
                // Round and round.
                parents.insert(at, None);
                report
                    .orphans
                    .add(|| format!("{}, which answered itself by way of others", called(at)));
                break at;
            }
            match parents[&at] {
                Some(parent) => at = parent,
                None => break at,
            }
        };
        roots.extend(way.into_iter().map(|step| (step, root)));
    }
    for comment in comments {
        comment.parent = parents[&comment.number];
        comment.root = roots[&comment.number];
    }
}

#[cfg(test)]
mod tests;
