//! The file of secret keys: one a line, the one in use first, older ones after it. A line that ends in `next` holds a key
//! that is to be used later: it is known, so that it can be copied to every server before any of them uses it.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use zeroize::Zeroizing;

use super::{KEY_BYTES, Key, KeyId, Keys, hex, key_from_hex};

/// What marks a key that is to be used later.
const NEXT: &str = "next";

/// The secret keys of a file.
pub struct KeyFile(Vec<Line>);

struct Line {
    secret: Zeroizing<[u8; KEY_BYTES]>,
    id: KeyId,
    is_next: bool,
}

impl Line {
    fn new(secret: Zeroizing<[u8; KEY_BYTES]>, is_next: bool) -> Self {
        let id = Key::from_secret(&secret).id;
        Self {
            secret,
            id,
            is_next,
        }
    }
}

impl KeyFile {
    /// A file of one key.
    pub fn of(secret: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(vec![Line::new(secret, false)])
    }

    /// Reads the lines; `None` if one is no key, or there is none in use.
    pub fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Option<Vec<Line>> = lines
            .map(|line| match line.split_once(char::is_whitespace) {
                Some((key, mark)) if mark.trim() == NEXT => {
                    Some(Line::new(key_from_hex(key)?, true))
                }
                _ => Some(Line::new(key_from_hex(line)?, false)),
            })
            .collect();
        let lines = lines.filter(|lines| lines.iter().any(|line| !line.is_next))?;
        // The ring begins with one in use, whatever the order of the lines.
        let (next, used): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| line.is_next);
        Some(Self(used.into_iter().chain(next).collect()))
    }

    /// The lines, as they are written.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for line in &self.0 {
            text.push_str(&Zeroizing::new(hex(&line.secret[..])));
            text.push_str(if line.is_next { " next\n" } else { "\n" });
        }
        text
    }

    /// The ring of these keys.
    pub fn keys(&self) -> Keys {
        let keys = self.0.iter().map(|line| Key::from_secret(&line.secret));
        let oldest = self.0.iter().rposition(|line| !line.is_next);
        Keys::of(keys.collect(), oldest.unwrap_or_default())
    }

    /// The name of the key on the first line.
    pub fn first(&self) -> KeyId {
        self.0[0].id
    }

    /// The name of the key that is to be used next.
    pub fn next(&self) -> Option<KeyId> {
        self.0.iter().find(|line| line.is_next).map(|line| line.id)
    }

    /// The names of the keys that were in use before the first.
    pub fn older(&self) -> Vec<KeyId> {
        let older = self.0[1..].iter().filter(|line| !line.is_next);
        older.map(|line| line.id).collect()
    }

    /// Adds a key that is to be used later. One that is there stays as it is.
    pub fn add_next(&mut self, secret: Zeroizing<[u8; KEY_BYTES]>) -> KeyId {
        let line = Line::new(secret, true);
        let id = line.id;
        if !self.0.iter().any(|known| known.id == id) {
            self.0.push(line);
        }
        id
    }

    /// Adds the first key of another file as one that is to be used later.
    pub fn add_next_of(&mut self, other: &Self) -> KeyId {
        self.add_next(other.0[0].secret.clone())
    }

    /// Puts the key of this name first. The others stay behind it as older ones, but for those to be used later.
    pub fn put_first(&mut self, id: KeyId) {
        if let Some(at) = self.0.iter().position(|line| line.id == id) {
            let mut line = self.0.remove(at);
            line.is_next = false;
            self.0.insert(0, line);
        }
    }

    /// Takes out the keys that were in use before the first.
    pub fn forget_older(&mut self) {
        let first = self.first();
        self.0.retain(|line| line.is_next || line.id == first);
    }

    /// Writes the file, in one go: whoever reads it finds the old lines or the new ones, also after a power cut.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let told = || format!("the secret key {} cannot be written", file.display());
        // A link to a key kept elsewhere goes on being one.
        let file = fs::canonicalize(file).with_context(told)?;
        let unfinished = file.with_added_extension("new");
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(told);
            }
            _ => {}
        }
        let mut created = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)
            .with_context(told)?;
        // Started as root, the server is another account's: the key stays its owner's.
        let owner = fs::metadata(&file).with_context(told)?;
        let owner = (
            std::os::unix::fs::MetadataExt::uid(&owner),
            std::os::unix::fs::MetadataExt::gid(&owner),
        );
        std::os::unix::fs::fchown(&created, Some(owner.0), Some(owner.1)).with_context(told)?;
        created
            .write_all(self.text().as_bytes())
            .and_then(|()| created.sync_all())
            .with_context(told)?;
        fs::rename(&unfinished, &file).with_context(told)?;
        let folder = file.parent().unwrap_or(Path::new("/"));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .with_context(told)
    }
}

/// Reads a file of secret keys; `None` if there is no such file.
pub fn read_key_file(file: &Path) -> anyhow::Result<Option<KeyFile>> {
    let text = match fs::read_to_string(file) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the secret key {} cannot be read", file.display()));
        }
    };
    let mode = fs::metadata(file)
        .map(|meta| meta.permissions().mode())
        .unwrap_or_default();
    if mode & 0o077 != 0 {
        bail!(
            "the secret key {} can be read by others; close it with  chmod 600 {}",
            file.display(),
            file.display()
        );
    }
    let keys = KeyFile::parse(&text).with_context(|| {
        format!(
            "the secret key {} must hold {} hexadecimal digits and nothing else, or several such keys, one a line",
            file.display(),
            2 * KEY_BYTES
        )
    })?;
    Ok(Some(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(digit: u8) -> String {
        hex(&[digit; KEY_BYTES])
    }

    fn id(digit: u8) -> KeyId {
        Keys::from_secret(&[digit; KEY_BYTES]).id()
    }

    fn file(text: &str) -> KeyFile {
        KeyFile::parse(text).expect("a file of keys")
    }

    #[test]
    fn the_first_line_is_in_use_and_the_last_is_the_oldest() {
        let keys = file(&format!("{}\n\n {}\r\n{}", line(3), line(2), line(1)));
        assert_eq!(keys.first(), id(3));
        assert_eq!(keys.older(), [id(2), id(1)]);
        let ring = keys.keys();
        assert_eq!(ring.id(), id(3));
        let number = |keys: &Keys| keys.number_of("kind", [&b"a"[..]]);
        assert_eq!(number(&ring), number(&Keys::from_secret(&[1; KEY_BYTES])));
    }

    #[test]
    fn a_prepared_key_is_known_and_not_used() {
        let mut keys = file(&line(1));
        keys.add_next(Zeroizing::new([2; KEY_BYTES]));
        assert_eq!(*keys.text(), format!("{}\n{} next\n", line(1), line(2)));
        let keys = file(&format!("{} next\n{}\n", line(2), line(1)));
        assert_eq!(
            (keys.first(), keys.next(), keys.older()),
            (id(1), Some(id(2)), vec![])
        );
        let ring = keys.keys();
        assert!(ring.id() == id(1) && ring.knows(&id(2)));
        let number = |keys: &Keys| keys.number_of("kind", [&b"a"[..]]);
        assert_eq!(number(&ring), number(&Keys::from_secret(&[1; KEY_BYTES])));
    }

    #[test]
    fn a_key_that_comes_into_use_leaves_the_others_behind_it() {
        let mut keys = file(&line(1));
        let next = keys.add_next(Zeroizing::new([2; KEY_BYTES]));
        keys.put_first(next);
        assert_eq!(*keys.text(), format!("{}\n{}\n", line(2), line(1)));
        keys.add_next(Zeroizing::new([3; KEY_BYTES]));
        keys.forget_older();
        assert_eq!(*keys.text(), format!("{}\n{} next\n", line(2), line(3)));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            String::new(),
            "\n".to_owned(),
            format!("{} next", line(1)),
            format!("{} later", line(1)),
            format!("{}\nabc", line(1)),
        ] {
            assert!(KeyFile::parse(&text).is_none(), "{text}");
        }
    }
}
