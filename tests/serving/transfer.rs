//! Tests of the `import` and `export` commands: killed, without a database, reading from a pipe, and with wrong
//! arguments.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use sqlx::{Connection, PgConnection};

use crate::support::cluster::{folder, new_database};
use crate::support::sample_export;
use crate::support::server::{broadsheet, run, text, wait_until};

const ARTICLES: u64 = 400;
const COMMENTS_EACH: u64 = 6;

fn write_export(folder: &Path) -> std::path::PathBuf {
    write_export_of(folder, ARTICLES)
}

fn write_export_of(folder: &Path, articles: u64) -> std::path::PathBuf {
    let file = folder.join("made.xml");
    let mut out = BufWriter::new(File::create(&file).expect("a file"));
    sample_export::write(&mut out, articles, COMMENTS_EACH).expect("the export is written");
    file
}

/// Builds a `broadsheet` command that uses this database, and a key file in this folder.
fn command_on(database: &str, folder: &Path) -> Command {
    let key = folder.join("key");
    if !key.exists() {
        fs::write(&key, "7".repeat(64)).expect("the key file is written");
        let closed = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&key, closed).expect("the key file's permissions are set");
    }
    let mut command = broadsheet(folder);
    command
        .env("DATABASE_URL", database)
        .env("BROADSHEET_SECRET_KEY_FILE", key)
        .env("BROADSHEET_LOG", "warn");
    command
}

fn import(database: &str, folder: &Path, file: &Path) -> Output {
    let mut command = command_on(database, folder);
    command.args(["import", "wordpress"]).arg(file);
    run(command, "")
}

/// Returns everything that readers and moderators can see, and the database rows that record the import.
async fn load_state(database: &str, folder: &Path) -> Vec<String> {
    let mut command = command_on(database, folder);
    command.args(["export", "wordpress", "--with-emails"]);
    let output = run(command, "");
    assert!(output.status.success(), "{}", text(&output));
    let export = String::from_utf8(output.stdout).expect("the export is valid UTF-8");
    let (head, rest) = export
        .split_once("<pubDate>")
        .expect("the export contains a publication date");
    let (_, rest) = rest
        .split_once("</pubDate>")
        .expect("the publication date ends");
    let mut state = vec![head.to_owned() + rest];
    let mut db = PgConnection::connect(database).await.expect("a connection");
    for query in [
        "select string_agg(t::text, ',' order by t::text) from (select * from article_paths) t",
        "select string_agg(t::text, ',' order by t::text) from (select site_id, wordpress_id, article_id, digest, version from imported_articles) t",
        "select string_agg(t::text, ',' order by t::text) from (select id, site_id, wordpress_id, export_hash, root_id, dedup_hash, network_sealed is null from comments) t",
        "select string_agg(t::text, ',' order by t::text) from (select status, sum(count) from comment_counts group by 1) t",
        "select string_agg(t::text, ',' order by t::text) from (select article_id, sum(count) from article_comment_counts group by 1) t",
        "select string_agg(t::text, ',' order by t::text) from (select article_id, version, title, body from article_revisions) t",
        "select count(*)::text from commenters",
        "select count(*)::text from imports where finished_at is null",
    ] {
        let found: Option<String> = sqlx::query_scalar(query)
            .fetch_one(&mut db)
            .await
            .expect(query);
        state.push(found.unwrap_or_default());
    }
    state
}

#[tokio::test]
async fn an_import_killed_twenty_times_ends_with_the_same_data_as_an_undisturbed_one() {
    let folder = folder("killed");
    let file = write_export(&folder);
    let undisturbed = new_database().await;
    let start = Instant::now();
    let output = import(&undisturbed, &folder, &file);
    assert!(output.status.success(), "{}", text(&output));
    let whole = start.elapsed();
    let killed = new_database().await;
    let mut random = 7_u64;
    let mut resumed = 0;
    for round in 0..20 {
        // The kills are spread over the whole import.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let share = u32::try_from(random >> 40 & 0xFF).expect("a random byte fits u32");
        let until = whole * (share + round * 8) / 420;
        let mut command = command_on(&killed, &folder);
        command.args(["import", "wordpress"]).arg(&file);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(until);
        child.kill().expect("the program is killed");
        let output = child.wait_with_output().expect("the killed program ends");
        resumed += i32::from(text(&output).contains("Resuming it"));
    }
    assert!(resumed > 5, "only {resumed} of twenty resumed another");
    let output = import(&killed, &folder, &file);
    assert!(output.status.success(), "{}", text(&output));
    let report = text(&output);
    assert!(
        report.contains(&format!("articles {ARTICLES:>23}")),
        "{report}"
    );
    let (undisturbed, killed) = (
        load_state(&undisturbed, &folder).await,
        load_state(&killed, &folder).await,
    );
    for (undisturbed, killed) in undisturbed.iter().zip(&killed) {
        assert!(
            undisturbed.len() < 10 || undisturbed == killed,
            "they differ"
        );
    }
    assert_eq!(undisturbed, killed);
    assert!(undisturbed[0].len() > 1_000_000);
}

#[test]
fn an_import_that_loses_its_database_can_be_resumed() {
    let folder = folder("lost");
    // Many batches, so that the import is busy when its database is killed.
    let articles = 4 * ARTICLES;
    let file = write_export_of(&folder, articles);
    let data = folder.join("data");
    let program = || {
        let mut command = broadsheet(&data);
        command.env("BROADSHEET_LOG", "warn");
        command.args(["import", "wordpress"]).arg(&file);
        command
    };
    let mut child = program()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let pid_file = data.join("postgres/postmaster.pid");
    let url = || {
        let mut command = broadsheet(&data);
        command.args(["db", "url"]);
        let output = run(command, "");
        let url = String::from_utf8(output.stdout).expect("the URL is valid UTF-8");
        output.status.success().then(|| url.trim().to_owned())
    };
    wait_until("there are articles", || {
        url().is_some_and(|url| has_articles(&url))
    });
    let pid = fs::read_to_string(&pid_file).expect("the file with the process id is read");
    let pid: i32 = pid
        .lines()
        .next()
        .expect("the file with the process id has a line")
        .trim()
        .parse()
        .expect("the process id is a number");
    if child
        .try_wait()
        .expect("the process can be polled")
        .is_some()
    {
        panic!("the import ended before its database could be taken away");
    }
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(pid),
        nix::sys::signal::Signal::SIGKILL,
    )
    .expect("the Postgres process is running");
    let output = child.wait_with_output().expect("the import ends");
    let error = text(&output);
    assert!(!output.status.success(), "{error}");
    assert!(error.contains("the same command"), "{error}");
    assert!(!error.contains("panicked"), "{error}");
    let output = run(program(), "");
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains(&format!("articles {articles:>23}")));
}

/// Returns whether an import has committed articles already. Returns `false` while the database is still being created.
fn has_articles(url: &str) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let Ok(mut db) = PgConnection::connect(url).await else {
            return false;
        };
        let any = sqlx::query_scalar("select exists (select 1 from imported_articles)");
        any.fetch_one(&mut db).await.unwrap_or(false)
    })
}

#[tokio::test]
async fn an_import_reads_standard_input_and_rejects_unusable_files() {
    let folder = folder("piped");
    let database = new_database().await;
    let export = fs::read_to_string(write_export(&folder)).expect("the export file is read");
    let mut command = command_on(&database, &folder);
    command.args(["import", "wordpress", "--dry-run", "-"]);
    let output = run(command, &export);
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("standard input: WXR 1.2 of made.example.org"));
    assert!(text(&output).contains("nothing was written"));
    for (arguments, input, expected) in [
        (
            vec!["-"],
            &export[..export.len() / 2],
            "nothing was imported",
        ),
        (vec!["-"], "", "empty"),
        (vec!["none.xml"], "", "none.xml"),
        (vec!["/"], "", "folder"),
        (
            vec!["--uploads", "nowhere", "-"],
            "",
            "--uploads nowhere: not a folder",
        ),
        (
            vec!["--time-zone", "Mars", "-"],
            "",
            "--time-zone Mars: not a known time zone",
        ),
    ] {
        let mut command = command_on(&database, &folder);
        command.args(["import", "wordpress"]).args(&arguments);
        let output = run(command, input);
        let output_text = text(&output);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {output_text}"
        );
        assert!(
            output_text.contains(expected),
            "{arguments:?}: {output_text}"
        );
        assert!(!output_text.contains("panicked"), "{output_text}");
    }
    let mut command = command_on(&database, &folder);
    command.args(["export", "wordpress"]);
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("nothing to export"),
        "{}",
        text(&output)
    );
}

#[tokio::test]
async fn an_export_writes_a_complete_file_or_fails() {
    let folder = folder("export");
    let database = new_database().await;
    let file = write_export(&folder);
    assert!(import(&database, &folder, &file).status.success());
    let mut command = command_on(&database, &folder);
    let to = folder.join("out.xml");
    command
        .args(["export", "wordpress", "--with-emails"])
        .arg(&to);
    let output = run(command, "");
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("emails of commenters as plain text"));
    let written = fs::read_to_string(&to).expect("a file");
    assert!(written.ends_with("</rss>\n") && written.contains("@example.org"));
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&to).expect("a file").permissions());
    assert_eq!(mode & 0o777, 0o600);
    let mut command = command_on(&database, &folder);
    command
        .args(["export", "wordpress"])
        .arg(folder.join("no/such/folder.xml"));
    let output = run(command, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("cannot be written"),
        "{}",
        text(&output)
    );
    let mut command = command_on(&database, &folder);
    command.args(["export", "wordpress"]).arg(&to);
    assert!(run(command, "").status.success());
    assert!(
        !fs::read_to_string(&to)
            .expect("a file")
            .contains("@example.org")
    );
}
