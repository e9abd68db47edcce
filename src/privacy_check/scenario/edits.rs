//! Changes that the canary makes to its own replies.

use anyhow::Context;

use super::state::{CanaryScenario, expect_status};
use crate::comments::links;

/// Edits one reply with every outcome, and deletes another.
pub async fn edit_and_delete(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<()> {
    let path = scenario.reply_path();
    let edited = scenario
        .submit_reply(&path, "To be edited.", &[], 303)
        .await?;
    let id = edited.context("a reply was not saved")?;
    let author_page = links::author_page_path(&scenario.app.keys, id);
    let page = scenario.canary_browser.get(&author_page).await?;
    let versions = page.input_values("version");
    let version = versions.first().context("a new reply has no edit form")?;
    for (action, text, status) in [
        ("save", "", 422),
        ("preview", "Edited, as a preview.", 200),
        ("save", "Edited.", 303),
        // The version is outdated by then.
        ("save", "Edited too late.", 409),
    ] {
        let fields = [("act", action), ("version", version), ("comment", text)];
        let response = scenario.canary_browser.post(&author_page, &fields).await?;
        expect_status(&response, status, "editing a reply")?;
        scenario.search_response("editing a reply", &response);
    }
    let deleted = scenario
        .submit_reply(&path, "To be deleted.", &[], 303)
        .await?;
    let id = deleted.context("a reply was not saved")?;
    let author_page = links::author_page_path(&scenario.app.keys, id);
    let response = scenario
        .canary_browser
        .post(&author_page, &[("act", "delete")])
        .await?;
    expect_status(&response, 303, "deleting a reply")?;
    scenario.search_response("deleting a reply", &response);
    Ok(())
}
