//! Health checks for load balancers.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use nix::sys::statvfs::statvfs;
use serde::Deserialize;
use tokio::time::timeout;

use crate::app::{App, ReadinessProblem};
use crate::cache::CacheContents;
use crate::crypto::read_key_file;
use crate::db::{SchemaState, find_schema_state, store};
use crate::web::Query;
use crate::web::error::{RETRY_AFTER_SECONDS, SkipErrorPage};

/// Longest time that a check of the database may take: a frozen one accepts connections and does not answer.
const CHECK_TIMEOUT: Duration = Duration::from_secs(4);
/// Free space below which a disk counts as full: two segments of Postgres's write-ahead log (`wal_segment_size`). With
/// less it may stop in the middle of a write.
const MIN_FREE_BYTES: u64 = 2 * 16 * 1024 * 1024;

#[derive(Deserialize)]
pub struct ReadinessQuery {
    /// `writes` if the server is to be asked for nothing that it could only read.
    r#for: Option<String>,
}

/// Responds that the process is alive, without querying the database.
pub async fn show_alive() -> &'static str {
    "alive\n"
}

/// Responds with 200 if this server can serve readers, otherwise with 503 and the reason. While the database is away,
/// cached pages are enough. With `?for=writes` they are not.
pub async fn show_ready(
    State(app): State<App>,
    contents: Option<Extension<CacheContents>>,
    Query(query): Query<ReadinessQuery>,
) -> Response {
    let must_write = match query.r#for.as_deref() {
        None => false,
        Some("writes") => true,
        Some(_) => {
            let usage = "the only value of for is writes\n";
            return (StatusCode::BAD_REQUEST, SkipErrorPage, usage).into_response();
        }
    };
    let result = app.readiness.get_or_check(check(&app)).await;
    let has_pages = || contents.is_some_and(|Extension(contents)| contents.holds_pages());
    match result {
        Ok(()) => (SkipErrorPage, "ready\n").into_response(),
        Err(ReadinessProblem::DatabaseAway) if !must_write && has_pages() => {
            let text = "ready: the database is away; cached pages are served\n";
            (SkipErrorPage, text).into_response()
        }
        Err(problem) => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string())],
            SkipErrorPage,
            format!("not ready: {problem}\n"),
        )
            .into_response(),
    }
}

async fn check(app: &App) -> Result<(), ReadinessProblem> {
    check_key_file(app)?;
    check_disk(app)?;
    timeout(CHECK_TIMEOUT, check_database(app))
        .await
        .unwrap_or(Err(ReadinessProblem::DatabaseAway))
}

fn check_key_file(app: &App) -> Result<(), ReadinessProblem> {
    let Some(path) = &app.config.secret_key_file else {
        return Ok(());
    };
    let file = read_key_file(path).ok().flatten();
    match file.is_some_and(|file| file.key_ring().contains(&app.keys.active_id())) {
        true => Ok(()),
        false => Err(ReadinessProblem::LostKey),
    }
}

/// Checks the disk of the embedded Postgres. The disk of another cannot be seen from here.
fn check_disk(app: &App) -> Result<(), ReadinessProblem> {
    let Some(data) = &app.config.data_dir else {
        return Ok(());
    };
    if app.config.database_url.is_some() {
        return Ok(());
    }
    match statvfs(data) {
        Ok(disk) if is_full(disk.blocks_available(), disk.fragment_size()) => {
            Err(ReadinessProblem::FullDisk)
        }
        _ => Ok(()),
    }
}

fn is_full(free_blocks: u64, block_bytes: u64) -> bool {
    free_blocks.saturating_mul(block_bytes) < MIN_FREE_BYTES
}

async fn check_database(app: &App) -> Result<(), ReadinessProblem> {
    let away = |_| ReadinessProblem::DatabaseAway;
    let mut db = app.pool.acquire().await.map_err(away)?;
    if store::is_read_only(&mut db).await.map_err(away)? {
        return Err(ReadinessProblem::ReadOnlyDatabase);
    }
    match find_schema_state(&mut db).await.map_err(away)? {
        SchemaState::Current => {}
        SchemaState::Older => return Err(ReadinessProblem::OlderSchema),
        SchemaState::Newer => return Err(ReadinessProblem::NewerSchema),
        SchemaState::Empty | SchemaState::Foreign => return Err(ReadinessProblem::ForeignSchema),
    }
    drop(db);
    // A rotation changes the key that the database demands; loading finds it in the key file.
    app.load_publication().await.map_err(away)?;
    match app.has_current_key() {
        true => Ok(()),
        false => Err(ReadinessProblem::WrongKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_full_below_two_segments_of_the_write_ahead_log() {
        assert!(is_full(0, 4096));
        assert!(is_full(8_191, 4096));
        assert!(!is_full(8_192, 4096));
        assert!(!is_full(u64::MAX, 4096));
    }
}
