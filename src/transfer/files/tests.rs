use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::container::describe_io_error;
use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut packed = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, text) in files {
        let options = SimpleFileOptions::default();
        packed.start_file(*name, options).unwrap();
        packed.write_all(text).unwrap();
    }
    packed.finish().unwrap().into_inner()
}

/// Writes a file into a new temporary folder. The folder is deleted when the returned guard is dropped.
fn write_file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// Reads all exports. Returns the name without its folder and the text of each.
fn read_all(inputs: &mut InputFiles) -> Result<Vec<(String, String)>, String> {
    let mut exports = Vec::new();
    inputs
        .read(|name, bytes| {
            let mut text = String::new();
            bytes
                .read_to_string(&mut text)
                .map_err(|error| file_error(name, error.to_string()))?;
            let name = name.rsplit('/').next().unwrap_or(name);
            exports.push((name.to_owned(), text));
            Ok::<_, FileError>(())
        })
        .map_err(|error| error.to_string())?;
    Ok(exports)
}

fn read_bytes(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let (_folder, path) = write_file(bytes);
    let mut inputs = InputFiles::open(&[path]).map_err(|error| error.to_string())?;
    assert_eq!(inputs.bytes(), bytes.len() as u64);
    let first = read_all(&mut inputs);
    assert_eq!(
        first,
        read_all(&mut inputs),
        "the second pass reads the same"
    );
    if first.is_ok() {
        assert_eq!(inputs.progress().load(Relaxed), inputs.bytes());
    }
    first
}

fn export(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

#[test]
fn plain_and_compressed_files_are_read() {
    let expected = Ok(vec![export("export", "<rss/>")]);
    assert_eq!(read_bytes(b"<rss/>"), expected);
    assert_eq!(read_bytes(&gzip(b"<rss/>")), expected);
    let members = [gzip(b"<rs"), gzip(b""), gzip(b"s/>")].concat();
    assert_eq!(read_bytes(&members), expected);
    assert_eq!(read_bytes(b""), Ok(vec![export("export", "")]));
}

#[test]
fn exports_in_a_zip_are_read_in_the_order_of_their_names() {
    let bytes = zip(&[
        ("b/2.XML", b"two"),
        ("__MACOSX/._a.xml", b"shadow"),
        ("readme.txt", b"no"),
        ("a/1.xml", b"one"),
    ]);
    let expected = vec![export("1.xml", "one"), export("2.XML", "two")];
    assert_eq!(read_bytes(&bytes), Ok(expected));
}

#[test]
fn standard_input_can_be_read_twice() {
    let packed = gzip(b"<rss/>");
    let mut inputs = InputFiles::open_with(&["-".into()], packed.as_slice()).unwrap();
    assert_eq!(inputs.bytes(), packed.len() as u64);
    for _ in 0..2 {
        let expected = vec![export("standard input", "<rss/>")];
        assert_eq!(read_all(&mut inputs), Ok(expected));
    }
}

#[test]
fn progress_counts_all_files_together() {
    let (_one, first) = write_file(b"first");
    let (_two, second) = write_file(&gzip(b"second"));
    let mut inputs = InputFiles::open_with(&[first, second, "-".into()], &b"third"[..]).unwrap();
    let texts: Vec<_> = read_all(&mut inputs).unwrap();
    let texts: Vec<_> = texts.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["first", "second", "third"]);
    assert_eq!(inputs.progress().load(Relaxed), inputs.bytes());
}

#[test]
fn an_unusable_file_is_named_in_the_error() {
    let message = |path: &str| InputFiles::open(&[path.into()]).err().unwrap().to_string();
    assert_eq!(
        message("/no/such.xml"),
        "/no/such.xml: there is no such file."
    );
    assert_eq!(
        message("/"),
        "/: this is a folder; name the files in it instead."
    );
    assert_eq!(
        message("/no/\u{1b}[2J.xml"),
        "/no/\u{FFFD}[2J.xml: there is no such file."
    );
    let denied = describe_io_error(&io::ErrorKind::PermissionDenied.into());
    assert_eq!(
        denied,
        "permission denied; run the command as a user who may read it"
    );
    let twice = InputFiles::open(&["-".into(), "-".into()]).err().unwrap();
    assert!(twice.to_string().starts_with("standard input: "));
}

#[test]
fn a_truncated_or_damaged_gzip_is_rejected() {
    let packed = gzip(b"<rss>some text, some text</rss>");
    for end in 2..packed.len() {
        let message = read_bytes(&packed[..end]).unwrap_err();
        assert!(
            message.ends_with("export: the gzip file is truncated or damaged."),
            "{message}"
        );
    }
    let mut damaged = packed.clone();
    // The last four bytes are the length, and the checksum is before them.
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let message = read_bytes(&damaged).unwrap_err();
    assert!(
        message.ends_with("export: the gzip file is truncated or damaged."),
        "{message}"
    );
    let message = read_bytes(&[&packed[..], b"more"].concat()).unwrap_err();
    assert!(message.contains("the gzip file is "), "{message}");
}

#[test]
fn a_truncated_or_damaged_zip_is_rejected() {
    let packed = zip(&[("a.xml", b"<rss>some text, some text</rss>")]);
    for end in 4..packed.len() {
        let message = read_bytes(&packed[..end]).unwrap_err();
        assert!(
            message.ends_with("this zip file is truncated or damaged."),
            "{message}"
        );
    }
    // The checksum in the directory, and the packed text behind the local header of 30 bytes and the name.
    let directory = packed.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    for place in [directory + 16, 30 + 5] {
        let mut damaged = packed.clone();
        damaged[place] ^= 1;
        let message = read_bytes(&damaged).unwrap_err();
        assert!(
            message.ends_with("a.xml: the zip file is truncated or damaged."),
            "{message}"
        );
    }
}

#[test]
fn a_zip_without_usable_exports_is_rejected() {
    for (bytes, end) in [
        (zip(&[]), "contains no file that ends in .xml."),
        (
            zip(&[("a.txt", b"")]),
            "contains no file that ends in .xml.",
        ),
    ] {
        let message = read_bytes(&bytes).unwrap_err();
        assert!(message.ends_with(end), "{message}");
    }
    let mut locked = zip(&[("a.xml", b"text")]);
    let directory = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    locked[6] |= 1;
    locked[directory + 8] |= 1;
    let message = read_bytes(&locked).unwrap_err();
    assert!(
        message.ends_with("a.xml in it is protected by a password; unpack it first."),
        "{message}"
    );
}

#[test]
fn a_pipe_can_be_read_twice() {
    let (reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"<rss/>").unwrap();
    drop(writer);
    let number = std::os::fd::AsRawFd::as_raw_fd(&reader);
    let path = PathBuf::from(format!("/proc/self/fd/{number}"));
    if !path.exists() {
        eprintln!("NOT TESTED: pipes by path, as there is no /proc here");
        return;
    }
    let mut inputs = InputFiles::open(&[path]).unwrap();
    drop(reader);
    for _ in 0..2 {
        assert_eq!(read_all(&mut inputs).unwrap()[0].1, "<rss/>");
    }
}
