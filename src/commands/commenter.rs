//! `commenter`: for people who ask what is kept of them, or want it gone. The address comes from standard input: as an
//! argument it would stay in the shell's history, and everyone on the machine would see it in the list of processes.

use std::collections::HashMap;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::{Value, json};
use sqlx::PgConnection;
use zeroize::Zeroizing;

use crate::accounts;
use crate::clock::{Clock, Ts};
use crate::commenters::{self, Email, EmailError, Scope, Treatment};
use crate::comments::store::{Decided, KeptComment, Version};
use crate::comments::{self, NETWORK_ROW};
use crate::config::Config;
use crate::crypto::Keys;
use crate::db::{self, embedded::Durability};
use crate::ids::{CommentId, CommenterId};
use crate::mail::{self, Recipient};
use crate::publication;
use crate::startup::{self, data_folder};

/// What can be done for a commenter.
#[derive(Subcommand)]
pub enum CommenterCommand {
    /// Print everything kept about the person whose address is on standard input, as JSON
    Export,
    /// Take out everything the person whose address is on standard input has written, and forget the address
    Erase {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Stop mail to whoever a report on standard input was not able to reach; let your mail server pipe what comes back here
    Bounce,
}

/// Does it, beside a running server or without one. Success only if there was someone of that address.
pub async fn commenter(config: Config, command: CommenterCommand) -> anyhow::Result<ExitCode> {
    // What was typed is judged before a database is started for it.
    let email = match command {
        CommenterCommand::Export | CommenterCommand::Erase { .. } => read_address()?,
        CommenterCommand::Bounce => match read_report()? {
            Some(email) => email,
            // Mail that is no report, or names nobody: a mail server is not told to send that back as well.
            None => {
                eprintln!("This is no report of mail that came back for good.");
                return Ok(ExitCode::SUCCESS);
            }
        },
    };
    let keys = startup::read_or_make(&config)?;
    let database = db::open(
        config.database_url.as_deref(),
        &data_folder(&config),
        Durability::Durable,
    )
    .await?;
    let asked = Asked {
        config: &config,
        keys: &keys,
        email,
    };
    let done = asked.answer(&database.pool, command).await;
    database.close().await?;
    done
}

struct Asked<'a> {
    config: &'a Config,
    keys: &'a Keys,
    email: Email,
}

impl Asked<'_> {
    async fn answer(
        &self,
        pool: &sqlx::PgPool,
        command: CommenterCommand,
    ) -> anyhow::Result<ExitCode> {
        let mut db = pool.acquire().await?.detach();
        if let Some(publication) = publication::store::find(&mut db).await?
            && !self.keys.use_key(&publication.key_id)
        {
            bail!(
                "this database is sealed with another secret key than {}; put the right one in place",
                startup::key_file(self.config).display()
            );
        }
        let people = commenters::store::of_address(&mut db, self.keys, &self.email).await?;
        // What came back may be somebody else's mail; whoever pipes it here is not to be told so.
        if people.is_empty() && !matches!(command, CommenterCommand::Bounce) {
            eprintln!("Nothing is kept about that address.");
            return Ok(ExitCode::FAILURE);
        }
        match command {
            CommenterCommand::Export => {
                let mut found = Vec::with_capacity(people.len());
                for person in people {
                    found.push(self.kept(&mut db, person).await?);
                }
                let answer = json!({
                    "note": "The email address is kept sealed, and is not repeated here: it is the one that was asked about. A comment's network is there as long as it is kept.",
                    "people": found,
                });
                let mut out = io::stdout().lock();
                serde_json::to_writer_pretty(&mut out, &answer)?;
                writeln!(out)?;
            }
            CommenterCommand::Erase { yes } => {
                tell_what_goes(&mut db, &people).await?;
                if !yes && !is_confirmed()? {
                    eprintln!("Nothing was erased.");
                    return Ok(ExitCode::FAILURE);
                }
                self.erase(&mut db).await?;
            }
            CommenterCommand::Bounce => {
                let mut silenced: Vec<Recipient> =
                    people.into_iter().map(Recipient::from).collect();
                // The staff are not found by their address, but there are few of them.
                for (id, sealed) in accounts::address_store::all_sealed(&mut db).await? {
                    if self.email.is_of_account(self.keys, id, &sealed) {
                        silenced.push(id.into());
                    }
                }
                for to in &silenced {
                    mail::store::silence(&mut db, *to, Clock::System.now()).await?;
                }
                eprintln!(
                    "People to whom nothing is mailed from now on: {}.",
                    silenced.len()
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Everything kept about someone.
    async fn kept(&self, db: &mut PgConnection, person: CommenterId) -> anyhow::Result<Value> {
        let kept = commenters::store::kept_of(db, person)
            .await?
            .context("the person was erased in this moment")?;
        let mut decided: HashMap<CommentId, Vec<Value>> = HashMap::new();
        for decision in comments::store::decisions_about(db, person).await? {
            let about = decided.entry(decision.comment_id).or_default();
            about.push(of_decision(&decision));
        }
        let comments = comments::store::kept_of(db, person).await?;
        let ids: Vec<CommentId> = comments.iter().map(|comment| comment.id).collect();
        let mut earlier: HashMap<CommentId, Vec<Value>> = HashMap::new();
        for version in comments::store::versions_of_all(db, &ids).await? {
            let of = earlier.entry(version.comment_id).or_default();
            of.push(of_version(&version));
        }
        let mut written = Vec::new();
        for comment in comments {
            let decisions = decided.remove(&comment.id).unwrap_or_default();
            let before = earlier.remove(&comment.id).unwrap_or_default();
            written.push(self.of_comment(&comment, &decisions, &before)?);
        }
        let treated = commenters::treatment::how_treated(db, person).await?;
        let notes: Vec<Value> = commenters::treatment::notes_on(db, person)
            .await?
            .iter()
            .map(|note| json!({"note": note.note, "written_at": moment(Some(note.written_at))}))
            .collect();
        let subscriptions: Vec<Value> = commenters::store::subscriptions_of(db, person)
            .await?
            .iter()
            .map(|subscription| {
                json!({
                    "article": self.article(&subscription.title, subscription.path.as_deref()),
                    "of": match subscription.scope {
                        Scope::Answers => "answers",
                        Scope::Everything => "everything",
                    },
                    "asked_at": moment(Some(subscription.asked_at)),
                    "active_since": moment(subscription.active_since),
                    "last_mailed_at": moment(subscription.mailed_at),
                })
            })
            .collect();
        Ok(json!({
            "first_wrote_at": moment(Some(kept.created_at)),
            "address_proved_at": moment(kept.proved_at),
            "proof_last_mailed_at": moment(kept.proof_sent_at),
            "mail_came_back_at": moment(kept.silenced_at),
            "blocked": kept.blocked_at.is_some(),
            "blocked_at": moment(kept.blocked_at),
            "treated": treated.map(|treated| treated.treatment.map_or("anyone", Treatment::word)),
            "notes": notes,
            "browsers": kept.browsers,
            "letters_waiting": kept.letters,
            "comments": written,
            "subscriptions": subscriptions,
        }))
    }

    fn of_comment(
        &self,
        comment: &KeptComment,
        decisions: &[Value],
        before: &[Value],
    ) -> anyhow::Result<Value> {
        let network = match &comment.network_sealed {
            Some(sealed) => {
                let opened = self.keys.open(NETWORK_ROW, sealed).with_context(|| {
                    format!("the network of comment {} does not open", comment.id)
                })?;
                Some(String::from_utf8_lossy(&opened).into_owned())
            }
            None => None,
        };
        Ok(json!({
            "id": comment.id.0,
            "answers": comment.parent_id.map(|id| id.0),
            "article": self.article(&comment.title, comment.path.as_deref()),
            "state": comment.status.word(),
            "written_at": moment(Some(comment.created_at)),
            "edited_at": moment(comment.edited_at),
            "name": comment.name,
            "website": comment.website,
            "text": comment.body,
            "network": network,
            "network_kept_until": moment(comment.network_until),
            "decisions": decisions,
            "before_the_staff_changed_it": before,
        }))
    }

    fn article(&self, title: &str, path: Option<&str>) -> Value {
        json!({"title": title, "address": path.map(|path| self.config.absolute(path))})
    }

    /// Erases all of it in one transaction.
    async fn erase(&self, db: &mut PgConnection) -> anyhow::Result<()> {
        use sqlx::Connection;
        let now = Clock::System.now();
        let mut db = db.begin().await?;
        let (mut erased, mut stay) = (0, false);
        // Asked anew: there may be another one since.
        for person in commenters::store::of_address(&mut db, self.keys, &self.email).await? {
            erased += comments::store::erase_all_of(&mut db, person, now).await?;
            stay |= !commenters::store::delete_unless_blocked(&mut db, person).await?;
        }
        db.commit().await?;
        println!("Erased: {erased} comments, subscriptions, browsers, notes and waiting letters.");
        if stay {
            println!(
                "The address stays, sealed, because it is blocked: with it the block would go. Unblock it at the desk and erase once more to forget it."
            );
        } else {
            println!(
                "The address is forgotten. Copies of the database made before today still hold it."
            );
        }
        Ok(())
    }
}

async fn tell_what_goes(db: &mut PgConnection, people: &[CommenterId]) -> anyhow::Result<()> {
    let (mut comments, mut subscriptions, mut is_blocked) = (0, 0, false);
    for person in people {
        comments += comments::store::kept_of(db, *person).await?.len();
        subscriptions += commenters::store::subscriptions_of(db, *person)
            .await?
            .len();
        let kept = commenters::store::kept_of(db, *person).await?;
        is_blocked |= kept.is_some_and(|kept| kept.blocked_at.is_some());
    }
    let address = if is_blocked {
        "the address stays, sealed, because it is blocked"
    } else {
        "the address is forgotten"
    };
    eprintln!(
        "This erases the words, names and websites of {comments} comments, {subscriptions} subscriptions, and every browser, note and letter of this person; {address}. Answers of others stay in their places. It cannot be undone."
    );
    Ok(())
}

fn of_version(version: &Version) -> Value {
    json!({
        "changed_at": moment(Some(version.replaced_at)),
        "name": version.name,
        "website": version.website,
        "text": version.body,
    })
}

fn of_decision(decision: &Decided) -> Value {
    json!({
        "at": moment(Some(decision.at)),
        "from": decision.from.word(),
        "to": decision.to.word(),
    })
}

fn moment(moment: Option<Ts>) -> Value {
    moment.map_or(Value::Null, |moment| moment.rfc3339().into())
}

/// Reads one line from standard input.
fn read_address() -> anyhow::Result<Email> {
    let mut line = Zeroizing::new(String::new());
    if io::stdin().is_terminal() {
        eprint!("Address: ");
    }
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("reading the address from standard input")?;
    match Email::parse(&line) {
        Ok(email) => Ok(email),
        Err(EmailError::Missing) => {
            bail!("put the person's email address on standard input, as the only line")
        }
        Err(EmailError::Malformed | EmailError::TooLong) => {
            bail!("what is on standard input is no email address; one looks like name@example.org")
        }
    }
}

/// Bytes of a report that are read: it names its reader before it quotes what came back.
const REPORT_BYTES: u64 = 1024 * 1024;

/// Whom the report on standard input was not able to reach, if it is one.
fn read_report() -> anyhow::Result<Option<Email>> {
    let mut report = Zeroizing::new(Vec::new());
    io::stdin()
        .lock()
        .take(REPORT_BYTES)
        .read_to_end(&mut report)
        .context("reading the report from standard input")?;
    let named = mail::bounce::failed_recipients(&String::from_utf8_lossy(&report));
    Ok(named.iter().find_map(|address| Email::parse(address).ok()))
}

/// Asks at a terminal. Elsewhere only `--yes` is an answer.
fn is_confirmed() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("say --yes to do it without being asked");
    }
    eprint!("Type yes to go on: ");
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == "yes")
}
