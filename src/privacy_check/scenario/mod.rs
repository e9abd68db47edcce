//! The scenario of the privacy check: the canary does everything that a commenter can do, and every response is searched
//! for its email.

mod edits;
mod moderation;
mod replies;
mod setup;
mod state;
mod trace;

use anyhow::ensure;
use axum::Router;

use super::canary::Canary;
use super::report::LeakReport;
use crate::app::App;

pub use trace::CanaryTrace;

/// Runs all steps of the scenario, and returns the pages and ids that it left on the site. The clock of `app` must be
/// adjustable.
pub async fn run_scenario(
    app: &App,
    router: &Router,
    canary: &Canary,
    report: &mut LeakReport,
) -> anyhow::Result<CanaryTrace> {
    ensure!(
        app.config.mail.is_some(),
        "the check needs mail settings so that the canary can subscribe"
    );
    let mut scenario = setup::set_up(app, router, canary, report).await?;
    // Subscribed before the first reply of the canary, of which it must be notified.
    scenario.subscribe_other_reader().await?;
    scenario.submit_all_kinds().await?;
    scenario.verify_canary_email().await?;
    scenario.decide_about_held_replies().await?;
    scenario.edit_and_delete().await?;
    scenario.exchange_answers().await?;
    scenario.reply_to_existing_article().await?;
    scenario.collect_trace().await
}
