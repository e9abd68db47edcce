//! Replies to comments, and to an article that was on the site before.

use anyhow::Context;

use super::state::{CanaryScenario, REPLY_INTERVAL_SECONDS, expect_status};
use crate::crypto::{hex, random};

/// Number of links on the front page that are followed to find an article that accepts replies.
const MAX_PAGES_TRIED: usize = 30;

/// Lets a third reader answer the canary, and the canary answer in the same thread.
pub async fn exchange_answers(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<()> {
    let parent = scenario
        .approved_comment
        .context("no reply of the canary was approved")?
        .to_string();
    scenario.app.clock.advance(REPLY_INTERVAL_SECONDS);
    // The flood interval applies to the network, too.
    scenario.other_browser.change_network();
    let email = format!("third.reader-{}@example.net", hex(&random::<6>()));
    let path = scenario.reply_path();
    let fields = [
        ("comment", "An answer to the canary."),
        ("author", "Third"),
        ("email", &*email),
        ("to", &*parent),
    ];
    let response = scenario.other_browser.post(&path, &fields).await?;
    expect_status(&response, 303, "an answer to the canary")?;
    scenario.search_response("an answer to the canary", &response);
    let subscribed = [("to", &*parent), ("tell_answers", "yes")];
    scenario
        .submit_reply(&path, "The canary answers.", &subscribed, 303)
        .await?;
    Ok(())
}

/// Replies to the first article linked from the front page that accepts replies, if there is one.
pub async fn reply_to_existing_article(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<()> {
    let front_page = scenario.visitor_browser.get("/").await?;
    let links = front_page.links(&scenario.app.config.public_url);
    for link in links.into_iter().take(MAX_PAGES_TRIED) {
        let page = scenario.visitor_browser.get(&link).await?;
        let article = page.reply_form_article();
        if let Some(id) = article.filter(|id| *id != scenario.article_id.0) {
            let path = format!("/articles/{id}/reply");
            scenario
                .submit_reply(&path, "The canary was here, too.", &[], 303)
                .await?;
            scenario.article_ids.push(id);
            scenario.extra_paths.push(link);
            break;
        }
    }
    Ok(())
}
