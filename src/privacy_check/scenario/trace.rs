//! The traces of the canary on the site, which the crawler and the mail search follow.

use anyhow::Context;

use super::state::{CanaryScenario, expect_status};
use crate::accounts::{Rhythm, address_store};
use crate::admin::staff_email;
use crate::commenters::{self, CommenterAccess};
use crate::comments::{Status, links};
use crate::privacy_check::browser::RouterBrowser;
use crate::privacy_check::canary::{Canary, parse_email};
use crate::privacy_check::report::{LeakReport, group_thousands};

/// Pages that concern the canary, and the browsers that open them.
pub struct CanaryTrace {
    /// Browser of a visitor without any connection to the canary.
    pub visitor_browser: RouterBrowser,
    pub canary_browser: RouterBrowser,
    pub admin_browser: RouterBrowser,
    pub commenter: CommenterAccess,
    /// Articles with replies by the canary. The first was created for it.
    pub article_ids: Vec<i64>,
    /// Replies by the canary, in every status.
    pub comment_ids: Vec<i64>,
    /// Signed author pages of these replies.
    pub author_page_paths: Vec<String>,
    /// Signed page of the canary as a commenter.
    pub commenter_page_path: String,
    pub unsubscribe_path: String,
    /// Signed page on which the admin confirmed the canary's email as their own.
    pub confirm_path: String,
    /// Digest pages that were mailed to the admin. The mail search fills it.
    pub digest_paths: Vec<String>,
    /// Pages that unsubscribe the admin from digests. The mail search fills it.
    pub digest_stop_paths: Vec<String>,
    pub topic_slug: String,
    pub author_slug: String,
    /// Further paths to open.
    pub extra_paths: Vec<String>,
    /// Word in a reply that everyone may see.
    pub public_word: String,
    /// Text of a reply that is held.
    pub held_text: String,
}

impl CanaryTrace {
    /// Blocks the canary, so that the list of blocked commenters contains it.
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

/// Gives the admin the canary's email, which no admin page may show either. Returns the path that confirmed it.
async fn set_admin_email(scenario: &mut CanaryScenario<'_>) -> anyhow::Result<String> {
    let admin_id = scenario.admin_id;
    let now = scenario.app.clock.now();
    let email = parse_email(&scenario.canary.email)?;
    let sealed = email.seal_for_account(&scenario.app.keys, admin_id);
    let mut db = scenario.app.pool.acquire().await?;
    address_store::set(&mut db, admin_id, &sealed, Rhythm::Each, now).await?;
    drop(db);
    let path = staff_email::confirmation_path(&scenario.app.keys, admin_id, now);
    let response = scenario.admin_browser.post(&path, &[]).await?;
    expect_status(&response, 200, "confirming the admin's email")?;
    scenario.search_response("confirming the admin's email", &response);
    Ok(path)
}

async fn find_unsubscribe_path(
    scenario: &CanaryScenario<'_>,
    commenter: &CommenterAccess,
) -> anyhow::Result<String> {
    let now = scenario.app.clock.now();
    let mut db = scenario.app.pool.acquire().await?;
    let subscriptions = commenters::store::list_subscriptions(&mut db, commenter.id, now).await?;
    let subscription = subscriptions
        .first()
        .context("the canary subscribed, and the subscription was not saved")?;
    Ok(links::unsubscribe_path(&scenario.app.keys, subscription.id))
}

/// Returns paths that no link and no pattern of the router leads to.
fn list_extra_paths(scenario: &CanaryScenario<'_>) -> Vec<String> {
    let mut paths = vec![scenario.article_path.clone()];
    for status in Status::ALL {
        paths.push(format!("/admin/comments?status={}", status.word()));
    }
    paths.push("/a-page-that-does-not-exist".to_owned());
    // No search for the email itself: the search page shows what was typed to whoever typed it.
    paths.push(format!("/search?q={}", scenario.canary.public_word()));
    paths.push(format!("/search?q=privacy+{}", scenario.canary.run_id));
    paths
}

/// Ends the scenario, and lists what it left on the site.
pub async fn collect(mut scenario: CanaryScenario<'_>) -> anyhow::Result<CanaryTrace> {
    let confirm_path = set_admin_email(&mut scenario).await?;
    let canary = scenario.canary;
    let keys = &scenario.app.keys;
    let commenter = scenario.find_commenter(&canary.email).await?;
    let unsubscribe_path = find_unsubscribe_path(&scenario, &commenter).await?;
    let mut extra_paths = list_extra_paths(&scenario);
    let author_pages = scenario.comment_ids.iter();
    let author_page_paths = author_pages
        .map(|id| links::author_page_path(keys, *id))
        .collect();
    scenario.report.record_searched(format!(
        "{} replies by the canary to {} articles, and {} responses to actions of the canary and others (without the email that a form shows to its sender)",
        scenario.comment_ids.len(),
        scenario.article_ids.len(),
        group_thousands(scenario.response_count)
    ));
    extra_paths.append(&mut scenario.extra_paths);
    Ok(CanaryTrace {
        commenter_page_path: commenter.page_path(keys),
        commenter,
        unsubscribe_path,
        confirm_path,
        author_page_paths,
        digest_paths: Vec::new(),
        digest_stop_paths: Vec::new(),
        comment_ids: scenario.comment_ids.iter().map(|id| id.0).collect(),
        article_ids: scenario.article_ids,
        topic_slug: canary.topic_slug(),
        author_slug: canary.admin_username(),
        extra_paths,
        public_word: canary.public_word(),
        // Only the first three held replies were decided about.
        held_text: format!("{} 4", CanaryScenario::held_text(canary)),
        visitor_browser: scenario.visitor_browser,
        canary_browser: scenario.canary_browser,
        admin_browser: scenario.admin_browser,
    })
}
