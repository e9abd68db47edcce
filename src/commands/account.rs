//! `account`: management of staff accounts on the command line.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, anyhow, bail};
use argon2::Argon2;
use clap::Subcommand;
use sqlx::{PgConnection, PgPool};
use zeroize::Zeroizing;

use crate::accounts::passphrase::{MIN_PASSPHRASE_CHARS, Passphrase, PassphraseError};
use crate::accounts::setup::NAME_CHARS;
use crate::accounts::strength::KnownWords;
use crate::accounts::{Role, Username, store};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::MissingSite;
use crate::i18n::Translator;
use crate::publication::{self, Publication};
use crate::startup;
use crate::text::{Language, input};

#[derive(Subcommand)]
pub enum AccountCommand {
    /// Add an account; the passphrase is read from standard input
    Add {
        /// Username for signing in, one word
        username: String,
        /// Name shown to readers and colleagues; also the address of the author page
        #[arg(long)]
        name: String,
        /// Role of the account
        #[arg(long, value_enum, default_value_t = Role::Moderator)]
        role: Role,
        /// Create the site if there is none: the data folder, its database and the secret key
        #[arg(long)]
        create: bool,
    },
    /// List all accounts: username, role and name, separated by tabs
    List,
    /// Set a new passphrase, read from standard input, and end all sessions of the account
    Passphrase {
        /// Username of the account
        username: String,
    },
}

/// Runs a subcommand of `account`. A server may be running at the same time.
pub async fn account(config: Config, command: AccountCommand) -> anyhow::Result<()> {
    let may_create = matches!(command, AccountCommand::Add { create: true, .. });
    let is_add = matches!(command, AccountCommand::Add { .. });
    let name_flag = |error: anyhow::Error| match error.is::<MissingSite>() && is_add {
        true => anyhow!("{error}; or create a site here with --create"),
        false => error,
    };
    if !may_create {
        startup::require_site(&config).map_err(name_flag)?;
    }
    // Before a database is started: a wrong argument is the commonest mistake.
    let task = AccountTask::prepare(command)?;
    let database = match may_create {
        true => startup::open_or_create_site(&config).await?.1,
        false => startup::open_database(&config).await.map_err(name_flag)?,
    };
    let result = task.run(&database.pool, config.host()).await;
    database.close().await?;
    result
}

/// Subcommand whose arguments and input have been checked.
enum AccountTask {
    Add {
        username: Username,
        name: String,
        role: Role,
        passphrase: Zeroizing<String>,
    },
    List,
    SetPassphrase {
        username: Username,
        passphrase: Zeroizing<String>,
    },
}

impl AccountTask {
    fn prepare(command: AccountCommand) -> anyhow::Result<Self> {
        let parse = |username: &str| {
            Username::parse(username)
                .context("a username is one word of at most 60 characters, without @")
        };
        Ok(match command {
            AccountCommand::Add {
                username,
                name,
                role,
                create: _,
            } => {
                let name = input::name(&name);
                if input::is_blank(&name) || input::has_invalid_chars(&name) {
                    bail!("--name is empty or holds control characters; type another name");
                }
                if name.chars().count() > NAME_CHARS {
                    bail!("--name is longer than {NAME_CHARS} characters; type a shorter one");
                }
                Self::Add {
                    username: parse(&username)?,
                    name,
                    role,
                    passphrase: read_passphrase()?,
                }
            }
            AccountCommand::List => Self::List,
            AccountCommand::Passphrase { username } => Self::SetPassphrase {
                username: parse(&username)?,
                passphrase: read_passphrase()?,
            },
        })
    }

    async fn run(self, pool: &PgPool, host: &str) -> anyhow::Result<()> {
        let mut db = pool.begin().await?;
        let known = load_known_words(&mut db, host).await?;
        match self {
            Self::Add {
                username,
                name,
                role,
                passphrase,
            } => {
                let known = known.with(username.as_str()).with(&name);
                let hash = hash_new_passphrase(&passphrase, &known)?;
                let now = Clock::System.now();
                let added =
                    store::insert(&mut db, &username, &name, role, Some(&hash), now).await?;
                if added.is_none() {
                    bail!("there is an account {} already", username.as_str());
                }
                println!("Added {} as {role}.", username.as_str());
            }
            Self::List => {
                let accounts = store::list(&mut db).await?;
                if accounts.is_empty() {
                    println!(
                        "There are no accounts yet. The one-time link in the server's log creates the first admin; it works for 24 hours after each start."
                    );
                }
                for account in accounts {
                    println!("{}\t{}\t{}", account.username, account.role, account.name);
                }
            }
            Self::SetPassphrase {
                username,
                passphrase,
            } => {
                let (account, _) = store::find_by_username(&mut db, &username)
                    .await?
                    .with_context(|| format!("there is no account {}", username.as_str()))?;
                let known = known.with(username.as_str()).with(&account.name);
                let hash = hash_new_passphrase(&passphrase, &known)?;
                store::update_passphrase(&mut db, account.id, &hash).await?;
                // Whoever knew the old passphrase may be signed in.
                store::delete_sessions(&mut db, account.id).await?;
                println!(
                    "{} has a new passphrase and is signed out everywhere.",
                    username.as_str()
                );
            }
        }
        db.commit().await?;
        Ok(())
    }
}

/// Collects the words that everybody knows who knows the site. Before the first start it has no title.
async fn load_known_words(db: &mut PgConnection, host: &str) -> anyhow::Result<KnownWords> {
    let publication = publication::store::find(db).await?;
    let publication = publication.unwrap_or_else(|| Publication::new(&[]));
    Ok(KnownWords::of_site(&publication, host))
}

/// Hashes a new passphrase unless it is easy to guess.
fn hash_new_passphrase(text: &str, known: &KnownWords) -> anyhow::Result<String> {
    Passphrase::parse_new(text, known)
        .map_err(explain)?
        .hash(&Argon2::default())
}

fn explain(error: PassphraseError) -> anyhow::Error {
    anyhow!(Translator::new(Language::English).text(error.message_key()))
}

/// Reads a passphrase as one line from standard input. At a terminal it shows a prompt and hides what is entered. Fails at
/// once if the passphrase is too short or too long.
fn read_passphrase() -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    if io::stdin().is_terminal() {
        let prompt = format!(
            "Passphrase, at least {MIN_PASSPHRASE_CHARS} characters (not shown as you type): "
        );
        *line = rpassword::prompt_password(prompt).context("reading the passphrase failed")?;
    } else {
        io::stdin()
            .lock()
            .read_line(&mut line)
            .context("reading the passphrase from standard input failed")?;
    }
    let text = line.trim_end_matches(['\r', '\n']);
    if Passphrase::parse(text).is_none() {
        return Err(explain(PassphraseError::Length));
    }
    Ok(Zeroizing::new(text.to_owned()))
}
