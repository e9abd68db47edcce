//! A copy of the site's database, made by Postgres's own programs and dropped at the end: nothing is tried on the site
//! itself.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use percent_encoding::percent_decode_str;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use url::Url;

use super::findings::Stream;
use super::store;
use crate::crypto::{encode_hex, random_bytes};
use crate::db::embedded;

/// Where the copy is, and the programs that make it and read it.
pub struct Copy {
    site: Url,
    url: Url,
    name: String,
    pg_dump: PathBuf,
    psql: PathBuf,
}

/// What a dump held.
#[derive(Default)]
pub struct Dumped {
    /// Tables.
    pub tables: u64,
    /// Values that are bytes rather than text.
    pub values: u64,
}

impl Copy {
    /// Makes an empty database beside the site's own.
    pub async fn make(site: &str) -> anyhow::Result<Self> {
        let mut db = connect(site).await?;
        let major = u32::try_from(store::major(&mut db).await?).unwrap_or_default();
        let pg_dump = embedded::find_client_program("pg_dump", major)?;
        let psql = embedded::find_client_program("psql", major)?;
        ensure!(
            store::may_create_databases(&mut db).await?,
            "the account in DATABASE_URL may not make a database, and the check works on a copy; let it with  alter role … createdb  for as long as the check runs"
        );
        // Of hexadecimal digits, so nothing in it could mean anything else.
        let name = format!("broadsheet_privacy_{}", encode_hex(&random_bytes::<8>()));
        let locale = store::locale(&mut db).await?;
        let is_plain = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c))
        };
        let with_locale = if locale.is_usual {
            String::new()
        } else {
            ensure!(
                is_plain(&locale.collate) && is_plain(&locale.ctype),
                "the database's locale has a name that is not understood"
            );
            format!(
                " lc_collate '{}' lc_ctype '{}'",
                locale.collate, locale.ctype
            )
        };
        db.execute(AssertSqlSafe(format!(
            "create database {name} template template0 encoding 'UTF8'{with_locale}"
        )))
        .await
        .context("the database for the copy cannot be made")?;
        db.close().await?;
        let site = Url::parse(site).context("the database address cannot be read")?;
        let mut url = site.clone();
        url.set_path(&name);
        Ok(Self {
            site,
            url,
            name,
            pg_dump,
            psql,
        })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Fills it with what the site has now.
    pub fn fill(&self) -> anyhow::Result<()> {
        let mut dump = self.start_dump(&self.site)?;
        let from = dump.stdout.take().context("pg_dump has no output")?;
        let mut psql = program(&self.psql, &self.url)
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1"])
            .stdin(from)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("psql cannot be started")?;
        let complaints = rest_of(psql.stderr.take());
        let restored = psql.wait()?;
        end(dump)?;
        if !restored.success() {
            bail!("the copy cannot be made: {}", complaints.trim());
        }
        Ok(())
    }

    /// Reads all that a backup of it would hold into a stream: the text, and bytes once more as they are.
    pub fn dump(&self, into: &mut Stream) -> anyhow::Result<Dumped> {
        let mut dump = self.start_dump(&self.url)?;
        let from = dump.stdout.take().context("pg_dump has no output")?;
        let dumped = read_dump(BufReader::new(from), into)?;
        end(dump)?;
        Ok(dumped)
    }

    fn start_dump(&self, url: &Url) -> anyhow::Result<Child> {
        program(&self.pg_dump, url)
            .args([
                "--no-owner",
                "--no-privileges",
                "--no-comments",
                "--no-publications",
                "--no-subscriptions",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("pg_dump cannot be started")
    }

    /// Drops it, whoever is connected to it.
    pub async fn remove(&self) -> anyhow::Result<()> {
        let mut db = connect(self.site.as_str()).await?;
        let statement = format!("drop database if exists {} with (force)", self.name);
        db.execute(AssertSqlSafe(statement))
            .await
            .with_context(|| format!("the copy {} is left; drop it by hand", self.name))?;
        db.close().await?;
        Ok(())
    }
}

/// Puts a dump into a stream, with each value of bytes as it is after its line.
fn read_dump(mut from: impl BufRead, into: &mut Stream) -> anyhow::Result<Dumped> {
    let mut dumped = Dumped::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.read_until(b'\n', &mut line)? == 0 {
            return Ok(dumped);
        }
        into.write_all(&line)?;
        if line.starts_with(b"COPY ") {
            dumped.tables += 1;
        }
        for field in line.trim_ascii_end().split(|byte| *byte == b'\t') {
            // Escaped by bytea's output and by COPY (the documentation, "bytea Hex Format" and "COPY").
            let digits = field.strip_prefix(br"\\x").unwrap_or_default();
            if !digits.is_empty()
                && let Some(bytes) = from_hex(digits)
            {
                into.write_all(&bytes)?;
                into.write_all(b"\0")?;
                dumped.values += 1;
            }
        }
    }
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

/// A passphrase goes where other accounts on the machine do not see it: not among the arguments.
fn program(path: &PathBuf, url: &Url) -> Command {
    let mut command = Command::new(path);
    let mut open = url.clone();
    if let Some(password) = url.password()
        && open.set_password(None).is_ok()
    {
        let password = percent_decode_str(password).collect::<Vec<u8>>();
        command.env(
            "PGPASSWORD",
            String::from_utf8_lossy(&password).into_owned(),
        );
    }
    command.arg("--dbname").arg(open.as_str());
    command
}

fn end(mut child: Child) -> anyhow::Result<()> {
    let complaints = rest_of(child.stderr.take());
    let ended = child.wait()?;
    ensure!(ended.success(), "pg_dump failed: {}", complaints.trim());
    Ok(())
}

fn rest_of(output: Option<impl Read>) -> String {
    let mut text = Vec::new();
    if let Some(mut output) = output {
        // What cannot be read of a complaint is left out.
        let _ = io::copy(&mut output, &mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    PgConnectOptions::from_str(url)
        .context("the database address cannot be read")?
        .connect()
        .await
        .context("the database cannot be reached")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy_check::Findings;

    #[test]
    fn bytes_in_a_dump_are_looked_through_as_they_are() {
        let findings = Findings::new("Canary.Bird+site@Example.org", &[]);
        // The address behind bytes that break its digits apart: base64 of it, as bytes.
        let inner = b"Y2FuYXJ5LmJpcmQrc2l0ZUBleGFtcGxlLm9yZw==";
        let dump = format!(
            "COPY public.t (a, b) FROM stdin;\n1\t\\\\x{}\n2\t\\\\x0\n\\.\n",
            encode_hex(inner)
        );
        let mut stream = findings.stream("public.t");
        let dumped = read_dump(dump.as_bytes(), &mut stream).unwrap();
        assert_eq!((dumped.tables, dumped.values), (1, 1));
        let streamed = stream.end();
        assert!(streamed.is_proved);
        assert_eq!(streamed.leaks.len(), 1);
    }
}
