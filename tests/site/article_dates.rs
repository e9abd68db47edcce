//! Tests of the date of publication: years that cannot be meant, and clocks that skip or repeat a time.

use broadsheet::accounts::Role;
use broadsheet::text::dates::parse_zone;

use crate::support::visitor::{Form, Visitor};
use crate::support::{Setup, TestSite};

async fn site_in(zone: &'static str) -> TestSite {
    Setup::default()
        .publication(move |publication| publication.zone = parse_zone(zone).expect("a zone"))
        .build()
        .await
}

async fn new_article(editor: &Visitor, published_at: &str) -> Form {
    editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new")
        .fill("title", "Tea")
        .fill("body", "Typed at length.")
        .fill("published_at", published_at)
}

#[tokio::test]
async fn a_year_that_cannot_be_meant_is_named_beside_the_date() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    for (typed, year) in [
        ("0026-07-22T10:00", "0026"),
        ("0999-12-31T23:59", "0999"),
        ("0001-01-01T00:00", "0001"),
        ("9999-12-31T23:59", "9999"),
        ("2226-07-22T10:00", "2226"),
        ("20266-07-22T10:00", "20266"),
    ] {
        for button in ["Publish", "Save draft", "Preview"] {
            let page = new_article(&editor, typed).await.press(button).await;
            page.has_status(422);
            let error = page.text_of("#published_at-error");
            assert!(
                error.starts_with(&format!("The year {year} cannot be right.")),
                "{error}"
            );
            let form = page.form("/admin/articles/new");
            assert_eq!(form.value("published_at"), typed);
            assert_eq!(form.value("body"), "Typed at length.");
        }
    }
    assert_eq!(site.count("select count(*) from articles").await, 0);
}

#[tokio::test]
async fn a_time_that_the_clock_skips_is_refused_with_the_nearest_times() {
    for (zone, typed, before, after) in [
        (
            "Europe/Kyiv",
            "2026-03-29T03:30",
            "March 29, 2026 at 2:59\u{202f}AM",
            "March 29, 2026 at 4:00\u{202f}AM",
        ),
        (
            "America/New_York",
            "2027-03-14T02:30",
            "March 14, 2027 at 1:59\u{202f}AM",
            "March 14, 2027 at 3:00\u{202f}AM",
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-04T02:15",
            "October 4, 2026 at 1:59\u{202f}AM",
            "October 4, 2026 at 2:30\u{202f}AM",
        ),
    ] {
        let site = site_in(zone).await;
        let editor = site.staff("edda", Role::Editor).await;
        let page = new_article(&editor, typed).await.press("Publish").await;
        page.has_status(422);
        let error = page.text_of("#published_at-error").replace('\u{202f}', " ");
        let expected = format!("The nearest times are {before} and {after}.");
        assert!(
            error.contains(&expected.replace('\u{202f}', " ")),
            "{zone}: {error}"
        );
        assert_eq!(
            page.form("/admin/articles/new").value("published_at"),
            typed
        );
        assert_eq!(site.count("select count(*) from articles").await, 0);
    }
}

#[tokio::test]
async fn of_a_time_that_the_clock_repeats_the_editor_chooses_one() {
    for (zone, typed, first, second) in [
        (
            "Europe/Kyiv",
            "2025-10-26T03:30",
            ("+03:00", "2025-10-26 00:30:00+00"),
            ("+02:00", "2025-10-26 01:30:00+00"),
        ),
        (
            "America/New_York",
            "2025-11-02T01:30",
            ("-04:00", "2025-11-02 05:30:00+00"),
            ("-05:00", "2025-11-02 06:30:00+00"),
        ),
        (
            "Australia/Lord_Howe",
            "2025-04-06T01:45",
            ("+11:00", "2025-04-05 14:45:00+00"),
            ("+10:30", "2025-04-05 15:15:00+00"),
        ),
    ] {
        let site = site_in(zone).await;
        let edda = site.staff("edda", Role::Editor).await;
        let asked = new_article(&edda, typed).await.press("Publish").await;
        asked
            .has_status(422)
            .sees("this time comes twice")
            .sees(&format!("The first time, UTC{}", first.0))
            .sees(&format!("The second time, UTC{}", second.0));
        assert_eq!(site.count("select count(*) from articles").await, 0);
        let form = asked.form("/admin/articles/new");
        assert_eq!(form.value("occurrence"), "first");
        let saved = form.fill("occurrence", "second").press("Publish").await;
        let address = saved.has_status(303).leads_to();
        let stored = async || {
            sqlx::query_scalar::<_, String>(
                "select (published_at at time zone 'UTC')::text || '+00' from articles",
            )
            .fetch_one(&site.app.pool)
            .await
            .expect("the time is read")
        };
        assert_eq!(stored().await, second.1, "{zone}");
        // Editing something else keeps it, and it can be changed.
        let editor = site.staff("emil", Role::Editor).await;
        let form = editor.open(&address).await.form("/admin/articles/");
        assert_eq!(form.value("occurrence"), "second");
        form.fill("body", "Corrected.")
            .press("Update")
            .await
            .has_status(303);
        assert_eq!(stored().await, second.1, "{zone}");
        let form = editor.open(&address).await.form("/admin/articles/");
        form.fill("occurrence", "first")
            .press("Update")
            .await
            .has_status(303);
        assert_eq!(stored().await, first.1, "{zone}");
    }
}

#[tokio::test]
async fn british_dates_and_the_24_hour_clock_can_be_chosen() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", broadsheet::comments::Status::Approved)
        .await;
    let admin = site.staff("ada", Role::Admin).await;
    let settings = admin.open("/admin/settings").await;
    settings.sees("Now: March 14, 2026 at 3:09");
    let page = site.visitor().open(&article.path).await;
    page.sees("March 14, 2026").sees("March 14, 2026 at 3:09");
    settings
        .form("/admin/settings")
        .fill("date_order", "day-first")
        .submit()
        .await
        .follow()
        .await
        .sees("Now: 14 March 2026 at 15:09");
    let page = site.visitor().open(&article.path).await;
    page.sees("14 March 2026")
        .sees("14 March 2026 at 15:09")
        .does_not_see("March 14");
    site.visitor().open("/").await.sees("14 March 2026");
    admin
        .open("/admin/comments?status=approved")
        .await
        .sees("14 March 2026 at 15:09");
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    assert_eq!(form.value("date_order"), "day-first");
    form.fill("date_order", "month-first")
        .fill("hour_cycle", "twenty-four")
        .submit()
        .await
        .follow()
        .await
        .sees("Now: March 14, 2026 at 15:09");
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    let ukrainian = form
        .fill("language", "uk")
        .fill("hour_cycle", "language")
        .submit()
        .await
        .follow()
        .await;
    assert!(
        ukrainian.text().contains("14 березня 2026 р. о 15:09"),
        "{}",
        ukrainian.text()
    );
}

#[tokio::test]
async fn a_time_zone_is_set_by_its_city() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    for (typed, stored) in [
        ("Kyiv", "Europe/Kyiv"),
        ("new york", "America/New_York"),
        ("Kiev", "Europe/Kyiv"),
        ("UTC", "UTC"),
        ("Київ", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
    ] {
        let form = admin.open("/admin/settings").await.form("/admin/settings");
        form.fill("time_zone", typed).submit().await.has_status(303);
        let form = admin.open("/admin/settings").await.form("/admin/settings");
        assert_eq!(form.value("time_zone"), stored, "{typed}");
    }
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    let page = form.fill("time_zone", "Kyvi").submit().await;
    page.has_status(422).sees("Did you mean Europe/Kyiv?");
    assert_eq!(page.form("/admin/settings").value("time_zone"), "Kyvi");
    // A former name in the database goes on working.
    site.execute("update settings set time_zone = 'Europe/Kiev'")
        .await;
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    assert_eq!(form.value("time_zone"), "Europe/Kyiv");
}

#[tokio::test]
async fn the_log_says_what_it_covers_and_names_a_date_that_is_none() {
    let site = TestSite::new().await;
    let moderator = site.staff("mo", Role::Moderator).await;
    moderator
        .open("/admin/log")
        .await
        .sees("Changes to articles, settings and accounts are not.");
    let page = moderator
        .open("/admin/log?from=0026-07-22&until=2026-13-01")
        .await;
    page.has_status(200)
        .sees("0026-07-22 is not a date")
        .sees("2026-13-01 is not a date");
    moderator
        .open("/admin/log?from=2026-01-01&until=")
        .await
        .does_not_see("is not a date");
}
