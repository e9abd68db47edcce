//! Tests of the moderation queue page: cards, filters, bulk actions, JSON responses for its JavaScript, and events for
//! open pages.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use broadsheet::accounts::Role;
use broadsheet::app::{AdminEvent, App};
use broadsheet::clock::Ts;
use broadsheet::comments::screening::Verdict;
use broadsheet::comments::{self, Status};
use broadsheet::crypto::KeyRing;
use broadsheet::text::markdown;
use broadsheet::worker;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::time::{sleep, timeout};

use crate::support::makers::SampleArticle;
use crate::support::visitor::Visitor;
use crate::support::{TestSite, cheap_argon2};

/// Inserts `count` held comments on an article, one second apart.
pub async fn insert_held(site: &TestSite, on: &SampleArticle, count: i64) {
    sqlx::query(
        "with fresh as (select nextval('comments_id_seq') as id, number from generate_series(1, $2) as number)
         insert into comments (id, article_id, root_id, name, body, body_html, dedup_hash, status, status_since, reasons, created_at)
         select id, $1, id, 'Reader ' || number, 'Words', '<p>Words</p>', int8send(id), 'held', $3 - make_interval(secs => number),
             case when number % 2 = 0 then '{links:3}'::text[] else '{first-timer}'::text[] end, $3 - make_interval(secs => number)
         from fresh",
    )
    .bind(on.id.0)
    .bind(count)
    .bind(site.now())
    .execute(&site.app.pool)
    .await
    .expect("the comments are inserted");
}

/// Posts fields as the JavaScript of the queue page does, and returns the JSON of the response.
pub async fn post_json(visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> Value {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("accept", "application/json");
    let page = visitor.send(request, Body::from(body), path).await;
    page.has_status(200);
    serde_json::from_slice(&page.body).expect("JSON")
}

#[tokio::test]
async fn a_card_highlights_the_matches_of_word_lists() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    sqlx::query(
        "update comments set reasons = '{hold-word:free  money,refuse-word:/c[a4]sino/,links:3}',
             body_html = '<p>FREE money at the <em>c4sino</em> &amp; carefree moneybags</p>' where id = $1",
    )
    .bind(id.0)
    .execute(&site.app.pool)
    .await
    .expect("the comment gets other words");
    let queue = site
        .staff("mo", Role::Moderator)
        .await
        .open("/admin/comments")
        .await;
    assert_eq!(queue.texts_of(".card mark"), ["FREE money", "c4sino"]);
    queue.sees("Suspect word: “free money”");
}

#[tokio::test]
async fn a_card_shows_the_history_of_its_author_and_its_parent() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let first = site.comment(&article, "Bob", Status::Approved).await;
    for (number, status) in [
        (1, Status::Approved),
        (2, Status::Approved),
        (3, Status::Spam),
        (4, Status::Held),
    ] {
        let id = site
            .insert_reply(&article, Some(first), &format!("Ann {number}"), status)
            .await;
        sqlx::query(
            "update comments set name = 'Ann', network_hash = '\\x01', commenter_id = (select min(commenter_id) from comments where name like 'Ann%')
             where id = $1",
        )
        .bind(id.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment gets Ann's commenter");
    }
    let mod_ = site.staff("mo", Role::Moderator).await;
    let queue = mod_.open("/admin/comments").await;
    let who = queue.text_of(".card-commenter");
    assert!(
        who.starts_with("2 others approved · One other rejected · first seen on"),
        "{who}"
    );
    assert!(who.contains("3 more from the same network"), "{who}");
    assert_eq!(
        queue.text_of(".card-parent"),
        "in reply to Bob: Words of Bob."
    );
    // The link narrows the queue to the network.
    let network = queue.attribute(".card-commenter a[href*=network]", "href");
    let spam = network
        .expect("the card links the network's comments")
        .replace("status=held", "status=spam");
    mod_.open(&spam)
        .await
        .sees("From one network")
        .sees("Words of Ann 3.");
}

#[tokio::test]
async fn the_queue_count_includes_held_comments_without_a_spam_score() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.comment(&article, "Ann", Status::Held).await;
    site.comment(&article, "Bob", Status::Held).await;
    sqlx::query("update comments set score = 0.9 where id = $1")
        .bind(ann.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment gets a score");
    let mod_ = site.staff("mo", Role::Moderator).await;
    let page = mod_.open("/admin/comments?status=held&order=score").await;
    page.sees("Words of Ann.").does_not_see("Words of Bob.");
    // The buttons beside the count decide on both.
    page.sees("All comments in this list: 2");
}

#[tokio::test]
async fn filters_narrow_the_queue() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let milk = site.article("Milk").await;
    insert_held(&site, &tea, 6).await;
    site.comment(&milk, "Ann", Status::Held).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    for (query, count) in [
        ("status=held", 7),
        ("status=spam", 0),
        ("reason=links", 3),
        ("reason=first-timer", 3),
        ("reason=everything-is-held", 1),
        (&format!("article={}", milk.id), 1),
        (&format!("article={}&reason=links", tea.id), 3),
        ("article=0", 0),
        ("author=0", 0),
        ("network=0", 0),
        ("similar=0", 0),
        ("age=within-1", 7),
        ("age=over-1", 0),
    ] {
        let page = mod_.open(&format!("/admin/comments?{query}")).await;
        assert_eq!(page.texts_of(".card").len(), count, "{query}");
        let shown = page.texts_of(".matching summary").concat();
        let expected = match count {
            0 => String::new(),
            count => format!("All comments in this list: {count}"),
        };
        assert_eq!(shown, expected, "{query}");
    }
}

#[tokio::test]
async fn all_matching_comments_are_decided_in_the_background_and_undone_together() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 4_600).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let page = mod_.open("/admin/comments?reason=links").await;
    page.sees("All comments in this list: 2300");
    let after = page
        .form("/admin/comments")
        .fill("note", "A flood of links")
        .press("Spam: all")
        .await
        .follow()
        .await;
    // The request runs one batch; the background loop does the rest.
    after.sees("Bulk action: 2000 of 2300 done.");
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the remaining batches run");
    let spam = "select count(*) from comments where status = 'spam'";
    assert_eq!(site.count(spam).await, 2_300);
    assert_eq!(
        site.count(
            "select count(*) from comments where status = 'spam' and not 'links:3' = any(reasons)"
        )
        .await,
        0
    );
    let why = "select count(*) from audit_log where note = 'A flood of links' and decisions > 0";
    assert_eq!(site.count(why).await, 2);
    assert_eq!(
        site.count("select count(distinct action_id) from decisions")
            .await,
        1
    );

    let path = after.path.clone();
    let undone = mod_
        .open(&path)
        .await
        .sees("2300 comments marked as spam.")
        .form("/admin/comments/undo")
        .press("Undo")
        .await;
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the remaining batches run");
    assert_eq!(site.count(spam).await, 0);
    undone
        .follow()
        .await
        .sees("Undone: 2300 comments are back where they were.");
    assert_eq!(
        site.count("select count(*) from bulk_actions where finished_at is null")
            .await,
        0
    );
}

#[tokio::test]
async fn comments_written_or_edited_after_the_page_was_loaded_are_left_alone() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 10).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let form = mod_.open("/admin/comments").await.form("/admin/comments");
    site.app.clock.advance(60);
    let late = site.comment(&article, "Late", Status::Held).await;
    sqlx::query("update comments set edited_at = $1, version = 1 where name = 'Reader 3'")
        .bind(site.now())
        .execute(&site.app.pool)
        .await
        .expect("the comment's author edits it");
    form.press("Trash: all")
        .await
        .follow()
        .await
        .sees("9 comments moved to the trash.");
    assert_eq!(site.status_of(late).await, Status::Held);
    assert_eq!(
        site.count("select count(*) from comments where status = 'held'")
            .await,
        2
    );
}

#[tokio::test]
async fn a_bulk_action_stops_when_its_moderators_account_is_deleted() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 2_500).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let form = mod_.open("/admin/comments").await.form("/admin/comments");
    form.press("Trash: all").await;
    sqlx::query("delete from sessions")
        .execute(&site.app.pool)
        .await
        .expect("all sessions are deleted");
    // Signing out does not stop a bulk action; deleting the account does.
    for statement in [
        "alter table bulk_actions drop constraint if exists bulk_actions_account_id_fkey",
        "update bulk_actions set account_id = 0",
    ] {
        sqlx::query(statement)
            .execute(&site.app.pool)
            .await
            .expect("the bulk action loses its account");
    }
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(
        site.count("select count(*) from comments where status = 'trashed'")
            .await,
        2_000
    );
    assert_eq!(
        site.count("select count(*) from bulk_actions where finished_at is null")
            .await,
        0
    );
}

#[tokio::test]
async fn javascript_requests_get_the_outcome_as_json() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.comment(&article, "Ann", Status::Held).await;
    let bob = site.comment(&article, "Bob", Status::Held).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let other = site.staff("ada", Role::Moderator).await;
    let spam = format!("spam {ann}:held:0");
    let first = post_json(&mod_, "/admin/comments", &[("one", &spam)]).await;
    assert_eq!(first["message"], "One comment marked as spam.");
    assert_eq!(first["decided"], serde_json::json!([ann.0]));
    assert_eq!(first["counts"]["held"], 1);
    assert_eq!(first["counts"]["spam"], 1);
    // A moderator who was later learns who decided.
    let late = post_json(
        &other,
        "/admin/comments",
        &[("one", &format!("approved {ann}:held:0"))],
    )
    .await;
    assert_eq!(late["action"], Value::Null);
    assert_eq!(late["conflicts"][0]["id"], ann.0);
    let said = late["conflicts"][0]["message"]
        .as_str()
        .expect("the conflict's message is text");
    assert!(said.contains("(mo)") && said.contains("spam"), "{said}");
    // The same form sent twice decides once, and both times gets the same response.
    let again = post_json(&mod_, "/admin/comments", &[("one", &spam)]).await;
    assert_eq!(again["action"], first["action"]);
    assert_eq!(again["decided"], first["decided"]);
    assert_eq!(again["message"], first["message"]);
    assert_eq!(site.count("select count(*) from decisions").await, 1);
    // For another moderator the same form is a conflict.
    let theirs = post_json(&other, "/admin/comments", &[("one", &spam)]).await;
    assert_eq!(theirs["action"], Value::Null);
    let act = first["action"].to_string();
    let undone = post_json(&mod_, "/admin/comments/undo", &[("action", &act)]).await;
    assert_eq!(undone["decided"], serde_json::json!([ann.0]));
    assert_eq!(undone["counts"]["held"], 2);
    let again = post_json(&mod_, "/admin/comments/undo", &[("action", &act)]).await;
    assert_eq!(again["action"], undone["action"]);
    assert_eq!(again["decided"], undone["decided"]);
    assert_eq!(again["message"], undone["message"]);
    let nothing = post_json(&other, "/admin/comments/undo", &[("action", &act)]).await;
    assert_eq!(nothing["action"], Value::Null);
    assert_eq!(site.count("select count(*) from decisions").await, 2);
    // The script can load cards by id; unknown ids are left out.
    let cards = mod_
        .open(&format!("/admin/comments/cards?ids={ann},{bob},999"))
        .await;
    assert_eq!(cards.texts_of(".card-name"), ["Ann", "Bob"]);
}

#[tokio::test]
async fn open_queue_pages_receive_decisions_and_new_comments() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.comment(&article, "Ann", Status::Held).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let other = site.staff("ada", Role::Moderator).await;
    let listening = mod_.clone();
    let events = tokio::spawn(async move {
        let mut all = String::new();
        // A request of the test ends as soon as it has read something, so the stream is opened again and again.
        for _ in 0..20 {
            all.push_str(&listening.open("/admin/comments/live").await.html());
            if all.contains("event: decided") && all.contains("event: arrived") {
                break;
            }
        }
        all
    });
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    let stays = site.app.admin_events.subscribe();
    post_json(
        &other,
        "/admin/comments",
        &[("one", &format!("approved {ann}:held:0"))],
    )
    .await;
    let bob = site.comment(&article, "Bob", Status::Held).await;
    let events = events.await.expect("the event stream opens");
    drop(stays);
    let decided = events
        .split("event: decided\ndata: ")
        .nth(1)
        .expect("the stream contains a decided event");
    let decided: Value = serde_json::from_str(
        decided
            .lines()
            .next()
            .expect("the event has a line of data"),
    )
    .expect("the event's data is valid JSON");
    assert_eq!(decided["name"], "ada");
    assert_eq!(
        decided["changed"],
        serde_json::json!({ "approved": [ann.0] })
    );
    assert!(
        events.contains(&format!("event: arrived\ndata: {{\"ids\":[{bob}]}}")),
        "{events}"
    );
    assert!(!events.contains("example.org"));
}

/// Waits for the next event with this name whose data `matches` accepts.
async fn receive(
    events: &mut Receiver<AdminEvent>,
    name: &str,
    matches: impl Fn(&Value) -> bool,
) -> Value {
    let next = async {
        loop {
            let events = events.recv().await.expect("the channel of events is open");
            let data: Value =
                serde_json::from_str(&events.data).expect("the event's data is valid JSON");
            if events.name == name && matches(&data) {
                return data;
            }
        }
    };
    timeout(Duration::from_secs(20), next)
        .await
        .unwrap_or_else(|_| panic!("{name} was not received"))
}

#[tokio::test]
async fn open_queue_pages_receive_removals_of_comments_without_a_decision() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let old = site.comment(&article, "Old", Status::Held).await;
    insert_held(&site, &article, 300).await;
    let changed = site.comment(&article, "Changed", Status::Held).await;
    let settled = site.comment(&article, "Settled", Status::Held).await;
    let decided = site.comment(&article, "Decided", Status::Held).await;
    let mut events = site.app.admin_events.subscribe();
    let mod_ = site.staff("mo", Role::Moderator).await;
    let live = mod_.open("/admin/comments/live").await;
    assert_eq!(live.header("x-accel-buffering"), "no");
    receive(&mut events, "reset", |_| true).await;
    sleep(Duration::from_millis(500)).await;
    post_json(
        &mod_,
        "/admin/comments",
        &[("one", &format!("approved {decided}:held:0"))],
    )
    .await;
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::erase::erase(&mut db, &[old], site.now())
        .await
        .expect("the author erases the comment");
    let html = markdown::render_comment("Other words");
    let verdict = Verdict::new(Status::Held, Vec::new());
    comments::store::author::update_body(
        &mut db,
        changed,
        0,
        "Other words",
        &html,
        &verdict,
        Ts::EPOCH,
        site.now(),
    )
    .await
    .expect("the author edits the comment");
    sqlx::query("update comments set status = 'spam' where id = $1")
        .bind(settled.0)
        .execute(&mut *db)
        .await
        .expect("the spam checker rejects the comment");
    db.commit().await.expect("a commit");
    let left = receive(&mut events, "removed", |_| true).await;
    assert_eq!(
        left["ids"],
        serde_json::json!([old.0, changed.0, settled.0])
    );
    let arrived = receive(&mut events, "arrived", |_| true).await;
    assert_eq!(arrived["ids"], serde_json::json!([changed.0]));
}

#[tokio::test]
async fn open_queue_pages_receive_the_progress_of_bulk_actions_on_any_server() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 2_100).await;
    let mut events = site.app.admin_events.subscribe();
    let mod_ = site.staff("mo", Role::Moderator).await;
    mod_.open("/admin/comments/live").await;
    receive(&mut events, "reset", |_| true).await;
    // Another node has events of its own.
    let clock = site.app.clock.clone();
    let (keys, config) = (KeyRing::from_secret(&[42; 32]), site.app.config.clone());
    let node = App::new(site.app.pool.clone(), clock, keys, config, cheap_argon2());
    let now = site.now().unix_micros().to_string();
    let fields = [("matching", "spam"), ("as_of", now.as_str())];
    let begun = post_json(&mod_, "/admin/comments", &fields).await;
    let progress = receive(&mut events, "bulk", |_| true).await;
    assert_eq!(progress["action"], begun["action"]);
    assert_eq!(
        (&progress["decided"], &progress["done"]),
        (&2_000.into(), &false.into())
    );
    worker::run_bulk_actions(&node)
        .await
        .expect("the remaining batches run");
    let progress = receive(&mut events, "bulk", |_| true).await;
    assert_eq!(progress["expected"], 2_100);
    assert_eq!(
        (&progress["decided"], &progress["done"]),
        (&2_100.into(), &true.into())
    );
    // An action without decisions has no entry, but its end is published as well.
    post_json(&mod_, "/admin/comments", &fields).await;
    let progress = receive(&mut events, "bulk", |_| true).await;
    assert_eq!(
        (&progress["decided"], &progress["done"]),
        (&0.into(), &true.into())
    );
}

#[tokio::test]
async fn similar_comments_share_a_card_and_a_decision() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 12).await;
    let alone = site.comment(&article, "Alone", Status::Held).await;
    for statement in [
        "insert into similar_groups (id) select min(id) from comments where name like 'Reader%'",
        "update comments set similar_group_id = (select id from similar_groups), network_hash = int8send(id % 3) where name like 'Reader%'",
    ] {
        sqlx::query(statement)
            .execute(&site.app.pool)
            .await
            .expect("the comments join a similar group");
    }
    let mod_ = site.staff("mo", Role::Moderator).await;
    let page = mod_.open("/admin/comments").await;
    assert_eq!(page.texts_of(".card-name"), ["Alone", "Reader 12"]);
    page.sees("12 similar comments from 3 networks since");
    let group = page
        .attribute(".card [name=group][data-to=spam]", "value")
        .expect("the card has a button for its group");
    // A similar comment arrives after the page was loaded.
    site.app.clock.advance(5);
    let late = site.comment(&article, "Reader late", Status::Held).await;
    sqlx::query(
        "update comments set similar_group_id = (select id from similar_groups) where id = $1",
    )
    .bind(late.0)
    .execute(&site.app.pool)
    .await
    .expect("the late comment joins the similar group");
    let answer = post_json(&mod_, "/admin/comments", &[("group", &group)]).await;
    assert_eq!(answer["message"], "12 comments marked as spam.");
    assert_eq!(site.status_of(alone).await, Status::Held);
    assert_eq!(site.status_of(late).await, Status::Held);
    let page = mod_.open("/admin/comments").await;
    assert_eq!(page.texts_of(".card-name"), ["Reader late", "Alone"]);
}

#[tokio::test]
async fn a_decision_on_a_group_does_not_apply_to_comments_edited_later() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 3).await;
    for statement in [
        "insert into similar_groups (id) select min(id) from comments",
        "update comments set similar_group_id = (select id from similar_groups)",
    ] {
        sqlx::query(statement)
            .execute(&site.app.pool)
            .await
            .expect("the comments join a similar group");
    }
    let change = async |name: &'static str| {
        site.app.clock.advance(60);
        sqlx::query("update comments set edited_at = $1 where name = $2")
            .bind(site.now())
            .bind(name)
            .execute(&site.app.pool)
            .await
            .expect("the comment's author edits it");
    };
    change("Reader 2").await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let page = mod_.open("/admin/comments").await;
    let as_of = page
        .attribute("[name=as_of]", "value")
        .expect("the page states its load time");
    let group = page
        .attribute(".card [name=group][data-to=spam]", "value")
        .expect("the card has a button for its group");
    change("Reader 3").await;
    let fields = [("group", group.as_str()), ("as_of", as_of.as_str())];
    let answer = post_json(&mod_, "/admin/comments", &fields).await;
    assert_eq!(answer["message"], "2 comments marked as spam.");
    let left = "select count(*) from comments where status = 'held' and name = 'Reader 3'";
    assert_eq!(site.count(left).await, 1);
}

#[tokio::test]
async fn a_decision_without_selected_comments_is_reported() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 3).await;
    sqlx::query("insert into similar_groups (id) select min(id) from comments")
        .execute(&site.app.pool)
        .await
        .expect("a similar group is inserted");
    let mod_ = site.staff("mo", Role::Moderator).await;
    let last = site.count("select max(id) from comments").await;
    let like = site.count("select id from similar_groups").await;
    let group = format!("spam {like}:{last}");
    let now = site.now().unix_micros().to_string();
    let said = "None of these comments can be changed any more: they have been decided on, or deleted by their authors.";
    for fields in [
        vec![("group", group.as_str())],
        vec![
            ("matching", "spam"),
            ("as_of", now.as_str()),
            ("status", "trashed"),
        ],
    ] {
        let answer = post_json(&mod_, "/admin/comments", &fields).await;
        assert_eq!(answer["action"], Value::Null, "{fields:?}");
        assert_eq!(answer["message"], said, "{fields:?}");
        let page = mod_.post_fields("/admin/comments", &fields).await;
        page.follow().await.has_status(200).sees(said);
    }
    assert_eq!(site.count("select count(*) from decisions").await, 0);
}
