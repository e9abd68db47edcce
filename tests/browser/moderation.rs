//! Moderation in the browser: deciding on a hundred comments by keyboard, the same without JavaScript, and two moderators
//! working at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::chromium::Browser;
use crate::discussion::execute;
use crate::support::server::Server;
use crate::{add_account, base_url, sign_in};

/// Inserts `count` held comments. Moves all existing comments to the trash first.
async fn insert_held(server: &Server, count: i64) {
    let mut db = connect(server).await;
    sqlx::query("update comments set status = 'trashed' where status = 'held'")
        .execute(&mut db)
        .await
        .expect("the other held comments are trashed");
    sqlx::query(
        "with fresh as (select nextval('comments_id_seq') as id, number from generate_series(1, $1) as number)
         insert into comments (id, article_id, root_id, name, body, body_html, dedup_hash, status, status_since, reasons, created_at)
         select fresh.id, (select min(id) from articles), fresh.id, 'Reader ' || number, 'Words ' || number,
             '<p>' || sample.words || '</p>', int8send(fresh.id), 'held', now(), '{first-timer}', now() - make_interval(mins => number::integer)
         from fresh
         -- The texts differ, since similar comments share a card.
         cross join lateral (select string_agg(translate(substr(md5(number || ' ' || place), 1, 7), '0123456789', 'ghijklmnop'), ' ') as words
                             from generate_series(1, 8) as place) sample",
    )
    .bind(count)
    .execute(&mut db)
    .await
    .expect("comments are inserted");
}

async fn connect(server: &Server) -> PgConnection {
    let database = PgConnection::connect(&server.database_url()).await;
    database.expect("the database answers")
}

/// Loads the status of every comment inserted by the test, by comment id.
async fn load_statuses(server: &Server) -> BTreeMap<i64, String> {
    let mut db = connect(server).await;
    sqlx::query_as::<_, (i64, String)>(
        "select id, status::text from comments where name like 'Reader %'",
    )
    .fetch_all(&mut db)
    .await
    .expect("the comments are read")
    .into_iter()
    .collect()
}

pub async fn count(server: &Server, query: &'static str) -> i64 {
    let mut db = connect(server).await;
    let found = sqlx::query_scalar(query).fetch_one(&mut db).await;
    found.expect("the number of rows is read")
}

/// JavaScript that returns the id of the card in the moderation queue that is selected for the keyboard, or null.
const CURRENT_CARD_SCRIPT: &str =
    "const here = document.querySelector('.card.current:not(.decided)');
                    return here ? Number(here.dataset.id) : null";

const DECISION_KEYS: [(&str, &str); 4] = [
    ("a", "approved"),
    ("s", "spam"),
    ("d", "trashed"),
    ("f", "approved"),
];

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_hundred_comments_are_decided_by_keyboard_without_waiting() {
    let server = Server::new();
    add_account(&server, "mo", "moderator");
    insert_held(&server, 100).await;
    let browser = Browser::open(&base_url(&server)).await;
    sign_in(&browser, "mo").await;
    browser.goto("/admin/comments").await;
    browser
        .wait_until(
            "the next cards are loaded",
            "return document.querySelectorAll('.card').length === 100",
        )
        .await;
    // With responses this slow, a key that waits for one would be noticed.
    browser.set_latency(700).await;

    let mut expected = BTreeMap::new();
    let mut waited = 0;
    for number in 0..100 {
        let id = browser.run(CURRENT_CARD_SCRIPT).await.as_i64();
        let Some(id) = id else {
            waited += 1;
            continue;
        };
        // Corrects a wrong decision. The first one has been sent when it is undone; the second is still in the send queue.
        if [2, 50].contains(&number) {
            browser.press_keys("s").await;
            let next = browser.run(CURRENT_CARD_SCRIPT).await;
            waited += i64::from(next.as_i64() == Some(id) || next.is_null());
            browser.press_keys("z").await;
            // The card is current again before the server has received either.
            waited += i64::from(browser.run(CURRENT_CARD_SCRIPT).await.as_i64() != Some(id));
        }
        let (key, status) = DECISION_KEYS[number % DECISION_KEYS.len()];
        browser.press_keys(key).await;
        expected.insert(id, status.to_owned());
        // The card is gone, and the next one is current.
        let next = browser.run(CURRENT_CARD_SCRIPT).await;
        let is_gone = browser
            .run(&format!("return !document.getElementById('card-{id}')"))
            .await;
        waited += i64::from(is_gone != true || (next.is_null() && number < 99));
    }
    assert_eq!(waited, 0, "a key waited for the site");
    assert_eq!(expected.len(), 100);
    browser.set_latency(0).await;
    let left = "select count(*) from comments where status = 'held'";
    let deadline = Instant::now() + Duration::from_secs(60);
    while count(&server, left).await > 0 {
        assert!(
            Instant::now() < deadline,
            "the server did not receive every decision"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    browser.wait_until(
        "the page shows an empty queue",
        "return [...document.querySelectorAll('[data-count=held]')].every(count => count.textContent === '0')
             && document.querySelector('.badge').hidden && !document.getElementById('empty').hidden",
    )
    .await;
    assert_eq!(load_statuses(&server).await, expected);
    let decisions = count(&server, "select count(*) from decisions").await;
    assert!([102, 104].contains(&decisions), "{decisions}");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_hundred_comments_are_decided_without_javascript() {
    let server = Server::new();
    add_account(&server, "mo", "moderator");
    insert_held(&server, 100).await;
    let browser = Browser::without_javascript(&base_url(&server)).await;
    sign_in(&browser, "mo").await;
    browser.goto("/admin/comments").await;
    let mut expected = BTreeMap::new();
    for number in 0..100 {
        let card = browser.find(".card").await;
        let id = card
            .attr("id")
            .await
            .expect("the card's id is read")
            .expect("the card has an id");
        let id: i64 = id["card-".len()..]
            .parse()
            .expect("the card's id ends in a number");
        // Corrects a wrong decision. The first one has been sent when it is undone; the second is still in the send queue.
        if [2, 50].contains(&number) {
            browser.follow(".card [data-to=spam]").await;
            browser.follow("#messages form button").await;
            assert!(browser.has(&format!("#card-{id}")).await);
        }
        let (_, status) = DECISION_KEYS[number % DECISION_KEYS.len()];
        browser.follow(&format!(".card [data-to={status}]")).await;
        expected.insert(id, status.to_owned());
    }
    assert_eq!(
        browser.text("#empty").await,
        "No comments are awaiting moderation. Well done.",
        "the queue is empty"
    );
    assert_eq!(expected.len(), 100);
    assert_eq!(load_statuses(&server).await, expected);
    browser.close().await;
}

/// Decides on cards in the queue with random keys and few pauses until no card is left. Returns the number of keys
/// pressed.
async fn decide_at_random(browser: &Browser, mut seed: u64) -> i64 {
    let mut pressed = 0;
    loop {
        let left = "return document.querySelectorAll('.card:not(.decided)').length";
        if browser.run(left).await == 0 {
            return pressed;
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (key, _) = DECISION_KEYS[(seed >> 40) as usize % DECISION_KEYS.len()];
        if browser.run(CURRENT_CARD_SCRIPT).await.is_null() {
            browser.press_keys("j").await;
            // At the end of the list, go back to the cards that were skipped.
            if browser.run(CURRENT_CARD_SCRIPT).await.is_null() {
                browser.run(
                    "document.querySelector('.card:not(.decided)')?.querySelector('input')?.focus()",
                )
                .await;
            }
            continue;
        }
        browser.press_keys(key).await;
        pressed += 1;
        // Pauses now and then, so that the moderators overtake each other.
        if seed >> 60 == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn two_moderators_working_at_once_decide_each_comment_once() {
    let server = Server::new();
    execute(&server, "update settings set flood_seconds = 0").await;
    for handle in ["mo", "ada"] {
        add_account(&server, handle, "moderator");
    }
    insert_held(&server, 200).await;
    let site = base_url(&server);
    let (mo, ada) = tokio::join!(Browser::open(&site), Browser::open(&site));
    for (browser, handle) in [(&mo, "mo"), (&ada, "ada")] {
        sign_in(browser, handle).await;
        browser.goto("/admin/comments").await;
    }
    // One begins at the top and one in the middle, so that they meet.
    for browser in [&mo, &ada] {
        browser
            .wait_until(
                "the next cards are loaded",
                "return document.querySelectorAll('.card').length >= 100",
            )
            .await;
    }
    ada.run("document.querySelectorAll('.card')[60].querySelector('input').focus()")
        .await;
    let (first, second) = tokio::join!(decide_at_random(&mo, 7), decide_at_random(&ada, 11));
    assert!(first > 20 && second > 20, "{first} and {second}");
    for browser in [&mo, &ada] {
        browser
            .wait_until(
                "the page shows an empty queue",
                "return document.querySelector('[data-count=held]').textContent === '0'
                 && document.querySelectorAll('.card:not(.decided)').length === 0
                 && !document.getElementById('empty').hidden",
            )
            .await;
    }
    let conflict_lines =
        "return [...document.querySelectorAll('.card-decided')].map((line) => line.textContent)";
    let (by_ada, by_mo) = (mo.run(conflict_lines).await, ada.run(conflict_lines).await);
    let lines = |conflict_lines: &Value| {
        conflict_lines
            .as_array()
            .expect("the conflict lines are a list")
            .clone()
    };
    assert!(!lines(&by_ada).is_empty() && !lines(&by_mo).is_empty());
    for (lines, name) in [(lines(&by_ada), "ADA"), (lines(&by_mo), "MO")] {
        for line in lines {
            let line = line.as_str().expect("the conflict line is text");
            assert!(line.ends_with(&format!(" by {name}.")), "{line}");
        }
    }
    assert_eq!(count(&server, "select count(*) from decisions").await, 200);
    assert_eq!(
        count(&server, "select count(distinct comment_id) from decisions").await,
        200
    );
    let left = "select count(*) from comments where status = 'held'";
    assert_eq!(count(&server, left).await, 0);
    for status in ["approved", "spam", "trashed"] {
        let says = format!("return document.querySelector('[data-count={status}]').textContent");
        assert_eq!(mo.run(&says).await, ada.run(&says).await, "{status}");
    }
    mo.close().await;
    ada.close().await;
}
