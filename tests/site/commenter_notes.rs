//! Tests of moderators' notes on commenters, and of comments without a commenter.

use broadsheet::accounts::Role;
use broadsheet::commenters;
use broadsheet::comments::Status;
use broadsheet::ids::CommentId;

use crate::commenters::{find_commenter, find_form, load_log, page_path, set_policy};
use crate::support::TestSite;
use crate::support::visitor::Page;

#[tokio::test]
async fn notes_show_their_author_and_only_the_author_can_delete_them() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let note = |page: &Page, words: &str| find_form(page, "note").fill("note", words);
    let page = mo.open(&page_path(id)).await;
    note(&page, "Writes well, <b>at night</b>.")
        .submit()
        .await
        .follow()
        .await
        .sees("Note saved.");
    let page = may.open(&page_path(id)).await;
    page.sees("Writes well, <b>at night</b>.").sees("Mo ·");
    assert!(
        page.forms("/admin/comments/")
            .iter()
            .all(|form| !form.has("delete_note")),
        "May is offered to delete Mo's note"
    );
    let number = site.count("select id from commenter_notes").await;
    may.post_fields(&page_path(id), &[("delete_note", &number.to_string())])
        .await;
    assert_eq!(site.count("select count(*) from commenter_notes").await, 1);
    let page = mo.open(&page_path(id)).await;
    find_form(&page, "delete_note")
        .submit()
        .await
        .follow()
        .await
        .sees("Note deleted.")
        .does_not_see("Writes well");
    assert_eq!(site.count("select count(*) from commenter_notes").await, 0);
}

#[tokio::test]
async fn an_invalid_note_is_shown_again_in_its_form() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let page = mo.open(&page_path(id)).await;
    let long = "x".repeat(10_001);
    for (words, said) in [
        ("", "Please type a note."),
        (
            "Same as bob@example.org",
            "This contains an email address, and those are shown nowhere.",
        ),
        (long.as_str(), "long"),
    ] {
        let back = find_form(&page, "note").fill("note", words).submit().await;
        let beside = back.has_status(422).text_of("#note-error");
        assert!(beside.contains(said), "{words:.40}: {beside}");
        assert_eq!(find_form(&back, "note").value("note").trim(), words);
    }
    let why = "Asked by ann@example.org";
    let back = set_policy(&mo, id, "Always hold", why).await;
    back.has_status(422)
        .sees("This contains an email address, and the log cannot be changed later.");
    assert_eq!(find_form(&back, "reason").value("reason"), why);
    assert_eq!(site.count("select count(*) from commenter_notes").await, 0);
    assert!(load_log(&site).await.is_empty());
    // Signed out meanwhile, too.
    mo.forget_cookies();
    let back = find_form(&page, "note")
        .fill("note", "Kept.")
        .submit()
        .await;
    back.has_status(401);
    assert_eq!(back.form(&page_path(id)).value("note").trim(), "Kept.");
}

#[tokio::test]
async fn the_commenter_page_explains_why_a_comment_has_no_commenter() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let staff = mo.open(&article.path).await.form("/articles/");
    staff
        .fill("comment", "By the desk.")
        .submit()
        .await
        .has_status(303);
    let by_staff = CommentId(
        site.count("select id from comments where account_id is not null")
            .await,
    );
    mo.open(&page_path(by_staff))
        .await
        .has_status(200)
        .sees("This comment was written by staff");
    let id = site.comment(&article, "Ann", Status::Held).await;
    let open = mo.open(&page_path(id)).await;
    sqlx::query("update comments set commenter_id = null where id = $1")
        .bind(id.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment loses its commenter");
    mo.open(&page_path(id))
        .await
        .sees("This comment was sent without an email address");
    let mut db = site.app.pool.begin().await.expect("a transaction");
    broadsheet::comments::store::erase::erase(&mut db, &[id], site.now())
        .await
        .expect("the comment is erased");
    db.commit().await.expect("the transaction commits");
    mo.open(&page_path(id))
        .await
        .sees("The author deleted this comment");
    // A note typed meanwhile is returned.
    let back = find_form(&open, "note")
        .fill("note", "Kind.")
        .submit()
        .await;
    back.has_status(409)
        .sees("nothing was changed")
        .sees("Kind.");
    mo.open("/admin/comments/1/commenter").await.has_status(404);
}

#[tokio::test]
async fn a_data_export_has_notes_and_policy_and_erasure_deletes_both() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    set_policy(&mo, id, "Always hold", "").await.has_status(303);
    let page = mo.open(&page_path(id)).await;
    find_form(&page, "note")
        .fill("note", "Rude to Bob.")
        .submit()
        .await
        .has_status(303);
    let commenter = find_commenter(&site, id).await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let found = commenters::store::commenters::find_access(&mut db, commenter)
        .await
        .expect("the database answers")
        .expect("the commenter exists");
    let mine = found.page_path(&site.app.keys);
    let data = site.visitor().open(&mine.replace('?', "/data?")).await;
    let data: serde_json::Value = serde_json::from_slice(&data.has_status(200).body)
        .expect("the exported data is valid JSON");
    assert_eq!(data["policy"], "hold");
    assert_eq!(data["notes"][0]["note"], "Rude to Bob.");
    assert!(!data.to_string().contains("Mo"), "who noted it is told");
    // Only the block of a blocked commenter remains.
    set_policy(&mo, id, "Block", "").await.has_status(303);
    let mut db = site.app.pool.begin().await.expect("a transaction");
    broadsheet::comments::store::erase::erase_all_by(&mut db, commenter, site.now())
        .await
        .expect("the commenter's comments are erased");
    let is_gone = commenters::store::commenters::delete_unless_blocked(&mut db, commenter)
        .await
        .expect("the commenter is deleted unless blocked");
    db.commit().await.expect("the transaction commits");
    assert!(!is_gone);
    assert_eq!(site.count("select count(*) from commenter_notes").await, 0);
    let left = site
        .count("select count(*) from commenters where blocked_at is not null and policy is null and policy_set_by is null")
        .await;
    assert_eq!(left, 1);
}
