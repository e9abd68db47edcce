//! Moderators at their desks: a hundred decisions by keys alone, the same hundred without JavaScript, and two people on
//! one queue.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::chromium::Browser;
use crate::discussion::set;
use crate::support::server::Server;
use crate::{add_staff, address, sign_in};

/// Makes so many held comments; the ones that are there already are put away.
async fn fill(server: &Server, count: i64) {
    let mut db = database(server).await;
    sqlx::query("update comments set status = 'trashed' where status = 'held'")
        .execute(&mut db)
        .await
        .expect("the rest is put away");
    sqlx::query(
        "with fresh as (select nextval('comments_id_seq') as id, number from generate_series(1, $1) as number)
         insert into comments (id, article_id, root_id, name, body, body_html, dedup_hash, status, status_since, reasons, created_at)
         select fresh.id, (select min(id) from articles), fresh.id, 'Reader ' || number, 'Words ' || number,
             '<p>' || body.words || '</p>', int8send(fresh.id), 'held', now(), '{first-timer}', now() - make_interval(mins => number::integer)
         from fresh
         -- Each says something else: what says the same is one card.
         cross join lateral (select string_agg(translate(substr(md5(number || ' ' || place), 1, 7), '0123456789', 'ghijklmnop'), ' ') as words
                             from generate_series(1, 8) as place) body",
    )
    .bind(count)
    .execute(&mut db)
    .await
    .expect("comments are made");
}

async fn database(server: &Server) -> PgConnection {
    let database = PgConnection::connect(&server.database_url()).await;
    database.expect("the database can be reached")
}

/// What became of every comment that was made.
async fn statuses(server: &Server) -> BTreeMap<i64, String> {
    let mut db = database(server).await;
    sqlx::query_as::<_, (i64, String)>(
        "select id, status::text from comments where name like 'Reader %'",
    )
    .fetch_all(&mut db)
    .await
    .expect("the comments")
    .into_iter()
    .collect()
}

pub async fn count(server: &Server, query: &'static str) -> i64 {
    let mut db = database(server).await;
    let found = sqlx::query_scalar(query).fetch_one(&mut db).await;
    found.expect("a number")
}

/// The comment under the cursor, if there is one that can be decided on.
const HERE: &str = "const here = document.querySelector('.card.current:not(.decided)');
                    return here ? Number(here.dataset.id) : null";

const CHOICES: [(&str, &str); 4] = [
    ("a", "approved"),
    ("s", "spam"),
    ("d", "trashed"),
    ("f", "approved"),
];

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_hundred_are_decided_by_keys_alone_and_nobody_waits() {
    let server = Server::new();
    add_staff(&server, "mo", "moderator");
    fill(&server, 100).await;
    let desk = Browser::open(&address(&server)).await;
    sign_in(&desk, "mo").await;
    desk.goto("/admin/comments").await;
    desk.until(
        "what comes next is loaded",
        "return document.querySelectorAll('.card').length === 100",
    )
    .await;
    // From here on each answer of the site takes so long that whoever waited for one would be seen to.
    desk.slow_network(700).await;

    let mut expected = BTreeMap::new();
    let mut waited = 0;
    for number in 0..100 {
        let id = desk.run(HERE).await.as_i64();
        let Some(id) = id else {
            waited += 1;
            continue;
        };
        // At first the site hears of the mistake and that it was one; later that waits with the rest, and it never does.
        if [2, 50].contains(&number) {
            desk.keys("s").await;
            let next = desk.run(HERE).await;
            waited += i64::from(next.as_i64() == Some(id) || next.is_null());
            desk.keys("z").await;
            // The mistake is back under the cursor, before the site has heard of either.
            waited += i64::from(desk.run(HERE).await.as_i64() != Some(id));
        }
        let (key, status) = CHOICES[number % CHOICES.len()];
        desk.keys(key).await;
        expected.insert(id, status.to_owned());
        // Its card is gone, and the next is there.
        let next = desk.run(HERE).await;
        let is_gone = desk
            .run(&format!("return !document.getElementById('card-{id}')"))
            .await;
        waited += i64::from(is_gone != true || (next.is_null() && number < 99));
    }
    assert_eq!(waited, 0, "a key waited for the site");
    assert_eq!(expected.len(), 100);
    desk.slow_network(0).await;
    let left = "select count(*) from comments where status = 'held'";
    let deadline = Instant::now() + Duration::from_secs(60);
    while count(&server, left).await > 0 {
        assert!(
            Instant::now() < deadline,
            "the site hears of every decision"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    desk.until(
        "the screen shows that nothing waits",
        "return [...document.querySelectorAll('[data-count=held]')].every(count => count.textContent === '0')
             && document.querySelector('.badge').hidden && !document.getElementById('empty').hidden",
    )
    .await;
    assert_eq!(statuses(&server).await, expected);
    let decisions = count(&server, "select count(*) from decisions").await;
    assert!([102, 104].contains(&decisions), "{decisions}");
    desk.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn the_same_hundred_are_decided_without_javascript() {
    let server = Server::new();
    add_staff(&server, "mo", "moderator");
    fill(&server, 100).await;
    let desk = Browser::without_javascript(&address(&server)).await;
    sign_in(&desk, "mo").await;
    desk.goto("/admin/comments").await;
    let mut expected = BTreeMap::new();
    for number in 0..100 {
        let card = desk.find(".card").await;
        let id = card.attr("id").await.expect("a card").expect("its name");
        let id: i64 = id["card-".len()..].parse().expect("its number");
        // At first the site hears of the mistake and that it was one; later that waits with the rest, and it never does.
        if [2, 50].contains(&number) {
            desk.follow(".card [data-to=spam]").await;
            desk.follow("#messages form button").await;
            assert!(desk.has(&format!("#card-{id}")).await);
        }
        let (_, status) = CHOICES[number % CHOICES.len()];
        desk.follow(&format!(".card [data-to={status}]")).await;
        expected.insert(id, status.to_owned());
    }
    assert_eq!(
        desk.text("#empty").await,
        "No comments are awaiting moderation. Well done.",
        "the queue is empty"
    );
    assert_eq!(expected.len(), 100);
    assert_eq!(statuses(&server).await, expected);
    desk.close().await;
}

/// Decides at random until nothing is left, as fast as the keys go.
async fn decide_at_random(desk: &Browser, mut seed: u64) -> i64 {
    let mut pressed = 0;
    loop {
        let left = "return document.querySelectorAll('.card:not(.decided)').length";
        if desk.run(left).await == 0 {
            return pressed;
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (key, _) = CHOICES[(seed >> 40) as usize % CHOICES.len()];
        if desk.run(HERE).await.is_null() {
            desk.keys("j").await;
            // At the end of the list, back to what was passed over.
            if desk.run(HERE).await.is_null() {
                desk.run(
                    "document.querySelector('.card:not(.decided)')?.querySelector('input')?.focus()",
                )
                .await;
            }
            continue;
        }
        desk.keys(key).await;
        pressed += 1;
        // Now and then someone thinks.
        if seed >> 60 == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn two_moderators_on_one_queue_decide_each_comment_once() {
    let server = Server::new();
    set(&server, "update settings set flood_seconds = 0").await;
    for handle in ["mo", "ada"] {
        add_staff(&server, handle, "moderator");
    }
    fill(&server, 200).await;
    let site = address(&server);
    let (mo, ada) = tokio::join!(Browser::open(&site), Browser::open(&site));
    for (desk, handle) in [(&mo, "mo"), (&ada, "ada")] {
        sign_in(desk, handle).await;
        desk.goto("/admin/comments").await;
    }
    // One from the top, one from the middle, so that they meet.
    for desk in [&mo, &ada] {
        desk.until(
            "what comes next is loaded",
            "return document.querySelectorAll('.card').length >= 100",
        )
        .await;
    }
    ada.run("document.querySelectorAll('.card')[60].querySelector('input').focus()")
        .await;
    let (first, second) = tokio::join!(decide_at_random(&mo, 7), decide_at_random(&ada, 11));
    assert!(first > 20 && second > 20, "{first} and {second}");
    for desk in [&mo, &ada] {
        desk.until(
            "the screen ends right",
            "return document.querySelector('[data-count=held]').textContent === '0'
                 && document.querySelectorAll('.card:not(.decided)').length === 0
                 && !document.getElementById('empty').hidden",
        )
        .await;
    }
    let told =
        "return [...document.querySelectorAll('.card-decided')].map((line) => line.textContent)";
    let (by_ada, by_mo) = (mo.run(told).await, ada.run(told).await);
    let lines = |told: &Value| told.as_array().expect("lines").clone();
    assert!(!lines(&by_ada).is_empty() && !lines(&by_mo).is_empty());
    for (lines, name) in [(lines(&by_ada), "ada"), (lines(&by_mo), "mo")] {
        for line in lines {
            let line = line.as_str().expect("a sentence");
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
