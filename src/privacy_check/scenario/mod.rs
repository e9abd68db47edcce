//! The visits of the canary: it does everything that a commenter can do, and every response is searched.

mod answers;
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

/// Replies in every way, and returns what is left on the site to be searched. The clock of `app` must be adjustable.
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
    setup::subscribe_other_reader(&mut scenario).await?;
    replies::submit_all_kinds(&mut scenario).await?;
    replies::verify_canary_email(&mut scenario).await?;
    moderation::decide(&mut scenario).await?;
    edits::edit_and_delete(&mut scenario).await?;
    answers::exchange_answers(&mut scenario).await?;
    answers::reply_to_existing_article(&mut scenario).await?;
    trace::collect(scenario).await
}
