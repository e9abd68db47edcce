//! `check`: each part of the installation on a line, green or with what to do.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use super::rekey;
use crate::config::{Config, Settings};
use crate::crypto::{KeyFile, read_key_file};
use crate::db::{self, embedded};
use crate::mail;
use crate::publication;
use crate::startup::{self, data_folder};

/// Looks at everything; success when all is well.
pub async fn check(settings: &Settings) -> ExitCode {
    let config = match settings.check() {
        Ok(config) => config,
        Err(wrong) => {
            say("settings", Err(wrong.into()));
            return ExitCode::FAILURE;
        }
    };
    say(
        "settings",
        Ok(format!("the site is at {}", config.public_url)),
    );
    let key = check_key(&config);
    let found = key.as_ref().ok().and_then(Option::as_ref);
    let lines = [
        ("database", check_database(&config, found).await),
        (
            "key",
            key.as_ref()
                .map_err(|error| anyhow::anyhow!("{error:#}"))
                .map(|found| match found {
                    Some(_) => startup::key_file(&config).display().to_string(),
                    None => "will be made at the first start".to_owned(),
                }),
        ),
        ("mail", check_mail(&config).await),
    ];
    let mut all_well = true;
    for (part, found) in lines {
        all_well &= say(part, found);
    }
    if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn check_key(config: &Config) -> anyhow::Result<Option<KeyFile>> {
    let found = read_key_file(&startup::key_file(config))?;
    let is_made_later = config.database_url.is_none() && !embedded::has_data(&data_folder(config));
    if found.is_none() && !is_made_later {
        // Says how to get one.
        startup::read_or_make(config)?;
    }
    Ok(found)
}

async fn check_database(config: &Config, keys: Option<&KeyFile>) -> anyhow::Result<String> {
    let data = data_folder(config);
    let url = match &config.database_url {
        Some(url) => url.clone(),
        None => match embedded::url_of_running(&data) {
            Some(url) => url,
            None => {
                let found = embedded::found_binaries(&data)?;
                return Ok(format!(
                    "private, in {}; not running now; {found}",
                    data.display()
                ));
            }
        },
    };
    let pool = db::connect(&url).await?;
    db::check(&pool).await?;
    let mut connection = pool.acquire().await?;
    let is_new = sqlx::query_scalar!(r#"select to_regclass('settings') is null as "is_new!""#)
        .fetch_one(&mut *connection)
        .await?;
    let publication = match is_new {
        true => None,
        false => publication::store::find(&mut connection).await?,
    };
    if let Some(publication) = publication {
        anyhow::ensure!(
            keys.is_none_or(|keys| keys.keys().knows(&publication.key_id)),
            "this database is sealed with another secret key; put the right one in place"
        );
        let older = keys.map(KeyFile::older).unwrap_or_default();
        let left = match older.is_empty() {
            true => 0,
            false => rekey::left_under(&mut connection, &older).await?,
        };
        if left > 0 {
            return Ok(format!(
                "\"{}\" answers; {left} values are sealed with an older key, which  broadsheet rekey  changes",
                publication.title
            ));
        }
        return Ok(format!("\"{}\" answers", publication.title));
    }
    Ok("answers; nothing has been served from it yet".to_owned())
}

async fn check_mail(config: &Config) -> anyhow::Result<String> {
    let Some(mail) = &config.mail else {
        return Ok("off; set BROADSHEET_SMTP_URL and BROADSHEET_MAIL_FROM to send any".to_owned());
    };
    mail::check_server(mail).await?;
    Ok("the server answers".to_owned())
}

/// Prints one line; whether all is well.
fn say(part: &str, found: anyhow::Result<String>) -> bool {
    let (green, red, plain) = if io::stdout().is_terminal() {
        ("\x1b[32m", "\x1b[31m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    match found {
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
