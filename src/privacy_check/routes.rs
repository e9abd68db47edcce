//! The paths to open for each route of the router. Ids and slugs in them are those of the canary.

use axum::http::Method;

use super::report::LeakReport;
use super::scenario::CanaryTrace;
use crate::router;

/// Returns the paths of all GET routes and the extra paths of the canary. A route without known paths is recorded in the
/// report as a problem.
pub fn list_paths(trace: &CanaryTrace, report: &mut LeakReport) -> Vec<String> {
    let routes = router::list_routes();
    let get_routes = routes.iter().filter(|(method, _)| method == Method::GET);
    let mut paths = Vec::new();
    for (_, route) in get_routes {
        let route_paths = fill_route(route, trace);
        if route_paths.is_empty() {
            report.record_missing(&format!(
                "the check does not know which paths to open for the route {route}"
            ));
        }
        paths.extend(route_paths);
    }
    paths.extend(trace.extra_paths.iter().cloned());
    paths
}

/// Returns the paths to open for a route. Returns none if this check does not know the route.
fn fill_route(route: &str, trace: &CanaryTrace) -> Vec<String> {
    let fill = |value: &str| {
        let (before, rest) = route.split_once('{').unwrap_or((route, "}"));
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        format!("{before}{value}{after}")
    };
    let fill_each =
        |ids: &[i64]| -> Vec<String> { ids.iter().map(|id| fill(&id.to_string())).collect() };
    match route {
        "/articles/{id}/reply" => {
            let path = fill(&trace.article_ids[0].to_string());
            let parents = trace.comment_ids.iter();
            fill_each(&trace.article_ids)
                .into_iter()
                .chain(parents.map(|id| format!("{path}?to={id}")))
                .collect()
        }
        "/comments/{id}"
        | "/comments/{id}/thread"
        | "/admin/comments/{id}/commenter"
        | "/admin/comments/{id}/reply"
        | "/admin/comments/{id}/edit" => fill_each(&trace.comment_ids),
        "/comments/{id}/manage" => trace.author_page_paths.clone(),
        "/comments/{id}/held" => {
            let paths = trace.author_page_paths.iter();
            paths
                .map(|path| path.replace("/manage?", "/held?"))
                .collect()
        }
        "/commenters/{id}" => vec![trace.commenter_page_path.clone()],
        "/commenters/{id}/data" => vec![trace.commenter_page_path.replace('?', "/data?")],
        "/subscriptions/{id}/end" => vec![trace.unsubscribe_path.clone()],
        "/digests/{id}" => trace.digest_paths.clone(),
        "/moderators/{id}/stop" => trace.digest_stop_paths.clone(),
        "/moderators/{id}/confirm" => vec![trace.confirm_path.clone()],
        route if route.starts_with("/topics/{slug}") => vec![fill(&trace.topic_slug)],
        route if route.starts_with("/authors/{slug}") => vec![fill(&trace.author_slug)],
        "/category/{*path}" | "/tag/{*path}" => vec![fill(&trace.topic_slug)],
        "/author/{*path}" => vec![fill(&trace.author_slug)],
        // No upload belongs to the canary, so the page for a missing file stands for all.
        "/media/{*path}" | "/wp-content/uploads/{*path}" => vec![fill("none.jpg")],
        "/static/{*path}" => vec![fill("reply.js")],
        "/page/{number}" => vec![fill("1"), fill("2")],
        "/feed/{*kind}" | "/comments/feed/{*kind}" => vec![fill("rss2"), fill("atom")],
        "/admin/articles/{id}" => fill_each(&trace.article_ids),
        "/admin/log/{position}" => vec![fill("1")],
        fixed if !fixed.contains('{') => vec![fixed.to_owned()],
        _ => Vec::new(),
    }
}
