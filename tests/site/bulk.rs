//! Decisions about more than a person waits for: what comes between, who stops them, and what goes wrong on the way.

use std::time::Duration;

use broadsheet::accounts::{Moderator, Role};
use broadsheet::comments::Status;
use broadsheet::ids::{ActId, CommentId};
use broadsheet::moderation::store::{self, BulkAct};
use broadsheet::moderation::{Filter, Ruling, bulk};
use broadsheet::worker;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::lookalikes::moderator;
use crate::queue::{many, post};
use crate::support::TestSite;

const HELD: &str = "select count(*) from comments where status = 'held'";
const DECISIONS: &str = "select count(*) from decisions";

async fn find(site: &TestSite, act: ActId) -> BulkAct {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    store::find_bulk(&mut db, act)
        .await
        .expect("acts can be asked")
        .expect("it is one")
}

/// All that is held becomes trash; one batch of it at once.
async fn trash_all(site: &TestSite, moderator: &Moderator) -> ActId {
    let filter = Filter::of(Status::Held);
    bulk::decide_all(
        &site.app,
        moderator,
        &filter,
        Status::Trashed,
        "",
        site.now(),
    )
    .await
    .expect("it is begun")
}

/// Rulings on so many that are held.
async fn rulings(site: &TestSite, count: i64) -> Vec<Ruling> {
    let ids: Vec<i64> =
        sqlx::query_scalar("select id from comments where status = 'held' order by id limit $1")
            .bind(count)
            .fetch_all(&site.app.pool)
            .await
            .expect("some are held");
    let ruling = |id| Ruling {
        id: CommentId(id),
        seen: Status::Held,
        version: 0,
    };
    ids.into_iter().map(ruling).collect()
}

#[tokio::test]
async fn an_act_that_is_taken_back_half_done_stops() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 5_000).await;
    let mo = moderator(&site).await;
    let act = trash_all(&site, &mo).await;
    assert_eq!(site.count(HELD).await, 3_000);
    let undo = bulk::undo_all(&site.app, &mo, act)
        .await
        .expect("it is taken back");
    assert!(find(&site, act).await.ended_at.is_some());
    worker::work(&site.app).await.expect("the rest");
    assert_eq!(site.count(HELD).await, 5_000);
    assert_eq!(site.count(DECISIONS).await, 4_000);
    let undo = find(&site, undo).await;
    assert_eq!((undo.expected, undo.decided), (2_000, 2_000));
}

#[tokio::test]
async fn a_batch_that_another_node_is_about_to_keep_is_taken_back_too() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 2_500).await;
    let mo = moderator(&site).await;
    let act = trash_all(&site, &mo).await;
    let rulings = rulings(&site, 10).await;
    let under_way = find(&site, act).await;
    let begun = Notify::new();
    let other_node = async {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        store::decide(&mut db, &mo, act, &rulings, Status::Trashed, "", site.now())
            .await
            .expect("a batch");
        let next = Some(rulings[0].id.0);
        let may_stay = store::advance_bulk(&mut db, &under_way, 10, next, None, site.now()).await;
        assert!(may_stay.expect("it can be noted"));
        begun.notify_one();
        site.until_someone_waits().await;
        db.commit().await.expect("it is kept");
    };
    let undo = async {
        begun.notified().await;
        bulk::undo_all(&site.app, &mo, act).await.expect("an undo")
    };
    tokio::join!(other_node, undo);
    worker::work(&site.app).await.expect("the rest");
    assert_eq!(site.count(HELD).await, 2_500);
    assert_eq!(site.count(DECISIONS).await, 2 * 2_010);
}

#[tokio::test]
async fn a_batch_that_another_node_has_just_begun_does_not_stay() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 2_500).await;
    let mo = moderator(&site).await;
    let act = trash_all(&site, &mo).await;
    let rulings = rulings(&site, 10).await;
    let under_way = find(&site, act).await;
    let begun = Notify::new();
    let other_node = async {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        store::decide(&mut db, &mo, act, &rulings, Status::Trashed, "", site.now())
            .await
            .expect("a batch");
        begun.notify_one();
        while find(&site, act).await.ended_at.is_none() {
            tokio::task::yield_now().await;
        }
        let may_stay = store::advance_bulk(&mut db, &under_way, 10, None, None, site.now()).await;
        assert!(!may_stay.expect("it can be asked"));
        db.rollback().await.expect("it is given up");
    };
    let undo = async {
        begun.notified().await;
        bulk::undo_all(&site.app, &mo, act).await.expect("an undo")
    };
    tokio::join!(other_node, undo);
    worker::work(&site.app).await.expect("the rest");
    assert_eq!(site.count(HELD).await, 2_500);
    assert_eq!(site.count(DECISIONS).await, 2 * 2_000);
}

#[tokio::test]
async fn what_someone_decided_after_the_page_was_made_is_left_alone() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 10).await;
    sqlx::query("update comments set status = 'approved' where name <> 'Reader 3'")
        .execute(&site.app.pool)
        .await
        .expect("most are approved");
    sqlx::query(
        "insert into readings select id, version, to_tsvector('simple', 'words') from comments",
    )
    .execute(&site.app.pool)
    .await
    .expect("all are read");
    let mod_ = site.staff("mo", Role::Moderator).await;
    let page_made = site.now();
    site.app.clock.advance(300);
    let other = site.staff("ada", Role::Moderator).await;
    let third = site
        .count("select id from comments where name = 'Reader 3'")
        .await;
    let approved = format!("approved {third}:held:0");
    post(&other, "/admin/comments", &[("one", &approved)]).await;
    site.app.clock.advance(60);
    let as_of = page_made.unix_micros().to_string();
    // However it is looked for.
    for (field, value, said) in [
        ("words", "words", "9 comments moved to the trash."),
        ("words", "", "One comment moved to the trash."),
    ] {
        let fields = [
            ("matching", "trashed"),
            ("as_of", as_of.as_str()),
            ("status", "approved"),
            (field, value),
        ];
        if value.is_empty() {
            sqlx::query("update comments set status = 'approved', status_since = $1 where name = 'Reader 4'")
                .bind(page_made)
                .execute(&site.app.pool)
                .await
                .expect("one of them is as it was");
        }
        let answer = post(&mod_, "/admin/comments", &fields).await;
        assert_eq!(answer["said"], said);
        assert_eq!(site.status_of(CommentId(third)).await, Status::Approved);
    }
}

/// Makes decisions fail with an error of Postgres's, so many times.
async fn fail(site: &TestSite, code: &str, times: i64) {
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
        .expect("decisions fail");
}

#[tokio::test]
async fn an_act_is_saved_though_its_first_batch_fails() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 10).await;
    fail(&site, "57014", 1).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let form = mod_.open("/admin/comments").await.form("/admin/comments");
    form.press("Trash: all")
        .await
        .has_status(303)
        .follow()
        .await
        .sees("Bulk action: 0 of 10 done.");
    worker::work(&site.app).await.expect("it goes on");
    assert_eq!(site.count(HELD).await, 0);
    assert_eq!(site.count(DECISIONS).await, 10);
}

#[tokio::test]
async fn a_batch_that_met_another_the_other_way_round_is_done_anew() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 10).await;
    fail(&site, "40P01", 2).await;
    let mo = moderator(&site).await;
    let act = trash_all(&site, &mo).await;
    assert_eq!(find(&site, act).await.decided, 10);
    assert_eq!(site.count(DECISIONS).await, 10);
}

#[tokio::test]
async fn one_connection_is_enough_to_decide_about_all() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 10).await;
    let mo = moderator(&site).await;
    let mut taken = Vec::new();
    for _ in 1..site.app.pool.options().get_max_connections() {
        taken.push(site.app.pool.acquire().await.expect("all but one"));
    }
    let filter = Filter::of(Status::Held);
    let done = async {
        let act = bulk::decide_all(&site.app, &mo, &filter, Status::Spam, "", site.now())
            .await
            .expect("it is done");
        bulk::undo_all(&site.app, &mo, act)
            .await
            .expect("it is undone");
    };
    timeout(Duration::from_secs(10), done)
        .await
        .expect("no second connection is waited for");
    drop(taken);
    assert_eq!(site.count(DECISIONS).await, 20);
    assert_eq!(site.count(HELD).await, 10);
}

#[tokio::test]
async fn whoever_answers_a_comment_does_not_wait_for_who_decides_about_it() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.comment(&article, "Ann", Status::Held).await;
    let mo = moderator(&site).await;
    // What an answer's foreign key asks of what it answers.
    let answer = async || {
        sqlx::query("select from comments where id = $1 for key share nowait")
            .bind(ann.0)
            .execute(&site.app.pool)
            .await
            .expect("nobody is waited for");
    };
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let act = store::next_act(&mut db).await.expect("a number");
    let rulings = rulings(&site, 1).await;
    store::decide(&mut db, &mo, act, &rulings, Status::Spam, "", site.now())
        .await
        .expect("it is decided");
    answer().await;
    db.commit().await.expect("it is kept");
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let undo = store::next_act(&mut db).await.expect("a number");
    store::undo(&mut db, &mo, undo, act, 0, 10, site.now())
        .await
        .expect("it is undone");
    answer().await;
}

#[tokio::test]
async fn bulk_acts_of_two_people_at_once_decide_each_comment_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 3_000).await;
    let mut moderators = Vec::new();
    for handle in ["mo", "ada"] {
        site.staff(handle, Role::Moderator).await;
    }
    let mut db = site.app.pool.acquire().await.expect("a connection");
    for account in broadsheet::accounts::store::all(&mut db)
        .await
        .expect("the staff")
    {
        let moderator = broadsheet::accounts::Moderator::acting(&mut db, account.id).await;
        moderators.push(moderator.expect("an answer").expect("a moderator"));
    }
    drop(db);
    let filter = Filter::of(Status::Held);
    let now = site.now();
    let (first, second) = tokio::join!(
        bulk::decide_all(&site.app, &moderators[0], &filter, Status::Spam, "", now),
        bulk::decide_all(&site.app, &moderators[1], &filter, Status::Trashed, "", now),
    );
    assert_ne!(first.expect("an act"), second.expect("an act"));
    let (one, two) = tokio::join!(worker::work(&site.app), worker::work(&site.app));
    one.and(two).expect("both go to their ends");
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
        site.count("select count(*) from bulk_acts where ended_at is null")
            .await,
        0
    );
}

#[tokio::test]
async fn what_stands_twice_in_a_form_is_decided_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    many(&site, &article, 2_000).await;
    sqlx::query("analyze comments")
        .execute(&site.app.pool)
        .await
        .expect("the planner knows how many there are");
    let mo = moderator(&site).await;
    let mut rulings = rulings(&site, 2_000).await;
    rulings.extend_from_within(..);
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let act = store::next_act(&mut db).await.expect("a number");
    let decided = store::decide(&mut db, &mo, act, &rulings, Status::Spam, "", site.now())
        .await
        .expect("they are decided");
    db.commit().await.expect("it is kept");
    assert_eq!(decided.len(), 2_000);
    assert_eq!(site.count(DECISIONS).await, 2_000);
}
