//! Tests of the spam classifier: decisions train it, undoing a decision removes its training, and it decides by itself
//! only if the settings allow it. An admin page reports how accurate it is.

use std::net::Ipv4Addr;

use broadsheet::accounts::Role;
use broadsheet::commenters::{self, Email};
use broadsheet::comments::screening::Verdict;
use broadsheet::comments::{self, NewComment, Status};
use broadsheet::crypto::{KeyFile, encode_hex};
use broadsheet::ids::CommentId;
use broadsheet::text::markdown;
use broadsheet::worker;

use crate::support::makers::SampleArticle;
use crate::support::visitor::{Page, Visitor};
use crate::support::{Setup, TestSite};

/// Rows of the classifier's model: the counts of each feature, and the totals.
type ModelRows = (Vec<(i64, i32, i32)>, (i64, i64, i64, i64));

async fn load_model(site: &TestSite) -> ModelRows {
    let signals = sqlx::query_as(
        "select feature, approved, refused from classifier_features order by feature",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("the classifier's features are read");
    let sums = sqlx::query_as(
        "select approved, refused, approved_features, refused_features from classifier_state",
    )
    .fetch_one(&site.app.pool)
    .await
    .expect("the classifier's totals are read");
    (signals, sums)
}

async fn train(site: &TestSite) {
    worker::train(&site.app)
        .await
        .expect("the classifier is trained");
}

/// Inserts a held comment on an article.
async fn insert_held(site: &TestSite, on: &SampleArticle, name: &str, body: &str) -> CommentId {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let email = Email::parse("someone@example.org").expect("a valid email");
    let commenter =
        commenters::store::commenters::find_or_insert(&mut db, &site.app.keys, &email, site.now())
            .await
            .expect("a commenter");
    let comment = NewComment {
        parent_id: None,
        name: name.to_owned(),
        email: Some(email),
        website: None,
        body_html: markdown::render_comment(body),
        body: body.to_owned(),
        account_id: None,
        ip: Ipv4Addr::LOCALHOST.into(),
    };
    let verdict = Verdict::new(Status::Held, Vec::new());
    let id = comments::store::submissions::insert(
        &mut db,
        &site.app.keys,
        on.id,
        Some(commenter.id),
        &comment,
        &verdict,
        None,
        site.now(),
    )
    .await
    .expect("a comment is inserted")
    .expect("the comment is no duplicate");
    db.commit().await.expect("a commit");
    id
}

async fn decide(by: &Visitor, ids: &[CommentId], from: &str, to: &str) -> Page {
    let ticks: Vec<String> = ids.iter().map(|id| format!("{id}:{from}")).collect();
    let mut fields = vec![("all", to), ("status", from)];
    fields.extend(ticks.iter().map(|tick| ("selected", tick.as_str())));
    by.post_fields("/admin/comments", &fields).await
}

/// Trains the classifier with thirty decisions of each kind: comments about tea are approved, comments about a casino are
/// spam.
async fn train_on_samples(
    site: &TestSite,
    on: &SampleArticle,
    by: &Visitor,
) -> (Vec<CommentId>, Vec<CommentId>) {
    let (mut saved, mut refused) = (Vec::new(), Vec::new());
    for number in 0..30 {
        let tea = format!("Thank you for the tea, number {number} was lovely in our garden.");
        saved.push(insert_held(site, on, "Ann", &tea).await);
        let casino =
            format!("Best casino bonus {number}! Win money at https://casino.example/{number}");
        refused.push(insert_held(site, on, "Casino", &casino).await);
    }
    decide(by, &saved, "held", "approved").await.has_status(303);
    decide(by, &refused, "held", "spam").await.has_status(303);
    train(site).await;
    (saved, refused)
}

async fn score_of(site: &TestSite, id: CommentId) -> (Option<f32>, Vec<String>) {
    sqlx::query_as("select score, signals from comments where id = $1")
        .bind(id.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment exists")
}

async fn reply(
    site: &TestSite,
    visitor: &Visitor,
    on: &SampleArticle,
    name: &str,
    words: &str,
) -> CommentId {
    let form = visitor.open(&on.path).await.form("/articles/");
    let form = form
        .fill("comment", words)
        .fill("author", name)
        .fill("email", &format!("{}@example.org", name.to_lowercase()));
    form.submit().await.has_status(303);
    let id: i64 = site.count("select max(id) from comments").await;
    CommentId(id)
}

const CASINO: &str = "The best casino bonus: win money at https://casino.example/now";

#[tokio::test]
async fn undoing_a_decision_removes_exactly_its_training_from_the_model() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let first = insert_held(&site, &article, "Ann", "Lovely tea.").await;
    decide(&mo, &[first], "held", "approved").await;
    train(&site).await;
    let before = load_model(&site).await;
    assert_eq!((before.1.0, before.1.1), (1, 0));
    assert_eq!(
        before.1.2,
        i64::try_from(before.0.len()).expect("the number of features fits i64")
    );

    let second = insert_held(
        &site,
        &article,
        "Casino",
        "Lovely casino: https://casino.example",
    )
    .await;
    let after = decide(&mo, &[second], "held", "trashed")
        .await
        .follow()
        .await;
    train(&site).await;
    let (signals, sums) = load_model(&site).await;
    assert_eq!((sums.0, sums.1), (1, 1));
    assert!(
        signals
            .iter()
            .any(|(_, saved, refused)| (*saved, *refused) == (1, 1))
    );
    // Reading the same entries again trains nothing twice.
    sqlx::query("update classifier_state set log_position = 0")
        .execute(&site.app.pool)
        .await
        .expect("the log position is reset");
    train(&site).await;
    assert_eq!(load_model(&site).await, (signals, sums));

    after.form("/admin/comments/undo").press("Undo").await;
    assert_eq!(site.status_of(second).await, Status::Held);
    train(&site).await;
    assert_eq!(load_model(&site).await, before);
    assert_eq!(
        site.count("select count(*) from classifier_examples").await,
        1
    );
}

#[tokio::test]
async fn a_corrected_decision_replaces_the_first_one_in_the_training_data() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let (_, refused) = train_on_samples(&site, &article, &mo).await;
    let before = load_model(&site).await;
    decide(&mo, &refused[..10], "spam", "approved").await;
    train(&site).await;
    let (_, sums) = load_model(&site).await;
    assert_eq!((sums.0, sums.1), (40, 20));
    let waits = reply(&site, &site.visitor(), &article, "Eve", CASINO).await;
    let corrected = score_of(&site, waits)
        .await
        .0
        .expect("the comment has a score");
    decide(&mo, &refused[..10], "approved", "spam").await;
    train(&site).await;
    assert_eq!(load_model(&site).await, before);
    // Held comments are scored again after a while.
    site.app.clock.advance(60);
    train(&site).await;
    let again = score_of(&site, waits)
        .await
        .0
        .expect("the comment has a score");
    assert!(again > corrected, "{again} after {corrected}");
}

#[tokio::test]
async fn erased_and_edited_comments_are_removed_from_the_model_at_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let first = insert_held(&site, &article, "Ann", "Lovely tea.").await;
    decide(&mo, &[first], "held", "approved").await;
    train(&site).await;
    let before = load_model(&site).await;

    let ann = site.visitor();
    let own = reply(&site, &ann, &article, "Eve", "Unheard words of mine.").await;
    decide(&mo, &[own], "held", "approved").await;
    train(&site).await;
    assert_ne!(load_model(&site).await, before);
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let changed = comments::store::author::update_body(
        &mut db,
        own,
        0,
        "Other words.",
        &markdown::render_comment("Other words."),
        &Verdict::new(Status::Held, Vec::new()),
        site.now().plus_seconds(-60),
        site.now(),
    )
    .await
    .expect("the comment is changed");
    assert!(changed);
    db.commit().await.expect("a commit");
    assert_eq!(load_model(&site).await, before);

    let ticked = format!("{own}:held:1");
    mo.post_fields(
        "/admin/comments",
        &[("all", "trashed"), ("selected", &ticked)],
    )
    .await;
    train(&site).await;
    assert_ne!(load_model(&site).await, before);
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::erase::erase(&mut db, &[own], site.now())
        .await
        .expect("the comment is erased");
    db.commit().await.expect("a commit");
    assert_eq!(load_model(&site).await, before);
    train(&site).await;
    assert_eq!(load_model(&site).await, before);
    assert_eq!(
        site.count("select count(*) from classifier_examples").await,
        1
    );
}

#[tokio::test]
async fn held_and_new_comments_get_a_spam_score() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let waits = insert_held(&site, &article, "Eve", CASINO).await;
    let early = reply(&site, &site.visitor(), &article, "Bob", "Lovely tea.").await;
    assert_eq!(score_of(&site, early).await, (None, vec![]));
    train_on_samples(&site, &article, &mo).await;
    let (score, signals) = score_of(&site, waits).await;
    assert!(score.expect("the comment has a score") > 0.95);
    assert_eq!(signals.len(), 3);
    assert!(
        signals.iter().all(|signal| signal.starts_with('+')),
        "{signals:?}"
    );
    let (score, signals) = score_of(&site, early).await;
    assert!(score.expect("the comment has a score") < 0.2);
    assert!(signals[0].starts_with('-'), "{signals:?}");

    let late = reply(&site, &site.visitor(), &article, "Carl", CASINO).await;
    let (score, signals) = score_of(&site, late).await;
    assert!(score.expect("the comment has a score") > 0.95);
    assert!(
        signals.iter().any(|signal| signal.contains("casino")),
        "{signals:?}"
    );
    // Without a threshold the score decides nothing.
    assert_eq!(site.status_of(late).await, Status::Held);
}

#[tokio::test]
async fn comments_above_the_spam_threshold_are_spam_except_those_of_known_commenters() {
    let setup = Setup::default().publication(|publication| {
        publication.discussion.hold_everything = false;
        publication.discussion.hold_links = 0;
        publication.discussion.trust_unverified = true;
    });
    let site = setup.build().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let ada = site.staff("ada", Role::Admin).await;
    train_on_samples(&site, &article, &mo).await;
    let id = reply(&site, &site.visitor(), &article, "Eve", CASINO).await;
    assert_eq!(site.status_of(id).await, Status::Approved);

    let page = ada.open("/admin/spam-score").await;
    let form = page.form("/admin/spam-score").fill("from", "95");
    form.press("Save").await.follow().await.sees("Saved.");
    let id = reply(&site, &site.visitor(), &article, "Mallory", CASINO).await;
    assert_eq!(site.status_of(id).await, Status::Spam);
    let reasons: Vec<String> =
        sqlx::query_scalar("select unnest(reasons) from comments where id = $1")
            .bind(id.0)
            .fetch_all(&site.app.pool)
            .await
            .expect("the reasons are read");
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].starts_with("learned-spam:9"), "{reasons:?}");
    mo.open("/admin/comments?status=spam")
        .await
        .sees("The spam filter is 9");

    // A low score changes nothing.
    let id = reply(
        &site,
        &site.visitor(),
        &article,
        "Bob",
        "Thank you for the lovely tea.",
    )
    .await;
    assert_eq!(site.status_of(id).await, Status::Approved);
    // Bob was approved before, and this publication takes his word for it.
    let id = reply(&site, &site.visitor(), &article, "Bob", CASINO).await;
    assert_eq!(site.status_of(id).await, Status::Approved);
    let words = format!("{CASINO} says the staff");
    let id = reply(&site, &mo, &article, "Mo", &words).await;
    assert_eq!(site.status_of(id).await, Status::Approved);
    assert_eq!(score_of(&site, id).await, (None, vec![]));
}

#[tokio::test]
async fn the_classifier_page_reports_accuracy_and_false_positives() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let ada = site.staff("ada", Role::Admin).await;
    ada.open("/admin/spam-score")
        .await
        .has_status(200)
        .sees("This is not enough yet.")
        .sees("No comment with an estimate has been decided on yet.");
    train_on_samples(&site, &article, &mo).await;
    // These have scores when they are decided: three are refused, and one is approved despite a high score.
    let mut refused = Vec::new();
    for number in 0..3 {
        let words = format!("{CASINO} or {number}");
        refused.push(insert_held(&site, &article, "Eve", &words).await);
    }
    let saved = insert_held(&site, &article, "Carl", &format!("{CASINO}?")).await;
    let tea = insert_held(
        &site,
        &article,
        "Dora",
        "Lovely tea in the garden, thank you.",
    )
    .await;
    decide(&mo, &refused, "held", "spam").await;
    decide(&mo, &[saved, tea], "held", "approved").await;
    train(&site).await;
    let page = ada.open("/admin/spam-score?from=90").await;
    page.sees("32 approved comments")
        .sees("33 rejected comments")
        .sees("The filter made an estimate for each of the last 5 comments")
        .sees("There are only a few")
        .sees("Mistakes from 90 % on")
        .sees("The filter would have rejected one comment that your moderators approved:")
        .sees("Carl")
        .does_not_see("Dora");
    assert_eq!(
        page.texts_of(".thresholds tbody tr")[2],
        "90 %43 (75 %)3 (100 %)"
    );
    let link = page.attribute("#preview li a", "href").expect("a link");
    assert_eq!(
        link,
        format!("/admin/comments?status=approved&author={saved}#card-{saved}")
    );

    // A preview saves nothing; malformed and conflicting forms come back.
    let form = || page.form("/admin/spam-score");
    let looked = form().fill("from", "99.5").press("Preview").await;
    looked.has_status(200).sees("Mistakes from 99.5 % on");
    assert_eq!(looked.form("/admin/spam-score").value("from"), "99.5");
    let wrong = form().fill("from", "12").press("Save").await;
    wrong
        .has_status(422)
        .sees("Please enter 0, or a number from 50 to 100.");
    assert_eq!(wrong.form("/admin/spam-score").value("from"), "12");
    form()
        .fill("from", "99,5")
        .press("Save")
        .await
        .has_status(303);
    let late = form().fill("from", "80").press("Save").await;
    late.has_status(409)
        .sees("Someone else saved other settings after you opened this page.");
    assert_eq!(late.form("/admin/spam-score").value("from"), "80");
    let now = site
        .count("select spam_threshold::bigint from settings")
        .await;
    assert_eq!(now, 995);
}

#[tokio::test]
async fn the_classifier_trains_on_at_most_ten_comments_of_a_similarity_group() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let mut flood = Vec::new();
    for number in 0..25 {
        flood.push(insert_held(&site, &article, "Eve", &format!("Buy pills {number}")).await);
    }
    sqlx::query("insert into similar_groups (id) values ($1)")
        .bind(flood[0].0)
        .execute(&site.app.pool)
        .await
        .expect("a similar group is inserted");
    sqlx::query("update comments set similar_group_id = $1")
        .bind(flood[0].0)
        .execute(&site.app.pool)
        .await
        .expect("all comments join the similar group");
    decide(&mo, &flood[..6], "held", "spam").await;
    train(&site).await;
    decide(&mo, &flood[6..], "held", "spam").await;
    train(&site).await;
    assert_eq!(load_model(&site).await.1.1, 10);
    assert_eq!(
        site.count("select count(*) from classifier_examples").await,
        25
    );
}

#[tokio::test]
async fn the_model_has_no_readable_words_and_a_new_key_retrains_it() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let mo = site.staff("mo", Role::Moderator).await;
    train_on_samples(&site, &article, &mo).await;
    let before = load_model(&site).await;
    for table in [
        "classifier_features",
        "classifier_examples",
        "classifier_state",
    ] {
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select t::text from {table} t"
        )))
        .fetch_all(&site.app.pool)
        .await
        .expect("the table's rows are read");
        let rows = rows.join("\n").to_lowercase();
        for word in ["casino", "tea", "garden", "ann", "example"] {
            assert!(!rows.contains(word), "{table} says {word}");
        }
    }
    let text = format!("{}\n{}\n", encode_hex(&[43; 32]), encode_hex(&[42; 32]));
    let ring = KeyFile::parse(&text).expect("a valid key file").key_ring();
    site.app.keys.replace(&ring);
    sqlx::query("update settings set key_id = $1")
        .bind(&ring.active_id()[..])
        .execute(&site.app.pool)
        .await
        .expect("the new key's id is saved");
    // Until it is trained with the new key, comments get no score.
    let id = reply(&site, &site.visitor(), &article, "Eve", CASINO).await;
    assert_eq!(score_of(&site, id).await.0, None);
    site.app.clock.advance(60);
    train(&site).await;
    let after = load_model(&site).await;
    assert_eq!(after.1, before.1);
    assert!(after.0.iter().all(|signal| !before.0.contains(signal)));
    let mut counts = [before.0, after.0].map(|signals| {
        let counts = signals
            .into_iter()
            .map(|(_, saved, refused)| (saved, refused));
        counts.collect::<Vec<_>>()
    });
    for counts in &mut counts {
        counts.sort_unstable();
    }
    assert_eq!(counts[0], counts[1]);
    assert!(score_of(&site, id).await.0.is_some());
}
