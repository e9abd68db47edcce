//! The state that all parts of the scenario share, and requests that several of them send.

use anyhow::{Context, ensure};

use crate::app::App;
use crate::commenters::{self, CommenterAccess};
use crate::crypto::{encode_hex, random_bytes};
use crate::ids::{AccountId, ArticleId, CommentId};
use crate::privacy_check::browser::RouterBrowser;
use crate::privacy_check::canary::{Canary, parse_email};
use crate::privacy_check::report::LeakReport;
use crate::privacy_check::response::PageResponse;

/// Least seconds between two replies of a commenter, as set on the copy. A reply that comes earlier is refused.
pub const FLOOD_SECONDS: i32 = 15;
/// Seconds by which the clock advances between two replies, so that the second is not refused for coming too early.
pub const REPLY_INTERVAL_SECONDS: i64 = 20;
/// Word that makes the copy of the site move a reply to the trash.
pub const TRASH_WORD: &str = "canarytrash";

/// The browser that submits a form.
#[derive(Clone, Copy)]
pub enum FormSender {
    Canary,
    OtherReader,
    Admin,
}

/// State of a running scenario: its browsers, and the content that they have created so far.
pub struct CanaryScenario<'a> {
    pub app: &'a App,
    pub canary: &'a Canary,
    pub report: &'a mut LeakReport,
    /// Browser of a visitor who has no connection to the canary.
    pub visitor_browser: RouterBrowser,
    pub canary_browser: RouterBrowser,
    /// Browser of another reader, who is subscribed to all replies.
    pub other_browser: RouterBrowser,
    pub admin_browser: RouterBrowser,
    pub admin_id: AccountId,
    /// Article that was created for the canary's replies.
    pub article_id: ArticleId,
    pub article_path: String,
    /// Ids of all articles that the canary has replied to.
    pub article_ids: Vec<i64>,
    /// Reply of the canary that was published at once and that other readers are notified of.
    pub approved_comment: Option<CommentId>,
    /// Replies of the canary that were submitted to be held, in the order of submission.
    pub held_comments: Vec<CommentId>,
    /// All of the canary's replies that were saved.
    pub comment_ids: Vec<CommentId>,
    /// Paths that the crawler must open although no route leads to them.
    pub extra_paths: Vec<String>,
    /// Number of responses that were searched so far.
    pub response_count: u64,
}

impl CanaryScenario<'_> {
    /// Returns the path to which replies to the canary's article are submitted.
    pub fn reply_path(&self) -> String {
        format!("/articles/{}/reply", self.article_id)
    }

    /// Submits one of the canary's replies from a new IP network. Returns its id if it was saved. Fails if the response does
    /// not have `status`.
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

    /// Submits one of the canary's replies without changing its IP network, and searches the response.
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

    /// Submits a form, checks the status of the response and searches it.
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

    /// Verifies an email on the commenter's own page, and confirms all subscriptions listed there.
    pub async fn verify_email(&mut self, sender: FormSender, email: &str) -> anyhow::Result<()> {
        let commenter = self.find_commenter(email).await?;
        let path = commenter.page_path(&self.app.keys);
        let page = self.browser_of(sender).get(&path).await?;
        expect_status(&page, 200, "a commenter's own page")?;
        let subscriptions = page.input_values("subscription");
        let mut fields = vec![("action", "verify")];
        fields.extend(subscriptions.iter().map(|id| ("subscription", id.as_str())));
        self.post_form(sender, &path, &fields, 303, "verifying an email")
            .await?;
        Ok(())
    }

    /// Searches a response. Leaves out the email that a form repeats to its sender.
    fn search_response(&mut self, place: &str, response: &PageResponse) {
        self.response_count += 1;
        self.report
            .search(place, &response.to_bytes_without_typed_email());
    }

    /// Finds the commenter with this email. Fails if there is none.
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

/// Returns a random email address for a reader other than the canary.
pub fn random_email() -> String {
    format!(
        "other.reader-{}@example.net",
        encode_hex(&random_bytes::<6>())
    )
}

/// Fails if a response does not have the status that the scenario relies on. `action` describes the request in the error.
pub fn expect_status(response: &PageResponse, status: u16, action: &str) -> anyhow::Result<()> {
    ensure!(
        response.status.as_u16() == status,
        "the response to {action} was {}, not {status}, so the check cannot go on",
        response.status
    );
    Ok(())
}

/// Returns the number that follows `prefix` in a text.
pub fn parse_id_after(text: &str, prefix: &str) -> Option<i64> {
    let (_, rest) = text.split_once(prefix)?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}
