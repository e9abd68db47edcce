//! `commenter`: commands for commenters' requests about their own data. Email addresses come from standard input: as an
//! argument they would stay in the shell's history and show in the list of processes.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;
use sqlx::{Connection, PgConnection, PgPool};
use zeroize::Zeroizing;

use super::commenter_export::CommenterExport;
use crate::clock::Clock;
use crate::commenters::{Email, EmailError};
use crate::config::Config;
use crate::crypto::KeyRing;
use crate::ids::CommenterId;
use crate::mail::{self, Recipient};
use crate::{accounts, commenters, comments, publication, startup};

#[derive(Subcommand)]
pub enum CommenterCommand {
    /// Print everything stored about a commenter as JSON; the email address is read from standard input
    Export,
    /// Erase a commenter's comments and email address; the email address is read from standard input
    Erase {
        /// Erase without asking for confirmation
        #[arg(long)]
        yes: bool,
    },
    /// Stop mail to the recipient of a bounce message on standard input; have your mail server pipe bounces to it
    Bounce,
}

/// Number of bytes of a bounce message that are read. The message names the recipient before it quotes the email that
/// bounced.
const MAX_BOUNCE_BYTES: u64 = 1024 * 1024;

/// Runs a subcommand of `commenter`. Fails if nothing is stored about the email address. A server may be running at the
/// same time.
pub async fn commenter(config: Config, command: CommenterCommand) -> anyhow::Result<ExitCode> {
    startup::require_site(&config)?;
    // Before a database is started: wrong input is the commonest mistake.
    let email = match command {
        CommenterCommand::Export | CommenterCommand::Erase { .. } => read_email()?,
        CommenterCommand::Bounce => match read_bounced_email()? {
            Some(email) => email,
            None => {
                // A success all the same: at a failure the mail server would bounce this message as well.
                eprintln!("Standard input is not a report of mail that bounced for good.");
                return Ok(ExitCode::SUCCESS);
            }
        },
    };
    let keys = startup::load_keys(&config)?;
    let database = startup::open_database(&config).await?;
    let request = CommenterRequest {
        config: &config,
        keys: &keys,
        email,
    };
    let result = request.run(&database.pool, command).await;
    database.close().await?;
    result
}

/// Request for the data stored about one email address.
struct CommenterRequest<'a> {
    config: &'a Config,
    keys: &'a KeyRing,
    email: Email,
}

impl CommenterRequest<'_> {
    async fn run(&self, pool: &PgPool, command: CommenterCommand) -> anyhow::Result<ExitCode> {
        let mut db = pool.acquire().await?.detach();
        if let Some(publication) = publication::store::find(&mut db).await? {
            startup::activate_key(self.config, self.keys, &publication)?;
        }
        let ids =
            commenters::store::commenters::find_by_email(&mut db, self.keys, &self.email).await?;
        // Bounces may be about anyone's mail, and are not told apart: the sender must not learn who comments here.
        if ids.is_empty() && !matches!(command, CommenterCommand::Bounce) {
            eprintln!("Nothing is stored about that email address.");
            return Ok(ExitCode::FAILURE);
        }
        match command {
            CommenterCommand::Export => self.export(&mut db, &ids).await?,
            CommenterCommand::Erase { yes } => {
                print_erasure_summary(&mut db, &ids).await?;
                if !yes && !confirm()? {
                    eprintln!("Nothing was erased.");
                    return Ok(ExitCode::FAILURE);
                }
                self.erase(&mut db).await?;
            }
            CommenterCommand::Bounce => self.suppress_mail(&mut db, &ids).await?,
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn export(&self, db: &mut PgConnection, ids: &[CommenterId]) -> anyhow::Result<()> {
        let export = CommenterExport {
            config: self.config,
            keys: self.keys,
        };
        let mut people = Vec::with_capacity(ids.len());
        for id in ids {
            people.push(export.export_commenter(db, *id).await?);
        }
        let answer = json!({
            "note": "The email address is stored sealed, and is not repeated here: it is the one that was asked about. A comment's network is listed as long as it is stored.",
            "people": people,
        });
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &answer)?;
        writeln!(out)?;
        Ok(())
    }

    /// Erases the commenter's comments and email address in one transaction.
    async fn erase(&self, db: &mut PgConnection) -> anyhow::Result<()> {
        let now = Clock::System.now();
        let mut db = db.begin().await?;
        let (mut erased, mut is_blocked) = (0, false);
        // Looked up again: during the confirmation the email address may have come into use once more.
        for id in
            commenters::store::commenters::find_by_email(&mut db, self.keys, &self.email).await?
        {
            erased += comments::store::erase::erase_all_by(&mut db, id, now).await?;
            is_blocked |=
                !commenters::store::commenters::delete_unless_blocked(&mut db, id).await?;
        }
        db.commit().await?;
        println!("Erased: {erased} comments, subscriptions, browsers, notes and queued emails.");
        if is_blocked {
            println!(
                "The email address stays, sealed, because it is blocked: the block would go with it. Unblock it in the admin pages and erase once more to delete it."
            );
        } else {
            println!(
                "The email address is deleted. Copies of the database made before today still hold it."
            );
        }
        Ok(())
    }

    /// Stops all mail to this email address, whether it is a commenter's or a staff account's.
    async fn suppress_mail(
        &self,
        db: &mut PgConnection,
        ids: &[CommenterId],
    ) -> anyhow::Result<()> {
        let mut recipients: Vec<Recipient> = ids.iter().copied().map(Recipient::from).collect();
        // Accounts have no blind index of their email address, but there are few of them.
        for (id, sealed) in accounts::store::staff_email::list_sealed(db).await? {
            if self.email.is_of_account(self.keys, id, &sealed) {
                recipients.push(id.into());
            }
        }
        for recipient in &recipients {
            mail::store::suppress(db, *recipient, Clock::System.now()).await?;
        }
        eprintln!("Stopped mail to {} recipients.", recipients.len());
        Ok(())
    }
}

async fn print_erasure_summary(db: &mut PgConnection, ids: &[CommenterId]) -> anyhow::Result<()> {
    let (mut comments, mut subscriptions, mut is_blocked) = (0, 0, false);
    for id in ids {
        comments += comments::store::personal_data::list_comments(db, *id)
            .await?
            .len();
        subscriptions += commenters::store::subscriptions::list_stored(db, *id)
            .await?
            .len();
        let stored = commenters::store::commenters::find_stored(db, *id).await?;
        is_blocked |= stored.is_some_and(|stored| stored.blocked_at.is_some());
    }
    let email = if is_blocked {
        "the email address stays, sealed, because it is blocked"
    } else {
        "the email address is deleted"
    };
    eprintln!(
        "This erases the text, name and website of {comments} comments, {subscriptions} subscriptions, and every browser, note and queued email of this commenter; {email}. Replies of others stay where they are. It cannot be undone."
    );
    Ok(())
}

/// Reads an email address as one line from standard input.
fn read_email() -> anyhow::Result<Email> {
    let mut line = Zeroizing::new(String::new());
    if io::stdin().is_terminal() {
        eprint!("Email address: ");
    }
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("reading the email address from standard input failed")?;
    match Email::parse(&line) {
        Ok(email) => Ok(email),
        Err(EmailError::Missing) => {
            bail!("put the commenter's email address on standard input, as the only line")
        }
        Err(EmailError::Malformed | EmailError::TooLong) => {
            bail!("the line on standard input is no email address; one looks like name@example.org")
        }
    }
}

/// Reads a bounce message from standard input and returns its recipient. Returns `None` if the input is not a bounce
/// message or names no recipient.
fn read_bounced_email() -> anyhow::Result<Option<Email>> {
    let mut message = Zeroizing::new(Vec::new());
    io::stdin()
        .lock()
        .take(MAX_BOUNCE_BYTES)
        .read_to_end(&mut message)
        .context("reading the bounce message from standard input failed")?;
    let recipients = mail::bounce::failed_recipients(&String::from_utf8_lossy(&message));
    Ok(recipients.iter().find_map(|email| Email::parse(email).ok()))
}

/// Asks for confirmation at a terminal. Fails without a terminal, where only `--yes` confirms.
fn confirm() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("add --yes to erase without a confirmation");
    }
    eprint!("Type yes to continue: ");
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}
