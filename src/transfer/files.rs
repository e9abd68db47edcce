//! The files an import is given, however they are wrapped: plain, gzip or zip, from a path or from standard input. They
//! stay open, so that both passes of an import see the same bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";
/// What is read from disk or unpacked at once.
const BUFFER_BYTES: usize = 64 << 10;

/// A file that cannot be used: one sentence, naming it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}.")]
pub struct FileError {
    name: String,
    problem: String,
}

/// The files of one import, in the order they were named.
pub struct Inputs {
    inputs: Vec<Input>,
    progress: Arc<AtomicU64>,
}

struct Input {
    name: String,
    file: File,
    bytes: u64,
    wrapping: Wrapping,
}

enum Wrapping {
    Plain,
    Gzip,
    /// The exports in a zip: place in its directory, and name.
    Zip(Vec<(usize, String)>),
}

impl Inputs {
    /// Opens all of them and finds out how each is wrapped; the first that cannot be used is told.
    pub fn open(paths: &[PathBuf]) -> Result<Self, FileError> {
        Self::open_with(paths, io::stdin().lock())
    }

    fn open_with(paths: &[PathBuf], mut standard_input: impl Read) -> Result<Self, FileError> {
        let is_standard_input = |path: &&PathBuf| path.as_os_str() == STANDARD_INPUT;
        if paths.iter().filter(is_standard_input).count() > 1 {
            return Err(wrong(
                "standard input",
                "it is named twice, and can only be read once",
            ));
        }
        let inputs = paths.iter().map(|path| {
            if is_standard_input(&path) {
                Input::spool("standard input".into(), &mut standard_input)
            } else {
                Input::open(path)
            }
        });
        Ok(Self {
            inputs: inputs.collect::<Result<_, _>>()?,
            progress: Arc::default(),
        })
    }

    /// Their names and sizes, by which the same files are known again.
    pub fn described(&self) -> String {
        let described = self
            .inputs
            .iter()
            .map(|input| format!("{} ({} bytes)", input.name, input.bytes));
        described.collect::<Vec<_>>().join(", ")
    }

    /// How many bytes they have as they lie on disk.
    pub fn bytes(&self) -> u64 {
        self.inputs.iter().map(|input| input.bytes).sum()
    }

    /// How many of those bytes the present reading has come past, kept up to date while it goes on.
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    /// Shows every export in them, with its name, from the beginning. To be called as often as wanted.
    pub fn read<E: From<FileError>>(
        &mut self,
        mut each: impl FnMut(&str, &mut dyn BufRead) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut past = 0;
        for input in &self.inputs {
            self.progress.store(past, Relaxed);
            past += input.bytes;
            input.read(&self.progress, past, &mut each)?;
            self.progress.store(past, Relaxed);
        }
        Ok(())
    }
}

impl Input {
    fn open(path: &Path) -> Result<Self, FileError> {
        let name = printable(&path.to_string_lossy());
        let problem = |error: io::Error| wrong(&name, describe(&error));
        let mut file = File::open(path).map_err(problem)?;
        let facts = file.metadata().map_err(problem)?;
        if facts.is_dir() {
            return Err(wrong(&name, "this is a folder; name the files in it"));
        }
        if !facts.is_file() {
            // A pipe, which gives its bytes but once.
            return Self::spool(name, &mut file);
        }
        Self::examine(name, file)
    }

    /// Keeps what comes but once in a file without a name, which is gone when the import ends in whatever way.
    fn spool(name: String, bytes: &mut dyn Read) -> Result<Self, FileError> {
        let spooled = tempfile::tempfile().and_then(|mut file| {
            io::copy(bytes, &mut file)?;
            Ok(file)
        });
        match spooled {
            Ok(file) => Self::examine(name, file),
            Err(error) => Err(wrong(
                &name,
                format!("it cannot be kept in a temporary file ({error})"),
            )),
        }
    }

    fn examine(name: String, mut file: File) -> Result<Self, FileError> {
        let problem = |error: io::Error| wrong(&name, describe(&error));
        let bytes = file.seek(SeekFrom::End(0)).map_err(problem)?;
        file.rewind().map_err(problem)?;
        let mut magic = Vec::new();
        (&file).take(4).read_to_end(&mut magic).map_err(problem)?;
        let wrapping = match magic.as_slice() {
            [0x1F, 0x8B, ..] => Wrapping::Gzip,
            b"PK\x03\x04" | b"PK\x05\x06" => Wrapping::Zip(exports_in(&name, &file)?),
            _ => Wrapping::Plain,
        };
        Ok(Self {
            name,
            file,
            bytes,
            wrapping,
        })
    }

    fn read<E: From<FileError>>(
        &self,
        progress: &AtomicU64,
        until: u64,
        each: &mut impl FnMut(&str, &mut dyn BufRead) -> Result<(), E>,
    ) -> Result<(), E> {
        let problem = |error: io::Error| wrong(&self.name, describe(&error));
        (&self.file).rewind().map_err(problem)?;
        let raw = Counted {
            file: &self.file,
            progress,
            until,
        };
        let mut raw = BufReader::with_capacity(BUFFER_BYTES, raw);
        match &self.wrapping {
            Wrapping::Plain => each(&self.name, &mut raw),
            Wrapping::Gzip => {
                let unpacked = Unpacked(MultiGzDecoder::new(raw), "gzip");
                each(&self.name, &mut buffered(unpacked))
            }
            Wrapping::Zip(exports) => {
                let broken = |error: ZipError| wrong(&self.name, describe_zip(&error));
                let mut archive = ZipArchive::new(raw).map_err(broken)?;
                for (index, name) in exports {
                    let unpacked = archive.by_index(*index).map_err(broken)?;
                    let name = format!("{}: {name}", self.name);
                    each(&name, &mut buffered(Unpacked(unpacked, "zip")))?;
                }
                Ok(())
            }
        }
    }
}

/// The exports in a zip, in the order of their names: WordPress numbers the parts of a large one.
fn exports_in(name: &str, file: &File) -> Result<Vec<(usize, String)>, FileError> {
    let broken = |error: ZipError| wrong(name, describe_zip(&error));
    let archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let mut exports = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(broken)?;
        let path = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let is_xml = path.to_ascii_lowercase().ends_with(".xml");
        // macOS puts a shadow of each file into its zips, by the same name with "._" before it.
        let is_shadow = path.rsplit('/').next().unwrap_or(&path).starts_with("._");
        if !is_xml || is_shadow || entry.is_dir() {
            continue;
        }
        if entry.encrypted() {
            let path = printable(&path);
            return Err(wrong(
                name,
                format!("{path} in it is locked with a password"),
            ));
        }
        exports.push((index, printable(&path)));
    }
    if exports.is_empty() {
        return Err(wrong(name, "this zip file holds no file that ends in .xml"));
    }
    exports.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(exports)
}

fn buffered<R: Read>(unpacked: R) -> BufReader<R> {
    BufReader::with_capacity(BUFFER_BYTES, unpacked)
}

/// A file that tells how far it was read.
struct Counted<'a> {
    file: &'a File,
    progress: &'a AtomicU64,
    /// Never told more: a zip's directory is read besides its contents.
    until: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        let past = self.progress.load(Relaxed) + read as u64;
        self.progress.store(past.min(self.until), Relaxed);
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// What comes out of a wrapping; a mistake in that is told in our words.
struct Unpacked<R>(R, &'static str);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Self(packed, wrapping) = self;
        packed.read(into).map_err(|error| {
            if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            io::Error::new(
                error.kind(),
                format!("the {wrapping} file is cut off or damaged"),
            )
        })
    }
}

fn wrong(name: &str, problem: impl Into<String>) -> FileError {
    FileError {
        name: name.to_owned(),
        problem: problem.into(),
    }
}

fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "the permission to read it is missing".into(),
        _ => format!("it cannot be read ({error})"),
    }
}

fn describe_zip(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => describe(error),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            "this zip file is packed in a way that cannot be read; pack it anew".into()
        }
        _ => "this zip file is cut off or damaged".into(),
    }
}

/// A name as a terminal may show it; one in a zip could hold anything.
pub(super) fn printable(name: &str) -> String {
    let harmless = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    name.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

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

    /// A folder with one file in it.
    fn kept(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    /// What is read out of inputs: each name, without the folder, and its text.
    fn all(inputs: &mut Inputs) -> Result<Vec<(String, String)>, String> {
        let mut all = Vec::new();
        inputs
            .read(|name, bytes| {
                let mut text = String::new();
                bytes
                    .read_to_string(&mut text)
                    .map_err(|error| wrong(name, error.to_string()))?;
                let name = name.rsplit('/').next().unwrap_or(name);
                all.push((name.to_owned(), text));
                Ok::<_, FileError>(())
            })
            .map_err(|error| error.to_string())?;
        Ok(all)
    }

    fn read_from(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
        let (_folder, path) = kept(bytes);
        let mut inputs = Inputs::open(&[path]).map_err(|error| error.to_string())?;
        assert_eq!(inputs.bytes(), bytes.len() as u64);
        let first = all(&mut inputs);
        assert_eq!(first, all(&mut inputs), "the second pass sees the same");
        if first.is_ok() {
            assert_eq!(inputs.progress().load(Relaxed), inputs.bytes());
        }
        first
    }

    fn found(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn a_file_is_read_however_it_is_wrapped() {
        let expected = Ok(vec![found("export", "<rss/>")]);
        assert_eq!(read_from(b"<rss/>"), expected);
        assert_eq!(read_from(&gzip(b"<rss/>")), expected);
        let members = [gzip(b"<rs"), gzip(b""), gzip(b"s/>")].concat();
        assert_eq!(read_from(&members), expected);
        assert_eq!(read_from(b""), Ok(vec![found("export", "")]));
    }

    #[test]
    fn the_exports_in_a_zip_come_in_the_order_of_their_names() {
        let bytes = zip(&[
            ("b/2.XML", b"two"),
            ("__MACOSX/._a.xml", b"shadow"),
            ("readme.txt", b"no"),
            ("a/1.xml", b"one"),
        ]);
        let expected = vec![found("1.xml", "one"), found("2.XML", "two")];
        assert_eq!(read_from(&bytes), Ok(expected));
    }

    #[test]
    fn standard_input_is_read_twice_although_it_comes_once() {
        let packed = gzip(b"<rss/>");
        let mut inputs = Inputs::open_with(&["-".into()], packed.as_slice()).unwrap();
        assert_eq!(inputs.bytes(), packed.len() as u64);
        for _ in 0..2 {
            let expected = vec![found("standard input", "<rss/>")];
            assert_eq!(all(&mut inputs), Ok(expected));
        }
    }

    #[test]
    fn several_inputs_count_as_one_whole() {
        let (_one, first) = kept(b"first");
        let (_two, second) = kept(&gzip(b"second"));
        let mut inputs = Inputs::open_with(&[first, second, "-".into()], &b"third"[..]).unwrap();
        let texts: Vec<_> = all(&mut inputs).unwrap();
        let texts: Vec<_> = texts.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["first", "second", "third"]);
        assert_eq!(inputs.progress().load(Relaxed), inputs.bytes());
    }

    #[test]
    fn what_cannot_be_opened_is_named_in_one_sentence() {
        let told = |path: &str| Inputs::open(&[path.into()]).err().unwrap().to_string();
        assert_eq!(told("/no/such.xml"), "/no/such.xml: there is no such file.");
        assert_eq!(told("/"), "/: this is a folder; name the files in it.");
        assert_eq!(
            told("/no/\u{1b}[2J.xml"),
            "/no/\u{FFFD}[2J.xml: there is no such file."
        );
        let denied = describe(&io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied, "the permission to read it is missing");
        let twice = Inputs::open(&["-".into(), "-".into()]).err().unwrap();
        assert!(twice.to_string().starts_with("standard input: "));
    }

    #[test]
    fn a_cut_or_damaged_gzip_is_told() {
        let packed = gzip(b"<rss>some text, some text</rss>");
        for end in 2..packed.len() {
            let told = read_from(&packed[..end]).unwrap_err();
            assert!(
                told.ends_with("export: the gzip file is cut off or damaged."),
                "{told}"
            );
        }
        let mut damaged = packed.clone();
        // The checksum stands in front of the length, which is last.
        let checksum = damaged.len() - 8;
        damaged[checksum] ^= 1;
        let told = read_from(&damaged).unwrap_err();
        assert!(
            told.ends_with("export: the gzip file is cut off or damaged."),
            "{told}"
        );
        let told = read_from(&[&packed[..], b"more"].concat()).unwrap_err();
        assert!(told.contains("the gzip file is "), "{told}");
    }

    #[test]
    fn a_cut_or_damaged_zip_is_told() {
        let packed = zip(&[("a.xml", b"<rss>some text, some text</rss>")]);
        for end in 4..packed.len() {
            let told = read_from(&packed[..end]).unwrap_err();
            assert!(
                told.ends_with("this zip file is cut off or damaged."),
                "{told}"
            );
        }
        // The checksum in the directory, and the packed text behind the local header of 30 bytes and the name.
        let directory = packed.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        for place in [directory + 16, 30 + 5] {
            let mut damaged = packed.clone();
            damaged[place] ^= 1;
            let told = read_from(&damaged).unwrap_err();
            assert!(
                told.ends_with("a.xml: the zip file is cut off or damaged."),
                "{told}"
            );
        }
    }

    #[test]
    fn a_zip_that_cannot_be_used_says_why() {
        for (bytes, end) in [
            (zip(&[]), "holds no file that ends in .xml."),
            (zip(&[("a.txt", b"")]), "holds no file that ends in .xml."),
        ] {
            let told = read_from(&bytes).unwrap_err();
            assert!(told.ends_with(end), "{told}");
        }
        let mut locked = zip(&[("a.xml", b"text")]);
        let directory = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        locked[6] |= 1;
        locked[directory + 8] |= 1;
        let told = read_from(&locked).unwrap_err();
        assert!(
            told.ends_with("a.xml in it is locked with a password."),
            "{told}"
        );
    }

    #[test]
    fn a_pipe_is_kept_and_read_twice() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"<rss/>").unwrap();
        drop(writer);
        let number = std::os::fd::AsRawFd::as_raw_fd(&reader);
        let path = PathBuf::from(format!("/proc/self/fd/{number}"));
        if !path.exists() {
            eprintln!("NOT TESTED: pipes by path, as there is no /proc here");
            return;
        }
        let mut inputs = Inputs::open(&[path]).unwrap();
        drop(reader);
        for _ in 0..2 {
            assert_eq!(all(&mut inputs).unwrap()[0].1, "<rss/>");
        }
    }
}
