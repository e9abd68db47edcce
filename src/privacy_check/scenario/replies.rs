//! The part of the scenario in which the canary submits replies, by every form and with every outcome.

use anyhow::Context;

use super::state::{
    CanaryScenario, FormSender, REPLY_INTERVAL_SECONDS, TRASH_WORD, expect_status, random_email,
};
use crate::comments::links;
use crate::privacy_check::store;

/// Seconds after which a commenter may ask again for the link that verifies their email, with one second to spare.
const VERIFY_INTERVAL_SECONDS: i64 = 60 * 60 + 1;
/// Number of replies that are submitted to be held: one for each decision of the moderator, and one that stays held.
const HELD_REPLIES: usize = 4;
/// Largest number of links on the front page that are followed in search of an article that accepts replies.
const MAX_PAGES_TRIED: usize = 30;

impl CanaryScenario<'_> {
    /// Submits replies that are invalid, previewed, approved, held and trashed.
    pub async fn submit_all_kinds(&mut self) -> anyhow::Result<()> {
        let path = self.reply_path();
        self.submit_invalid(&path).await?;
        self.submit_approved(&path).await?;
        self.submit_suspicious(&path).await?;
        self.submit_by_wordpress_form().await
    }

    async fn submit_invalid(&mut self, path: &str) -> anyhow::Result<()> {
        let unknown_parent = [("to", "1")];
        let invalid_url = [("url", "ftp://x y")];
        self.submit_reply(path, "", &[], 422).await?;
        self.submit_reply(path, "To whom?", &unknown_parent, 422)
            .await?;
        self.submit_reply(path, "See here.", &invalid_url, 422)
            .await?;
        Ok(())
    }

    async fn submit_approved(&mut self, path: &str) -> anyhow::Result<()> {
        let text = format!("{} is in every public reply.", self.canary.public_word());
        let preview = [("preview", "yes")];
        let subscribed = [("notify_all", "yes")];
        self.submit_reply(path, &text, &preview, 200).await?;
        self.approved_comment = self.submit_reply(path, &text, &subscribed, 303).await?;
        // The duplicate and the flood are only refused while the clock and the network are the same.
        let response = self.post_reply(path, &text, &subscribed).await?;
        // It leads to the public comment.
        expect_status(&response, 303, "a duplicate of a public reply")?;
        let response = self.post_reply(path, "At once.", &[]).await?;
        expect_status(&response, 429, "a reply within the flood interval")
    }

    async fn submit_suspicious(&mut self, path: &str) -> anyhow::Result<()> {
        let held_text = self.canary.held_text();
        for number in 1..=HELD_REPLIES {
            let text = format!("{held_text} {number}");
            let id = self.submit_reply(path, &text, &[], 303).await?;
            self.held_comments.extend(id);
            let response = self.post_reply(path, &text, &[]).await?;
            expect_status(&response, 409, "a duplicate of a held reply")?;
        }
        let trashed = format!("A reply with {TRASH_WORD}.");
        self.submit_reply(path, &trashed, &[], 303).await?;
        // `topic` is the field that only robots fill in.
        let honeypot = [("topic", "x")];
        self.submit_reply(path, "A robot.", &honeypot, 303).await?;
        // The default rules, as those of WordPress, hold a reply with two links.
        let links = "One link https://example.com/ and https://example.net/ more.";
        let subscribed = [("notify_all", "yes")];
        self.submit_reply(path, links, &subscribed, 303).await?;
        Ok(())
    }

    /// Submits replies by the form of WordPress. Pages that caches saved before the site moved from WordPress still have
    /// that form.
    async fn submit_by_wordpress_form(&mut self) -> anyhow::Result<()> {
        let now = self.app.clock.now();
        let mut db = self.app.pool.acquire().await?;
        let wordpress_id = store::assign_wordpress_id(&mut db, self.article_id, now).await?;
        drop(db);
        let wordpress_id = wordpress_id.to_string();
        let fields = [("comment_post_ID", &*wordpress_id), ("comment_parent", "0")];
        let unknown_article = [("comment_post_ID", "0")];
        let path = "/wp-comments-post.php";
        self.submit_reply(path, "", &fields, 422).await?;
        self.submit_reply(path, "From an old page.", &fields, 303)
            .await?;
        self.submit_reply(path, "Nowhere.", &unknown_article, 404)
            .await?;
        Ok(())
    }

    /// Requests the link that verifies the canary's email, and opens it.
    pub async fn verify_canary_email(&mut self) -> anyhow::Result<()> {
        let id = self
            .approved_comment
            .context("no reply of the canary was approved")?;
        let path = links::author_page_path(&self.app.keys, id);
        let fields = [("action", "verify")];
        let action = "asking to verify the email";
        self.app.clock.advance(VERIFY_INTERVAL_SECONDS);
        self.post_form(FormSender::Canary, &path, &fields, 303, action)
            .await?;
        self.verify_email(FormSender::Canary, &self.canary.email)
            .await
    }

    /// Lets another reader reply to the canary, and the canary reply in the same thread.
    pub async fn exchange_answers(&mut self) -> anyhow::Result<()> {
        let parent = self
            .approved_comment
            .context("no reply of the canary was approved")?
            .to_string();
        self.app.clock.advance(REPLY_INTERVAL_SECONDS);
        // The flood interval applies to the network, too.
        self.other_browser.change_network();
        let path = self.reply_path();
        let fields = [
            ("comment", "An answer to the canary."),
            ("author", "Third"),
            ("email", &*random_email()),
            ("to", &*parent),
        ];
        let action = "an answer to the canary";
        self.post_form(FormSender::OtherReader, &path, &fields, 303, action)
            .await?;
        let subscribed = [("to", &*parent), ("notify_replies", "yes")];
        self.submit_reply(&path, "The canary answers.", &subscribed, 303)
            .await?;
        Ok(())
    }

    /// Submits a reply to the first article linked from the front page that accepts replies. Does nothing if there is
    /// none.
    pub async fn reply_to_existing_article(&mut self) -> anyhow::Result<()> {
        let front_page = self.visitor_browser.get("/").await?;
        let links = front_page.links(&self.app.config.public_url);
        for link in links.into_iter().take(MAX_PAGES_TRIED) {
            let page = self.visitor_browser.get(&link).await?;
            let article = page.reply_form_article();
            if let Some(id) = article.filter(|id| *id != self.article_id.0) {
                let path = format!("/articles/{id}/reply");
                self.submit_reply(&path, "The canary was here, too.", &[], 303)
                    .await?;
                self.article_ids.push(id);
                self.extra_paths.push(link);
                break;
            }
        }
        Ok(())
    }
}
