//! The part of the scenario in which a moderator decides on the canary's replies.

use super::state::{CanaryScenario, FormSender, parse_id_after};
use crate::comments::Status;

impl CanaryScenario<'_> {
    /// Approves one held reply, marks one as spam and trashes one. Then undoes the last decision.
    pub async fn decide_about_held_replies(&mut self) -> anyhow::Result<()> {
        let held = self.held_comments.clone();
        let statuses = [Status::Approved, Status::Spam, Status::Trashed];
        let mut result_path = String::new();
        for (id, status) in held.iter().zip(statuses) {
            let decision = format!("{} {id}:held", status.as_str());
            result_path = self
                .decide("/admin/comments", ("one", &decision), "a decision")
                .await?;
        }
        if let Some(action_id) = parse_id_after(&result_path, "action=") {
            let field = ("action", &*action_id.to_string());
            self.decide("/admin/comments/undo", field, "undoing a decision")
                .await?;
        }
        Ok(())
    }

    /// Submits a decision. Returns the path of the page that shows its result, and adds it to the paths for the crawler.
    async fn decide(
        &mut self,
        path: &str,
        field: (&str, &str),
        action: &str,
    ) -> anyhow::Result<String> {
        let response = self
            .post_form(FormSender::Admin, path, &[field], 303, action)
            .await?;
        let result_path = response.header("location").to_owned();
        self.extra_paths.push(result_path.clone());
        Ok(result_path)
    }
}
