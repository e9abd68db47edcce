//! Tests of bulk actions: undoing a running action, concurrent decisions, and failures while an action runs.

use std::time::Duration;

use broadsheet::accounts::{Moderator, Role};
use broadsheet::comments::Status;
use broadsheet::ids::{ActionId, CommentId};
use broadsheet::moderation::store::{self, bulk::BulkAction};
use broadsheet::moderation::{DecisionRequest, QueueFilter, bulk};
use broadsheet::worker;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::queue::{insert_held, post_json};
use crate::similar_groups::moderator;
use crate::support::TestSite;

const HELD: &str = "select count(*) from comments where status = 'held'";
const DECISIONS: &str = "select count(*) from decisions";

async fn find_bulk(site: &TestSite, action_id: ActionId) -> BulkAction {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    store::bulk::find(&mut db, action_id)
        .await
        .expect("the bulk action is read")
        .expect("the action is a bulk action")
}

/// Starts a bulk action that moves every held comment to the trash. Its first batch is done when this returns.
async fn trash_all(site: &TestSite, moderator: &Moderator) -> ActionId {
    let filter = QueueFilter::with_status(Status::Held);
    bulk::decide_all(
        &site.app,
        moderator,
        &filter,
        Status::Trashed,
        "",
        site.now(),
    )
    .await
    .expect("the bulk action starts")
}

/// Returns requests to decide on the first `count` held comments.
async fn held_requests(site: &TestSite, count: i64) -> Vec<DecisionRequest> {
    let ids: Vec<i64> =
        sqlx::query_scalar("select id from comments where status = 'held' order by id limit $1")
            .bind(count)
            .fetch_all(&site.app.pool)
            .await
            .expect("the ids of held comments are read");
    let request = |id| DecisionRequest {
        id: CommentId(id),
        expected_status: Status::Held,
        expected_version: 0,
    };
    ids.into_iter().map(request).collect()
}

#[tokio::test]
async fn undoing_a_running_bulk_action_stops_it() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 5_000).await;
    let mo = moderator(&site).await;
    let action_id = trash_all(&site, &mo).await;
    assert_eq!(site.count(HELD).await, 3_000);
    let undo = bulk::undo_all(&site.app, &mo, action_id)
        .await
        .expect("the bulk action is undone");
    assert!(find_bulk(&site, action_id).await.finished_at.is_some());
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the remaining batches run");
    assert_eq!(site.count(HELD).await, 5_000);
    assert_eq!(site.count(DECISIONS).await, 4_000);
    let undo = find_bulk(&site, undo).await;
    assert_eq!((undo.expected, undo.decided), (2_000, 2_000));
}

#[tokio::test]
async fn an_undo_includes_the_batch_that_another_server_is_committing() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 2_500).await;
    let mo = moderator(&site).await;
    let action_id = trash_all(&site, &mo).await;
    let requests = held_requests(&site, 10).await;
    let running = find_bulk(&site, action_id).await;
    let begun = Notify::new();
    let other_node = async {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        store::decisions::decide(
            &mut db,
            &mo,
            action_id,
            &requests,
            Status::Trashed,
            "",
            site.now(),
        )
        .await
        .expect("a batch is decided");
        let next = Some(requests[0].id.0);
        let is_recorded = store::bulk::advance(&mut db, &running, 10, next, None, site.now()).await;
        assert!(is_recorded.expect("the progress is saved"));
        begun.notify_one();
        site.wait_for_blocked_query().await;
        db.commit().await.expect("a commit");
    };
    let undo = async {
        begun.notified().await;
        bulk::undo_all(&site.app, &mo, action_id)
            .await
            .expect("the bulk action is undone")
    };
    tokio::join!(other_node, undo);
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the remaining batches run");
    assert_eq!(site.count(HELD).await, 2_500);
    assert_eq!(site.count(DECISIONS).await, 2 * 2_010);
}

#[tokio::test]
async fn a_batch_that_began_before_the_undo_is_rolled_back() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 2_500).await;
    let mo = moderator(&site).await;
    let action_id = trash_all(&site, &mo).await;
    let requests = held_requests(&site, 10).await;
    let running = find_bulk(&site, action_id).await;
    let begun = Notify::new();
    let other_node = async {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        store::decisions::decide(
            &mut db,
            &mo,
            action_id,
            &requests,
            Status::Trashed,
            "",
            site.now(),
        )
        .await
        .expect("a batch is decided");
        begun.notify_one();
        while find_bulk(&site, action_id).await.finished_at.is_none() {
            tokio::task::yield_now().await;
        }
        let is_recorded = store::bulk::advance(&mut db, &running, 10, None, None, site.now()).await;
        assert!(!is_recorded.expect("the update of the progress runs"));
        db.rollback().await.expect("the transaction is rolled back");
    };
    let undo = async {
        begun.notified().await;
        bulk::undo_all(&site.app, &mo, action_id)
            .await
            .expect("the bulk action is undone")
    };
    tokio::join!(other_node, undo);
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the remaining batches run");
    assert_eq!(site.count(HELD).await, 2_500);
    assert_eq!(site.count(DECISIONS).await, 2 * 2_000);
}

#[tokio::test]
async fn comments_decided_after_the_page_was_loaded_are_left_alone() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 10).await;
    sqlx::query("update comments set status = 'approved' where name <> 'Reader 3'")
        .execute(&site.app.pool)
        .await
        .expect("most comments are approved");
    sqlx::query(
        "insert into comment_search select id, version, to_tsvector('simple', 'words') from comments",
    )
    .execute(&site.app.pool)
    .await
    .expect("all comments are indexed");
    let mod_ = site.staff("mo", Role::Moderator).await;
    let page_loaded_at = site.now();
    site.app.clock.advance(300);
    let other = site.staff("ada", Role::Moderator).await;
    let third = site
        .count("select id from comments where name = 'Reader 3'")
        .await;
    let approved = format!("approved {third}:held:0");
    post_json(&other, "/admin/comments", &[("one", &approved)]).await;
    site.app.clock.advance(60);
    let as_of = page_loaded_at.unix_micros().to_string();
    // Once with the search index and once with the status index.
    for (field, value, said) in [
        ("search", "words", "9 comments moved to the trash."),
        ("search", "", "One comment moved to the trash."),
    ] {
        let fields = [
            ("matching", "trashed"),
            ("as_of", as_of.as_str()),
            ("status", "approved"),
            (field, value),
        ];
        if value.is_empty() {
            sqlx::query("update comments set status = 'approved', status_since = $1 where name = 'Reader 4'")
                .bind(page_loaded_at)
                .execute(&site.app.pool)
                .await
                .expect("one more comment is approved");
        }
        let answer = post_json(&mod_, "/admin/comments", &fields).await;
        assert_eq!(answer["message"], said);
        assert_eq!(site.status_of(CommentId(third)).await, Status::Approved);
    }
}

/// Makes the next `times` decisions fail with a Postgres error code.
async fn fail_decisions(site: &TestSite, code: &str, times: i64) {
    let sql = format!(
        "create sequence failures;
         create function fail() returns trigger language plpgsql as $$
         begin
             if nextval('failures') <= {times} then raise exception 'not now' using errcode = '{code}'; end if;
             return null;
         end
         $$;
         create trigger fails after insert on decisions for each statement execute function fail();"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&site.app.pool)
        .await
        .expect("the failing trigger is created");
}

#[tokio::test]
async fn a_bulk_action_is_saved_even_if_its_first_batch_fails() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 10).await;
    fail_decisions(&site, "57014", 1).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let form = mod_.open("/admin/comments").await.form("/admin/comments");
    form.press("Trash: all")
        .await
        .has_status(303)
        .follow()
        .await
        .sees("Bulk action: 0 of 10 done.");
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the bulk action continues");
    assert_eq!(site.count(HELD).await, 0);
    assert_eq!(site.count(DECISIONS).await, 10);
}

#[tokio::test]
async fn a_batch_of_a_bulk_action_is_retried_after_a_deadlock() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 10).await;
    fail_decisions(&site, "40P01", 2).await;
    let mo = moderator(&site).await;
    let action_id = trash_all(&site, &mo).await;
    assert_eq!(find_bulk(&site, action_id).await.decided, 10);
    assert_eq!(site.count(DECISIONS).await, 10);
}

#[tokio::test]
async fn a_bulk_action_holds_one_connection_at_a_time() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 10).await;
    let mo = moderator(&site).await;
    let mut taken = Vec::new();
    for _ in 1..site.app.pool.options().get_max_connections() {
        taken.push(
            site.app
                .pool
                .acquire()
                .await
                .expect("the pool has a free connection"),
        );
    }
    let filter = QueueFilter::with_status(Status::Held);
    let done = async {
        let action_id = bulk::decide_all(&site.app, &mo, &filter, Status::Spam, "", site.now())
            .await
            .expect("the bulk action finishes");
        bulk::undo_all(&site.app, &mo, action_id)
            .await
            .expect("the bulk action is undone");
    };
    timeout(Duration::from_secs(10), done)
        .await
        .expect("no second connection is needed");
    drop(taken);
    assert_eq!(site.count(DECISIONS).await, 20);
    assert_eq!(site.count(HELD).await, 10);
}

#[tokio::test]
async fn a_reply_does_not_wait_for_a_decision_on_its_parent() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.comment(&article, "Ann", Status::Held).await;
    let mo = moderator(&site).await;
    // The lock that the foreign key of a reply takes on its parent.
    let lock_parent = async || {
        sqlx::query("select from comments where id = $1 for key share nowait")
            .bind(ann.0)
            .execute(&site.app.pool)
            .await
            .expect("the comment is locked without waiting");
    };
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let action_id = store::decisions::reserve_action_id(&mut db)
        .await
        .expect("an action id");
    let requests = held_requests(&site, 1).await;
    store::decisions::decide(
        &mut db,
        &mo,
        action_id,
        &requests,
        Status::Spam,
        "",
        site.now(),
    )
    .await
    .expect("the comments are decided");
    lock_parent().await;
    db.commit().await.expect("a commit");
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let undo = store::decisions::reserve_action_id(&mut db)
        .await
        .expect("an action id");
    store::decisions::undo(&mut db, &mo, undo, action_id, 0, 10, site.now())
        .await
        .expect("the action is undone");
    lock_parent().await;
}

#[tokio::test]
async fn concurrent_bulk_actions_decide_each_comment_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 3_000).await;
    let mut moderators = Vec::new();
    for username in ["mo", "ada"] {
        site.staff(username, Role::Moderator).await;
    }
    let mut db = site.app.pool.acquire().await.expect("a connection");
    for account in broadsheet::accounts::store::list(&mut db)
        .await
        .expect("the accounts are read")
    {
        let moderator = broadsheet::accounts::Moderator::load_active(&mut db, account.id).await;
        moderators.push(
            moderator
                .expect("the database answers")
                .expect("the account may moderate"),
        );
    }
    drop(db);
    let filter = QueueFilter::with_status(Status::Held);
    let now = site.now();
    let (first, second) = tokio::join!(
        bulk::decide_all(&site.app, &moderators[0], &filter, Status::Spam, "", now),
        bulk::decide_all(&site.app, &moderators[1], &filter, Status::Trashed, "", now),
    );
    assert_ne!(
        first.expect("the first bulk action starts"),
        second.expect("the second bulk action starts")
    );
    let (one, two) = tokio::join!(
        worker::run_bulk_actions(&site.app),
        worker::run_bulk_actions(&site.app)
    );
    one.and(two)
        .expect("both workers finish their bulk actions");
    assert_eq!(site.count("select count(*) from decisions").await, 3_000);
    assert_eq!(
        site.count("select count(distinct comment_id) from decisions")
            .await,
        3_000
    );
    assert_eq!(
        site.count("select count(*) from comments where status = 'held'")
            .await,
        0
    );
    assert_eq!(
        site.count("select count(*) from bulk_actions where finished_at is null")
            .await,
        0
    );
}

#[tokio::test]
async fn a_repeated_comment_id_is_decided_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    insert_held(&site, &article, 2_000).await;
    sqlx::query("analyze comments")
        .execute(&site.app.pool)
        .await
        .expect("the table's statistics are updated");
    let mo = moderator(&site).await;
    let mut requests = held_requests(&site, 2_000).await;
    requests.extend_from_within(..);
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let action_id = store::decisions::reserve_action_id(&mut db)
        .await
        .expect("an action id");
    let decided = store::decisions::decide(
        &mut db,
        &mo,
        action_id,
        &requests,
        Status::Spam,
        "",
        site.now(),
    )
    .await
    .expect("the comments are decided");
    db.commit().await.expect("a commit");
    assert_eq!(decided.len(), 2_000);
    assert_eq!(site.count(DECISIONS).await, 2_000);
}
