//! Tests of the settings page of the site.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;

use crate::support::TestSite;
use crate::support::makers::at;

#[tokio::test]
async fn settings_show_on_the_next_request() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Approved).await;
    let admin = site.staff("ada", Role::Admin).await;
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    let form = form
        .fill("title", "Кур’єр")
        .fill("tagline", "Щодня")
        .fill("language", "uk")
        .fill("time_zone", "Europe/Kyiv")
        .fill("appeal", "Підтримайте *нас*.");
    form.submit()
        .await
        .follow()
        .await
        .sees("Налаштування збережено.");
    let page = site.visitor().open(&article.path).await;
    page.sees("Кур’єр")
        .sees("Щодня")
        .sees("14 березня 2026 р.")
        .sees("Підтримайте нас.")
        .sees("1 коментар");
}

#[tokio::test]
async fn a_new_permalink_pattern_redirects_old_urls() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let admin = site.staff("ada", Role::Admin).await;
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    form.fill("permalink", "/news/{year}/{slug}")
        .submit()
        .await
        .has_status(303);
    let visitor = site.visitor();
    assert_eq!(
        visitor.open(&article.path).await.has_status(301).leads_to(),
        "/news/2026/tea"
    );
    visitor.open("/news/2026/tea").await.has_status(200);
    visitor.open("/").await.sees("Tea");
    assert_eq!(
        visitor.open("/").await.attribute("h2 a", "href").as_deref(),
        Some("/news/2026/tea")
    );
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    form.fill("permalink", "/{year}/{month}/{day}/{slug}")
        .submit()
        .await
        .has_status(303);
    visitor.open(&article.path).await.has_status(200);
    assert_eq!(
        visitor.open("/news/2026/tea").await.leads_to(),
        article.path
    );
}

#[tokio::test]
async fn an_article_keeps_its_url_if_the_new_one_is_taken() {
    let site = TestSite::new().await;
    let first = site.article("Tea").await;
    let second = site
        .article_with("Tea", |draft| {
            draft.published_at = Some(at("2026-03-13T12:00:00Z"));
        })
        .await;
    // A path that the site itself uses, once the date is gone from the pattern.
    let reserved = site.article("Search").await;
    let admin = site.staff("ada", Role::Admin).await;
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    let saved = form.fill("permalink", "/{slug}").submit().await;
    saved
        .follow()
        .await
        .sees("2 articles keep their old addresses because the new ones are already in use.");
    let visitor = site.visitor();
    assert_eq!(visitor.open(&first.path).await.leads_to(), "/tea");
    visitor.open("/tea").await.has_status(200);
    visitor.open(&second.path).await.has_status(200);
    visitor.open(&reserved.path).await.has_status(200);
}

#[tokio::test]
async fn invalid_settings_are_reported_beside_their_fields() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    let form = form
        .fill("title", " ")
        .fill("language", "xx")
        .fill("time_zone", "Kyiv time")
        .fill("permalink", "/admin/{slug}")
        .fill("appeal", "Kept.");
    let page = form.submit().await;
    page.has_status(422)
        .sees("Please enter a site title.")
        .sees("Please choose one of the languages.")
        .sees("such as Europe/Kyiv")
        .sees("Another page of the site already uses this first part");
    assert_eq!(page.form("/admin/settings").value("appeal"), "Kept.");
    for (pattern, said) in [
        ("news/{slug}", "Start with a slash"),
        ("/{year}", "Add {slug} or {id}"),
    ] {
        let form = admin.open("/admin/settings").await.form("/admin/settings");
        form.fill("permalink", pattern)
            .submit()
            .await
            .has_status(422)
            .sees(said);
    }
}

#[tokio::test]
async fn a_concurrent_change_of_settings_is_shown_as_a_conflict() {
    let site = TestSite::new().await;
    let (ada, abe) = (
        site.staff("ada", Role::Admin).await,
        site.staff("abe", Role::Admin).await,
    );
    let (at_ada, at_abe) = (
        ada.open("/admin/settings").await,
        abe.open("/admin/settings").await,
    );
    at_ada
        .form("/admin/settings")
        .fill("tagline", "Of Ada")
        .submit()
        .await
        .has_status(303);
    let refused = at_abe
        .form("/admin/settings")
        .fill("tagline", "Of Abe")
        .submit()
        .await;
    refused.has_status(409).sees("Of Ada");
    assert_eq!(refused.form("/admin/settings").value("tagline"), "Of Abe");
    refused
        .form("/admin/settings")
        .submit()
        .await
        .has_status(303);
    site.visitor().open("/").await.sees("Of Abe");
}

#[tokio::test]
async fn settings_submitted_after_the_session_ended_are_given_back() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    admin.forget_cookies();
    let kept = form.fill("appeal", "Long thought over.").submit().await;
    kept.has_status(401).sees("Your session has ended");
    let again = kept.form("/admin/settings");
    assert_eq!(again.value("appeal"), "Long thought over.");
}
