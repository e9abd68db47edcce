//! Converts the comments and linkbacks (pingbacks and trackbacks) of an export item so that they can be written to the
//! database.

use std::collections::HashSet;

use super::context::PlanContext;
use super::digest::{digest_comment, negative};
use super::fields::{remove_unreadable, single_line, unescape};
use super::guids::find_comment_guid;
use super::model::{ArticleComments, PlannedComment, PlannedLinkback, describe_comment};
use super::threads::resolve_threads;
use crate::clock::Ts;
use crate::commenters::{Email, EmailError};
use crate::comments::screening::ScreeningReason;
use crate::comments::{LinkbackKind, MAX_NAME_CHARS, Status};
use crate::text::{BodyFormat, SafeHtml, Website, excerpt, input, markdown};
use crate::transfer::body;
use crate::transfer::dates::LocalTime;
use crate::transfer::meta;
use crate::transfer::report::ImportReport;
use crate::transfer::wxr::{WxrComment, WxrItem};

/// Fields that comments, pingbacks and trackbacks have in common.
struct CommentFacts {
    wordpress_id: i64,
    digest: i64,
    status: Status,
    created_at: Ts,
}

/// Adds the comments of an article that has not changed since the last import to the report.
pub fn count_unchanged(item: &WxrItem, report: &mut ImportReport) {
    let mut seen = HashSet::new();
    for comment in &item.comments {
        if comment.id != 0 && !seen.insert(comment.id) {
            report.comments.skipped += 1;
            continue;
        }
        match comment.kind.as_str() {
            "" | "comment" => {
                report.comments.same += 1;
                report.by_status.count(parse_status(&comment.approved));
            }
            "pingback" | "trackback" => report.linkbacks.same += 1,
            _ => report.comments.skipped += 1,
        }
    }
}

/// Converts all comments of an item. Comments without a valid date get the time `fallback`.
pub fn plan_comments(
    context: &PlanContext<'_>,
    item: &WxrItem,
    local_time: &LocalTime,
    fallback: Ts,
    report: &mut ImportReport,
) -> ArticleComments {
    let mut planned = ArticleComments::default();
    let mut seen = HashSet::new();
    for comment in &item.comments {
        // Also the ID of a comment without one, by which the next import recognises it.
        let digest = digest_comment(context.keys, comment);
        let facts = CommentFacts {
            wordpress_id: match comment.id {
                0 => negative(digest),
                id => id,
            },
            digest,
            status: parse_status(&comment.approved),
            created_at: local_time
                .parse(&comment.date, &comment.date_gmt)
                .unwrap_or(fallback),
        };
        if !seen.insert(facts.wordpress_id) {
            skip(
                report,
                comment,
                "the article has another comment with the same ID",
            );
            continue;
        }
        let linkback = |kind| plan_linkback(comment, kind, &facts);
        match comment.kind.as_str() {
            "" | "comment" => {
                report.by_status.count(facts.status);
                let site = &context.url_map.site;
                let guid = find_comment_guid(site, item, comment, facts.wordpress_id);
                let comment = plan_comment(context, comment, guid, &facts, report);
                planned.comments.push(comment);
            }
            "pingback" => planned.linkbacks.push(linkback(LinkbackKind::Pingback)),
            "trackback" => planned.linkbacks.push(linkback(LinkbackKind::Trackback)),
            kind => skip(
                report,
                comment,
                &format!("comments of type {kind} are not imported"),
            ),
        }
    }
    // Last: parents may follow their replies in the file.
    resolve_threads(&mut planned.comments, report);
    planned
}

fn skip(report: &mut ImportReport, comment: &WxrComment, reason: &str) {
    report.comments.skipped += 1;
    report
        .skipped
        .push(|| format!("{}: {reason}", describe_comment(comment.id)));
}

/// Parses `wp:comment_approved`. Also accepts the values that very old versions of WordPress and other programs write.
fn parse_status(approved: &str) -> Status {
    match approved {
        "1" | "approve" | "approved" => Status::Approved,
        "spam" => Status::Spam,
        "trash" | "post-trashed" => Status::Trashed,
        // Nothing becomes public on the strength of an unknown status.
        _ => Status::Held,
    }
}

fn plan_comment(
    context: &PlanContext<'_>,
    comment: &WxrComment,
    guid: String,
    facts: &CommentFacts,
    report: &mut ImportReport,
) -> PlannedComment {
    let (body, format, body_html) = convert_text(context, comment);
    let email = match Email::parse(&comment.email) {
        Ok(email) => Some(email),
        Err(EmailError::Missing) => None,
        Err(_) => {
            report.invalid_emails += 1;
            None
        }
    };
    let website = match comment.url.trim() {
        // Old versions of WordPress stored the scheme alone where a commenter left the field empty.
        "" | "http://" | "https://" => None,
        url => Website::parse(url).unwrap_or_else(|_| {
            report.invalid_websites += 1;
            None
        }),
    };
    PlannedComment {
        wordpress_id: facts.wordpress_id,
        parent_wordpress_id: (comment.parent_id != 0).then_some(comment.parent_id),
        root_wordpress_id: facts.wordpress_id,
        guid,
        name: make_name(context, comment, report),
        email,
        website,
        ip: comment.ip.trim().parse().ok(),
        body,
        format,
        body_html,
        status: facts.status,
        reasons: list_reasons(comment),
        created_at: facts.created_at,
        digest: facts.digest,
    }
}

fn plan_linkback(
    comment: &WxrComment,
    kind: LinkbackKind,
    facts: &CommentFacts,
) -> PlannedLinkback {
    PlannedLinkback {
        wordpress_id: facts.wordpress_id,
        kind,
        name: single_line(&comment.author),
        website: comment.url.clone(),
        body: comment.content.clone(),
        status: facts.status,
        created_at: facts.created_at,
        digest: facts.digest,
    }
}

/// Returns the reasons that automatic screening gave for the comment's status, one per line. Only exports from Broadsheet
/// contain them. Unknown reasons are omitted.
fn list_reasons(comment: &WxrComment) -> String {
    let stored = meta::find(&comment.meta, meta::REASONS).lines();
    let is_known = |stored: &&str| ScreeningReason::parse(stored).is_some();
    stored.filter(is_known).collect::<Vec<_>>().join("\n")
}

fn convert_text(context: &PlanContext<'_>, comment: &WxrComment) -> (String, BodyFormat, SafeHtml) {
    let Some(format) = meta::find_format(&comment.meta) else {
        let html = remove_unreadable(body::convert_comment(&comment.content));
        let rewrite = |url: &str| context.url_map.rewrite(url);
        let html = markdown::sanitize_comment(&html, &rewrite);
        return (html.as_str().to_owned(), BodyFormat::Html, html);
    };
    // From a Broadsheet export; the Markdown is only trusted if it still renders to the same HTML.
    let to_path = |url: &str| context.url_map.site_path(url);
    let html = markdown::sanitize_comment(&comment.content, &to_path);
    let source = meta::find(&comment.meta, meta::MARKDOWN);
    if format == BodyFormat::Markdown {
        let rendered = markdown::render_comment(source);
        if markdown::sanitize_comment(rendered.as_str(), &to_path) == html {
            return (source.to_owned(), format, rendered);
        }
    }
    (html.as_str().to_owned(), BodyFormat::Html, html)
}

/// Returns the commenter's name for display. A missing name, and a name that contains an email address, becomes
/// "Anonymous", because names are public.
fn make_name(context: &PlanContext<'_>, comment: &WxrComment, report: &mut ImportReport) -> String {
    let name = match meta::find_format(&comment.meta) {
        Some(_) => input::name(&unescape(&comment.author)),
        None => input::name(&single_line(&comment.author)),
    };
    if input::contains_email(&name) {
        report.anonymized += 1;
    } else if !input::is_blank(&name) {
        return excerpt::excerpt(&name, MAX_NAME_CHARS);
    }
    context.translator.text("comment-anonymous")
}
