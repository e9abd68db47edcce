//! The trace of the scenario: pages and ids that the canary, the made-up commenter of the privacy check, left on the
//! site, for the crawler and the search of emails.

use anyhow::Context;

use super::state::{CanaryScenario, FormSender, expect_status};
use crate::accounts::DigestFrequency;
use crate::accounts::store::staff_email as staff_email_store;
use crate::admin::staff_email;
use crate::commenters::{self, CommenterAccess};
use crate::comments::{Status, links};
use crate::privacy_check::browser::RouterBrowser;
use crate::privacy_check::canary::{Canary, parse_email};
use crate::privacy_check::report::LeakReport;
use crate::text::Slug;

/// The pages and ids that the scenario left on the site, and the browsers that open the pages.
pub struct CanaryTrace {
    /// Browser of a visitor who has no connection to the canary.
    pub visitor_browser: RouterBrowser,
    pub canary_browser: RouterBrowser,
    pub admin_browser: RouterBrowser,
    pub commenter: CommenterAccess,
    /// Ids of articles that the canary has replied to. The first article was created for it.
    pub article_ids: Vec<i64>,
    /// Ids of the canary's replies, in every status.
    pub comment_ids: Vec<i64>,
    /// Signed paths of the pages on which the canary manages each of its replies.
    pub author_page_paths: Vec<String>,
    /// Signed path of the canary's own page as a commenter.
    pub commenter_page_path: String,
    pub unsubscribe_path: String,
    /// Signed path of the page on which the admin confirmed the canary's email as their own.
    pub confirm_path: String,
    /// Signed paths of digest pages that were mailed to the admin. Filled by the search of emails.
    pub digest_paths: Vec<String>,
    /// Signed paths that unsubscribe the admin from digests. Filled by the search of emails.
    pub digest_stop_paths: Vec<String>,
    pub topic_slug: String,
    pub author_slug: String,
    /// Further paths that the crawler must open.
    pub extra_paths: Vec<String>,
    /// Word in one of the canary's replies that everyone may see.
    pub public_word: String,
    /// Text of one of the canary's replies that no moderator has approved. The crawler must find it as the canary and as
    /// an admin, but not as a visitor.
    pub held_text: String,
}

impl CanaryTrace {
    /// Blocks the canary's email, so that the staff page of blocked commenters contains it.
    pub async fn block_canary(
        &mut self,
        canary: &Canary,
        report: &mut LeakReport,
    ) -> anyhow::Result<()> {
        let response = self
            .admin_browser
            .post("/admin/discussion/blocks", &[("email", &canary.email)])
            .await?;
        report.search(
            "blocking the canary",
            &response.to_bytes_without_typed_email(),
        );
        expect_status(&response, 303, "blocking the canary")
    }
}

impl CanaryScenario<'_> {
    /// Gives the admin account the canary's email, which must not appear on any admin page either. Returns the path of
    /// the page that confirmed the email.
    async fn set_admin_email(&mut self) -> anyhow::Result<String> {
        let now = self.app.clock.now();
        let email = parse_email(&self.canary.email)?;
        let sealed = email.seal_for_account(&self.app.keys, self.admin_id);
        let mut db = self.app.pool.acquire().await?;
        staff_email_store::update(&mut db, self.admin_id, &sealed, DigestFrequency::Each, now)
            .await?;
        drop(db);
        let path = staff_email::confirmation_path(&self.app.keys, self.admin_id, now);
        let action = "confirming the admin's email";
        self.post_form(FormSender::Admin, &path, &[], 200, action)
            .await?;
        Ok(path)
    }

    async fn find_unsubscribe_path(&self, commenter: &CommenterAccess) -> anyhow::Result<String> {
        let now = self.app.clock.now();
        let mut db = self.app.pool.acquire().await?;
        let subscriptions =
            commenters::store::subscriptions::list(&mut db, commenter.id, now).await?;
        let subscription = subscriptions
            .first()
            .context("the canary subscribed, and the subscription was not saved")?;
        Ok(links::unsubscribe_path(&self.app.keys, subscription.id))
    }

    /// Adds paths that the crawler could not find by routes or links.
    fn add_extra_paths(&mut self) {
        let canary = self.canary;
        self.extra_paths.push(self.article_path.clone());
        let lists = Status::ALL.map(|status| format!("/admin/comments?status={}", status.as_str()));
        self.extra_paths.extend(lists);
        // No search for the email itself: the search page shows what was typed to whoever typed it.
        self.extra_paths.extend([
            "/a-page-that-does-not-exist".to_owned(),
            format!("/search?q={}", canary.public_word()),
            format!("/search?q=privacy+{}", canary.run_id),
        ]);
    }

    /// Ends the scenario and returns what it left on the site.
    pub async fn collect_trace(mut self) -> anyhow::Result<CanaryTrace> {
        let confirm_path = self.set_admin_email().await?;
        let commenter = self.find_commenter(&self.canary.email).await?;
        let unsubscribe_path = self.find_unsubscribe_path(&commenter).await?;
        self.add_extra_paths();
        self.report.record_searched(format!(
            "{} replies by the canary to {} articles, and {} responses to actions of the canary and others (without the email that a form shows to its sender)",
            self.comment_ids.len(),
            self.article_ids.len(),
            self.response_count
        ));
        let keys = &self.app.keys;
        let comment_ids = self.comment_ids.iter();
        Ok(CanaryTrace {
            commenter_page_path: commenter.page_path(keys),
            commenter,
            unsubscribe_path,
            confirm_path,
            author_page_paths: comment_ids
                .clone()
                .map(|id| links::author_page_path(keys, *id))
                .collect(),
            digest_paths: Vec::new(),
            digest_stop_paths: Vec::new(),
            comment_ids: comment_ids.map(|id| id.0).collect(),
            article_ids: self.article_ids,
            topic_slug: self.canary.topic_slug(),
            author_slug: Slug::from_name(&self.canary.admin_name()).to_string(),
            extra_paths: self.extra_paths,
            public_word: self.canary.public_word(),
            // Only the first three held replies were decided about.
            held_text: format!("{} 4", self.canary.held_text()),
            visitor_browser: self.visitor_browser,
            canary_browser: self.canary_browser,
            admin_browser: self.admin_browser,
        })
    }
}
