//! Tests of dry runs and of importing the same export again.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::transfer::report::{ImportReport, OutcomeCounts};

use super::{discussion, dump_database, same};
use crate::support::TestSite;
use crate::support::wxr::{build_comment, build_comment_parent, build_export, build_item};

#[tokio::test]
async fn a_dry_run_writes_nothing_and_reports_the_same() {
    let site = TestSite::new().await;
    let native = site.article("tea").await;
    site.comment(&native, "First", Status::Approved).await;
    let tea = build_item(5, "tea").with(|post| post.more = discussion());
    let twice = build_item(6, "tea");
    let again = build_item(5, "again");
    let xml = build_export(&(tea.xml() + &twice.xml() + &again.xml()));
    let before = dump_database(&site).await;
    let dry_run = site
        .import_with(&xml, |options| options.dry_run = true)
        .await
        .expect("the dry run succeeds");
    assert_eq!(dump_database(&site).await, before);
    let imported = site.import(&xml).await;
    let expected = ImportReport {
        is_dry_run: false,
        sources: imported.sources.clone(),
        ..dry_run
    };
    assert_eq!(imported, expected);
    assert_eq!(imported.path_conflicts.total, 2, "{imported}");
    assert!(
        imported.path_conflicts.samples[0].contains("/2012/06/05/tea-2"),
        "{imported}"
    );
    assert_ne!(dump_database(&site).await, before);
    // The same for an export that is already imported.
    let before = dump_database(&site).await;
    let dry_run = site
        .import_with(&xml, |options| options.dry_run = true)
        .await
        .expect("the dry run succeeds");
    assert_eq!(dump_database(&site).await, before);
    assert_eq!(dry_run.articles.same, 2);
    assert!(dry_run.to_string().contains("nothing was written"));
}

#[tokio::test]
async fn importing_the_same_export_again_changes_nothing() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| post.more = discussion());
    let xml = build_export(&(tea.xml() + &build_item(6, "coffee").xml()));
    let first = site.import(&xml).await;
    let mut before = dump_database(&site).await;
    let second = site.import(&xml).await;
    let mut after = dump_database(&site).await;
    for journal in ["imports", "imports_id_seq"] {
        before.remove(journal);
        after.remove(journal);
    }
    assert_eq!(before, after);
    assert_eq!(
        (second.articles, second.comments.same),
        (same(2), first.comments.new)
    );
    assert_eq!(second.by_status, first.by_status);
    assert_eq!((second.authors, second.linkbacks), (same(1), same(2)));
}

#[tokio::test]
async fn a_newer_export_updates_only_articles_that_were_not_edited_here() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| {
        post.more = build_comment(11, "Maria", "0", "") + &build_comment(12, "Petro", "1", "");
    });
    let (coffee, cocoa) = (build_item(6, "coffee"), build_item(7, "cocoa"));
    site.import(&build_export(&(tea.xml() + &coffee.xml() + &cocoa.xml())))
        .await;
    // On this site an article is edited and a comment is decided.
    let editor = site.staff("ed", Role::Editor).await;
    let form = editor
        .open("/admin/articles/6")
        .await
        .form("/admin/articles/6");
    form.fill("body", "<p>Edited here.</p><script>alert(1)</script>")
        .press("Update")
        .await
        .has_status(303);
    let moderator = site.staff("mo", Role::Moderator).await;
    moderator
        .post_fields("/admin/comments", &[("one", "spam 11:held")])
        .await
        .has_status(303);
    // On the old site all articles change.
    let tea = tea.with(|post| {
        post.content = "Tea, changed.".to_owned();
        post.slug = "green-tea";
        post.more = build_comment(11, "Maria", "1", "")
            + &build_comment(12, "Petro", "spam", "")
            + &build_comment(13, "Olha", "1", &build_comment_parent(12));
    });
    let coffee = coffee.with(|post| post.content = "Coffee, changed.".to_owned());
    let report = site
        .import(&build_export(
            &(tea.xml() + &coffee.xml() + &cocoa.xml() + &build_item(8, "milk").xml()),
        ))
        .await;
    let articles = OutcomeCounts {
        new: 1,
        changed: 1,
        same: 1,
        edited_here: 1,
        skipped: 0,
    };
    assert_eq!(report.articles, articles, "{report}");
    assert_eq!((report.comments.new, report.comments.changed), (1, 2));
    assert_eq!(report.decided_here, 1);
    assert!(report.edited_here.samples[0].contains("coffee"));
    let reader = site.visitor();
    assert_eq!(
        reader.open("/2012/06/05/tea").await.leads_to(),
        "/2012/06/05/green-tea"
    );
    reader
        .open("/2012/06/05/green-tea")
        .await
        .sees("Tea, changed.")
        .sees("Olha")
        .does_not_see("Petro.");
    let coffee_page = reader.open("/2012/06/05/coffee").await;
    coffee_page.sees("Edited here.").does_not_see("changed");
    assert!(!coffee_page.html().contains("alert"));
    let status = |id| site.status_of(broadsheet::ids::CommentId(id));
    assert_eq!(
        (status(11).await, status(12).await),
        (Status::Spam, Status::Spam)
    );
    // Every version is kept.
    assert_eq!(
        site.count("select count(*) from article_revisions where article_id = 5")
            .await,
        2
    );
}
