//! Tests of the audit log: an untouched log is intact, and every manual change in the database is detected.

use broadsheet::accounts::{Moderator, Role, Username};
use broadsheet::audit_log::verify::{Checkpoint, VerifyReport, verify_log};
use broadsheet::comments::screening::{ReasonKind, Verdict};
use broadsheet::comments::{self, Status};
use broadsheet::ids::{ActionId, CommentId};
use broadsheet::moderation::{DecisionRequest, QueueFilter, bulk, store};
use broadsheet::text::markdown;
use broadsheet::{accounts, clock::Ts};
use sqlx::AssertSqlSafe;

use crate::support::TestSite;

/// Hash that no entry of the audit log has.
pub(crate) const NO_HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub(crate) async fn moderator(site: &TestSite, handle: &str) -> Moderator {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let handle = Username::parse(handle).expect("a username");
    let found = accounts::store::find_by_username(&mut db, &handle).await;
    let (account, _) = found
        .expect("the database answers")
        .expect("the account exists");
    let acting = Moderator::load_active(&mut db, account.id).await;
    acting
        .expect("the database answers")
        .expect("the account may moderate")
}

pub(crate) async fn decide(
    site: &TestSite,
    moderator: &Moderator,
    ids: &[CommentId],
    seen: Status,
    to: Status,
    why: &str,
) -> ActionId {
    let rulings: Vec<DecisionRequest> = ids
        .iter()
        .map(|id| DecisionRequest {
            id: *id,
            expected_status: seen,
            expected_version: 0,
        })
        .collect();
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let act = store::decisions::reserve_action_id(&mut db)
        .await
        .expect("an action id");
    let decided =
        store::decisions::decide(&mut db, moderator, act, &rulings, to, why, site.now()).await;
    assert_eq!(decided.expect("the comments are decided").len(), ids.len());
    db.commit().await.expect("the transaction commits");
    site.app.clock.advance(60);
    act
}

pub(crate) async fn check(site: &TestSite, checkpoint: Option<&Checkpoint>) -> VerifyReport {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let seen = verify_log(&mut db, checkpoint).await;
    seen.expect("the audit log is read")
}

/// Runs SQL statements as an attacker with the database password could, bypassing the protection of the audit log.
pub(crate) async fn attack(site: &TestSite, statements: &str) {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica")
        .execute(&mut *db)
        .await
        .expect("the triggers are disabled");
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut *db)
        .await
        .unwrap_or_else(|error| panic!("{statements}: {error}"));
    db.commit().await.expect("the transaction commits");
}

/// Creates a site whose audit log has six entries of several kinds. Returns it with the ids of its comments.
pub(crate) async fn site_with_log() -> (TestSite, Vec<CommentId>) {
    let site = TestSite::new().await;
    site.staff("mo", Role::Moderator).await;
    let mo = moderator(&site, "mo").await;
    let article = site.article("Tea").await;
    let mut ids = Vec::new();
    for name in ["Ann", "Bob", "Cid", "Dot", "Eve", "Fay"] {
        ids.push(site.comment(&article, name, Status::Held).await);
    }
    site.app.clock.advance(60);
    // Entry 1 approves two comments; entry 2 marks one as spam.
    decide(&site, &mo, &ids[..2], Status::Held, Status::Approved, "").await;
    let spam = decide(&site, &mo, &ids[2..3], Status::Held, Status::Spam, "An ad").await;
    // Entry 3 undoes entry 2.
    bulk::undo_all(&site.app, &mo, spam)
        .await
        .expect("the bulk action is undone");
    site.app.clock.advance(60);
    // An author edits an approved comment.
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let changed = comments::store::author::update_body(
        &mut db,
        ids[0],
        0,
        "New words.",
        &markdown::render_comment("New words."),
        &Verdict::new(Status::Held, Vec::new()),
        Ts::EPOCH,
        site.now(),
    )
    .await;
    assert!(changed.expect("the comment is changed"));
    // Another author deletes theirs.
    let erased = comments::store::erase::erase(&mut db, &ids[1..2], site.now()).await;
    assert_eq!(erased.expect("the comment is erased"), 1);
    drop(db);
    site.app.clock.advance(60);
    // Entry 4 is a bulk action on all held comments.
    let held = QueueFilter::with_status(Status::Held);
    let now = site.now();
    bulk::decide_all(&site.app, &mo, &held, Status::Trashed, "A raid", now)
        .await
        .expect("the bulk action starts");
    site.app.clock.advance(60);
    // Entries 5 and 6 approve two of them.
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
async fn an_untouched_audit_log_is_intact() {
    let site = TestSite::new().await;
    let seen = check(&site, None).await;
    assert!(seen.is_intact() && seen.end.is_none() && seen.entries == 0);

    let (site, _) = site_with_log().await;
    let seen = check(&site, None).await;
    assert_eq!(seen.faults, Vec::<String>::new());
    assert_eq!((seen.entries, seen.decisions), (6, 11));
    let (position, hash) = seen.end.expect("the audit log has an end");
    assert_eq!((position, hash.len()), (6, 64));
    // A checkpoint stays valid while the log only grows.
    let noted = format!("{position}:{hash}")
        .parse()
        .expect("a position and a hash are a checkpoint");
    let mo = moderator(&site, "mo").await;
    let all = QueueFilter::with_status(Status::Trashed);
    bulk::decide_all(&site.app, &mo, &all, Status::Held, "", site.now())
        .await
        .expect("the bulk action starts");
    let seen = check(&site, Some(&noted)).await;
    assert_eq!(seen.faults, Vec::<String>::new());
    assert_eq!(seen.entries, 7);
}

#[tokio::test]
async fn every_manual_change_of_the_audit_log_is_reported() {
    let (site, ids) = site_with_log().await;
    let comment = ids[3];
    let entry = "(select id from audit_log where position = 5)";
    let of_comment = format!("(select max(id) from decisions where comment_id = {comment})");
    // Attacks with the expected report; each one runs on its own copy of the database.
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
            "update audit_log set note = 'Not an ad' where position = 2".to_owned(),
            "Entry 2 is not as it was written",
        ),
        (
            "an unknown time",
            "update audit_log set at = 'infinity' where position = 2".to_owned(),
            "Entry 2 has a kind, a moment or a status that there is none of",
        ),
        (
            "an entry is gone, its decisions are not",
            "delete from audit_log where position = 2".to_owned(),
            "Entry 2 is not there.",
        ),
        (
            "two entries are gone",
            "delete from audit_log where position in (2, 3)".to_owned(),
            "Entries 2 to 3 are not there.",
        ),
        (
            "an entry is gone, and the others moved up",
            "delete from audit_log where position = 2;
             update audit_log set position = position - 1000 where position > 2;
             update audit_log set position = position + 999 where position < 0"
                .to_owned(),
            "Entry 2 does not follow: the hash that it has for entry 1 is not that entry's.",
        ),
        (
            "the first entries are gone",
            "delete from audit_log where position < 3".to_owned(),
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
                "insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, decided_at)
                 select action_id, {entry}, {}, account_id, 'held', 'trashed', at from audit_log where position = 5",
                ids[5]
            ),
            "Entry 5 counts its decisions as 1; there are 2.",
        ),
        (
            "a decision is put in without an entry",
            format!(
                "insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, decided_at)
                 select action_id, 0, {}, account_id, 'held', 'trashed', at from audit_log where position = 5",
                ids[5]
            ),
            "has no entry in the log.",
        ),
        (
            "two entries are swapped",
            "update audit_log set position = -5 where position = 5;
             update audit_log set position = 5 where position = 6;
             update audit_log set position = 6 where position = -5"
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
            "create table kept_entries as table audit_log;
             create table kept_decisions as table decisions;
             create table kept_comments as table comments;
             alter table audit_log drop constraint audit_log_position_check",
        )
        .await;
        attack(&site, &statements).await;
        let seen = check(&site, None).await;
        assert!(
            seen.faults.iter().any(|fault| fault.contains(said)),
            "{what}: {:?}",
            seen.faults
        );
        // Restores the log for the next attack.
        attack(
            &site,
            "delete from audit_log; insert into audit_log table kept_entries;
             alter table audit_log add constraint audit_log_position_check check (position > 0);
             delete from decisions; insert into decisions overriding system value table kept_decisions;
             delete from comments; insert into comments overriding system value table kept_comments;
             drop table kept_entries; drop table kept_decisions; drop table kept_comments",
        )
        .await;
        let seen = check(&site, None).await;
        assert!(seen.is_intact(), "after {what}: {:?}", seen.faults);
    }
}

#[tokio::test]
async fn the_audit_log_check_accepts_a_new_status_after_an_author_edit_but_not_after_a_staff_edit()
{
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
        let html = markdown::render_comment("New words.");
        let verdict = Verdict::new(status, reasons);
        let now = site.now();
        comments::store::author::update_body(
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
        .expect("the comment is changed");
        site.app.clock.advance(60);
    };
    let by_staff = async |id, version| {
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let words = store::edit::EditedText {
            name: "Ann".to_owned(),
            website: None,
            body: "Better words.".to_owned(),
            format: broadsheet::text::BodyFormat::Markdown,
            body_html: markdown::render_comment("Better words."),
        };
        let is_changed = store::edit::update(&mut db, &mo, id, version, &words, site.now()).await;
        assert!(is_changed.expect("the comment is changed"));
        site.app.clock.advance(60);
    };
    // These statuses are all legitimate: a staff edit after an author edit, and a comment refused after an edit.
    by_staff(ids[0], 0).await;
    by_author(ids[1], Status::Held, Vec::new()).await;
    by_staff(ids[1], 1).await;
    by_author(ids[2], Status::Trashed, vec![ReasonKind::RefuseWord.into()]).await;
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
        assert_eq!(!seen.is_intact(), is_noticed, "{id} {change}");
        attack(
            &site,
            "delete from comments; insert into comments overriding system value table kept_comments; drop table kept_comments",
        )
        .await;
    }
}

#[tokio::test]
async fn audit_log_faults_beyond_the_first_twenty_are_only_counted() {
    let (site, _) = site_with_log().await;
    attack(
        &site,
        "insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, decided_at)
         select action_id, 0, comment_id, account_id, from_status, to_status, decided_at from decisions, generate_series(1, 5) where undoes is null",
    )
    .await;
    let seen = check(&site, None).await;
    assert_eq!(seen.faults.len(), 20);
    assert_eq!(seen.unlisted_faults, 30, "{:?}", seen.faults);
}

#[tokio::test]
async fn a_truncated_or_rewritten_audit_log_does_not_match_a_checkpoint() {
    let (site, _) = site_with_log().await;
    let (position, hash) = check(&site, None)
        .await
        .end
        .expect("the audit log has an end");
    let noted: Checkpoint = format!("{position}:{hash}")
        .parse()
        .expect("a position and a hash are a checkpoint");
    let other: Checkpoint = format!("{position}:{NO_HASH}")
        .parse()
        .expect("a position and a hash are a checkpoint");
    let seen = check(&site, Some(&other)).await;
    assert_eq!(seen.faults.len(), 1);
    assert!(seen.faults[0].contains(&hash) && seen.faults[0].contains(NO_HASH));

    // Without the last decision and with the comment's earlier status, only the checkpoint reveals the change.
    attack(
        &site,
        "update comments set status = 'trashed' where id = (select comment_id from decisions where entry_id = (select id from audit_log where position = 6));
         delete from decisions where entry_id = (select id from audit_log where position = 6);
         delete from audit_log where position = 6",
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
