//! Backups of a running site, their proof, and their restore into another folder.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::cluster::folder;
use crate::support::server::{Server, broadsheet, run, text};
use crate::{load_comment_bodies, reply_path, welcome_path};

/// The same for the site and its restored copy, so that their pages are equal.
const SETTINGS: [(&str, &str); 1] = [("BROADSHEET_PUBLIC_URL", "http://news.example:8600")];

fn run_command(data: &Path, args: &[&str]) -> Output {
    let mut command = broadsheet(data);
    command.args(args);
    run(command, "")
}

fn succeed(data: &Path, args: &[&str]) -> String {
    let output = run_command(data, args);
    assert!(output.status.success(), "{args:?}: {}", text(&output));
    text(&output)
}

fn fail(data: &Path, args: &[&str]) -> String {
    let output = run_command(data, args);
    assert!(!output.status.success(), "{args:?}: {}", text(&output));
    text(&output)
}

/// Returns a folder that contains only a copy of the site's secret key.
fn folder_with_key(server: &Server) -> PathBuf {
    let data = folder("restored");
    fs::copy(server.data.join("secret.key"), data.join("secret.key")).expect("the key is copied");
    data
}

fn back_up(server: &Server) -> PathBuf {
    let file = folder("backups").join("site.backup");
    succeed(&server.data, &["backup", file.to_str().expect("UTF-8")]);
    file
}

#[test]
fn a_backup_of_a_busy_site_is_restored_with_everything_acknowledged() {
    let mut server = Server::start_with(&folder("data"), &SETTINGS);
    fs::create_dir_all(server.data.join("media/2026")).expect("a media folder");
    fs::write(server.data.join("media/2026/tea.txt"), "A cup of tea.").expect("a media file");
    let file = folder("backups").join("site.backup");
    let reply = reply_path(&server);
    let is_done = AtomicBool::new(false);
    // Comments go on arriving from other networks while the backup is written.
    let (acknowledged, output) = thread::scope(|scope| {
        let commenting = scope.spawn(|| {
            let mut acknowledged = 0;
            while !is_done.load(Ordering::Relaxed) {
                let from = format!("198.51.{}.{}", acknowledged / 200, acknowledged % 200);
                let comment = format!("Comment number {acknowledged}.");
                let fields = [
                    ("author", "Ann"),
                    ("email", "ann@example.org"),
                    ("comment", &*comment),
                ];
                let response = server.try_post(&reply, &from, &fields);
                assert!(response.is_some_and(|response| response.status == 303));
                acknowledged += 1;
            }
            acknowledged
        });
        // The first comments were acknowledged before the backup begins.
        while load_comment_bodies(&server.database_url()).len() < 23 {
            thread::yield_now();
        }
        let output = succeed(&server.data, &["backup", file.to_str().expect("UTF-8")]);
        is_done.store(true, Ordering::Relaxed);
        (commenting.join().expect("no comment is refused"), output)
    });
    assert!(
        output.contains("1 articles") && output.contains("1 media files"),
        "{output}"
    );
    assert!(acknowledged >= 20);
    let file = file.to_str().expect("UTF-8");
    let proof = succeed(&server.data, &["check", "backup", file]);
    assert!(proof.starts_with("ok   "), "{proof}");
    let front = server.get("/").body;
    let article = welcome_path(&server);
    let (page, feed) = (server.get(&article).body, server.get("/feed.xml").body);
    let log = succeed(&server.data, &["check", "log"]);
    server.stop();

    let data = folder_with_key(&server);
    let restored = succeed(&data, &["restore", file]);
    assert!(restored.starts_with("Restored "), "{restored}");
    let media = fs::read_to_string(data.join("media/2026/tea.txt"));
    assert_eq!(media.expect("the media file is restored"), "A cup of tea.");
    let copy = Server::start_with(&data, &SETTINGS);
    let bodies = load_comment_bodies(&copy.database_url());
    for number in 0..20 {
        let comment = format!("Comment number {number}.");
        assert!(bodies.contains(&comment), "{comment} is missing");
    }
    assert_eq!(copy.get("/").body, front);
    assert_eq!(copy.get(&article).body, page);
    assert_eq!(copy.get("/feed.xml").body, feed);
    assert_eq!(copy.get("/media/2026/tea.txt").body, "A cup of tea.");
    assert_eq!(succeed(&data, &["check", "log"]), log);
    assert!(!copy.log().contains("one-time link") || copy.log().contains("Nobody has claimed"));
}

/// Writes a zip file again, with other content in its parts.
fn rewrite_zip(file: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(file)).expect("a zip file");
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("the part is read");
        to.start_file(&name, SimpleFileOptions::default())
            .expect("a part begins");
        to.write_all(&change(&name, content))
            .expect("the part is written");
    }
    to.finish().expect("a zip file").into_inner()
}

#[test]
fn a_backup_that_was_cut_off_or_altered_is_refused() {
    let server = Server::new();
    let file = back_up(&server);
    let whole = fs::read(&file).expect("the backup is read");
    let data = folder_with_key(&server);
    let broken = folder("broken").join("site.backup");
    let path = broken.to_str().expect("UTF-8");
    let refuse = |content: &[u8], what: &str| {
        fs::write(&broken, content).expect("the file is written");
        for args in [&["restore", path][..], &["check", "backup", path]] {
            let output = fail(&data, args);
            assert!(
                output.contains("cut off")
                    || output.contains("altered")
                    || output.contains("damaged"),
                "{what}: {output}"
            );
        }
        assert!(
            !data.join("postgres").exists(),
            "{what}: nothing is left behind"
        );
    };
    for share in [0, 1, 30, 99] {
        refuse(&whole[..whole.len() * share / 100], "cut off");
    }
    for share in [1, 20, 50, 80] {
        let mut altered = whole.clone();
        altered[whole.len() * share / 100] ^= 1;
        refuse(&altered, "a byte is other");
    }
    // What the description says is signed, too, so that right checksums are not enough.
    let altered = rewrite_zip(&whole, |name, content| {
        if name == "backup.json" {
            let text = String::from_utf8(content).expect("JSON");
            assert!(text.contains("\"comments\": 3"));
            return text
                .replace("\"comments\": 3", "\"comments\": 4")
                .into_bytes();
        }
        content
    });
    refuse(&altered, "the description is other");
    refuse(b"", "empty");
}

#[test]
fn a_backup_needs_its_key_and_an_empty_folder() {
    let server = Server::new();
    let file = back_up(&server);
    let path = file.to_str().expect("UTF-8");
    let output = fail(&server.data, &["backup", path]);
    assert!(
        output.contains("exists already") && output.contains("--force"),
        "{output}"
    );
    succeed(&server.data, &["backup", "--force", path]);
    let empty = folder("empty");
    let output = fail(&empty, &["restore", path]);
    assert!(output.contains("secret.key is missing"), "{output}");
    fs::write(empty.join("secret.key"), "11".repeat(32)).expect("another key is written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(empty.join("secret.key"), mode).expect("the key is private");
    let output = fail(&empty, &["restore", path]);
    assert!(output.contains("another secret key"), "{output}");
    let output = fail(&server.data, &["restore", path]);
    assert!(
        output.contains("is restored only into an empty"),
        "{output}"
    );
    let nowhere = folder("nowhere");
    let output = fail(&nowhere, &["backup", "unwritten.backup"]);
    assert!(output.contains("there is no site"), "{output}");
}
