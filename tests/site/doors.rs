//! Every door of the desk, tried by everyone. A new address that nobody listed here fails.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::router;

use crate::support::TestSite;

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    /// Part of the door itself.
    Open,
    /// Staff of this role or above.
    From(Role),
}

use Door::{From, Open};
use Role::{Admin, Editor, Moderator};

const DOORS: &[(&str, &str, Door)] = &[
    ("GET", "/admin", From(Moderator)),
    ("GET", "/admin/sign-in", Open),
    ("POST", "/admin/sign-in", Open),
    ("POST", "/admin/sign-out", From(Moderator)),
    ("POST", "/admin/sign-out-everywhere", From(Moderator)),
    ("GET", "/admin/claim", Open),
    ("POST", "/admin/claim", Open),
    ("GET", "/admin/account", From(Moderator)),
    ("POST", "/admin/account", From(Moderator)),
    ("POST", "/admin/account/email", From(Moderator)),
    ("POST", "/admin/account/digest", From(Moderator)),
    ("GET", "/admin/comments", From(Moderator)),
    ("GET", "/admin/comments/cards", From(Moderator)),
    ("GET", "/admin/comments/live", From(Moderator)),
    ("POST", "/admin/comments", From(Moderator)),
    ("POST", "/admin/comments/undo", From(Moderator)),
    ("GET", "/admin/log", From(Moderator)),
    ("GET", "/admin/log/{position}", From(Moderator)),
    ("GET", "/admin/comments/{id}/person", From(Moderator)),
    ("POST", "/admin/comments/{id}/person", From(Moderator)),
    ("GET", "/admin/comments/{id}/reply", From(Moderator)),
    ("POST", "/admin/comments/{id}/reply", From(Moderator)),
    ("GET", "/admin/comments/{id}/edit", From(Moderator)),
    ("POST", "/admin/comments/{id}/edit", From(Moderator)),
    ("GET", "/admin/discussion", From(Admin)),
    ("POST", "/admin/discussion", From(Admin)),
    ("POST", "/admin/discussion/try", From(Admin)),
    ("GET", "/admin/discussion/blocks", From(Moderator)),
    ("POST", "/admin/discussion/blocks", From(Moderator)),
    ("POST", "/admin/discussion/blocks/remove", From(Moderator)),
    ("GET", "/admin/spam-score", From(Admin)),
    ("POST", "/admin/spam-score", From(Admin)),
    ("GET", "/admin/articles", From(Editor)),
    ("GET", "/admin/articles/new", From(Editor)),
    ("POST", "/admin/articles/new", From(Editor)),
    ("GET", "/admin/articles/{id}", From(Editor)),
    ("POST", "/admin/articles/{id}", From(Editor)),
    ("GET", "/admin/settings", From(Admin)),
    ("POST", "/admin/settings", From(Admin)),
];

#[test]
fn every_desk_address_is_listed_here() {
    let served: Vec<(String, &str)> = router::desk()
        .listed()
        .iter()
        .map(|(method, path)| (method.to_string(), *path))
        .collect();
    let listed: Vec<(String, &str)> = DOORS
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), *path))
        .collect();
    assert_eq!(served, listed);
    let public = router::public();
    let strays: Vec<_> = public
        .listed()
        .iter()
        .filter(|(_, path)| path.starts_with("/admin"))
        .collect();
    assert!(
        strays.is_empty(),
        "desk addresses stand among the public ones: {strays:?}"
    );
}

#[tokio::test]
async fn every_door_refuses_everyone_it_should() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let logged = site.staff("logged", Moderator).await;
    let blocks = "/admin/discussion/blocks";
    let page = logged
        .post_fields(blocks, &[("domain", "example.net")])
        .await;
    page.has_status(303);
    let comment = site.comment(&article, "Ann", Status::Held).await;
    for &(method, pattern, door) in DOORS {
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
                // A new session each time: some doors end it.
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
            let to_the_door = page.status.is_redirection()
                && page.header("location").starts_with("/admin/sign-in");
            match (door, role) {
                (Open, _) => assert!(
                    matches!(status, 200 | 303 | 404 | 422),
                    "{method} {path} as {name}: {status}"
                ),
                // What was typed is given back to whoever's session has ended.
                (From(_), None) => assert!(
                    to_the_door || (method == "POST" && status == 401),
                    "{method} {path} as {name}: {status}"
                ),
                (From(least), Some(role)) if role < least => {
                    assert_eq!(status, 403, "{method} {path} as {name}");
                }
                (From(_), Some(_)) => {
                    let ended = path.contains("sign-out");
                    // Nothing has been done yet that could be undone.
                    let nothing = path.ends_with("/undo") && status == 404;
                    assert!(
                        ended
                            || nothing
                            || (!to_the_door && matches!(status, 200 | 303 | 422 | 409)),
                        "{method} {path} as {name}: {status}"
                    );
                }
            }
        }
    }
    assert_eq!(
        site.count("select count(*) from article_revisions").await,
        1,
        "someone got through and saved"
    );
}

#[tokio::test]
async fn a_made_up_session_opens_nothing() {
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
