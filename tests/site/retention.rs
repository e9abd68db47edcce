//! Tests of retention: the texts of spam and of comments in the trash are deleted after some days, and the comments are
//! still counted.

use broadsheet::accounts::Role;
use broadsheet::audit_log::verify::verify_log;
use broadsheet::comments::{self, Status, links};
use broadsheet::ids::CommentId;
use broadsheet::moderation;
use broadsheet::worker;

use crate::support::{Setup, TestSite};

/// Number of seconds in a day.
const DAY: i64 = 24 * 60 * 60;

async fn set_reasons(site: &TestSite, id: CommentId, reasons: &[&str]) {
    sqlx::query("update comments set reasons = $2 where id = $1")
        .bind(id.0)
        .bind(reasons)
        .execute(&site.app.pool)
        .await
        .expect("the reasons are saved");
}

async fn purge_expired(site: &TestSite) {
    worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
}

/// Returns the stored counter of comments for a facet of the queue, a key within that facet, and a status.
async fn count_facet(site: &TestSite, facet: &str, key: &str, status: &str) -> i64 {
    sqlx::query_scalar(
        "select coalesce(sum(count), 0)::bigint from comment_facets where facet = $1 and key = $2 and status::text = $3",
    )
    .bind(facet)
    .bind(key)
    .bind(status)
    .fetch_one(&site.app.pool)
    .await
    .expect("the stored count is read")
}

async fn count_comments(site: &TestSite, status: Status) -> i64 {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let counts = moderation::store::counts::count_by_status(&mut db).await;
    counts.expect("the comments are counted").of(status)
}

#[tokio::test]
async fn old_spam_and_trash_lose_their_text_and_stay_counted() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let spam = site.comment(&article, "Canary", Status::Spam).await;
    set_reasons(
        &site,
        spam,
        &["refuse-word:canary", "refuse-word:bird", "links:7"],
    )
    .await;
    let trash = site.comment(&article, "Bob", Status::Trashed).await;
    let held = site.comment(&article, "Cid", Status::Held).await;
    let approved = site
        .insert_reply(&article, Some(held), "Bob", Status::Approved)
        .await;
    sqlx::query(
        "insert into classifier_examples (comment_id, is_refused, features, trained_at) select id, true, '{1}', created_at from comments",
    )
    .execute(&site.app.pool)
    .await
    .expect("the training examples are inserted");
    sqlx::query(
        "insert into comment_versions (comment_id, version, name, body, format, body_html, replaced_at, replaced_by)
         select comments.id, 0, 'Canary', 'canary', 'markdown', 'canary', now(), accounts.id from comments, accounts",
    )
    .execute(&site.app.pool)
    .await
    .expect("the earlier versions are inserted");

    site.app.clock.advance(30 * DAY);
    purge_expired(&site).await;
    assert_eq!(
        site.count("select count(*) from comments where purged")
            .await,
        0
    );
    site.app.clock.advance(1);
    purge_expired(&site).await;

    let left = "select count(*) from comments where erased_at is not null and purged and name = '—' and body = '' and body_html = ''
        and website is null and commenter_id is null and network_sealed is null and network_hash is null and score is null";
    assert_eq!(site.count(left).await, 2);
    assert_eq!(site.status_of(spam).await, Status::Spam);
    assert_eq!(site.status_of(trash).await, Status::Trashed);
    let reasons: Vec<String> = sqlx::query_scalar("select reasons from comments where id = $1")
        .bind(spam.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("the reasons are read");
    assert_eq!(reasons, ["links", "refuse-word"]);
    for table in [
        "select count(*) from classifier_examples",
        "select count(*) from comment_versions",
    ] {
        assert_eq!(site.count(table).await, 2, "{table}");
    }
    // A commenter without other comments is deleted; one with others stays.
    assert_eq!(site.count("select count(*) from commenters").await, 2);

    // The queue does not show them any more; the monthly counts still include them.
    assert_eq!(count_comments(&site, Status::Spam).await, 0);
    assert_eq!(count_comments(&site, Status::Trashed).await, 0);
    assert_eq!(count_comments(&site, Status::Held).await, 1);
    assert_eq!(count_comments(&site, Status::Approved).await, 1);
    for (facet, key, status, count) in [
        ("month", "2026-03", "spam", 1),
        ("month", "2026-03", "trashed", 1),
        ("month-reason", "2026-03 links", "spam", 1),
        ("month-reason", "2026-03 refuse-word", "spam", 1),
        ("reason", "refuse-word", "spam", 0),
        ("article", &article.id.to_string(), "spam", 0),
        ("article", &article.id.to_string(), "held", 1),
    ] {
        assert_eq!(
            count_facet(&site, facet, key, status).await,
            count,
            "{facet} {key} {status}"
        );
    }

    // The decision is in the log and cannot be undone.
    let moderator = site.staff("mo", Role::Moderator).await;
    let page = moderator.open("/admin/log?by=itself").await;
    page.sees("Deleted the text of 2 old comments")
        .sees("automatic");
    purge_expired(&site).await;
    assert_eq!(site.count("select count(*) from audit_log").await, 1);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let seen = verify_log(&mut db, None)
        .await
        .expect("the audit log is read");
    assert_eq!(seen.faults, Vec::<String>::new());
    drop(db);

    // A purged comment cannot be decided on.
    for id in [spam, trash] {
        let seen = site.status_of(id).await.as_str();
        let one = format!("approved {id}:{seen}:1");
        moderator
            .post_fields("/admin/comments", &[("one", &one)])
            .await
            .has_status(303);
        assert_eq!(site.status_of(id).await.as_str(), seen);
    }
    assert_eq!(site.status_of(held).await, Status::Held);
    site.visitor()
        .open(&format!("/comments/{approved}"))
        .await
        .has_status(303);
    moderator
        .open("/admin/comments?status=spam")
        .await
        .does_not_see("Canary");
}

#[tokio::test]
async fn a_decision_on_a_purged_comment_cannot_be_undone() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let moderator = site.staff("mo", Role::Moderator).await;
    let one = format!("spam {id}:held:0");
    moderator
        .post_fields("/admin/comments", &[("one", &one)])
        .await
        .has_status(303);
    let page = moderator.open("/admin/log/1").await;
    assert_eq!(page.forms("/admin/comments/undo").len(), 1);
    site.app.clock.advance(31 * DAY);
    purge_expired(&site).await;
    let moderator = site.staff("max", Role::Moderator).await;
    let page = moderator.open("/admin/log/1").await;
    page.sees("A comment whose text has been deleted")
        .does_not_see("Ann");
    assert!(page.forms("/admin/comments/undo").is_empty());
    let act = site
        .count("select action_id from decisions")
        .await
        .to_string();
    moderator
        .post_fields("/admin/comments/undo", &[("action", &act)])
        .await
        .follow()
        .await
        .sees("Nothing to undo");
    assert_eq!(site.status_of(id).await, Status::Spam);
}

#[tokio::test]
async fn unlimited_retention_and_imported_spam_are_not_purged() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let spam = site.comment(&article, "Ann", Status::Spam).await;
    let imported = site.comment(&article, "Bob", Status::Spam).await;
    sqlx::query("update comments set status_since = null where id = $1")
        .bind(imported.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment loses its status time");
    let days = |days: i32| sqlx::query("update settings set trash_days = $1").bind(days);
    days(0)
        .execute(&site.app.pool)
        .await
        .expect("the settings are changed");
    site.app.clock.advance(400 * DAY);
    purge_expired(&site).await;
    assert_eq!(
        site.count("select count(*) from comments where purged")
            .await,
        0
    );
    days(7)
        .execute(&site.app.pool)
        .await
        .expect("the settings are changed");
    purge_expired(&site).await;
    let purged: Vec<i64> = sqlx::query_scalar("select id from comments where purged")
        .fetch_all(&site.app.pool)
        .await
        .expect("the ids of purged comments are read");
    assert_eq!(purged, [spam.0]);
}

#[tokio::test]
async fn the_author_page_says_that_a_refused_comment_was_purged() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Trashed).await;
    site.app.clock.advance(31 * DAY);
    purge_expired(&site).await;
    let address = links::author_page_path(&site.app.keys, id);
    let page = site.visitor().open(&address).await;
    page.has_status(200)
        .sees("Your comment was not published")
        .sees("its text was deleted after 31 days")
        .does_not_see("You deleted")
        .does_not_see("Words of Ann");
    // As with an erased comment, no action is offered.
    assert!(page.forms(&address).is_empty());
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let erased = comments::store::erase::erase(&mut db, &[id], site.now()).await;
    assert_eq!(erased.expect("erasing again runs"), 0);
}

#[tokio::test]
async fn one_run_purges_more_than_one_batch() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Spam).await;
    sqlx::query(
        "insert into comments (id, article_id, root_id, name, body, body_html, dedup_hash, status, reasons, created_at, status_since)
         select 900000 + n, article_id, 900000 + n, 'Bot', 'x', 'x', int8send(n), 'spam', '{links:3}', created_at, status_since
         from comments, generate_series(1, 4500) as n",
    )
    .execute(&site.app.pool)
    .await
    .expect("many spam comments are inserted");
    site.app.clock.advance(40 * DAY);
    purge_expired(&site).await;
    assert_eq!(
        site.count("select count(*) from comments where not purged")
            .await,
        0
    );
    let about: Vec<String> = sqlx::query_scalar("select subject from audit_log order by position")
        .fetch_all(&site.app.pool)
        .await
        .expect("the audit log is read");
    assert_eq!(about, ["2000 comments", "2000 comments", "501 comments"]);
    assert_eq!(count_facet(&site, "month", "2026-03", "spam").await, 4501);
}

#[tokio::test]
async fn the_transparency_page_is_shown_only_if_enabled() {
    let site = TestSite::new().await;
    let visitor = site.visitor();
    visitor.open("/transparency").await.has_status(404);
    visitor.open("/").await.does_not_see("How we moderate");
    let map = visitor.open("/sitemap.xml").await.html();
    assert!(!map.contains("/transparency"));

    let open = |publication: &mut broadsheet::publication::Publication| {
        publication.discussion.shows_transparency = true;
    };
    let site = Setup::default().publication(open).build().await;
    site.visitor()
        .open("/transparency")
        .await
        .has_status(200)
        .sees("No comments yet.");
    let article = site.article("Tea").await;
    for name in ["Ann", "Bob", "Cid"] {
        site.comment(&article, name, Status::Approved).await;
    }
    site.comment(&article, "Dot", Status::Held).await;
    let spam = site.comment(&article, "Eve", Status::Spam).await;
    set_reasons(&site, spam, &["refuse-word:secretword", "links:4"]).await;
    let trash = site.comment(&article, "Fay", Status::Trashed).await;
    set_reasons(&site, trash, &["links:9"]).await;
    site.app.clock.advance(40 * DAY);
    site.comment(&article, "Gus", Status::Held).await;
    // Purging does not change the month's numbers.
    for _ in 0..2 {
        let page = site.visitor().open("/transparency").await;
        page.has_status(200).does_not_see("secretword");
        let months = page.texts_of(".counts-table:first-of-type tbody th");
        assert_eq!(months, ["April 2026", "March 2026"]);
        let cells = page.texts_of(".counts-table:first-of-type tbody td");
        assert_eq!(cells, ["1", "0", "0", "1", "6", "3", "2", "1"]);
        let reasons = page.texts_of(".counts-table:last-of-type tbody th[scope=row]");
        assert_eq!(reasons, ["Many links", "Banned word"]);
        let counts = page.texts_of(".counts-table:last-of-type tbody td");
        assert_eq!(counts, ["2", "1"]);
        purge_expired(&site).await;
    }
    assert_eq!(
        site.count("select count(*) from comments where purged")
            .await,
        2
    );
    // The page is the same for everyone and sets no cookie.
    let admin = site.staff("ada", Role::Admin).await;
    let (one, other) = (
        site.visitor().open("/transparency").await,
        admin.open("/transparency").await,
    );
    assert_eq!(one.html(), other.html());
    assert_eq!(one.header("set-cookie"), "");
    site.visitor().open("/").await.sees("How we moderate");
    let map = site.visitor().open("/sitemap-pages.xml").await.html();
    assert!(map.contains("/transparency</loc>"));
}

#[tokio::test]
async fn an_article_can_use_the_transparency_path_while_the_page_is_disabled() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    for statement in [
        "update article_paths set path = '/transparency'",
        "update articles set path = '/transparency'",
    ] {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        sqlx::raw_sql("set local session_replication_role = replica")
            .execute(&mut *db)
            .await
            .expect("the triggers are disabled");
        sqlx::query(statement)
            .execute(&mut *db)
            .await
            .expect(statement);
        db.commit().await.expect("the transaction commits");
    }
    let page = site.visitor().open("/transparency").await;
    page.has_status(200).sees("Some words.");
    assert!(!article.path.is_empty());
}

#[tokio::test]
async fn deleting_a_comment_during_a_purge_does_not_fail() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Bob", Status::Trashed).await;
    sqlx::query(
        "insert into classifier_examples (comment_id, is_refused, features, trained_at) select id, true, '{1}', created_at from comments",
    )
    .execute(&site.app.pool)
    .await
    .expect("the training examples are inserted");
    site.app.clock.advance(31 * DAY);
    let begun = tokio::sync::Notify::new();
    let author = async {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        broadsheet::classifier::untrain(&mut db, &[id])
            .await
            .expect("the comment's training is undone");
        begun.notify_one();
        site.wait_for_blocked_query().await;
        comments::store::erase::erase(&mut db, &[id], site.now())
            .await
            .expect("the comment is erased");
        db.commit().await.expect("the transaction commits");
    };
    let emptied = async {
        begun.notified().await;
        moderation::retention::purge_expired(&site.app, 30)
            .await
            .expect("the old comments are purged")
    };
    let ((), emptied) = tokio::join!(author, emptied);
    assert_eq!(emptied, 0);
}
