//! Remote spam check by Akismet's protocol. Comments are held first and checked in the background, so that readers who
//! submit a comment do not wait for the checker's server.

mod client;
mod request;

use std::time::Duration;

use tokio::task::JoinSet;

use self::client::{CheckError, CheckResult, build_client, send_request};
use self::request::build_request;
use super::model::Status;
use super::screening::ReasonKind;
use super::store::akismet::{self, DueCheck};
use crate::app::App;
use crate::clock::Ts;

/// Seconds between the attempts to check a comment. The last value is repeated.
const RETRY_AFTER_SECONDS: [i64; 4] = [60, 5 * 60, 20 * 60, 60 * 60];
/// Age in seconds after which an unanswered spam check is given up.
const EXPIRE_AFTER_SECONDS: i64 = 24 * 60 * 60;
/// Number of spam checks that run at the same time.
const CONCURRENT_CHECKS: i64 = 8;
/// Longest time for one spam check. It is shorter than the shortest retry interval, so that no other server of this site
/// starts to check the same comment meanwhile.
const CHECK_TIMEOUT: Duration = Duration::from_secs(10);
/// Number of spam checks abandoned in one transaction.
const ABANDON_BATCH: i64 = 1_000;

/// Runs every due spam check and returns the number of comments that were decided. If the settings name no spam checker,
/// waiting comments stay held for the moderators.
pub async fn check_due(app: &App) -> sqlx::Result<usize> {
    let mut decided = 0;
    let mut errors = Vec::new();
    let mut client = None;
    loop {
        // Loaded for every batch: a field that is not ticked any more must not be sent any more.
        let publication = app.load_publication().await?;
        let Some(settings) = &publication.discussion.checker else {
            abandon_all(app).await?;
            break;
        };
        let now = app.clock.now();
        let mut db = app.pool.acquire().await?;
        akismet::delete_obsolete(&mut db, now).await?;
        let due = akismet::take_due(&mut db, &RETRY_AFTER_SECONDS, CONCURRENT_CHECKS, now).await?;
        // The connection goes back to the pool before the requests, which may take ten seconds.
        drop(db);
        if due.is_empty() {
            break;
        }
        let client = client.get_or_insert_with(build_client);
        let mut running = JoinSet::new();
        for check in due {
            let request = build_request(app, &publication, settings, &check);
            let client = client.clone();
            running.spawn(async move {
                let result = match request {
                    Ok(request) => send_request(&client, request, CHECK_TIMEOUT).await,
                    Err(error) => Err(error),
                };
                (check, result)
            });
        }
        while let Some(finished) = running.join_next().await {
            // A check whose task panicked is scheduled for its next try already.
            let Ok((check, result)) = finished else {
                continue;
            };
            match result {
                Err(error) if !is_expired(&check, app.clock.now()) => errors.push(error),
                result => decided += usize::from(apply_result(app, &check, result).await?),
            }
        }
    }
    if let Some(why) = errors.last() {
        tracing::warn!(comments = errors.len(), %why, "the spam checker gave no answer; it will be asked again");
    }
    Ok(decided)
}

/// Ends all waiting spam checks without a result. The comments stay held for the moderators.
async fn abandon_all(app: &App) -> sqlx::Result<()> {
    loop {
        let mut db = app.pool.begin().await?;
        let comments = akismet::abandon(&mut db, ABANDON_BATCH).await?;
        db.commit().await?;
        if comments == 0 {
            return Ok(());
        }
        tracing::info!(
            comments,
            "no spam checker is set up any more; waiting comments stay held for moderators"
        );
    }
}

/// Returns whether a spam check has waited for a day and was also tried at least four times. A server that was switched
/// off for a day thus still gets its retries.
fn is_expired(check: &DueCheck, now: Ts) -> bool {
    let tries = usize::try_from(check.tries);
    let is_retried = tries.is_ok_and(|tries| tries >= RETRY_AFTER_SECONDS.len());
    is_retried && check.waiting_since.plus_seconds(EXPIRE_AFTER_SECONDS) <= now
}

/// Applies the result of a spam check to its comment. After an error, the comment stays held for the moderators. Returns
/// whether the comment was still waiting for this result.
async fn apply_result(
    app: &App,
    check: &DueCheck,
    result: Result<CheckResult, CheckError>,
) -> sqlx::Result<bool> {
    let (status, reason) = match result {
        Ok(CheckResult::Ham) => (None, None),
        Ok(CheckResult::Spam) => (Some(Status::Spam), Some(ReasonKind::CheckerSpam)),
        Ok(CheckResult::Discard) => (Some(Status::Trashed), Some(ReasonKind::CheckerSpam)),
        Err(_) => (Some(Status::Held), Some(ReasonKind::CheckExpired)),
    };
    let mut db = app.pool.begin().await?;
    let is_applied = akismet::apply_result(
        &mut db,
        check.comment_id,
        check.version,
        status,
        reason,
        app.clock.now(),
    )
    .await?;
    db.commit().await?;
    if is_applied && let Err(why) = result {
        tracing::warn!(
            comment = check.comment_id.0,
            %why,
            "the spam checker gave no answer for a day; the comment stays held for moderators"
        );
    }
    Ok(is_applied)
}
