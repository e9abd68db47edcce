//! The `check privacy` command: copies the site's database, searches the copy of the site for leaked emails and prints
//! the report.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use argon2::Argon2;
use clap::Args;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use tracing_subscriber::EnvFilter;

use super::canary::Canary;
use super::database_copy::DatabaseCopy;
use super::report::{LeakReport, group_thousands};
use super::scenario::CanaryTrace;
use super::search::{search_log, search_site};
use super::stream::LogSearch;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, MailConfig};
use crate::crypto::KeyRing;
use crate::db::{self, embedded};
use crate::publication;
use crate::router;
use crate::startup::{self, data_dir, media_dir};

/// Message that the site logs for every saved reply. The searched log must contain it, or it was not the right log.
const REPLY_LOG_MESSAGE: &str = "comment saved";

/// Arguments of `check privacy`.
#[derive(Args, Clone, Copy)]
pub struct PrivacyArgs {
    /// URLs to open at most, each as a visitor, as the canary and as an admin
    #[arg(long, default_value_t = 5000, value_name = "NUMBER")]
    pages: usize,
}

/// Searches a copy of the site for the canary's email and prints the report. The exit code is success if nothing leaked
/// and nothing was missing from the search.
pub async fn check_privacy(config: Config, args: PrivacyArgs) -> anyhow::Result<ExitCode> {
    let keys = startup::load_keys(&config)?;
    let database = startup::open_database(&config).await?;
    // The database is closed, and an embedded one stopped, whatever the result is.
    let result = check_site(&config, &keys, &database.pool, args).await;
    database.close().await?;
    Ok(print_report(&result?))
}

fn print_report(report: &LeakReport) -> ExitCode {
    for line in &report.searched {
        println!("ok   {line}");
    }
    for line in &report.problems {
        println!("{line}");
    }
    if report.passed() {
        println!(
            "The canary's email was found nowhere, in none of {} encodings and hashes.",
            report.encoding_count()
        );
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

async fn check_site(
    config: &Config,
    keys: &KeyRing,
    pool: &sqlx::PgPool,
    args: PrivacyArgs,
) -> anyhow::Result<LeakReport> {
    require_publication(config, keys, pool).await?;
    let data = data_dir(config);
    let (url, superuser_url) = match &config.database_url {
        Some(url) => (Some(url.clone()), None),
        None => (
            embedded::find_running_url(&data),
            embedded::find_running_superuser_url(&data),
        ),
    };
    let url =
        url.context("the embedded Postgres has not published its URL yet; try again in a moment")?;
    // Registered before the copy exists, so that no signal can end the process without dropping it.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let copy = Arc::new(DatabaseCopy::create(&url, superuser_url.as_deref()).await?);
    let search = {
        let (copy, keys, config) = (copy.clone(), keys.clone(), copy_config(config)?);
        spawn_blocking(move || search_copy(&copy, &keys, config, args.pages))
    };
    let result = tokio::select! {
        result = search => result.context("the check crashed").flatten(),
        _ = terminate.recv() => Err(anyhow::anyhow!("the check was stopped before it was finished")),
        _ = interrupt.recv() => Err(anyhow::anyhow!("the check was stopped before it was finished")),
    };
    // Also after an error or a signal: the copy contains everything that the site does.
    copy.remove().await?;
    result
}

/// Fails if the site was never started, or if its database was encrypted with another secret key.
async fn require_publication(
    config: &Config,
    keys: &KeyRing,
    pool: &sqlx::PgPool,
) -> anyhow::Result<()> {
    let mut db = pool.acquire().await?;
    let publication = publication::store::find(&mut db).await?.context(
        "there is nothing to check: this database has no publication yet; start the site once",
    )?;
    if !keys.select_key(&publication.key_id) {
        bail!(
            "this database was encrypted with another secret key than {}; put the right one in its place",
            startup::secret_key_path(config).display()
        );
    }
    Ok(())
}

/// Returns the site's settings with changes for the copy: emails are accepted but never delivered, and no proxy is
/// trusted.
fn copy_config(config: &Config) -> anyhow::Result<Config> {
    let mut config = config.clone();
    config.media_dir = Some(media_dir(&config));
    config.secret_key_file = Some(startup::secret_key_path(&config));
    let from = match &config.mail {
        Some(mail) => mail.from.clone(),
        None => "nobody@canary.invalid".parse()?,
    };
    config.mail = Some(MailConfig {
        // Nothing sends mail here. If something did, this host never resolves (RFC 2606).
        smtp_url: "smtp://canary.invalid:25".to_owned(),
        from,
    });
    // The browsers connect directly, so their own IP addresses must count.
    config.trusted_proxies = Vec::new();
    Ok(config)
}

/// Copies the database and searches the copy. Runs on one thread whose log is not printed, but searched at the most
/// detailed level.
fn search_copy(
    copy: &DatabaseCopy,
    keys: &KeyRing,
    config: Config,
    page_limit: usize,
) -> anyhow::Result<LeakReport> {
    copy.fill()?;
    let canary = Canary::random();
    let mut report = canary.start_report(keys)?;
    let log = LogSearch::new(report.search_stream(REPLY_LOG_MESSAGE));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // A runtime of one thread: the subscriber applies to this thread only.
    tracing::subscriber::with_default(subscriber, || {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let pool = db::connect(copy.url()).await?;
            db::verify_server(&pool).await?;
            let clock = Clock::fixed(Clock::System.now());
            let app = App::new(pool, clock, keys.clone(), config, Argon2::default());
            let router = router::router(app.clone());
            let trace = search_site(&app, &router, &canary, page_limit, &mut report).await;
            app.pool.close().await;
            search_log(&log, &mut report);
            search_dump(copy, &trace?, &mut report)
        })
    })?;
    Ok(report)
}

fn search_dump(
    copy: &DatabaseCopy,
    trace: &CanaryTrace,
    report: &mut LeakReport,
) -> anyhow::Result<()> {
    let mut stream = report.database_stream(&trace.public_word);
    let dump = copy.dump_into(&mut stream)?;
    let summary = stream.finish();
    let size = format!(
        "{} kB: {} tables, {} binary values (the keyed hash and the encrypted email belong there)",
        group_thousands(summary.bytes as u64 / 1000),
        dump.tables,
        group_thousands(dump.byte_values)
    );
    report.record_stream("the dump of the database", &size, summary);
    if dump.byte_values == 0 {
        report.record_missing("the dump of the database does not contain any binary values");
    }
    Ok(())
}
