//! Tests of two editors who save one article at the same time.

use broadsheet::accounts::Role;

use crate::support::TestSite;
use crate::support::visitor::Visitor;

/// Adds two editors and signs them in.
async fn add_editors(site: &TestSite) -> (Visitor, Visitor) {
    (
        site.staff("Edda", Role::Editor).await,
        site.staff("Emil", Role::Editor).await,
    )
}

#[tokio::test]
async fn a_newer_version_is_merged_into_the_form_and_its_differences_are_marked() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| {
            draft.body = "First.\n\nSecond.\n\nThird.".to_owned();
            draft.standfirst = "Why.".to_owned();
            draft.topics = vec!["Drinks".to_owned(), "Food".to_owned()];
        })
        .await;
    let (edda, emil) = add_editors(&site).await;
    let address = format!("/admin/articles/{}", article.id);
    let (at_edda, at_emil) = (edda.open(&address).await, emil.open(&address).await);
    at_edda
        .form("/admin/articles/")
        .fill("title", "Tea & <b>biscuits</b>")
        .fill("standfirst", "Because Edda says so.")
        .fill("body", "First, by Edda.\n\nSecond.\n\nThird.")
        .fill("topics", "Drinks")
        .tick("pinned", "yes")
        .press("Update")
        .await
        .has_status(303);
    let refused = at_emil
        .form("/admin/articles/")
        .fill("body", "First.\n\nSecond.\n\nThird.\n\nFourth, by Emil.")
        .fill("topics", "Drinks\nFood\nHealth")
        .fill("published_at", "2026-03-13T10:00")
        .untick("replies_open")
        .press("Update")
        .await;
    refused
        .has_status(409)
        .sees("Edda saved this article")
        .sees("Nothing you typed is lost")
        .sees("Edda changed this")
        .sees("You changed this");
    assert_eq!(
        refused.texts_of(".diff ins"),
        [
            "Tea & <b>biscuits</b>",
            "Because Edda says so.",
            "First, by Edda.",
            "2026-03-14T15:09",
            "yes",
            "yes"
        ]
    );
    let form = refused.form("/admin/articles/");
    for (field, value) in [
        ("title", "Tea & <b>biscuits</b>"),
        ("standfirst", "Because Edda says so."),
        (
            "body",
            "First, by Edda.\n\nSecond.\n\nThird.\n\nFourth, by Emil.",
        ),
        ("topics", "Drinks\nHealth"),
        ("published_at", "2026-03-13T10:00"),
        ("pinned", "yes"),
        ("replies_open", ""),
    ] {
        assert_eq!(form.value(field), value, "{field}");
    }
    site.visitor()
        .open(&article.path)
        .await
        .does_not_see("Fourth");
    form.press("Update").await.has_status(303);
    site.visitor()
        .open("/2026/03/13/tea")
        .await
        .sees("Because Edda says so.")
        .sees("First, by Edda.")
        .sees("Fourth, by Emil.");
}

#[tokio::test]
async fn where_both_changed_the_same_the_form_has_ones_own_and_shows_the_other() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| {
            draft.body = "Before.\n\nFirst words.".to_owned();
        })
        .await;
    let (edda, emil) = add_editors(&site).await;
    let address = format!("/admin/articles/{}", article.id);
    let (at_edda, at_emil) = (edda.open(&address).await, emil.open(&address).await);
    at_edda
        .form("/admin/articles/")
        .fill("title", "Edda's tea")
        .fill("body", "Before.\n\nWords of Edda.")
        .press("Update")
        .await
        .has_status(303);
    let refused = at_emil
        .form("/admin/articles/")
        .fill("title", "Emil's tea")
        .fill("body", "Before.\n\nWords of Emil.")
        .press("Update")
        .await;
    refused
        .has_status(409)
        .sees("You and Edda both changed this.");
    assert_eq!(
        refused.texts_of(".diff del"),
        ["Emil's tea", "Words of Emil."]
    );
    assert_eq!(
        refused.texts_of(".diff ins"),
        ["Edda's tea", "Words of Edda."]
    );
    assert!(refused.text_of("#current-body").contains("Words of Edda."));
    let form = refused.form("/admin/articles/");
    assert_eq!(form.value("title"), "Emil's tea");
    assert_eq!(form.value("body"), "Before.\n\nWords of Emil.");
    // While Emil looks, Edda saves once more: what only she changed is taken over again.
    edda.open(&address)
        .await
        .form("/admin/articles/")
        .fill("standfirst", "News from Edda.")
        .press("Update")
        .await
        .has_status(303);
    let again = form
        .fill("body", "Before.\n\nWords of both.")
        .press("Update")
        .await;
    again.has_status(409);
    let form = again.form("/admin/articles/");
    assert_eq!(form.value("standfirst"), "News from Edda.");
    form.press("Update").await.has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("News from Edda.")
        .sees("Words of both.");
}

#[tokio::test]
async fn a_conflict_in_one_paragraph_costs_no_other_and_an_unpublished_article_is_named() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| {
            draft.body = "One.\n\nTwo.\n\nThree.\n\nFour.".to_owned();
        })
        .await;
    let (edda, emil) = add_editors(&site).await;
    let address = format!("/admin/articles/{}", article.id);
    let (at_edda, at_emil) = (edda.open(&address).await, emil.open(&address).await);
    let asked = at_edda
        .form("/admin/articles/")
        .fill("body", "One by Edda.\n\nTwo.\n\nThree by Edda.\n\nFour.")
        .press("Unpublish")
        .await;
    asked
        .form("/admin/articles/")
        .press("Unpublish")
        .await
        .has_status(303);
    let refused = at_emil
        .form("/admin/articles/")
        .fill("body", "One by Emil.\n\nTwo.\n\nThree.\n\nFour by Emil.")
        .press("Update")
        .await;
    refused
        .has_status(409)
        .sees("You and Edda both changed this. Where you changed the same lines, the form below has yours");
    assert_eq!(
        refused.form("/admin/articles/").value("body"),
        "One by Emil.\n\nTwo.\n\nThree by Edda.\n\nFour by Emil."
    );
    assert_eq!(
        refused.texts_of(".diff del"),
        ["Published", "One by Emil.", "Three.", "Four by Emil."]
    );
    assert_eq!(
        refused.texts_of(".diff ins"),
        ["Draft", "One by Edda.", "Three by Edda.", "Four."]
    );
}

#[tokio::test]
async fn saving_what_is_stored_already_is_no_conflict() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let (edda, emil) = add_editors(&site).await;
    let address = format!("/admin/articles/{}", article.id);
    let (at_edda, at_emil) = (edda.open(&address).await, emil.open(&address).await);
    for form in [&at_edda, &at_edda, &at_emil] {
        let form = form
            .form("/admin/articles/")
            .fill("body", "The same words.");
        let saved = form.press("Update").await;
        assert_eq!(
            saved.has_status(303).leads_to(),
            format!("{address}?saved=1")
        );
    }
    // What the button asks for is still to be done.
    let unpublish = at_emil
        .form("/admin/articles/")
        .fill("body", "The same words.");
    unpublish.press("Unpublish").await.has_status(409);
}

#[tokio::test]
async fn a_conflict_comes_before_the_questions_about_saving() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let (edda, emil) = add_editors(&site).await;
    let address = format!("/admin/articles/{}", article.id);
    let at_emil = emil.open(&address).await;
    edda.open(&address)
        .await
        .form("/admin/articles/")
        .fill("standfirst", "By Edda.")
        .press("Update")
        .await
        .has_status(303);
    let refused = at_emil.form("/admin/articles/").press("Unpublish").await;
    refused.has_status(409).sees("By Edda.");
    let asked = refused.form("/admin/articles/").press("Unpublish").await;
    asked.has_status(422).sees("Readers can read this article");
    asked
        .form("/admin/articles/")
        .press("Unpublish")
        .await
        .has_status(303);
    assert_eq!(
        site.count(
            "select count(*) from articles where standfirst = 'By Edda.' and state = 'draft'"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn a_text_of_hostile_size_is_not_compared_and_not_lost() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let (edda, emil) = add_editors(&site).await;
    let address = format!("/admin/articles/{}", article.id);
    let at_emil = emil.open(&address).await;
    let long = |word: &str| format!("{word}\n").repeat(100_000);
    edda.open(&address)
        .await
        .form("/admin/articles/")
        .fill("body", &long("edda"))
        .press("Update")
        .await
        .has_status(303);
    let refused = at_emil
        .form("/admin/articles/")
        .fill("body", &long("emil"))
        .press("Update")
        .await;
    refused
        .has_status(409)
        .sees("These texts are too long to compare line by line.");
    let body = long("emil");
    assert_eq!(
        refused.form("/admin/articles/").value("body"),
        body.trim_end()
    );
}
