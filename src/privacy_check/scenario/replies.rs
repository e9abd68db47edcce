//! The canary's replies, by every form and with every outcome.

use anyhow::Context;

use super::state::{CanaryScenario, TRASH_WORD, expect_status, verify_email};
use crate::comments::links;
use crate::privacy_check::store;

/// Time after which a commenter may ask for another link to verify their email, with one second to spare.
const VERIFY_INTERVAL_SECONDS: i64 = 60 * 60 + 1;
/// Number of replies that are held: one for each decision, and one that stays held.
const HELD_REPLIES: usize = 4;

/// Submits replies that are refused, previewed, approved, held and trashed.
pub async fn submit_all_kinds(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<()> {
    let path = scenario.reply_path();
    submit_invalid(scenario, &path).await?;
    submit_approved(scenario, &path).await?;
    submit_suspicious(scenario, &path).await?;
    submit_by_wordpress_form(scenario).await
}

async fn submit_invalid(scenario: &mut CanaryScenario<'_>, path: &str) -> anyhow::Result<()> {
    scenario.submit_reply(path, "", &[], 422).await?;
    let unknown_parent = [("to", "1")];
    scenario
        .submit_reply(path, "To whom?", &unknown_parent, 422)
        .await?;
    let invalid_url = [("url", "ftp://x y")];
    scenario
        .submit_reply(path, "See here.", &invalid_url, 422)
        .await?;
    Ok(())
}

async fn submit_approved(scenario: &mut CanaryScenario<'_>, path: &str) -> anyhow::Result<()> {
    let text = format!(
        "{} is in every public reply.",
        scenario.canary.public_word()
    );
    let subscribed = [("tell_everything", "yes")];
    scenario
        .submit_reply(path, &text, &[("preview", "yes")], 200)
        .await?;
    scenario.approved_comment = scenario.submit_reply(path, &text, &subscribed, 303).await?;
    // The duplicate and the flood are only refused while the clock and the network are the same.
    let response = scenario.post_reply(path, &text, &subscribed).await?;
    expect_status(&response, 409, "a duplicate reply")?;
    let response = scenario.post_reply(path, "At once.", &[]).await?;
    expect_status(&response, 429, "a reply within the flood interval")
}

async fn submit_suspicious(scenario: &mut CanaryScenario<'_>, path: &str) -> anyhow::Result<()> {
    let held_text = CanaryScenario::held_text(scenario.canary);
    for number in 1..=HELD_REPLIES {
        let text = format!("{held_text} {number}");
        let id = scenario.submit_reply(path, &text, &[], 303).await?;
        scenario.held_comments.extend(id);
    }
    let trashed = format!("A reply with {TRASH_WORD}.");
    scenario.submit_reply(path, &trashed, &[], 303).await?;
    // `topic` is the field that only robots fill in.
    let honeypot = [("topic", "x")];
    scenario
        .submit_reply(path, "A robot.", &honeypot, 303)
        .await?;
    // The default rules, as those of WordPress, hold a reply with two links.
    let links = "One link https://example.com/ and https://example.net/ more.";
    let subscribed = [("tell_everything", "yes")];
    scenario.submit_reply(path, links, &subscribed, 303).await?;
    Ok(())
}

/// Submits replies as a page does that a cache saved before the move from WordPress.
async fn submit_by_wordpress_form(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<()> {
    let now = scenario.app.clock.now();
    let mut db = scenario.app.pool.acquire().await?;
    let wordpress_id = store::assign_wordpress_id(&mut db, scenario.article_id, now).await?;
    drop(db);
    let wordpress_id = wordpress_id.to_string();
    let fields = [("comment_post_ID", &*wordpress_id), ("comment_parent", "0")];
    let path = "/wp-comments-post.php";
    scenario.submit_reply(path, "", &fields, 422).await?;
    scenario
        .submit_reply(path, "From an old page.", &fields, 303)
        .await?;
    let unknown_article = [("comment_post_ID", "0")];
    scenario
        .submit_reply(path, "Nowhere.", &unknown_article, 404)
        .await?;
    Ok(())
}

/// Asks for the link that verifies the canary's email, and follows it.
pub async fn verify_canary_email(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<()> {
    let id = scenario
        .approved_comment
        .context("no reply of the canary was approved")?;
    let author_page = links::author_page_path(&scenario.app.keys, id);
    scenario.app.clock.advance(VERIFY_INTERVAL_SECONDS);
    let response = scenario
        .canary_browser
        .post(&author_page, &[("act", "prove")])
        .await?;
    expect_status(&response, 303, "asking to verify the email")?;
    scenario.search_response("asking to verify the email", &response);
    let commenter = scenario.find_commenter(&scenario.canary.email).await?;
    let page_path = commenter.page_path(&scenario.app.keys);
    verify_email(&mut scenario.canary_browser, &page_path).await
}
