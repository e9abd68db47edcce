//! Mail to moderators: an address that is confirmed first, letters in the rhythm that was chosen, and the page on which a
//! letter's comments are decided.

use broadsheet::accounts::rotation_store::SealedAccountRow;
use broadsheet::accounts::{Role, address_store};
use broadsheet::comments::Status;
use broadsheet::config::Settings;
use broadsheet::crypto::rotation::rotate_batch;
use broadsheet::crypto::{KeyFile, Keys, hex};
use broadsheet::ids::{AccountId, CommentId};
use broadsheet::mail;
use broadsheet::mail::rotation_store::SealedEmailRow;
use broadsheet::text::{Language, dates};
use broadsheet::worker::deliver;
use sqlx::AssertSqlSafe;

use crate::hostile::{fill_with_nonsense, nonsense};
use crate::support::makers::{Made, PASSPHRASE, at};
use crate::support::smtp::{Received, Sink};
use crate::support::visitor::{Page, Visitor};
use crate::support::{Setup, TestSite};

const MO: &str = "mo.keeper@example.org";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A site with mail and a moderator.
struct Newsroom {
    sink: Sink,
    site: TestSite,
    mo: Visitor,
    article: Made,
}

impl Newsroom {
    async fn new() -> Self {
        Self::with(|setup| setup).await
    }

    async fn with(change: impl FnOnce(Setup) -> Setup) -> Self {
        let sink = Sink::start().await;
        let site = change(Setup::default().mail(&sink)).build().await;
        let mo = site.staff("mo", Role::Moderator).await;
        let article = site.article("Tea").await;
        Self {
            sink,
            site,
            mo,
            article,
        }
    }

    /// One whose moderator hears of what waits in this rhythm.
    async fn hearing(rhythm: &str) -> Self {
        let room = Self::new().await;
        room.hear(rhythm).await;
        room
    }

    async fn hear(&self, rhythm: &str) {
        give_address(&self.mo, MO, rhythm).await.has_status(303);
        self.deliver().await;
        let link = self.last_link();
        confirm(&self.site, &link).await.has_status(200);
    }

    async fn deliver(&self) {
        deliver(&self.site.app).await.expect("the database answers");
    }

    async fn held(&self, name: &str) -> CommentId {
        self.site.comment(&self.article, name, Status::Held).await
    }

    /// The letters that told of what waits.
    fn digests(&self) -> Vec<Received> {
        let all = self.sink.received().into_iter();
        all.filter(|mail| mail.text().contains("/digests/"))
            .collect()
    }

    fn last_link(&self) -> String {
        let all = self.sink.received();
        path_of(&all.last().expect("a letter").links()[0])
    }

    /// Has a digest written and sent; the address of its page.
    async fn digest(&self) -> String {
        let before = self.digests().len();
        self.deliver().await;
        let digests = self.digests();
        assert_eq!(digests.len(), before + 1, "{}", self.site.log());
        path_of(&digests[before].links()[0])
    }

    /// Someone with the link and nothing else.
    async fn open(&self, path: &str) -> Page {
        self.site.visitor().open(path).await
    }

    async fn account(&self) -> AccountId {
        AccountId(
            self.site
                .count("select id from accounts where handle = 'mo'")
                .await,
        )
    }

    async fn decisions(&self) -> i64 {
        self.site.count("select count(*) from decisions").await
    }
}

fn path_of(link: &str) -> String {
    let (_, rest) = link.split_once("://").expect("an absolute address");
    format!("/{}", rest.split_once('/').expect("a path").1)
}

async fn give_address(who: &Visitor, address: &str, rhythm: &str) -> Page {
    let page = who.open("/admin/account").await;
    page.form("/admin/account/email")
        .fill("email", address)
        .fill("digest", rhythm)
        .fill("mail_present", PASSPHRASE)
        .press("Keep this address")
        .await
}

async fn confirm(site: &TestSite, link: &str) -> Page {
    let asked = site.visitor().open(link).await;
    asked
        .has_status(200)
        .form("/moderators/")
        .press("It is my address")
        .await
}

#[tokio::test]
async fn a_digest_tells_of_what_waits_and_leads_to_it() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    room.site.app.clock.advance(1);
    room.held("Bob").await;
    room.site
        .comment(&room.article, "Cid", Status::Approved)
        .await;
    let link = room.digest().await;
    let mail = &room.digests()[0];
    assert_eq!(mail.to, [MO]);
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("2 comments wait – The Test Courier")
    );
    let text = mail.text();
    for words in [
        "2 comments on The Test Courier wait for a decision.",
        "Ann, Tea:\n\n> Words of Ann.",
        "Bob, Tea:\n\n> Words of Bob.",
    ] {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
    assert!(text.find("Bob") < text.find("Ann"), "newest first:\n{text}");
    assert!(!text.contains("Cid") && !text.contains("@"), "{text}");
    assert!(!text.contains("The log ends"), "nothing is in the log yet");
    assert!(
        text.lines()
            .all(|line| line.chars().count() <= 78 || line.contains("://"))
    );
    assert_eq!(
        (mail.links().len(), text.matches("/digests/").count()),
        (2, 1),
        "one link to the page, and one that ends the letters"
    );
    let page = room.open(&link).await;
    page.has_status(200)
        .sees("Words of Ann.")
        .sees("Words of Bob.")
        .sees("Every reply is held for now.")
        .does_not_see("Words of Cid.");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-robots-tag"), "noindex");
    assert_eq!(room.site.status_of(ann).await, Status::Held);

    // What was decided since is told at the end of the next letter, as the log's own hash.
    page.form("/digests/").decide("Approve").await;
    room.site.app.clock.advance(2 * MINUTE);
    room.held("Dora").await;
    room.digest().await;
    let last: String = sqlx::query_scalar(
        "select position || ':' || encode(hash, 'hex') from log_entries order by position desc limit 1",
    )
    .fetch_one(&room.site.app.pool)
    .await
    .expect("the log");
    let text = room.digests()[1].text().replace('\n', " ");
    assert!(
        text.contains(&format!("The log ends at {last} (for")),
        "{text}"
    );
    assert!(text.contains("Words of Dora.") && text.contains("One more has been waiting."));
    assert!(!text.contains("Words of Ann."), "told of already:\n{text}");
}

#[tokio::test]
async fn no_letter_says_that_nothing_new_waits() {
    let room = Newsroom::hearing("each").await;
    room.deliver().await;
    assert!(room.digests().is_empty());
    room.held("Ann").await;
    room.digest().await;
    for _ in 0..3 {
        room.site.app.clock.advance(HOUR);
        room.deliver().await;
    }
    assert_eq!(room.digests().len(), 1, "Ann still waits, and was told of");
    room.site.comment(&room.article, "Bob", Status::Spam).await;
    room.deliver().await;
    assert_eq!(room.digests().len(), 1);
}

#[tokio::test]
async fn each_is_told_of_at_most_every_two_minutes() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    room.digest().await;
    room.site.app.clock.advance(1);
    room.held("Bob").await;
    room.held("Cid").await;
    room.site.app.clock.advance(2 * MINUTE - 2);
    room.deliver().await;
    assert_eq!(room.digests().len(), 1);
    room.site.app.clock.advance(1);
    room.digest().await;
    let text = room.digests()[1].text();
    assert!(text.contains("Words of Bob.") && text.contains("Words of Cid."));
}

#[tokio::test]
async fn an_hour_passes_between_hourly_letters() {
    let room = Newsroom::hearing("hourly").await;
    room.held("Ann").await;
    room.digest().await;
    room.site.app.clock.advance(1);
    room.held("Bob").await;
    room.site.app.clock.advance(HOUR - 2);
    room.deliver().await;
    assert_eq!(room.digests().len(), 1);
    room.site.app.clock.advance(1);
    room.digest().await;
}

#[tokio::test]
async fn a_daily_letter_comes_at_eight_where_the_publication_is() {
    let room = Newsroom::with(|setup| {
        setup.publication(|publication| {
            publication.zone = dates::zone("Europe/Kyiv").expect("a zone");
        })
    })
    .await;
    // It is 17:09 in Kyiv.
    room.hear("daily").await;
    room.held("Ann").await;
    room.deliver().await;
    assert!(room.digests().is_empty());
    let eight = at("2026-03-15T06:00:00Z");
    let left = (eight.unix_micros() - room.site.now().unix_micros()) / 1_000_000;
    room.site.app.clock.advance(left - 1);
    room.deliver().await;
    assert!(room.digests().is_empty());
    room.site.app.clock.advance(1);
    room.digest().await;
    // What comes at nine is for the next morning.
    room.site.app.clock.advance(HOUR);
    room.held("Bob").await;
    room.site.app.clock.advance(22 * HOUR);
    room.deliver().await;
    assert_eq!(room.digests().len(), 1);
    room.site.app.clock.advance(HOUR);
    room.digest().await;
}

#[tokio::test]
async fn a_comment_that_waits_anew_is_news() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    let page = room.open(&link).await;
    page.form("/digests/").decide("Approve").await;
    room.site.app.clock.advance(DAY);
    room.mo
        .post_fields(
            "/admin/comments",
            &[("one", &format!("held {ann}:approved:0"))],
        )
        .await
        .has_status(303);
    room.digest().await;
}

#[tokio::test]
async fn two_processes_write_one_letter() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    let (one, other) = tokio::join!(deliver(&room.site.app), deliver(&room.site.app));
    one.and(other).expect("the database answers");
    assert_eq!(room.digests().len(), 1);
    assert_eq!(room.site.count("select count(*) from digests").await, 1);
}

#[tokio::test]
async fn a_letter_tells_of_fifty_at_most_and_how_many_more_wait() {
    let room = Newsroom::hearing("hourly").await;
    for number in 0..52 {
        room.held(&format!("Reader{number}")).await;
    }
    let link = room.digest().await;
    let mail = &room.digests()[0];
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("52 comments wait – The Test Courier")
    );
    let text = mail.text();
    assert_eq!(text.matches("> Words of").count(), 50);
    assert!(text.contains("2 more have been waiting."), "{text}");
    let page = room.open(&link).await;
    assert_eq!(page.texts_of(".card").len(), 50);
    page.form("/digests/").press("Spam").await;
    assert_eq!(
        room.site
            .count("select count(*) from comments where status = 'spam'")
            .await,
        1
    );
}

#[tokio::test]
async fn the_beginning_of_long_words_is_told() {
    let room = Newsroom::hearing("each").await;
    let id = room.held("Ann").await;
    let long = "слово ".repeat(100);
    sqlx::query("update comments set body = $2, body_html = '<p>' || $2 || '</p>' where id = $1")
        .bind(id.0)
        .bind(&long)
        .execute(&room.site.app.pool)
        .await
        .expect("long words");
    room.digest().await;
    let text = room.digests()[0].text();
    let quoted: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("> "))
        .collect();
    let quoted = quoted.join(" ");
    assert!(
        quoted.ends_with('…') && quoted.chars().count() <= 160,
        "{quoted}"
    );
    assert!(quoted.chars().count() > 140, "{quoted}");
}

#[tokio::test]
async fn letters_count_as_the_language_does() {
    let room = Newsroom::with(|setup| {
        setup.publication(|publication| publication.language = Language::Ukrainian)
    })
    .await;
    let page = room.mo.open("/admin/account").await;
    page.form("/admin/account/email")
        .fill("email", MO)
        .fill("digest", "each")
        .fill("mail_present", PASSPHRASE)
        .press("Зберегти цю адресу")
        .await
        .has_status(303);
    room.deliver().await;
    let link = room.last_link();
    let asked = room.open(&link).await;
    asked
        .form("/moderators/")
        .press("Це моя адреса")
        .await
        .has_status(200);
    for name in ["Анна", "Богдан"] {
        room.held(name).await;
    }
    room.digest().await;
    let mail = &room.digests()[0];
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("Очікують 2 коментарі – The Test Courier")
    );
}

#[tokio::test]
async fn the_page_of_a_digest_decides_and_takes_back() {
    let room = Newsroom::hearing("each").await;
    let (ann, bob) = (room.held("Ann").await, room.held("Bob").await);
    let link = room.digest().await;
    let page = room.open(&link).await;
    let form = page.form("/digests/");
    assert_eq!(
        form.labels(),
        [
            "Approve", "Spam", "Trash", "Approve", "Spam", "Trash", "Approve", "Spam", "Trash"
        ]
    );
    let after = form.decide("Approve").await.follow().await;
    after
        .sees("One comment approved.")
        .sees("The comment by Bob is approved, decided by mo.")
        .does_not_see("Words of Bob.")
        .sees("Words of Ann.");
    assert_eq!(room.site.status_of(bob).await, Status::Approved);
    let entry: (String, String, String) = sqlx::query_as(
        "select kind::text, why, handle from log_entries join accounts on accounts.id = account_id order by position desc limit 1",
    )
    .fetch_one(&room.site.app.pool)
    .await
    .expect("the log");
    assert_eq!(
        entry,
        ("decided".into(), "from a digest".into(), "mo".into())
    );
    room.open(&room.article.path).await.sees("Words of Bob.");

    let back = after.forms("/digests/").remove(0).press("Undo").await;
    let back = back.follow().await;
    back.sees("Undone: one comment is as it was.")
        .sees("Words of Bob.");
    assert_eq!(room.site.status_of(bob).await, Status::Held);

    let all = back.form("/digests/");
    let (name, value) = ("all".to_owned(), "trashed".to_owned());
    let done = all.tick(&name, &value).submit().await.follow().await;
    done.sees("2 comments moved to the trash.")
        .sees("Nothing of this waits any more.");
    for id in [ann, bob] {
        assert_eq!(room.site.status_of(id).await, Status::Trashed);
    }
    assert_eq!(
        room.site
            .count("select count(*) from log_entries where account_id is null")
            .await,
        0
    );
}

#[tokio::test]
async fn opening_the_page_does_nothing() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    for _ in 0..2 {
        room.open(&link).await.has_status(200);
        room.site.visitor().head(&link).await.has_status(200);
        room.open(&format!("{link}&one=spam+{ann}:held:0&all=spam&undo=1"))
            .await
            .has_status(200);
    }
    let stop = path_of(&room.digests()[0].links()[1]);
    room.open(&stop).await.has_status(200).sees("Stop them");
    assert_eq!(room.decisions().await, 0);
    assert_eq!(
        room.site
            .count("select count(*) from accounts where digest = 'each'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_digest_decides_about_its_own_comments_as_they_were_shown() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    let other = room.held("Other").await;
    let approved = room
        .site
        .comment(&room.article, "Bob", Status::Approved)
        .await;
    let eve = room.site.visitor();
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
    assert_eq!(room.decisions().await, 0);
    // Nor does it take back what was not decided from it.
    let queue = room.mo.open("/admin/comments").await;
    queue
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    assert_eq!(room.site.status_of(other).await, Status::Approved);
    let act = room
        .site
        .count("select max(act) from decisions")
        .await
        .to_string();
    eve.post_fields(&link, &[("undo", &act)])
        .await
        .has_status(404);
    assert_eq!(room.site.status_of(other).await, Status::Approved);
}

#[tokio::test]
async fn what_was_decided_elsewhere_says_by_whom() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    let bob = room.held("Bob").await;
    let link = room.digest().await;
    let page = room.open(&link).await;
    let ada = room.site.staff("ada", Role::Admin).await;
    let queue = ada.open("/admin/comments").await;
    queue
        .form("/admin/comments")
        .decide("Spam")
        .await
        .has_status(303);
    assert_eq!(room.site.status_of(bob).await, Status::Spam);
    // From the page as it was: Bob stays as Ada decided.
    let after = page
        .form("/digests/")
        .decide("Approve")
        .await
        .follow()
        .await;
    after
        .sees("Someone else decided first: the comment by Bob is spam (ada). It stays so.")
        .sees("The comment by Bob is spam, decided by ada.")
        .sees("Words of Ann.");
    assert_eq!(room.site.status_of(bob).await, Status::Spam);
    // What its author took back is counted, and shown no more.
    let mut db = room.site.app.pool.acquire().await.expect("a connection");
    broadsheet::comments::store::erase(&mut db, &[bob], room.site.now())
        .await
        .expect("Bob takes it back");
    drop(db);
    room.open(&link)
        .await
        .sees("One comment was taken back.")
        .does_not_see("comment by Bob");
}

/// The page is void and does nothing.
async fn is_void(room: &Newsroom, link: &str, id: CommentId) {
    let page = room.open(link).await;
    page.has_status(404)
        .sees("This address does not work any more")
        .does_not_see("Words of");
    assert_eq!(
        page.attribute("article a", "href").as_deref(),
        Some("/admin/comments")
    );
    let one = format!("spam {id}:held:0");
    let answer = room
        .site
        .visitor()
        .post_fields(link, &[("one", &one)])
        .await;
    answer.has_status(404);
    assert_eq!(room.site.status_of(id).await, Status::Held);
}

#[tokio::test]
async fn the_page_works_for_a_week() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    room.site.app.clock.advance(7 * DAY - 1);
    room.open(&link).await.has_status(200);
    room.site.app.clock.advance(1);
    is_void(&room, &link, ann).await;
    broadsheet::worker::forget(&room.site.app)
        .await
        .expect("a round");
    assert_eq!(room.site.count("select count(*) from digests").await, 0);
}

#[tokio::test]
async fn a_made_up_key_opens_no_digest() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    let (path, key) = link.split_once("?key=").expect("a key");
    let turned: String = key.chars().rev().collect();
    for key in ["", "x", &turned] {
        is_void(&room, &format!("{path}?key={key}"), ann).await;
    }
    is_void(&room, &format!("/digests/999999?key={key}"), ann).await;
    // The key of one digest opens no other.
    room.site.app.clock.advance(HOUR);
    room.held("Bob").await;
    let other = room.digest().await;
    let (_, other_key) = other.split_once("?key=").expect("a key");
    is_void(&room, &format!("{path}?key={other_key}"), ann).await;
}

#[tokio::test]
async fn signing_out_everywhere_makes_the_page_void() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    let page = room.mo.open("/admin/account").await;
    page.form("/admin/sign-out-everywhere")
        .submit()
        .await
        .has_status(303);
    is_void(&room, &link, ann).await;
}

#[tokio::test]
async fn another_passphrase_makes_the_page_void() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    let page = room.mo.open("/admin/account").await;
    page.forms("/admin/account")
        .remove(0)
        .fill("present", PASSPHRASE)
        .fill("new", "another long enough passphrase")
        .submit()
        .await
        .has_status(303);
    is_void(&room, &link, ann).await;
    // The next letter's page works.
    room.site.app.clock.advance(HOUR);
    room.held("Bob").await;
    let link = room.digest().await;
    room.open(&link).await.has_status(200);
}

#[tokio::test]
async fn an_account_that_is_gone_has_no_page_and_no_letter() {
    let room = Newsroom::hearing("each").await;
    let ann = room.held("Ann").await;
    let link = room.digest().await;
    room.site.app.clock.advance(HOUR);
    room.held("Bob").await;
    // Written and not sent yet.
    broadsheet::moderation::digest::write_due(&room.site.app)
        .await
        .expect("a letter is written");
    assert_eq!(room.site.count("select count(*) from outbox").await, 1);
    sqlx::query("delete from accounts where handle = 'mo'")
        .execute(&room.site.app.pool)
        .await
        .expect("an account without traces can go");
    room.deliver().await;
    assert_eq!(room.digests().len(), 1);
    is_void(&room, &link, ann).await;
}

#[tokio::test]
async fn presses_of_one_network_are_limited() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    let link = room.digest().await;
    let eve = room.site.visitor();
    let mut refused = 0;
    for _ in 0..80 {
        let page = eve.post_fields(&link, &[("all", "spam")]).await;
        refused += usize::from(page.status == 429);
    }
    assert!((1..=20).contains(&refused), "{refused}");
    room.open(&link).await.has_status(200);
}

#[tokio::test]
async fn one_press_of_a_mail_program_ends_the_digests() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    room.digest().await;
    let mail = &room.digests()[0];
    let header = mail.header("List-Unsubscribe").expect("a header");
    assert_eq!(
        mail.header("List-Unsubscribe-Post").as_deref(),
        Some("List-Unsubscribe=One-Click")
    );
    let stop = path_of(header.trim_matches(['<', '>']));
    room.site
        .visitor()
        .post(&stop.replace("key=", "key=0"), "")
        .await
        .has_status(404);
    // It works when the pages are void, too.
    room.mo
        .open("/admin/account")
        .await
        .form("/admin/sign-out-everywhere")
        .submit()
        .await;
    room.site.app.clock.advance(30 * DAY);
    let done = room
        .site
        .visitor()
        .post(&stop, "List-Unsubscribe=One-Click")
        .await;
    done.has_status(200).sees("No more of these letters come");
    room.held("Bob").await;
    room.deliver().await;
    assert_eq!(room.digests().len(), 1);
    assert_eq!(
        room.site
            .count(
                "select count(*) from accounts where digest = 'never' and email_sealed is not null"
            )
            .await,
        1
    );
}

#[tokio::test]
async fn an_address_that_nobody_confirmed_is_never_written_to() {
    let room = Newsroom::new().await;
    give_address(&room.mo, MO, "each").await.has_status(303);
    room.held("Ann").await;
    for _ in 0..3 {
        room.deliver().await;
        room.site.app.clock.advance(HOUR);
    }
    assert_eq!(room.sink.received().len(), 1, "the letter that asks");
    let asking = &room.sink.received()[0];
    assert_eq!(
        asking.header("Subject").as_deref(),
        Some("Is this your address? – The Test Courier")
    );
    let link = room.last_link();
    // Opening the link is not enough, nor is another key.
    room.open(&link).await.has_status(200);
    room.site.visitor().head(&link).await.has_status(200);
    room.open(&link.replace("key=", "key=0"))
        .await
        .has_status(404);
    room.site
        .visitor()
        .post(&link.replace("key=", "key=0"), "")
        .await
        .has_status(404);
    room.deliver().await;
    assert_eq!(room.sink.received().len(), 1);
    // Two days later it is too late.
    room.site.app.clock.advance(2 * DAY);
    room.open(&link).await.has_status(404).sees("too old");
    room.site.visitor().post(&link, "").await.has_status(404);
    room.deliver().await;
    assert_eq!(room.sink.received().len(), 1);
}

#[tokio::test]
async fn another_address_has_to_be_confirmed_anew() {
    let room = Newsroom::hearing("each").await;
    let first = room.last_link();
    room.held("Ann").await;
    // Written for the first address, and not sent yet.
    broadsheet::moderation::digest::write_due(&room.site.app)
        .await
        .expect("a letter is written");
    room.mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "stranger@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Keep this address")
        .await
        .has_status(422)
        .sees("You gave an address a moment ago.");
    room.site.app.clock.advance(MINUTE);
    room.mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "stranger@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Keep this address")
        .await
        .has_status(303);
    room.deliver().await;
    let to_stranger: Vec<Received> = room
        .sink
        .received()
        .into_iter()
        .filter(|mail| mail.to == ["stranger@example.net"])
        .collect();
    assert_eq!(to_stranger.len(), 1);
    assert!(!to_stranger[0].text().contains("Ann"));
    assert!(room.digests().is_empty());
    // The first link confirms the first address, and no other.
    room.site.visitor().post(&first, "").await.has_status(404);
    room.site.app.clock.advance(HOUR);
    room.deliver().await;
    assert!(room.digests().is_empty());
    confirm(&room.site, &room.last_link()).await.has_status(200);
    room.digest().await;
    assert_eq!(room.digests()[0].to, ["stranger@example.net"]);
}

#[tokio::test]
async fn an_address_is_kept_for_the_passphrase_and_never_shown() {
    let room = Newsroom::new().await;
    let form = || async {
        room.mo
            .open("/admin/account")
            .await
            .form("/admin/account/email")
    };
    let wrong = form()
        .await
        .fill("email", MO)
        .fill("digest", "daily")
        .fill("mail_present", "a wrong long passphrase")
        .press("Keep this address")
        .await;
    wrong
        .has_status(422)
        .sees("This is not your present passphrase.");
    let back = wrong.form("/admin/account/email");
    assert_eq!((back.value("email"), back.value("digest")), (MO, "daily"));
    let malformed = form()
        .await
        .fill("email", "mo at home")
        .fill("mail_present", PASSPHRASE)
        .press("Keep this address")
        .await;
    malformed
        .has_status(422)
        .sees("This is not an email address");
    assert_eq!(
        room.site
            .count("select count(*) from accounts where email_sealed is not null")
            .await,
        0
    );
    room.hear("daily").await;
    let page = room.mo.open("/admin/account").await;
    page.sees("An address is kept, and confirmed.");
    assert!(!page.html().contains("mo.keeper"), "{}", page.html());
    assert!(!room.site.log().contains("mo.keeper"));
    let rows: String = sqlx::query_scalar(AssertSqlSafe(
        "select string_agg(accounts::text, ' ') from accounts".to_owned(),
    ))
    .fetch_one(&room.site.app.pool)
    .await
    .expect("accounts");
    assert!(!rows.contains("mo.keeper") && !rows.contains(&hex(b"mo.keeper")));
    // Another rhythm needs no passphrase, taking the address away does.
    page.form("/admin/account/digest")
        .fill("digest", "hourly")
        .submit()
        .await
        .follow()
        .await
        .sees("From now on you hear as often as that.");
    page.form("/admin/account/email")
        .press("Remove the address")
        .await
        .has_status(422);
    page.form("/admin/account/email")
        .fill("mail_present", PASSPHRASE)
        .press("Remove the address")
        .await
        .follow()
        .await
        .sees("The address is forgotten.");
    room.held("Ann").await;
    room.deliver().await;
    assert!(room.digests().is_empty());
}

#[tokio::test]
async fn an_address_of_the_staff_from_which_mail_comes_back_is_left_alone() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    room.sink
        .refuse_recipients(&["550 5.1.1 <mo.keeper@example.org> pelican: no such reader"]);
    room.deliver().await;
    for name in ["Bob", "Cid"] {
        room.site.app.clock.advance(HOUR);
        room.held(name).await;
        room.deliver().await;
    }
    // The letter that asked, and the one that came back.
    assert_eq!((room.sink.heard("RCPT"), room.digests().len()), (2, 0));
    assert_eq!(room.site.count("select count(*) from outbox").await, 0);
    assert!(!room.site.log().contains("pelican") && !room.site.log().contains("mo.keeper"));
    room.mo
        .open("/admin/account")
        .await
        .sees("Mail to the address that is kept came back");
    // Another address begins anew.
    give_again(&room).await;
    room.digest().await;
}

async fn give_again(room: &Newsroom) {
    room.mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "mo@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Keep this address")
        .await
        .has_status(303);
    room.deliver().await;
    confirm(&room.site, &room.last_link()).await.has_status(200);
}

#[tokio::test]
async fn addresses_and_letters_of_the_staff_are_sealed_anew_with_a_new_key() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    broadsheet::moderation::digest::write_due(&room.site.app)
        .await
        .expect("a letter is written");
    let new = [43; 32];
    let text = format!("{}\n{}\n", hex(&new), hex(&[42; 32]));
    let ring: Keys = KeyFile::parse(&text).expect("two keys").keys();
    let mut db = room.site.app.pool.acquire().await.expect("a connection");
    let addresses = rotate_batch::<SealedAccountRow>(&mut db, &ring, 0)
        .await
        .expect("addresses");
    let letters = rotate_batch::<SealedEmailRow>(&mut db, &ring, 0)
        .await
        .expect("letters");
    assert_eq!((addresses.rotated, addresses.undecryptable), (1, 0));
    assert_eq!((letters.rotated, letters.undecryptable), (1, 0));
    let again = rotate_batch::<SealedAccountRow>(&mut db, &ring, 0)
        .await
        .expect("addresses");
    assert_eq!((again.rotated, again.undecryptable), (0, 0));
    drop(db);
    // With the new key alone both open.
    room.site.app.keys.replace(&Keys::from_secret(&new));
    sqlx::query("update settings set key_id = $1")
        .bind(&ring.id()[..])
        .execute(&room.site.app.pool)
        .await
        .expect("a new key");
    room.deliver().await;
    let digests = room.digests();
    assert_eq!(digests.len(), 1);
    assert_eq!(digests[0].to, [MO]);
    // And with a key that is not there, neither is touched.
    let mut db = room.site.app.pool.acquire().await.expect("a connection");
    let other = Keys::from_secret(&[44; 32]);
    let closed = rotate_batch::<SealedAccountRow>(&mut db, &other, 0)
        .await
        .expect("addresses");
    assert_eq!((closed.rotated, closed.undecryptable), (0, 1));
    let id = room.account().await;
    let kept = address_store::find(&mut db, id).await.expect("it is asked");
    assert!(kept.is_some_and(|mail| mail.confirmed_at.is_some()));
}

#[tokio::test]
async fn a_letter_to_the_staff_opens_for_no_reader() {
    let room = Newsroom::hearing("each").await;
    room.held("Ann").await;
    broadsheet::moderation::digest::write_due(&room.site.app)
        .await
        .expect("a letter is written");
    let sealed: Vec<u8> = sqlx::query_scalar("select letter from outbox")
        .fetch_one(&room.site.app.pool)
        .await
        .expect("the letter");
    let (keys, id) = (&room.site.app.keys, room.account().await);
    assert!(mail::outbox::open(keys, id, &sealed).is_ok());
    assert!(mail::outbox::open(keys, AccountId(id.0 + 1), &sealed).is_err());
    let reader = broadsheet::ids::CommenterId(id.0);
    assert!(mail::outbox::open(keys, reader, &sealed).is_err());
}

#[tokio::test]
async fn no_field_of_its_page_breaks_it() {
    let by_proxy = |settings: &mut Settings| settings.trusted_proxies = Some("127.0.0.1".into());
    let room = Newsroom::with(|setup| setup.settings(by_proxy)).await;
    room.hear("each").await;
    room.held("Ann").await;
    room.site.app.clock.advance(1);
    room.held("Bob").await;
    let link = room.digest().await;
    let reader = room.site.visitor();
    let page = reader.open(&link).await;
    let forms = page.has_status(200).forms("/digests/");
    assert!(!forms.is_empty());
    for form in forms {
        fill_with_nonsense(&reader, &form).await;
    }
    for value in nonsense() {
        let short: String = value.chars().take(3_000).collect();
        let said = url::form_urlencoded::byte_serialize(short.as_bytes()).collect::<String>();
        for field in ["act", "passed", "nothing"] {
            let page = room.open(&format!("{link}&{field}={said}")).await;
            assert!(page.status.as_u16() < 500, "{field} {short:.40?}");
        }
        let (page, _) = link.split_once("?key=").expect("it is signed");
        room.open(&format!("{page}?key={said}"))
            .await
            .has_status(404);
    }
    assert_eq!(room.decisions().await, 0);
    room.open(&link).await.sees("Ann").sees("Bob");
}
