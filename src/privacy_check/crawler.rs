//! Opening of every page as a visitor, as the canary and as an admin.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use anyhow::ensure;
use axum::http::StatusCode;

use super::browser::RouterBrowser;
use super::report::{LeakReport, group_thousands};
use super::response::PageResponse;
use super::routes;
use super::scenario::CanaryTrace;
use crate::app::App;

/// Names of the browsers that open each path, in the order in which they do.
const ROLES: [&str; 3] = ["a visitor", "the canary", "an admin"];
/// Paths of which every comment has one. They are opened last, because a limit would leave nothing for others.
const PER_COMMENT_PATHS: [&str; 2] = ["/comments/", "/articles/"];
/// Uploaded files, which are not opened. They were there before the canary.
const FILE_PATHS: [&str; 2] = ["/media/", "/wp-content/uploads/"];

const PAGE_KIND: &str = "pages";
const FEED_KIND: &str = "feeds and sitemaps";

/// Paths that were found and not opened yet.
#[derive(Default)]
struct CrawlQueue {
    first: VecDeque<String>,
    last: VecDeque<String>,
    seen: HashSet<String>,
}

impl CrawlQueue {
    fn push(&mut self, path: String) {
        let is_file = FILE_PATHS.iter().any(|prefix| path.starts_with(prefix));
        if is_file || !self.seen.insert(path.clone()) {
            return;
        }
        let is_per_comment = PER_COMMENT_PATHS
            .iter()
            .any(|prefix| path.starts_with(prefix));
        match is_per_comment {
            true => self.last.push_back(path),
            false => self.first.push_back(path),
        }
    }

    fn pop(&mut self) -> Option<String> {
        self.first.pop_front().or_else(|| self.last.pop_front())
    }

    fn len(&self) -> usize {
        self.first.len() + self.last.len()
    }
}

/// Observations during a crawl, which show at its end that the right pages were searched.
#[derive(Default)]
struct CrawlStats {
    opened: usize,
    paths_by_kind: BTreeMap<&'static str, BTreeSet<String>>,
    /// Whether each role saw the public reply on a page.
    saw_public_word: [bool; 3],
    /// Whether each role saw the held reply where the path does not reveal it anyway.
    saw_held_text: [bool; 3],
    has_feed_with_reply: bool,
}

/// Opens the path of each route, and then the paths linked from there, until none is left or `limit` paths were opened.
/// The limit does not apply to the routes.
pub async fn crawl(
    app: &App,
    trace: &mut CanaryTrace,
    limit: usize,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    let route_paths = routes::list_paths(trace, report);
    let mut queue = CrawlQueue::default();
    // Links to them must not queue them again.
    queue.seen.extend(route_paths.iter().cloned());
    let mut stats = CrawlStats::default();
    for path in route_paths {
        open_path(app, &path, trace, &mut queue, &mut stats, report).await?;
    }
    while stats.opened < limit
        && let Some(path) = queue.pop()
    {
        open_path(app, &path, trace, &mut queue, &mut stats, report).await?;
    }
    record_searched(&stats, queue.len(), report);
    record_missing(&stats, report);
    Ok(())
}

/// Opens one path in each role, searches the responses and queues their links.
async fn open_path(
    app: &App,
    path: &str,
    trace: &mut CanaryTrace,
    queue: &mut CrawlQueue,
    stats: &mut CrawlStats,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    stats.opened += 1;
    for (role, role_name) in ROLES.iter().enumerate() {
        let response = browser_of(trace, role).get(path).await?;
        report.search(&format!("{path} for {role_name}"), &response.to_bytes());
        ensure!(
            // A site without its database shows nothing, so that finding no leak would mean nothing.
            response.status != StatusCode::SERVICE_UNAVAILABLE,
            "the database did not answer in time, so the check was not finished"
        );
        if response.status == StatusCode::INTERNAL_SERVER_ERROR {
            report.record_missing(&format!(
                "{path} fails with {} for {role_name}, so its content was not searched",
                response.status
            ));
        }
        stats.observe(path, role, &response, trace);
        for link in response.links(&app.config.public_url) {
            queue.push(link);
        }
    }
    Ok(())
}

fn browser_of(trace: &mut CanaryTrace, role: usize) -> &mut RouterBrowser {
    match role {
        0 => &mut trace.visitor_browser,
        1 => &mut trace.canary_browser,
        _ => &mut trace.admin_browser,
    }
}

impl CrawlStats {
    fn observe(&mut self, path: &str, role: usize, response: &PageResponse, trace: &CanaryTrace) {
        let kind = response_kind(response);
        self.paths_by_kind
            .entry(kind)
            .or_default()
            .insert(path.to_owned());
        // A search page contains the text only because it was searched for.
        if path.starts_with("/search") {
            return;
        }
        let text = response.text();
        let has_public_word = text.contains(&trace.public_word);
        self.saw_public_word[role] |= has_public_word && kind == PAGE_KIND;
        self.has_feed_with_reply |= has_public_word && kind == FEED_KIND;
        // A signed path is known to the canary alone, so its held reply may be shown there to a visitor.
        let is_signed = path.contains("key=");
        self.saw_held_text[role] |= text.contains(&trace.held_text) && (role != 0 || !is_signed);
    }
}

fn response_kind(response: &PageResponse) -> &'static str {
    let content_type = response.header("content-type");
    if response.status.is_redirection() {
        "redirects"
    } else if response.status.is_client_error() || response.status.is_server_error() {
        "error pages"
    } else if content_type.contains("html") {
        PAGE_KIND
    } else if content_type.contains("xml") {
        FEED_KIND
    } else {
        "other responses"
    }
}

fn record_searched(stats: &CrawlStats, unopened: usize, report: &mut LeakReport) {
    for (kind, paths) in &stats.paths_by_kind {
        let count = group_thousands(paths.len() as u64);
        report.record_searched(format!(
            "{count} {kind}, with their headers, as {}, {} and {}",
            ROLES[0], ROLES[1], ROLES[2]
        ));
    }
    let opened = group_thousands(stats.opened as u64);
    report.record_searched(match unopened {
        0 => format!("{opened} URLs in all: every one that was found"),
        _ => format!(
            "{opened} URLs in all; {} more were found and not opened (--pages opens more)",
            group_thousands(unopened as u64)
        ),
    });
}

fn record_missing(stats: &CrawlStats, report: &mut LeakReport) {
    for (role_name, saw_it) in ROLES.iter().zip(stats.saw_public_word) {
        if !saw_it {
            report.record_missing(&format!(
                "no page showed the canary's approved reply to {role_name}"
            ));
        }
    }
    if stats.saw_held_text != [false, true, true] {
        report.record_missing(
            "the canary's held reply must be shown to the canary and to an admin, and to nobody else",
        );
    }
    if !stats.has_feed_with_reply {
        report.record_missing("no feed contained the canary's approved reply");
    }
}
