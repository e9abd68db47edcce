//! A moderator's decisions about the canary's replies.

use super::state::{CanaryScenario, expect_status, parse_id_after};
use crate::comments::Status;

/// Approves, marks as spam and trashes one held reply each, then undoes the last decision.
pub async fn decide(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<()> {
    let held = scenario.held_comments.clone();
    let statuses = [Status::Approved, Status::Spam, Status::Trashed];
    let mut last_result = String::new();
    for (id, status) in held.iter().zip(statuses) {
        let decision = format!("{} {id}:held", status.word());
        let response = scenario
            .admin_browser
            .post("/admin/comments", &[("one", &decision)])
            .await?;
        expect_status(&response, 303, "a decision")?;
        scenario.search_response("a decision", &response);
        response.header("location").clone_into(&mut last_result);
        scenario.extra_paths.push(last_result.clone());
    }
    if let Some(action_id) = parse_id_after(&last_result, "act=") {
        let action_id = action_id.to_string();
        let response = scenario
            .admin_browser
            .post("/admin/comments/undo", &[("act", &action_id)])
            .await?;
        expect_status(&response, 303, "undoing a decision")?;
        let result = response.header("location").to_owned();
        scenario.extra_paths.push(result);
    }
    Ok(())
}
