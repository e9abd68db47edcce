//! `account`: staff accounts, from the command line.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use argon2::Argon2;
use clap::Subcommand;
use sqlx::PgPool;
use zeroize::Zeroizing;

use crate::accounts::passphrase::{LEAST_CHARS, MOST_CHARS, Passphrase};
use crate::accounts::{Handle, Role, store};
use crate::clock::Clock;
use crate::config::Config;
use crate::startup;
use crate::text::input;

#[derive(Subcommand)]
pub enum AccountCommand {
    /// Add an account; the passphrase is read from standard input
    Add {
        /// Username for signing in, one word
        handle: String,
        /// Name shown to others [default: the username]
        #[arg(long)]
        name: Option<String>,
        /// Role of the account
        #[arg(long, value_enum, default_value_t = Role::Moderator)]
        role: Role,
    },
    /// List all accounts: username, role and name, separated by tabs
    List,
    /// Set a new passphrase, read from standard input, and end all sessions of the account
    Passphrase {
        /// Username of the account
        handle: String,
    },
}

/// Runs a subcommand of `account`, beside a running server or without one.
pub async fn account(config: Config, command: AccountCommand) -> anyhow::Result<()> {
    // Before a database is started: a wrong argument is the commonest mistake.
    let task = AccountTask::prepare(command)?;
    if config.database_url.is_none() {
        // An embedded Postgres created by this command must have a key by the first start of the server.
        startup::read_or_make(&config)?;
    }
    let database = startup::open_database(&config).await?;
    let result = task.run(&database.pool).await;
    database.close().await?;
    result
}

/// A subcommand whose arguments and input have been checked.
enum AccountTask {
    Add {
        handle: Handle,
        name: String,
        role: Role,
        hash: String,
    },
    List,
    SetPassphrase {
        handle: Handle,
        hash: String,
    },
}

impl AccountTask {
    fn prepare(command: AccountCommand) -> anyhow::Result<Self> {
        let parse = |handle: &str| {
            Handle::parse(handle)
                .context("a username is one word of at most 60 characters, without @")
        };
        Ok(match command {
            AccountCommand::Add { handle, name, role } => {
                let name = input::single_line(name.as_deref().unwrap_or(&handle));
                if input::is_blank(&name) || input::has_invalid_chars(&name) {
                    bail!("--name is empty or holds control characters; type another name");
                }
                Self::Add {
                    handle: parse(&handle)?,
                    name,
                    role,
                    hash: read_passphrase()?,
                }
            }
            AccountCommand::List => Self::List,
            AccountCommand::Passphrase { handle } => Self::SetPassphrase {
                handle: parse(&handle)?,
                hash: read_passphrase()?,
            },
        })
    }

    async fn run(self, pool: &PgPool) -> anyhow::Result<()> {
        let mut db = pool.begin().await?;
        match self {
            Self::Add {
                handle,
                name,
                role,
                hash,
            } => {
                let now = Clock::System.now();
                let added = store::insert(&mut db, &handle, &name, role, Some(&hash), now).await?;
                if added.is_none() {
                    bail!("there is an account {} already", handle.as_str());
                }
                println!("Added {} as {role}.", handle.as_str());
            }
            Self::List => {
                let accounts = store::all(&mut db).await?;
                if accounts.is_empty() {
                    println!(
                        "There are no accounts yet. The one-time link in the server's log creates the first admin."
                    );
                }
                for account in accounts {
                    println!("{}\t{}\t{}", account.handle, account.role, account.name);
                }
            }
            Self::SetPassphrase { handle, hash } => {
                let (account, _) = store::find_by_handle(&mut db, &handle)
                    .await?
                    .with_context(|| format!("there is no account {}", handle.as_str()))?;
                store::set_passphrase(&mut db, account.id, &hash).await?;
                // Whoever knew the old passphrase may be signed in.
                store::delete_sessions_of(&mut db, account.id).await?;
                println!(
                    "{} has a new passphrase and is signed out everywhere.",
                    handle.as_str()
                );
            }
        }
        db.commit().await?;
        Ok(())
    }
}

/// Reads one line from standard input, with a prompt and without echo at a terminal, and hashes it.
fn read_passphrase() -> anyhow::Result<String> {
    let mut line = Zeroizing::new(String::new());
    if io::stdin().is_terminal() {
        let prompt =
            format!("Passphrase, at least {LEAST_CHARS} characters (not shown as you type): ");
        *line = rpassword::prompt_password(prompt).context("reading the passphrase failed")?;
    } else {
        io::stdin()
            .lock()
            .read_line(&mut line)
            .context("reading the passphrase from standard input failed")?;
    }
    let passphrase = Passphrase::parse(line.trim_end_matches(['\r', '\n']))
        .with_context(|| format!("a passphrase has {LEAST_CHARS} to {MOST_CHARS} characters; choose a few unrelated words"))?;
    passphrase.hash(&Argon2::default())
}
