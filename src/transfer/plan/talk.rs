//! What is said about an article: comments, and notices of links to it.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::super::body;
use super::super::dates::LocalTime;
use super::super::meta;
use super::super::report::Report;
use super::super::wxr::{Comment, Item};
use super::{Site, on_a_line, unescaped, without_unreadable};
use crate::clock::Ts;
use crate::commenters::{Email, EmailError};
use crate::comments::screening::Reason;
use crate::comments::{LinkbackKind, Status};
use crate::crypto::Keys;
use crate::text::{Format, SafeHtml, Website, excerpt, input, markdown};

/// Bytes of a name, WordPress's own limit.
const NAME_BYTES: usize = 245;

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

/// What tells a comment from itself as it was. Keyed: the address is part of it.
pub(super) fn origin(keys: &Keys, comment: &Comment) -> i64 {
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

pub(super) fn talk_of(
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
    let stored = meta::find(&comment.meta, meta::REASONS).lines();
    let is_known = |stored: &&str| Reason::read(stored).is_some();
    stored.filter(is_known).collect::<Vec<_>>().join("\n")
}

fn words_of(site: &Site<'_>, comment: &Comment) -> (String, Format, SafeHtml) {
    let moved = |address: &str| site.moved.lead(address);
    let Some(format) = meta::format(&comment.meta) else {
        let html = without_unreadable(body::comment(&comment.content));
        let html = markdown::sanitize_comment(&html, &moved);
        return (html.to_string(), Format::Html, html);
    };
    let as_html = markdown::sanitize_comment(&comment.content, &|_| None);
    let source = meta::find(&comment.meta, meta::MARKDOWN);
    if format == Format::Markdown && markdown::render_comment(source) == as_html {
        return (source.to_owned(), format, as_html);
    }
    (as_html.to_string(), Format::Html, as_html)
}

/// A name is shown to everyone, so it may not be an address.
fn name_of(site: &Site<'_>, comment: &Comment, report: &mut Report) -> String {
    let name = match meta::format(&comment.meta) {
        Some(_) => input::single_line(&unescaped(&comment.author)),
        None => on_a_line(&comment.author),
    };
    if input::contains_email(&name) {
        report.nameless += 1;
    } else if !input::is_blank(&name) {
        if name.len() <= NAME_BYTES {
            return name;
        }
        return excerpt::excerpt(&name, NAME_BYTES / 4);
    }
    site.words.say("comment-anonymous")
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
