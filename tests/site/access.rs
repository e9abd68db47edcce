//! Tests of access to admin routes. Every route is requested with every role. A new route that is missing here fails the
//! tests.

use std::collections::BTreeSet;

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::router;

use crate::support::TestSite;

/// Visitors who may request a route.
#[derive(Clone, Copy, Debug, PartialEq)]
enum RouteAccess {
    /// Anyone may request the route: sign-in and setup.
    Public,
    /// Staff with this role or a higher one may request the route.
    AtLeast(Role),
}

use Role::{Admin, Editor, Moderator};
use RouteAccess::{AtLeast, Public};

const ADMIN_ROUTES: &[(&str, &str, RouteAccess)] = &[
    ("GET", "/admin", AtLeast(Moderator)),
    ("GET", "/admin/sign-in", Public),
    ("POST", "/admin/sign-in", Public),
    ("POST", "/admin/sign-out", AtLeast(Moderator)),
    ("POST", "/admin/sign-out-everywhere", AtLeast(Moderator)),
    ("GET", "/admin/setup", Public),
    ("POST", "/admin/setup", Public),
    ("GET", "/admin/account", AtLeast(Moderator)),
    ("POST", "/admin/account", AtLeast(Moderator)),
    ("POST", "/admin/account/email", AtLeast(Moderator)),
    ("POST", "/admin/account/digest", AtLeast(Moderator)),
    ("GET", "/admin/comments", AtLeast(Moderator)),
    ("GET", "/admin/comments/cards", AtLeast(Moderator)),
    ("GET", "/admin/comments/live", AtLeast(Moderator)),
    ("POST", "/admin/comments", AtLeast(Moderator)),
    ("POST", "/admin/comments/undo", AtLeast(Moderator)),
    ("GET", "/admin/log", AtLeast(Moderator)),
    ("GET", "/admin/log/{position}", AtLeast(Moderator)),
    ("GET", "/admin/comments/{id}/commenter", AtLeast(Moderator)),
    ("POST", "/admin/comments/{id}/commenter", AtLeast(Moderator)),
    ("GET", "/admin/comments/{id}/reply", AtLeast(Moderator)),
    ("POST", "/admin/comments/{id}/reply", AtLeast(Moderator)),
    ("GET", "/admin/comments/{id}/edit", AtLeast(Moderator)),
    ("POST", "/admin/comments/{id}/edit", AtLeast(Moderator)),
    ("GET", "/admin/discussion", AtLeast(Admin)),
    ("POST", "/admin/discussion", AtLeast(Admin)),
    ("POST", "/admin/discussion/preview", AtLeast(Admin)),
    ("GET", "/admin/discussion/blocks", AtLeast(Moderator)),
    ("POST", "/admin/discussion/blocks", AtLeast(Moderator)),
    (
        "POST",
        "/admin/discussion/blocks/remove",
        AtLeast(Moderator),
    ),
    ("GET", "/admin/spam-score", AtLeast(Admin)),
    ("POST", "/admin/spam-score", AtLeast(Admin)),
    ("GET", "/admin/articles", AtLeast(Editor)),
    ("GET", "/admin/articles/new", AtLeast(Editor)),
    ("POST", "/admin/articles/new", AtLeast(Editor)),
    ("GET", "/admin/articles/{id}", AtLeast(Editor)),
    ("POST", "/admin/articles/{id}", AtLeast(Editor)),
    ("GET", "/admin/settings", AtLeast(Admin)),
    ("POST", "/admin/settings", AtLeast(Admin)),
];

#[test]
fn every_admin_route_is_in_the_table_of_expected_access() {
    let served: BTreeSet<(String, &str)> = router::list_routes()
        .into_iter()
        .filter(|(_, path)| path.starts_with("/admin"))
        .map(|(method, path)| (method.to_string(), path))
        .collect();
    let listed: BTreeSet<(String, &str)> = ADMIN_ROUTES
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), *path))
        .collect();
    assert_eq!(served, listed);
}

#[tokio::test]
async fn every_admin_route_refuses_lower_roles() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let moderator = site.staff("logged", Moderator).await;
    let blocks = "/admin/discussion/blocks";
    let page = moderator
        .post_fields(blocks, &[("domain", "example.net")])
        .await;
    page.has_status(303);
    let comment = site.comment(&article, "Ann", Status::Held).await;
    for &(method, pattern, access) in ADMIN_ROUTES {
        let path = pattern
            .replace("/comments/{id}", &format!("/comments/{comment}"))
            .replace("{id}", &article.id.to_string())
            .replace("{position}", "1");
        for (name, role) in [
            ("nobody", None),
            ("mo", Some(Moderator)),
            ("edda", Some(Editor)),
            ("ada", Some(Admin)),
        ] {
            let visitor = match role {
                // A new session each time, since some routes end it.
                Some(role) => {
                    site.staff(
                        &format!(
                            "{name}-{}",
                            site.count("select count(*) from accounts").await
                        ),
                        role,
                    )
                    .await
                }
                None => site.visitor(),
            };
            let page = if method == "GET" {
                visitor.open(&path).await
            } else {
                visitor.post_fields(&path, &[]).await
            };
            let status = page.status.as_u16();
            let is_sent_to_sign_in = page.status.is_redirection()
                && page.header("location").starts_with("/admin/sign-in");
            match (access, role) {
                (Public, _) => assert!(
                    matches!(status, 200 | 303 | 404 | 422),
                    "{method} {path} as {name}: {status}"
                ),
                // A form is given back to a visitor whose session has ended.
                (AtLeast(_), None) => assert!(
                    is_sent_to_sign_in || (method == "POST" && status == 401),
                    "{method} {path} as {name}: {status}"
                ),
                (AtLeast(least), Some(role)) if role < least => {
                    assert_eq!(status, 403, "{method} {path} as {name}");
                }
                (AtLeast(_), Some(_)) => {
                    let ends_session = path.contains("sign-out");
                    // There is no action yet that could be undone.
                    let has_no_action = path.ends_with("/undo") && status == 404;
                    assert!(
                        ends_session
                            || has_no_action
                            || (!is_sent_to_sign_in && matches!(status, 200 | 303 | 422 | 409)),
                        "{method} {path} as {name}: {status}"
                    );
                }
            }
        }
    }
    assert_eq!(
        site.count("select count(*) from article_revisions").await,
        1,
        "a request was let through and saved"
    );
}

#[tokio::test]
async fn an_invented_session_token_is_refused() {
    let site = TestSite::new().await;
    for token in [
        "",
        "x",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "' or 1=1 --",
    ] {
        let eve = site.visitor();
        eve.set_cookie("broadsheet", token);
        for path in ["/admin/comments", "/admin/articles", "/admin/settings"] {
            let page = eve.open(path).await;
            assert!(
                page.has_status(303)
                    .leads_to()
                    .starts_with("/admin/sign-in")
            );
        }
    }
}
