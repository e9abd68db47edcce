//! `account`: the staff, from the command line.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use argon2::Argon2;
use clap::Subcommand;
use zeroize::Zeroizing;

use crate::accounts::passphrase::{LEAST_CHARS, MOST_CHARS, Passphrase};
use crate::accounts::{Handle, Role, store};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, embedded::Durability};
use crate::startup::{self, data_folder};
use crate::text::input;

/// What can be done with accounts.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Add someone; their passphrase is read from standard input
    Add {
        /// What they type at sign-in: one word
        handle: String,
        /// The name others see [default: the handle]
        #[arg(long)]
        name: Option<String>,
        /// What they may do
        #[arg(long, value_enum, default_value_t = Role::Moderator)]
        role: Role,
    },
    /// List everyone
    List,
    /// Give someone another passphrase, read from standard input; signs them out everywhere
    Passphrase {
        /// What they type at sign-in
        handle: String,
    },
}

/// Does it, beside a running server or without one.
pub async fn account(config: Config, command: AccountCommand) -> anyhow::Result<()> {
    // What was typed is judged before a database is started for it.
    let task = Task::prepare(command)?;
    if config.database_url.is_none() {
        // A private Postgres that is made now must find its key at the first start.
        startup::read_or_make(&config)?;
    }
    let database = db::open(
        config.database_url.as_deref(),
        &data_folder(&config),
        Durability::Durable,
    )
    .await?;
    let done = task.run(&database.pool).await;
    database.close().await?;
    done
}

enum Task {
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

impl Task {
    fn prepare(command: AccountCommand) -> anyhow::Result<Self> {
        let parse = |handle: &str| {
            Handle::parse(handle)
                .context("a handle is one word of at most 60 characters, without @")
        };
        Ok(match command {
            AccountCommand::Add { handle, name, role } => {
                let name = input::single_line(name.as_deref().unwrap_or(&handle));
                if input::is_blank(&name) || input::has_invalid_chars(&name) {
                    bail!("the name is empty or holds characters that are no text");
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

    async fn run(self, pool: &sqlx::PgPool) -> anyhow::Result<()> {
        let mut db = pool.begin().await?;
        match self {
            Self::Add {
                handle,
                name,
                role,
                hash,
            } => {
                let added = store::insert(
                    &mut db,
                    &handle,
                    &name,
                    role,
                    Some(&hash),
                    Clock::System.now(),
                )
                .await?;
                if added.is_none() {
                    bail!("there is an account {} already", handle.as_str());
                }
                println!("Added {} as {role}.", handle.as_str());
            }
            Self::List => {
                let accounts = store::all(&mut db).await?;
                if accounts.is_empty() {
                    println!(
                        "Nobody yet. The one-time link in the server's log makes the first admin."
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

/// Reads one line from standard input. At a terminal it is asked for, and does not show.
fn read_passphrase() -> anyhow::Result<String> {
    let mut line = Zeroizing::new(String::new());
    if io::stdin().is_terminal() {
        let prompt = format!("Passphrase, at least {LEAST_CHARS} characters (it does not show): ");
        *line = rpassword::prompt_password(prompt).context("asking for the passphrase")?;
    } else {
        io::stdin()
            .lock()
            .read_line(&mut line)
            .context("reading the passphrase from standard input")?;
    }
    let passphrase = Passphrase::parse(line.trim_end_matches(['\r', '\n']))
        .with_context(|| format!("a passphrase has {LEAST_CHARS} to {MOST_CHARS} characters; a few unrelated words do well"))?;
    passphrase.hash(&Argon2::default())
}
