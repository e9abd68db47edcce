//! Tests of the links in a digest: the page that allows decisions without signing in, what makes the page invalid, and
//! unsubscribing.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::config::Settings;
use broadsheet::ids::CommentId;

use crate::digest::{DAY, DigestSite, HOUR, parse_url_path};
use crate::hostile::{fill_with_nonsense, nonsense};
use crate::support::makers::PASSPHRASE;

#[tokio::test]
async fn comments_are_decided_and_undone_on_a_digest_page() {
    let digest_site = DigestSite::with_frequency("each").await;
    let (ann, bob) = (
        digest_site.insert_held("Ann").await,
        digest_site.insert_held("Bob").await,
    );
    let link = digest_site.send_digest().await;
    let page = digest_site.open(&link).await;
    let form = page.form("/digests/");
    assert_eq!(
        form.button_labels(),
        [
            "Approve", "Spam", "Trash", "Approve", "Spam", "Trash", "Approve", "Spam", "Trash"
        ]
    );
    let after = form.decide("Approve").await.follow().await;
    after
        .sees("One comment approved.")
        .sees("The comment by Bob is approved (decided by mo).")
        .does_not_see("Words of Bob.")
        .sees("Words of Ann.");
    assert_eq!(digest_site.site.status_of(bob).await, Status::Approved);
    let entry: (String, String, String) = sqlx::query_as(
        "select kind::text, note, username from audit_log join accounts on accounts.id = account_id order by position desc limit 1",
    )
    .fetch_one(&digest_site.site.app.pool)
    .await
    .expect("the audit log is read");
    assert_eq!(
        entry,
        ("decided".into(), "from an email".into(), "mo".into())
    );
    digest_site
        .open(&digest_site.article.path)
        .await
        .sees("Words of Bob.");

    let back = after.forms("/digests/").remove(0).press("Undo").await;
    let back = back.follow().await;
    back.sees("Undone: one comment is back where it was.")
        .sees("Words of Bob.");
    assert_eq!(digest_site.site.status_of(bob).await, Status::Held);

    let all = back.form("/digests/");
    let (name, value) = ("all".to_owned(), "trashed".to_owned());
    let done = all.tick(&name, &value).submit().await.follow().await;
    done.sees("2 comments moved to the trash.")
        .sees("None of these comments are awaiting moderation any more.");
    for id in [ann, bob] {
        assert_eq!(digest_site.site.status_of(id).await, Status::Trashed);
    }
    assert_eq!(
        digest_site
            .site
            .count("select count(*) from audit_log where account_id is null")
            .await,
        0
    );
}

#[tokio::test]
async fn opening_a_digest_page_changes_nothing() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    for _ in 0..2 {
        digest_site.open(&link).await.has_status(200);
        digest_site.site.visitor().head(&link).await.has_status(200);
        digest_site
            .open(&format!("{link}&one=spam+{ann}:held:0&all=spam&undo=1"))
            .await
            .has_status(200);
    }
    let stop = parse_url_path(&digest_site.list_digests()[0].links()[1]);
    digest_site
        .open(&stop)
        .await
        .has_status(200)
        .sees("Unsubscribe");
    assert_eq!(digest_site.count_decisions().await, 0);
    assert_eq!(
        digest_site
            .site
            .count("select count(*) from accounts where digest = 'each'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_digest_page_decides_only_on_its_own_unchanged_comments() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    let other = digest_site.insert_held("Other").await;
    let approved = digest_site
        .site
        .comment(&digest_site.article, "Bob", Status::Approved)
        .await;
    let eve = digest_site.site.visitor();
    for one in [
        format!("spam {other}:held:0"),
        format!("spam {approved}:approved:0"),
        format!("trashed {ann}:approved:0"),
        format!("spam {ann}:held:7"),
    ] {
        eve.post_fields(&link, &[("one", &one)])
            .await
            .has_status(303);
    }
    for one in [format!("held {ann}:held:0"), "nonsense".to_owned()] {
        eve.post_fields(&link, &[("one", &one)])
            .await
            .has_status(422);
    }
    assert_eq!(digest_site.count_decisions().await, 0);
    // It does not undo decisions made elsewhere either.
    let queue = digest_site.mo.open("/admin/comments").await;
    queue
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    assert_eq!(digest_site.site.status_of(other).await, Status::Approved);
    let act = digest_site
        .site
        .count("select max(action_id) from decisions")
        .await
        .to_string();
    eve.post_fields(&link, &[("undo", &act)])
        .await
        .has_status(404);
    assert_eq!(digest_site.site.status_of(other).await, Status::Approved);
}

#[tokio::test]
async fn a_decision_made_elsewhere_is_shown_with_its_moderator() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    let bob = digest_site.insert_held("Bob").await;
    let link = digest_site.send_digest().await;
    let page = digest_site.open(&link).await;
    let ada = digest_site.site.staff("ada", Role::Admin).await;
    let queue = ada.open("/admin/comments").await;
    queue
        .form("/admin/comments")
        .decide("Spam")
        .await
        .has_status(303);
    assert_eq!(digest_site.site.status_of(bob).await, Status::Spam);
    // The outdated page does not change Ada's decision on Bob's comment.
    let after = page
        .form("/digests/")
        .decide("Approve")
        .await
        .follow()
        .await;
    after
        .sees(
            "Someone else decided first: the comment by Bob is spam (ada). Their decision stands.",
        )
        .sees("The comment by Bob is spam (decided by ada).")
        .sees("Words of Ann.");
    assert_eq!(digest_site.site.status_of(bob).await, Status::Spam);
    // A comment deleted by its author is counted but not shown.
    let mut db = digest_site
        .site
        .app
        .pool
        .acquire()
        .await
        .expect("a connection");
    broadsheet::comments::store::erase::erase(&mut db, &[bob], digest_site.site.now())
        .await
        .expect("Bob's comment is erased");
    drop(db);
    digest_site
        .open(&link)
        .await
        .sees("One comment was deleted by its author.")
        .does_not_see("comment by Bob");
}

/// Asserts that the digest page at `link` is invalid, and that its form decides nothing about the comment `id`.
async fn assert_invalid(digest_site: &DigestSite, link: &str, id: CommentId) {
    let page = digest_site.open(link).await;
    page.has_status(404)
        .sees("This link has expired")
        .does_not_see("Words of");
    assert_eq!(
        page.attribute("article a", "href").as_deref(),
        Some("/admin/comments")
    );
    let one = format!("spam {id}:held:0");
    let answer = digest_site
        .site
        .visitor()
        .post_fields(link, &[("one", &one)])
        .await;
    answer.has_status(404);
    assert_eq!(digest_site.site.status_of(id).await, Status::Held);
}

#[tokio::test]
async fn a_digest_page_expires_after_a_week() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    digest_site.site.app.clock.advance(7 * DAY - 1);
    digest_site.open(&link).await.has_status(200);
    digest_site.site.app.clock.advance(1);
    assert_invalid(&digest_site, &link, ann).await;
    broadsheet::worker::purge_expired(&digest_site.site.app)
        .await
        .expect("the task runs");
    assert_eq!(
        digest_site.site.count("select count(*) from digests").await,
        0
    );
}

#[tokio::test]
async fn a_forged_signature_opens_no_digest() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    let (path, key) = link.split_once("?key=").expect("the link contains a key");
    let turned: String = key.chars().rev().collect();
    for key in ["", "x", &turned] {
        assert_invalid(&digest_site, &format!("{path}?key={key}"), ann).await;
    }
    assert_invalid(&digest_site, &format!("/digests/999999?key={key}"), ann).await;
    // The key of one digest opens no other.
    digest_site.site.app.clock.advance(HOUR);
    digest_site.insert_held("Bob").await;
    let other = digest_site.send_digest().await;
    let (_, other_key) = other.split_once("?key=").expect("the link contains a key");
    assert_invalid(&digest_site, &format!("{path}?key={other_key}"), ann).await;
}

#[tokio::test]
async fn signing_out_everywhere_invalidates_the_digest_page() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    let page = digest_site.mo.open("/admin/account").await;
    page.form("/admin/sign-out-everywhere")
        .submit()
        .await
        .has_status(303);
    assert_invalid(&digest_site, &link, ann).await;
}

#[tokio::test]
async fn a_new_passphrase_invalidates_the_digest_page() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    let page = digest_site.mo.open("/admin/account").await;
    page.forms("/admin/account")
        .remove(0)
        .fill("present", PASSPHRASE)
        .fill("new", "another long enough passphrase")
        .submit()
        .await
        .has_status(303);
    assert_invalid(&digest_site, &link, ann).await;
    // The page of the next digest works.
    digest_site.site.app.clock.advance(HOUR);
    digest_site.insert_held("Bob").await;
    let link = digest_site.send_digest().await;
    digest_site.open(&link).await.has_status(200);
}

#[tokio::test]
async fn a_deleted_account_gets_no_digest_and_its_page_is_invalid() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    digest_site.site.app.clock.advance(HOUR);
    digest_site.insert_held("Bob").await;
    // This digest is queued and not sent yet.
    broadsheet::moderation::digest::enqueue_due(&digest_site.site.app)
        .await
        .expect("a digest is enqueued");
    assert_eq!(
        digest_site.site.count("select count(*) from outbox").await,
        1
    );
    sqlx::query("delete from accounts where username = 'mo'")
        .execute(&digest_site.site.app.pool)
        .await
        .expect("the account is deleted");
    digest_site.deliver().await;
    assert_eq!(digest_site.list_digests().len(), 1);
    assert_invalid(&digest_site, &link, ann).await;
}

#[tokio::test]
async fn digest_actions_from_one_network_are_rate_limited() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    let eve = digest_site.site.visitor();
    let mut refused = 0;
    for _ in 0..80 {
        let page = eve.post_fields(&link, &[("all", "spam")]).await;
        refused += usize::from(page.status == 429);
    }
    assert!((1..=20).contains(&refused), "{refused}");
    digest_site.open(&link).await.has_status(200);
}

#[tokio::test]
async fn invalid_values_on_the_digest_page_cause_no_server_error() {
    let by_proxy = |settings: &mut Settings| settings.trusted_proxies = Some("127.0.0.1".into());
    let digest_site = DigestSite::build(|setup| setup.settings(by_proxy)).await;
    digest_site.subscribe("each").await;
    digest_site.insert_held("Ann").await;
    digest_site.site.app.clock.advance(1);
    digest_site.insert_held("Bob").await;
    let link = digest_site.send_digest().await;
    let reader = digest_site.site.visitor();
    let page = reader.open(&link).await;
    let forms = page.has_status(200).forms("/digests/");
    assert!(!forms.is_empty());
    for form in forms {
        fill_with_nonsense(&reader, &form).await;
    }
    for value in nonsense() {
        let short: String = value.chars().take(3_000).collect();
        let said = url::form_urlencoded::byte_serialize(short.as_bytes()).collect::<String>();
        for field in ["action", "conflicts", "nothing"] {
            let page = digest_site.open(&format!("{link}&{field}={said}")).await;
            assert!(page.status.as_u16() < 500, "{field} {short:.40?}");
        }
        let (page, _) = link.split_once("?key=").expect("the link contains a key");
        digest_site
            .open(&format!("{page}?key={said}"))
            .await
            .has_status(404);
    }
    assert_eq!(digest_site.count_decisions().await, 0);
    digest_site.open(&link).await.sees("Ann").sees("Bob");
}

#[tokio::test]
async fn one_click_unsubscribe_ends_the_digests() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    digest_site.send_digest().await;
    let mail = &digest_site.list_digests()[0];
    let header = mail.header("List-Unsubscribe").expect("a header");
    assert_eq!(
        mail.header("List-Unsubscribe-Post").as_deref(),
        Some("List-Unsubscribe=One-Click")
    );
    let stop = parse_url_path(header.trim_matches(['<', '>']));
    digest_site
        .site
        .visitor()
        .post(&stop.replace("key=", "key=0"), "")
        .await
        .has_status(404);
    // Unsubscribing works even when the pages are invalid.
    digest_site
        .mo
        .open("/admin/account")
        .await
        .form("/admin/sign-out-everywhere")
        .submit()
        .await;
    digest_site.site.app.clock.advance(30 * DAY);
    let done = digest_site
        .site
        .visitor()
        .post(&stop, "List-Unsubscribe=One-Click")
        .await;
    done.has_status(200).sees("You are unsubscribed");
    digest_site.insert_held("Bob").await;
    digest_site.deliver().await;
    assert_eq!(digest_site.list_digests().len(), 1);
    assert_eq!(
        digest_site
            .site
            .count(
                "select count(*) from accounts where digest = 'never' and email_sealed is not null"
            )
            .await,
        1
    );
}
