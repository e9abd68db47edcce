//! The state that the steps of the scenario share, and the requests that they have in common.

use anyhow::{Context, ensure};

use crate::app::App;
use crate::commenters::{self, CommenterAccess};
use crate::crypto::{encode_hex, random_bytes};
use crate::ids::{AccountId, ArticleId, CommentId};
use crate::privacy_check::browser::RouterBrowser;
use crate::privacy_check::canary::{Canary, parse_email};
use crate::privacy_check::report::LeakReport;
use crate::privacy_check::response::PageResponse;

/// Flood interval of the copy. A second reply within it is refused.
pub const FLOOD_SECONDS: i32 = 15;
/// Time between two replies, long enough that the flood interval does not stop the second.
pub const REPLY_INTERVAL_SECONDS: i64 = 20;
/// Word for which the copy moves a reply to the trash.
pub const TRASH_WORD: &str = "canarytrash";

/// Browser that submits a form.
#[derive(Clone, Copy)]
pub enum FormSender {
    Canary,
    OtherReader,
    Admin,
}

/// State of a running scenario: its browsers, and what they have created so far.
pub struct CanaryScenario<'a> {
    pub app: &'a App,
    pub canary: &'a Canary,
    pub report: &'a mut LeakReport,
    /// Browser of a visitor without any connection to the canary.
    pub visitor_browser: RouterBrowser,
    pub canary_browser: RouterBrowser,
    /// Browser of a reader who is subscribed to all replies.
    pub other_browser: RouterBrowser,
    pub admin_browser: RouterBrowser,
    pub admin_id: AccountId,
    /// Article that was created for the canary.
    pub article_id: ArticleId,
    pub article_path: String,
    /// Ids of all articles with replies by the canary.
    pub article_ids: Vec<i64>,
    /// Reply that was approved at once, and of which others are notified.
    pub approved_comment: Option<CommentId>,
    /// Replies that were held, in the order of their submission.
    pub held_comments: Vec<CommentId>,
    /// All saved replies of the canary.
    pub comment_ids: Vec<CommentId>,
    /// Further paths that the crawler must open.
    pub extra_paths: Vec<String>,
    /// Number of responses searched so far.
    pub response_count: u64,
}

impl CanaryScenario<'_> {
    /// Returns the path to which a reply to the canary's article is posted.
    pub fn reply_path(&self) -> String {
        format!("/articles/{}/reply", self.article_id)
    }

    /// Submits a reply of the canary from a new network. Returns its id if it was saved; fails for another status.
    pub async fn submit_reply(
        &mut self,
        path: &str,
        text: &str,
        other_fields: &[(&str, &str)],
        status: u16,
    ) -> anyhow::Result<Option<CommentId>> {
        self.app.clock.advance(REPLY_INTERVAL_SECONDS);
        self.canary_browser.change_network();
        let response = self.post_reply(path, text, other_fields).await?;
        expect_status(&response, status, &format!("a reply to {path}"))?;
        let id = parse_id_after(response.header("location"), "/comments/").map(CommentId);
        if status == 303 {
            ensure!(
                id.is_some(),
                "a saved reply does not redirect to the comment"
            );
        }
        self.comment_ids.extend(id);
        Ok(id)
    }

    /// Posts a reply of the canary from the same network as its last one, and searches the response.
    pub async fn post_reply(
        &mut self,
        path: &str,
        text: &str,
        other_fields: &[(&str, &str)],
    ) -> anyhow::Result<PageResponse> {
        let mut fields = vec![
            ("comment", text),
            ("author", "Canary"),
            ("email", self.canary.email.as_str()),
        ];
        fields.extend(other_fields);
        let response = self.canary_browser.post(path, &fields).await?;
        self.search_response(
            &format!("the response {} to a reply to {path}", response.status),
            &response,
        );
        Ok(response)
    }

    /// Posts a form, checks the status of the response and searches it.
    pub async fn post_form(
        &mut self,
        sender: FormSender,
        path: &str,
        fields: &[(&str, &str)],
        status: u16,
        action: &str,
    ) -> anyhow::Result<PageResponse> {
        let response = self.browser_of(sender).post(path, fields).await?;
        expect_status(&response, status, action)?;
        self.search_response(action, &response);
        Ok(response)
    }

    fn browser_of(&mut self, sender: FormSender) -> &mut RouterBrowser {
        match sender {
            FormSender::Canary => &mut self.canary_browser,
            FormSender::OtherReader => &mut self.other_browser,
            FormSender::Admin => &mut self.admin_browser,
        }
    }

    /// Verifies an email on the commenter's own page, and confirms all subscriptions that are listed there.
    pub async fn verify_email(&mut self, sender: FormSender, email: &str) -> anyhow::Result<()> {
        let commenter = self.find_commenter(email).await?;
        let path = commenter.page_path(&self.app.keys);
        let page = self.browser_of(sender).get(&path).await?;
        expect_status(&page, 200, "a commenter's own page")?;
        let subscriptions = page.input_values("tell");
        let mut fields = vec![("action", "prove")];
        fields.extend(subscriptions.iter().map(|id| ("tell", id.as_str())));
        self.post_form(sender, &path, &fields, 303, "verifying an email")
            .await?;
        Ok(())
    }

    /// Searches a response, without the email that a form repeats to its sender.
    fn search_response(&mut self, place: &str, response: &PageResponse) {
        self.response_count += 1;
        self.report
            .search(place, &response.to_bytes_without_typed_email());
    }

    /// Returns the commenter with this email, who must exist.
    pub async fn find_commenter(&self, email: &str) -> anyhow::Result<CommenterAccess> {
        let email = parse_email(email)?;
        let mut db = self.app.pool.acquire().await?;
        let ids =
            commenters::store::commenters::find_by_email(&mut db, &self.app.keys, &email).await?;
        let id = ids.first().context("a commenter was not saved")?;
        let commenter = commenters::store::commenters::find_access(&mut db, *id).await?;
        commenter.context("a commenter was not saved")
    }
}

/// Returns a random email address for a reader who is not the canary.
pub fn random_email() -> String {
    format!(
        "other.reader-{}@example.net",
        encode_hex(&random_bytes::<6>())
    )
}

/// Fails if the site did something else than the scenario relies on.
pub fn expect_status(response: &PageResponse, status: u16, action: &str) -> anyhow::Result<()> {
    ensure!(
        response.status.as_u16() == status,
        "the response to {action} was {}, not {status}, so the check cannot go on",
        response.status
    );
    Ok(())
}

/// Returns the number after `prefix`.
pub fn parse_id_after(text: &str, prefix: &str) -> Option<i64> {
    let (_, rest) = text.split_once(prefix)?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}
