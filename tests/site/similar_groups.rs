//! What says nearly the same is one card, and is decided about at once; what came in is found by its words.

use std::net::{IpAddr, Ipv4Addr};

use broadsheet::accounts::{self, Handle, Moderator, Role};
use broadsheet::clock::Ts;
use broadsheet::commenters::{self, Email};
use broadsheet::comments::screening::{self, Verdict};
use broadsheet::comments::{self, NewComment, Status};
use broadsheet::ids::{CommentId, LookalikeId};
use broadsheet::moderation::filter::Filter;
use broadsheet::moderation::store::{self, Card, StandsFor};
use broadsheet::moderation::{Ruling, bulk};
use broadsheet::text::markdown;
use broadsheet::worker;
use tokio::sync::Notify;

use crate::support::TestSite;
use crate::support::makers::Made;

/// The proof of a moderator.
pub async fn moderator(site: &TestSite) -> Moderator {
    site.staff("mo", Role::Moderator).await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let handle = Handle::parse("mo").expect("a handle");
    let (account, _) = accounts::store::find_by_handle(&mut db, &handle)
        .await
        .expect("accounts can be asked")
        .expect("it was made");
    Moderator::acting(&mut db, account.id)
        .await
        .expect("accounts can be asked")
        .expect("it moderates")
}

/// What was said, and by whom.
pub struct Said<'a> {
    pub who: &'a str,
    pub network: u8,
    pub body: &'a str,
    pub verdict: Verdict,
    pub at: Ts,
}

impl<'a> Said<'a> {
    pub fn held(who: &'a str, body: &'a str, at: Ts) -> Self {
        Self {
            who,
            network: 1,
            body,
            verdict: Verdict::new(Status::Held, vec![screening::Kind::EverythingIsHeld.into()]),
            at,
        }
    }

    pub async fn on(self, site: &TestSite, article: &Made) -> CommentId {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        let email = Email::parse(&format!("{}@example.org", self.who)).expect("an address");
        let commenter = commenters::store::find_or_insert(&mut db, &site.app.keys, &email, self.at)
            .await
            .expect("a commenter");
        let comment = NewComment {
            parent_id: None,
            name: self.who.to_owned(),
            email: Some(email),
            website: None,
            body_html: markdown::comment(self.body),
            body: self.body.to_owned(),
            account_id: None,
            from: IpAddr::V4(Ipv4Addr::new(192, 0, 2, self.network)),
        };
        let id = comments::store::insert(
            &mut db,
            &site.app.keys,
            article.id,
            Some(commenter.id),
            &comment,
            &self.verdict,
            Some(self.at.plus_seconds(1_000_000)),
            self.at,
        )
        .await
        .expect("a comment goes in")
        .expect("it says something new");
        db.commit().await.expect("it is kept");
        id
    }
}

fn offer(number: i64) -> String {
    format!(
        "Hello friend number {number}! I earn ${number},000 a week from home, read how at https://money.example/{number} and start today"
    )
}

/// So many offers, a second apart, from nine networks.
async fn offers(site: &TestSite, article: &Made, numbers: std::ops::Range<i64>) -> Vec<CommentId> {
    let mut ids = Vec::new();
    for number in numbers {
        let (who, body) = (format!("friend-{number}"), offer(number));
        let mut said = Said::held(&who, &body, site.now().plus_seconds(number));
        said.network = u8::try_from(number % 9).expect("it is less than nine");
        ids.push(said.on(site, article).await);
    }
    ids
}

async fn read(site: &TestSite) {
    worker::read(&site.app).await.expect("what came in is read");
    assert_eq!(site.count("select count(*) from unread").await, 0);
}

/// The cards of what waits.
async fn cards(site: &TestSite) -> Vec<Card> {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let page = store::find_gathered(&mut db, None, 50)
        .await
        .expect("what waits is found");
    let ids: Vec<CommentId> = page.found.iter().map(|found| found.id).collect();
    store::cards(&mut db, &ids, StandsFor::AllAlike)
        .await
        .expect("there are cards")
}

async fn card_of(site: &TestSite, id: CommentId) -> Card {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    store::cards(&mut db, &[id], StandsFor::AllAlike)
        .await
        .expect("there are cards")
        .pop()
        .expect("it is there")
}

async fn decide(site: &TestSite, moderator: &Moderator, ids: &[CommentId], to: Status) -> usize {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let rulings: Vec<Ruling> = ids
        .iter()
        .map(|id| Ruling {
            id: *id,
            seen: Status::Held,
            version: 0,
        })
        .collect();
    let act = store::next_act(&mut db).await.expect("a number");
    let decided = store::decide(&mut db, moderator, act, &rulings, to, "", site.now())
        .await
        .expect("it is decided");
    db.commit().await.expect("it is kept");
    decided.len()
}

#[tokio::test]
async fn what_says_nearly_the_same_is_one_card() {
    let site = TestSite::new().await;
    let (tea, milk) = (site.article("Tea").await, site.article("Milk").await);
    let first = Said::held("ann", "Where can I buy this tea in Kyiv?", site.now())
        .on(&site, &tea)
        .await;
    let mut alike = offers(&site, &tea, 1..120).await;
    alike.extend(offers(&site, &milk, 120..215).await);
    let last = Said::held(
        "bob",
        "I prefer coffee, to be honest",
        site.now().plus_seconds(900),
    )
    .on(&site, &milk)
    .await;
    read(&site).await;
    let cards = cards(&site).await;
    let ids: Vec<CommentId> = cards.iter().map(|card| card.id).collect();
    assert_eq!(ids, [last, alike[0], first]);
    let card = &cards[1];
    assert_eq!((card.alike, card.alike_networks), (214, 9));
    assert_eq!(card.alike_since, Some(site.now().plus_seconds(1)));
    assert_eq!(card.alike_until, alike.last().copied());
    assert_eq!((cards[0].alike, cards[2].alike), (1, 1));
    assert_eq!((cards[0].lookalike_id, cards[2].lookalike_id), (None, None));
    // To read again what is read changes nothing.
    sqlx::query("insert into unread select id from comments")
        .execute(&site.app.pool)
        .await
        .expect("all are unread again");
    read(&site).await;
    assert_eq!(card_of(&site, alike[0]).await.alike, 214);
    assert_eq!(site.count("select count(*) from readings").await, 216);
}

#[tokio::test]
async fn a_decision_on_one_leaves_the_others_with_a_new_head() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let moderator = moderator(&site).await;
    let alike = offers(&site, &tea, 1..6).await;
    read(&site).await;
    assert_eq!(
        decide(&site, &moderator, &alike[..1], Status::Approved).await,
        1
    );
    let left = cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].alike), (alike[1], 4));
    // One in the middle changes no head.
    decide(&site, &moderator, &alike[2..3], Status::Spam).await;
    let left = cards(&site).await;
    assert_eq!((left[0].id, left[0].alike), (alike[1], 3));
    decide(&site, &moderator, &alike, Status::Trashed).await;
    assert!(cards(&site).await.is_empty());
}

#[tokio::test]
async fn those_who_decide_about_alike_comments_at_once_leave_the_right_head() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let moderator = moderator(&site).await;
    let alike = offers(&site, &tea, 1..6).await;
    read(&site).await;
    let like = card_of(&site, alike[0])
        .await
        .lookalike_id
        .expect("a number");
    // Whoever comes second begins while the first is not committed, and waits for it.
    let begun = Notify::new();
    let slowly = async |ids: &[CommentId]| {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        let act = store::next_act(&mut db).await.expect("a number");
        let ruling = |id: &CommentId| Ruling {
            id: *id,
            seen: Status::Held,
            version: 0,
        };
        let rulings: Vec<Ruling> = ids.iter().map(ruling).collect();
        store::decide(
            &mut db,
            &moderator,
            act,
            &rulings,
            Status::Spam,
            "",
            site.now(),
        )
        .await
        .expect("it is decided");
        begun.notify_one();
        site.until_someone_waits().await;
        db.commit().await.expect("it is kept");
    };
    let meanwhile = async |ids: &[CommentId]| {
        begun.notified().await;
        assert_eq!(
            decide(&site, &moderator, ids, Status::Trashed).await,
            ids.len()
        );
    };
    // The head goes while another of them does.
    tokio::join!(slowly(&alike[..1]), meanwhile(&alike[3..4]));
    let left = cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].alike), (alike[1], 3));
    // One joins while all the others go.
    let late = Said::held("late", "Something else", site.now().plus_seconds(60))
        .on(&site, &tea)
        .await;
    let joins = async {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        store::set_gathered(&mut db, &[(late, like)])
            .await
            .expect("it is alike");
        begun.notify_one();
        site.until_someone_waits().await;
        db.commit().await.expect("it is kept");
    };
    let others = [alike[1], alike[2], alike[4]];
    tokio::join!(joins, meanwhile(&others));
    let left = cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].alike), (late, 1));
}

#[tokio::test]
async fn all_that_are_alike_are_decided_at_once_and_later_ones_wait() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let moderator = moderator(&site).await;
    let alike = offers(&site, &tea, 1..101).await;
    read(&site).await;
    let like = card_of(&site, alike[0]).await.lookalike_id;
    assert_eq!(like, Some(LookalikeId(alike[0].0)));
    let later = offers(&site, &tea, 101..111).await;
    read(&site).await;
    let filter = Filter {
        like,
        ..Filter::of(Status::Held)
    };
    let seen = site.now().plus_seconds(100);
    let act = bulk::decide_all(&site.app, &moderator, &filter, Status::Spam, "", seen)
        .await
        .expect("it is begun");
    worker::work(&site.app).await.expect("it is done");
    for id in &alike {
        assert_eq!(site.status_of(*id).await, Status::Spam);
    }
    let left = cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].alike), (later[0], 10));
    // What is like refused ones is gathered with them.
    assert_eq!(left[0].lookalike_id, like);
    bulk::undo_all(&site.app, &moderator, act)
        .await
        .expect("it is taken back");
    worker::work(&site.app).await.expect("it is done");
    assert_eq!(card_of(&site, alike[0]).await.alike, 110);
}

#[tokio::test]
async fn what_is_taken_back_or_says_something_else_by_now_is_not_gathered() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let alike = offers(&site, &tea, 1..5).await;
    let other = Said::held(
        "ann",
        "Where can I buy this tea in Kyiv?",
        site.now().plus_seconds(60),
    )
    .on(&site, &tea)
    .await;
    read(&site).await;
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::erase(&mut db, &alike[..1], site.now())
        .await
        .expect("it is erased");
    for (id, body) in [
        (alike[2], "Sorry, I meant to ask for the recipe"),
        (other, &offer(77)),
    ] {
        let verdict = Verdict::new(Status::Held, vec![screening::Kind::Links.into()]);
        let html = markdown::comment(body);
        let is_changed =
            comments::store::change(&mut db, id, 0, body, &html, &verdict, Ts::EPOCH, site.now())
                .await
                .expect("it can be changed");
        assert!(is_changed);
    }
    db.commit().await.expect("it is kept");
    assert_eq!(card_of(&site, alike[1]).await.alike, 2);
    read(&site).await;
    let ids: Vec<(CommentId, i64)> = cards(&site)
        .await
        .iter()
        .map(|card| (card.id, card.alike))
        .collect();
    assert_eq!(ids, [(alike[2], 1), (alike[1], 3)]);
    let of_the_erased = "select count(*) from readings where comment_id not in (select id from comments where erased_at is null)";
    assert_eq!(site.count(of_the_erased).await, 0);
}

#[tokio::test]
async fn what_was_approved_is_gathered_with_nothing() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let mut ids = Vec::new();
    for (number, status) in [
        Status::Approved,
        Status::Spam,
        Status::Approved,
        Status::Held,
    ]
    .into_iter()
    .enumerate()
    {
        let (number, who) = (
            i64::try_from(number).expect("few"),
            format!("friend-{number}"),
        );
        let body = offer(number);
        let mut said = Said::held(&who, &body, site.now().plus_seconds(number));
        said.verdict = Verdict::new(status, vec![screening::Kind::Links.into()]);
        ids.push(said.on(&site, &tea).await);
    }
    read(&site).await;
    let mut gathered = Vec::new();
    for id in &ids {
        gathered.push(card_of(&site, *id).await.lookalike_id);
    }
    let like = Some(LookalikeId(ids[1].0));
    assert_eq!(gathered, [None, like, None, like]);
}

#[tokio::test]
async fn old_comments_are_forgotten_for_what_they_are_like() {
    const DAY: i64 = 24 * 60 * 60;
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let body = offer(1);
    let old = Said::held("ann", &body, site.now().plus_seconds(-29 * DAY))
        .on(&site, &tea)
        .await;
    Said::held("bob", &body, site.now().plus_seconds(-31 * DAY))
        .on(&site, &tea)
        .await;
    read(&site).await;
    let known = "select count(distinct comment_id) from likeness";
    assert_eq!(site.count(known).await, 1);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    broadsheet::moderation::reading::forget(&mut db, site.now())
        .await
        .expect("nothing is forgotten yet");
    assert_eq!(site.count(known).await, 1);
    broadsheet::moderation::reading::forget(&mut db, site.now().plus_seconds(2 * DAY))
        .await
        .expect("it is forgotten");
    assert_eq!(site.count("select count(*) from likeness").await, 0);
    assert_eq!(site.count("select count(*) from readings").await, 2);
    assert_eq!(card_of(&site, old).await.alike, 1);
}

/// The comments with these words, newest first.
async fn with(site: &TestSite, words: &str) -> Vec<CommentId> {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let filter = Filter {
        words: words.to_owned(),
        ..Filter::of(Status::Held)
    };
    let page = store::find(&mut db, &filter, None, None, 50, site.now())
        .await
        .expect("words are found");
    page.found.iter().map(|found| found.id).collect()
}

#[tokio::test]
async fn comments_are_found_by_their_words() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let later = |seconds| site.now().plus_seconds(seconds);
    let ann = Said::held("ann", "The **green** tea is the best one", later(1))
        .on(&site, &tea)
        .await;
    let bob = Said::held("bob", "Зелений чай — найкращий у п'ятницю", later(2))
        .on(&site, &tea)
        .await;
    let carl = Said::held("carl", "One more cup of black tea, please", later(3))
        .on(&site, &tea)
        .await;
    assert!(with(&site, "tea").await.is_empty());
    read(&site).await;
    for (words, found) in [
        ("tea", vec![carl, ann]),
        ("GREEN tea", vec![ann]),
        ("ЧАЙ", vec![bob]),
        ("\"зелений чай\"", vec![bob]),
        ("\"чай зелений\"", vec![]),
        ("п'ятницю", vec![bob]),
        ("tea -black", vec![ann]),
        ("green or black", vec![carl, ann]),
        ("bob", vec![bob]),
        ("strong", vec![]),
        ("te", vec![]),
        ("!!!", vec![]),
    ] {
        assert_eq!(with(&site, words).await, found, "{words}");
    }
    // Words that many have are looked for otherwise, and the same is found.
    sqlx::raw_sql("create or replace function are_rare(asked text) returns boolean language sql as 'select false'")
        .execute(&site.app.pool)
        .await
        .expect("no words are rare any more");
    assert_eq!(with(&site, "tea -black").await, [ann]);
    assert_eq!(with(&site, "tea").await, [carl, ann]);
}

#[tokio::test]
async fn what_is_being_changed_is_read_once_it_is() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let id = Said::held("ann", "Green tea", site.now())
        .on(&site, &tea)
        .await;
    let other = Said::held("bob", "Black tea", site.now())
        .on(&site, &tea)
        .await;
    let verdict = Verdict::new(Status::Held, vec![screening::Kind::Links.into()]);
    let html = markdown::comment("Black coffee");
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::change(
        &mut db,
        id,
        0,
        "Black coffee",
        &html,
        &verdict,
        Ts::EPOCH,
        site.now(),
    )
    .await
    .expect("it can be changed");
    worker::read(&site.app).await.expect("the other is read");
    assert_eq!(with(&site, "tea").await, [other]);
    db.commit().await.expect("it is kept");
    read(&site).await;
    assert_eq!(with(&site, "coffee").await, [id]);
}
