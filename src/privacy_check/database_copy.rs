//! A temporary copy of the site's database. The privacy check writes only to the copy, never to the site itself.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::str::FromStr;

use anyhow::{Context, ensure};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use url::Url;

use super::store;
use super::stream::SearchStream;
use crate::crypto::{encode_hex, random_bytes};
use crate::db::client_program::{ClientProgram, DUMP_OPTIONS};
use crate::db::embedded;

/// Copy of the site's database on the same Postgres server, made with `pg_dump` and `psql`.
pub struct DatabaseCopy {
    /// URL of the site's database for a role that may create and drop databases.
    admin_url: String,
    copy_url: Url,
    name: String,
    pg_dump: ClientProgram,
    pg_dump_of_copy: ClientProgram,
    psql: ClientProgram,
}

/// Numbers of tables and binary values in a database dump.
#[derive(Default)]
pub struct DumpSummary {
    pub tables: u64,
    /// Number of values of the type `bytea`.
    pub byte_values: u64,
}

impl DatabaseCopy {
    /// Creates an empty database on the site's Postgres server. In an embedded Postgres its superuser does that, whose URL is
    /// `superuser_url`. Fails if the database account may not create databases.
    pub async fn create(site_url: &str, superuser_url: Option<&str>) -> anyhow::Result<Self> {
        let admin_url = superuser_url.unwrap_or(site_url);
        let mut db = connect(admin_url).await?;
        let version = store::find_major_version(&mut db).await?;
        let pg_dump = ClientProgram::find("pg_dump", version, site_url)?;
        ensure!(
            store::may_create_databases(&mut db).await?,
            "the check works on a copy, and the account in DATABASE_URL may not create databases; permit it for the time of the check with: alter role … createdb"
        );
        // The name and the locale go into SQL unquoted. Hexadecimal digits need no quoting.
        let name = format!("broadsheet_privacy_{}", encode_hex(&random_bytes::<8>()));
        let locale = store::find_locale(&mut db).await?;
        ensure!(
            locale.is_default || (is_plain_name(&locale.collate) && is_plain_name(&locale.ctype)),
            "the name of the database's locale has characters that are not supported"
        );
        let owner = superuser_url.map(|_| embedded::SITE_ROLE);
        store::create_database(&mut db, &name, owner, &locale)
            .await
            .context("the database for the copy cannot be created")?;
        db.close().await?;
        let mut copy_url = Url::parse(site_url).context("the database URL cannot be read")?;
        copy_url.set_path(&name);
        Ok(Self {
            admin_url: admin_url.to_owned(),
            name,
            pg_dump,
            pg_dump_of_copy: ClientProgram::find("pg_dump", version, copy_url.as_str())?,
            psql: ClientProgram::find("psql", version, copy_url.as_str())?,
            copy_url,
        })
    }

    /// Returns the connection URL of the copy.
    pub fn url(&self) -> &str {
        self.copy_url.as_str()
    }

    /// Copies the present content of the site's database into the copy.
    pub fn fill(&self) -> anyhow::Result<()> {
        let mut dump = start_dump(&self.pg_dump)?;
        let dump_output = dump.stdout.take().context("pg_dump has no output")?;
        let psql = self
            .psql
            .command()
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1"])
            .stdin(dump_output)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("psql cannot be started")?;
        let filled = self.psql.wait(psql);
        // A failed pg_dump is the cause when both fail.
        self.pg_dump.wait(dump)?;
        filled.context("the copy cannot be made")
    }

    /// Writes a dump of the copy into a stream that searches it. Also writes each `bytea` value in decoded form.
    pub fn dump_into(&self, stream: &mut SearchStream) -> anyhow::Result<DumpSummary> {
        let mut dump = start_dump(&self.pg_dump_of_copy)?;
        let dump_output = dump.stdout.take().context("pg_dump has no output")?;
        let summary = read_dump(BufReader::new(dump_output), stream)?;
        self.pg_dump_of_copy.wait(dump)?;
        Ok(summary)
    }

    /// Drops the copy, even if there are still connections to it.
    pub async fn remove(&self) -> anyhow::Result<()> {
        let mut db = connect(&self.admin_url).await?;
        store::drop_database(&mut db, &self.name)
            .await
            .with_context(|| {
                format!(
                    "the copy {} could not be dropped; drop it by hand",
                    self.name
                )
            })?;
        db.close().await?;
        Ok(())
    }
}

fn is_plain_name(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c))
}

/// Writes a dump into a stream that searches it. Each line is followed by its `bytea` values in decoded form.
fn read_dump(mut dump: impl BufRead, stream: &mut SearchStream) -> anyhow::Result<DumpSummary> {
    let mut summary = DumpSummary::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if dump.read_until(b'\n', &mut line)? == 0 {
            return Ok(summary);
        }
        stream.write_all(&line)?;
        if line.starts_with(b"COPY ") {
            summary.tables += 1;
        }
        for field in line.trim_ascii_end().split(|byte| *byte == b'\t') {
            // bytea is printed as \x…, and COPY doubles the backslash (PostgreSQL manual, "bytea Hex Format" and "COPY").
            let digits = field.strip_prefix(br"\\x").unwrap_or_default();
            if !digits.is_empty()
                && let Some(bytes) = decode_hex(digits)
            {
                stream.write_all(&bytes)?;
                // Keeps the value and the next line apart, so that together they cannot look like a leak.
                stream.write_all(b"\0")?;
                summary.byte_values += 1;
            }
        }
    }
}

fn decode_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

fn start_dump(pg_dump: &ClientProgram) -> anyhow::Result<Child> {
    pg_dump
        .command()
        .args(DUMP_OPTIONS)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("pg_dump cannot be started")
}

async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    PgConnectOptions::from_str(url)
        .context("the database URL cannot be read")?
        .connect()
        .await
        .context("the database cannot be reached")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy_check::LeakReport;

    #[test]
    fn binary_values_in_a_database_dump_are_decoded_and_searched() {
        let report = LeakReport::new("Canary.Bird+site@Example.org", &[]);
        // In hex, base64 of the email matches no encoding that is searched for. Only the decoded bytes do.
        let base64 = b"Y2FuYXJ5LmJpcmQrc2l0ZUBleGFtcGxlLm9yZw==";
        let dump = format!(
            "COPY public.t (a, b) FROM stdin;\n1\t\\\\x{}\n2\t\\\\x0\n\\.\n",
            encode_hex(base64)
        );
        let mut stream = report.search_stream("public.t");
        let summary = read_dump(dump.as_bytes(), &mut stream).unwrap();
        assert_eq!((summary.tables, summary.byte_values), (1, 1));
        let searched = stream.finish();
        assert!(searched.has_marker);
        assert_eq!(searched.leaks.len(), 1);
    }
}
