//! Tests of moderation: the queue, decisions, undo, and two moderators working at once.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;

use crate::support::TestSite;

#[tokio::test]
async fn an_approved_reply_shows_on_the_next_request() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let queue = mod_.open("/admin/comments").await;
    queue
        .has_status(200)
        .sees("Words of Ann.")
        .sees("All comments are held")
        .sees("First comment from this email address");
    assert_eq!(queue.text_of(".tabs a[aria-current]"), "Pending 1");
    let after = queue
        .form("/admin/comments")
        .decide("Approve")
        .await
        .follow()
        .await;
    after
        .sees("One comment approved.")
        .sees("No comments are awaiting moderation. Well done.");
    assert_eq!(site.status_of(id).await, Status::Approved);
    site.visitor()
        .open(&article.path)
        .await
        .sees("Words of Ann.")
        .sees("One comment");
    site.visitor().open("/").await.sees("1 comment");
}

#[tokio::test]
async fn an_undo_can_be_undone() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let after = mod_
        .open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Spam")
        .await
        .follow()
        .await;
    assert_eq!(site.status_of(id).await, Status::Spam);
    let undone = after
        .form("/admin/comments/undo")
        .press("Undo")
        .await
        .follow()
        .await;
    undone
        .sees("Undone: one comment is back where it was.")
        .sees("Words of Ann.");
    assert_eq!(site.status_of(id).await, Status::Held);
    undone
        .form("/admin/comments/undo")
        .press("Undo")
        .await
        .follow()
        .await;
    assert_eq!(site.status_of(id).await, Status::Spam);
    assert_eq!(site.count("select count(*) from decisions").await, 3);
    assert_eq!(
        site.count("select count(*) from decisions where undoes is not null")
            .await,
        2
    );
}

#[tokio::test]
async fn ticked_comments_are_decided_and_undone_together() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mut ids = Vec::new();
    for name in ["Ann", "Bob", "Carl"] {
        ids.push(site.comment(&article, name, Status::Held).await);
    }
    let mod_ = site.staff("mo", Role::Moderator).await;
    let mut form = mod_.open("/admin/comments").await.form("/admin/comments");
    for id in &ids[..2] {
        form = form.tick("selected", &format!("{id}:held"));
    }
    let (_, trash) = form.button("Trash");
    let after = form.tick("all", &trash).submit().await.follow().await;
    after
        .sees("2 comments moved to the trash.")
        .sees("Words of Carl.")
        .does_not_see("Words of Ann.");
    let undone = after
        .form("/admin/comments/undo")
        .press("Undo")
        .await
        .follow()
        .await;
    undone
        .sees("Undone: 2 comments are back where they were.")
        .sees("Words of Ann.");
    let none = mod_
        .post_fields("/admin/comments", &[("all", "spam"), ("status", "held")])
        .await
        .follow()
        .await;
    none.sees("No comments were selected");
}

#[tokio::test]
async fn two_moderators_cannot_decide_twice() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let (at_mo, at_may) = (
        mo.open("/admin/comments").await,
        may.open("/admin/comments").await,
    );
    at_mo
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    let result_page = at_may
        .form("/admin/comments")
        .decide("Spam")
        .await
        .follow()
        .await;
    result_page.has_status(200).sees(
        "Someone else decided first: the comment by Ann is approved (Mo). Their decision stands.",
    );
    assert_eq!(site.status_of(id).await, Status::Approved);
    assert_eq!(site.count("select count(*) from decisions").await, 1);
}

#[tokio::test]
async fn many_moderators_at_once_decide_each_comment_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    for number in 0..20 {
        site.comment(&article, &format!("N{number}"), Status::Held)
            .await;
    }
    let (mo, may) = (
        site.staff("mo", Role::Moderator).await,
        site.staff("may", Role::Moderator).await,
    );
    let ids: Vec<i64> = sqlx::query_scalar("select id from comments order by id")
        .fetch_all(&site.app.pool)
        .await
        .expect("the comment ids are read");
    let fields = |word: &'static str, ids: Vec<i64>| {
        let mut fields: Vec<(&str, String)> = vec![("all", word.to_owned())];
        fields.extend(ids.into_iter().map(|id| ("selected", format!("{id}:held"))));
        fields
    };
    let forwards = fields("approved", ids.clone());
    let backwards = fields("trashed", ids.iter().rev().copied().collect());
    let send = |visitor: crate::support::visitor::Visitor, fields: Vec<(&'static str, String)>| async move {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        visitor.post_fields("/admin/comments", &fields).await
    };
    let (first, second) = tokio::join!(send(mo, forwards), send(may, backwards));
    first.has_status(303);
    second.has_status(303);
    assert_eq!(site.count("select count(*) from decisions").await, 20);
    assert_eq!(
        site.count("select count(distinct comment_id) from decisions")
            .await,
        20
    );
}

#[tokio::test]
async fn the_queue_counters_agree_with_counting_the_comments() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let other = site.article("Coffee").await;
    for (number, status) in Status::ALL.into_iter().cycle().take(13).enumerate() {
        let on = if number % 2 == 0 { &article } else { &other };
        site.comment(on, &format!("N{number}"), status).await;
    }
    let mod_ = site.staff("mo", Role::Moderator).await;
    mod_.open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    mod_.open("/admin/comments?status=spam")
        .await
        .form("/admin/comments")
        .decide("Not spam")
        .await
        .has_status(303);
    sqlx::query("update comments set status = 'trashed' where id % 3 = 0")
        .execute(&site.app.pool)
        .await
        .expect("some comments are trashed by SQL");
    sqlx::query(
        "delete from comments where id not in (select comment_id from decisions) and id % 4 = 1",
    )
    .execute(&site.app.pool)
    .await
    .expect("some comments are deleted by SQL");
    let saved = "select count(*) from (
        select status::text, sum(count) from comment_counts group by 1 having sum(count) <> 0
        except select status::text, count(*)::numeric from comments group by 1) wrong";
    assert_eq!(site.count(saved).await, 0);
    let saved = "select count(*) from (
        select article_id, sum(count) from article_comment_counts group by 1 having sum(count) <> 0
        except select article_id, count(*)::numeric from comments where status = 'approved' group by 1) wrong";
    assert_eq!(site.count(saved).await, 0);
    assert!(
        site.count("select sum(count)::bigint from comment_counts")
            .await
            > 5
    );
}

#[tokio::test]
async fn decisions_cannot_be_changed_or_deleted() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Held).await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    mod_.open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    for statement in [
        "update decisions set to_status = 'spam'",
        "delete from decisions",
        "truncate decisions cascade",
    ] {
        let error = sqlx::query(statement)
            .execute(&site.app.pool)
            .await
            .expect_err("the decisions cannot be changed");
        assert!(
            error.to_string().contains("decisions are append-only"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_long_queue_is_paginated() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    for number in 0..53 {
        site.comment(&article, &format!("N{number}"), Status::Held)
            .await;
    }
    let mod_ = site.staff("mo", Role::Moderator).await;
    let first = mod_.open("/admin/comments").await;
    assert_eq!(first.texts_of(".card").len(), 50);
    let older = first
        .attribute("a[rel=next]", "href")
        .expect("the page links older comments");
    assert_eq!(mod_.open(&older).await.texts_of(".card").len(), 3);
}

#[tokio::test]
async fn a_long_comment_scrolls_and_can_be_focused() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Held).await;
    let id = site.comment(&article, "Bob", Status::Held).await;
    sqlx::query("update comments set body_html = repeat('<p>long</p>', 1000) where id = $1")
        .bind(id.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment gets a long text");
    let mod_ = site.staff("mo", Role::Moderator).await;
    let queue = mod_.open("/admin/comments").await;
    // It can be scrolled with the keyboard, and has a name for screen readers.
    assert_eq!(queue.texts_of(".reply-body.long").len(), 1);
    let named = queue.attribute(".reply-body[tabindex='0']", "aria-label");
    assert_eq!(named.as_deref(), Some("Comment by Bob"));
}

#[tokio::test]
async fn a_trashed_comment_is_not_shown_and_its_replies_stay() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.comment(&article, "Ann", Status::Approved).await;
    site.insert_reply(&article, Some(ann), "Bob", Status::Approved)
        .await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let form = mod_
        .open("/admin/comments?status=approved")
        .await
        .form("/admin/comments");
    form.tick("one", &format!("trashed {ann}:approved"))
        .submit()
        .await
        .has_status(303);
    let page = site.visitor().open(&article.path).await;
    page.does_not_see("Words of Ann.")
        .sees("Words of Bob.")
        .sees("One comment");
    site.visitor()
        .open(&format!("/comments/{ann}"))
        .await
        .has_status(404);
}

#[tokio::test]
async fn an_undo_does_not_change_later_decisions() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, ada) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("Ada", Role::Moderator).await,
    );
    let stale = mo
        .open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Approve")
        .await
        .follow()
        .await;
    for decision in ["spam {id}:approved", "approved {id}:spam"] {
        let one = decision.replace("{id}", &id.to_string());
        ada.post_fields("/admin/comments", &[("one", &one)])
            .await
            .has_status(303);
    }
    let result_page = stale
        .form("/admin/comments/undo")
        .press("Undo")
        .await
        .follow()
        .await;
    result_page.sees("Nothing to undo");
    assert_eq!(site.status_of(id).await, Status::Approved);
    assert_eq!(site.count("select count(*) from decisions").await, 3);
}

#[tokio::test]
async fn a_decision_redirects_to_the_same_page_of_the_queue() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    for number in 0..52 {
        site.comment(&article, &format!("N{number}"), Status::Held)
            .await;
    }
    let mo = site.staff("mo", Role::Moderator).await;
    let older = mo
        .open("/admin/comments")
        .await
        .attribute("a[rel=next]", "href")
        .expect("the page links older comments");
    let page = mo.open(&older).await;
    assert_eq!(page.texts_of(".card").len(), 2);
    let after = page
        .form("/admin/comments")
        .decide("Approve")
        .await
        .follow()
        .await;
    assert_eq!(after.texts_of(".card-name"), ["N0"]);
    let undone = after
        .form("/admin/comments/undo")
        .press("Undo")
        .await
        .follow()
        .await;
    assert_eq!(undone.texts_of(".card-name"), ["N1", "N0"]);
    // When the page is empty, the queue begins again.
    mo.open(&older)
        .await
        .form("/admin/comments")
        .decide("Spam")
        .await
        .has_status(303);
    let last = mo.open(&older).await.form("/admin/comments").decide("Spam");
    assert_eq!(last.await.follow().await.texts_of(".card").len(), 50);
}
