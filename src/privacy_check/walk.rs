//! Opens every page there is, as a stranger, as the canary and as an admin.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use anyhow::ensure;
use axum::http::{Method, StatusCode};

use super::browser::{Browser, Visit};
use super::canary::Trail;
use super::findings::{Findings, grouped};
use crate::app::App;
use crate::router;

/// Those who look.
const VISITORS: [&str; 3] = ["a stranger", "the canary", "an admin"];
/// Where one such page stands behind every comment: these are opened last, if there is a limit.
const BEHIND_COMMENTS: [&str; 2] = ["/comments/", "/articles/"];
/// Files that articles show. They were there before the canary came.
const FILES: [&str; 2] = ["/media/", "/wp-content/uploads/"];

/// What is still to be opened.
#[derive(Default)]
struct Ways {
    first: VecDeque<String>,
    last: VecDeque<String>,
    seen: HashSet<String>,
}

impl Ways {
    fn add(&mut self, path: String) {
        if FILES.iter().any(|files| path.starts_with(files)) || !self.seen.insert(path.clone()) {
            return;
        }
        let is_behind = BEHIND_COMMENTS
            .iter()
            .any(|beginning| path.starts_with(beginning));
        match is_behind {
            true => self.last.push_back(path),
            false => self.first.push_back(path),
        }
    }

    fn next(&mut self) -> Option<String> {
        self.first.pop_front().or_else(|| self.last.pop_front())
    }

    fn left(&self) -> usize {
        self.first.len() + self.last.len()
    }
}

/// Opens the addresses that the router lists, and from there whatever is linked, until there is no more or `limit`
/// addresses were opened.
pub async fn walk(
    app: &App,
    trail: &mut Trail,
    limit: usize,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let listed = listed(trail, findings);
    let mut opened = 0_usize;
    let mut kinds: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    // Who saw the words that everyone may see, and who those that wait.
    let (mut public_words, mut held_words) = ([false; 3], [false; 3]);
    let mut feeds_with_words = 0;
    let mut ways = Ways::default();
    for path in &listed {
        ways.seen.insert(path.clone());
    }
    // What is listed comes first, whatever the limit.
    let mut must = VecDeque::from(listed);
    while let Some(path) = must.pop_front().or_else(|| ways.next()) {
        if opened >= limit && must.is_empty() {
            ways.add(path);
            break;
        }
        opened += 1;
        let browsers: [&mut Browser; 3] = [&mut trail.stranger, &mut trail.bird, &mut trail.admin];
        for (who, browser) in browsers.into_iter().enumerate() {
            let visit = browser.open(&path).await?;
            findings.search(
                &format!("{path} for {}", VISITORS[who]),
                &visit.everything(),
            );
            ensure!(
                visit.status != StatusCode::SERVICE_UNAVAILABLE,
                "the database did not answer in time, so the check was not finished"
            );
            if visit.status == StatusCode::INTERNAL_SERVER_ERROR {
                findings.miss(&format!(
                    "{path} answers {} to {}, so what it shows is not known",
                    visit.status, VISITORS[who]
                ));
            }
            let kind = kind_of(&visit);
            kinds.entry(kind).or_default().insert(path.clone());
            let text = visit.text();
            // Not where the words are only what was looked for.
            if !path.starts_with("/search") {
                let is_public = text.contains(&trail.public_word);
                public_words[who] |= is_public && kind == PAGES;
                // An address with a signature is the canary's own, whoever opens it.
                let is_own = path.contains("key=");
                held_words[who] |= text.contains(&trail.held_word) && (who != 0 || !is_own);
                feeds_with_words += usize::from(is_public && kind == FEEDS);
            }
            for link in visit.links(&app.config.public_url) {
                ways.add(link);
            }
        }
    }
    for (kind, paths) in &kinds {
        let count = grouped(u64::try_from(paths.len()).unwrap_or(u64::MAX));
        findings.note(format!(
            "{count} {kind}, with their headers, as {}, {} and {}",
            VISITORS[0], VISITORS[1], VISITORS[2]
        ));
    }
    let (opened, left) = (opened as u64, ways.left() as u64);
    findings.note(match left {
        0 => format!("{} addresses in all: every one there is", grouped(opened)),
        _ => format!(
            "{} addresses in all; {} more were seen and not opened (--pages opens more)",
            grouped(opened),
            grouped(left)
        ),
    });
    for (who, saw) in public_words.into_iter().enumerate() {
        if !saw {
            findings.miss(&format!(
                "{} found no page with the canary's approved reply; too little was searched",
                VISITORS[who]
            ));
        }
    }
    if held_words[0] || !held_words[1] || !held_words[2] {
        findings.miss(
            "the canary's reply that waits must be seen by it and by an admin alone; the wrong pages were searched",
        );
    }
    if feeds_with_words == 0 {
        findings.miss("no feed holds the canary's approved reply; too little was searched");
    }
    Ok(())
}

const PAGES: &str = "pages";
const FEEDS: &str = "feeds and sitemaps";

fn kind_of(visit: &Visit) -> &'static str {
    let kind = visit.header("content-type");
    if visit.status.is_redirection() {
        "addresses that lead on"
    } else if visit.status.is_client_error() || visit.status.is_server_error() {
        "refusals"
    } else if kind.contains("html") {
        PAGES
    } else if kind.contains("xml") {
        FEEDS
    } else {
        "other answers"
    }
}

/// Every address that the router lists for opening, filled in with what belongs to the canary, and the places where its
/// visit left a trace.
fn listed(trail: &Trail, findings: &mut Findings) -> Vec<String> {
    let (public, desk, wordpress) = (
        router::public_routes(),
        router::admin_routes(),
        router::wordpress_routes(),
    );
    let all = public.list().iter().chain(wordpress.list());
    let patterns = all
        .chain(desk.list())
        .filter(|(method, _)| method == Method::GET);
    let mut paths = Vec::new();
    for (_, pattern) in patterns {
        let filled = filled(pattern, trail);
        if filled.is_empty() {
            findings.miss(&format!(
                "the router lists {pattern}, and it is not known here what stands there"
            ));
        }
        paths.extend(filled);
    }
    paths.extend(trail.places.iter().cloned());
    paths
}

/// The addresses that a pattern of the router stands for, as far as the canary has to do with them.
fn filled(pattern: &str, trail: &Trail) -> Vec<String> {
    let one = |value: &str| {
        let (before, rest) = pattern.split_once('{').unwrap_or((pattern, "}"));
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        format!("{before}{value}{after}")
    };
    let each = |ids: &[i64]| -> Vec<String> { ids.iter().map(|id| one(&id.to_string())).collect() };
    match pattern {
        "/articles/{id}/reply" => {
            let to = trail
                .comments
                .iter()
                .map(|id| format!("{}?to={id}", one(&trail.articles[0].to_string())));
            each(&trail.articles).into_iter().chain(to).collect()
        }
        "/comments/{id}"
        | "/comments/{id}/thread"
        | "/admin/comments/{id}/person"
        | "/admin/comments/{id}/reply"
        | "/admin/comments/{id}/edit" => each(&trail.comments),
        "/comments/{id}/manage" => trail.own.clone(),
        "/comments/{id}/held" => {
            let own = trail.own.iter();
            own.map(|path| path.replace("/manage?", "/held?")).collect()
        }
        "/commenters/{id}" => vec![trail.mine.clone()],
        "/commenters/{id}/data" => vec![trail.mine.replace('?', "/data?")],
        "/subscriptions/{id}/end" => vec![trail.end.clone()],
        "/digests/{id}" => trail.digest.clone(),
        "/moderators/{id}/stop" => trail.stop.clone(),
        "/moderators/{id}/confirm" => vec![trail.confirm.clone()],
        "/topics/{slug}" | "/category/{*path}" | "/tag/{*path}" => vec![one(&trail.topic)],
        "/authors/{slug}" | "/author/{*path}" => vec![one(&trail.author)],
        "/media/{*path}" | "/wp-content/uploads/{*path}" => vec![one("none.jpg")],
        "/static/{*path}" => vec![one("reply.js")],
        "/page/{number}" => vec![one("1"), one("2")],
        "/feed/{*kind}" => vec![one("rss2"), one("atom")],
        "/admin/articles/{id}" => each(&trail.articles),
        "/admin/log/{position}" => vec![one("1")],
        whole if !whole.contains('{') => vec![whole.to_owned()],
        _ => Vec::new(),
    }
}
