//! `check`: prints one line for each part of the installation, with advice if something is wrong.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::anyhow;

use crate::config::{Config, Settings};
use crate::crypto::{KeyFile, read_key_file};
use crate::db::{self, MissingSite, SchemaState, embedded};
use crate::mail;
use crate::publication;
use crate::startup::{self, data_dir};

/// Checks settings, database, secret key and mail. Succeeds if nothing is wrong.
pub async fn check(settings: &Settings) -> ExitCode {
    let config = match settings.check() {
        Ok(config) => config,
        Err(wrong) => {
            print_result("settings", Err(wrong.into()));
            return ExitCode::FAILURE;
        }
    };
    print_result(
        "settings",
        Ok(format!("the site is at {}", config.public_url)),
    );
    let key = check_key(&config);
    let key_file = key.as_ref().ok().and_then(Option::as_ref);
    let database = check_database(&config, key_file).await;
    let key = match key {
        Ok(Some(_)) => Ok(startup::secret_key_path(&config).display().to_string()),
        Ok(None) => Ok("made at the first start of  broadsheet serve".to_owned()),
        Err(error) => Err(anyhow!("{error:#}")),
    };
    let results = [
        ("database", database),
        ("key", key),
        ("mail", check_mail(&config).await),
    ];
    let mut all_passed = true;
    for (part, result) in results {
        all_passed &= print_result(part, result);
    }
    if all_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn check_key(config: &Config) -> anyhow::Result<Option<KeyFile>> {
    let file = read_key_file(&startup::secret_key_path(config))?;
    if file.is_none() && startup::require_site(config).is_ok() {
        // Fails, with the instructions for this case.
        startup::load_keys(config)?;
    }
    Ok(file)
}

async fn check_database(config: &Config, file: Option<&KeyFile>) -> anyhow::Result<String> {
    startup::require_site(config)?;
    let data = data_dir(config);
    let running = embedded::find_running_url(&data);
    let Some(url) = config.database_url.clone().or(running) else {
        let binaries = embedded::describe_binaries(&data)?;
        return Ok(format!(
            "embedded, in {}; not running now; {binaries}",
            data.display()
        ));
    };
    let pool = db::connect(&url).await?;
    db::verify_server(&pool).await?;
    let mut connection = pool.acquire().await?;
    // A check must not migrate, so the tables may not be there.
    let publication = match db::find_schema_state(&mut connection).await? {
        SchemaState::Empty => return Err(MissingSite::new(Some(&url), &data).into()),
        SchemaState::Current => publication::store::find(&mut connection).await?,
        _ => None,
    };
    let Some(publication) = publication else {
        return Ok("answers; nothing has been served from it yet".to_owned());
    };
    let mut older = Vec::new();
    if let Some(file) = file {
        startup::activate_key(config, &file.key_ring(), &publication)?;
        older = file.older_ids();
    }
    // Counting reads whole tables; without older keys there is nothing to count.
    let remaining = match older.is_empty() {
        true => 0,
        false => db::store::count_sealed_with(&mut connection, &older).await?,
    };
    let title = publication.title;
    if remaining > 0 {
        return Ok(format!(
            "\"{title}\" answers; {remaining} values are sealed with an older key; to rotate them, run  broadsheet key rotate"
        ));
    }
    Ok(format!("\"{title}\" answers"))
}

async fn check_mail(config: &Config) -> anyhow::Result<String> {
    let Some(mail) = &config.mail else {
        return Ok("off; set BROADSHEET_SMTP_URL and BROADSHEET_MAIL_FROM to send mail".to_owned());
    };
    mail::check_server(mail).await?;
    Ok("the server answers".to_owned())
}

/// Prints one line with the result for `part`, and returns whether the check passed.
fn print_result(part: &str, result: anyhow::Result<String>) -> bool {
    let (green, red, plain) = if io::stdout().is_terminal() {
        ("\x1b[32m", "\x1b[31m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    match result {
        Ok(text) => {
            println!("{green}ok   {plain}{part}: {text}");
            true
        }
        Err(problem) => {
            println!("{red}WRONG{plain} {part}: {problem:#}");
            false
        }
    }
}
