//! Tests of erasure: texts and commenters are deleted. Erased comments keep their place in the thread, and the replies of
//! others stay.

use broadsheet::accounts::Role;
use broadsheet::commenters::{self, Email};
use broadsheet::comments::{self, Status};
use broadsheet::ids::{CommentId, CommenterId};
use sqlx::Row;

use crate::support::TestSite;

/// Returns all rows of all tables as text.
async fn dump_tables(site: &TestSite) -> String {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables where table_schema = 'public' order by 1",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("the table names are read");
    let mut dump = String::new();
    for table in tables {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "select t::text from {table} t"
        )))
        .fetch_all(&site.app.pool)
        .await
        .expect("the table's rows are read");
        for row in rows {
            dump.push_str(&row.get::<String, _>(0));
            dump.push('\n');
        }
    }
    dump
}

async fn find_commenter(site: &TestSite, email_text: &str) -> Option<CommenterId> {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let email = Email::parse(email_text).expect("a valid email");
    commenters::store::commenters::find_by_email(&mut db, &site.app.keys, &email)
        .await
        .expect("the database answers")
        .first()
        .copied()
}

/// Erases all comments of a commenter. Returns the number of comments, and whether the commenter was deleted.
async fn erase(site: &TestSite, id: CommenterId) -> (u64, bool) {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let erased = comments::store::erase::erase_all_by(&mut db, id, site.now())
        .await
        .expect("the comments are erased");
    let is_gone = commenters::store::commenters::delete_unless_blocked(&mut db, id)
        .await
        .expect("the commenter is deleted unless blocked");
    db.commit().await.expect("the transaction commits");
    (erased, is_gone)
}

async fn load_email_hash(site: &TestSite, id: CommenterId) -> String {
    sqlx::query_scalar("select encode(email_hash, 'hex') from commenters where id = $1")
        .bind(id.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("the commenter exists")
}

#[tokio::test]
async fn erased_text_is_in_no_table_and_replies_keep_their_places() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let first = site
        .comment(&article, "Ann Ominous", Status::Approved)
        .await;
    let answer = site
        .insert_reply(&article, Some(first), "Bob", Status::Approved)
        .await;
    let second = site
        .insert_reply(&article, Some(answer), "Ann Ominous", Status::Held)
        .await;
    sqlx::query(
        "update comments set website = 'https://ominous.example/', network_sealed = '\\x0102', network_until = now(), reasons = '{hold-word:ominous}'
         where name = 'Ann Ominous'",
    )
    .execute(&site.app.pool)
    .await
    .expect("the comment gets more personal data");
    sqlx::query(
        "insert into spam_checks (comment_id, fallback_status, next_try_at) values ($1, 'held', now())",
    )
    .bind(second.0)
    .execute(&site.app.pool)
    .await
    .expect("the spam check is queued");
    let ann = find_commenter(&site, "Ann-Ominous@EXAMPLE.org")
        .await
        .expect("Ann is found by her email");
    sqlx::query("insert into subscriptions (commenter_id, article_id, scope, requested_at) values ($1, $2, 'all_replies', now())")
        .bind(ann.0)
        .bind(article.id.0)
        .execute(&site.app.pool)
        .await
        .expect("a subscription");
    let hash = load_email_hash(&site, ann).await;
    let before = dump_tables(&site).await;
    assert!(before.contains("Words of Ann Ominous") && before.contains(&hash));

    assert_eq!(erase(&site, ann).await, (2, true));
    let after = dump_tables(&site).await;
    for gone in ["Ominous", "ominous", &hash, "\\x0102"] {
        assert!(!after.contains(gone), "{gone} is left:\n{after}");
    }
    assert_eq!(site.count("select count(*) from subscriptions").await, 0);
    assert_eq!(site.count("select count(*) from spam_checks").await, 0);

    let page = site.visitor().open(&article.path).await;
    page.sees("Words of Bob.").does_not_see("Ominous");
    let place: (Option<i64>, i64) =
        sqlx::query_as("select parent_id, root_id from comments where id = $1")
            .bind(answer.0)
            .fetch_one(&site.app.pool)
            .await
            .expect("the reply's parent is read");
    assert_eq!(place, (Some(first.0), first.0));
    assert_eq!(find_commenter(&site, "ann-ominous@example.org").await, None);

    // Erasing again changes nothing, and a later comment creates a new commenter.
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let erased = comments::store::erase::erase(&mut db, &[first, second], site.now()).await;
    assert_eq!(erased.expect("erasing again runs"), 0);
    site.comment(&article, "Ann Ominous", Status::Held).await;
    assert_ne!(
        find_commenter(&site, "ann-ominous@example.org").await,
        Some(ann)
    );
}

#[tokio::test]
async fn erasing_one_comment_keeps_its_commenter() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let first = site.comment(&article, "Ann", Status::Approved).await;
    let other = site
        .insert_reply(&article, Some(first), "Ann", Status::Approved)
        .await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let erased = comments::store::erase::erase(&mut db, &[first], site.now()).await;
    assert_eq!(erased.expect("the comment is erased"), 1);
    drop(db);
    assert_eq!(site.status_of(other).await, Status::Approved);
    assert!(find_commenter(&site, "ann@example.org").await.is_some());
    let (version, is_erased): (i32, bool) =
        sqlx::query_as("select version, erased_at = $2 from comments where id = $1")
            .bind(first.0)
            .bind(site.now())
            .fetch_one(&site.app.pool)
            .await
            .expect("the erased comment is still stored");
    assert_eq!((version, is_erased), (1, true));
    assert_eq!(
        site.count(
            "select coalesce(sum(count), 0)::bigint from comment_counts where status = 'approved'"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn erasing_a_blocked_commenter_keeps_only_the_encrypted_email_and_the_block() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Eve", Status::Spam).await;
    let eve = find_commenter(&site, "eve@example.org")
        .await
        .expect("Eve is found by her email");
    for statement in [
        "update commenters set blocked_at = '2026-03-14T16:00:00Z', verified_at = now(), verification_sent_at = now(), suppressed_at = now()",
        "insert into commenter_browsers (token_hash, commenter_id, verified_at) select '\\x01', id, now() from commenters",
        "insert into outbox (commenter_id, message_sealed, next_try_at, created_at) select id, '\\x02', now(), now() from commenters",
        "insert into subscriptions (commenter_id, article_id, scope, requested_at) select commenter_id, article_id, 'replies_to_me', now() from comments",
    ] {
        sqlx::query(statement)
            .execute(&site.app.pool)
            .await
            .expect(statement);
    }
    let hash = load_email_hash(&site, eve).await;
    assert_eq!(erase(&site, eve).await, (1, false));
    assert_eq!(load_email_hash(&site, eve).await, hash);
    for (left, query) in [
        (
            1,
            "select count(*) from commenters where blocked_at is not null and verified_at is null and verification_sent_at is null and suppressed_at is null",
        ),
        (0, "select count(*) from commenter_browsers"),
        (0, "select count(*) from outbox"),
        (0, "select count(*) from subscriptions"),
        (
            0,
            "select count(*) from comments where commenter_id is not null",
        ),
    ] {
        assert_eq!(site.count(query).await, left, "{query}");
    }
}

#[tokio::test]
async fn an_erased_comment_cannot_be_decided_on() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let other = site.comment(&article, "Bob", Status::Held).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let seen = mod_.open("/admin/comments").await;
    let done = mod_
        .open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Trash")
        .await
        .follow()
        .await;
    let decided: Vec<i64> = sqlx::query_scalar("select comment_id from decisions order by id")
        .fetch_all(&site.app.pool)
        .await
        .expect("the decisions are read");
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let ids: Vec<CommentId> = decided.iter().copied().map(CommentId).collect();
    let erased = comments::store::erase::erase(&mut db, &ids, site.now()).await;
    assert_eq!(erased.expect("the comments are erased"), ids.len() as u64);
    drop(db);

    let undone = done
        .form("/admin/comments/undo")
        .press("Undo")
        .await
        .follow()
        .await;
    undone.has_status(200);
    for id in &ids {
        assert_eq!(site.status_of(*id).await, Status::Trashed);
    }
    let trash = mod_.open("/admin/comments?status=trashed").await;
    trash.has_status(200).does_not_see("Trash 1");
    assert!(trash.texts_of("article").is_empty());
    // A decision from an outdated page does nothing either.
    let rest: Vec<CommentId> = [id, other]
        .into_iter()
        .filter(|id| !ids.contains(id))
        .collect();
    seen.form("/admin/comments").decide("Approve").await;
    for id in &ids {
        assert_eq!(site.status_of(*id).await, Status::Trashed);
    }
    assert_eq!(rest.len() + ids.len(), 2);
    assert_eq!(
        site.count("select count(*) from decisions where to_status = 'approved' and comment_id in (select id from comments where erased_at is not null)").await,
        0
    );
}

#[tokio::test]
async fn an_erased_commenter_is_removed_from_the_commenter_counts() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let of_people = "select count(*) from commenter_counts";
    site.comment(&article, "Ann", Status::Approved).await;
    let bob = site.comment(&article, "Bob", Status::Held).await;
    site.comment(&article, "Cid", Status::Held).await;
    assert_eq!(site.count(of_people).await, 3);
    let ann = find_commenter(&site, "ann@example.org")
        .await
        .expect("Ann is found by her email");
    assert_eq!(erase(&site, ann).await, (1, true));
    assert_eq!(site.count(of_people).await, 2);
    let who = find_commenter(&site, "bob@example.org")
        .await
        .expect("Bob is found by his email");
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::erase::erase(&mut db, &[bob], site.now())
        .await
        .expect("the comment is erased");
    commenters::store::commenters::delete_if_unused(&mut db, who)
        .await
        .expect("the unused commenter is deleted");
    db.commit().await.expect("the transaction commits");
    assert_eq!(site.count(of_people).await, 1);
}
