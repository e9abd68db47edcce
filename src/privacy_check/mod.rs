//! `check privacy`: the promise, put to the test. A canary replies on a copy of the site in every way there is; then every
//! page, feed, answer, header, letter and line of the log, and the database itself, are searched for its address.
//!
//! `dresses` is what is looked for, `canary` what happens, `walk`, `letters` and `copy` where is looked, `findings` what
//! came of it.

mod browser;
mod canary;
mod copy;
mod dresses;
mod findings;
mod letters;
mod store;
mod walk;

use std::process::ExitCode;

use anyhow::{Context, bail};
use argon2::Argon2;
use axum::Router;
use clap::Args;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, MailConfig};
use crate::crypto::KeyRing;
use crate::db::{self, embedded, embedded::CommitDurability};
use crate::publication;
use crate::router;
use crate::startup::{self, data_dir, media_dir};
use crate::transfer::export::{ExportRequest, write_export};

pub use canary::{Canary, Trail};
pub use dresses::{Dresses, Leak};
pub use findings::{Findings, Log, grouped};

use copy::Copy;

/// What every reply that is kept says in the log.
const LOGGED: &str = "a reply was kept";

/// How much is searched.
#[derive(Args, Clone, Copy)]
pub struct Privacy {
    /// Addresses to open at most, each as a stranger, as the canary and as an admin
    #[arg(long, default_value_t = 5000, value_name = "NUMBER")]
    pages: usize,
}

/// Searches a copy of the site, and says what was searched. Success if the address is nowhere.
pub async fn privacy(config: Config, asked: Privacy) -> anyhow::Result<ExitCode> {
    let keys = startup::load_or_create_keys(&config)?;
    let data = data_dir(&config);
    let database = db::open(
        config.database_url.as_deref(),
        &data,
        CommitDurability::Durable,
    )
    .await?;
    let checked = check_site(&config, &keys, &database.pool, asked).await;
    database.close().await?;
    let findings = checked?;
    for line in &findings.searched {
        println!("ok   {line}");
    }
    for line in &findings.wrong {
        println!("{line}");
    }
    if findings.are_well() {
        println!(
            "The canary's address is in none of it, in none of {} dresses.",
            findings.dresses()
        );
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

async fn check_site(
    config: &Config,
    keys: &KeyRing,
    pool: &sqlx::PgPool,
    asked: Privacy,
) -> anyhow::Result<Findings> {
    let mut db = pool.acquire().await?.detach();
    let publication = publication::store::find(&mut db).await?.context(
        "there is nothing to check: this database has no publication yet; start the site once",
    )?;
    drop(db);
    if !keys.select_key(&publication.key_id) {
        bail!(
            "this database is sealed with another secret key than {}; put the right one in place",
            startup::secret_key_path(config).display()
        );
    }
    let url = match &config.database_url {
        Some(url) => url.clone(),
        None => embedded::find_running_url(&data_dir(config))
            .context("the private Postgres does not say where it is; try again in a moment")?,
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let copy = std::sync::Arc::new(Copy::make(&url).await?);
    let work = {
        let (copy, keys, config) = (copy.clone(), keys.clone(), on_the_copy(config)?);
        spawn_blocking(move || search_apart(&copy, &keys, config, asked.pages))
    };
    let done = tokio::select! {
        done = work => done.context("the check broke").and_then(|found| found),
        _ = terminate.recv() => Err(anyhow::anyhow!("stopped before it was done")),
        _ = interrupt.recv() => Err(anyhow::anyhow!("stopped before it was done")),
    };
    copy.remove().await?;
    done
}

/// The site's settings, but that it takes requests for mail and sends none.
fn on_the_copy(config: &Config) -> anyhow::Result<Config> {
    let mut config = config.clone();
    config.media_dir = Some(media_dir(&config));
    config.secret_key_file = Some(startup::secret_key_path(&config));
    let from = match &config.mail {
        Some(mail) => mail.from.clone(),
        None => "nobody@canary.invalid".parse()?,
    };
    config.mail = Some(MailConfig {
        // Nothing is ever handed over; and if it were, this leads nowhere (RFC 2606).
        smtp_url: "smtp://canary.invalid:25".to_owned(),
        from,
    });
    config.trusted_proxies = Vec::new();
    Ok(config)
}

/// Does the work on a thread of its own, whose log is caught to the last detail and goes nowhere else.
fn search_apart(
    copy: &Copy,
    keys: &KeyRing,
    config: Config,
    pages: usize,
) -> anyhow::Result<Findings> {
    copy.fill()?;
    let canary = Canary::new();
    let mut findings = canary.findings(keys)?;
    let log = Log::new(findings.stream(LOGGED));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
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
            let searched = search_site(&app, &router, &canary, pages, &mut findings).await;
            app.pool.close().await;
            let trail = searched?;
            search_log(&log, &mut findings);
            search_dump(copy, &trail, &mut findings)
        })
    })?;
    Ok(findings)
}

/// Has the canary post, then searches what the site shows, mails and exports.
pub async fn search_site(
    app: &App,
    router: &Router,
    canary: &Canary,
    pages: usize,
    findings: &mut Findings,
) -> anyhow::Result<Trail> {
    app.load_publication().await?;
    let mut trail = canary::post(app, router, canary, findings).await?;
    letters::read(app, &mut trail, findings).await?;
    trail.block(canary, findings).await?;
    walk::walk(app, &mut trail, pages, findings).await?;
    search_export(app, &trail, findings).await?;
    Ok(trail)
}

/// The export as it is made unless addresses are asked for.
async fn search_export(app: &App, trail: &Trail, findings: &mut Findings) -> anyhow::Result<()> {
    let publication = app.load_publication().await?;
    let what = ExportRequest {
        publication: &publication,
        base_url: app.config.absolute_url(""),
        keys: &app.keys,
        with_emails: false,
        now: app.clock.now(),
    };
    let mut stream = findings.stream(&trail.public_word);
    let mut db = app.pool.acquire().await?.detach();
    write_export(&mut db, &what, &mut stream).await?;
    let streamed = stream.end();
    findings.note(format!(
        "export without addresses, {} lines",
        grouped(streamed.lines)
    ));
    if !streamed.is_proved {
        findings.miss("the export does not hold the canary's reply; too little was searched");
    }
    findings.tell("the export", streamed.leaks);
    Ok(())
}

/// What was logged until now.
pub fn search_log(log: &Log, findings: &mut Findings) {
    let Some(streamed) = log.end() else { return };
    findings.note(format!(
        "log to the last detail, {} lines",
        grouped(streamed.lines)
    ));
    if !streamed.is_proved {
        findings.miss("the log does not tell of the canary's reply; too little was searched");
    }
    findings.tell("the log", streamed.leaks);
}

fn search_dump(copy: &Copy, trail: &Trail, findings: &mut Findings) -> anyhow::Result<()> {
    let mut stream = findings.database_stream(&trail.public_word);
    let dumped = copy.dump(&mut stream)?;
    let streamed = stream.end();
    findings.note(format!(
        "dump of the database, {} kB: {} tables, {} values of bytes (the keyed hash and the sealed address are its own)",
        grouped(streamed.bytes as u64 / 1000),
        dumped.tables,
        grouped(dumped.values)
    ));
    if !streamed.is_proved || dumped.values == 0 {
        findings.miss("the dump does not hold the canary's reply; too little was searched");
    }
    findings.tell("the dump", streamed.leaks);
    Ok(())
}
