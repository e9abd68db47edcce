//! The search of the whole site: runs the scenario, then searches emails, pages, the export and the log.

use axum::Router;

use super::canary::Canary;
use super::crawler;
use super::emails;
use super::report::{LeakReport, group_thousands};
use super::scenario::{CanaryTrace, run_scenario};
use super::stream::LogSearch;
use crate::app::App;
use crate::transfer::export::{ExportRequest, write_export};

/// Runs the scenario, then searches emails, pages and the export. Opens at most `page_limit` pages.
pub async fn search_site(
    app: &App,
    router: &Router,
    canary: &Canary,
    page_limit: usize,
    report: &mut LeakReport,
) -> anyhow::Result<CanaryTrace> {
    app.load_publication().await?;
    let mut trace = run_scenario(app, router, canary, report).await?;
    // The emails come before the pages, because the crawler opens the links in them.
    emails::search_emails(app, &mut trace, report).await?;
    trace.block_canary(canary, report).await?;
    crawler::crawl(app, &mut trace, page_limit, report).await?;
    search_export(app, &trace, report).await?;
    Ok(trace)
}

/// Searches an export that was made without the option to include email addresses.
async fn search_export(
    app: &App,
    trace: &CanaryTrace,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    let publication = app.load_publication().await?;
    let request = ExportRequest {
        publication: &publication,
        base_url: app.config.absolute_url(""),
        keys: &app.keys,
        with_emails: false,
        now: app.clock.now(),
    };
    let mut stream = report.search_stream(&trace.public_word);
    let mut db = app.pool.acquire().await?.detach();
    write_export(&mut db, &request, &mut stream).await?;
    let summary = stream.finish();
    let size = format!("{} lines", group_thousands(summary.lines));
    report.record_stream("the export without email addresses", &size, summary);
    Ok(())
}

/// Finishes the search of the log, and records its result in the report.
pub fn search_log(log: &LogSearch, report: &mut LeakReport) {
    let Some(summary) = log.finish() else { return };
    let size = format!("{} lines", group_thousands(summary.lines));
    report.record_stream("the log at its most detailed level", &size, summary);
}
