//! The log of the desk: what is in it, how it is read, and that nobody can change it unnoticed.

use broadsheet::accounts::{Handle, Moderator, Role};
use broadsheet::comments::screening::{Kind, Verdict};
use broadsheet::comments::{self, Status};
use broadsheet::ids::{ActId, CommentId};
use broadsheet::moderation::log_check::{self, Noted, Seen};
use broadsheet::moderation::{Filter, Ruling, bulk, store};
use broadsheet::text::markdown;
use broadsheet::{accounts, clock::Ts};
use sqlx::AssertSqlSafe;

use crate::support::TestSite;

/// A hash that no entry has.
const NO_HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

async fn moderator(site: &TestSite, handle: &str) -> Moderator {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let handle = Handle::parse(handle).expect("a handle");
    let found = accounts::store::find_by_handle(&mut db, &handle).await;
    let (account, _) = found.expect("accounts can be asked").expect("it is there");
    let acting = Moderator::acting(&mut db, account.id).await;
    acting.expect("accounts can be asked").expect("a moderator")
}

async fn decide(
    site: &TestSite,
    moderator: &Moderator,
    ids: &[CommentId],
    seen: Status,
    to: Status,
    why: &str,
) -> ActId {
    let rulings: Vec<Ruling> = ids
        .iter()
        .map(|id| Ruling {
            id: *id,
            seen,
            version: 0,
        })
        .collect();
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let act = store::next_act(&mut db).await.expect("a number");
    let decided = store::decide(&mut db, moderator, act, &rulings, to, why, site.now()).await;
    assert_eq!(decided.expect("it is decided").len(), ids.len());
    db.commit().await.expect("it is kept");
    site.app.clock.advance(60);
    act
}

async fn check(site: &TestSite, noted: Option<&Noted>) -> Seen {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let seen = log_check::check(&mut db, noted).await;
    seen.expect("whatever is in the tables, it is read")
}

/// Does what someone with the database's own password can do.
async fn attack(site: &TestSite, statements: &str) {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica")
        .execute(&mut *db)
        .await
        .expect("triggers sleep");
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut *db)
        .await
        .unwrap_or_else(|error| panic!("{statements}: {error}"));
    db.commit().await.expect("it is kept");
}

/// A site whose log has a bit of everything.
async fn with_a_log() -> (TestSite, Vec<CommentId>) {
    let site = TestSite::new().await;
    site.staff("mo", Role::Moderator).await;
    let mo = moderator(&site, "mo").await;
    let article = site.article("Tea").await;
    let mut ids = Vec::new();
    for name in ["Ann", "Bob", "Cid", "Dot", "Eve", "Fay"] {
        ids.push(site.comment(&article, name, Status::Held).await);
    }
    site.app.clock.advance(60);
    // Entry 1: two are approved. 2: one is spam.
    decide(&site, &mo, &ids[..2], Status::Held, Status::Approved, "").await;
    let spam = decide(&site, &mo, &ids[2..3], Status::Held, Status::Spam, "An ad").await;
    // 3: that was a mistake.
    bulk::undo_all(&site.app, &mo, spam).await.expect("undone");
    site.app.clock.advance(60);
    // An author changes what was approved.
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let changed = comments::store::change(
        &mut db,
        ids[0],
        0,
        "New words.",
        &markdown::comment("New words."),
        &Verdict::new(Status::Held, Vec::new()),
        Ts::EPOCH,
        site.now(),
    )
    .await;
    assert!(changed.expect("it is changed"));
    // Another takes theirs back.
    let erased = comments::store::erase(&mut db, &ids[1..2], site.now()).await;
    assert_eq!(erased.expect("it is erased"), 1);
    drop(db);
    site.app.clock.advance(60);
    // 4: all that is held by now goes, in the background.
    let held = Filter::of(Status::Held);
    let now = site.now();
    bulk::decide_all(&site.app, &mo, &held, Status::Trashed, "A raid", now)
        .await
        .expect("decided");
    site.app.clock.advance(60);
    // 5 and 6: two come back.
    decide(
        &site,
        &mo,
        &ids[3..4],
        Status::Trashed,
        Status::Approved,
        "",
    )
    .await;
    decide(
        &site,
        &mo,
        &ids[4..5],
        Status::Trashed,
        Status::Approved,
        "",
    )
    .await;
    (site, ids)
}

#[tokio::test]
async fn a_log_that_was_only_written_to_holds() {
    let site = TestSite::new().await;
    let seen = check(&site, None).await;
    assert!(seen.is_well() && seen.end.is_none() && seen.entries == 0);

    let (site, _) = with_a_log().await;
    let seen = check(&site, None).await;
    assert_eq!(seen.faults, Vec::<String>::new());
    assert_eq!((seen.entries, seen.decisions), (6, 11));
    let (position, hash) = seen.end.expect("it ends somewhere");
    assert_eq!((position, hash.len()), (6, 64));
    // What was noted holds as long as the log only grows.
    let noted = format!("{position}:{hash}").parse().expect("it is read");
    let mo = moderator(&site, "mo").await;
    let all = Filter::of(Status::Trashed);
    bulk::decide_all(&site.app, &mo, &all, Status::Held, "", site.now())
        .await
        .expect("decided");
    let seen = check(&site, Some(&noted)).await;
    assert_eq!(seen.faults, Vec::<String>::new());
    assert_eq!(seen.entries, 7);
}

#[tokio::test]
async fn whatever_is_changed_by_hand_is_noticed() {
    let (site, ids) = with_a_log().await;
    let comment = ids[3];
    let entry = "(select id from log_entries where position = 5)";
    let of_comment = format!("(select max(id) from decisions where comment_id = {comment})");
    // What an attacker does, and what must be said of it; each is done to a copy.
    let attacks = [
        (
            "a decision's status",
            format!("update decisions set to_status = 'spam' where id = {of_comment}"),
            "Entry 5 is not as it was written",
        ),
        (
            "who made a decision",
            format!("update decisions set account_id = account_id + 1 where id = {of_comment}"),
            "differs from its entry, 5",
        ),
        (
            "when a decision was made",
            format!("update decisions set decided_at = 'infinity' where id = {of_comment}"),
            "differs from its entry, 5",
        ),
        (
            "a reason",
            "update log_entries set why = 'Not an ad' where position = 2".to_owned(),
            "Entry 2 is not as it was written",
        ),
        (
            "a moment that nobody knows",
            "update log_entries set at = 'infinity' where position = 2".to_owned(),
            "Entry 2 has a kind, a moment or a status that there is none of",
        ),
        (
            "an entry is gone, its decisions are not",
            "delete from log_entries where position = 2".to_owned(),
            "Entry 2 is not there.",
        ),
        (
            "two entries are gone",
            "delete from log_entries where position in (2, 3)".to_owned(),
            "Entries 2 to 3 are not there.",
        ),
        (
            "an entry is gone, and the others moved up",
            "delete from log_entries where position = 2;
             update log_entries set position = position - 1000 where position > 2;
             update log_entries set position = position + 999 where position < 0"
                .to_owned(),
            "Entry 2 does not follow: the hash that it has for entry 1 is not that entry's.",
        ),
        (
            "the first entries are gone",
            "delete from log_entries where position < 3".to_owned(),
            "Entries 1 to 2 are not there.",
        ),
        (
            "a decision is gone",
            format!("delete from decisions where id = {of_comment}"),
            "Entry 5 counts its decisions as 1; there are 0.",
        ),
        (
            "a decision is put in",
            format!(
                "insert into decisions (act, entry, comment_id, account_id, from_status, to_status, decided_at)
                 select act, {entry}, {}, account_id, 'held', 'trashed', at from log_entries where position = 5",
                ids[5]
            ),
            "Entry 5 counts its decisions as 1; there are 2.",
        ),
        (
            "a decision is put in without an entry",
            format!(
                "insert into decisions (act, entry, comment_id, account_id, from_status, to_status, decided_at)
                 select act, 0, {}, account_id, 'held', 'trashed', at from log_entries where position = 5",
                ids[5]
            ),
            "has no entry in the log.",
        ),
        (
            "two entries are swapped",
            "update log_entries set position = -5 where position = 5;
             update log_entries set position = 5 where position = 6;
             update log_entries set position = 6 where position = -5"
                .to_owned(),
            "Entry 5 does not follow",
        ),
        (
            "an undo that undoes another comment's decision",
            format!("update decisions set undoes = {of_comment} where undoes is not null"),
            "which is no earlier one about it the other way round.",
        ),
        (
            "a comment's status",
            format!("update comments set status = 'spam' where id = {comment}"),
            "made it approved.",
        ),
        (
            "a comment is gone",
            format!("delete from comments where id = {comment}"),
            "is not there, and decision",
        ),
    ];
    for (what, statements, said) in attacks {
        attack(
            &site,
            "create table kept_entries as table log_entries;
             create table kept_decisions as table decisions;
             create table kept_comments as table comments;
             alter table log_entries drop constraint log_entries_position_check",
        )
        .await;
        attack(&site, &statements).await;
        let seen = check(&site, None).await;
        assert!(
            seen.faults.iter().any(|fault| fault.contains(said)),
            "{what}: {:?}",
            seen.faults
        );
        // As it was, for the next one.
        attack(
            &site,
            "delete from log_entries; insert into log_entries table kept_entries;
             alter table log_entries add constraint log_entries_position_check check (position > 0);
             delete from decisions; insert into decisions overriding system value table kept_decisions;
             delete from comments; insert into comments overriding system value table kept_comments;
             drop table kept_entries; drop table kept_decisions; drop table kept_comments",
        )
        .await;
        let seen = check(&site, None).await;
        assert!(seen.is_well(), "after {what}: {:?}", seen.faults);
    }
}

#[tokio::test]
async fn a_change_of_the_authors_excuses_another_status_and_one_of_the_staffs_does_not() {
    let site = TestSite::new().await;
    site.staff("mo", Role::Moderator).await;
    let mo = moderator(&site, "mo").await;
    let article = site.article("Tea").await;
    let mut ids = Vec::new();
    for name in ["Ann", "Bob", "Cid", "Dot"] {
        ids.push(site.comment(&article, name, Status::Held).await);
    }
    site.app.clock.advance(60);
    decide(&site, &mo, &ids, Status::Held, Status::Approved, "").await;
    let by_author = async |id, status, reasons| {
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let html = markdown::comment("New words.");
        let verdict = Verdict::new(status, reasons);
        let now = site.now();
        comments::store::change(
            &mut db,
            id,
            0,
            "New words.",
            &html,
            &verdict,
            Ts::EPOCH,
            now,
        )
        .await
        .map(|is_changed| assert!(is_changed))
        .expect("it is changed");
        site.app.clock.advance(60);
    };
    let by_staff = async |id, version| {
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let words = store::NewWords {
            name: "Ann".to_owned(),
            website: None,
            body: "Better words.".to_owned(),
            format: broadsheet::text::Format::Markdown,
            body_html: markdown::comment("Better words."),
        };
        let is_changed = store::edit(&mut db, &mo, id, version, &words, site.now()).await;
        assert!(is_changed.expect("it is changed"));
        site.app.clock.advance(60);
    };
    // Each of these is as it may be: what the staff changed after its author too, and what was refused for its new words.
    by_staff(ids[0], 0).await;
    by_author(ids[1], Status::Held, Vec::new()).await;
    by_staff(ids[1], 1).await;
    by_author(ids[2], Status::Trashed, vec![Kind::RefuseWord.into()]).await;
    by_author(ids[3], Status::Held, Vec::new()).await;
    assert_eq!(check(&site, None).await.faults, Vec::<String>::new());
    for (id, change, is_noticed) in [
        (ids[0], "status = 'held'", true),
        (ids[0], "status = 'spam', reasons = '{links:3}'", true),
        (ids[1], "status = 'trashed', reasons = '{}'", true),
        (ids[3], "status = 'spam', reasons = '{}'", true),
        (ids[3], "status = 'approved', reasons = '{}'", false),
    ] {
        attack(&site, "create table kept_comments as table comments").await;
        attack(
            &site,
            &format!("update comments set {change} where id = {id}"),
        )
        .await;
        let seen = check(&site, None).await;
        assert_eq!(!seen.is_well(), is_noticed, "{id} {change}");
        attack(
            &site,
            "delete from comments; insert into comments overriding system value table kept_comments; drop table kept_comments",
        )
        .await;
    }
}

#[tokio::test]
async fn many_faults_are_counted() {
    let (site, _) = with_a_log().await;
    attack(
        &site,
        "insert into decisions (act, entry, comment_id, account_id, from_status, to_status, decided_at)
         select act, 0, comment_id, account_id, from_status, to_status, decided_at from decisions, generate_series(1, 5) where undoes is null",
    )
    .await;
    let seen = check(&site, None).await;
    assert_eq!(seen.faults.len(), 20);
    assert_eq!(seen.more, 30, "{:?}", seen.faults);
}

#[tokio::test]
async fn a_log_that_was_cut_off_or_made_anew_is_noticed_by_what_was_noted() {
    let (site, _) = with_a_log().await;
    let (position, hash) = check(&site, None).await.end.expect("an end");
    let noted: Noted = format!("{position}:{hash}").parse().expect("it is read");
    let other: Noted = format!("{position}:{NO_HASH}").parse().expect("it is read");
    let seen = check(&site, Some(&other)).await;
    assert_eq!(seen.faults.len(), 1);
    assert!(seen.faults[0].contains(&hash) && seen.faults[0].contains(NO_HASH));

    // The last decision never was: the comment is as before it, and nothing else tells.
    attack(
        &site,
        "update comments set status = 'trashed' where id = (select comment_id from decisions where entry = (select id from log_entries where position = 6));
         delete from decisions where entry = (select id from log_entries where position = 6);
         delete from log_entries where position = 6",
    )
    .await;
    let seen = check(&site, None).await;
    assert_eq!(seen.faults, Vec::<String>::new());
    let seen = check(&site, Some(&noted)).await;
    assert_eq!(
        seen.faults,
        ["Entry 6, whose hash was noted, is not there: the log ends at 5."]
    );
}

#[tokio::test]
async fn the_log_tells_who_did_what_and_why() {
    let (site, _) = with_a_log().await;
    let mo = site.staff("max", Role::Moderator).await;
    let page = mo.open("/admin/log").await;
    page.has_status(200)
        .sees("Approved one comment")
        .sees("Moved 5 comments to the trash")
        .sees("A raid")
        .sees("Took back: one comment is as it was")
        .sees("Marked one comment as spam")
        .sees("Approved 2 comments")
        .sees("by mo");
    let (position, hash) = check(&site, None).await.end.expect("an end");
    page.sees(&format!("{position}:{hash}"))
        .sees("broadsheet check log --checkpoint");
    assert_eq!(page.texts_of(".log .row").len(), 6);

    let entry = mo.open("/admin/log/4").await;
    entry
        .has_status(200)
        .sees("A raid")
        .sees("Fay: Words of Fay.")
        .sees("Ann: New words.")
        .sees("held → in the trash");
    // What its author has taken back is named no more.
    mo.open("/admin/log/1")
        .await
        .sees("A comment whose words are gone")
        .does_not_see("Bob");
    let back = entry.form("/admin/comments/undo").submit().await;
    back.has_status(303);
    mo.open("/admin/log")
        .await
        .sees("Took back: 3 comments are as they were")
        .sees("by max");
    // Two of the five were decided otherwise since; nothing of it is left to take back.
    let entry = mo.open("/admin/log/4").await;
    assert!(entry.forms("/admin/comments/undo").is_empty());
    mo.open("/admin/log/99").await.has_status(404);
    assert!(check(&site, None).await.is_well());
}

#[tokio::test]
async fn the_log_is_narrowed_by_who_what_and_when() {
    let (site, _) = with_a_log().await;
    let ada = site.staff("ada", Role::Admin).await;
    let blocks = "/admin/discussion/blocks";
    ada.post_fields(blocks, &[("domain", "spam.example")]).await;
    let mo = moderator(&site, "mo").await;
    let rows = async |query: &str| {
        let page = ada.open(&format!("/admin/log?{query}")).await;
        page.has_status(200).texts_of(".log-said")
    };
    let all = rows("").await;
    assert_eq!(all.len(), 7);
    assert_eq!(rows(&format!("by={}", mo.id)).await, all[1..]);
    assert_eq!(
        rows("kind=blocked").await,
        ["Blocked the domain spam.example"]
    );
    assert_eq!(rows("kind=undone&to=held").await.len(), 1);
    assert_eq!(rows("to=spam").await, ["Marked one comment as spam"]);
    assert_eq!(rows(&format!("by={}&to=trashed", mo.id)).await.len(), 1);
    assert_eq!(rows("by=itself").await, Vec::<String>::new());
    assert_eq!(rows("from=2026-03-14&until=2026-03-14").await, all);
    assert_eq!(rows("from=2026-03-15").await, Vec::<String>::new());
    assert_eq!(rows("until=2026-03-13").await, Vec::<String>::new());
    // What is no value of its field seeks nothing in particular.
    assert_eq!(rows("by=x&kind=x&to=x&from=x&until=x&before=x").await, all);
}

#[tokio::test]
async fn a_long_log_is_paged_whatever_is_sought() {
    let (site, ids) = with_a_log().await;
    let mo = moderator(&site, "mo").await;
    let visitor = site.staff("max", Role::Moderator).await;
    let mut status = Status::Approved;
    for _ in 0..55 {
        let to = match status {
            Status::Approved => Status::Held,
            _ => Status::Approved,
        };
        decide(&site, &mo, &ids[3..4], status, to, "").await;
        status = to;
    }
    let mut seen = Vec::new();
    let mut next = Some("/admin/log?to=approved".to_owned());
    while let Some(address) = next {
        let page = visitor.open(&address).await;
        seen.extend(page.texts_of(".log-said"));
        next = page.attribute(".paging a", "href");
    }
    assert_eq!(seen.len(), 27 + 3);
    let first = visitor.open("/admin/log").await;
    assert_eq!(first.texts_of(".log-said").len(), 50);
    let older = first.attribute(".paging a", "href").expect("there is more");
    let older = visitor.open(&older).await;
    assert_eq!(older.texts_of(".log-said").len(), 11);
    assert!(older.attribute(".paging a", "href").is_none());
}

#[tokio::test]
async fn blocks_are_in_the_log_and_give_nobody_away() {
    let site = TestSite::new().await;
    let mo = site.staff("mo", Role::Moderator).await;
    let blocks = "/admin/discussion/blocks";
    for (field, typed) in [
        ("email", "canary@bird.example"),
        ("domain", "spam.example"),
        ("network", "192.0.2.0/24"),
    ] {
        // The second time changes nothing, so it is not in the log.
        for _ in 0..2 {
            let page = mo.post_fields(blocks, &[(field, typed)]).await;
            page.has_status(303);
        }
    }
    let forms = mo
        .open(blocks)
        .await
        .forms("/admin/discussion/blocks/remove");
    assert_eq!(forms.len(), 3);
    for form in forms {
        form.submit().await.has_status(303);
    }
    let page = mo.open("/admin/log").await;
    assert_eq!(
        page.texts_of(".log-said"),
        [
            "Unblocked a network",
            "Unblocked the domain spam.example",
            "Unblocked an address",
            "Blocked a network",
            "Blocked the domain spam.example",
            "Blocked an address",
        ]
    );
    let kept: Vec<String> = sqlx::query_scalar("select about from log_entries order by position")
        .fetch_all(&site.app.pool)
        .await
        .expect("the log");
    assert!(kept[0].starts_with("commenter "), "{kept:?}");
    for text in kept.iter().chain([&page.html()]) {
        assert!(!text.contains("canary") && !text.contains("192.0.2"));
    }
    page.does_not_see("commenter");
    assert!(check(&site, None).await.is_well());
}
