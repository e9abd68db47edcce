//! The crawler, which opens every page of the site's copy as a visitor, as the canary and as an admin.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use anyhow::ensure;
use axum::http::StatusCode;

use super::report::{LeakReport, group_thousands};
use super::response::PageResponse;
use super::routes;
use super::scenario::CanaryTrace;
use crate::app::App;

/// Names of the browsers that open each path, in this order.
const ROLES: [&str; 3] = ["a visitor", "the canary", "an admin"];
/// Prefixes of paths that exist for every comment. They are opened last, because they could use up the limit on opened
/// pages.
const PER_COMMENT_PATHS: [&str; 2] = ["/comments/", "/articles/"];
/// Prefixes of paths of uploaded files. They are not opened because they are older than the canary.
const FILE_PATHS: [&str; 2] = ["/media/", "/wp-content/uploads/"];

const PAGE_KIND: &str = "pages";
const FEED_KIND: &str = "feeds and sitemaps";

/// Paths that were found but have not been opened yet.
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

/// State of the crawl. It also records whether the canary's replies were seen, which shows whether the right pages were
/// searched.
struct SiteCrawl<'a> {
    app: &'a App,
    trace: &'a mut CanaryTrace,
    report: &'a mut LeakReport,
    queue: CrawlQueue,
    opened: usize,
    paths_by_kind: BTreeMap<&'static str, BTreeSet<String>>,
    /// Whether each of the three browsers has seen the canary's public reply on a page.
    saw_public_word: [bool; 3],
    /// Whether each of the three browsers has seen the canary's held reply. Signed paths do not count for the visitor,
    /// because only the canary knows them.
    saw_held_text: [bool; 3],
    has_feed_with_reply: bool,
}

/// Opens the path of each route, then the paths linked from the opened pages. Stops when no paths are left or `limit`
/// paths were opened. The paths of routes are always opened.
pub async fn crawl(
    app: &App,
    trace: &mut CanaryTrace,
    limit: usize,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    let route_paths = routes::list_paths(trace, report);
    let mut crawl = SiteCrawl {
        app,
        trace,
        report,
        queue: CrawlQueue::default(),
        opened: 0,
        paths_by_kind: BTreeMap::new(),
        saw_public_word: [false; 3],
        saw_held_text: [false; 3],
        has_feed_with_reply: false,
    };
    // Links to them must not queue them again.
    crawl.queue.seen.extend(route_paths.iter().cloned());
    for path in route_paths {
        crawl.open(&path).await?;
    }
    while crawl.opened < limit
        && let Some(path) = crawl.queue.pop()
    {
        crawl.open(&path).await?;
    }
    crawl.record_searched();
    crawl.record_missing();
    Ok(())
}

impl SiteCrawl<'_> {
    /// Opens a path in each of the three browsers, searches the responses and queues the links in them.
    async fn open(&mut self, path: &str) -> anyhow::Result<()> {
        self.opened += 1;
        for (role, role_name) in ROLES.iter().enumerate() {
            let browser = match role {
                0 => &mut self.trace.visitor_browser,
                1 => &mut self.trace.canary_browser,
                _ => &mut self.trace.admin_browser,
            };
            let response = browser.get(path).await?;
            let place = format!("{path} for {role_name}");
            self.report.search(&place, &response.to_bytes());
            // A site without its database shows nothing, so that finding no leak would mean nothing.
            ensure!(
                response.status != StatusCode::SERVICE_UNAVAILABLE,
                "the database did not answer in time, so the check was not finished"
            );
            if response.status == StatusCode::INTERNAL_SERVER_ERROR {
                self.report.record_missing(&format!(
                    "{path} fails with {} for {role_name}, so its content was not searched",
                    response.status
                ));
            }
            self.observe(path, role, &response);
            for link in response.links(&self.app.config.public_url) {
                self.queue.push(link);
            }
        }
        Ok(())
    }

    fn observe(&mut self, path: &str, role: usize, response: &PageResponse) {
        let kind = response_kind(response);
        let paths = self.paths_by_kind.entry(kind).or_default();
        paths.insert(path.to_owned());
        // A search page contains the text only because it was searched for.
        if path.starts_with("/search") {
            return;
        }
        let text = response.text();
        let has_public_word = text.contains(&self.trace.public_word);
        self.saw_public_word[role] |= has_public_word && kind == PAGE_KIND;
        self.has_feed_with_reply |= has_public_word && kind == FEED_KIND;
        // A signed path is known to the canary alone, so its held reply may be shown there to a visitor.
        let is_signed = path.contains("key=");
        self.saw_held_text[role] |=
            text.contains(&self.trace.held_text) && (role != 0 || !is_signed);
    }

    fn record_searched(&mut self) {
        for (kind, paths) in &self.paths_by_kind {
            let count = group_thousands(paths.len() as u64);
            self.report.record_searched(format!(
                "{count} {kind}, with their headers, as {}, {} and {}",
                ROLES[0], ROLES[1], ROLES[2]
            ));
        }
        let opened = group_thousands(self.opened as u64);
        self.report.record_searched(match self.queue.len() {
            0 => format!("{opened} URLs in all: every one that was found"),
            unopened => format!(
                "{opened} URLs in all; {} more were found and not opened (--pages opens more)",
                group_thousands(unopened as u64)
            ),
        });
    }

    fn record_missing(&mut self) {
        for (role_name, saw_it) in ROLES.iter().zip(self.saw_public_word) {
            if !saw_it {
                self.report.record_missing(&format!(
                    "no page showed the canary's approved reply to {role_name}"
                ));
            }
        }
        if self.saw_held_text != [false, true, true] {
            self.report.record_missing(
                "the canary's held reply must be shown to the canary and to an admin, and to nobody else",
            );
        }
        if !self.has_feed_with_reply {
            self.report
                .record_missing("no feed contained the canary's approved reply");
        }
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
