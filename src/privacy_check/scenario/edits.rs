//! The part of the scenario in which the canary edits and deletes its own replies.

use anyhow::Context;

use super::state::{CanaryScenario, FormSender};
use crate::comments::links;

impl CanaryScenario<'_> {
    /// Edits one reply with every possible outcome of the form, and deletes another reply.
    pub async fn edit_and_delete(&mut self) -> anyhow::Result<()> {
        let author_page = self.submit_and_find_author_page("To be edited.").await?;
        let page = self.canary_browser.get(&author_page).await?;
        let versions = page.input_values("version");
        let version = versions.first().context("a new reply has no edit form")?;
        for (action, text, status) in [
            ("save", "", 422),
            ("preview", "Edited, as a preview.", 200),
            ("save", "Edited.", 303),
            // The version is outdated by then.
            ("save", "Edited too late.", 409),
        ] {
            let fields = [("action", action), ("version", version), ("comment", text)];
            let step = "editing a reply";
            self.post_form(FormSender::Canary, &author_page, &fields, status, step)
                .await?;
        }
        let author_page = self.submit_and_find_author_page("To be deleted.").await?;
        let delete = [("action", "delete")];
        let step = "deleting a reply";
        self.post_form(FormSender::Canary, &author_page, &delete, 303, step)
            .await?;
        Ok(())
    }

    async fn submit_and_find_author_page(&mut self, text: &str) -> anyhow::Result<String> {
        let id = self
            .submit_reply(&self.reply_path(), text, &[], 303)
            .await?;
        let id = id.context("a reply was not saved")?;
        Ok(links::author_page_path(&self.app.keys, id))
    }
}
