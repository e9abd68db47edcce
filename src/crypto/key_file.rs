//! File of secret keys, one key per line: the active key first, older keys after it. A line that ends in `next` holds a
//! staged key. It lets operators copy the file to every server before a rotation makes that key active.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use anyhow::{Context, bail};
use zeroize::Zeroizing;

use super::derived_keys::{DerivedKeys, KeyId};
use super::encoding::{KEY_BYTES, encode_hex, parse_key, random_bytes};
use super::key_ring::KeyRing;

/// Word after a staged key on its line.
const STAGED_MARK: &str = "next";

/// Contents of a key file. At least one key is not staged, and staged keys come last.
pub struct KeyFile(Vec<KeyLine>);

struct KeyLine {
    secret: Zeroizing<[u8; KEY_BYTES]>,
    id: KeyId,
    is_staged: bool,
}

impl KeyLine {
    fn new(secret: Zeroizing<[u8; KEY_BYTES]>, is_staged: bool) -> Self {
        let id = DerivedKeys::from_secret(&secret).id;
        Self {
            secret,
            id,
            is_staged,
        }
    }

    fn parse(line: &str) -> Option<Self> {
        match line.split_once(char::is_whitespace) {
            Some((key, mark)) if mark.trim() == STAGED_MARK => {
                Some(Self::new(parse_key(key)?, true))
            }
            _ => Some(Self::new(parse_key(line)?, false)),
        }
    }
}

impl KeyFile {
    /// Parses the text of a key file. Returns `None` if a line is not a key or if all keys are staged.
    pub fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Option<Vec<KeyLine>> = lines.map(KeyLine::parse).collect();
        let lines = lines.filter(|lines| lines.iter().any(|line| !line.is_staged))?;
        // The ring begins with the active key, whatever the order of the lines.
        let (staged, used): (Vec<KeyLine>, Vec<KeyLine>) =
            lines.into_iter().partition(|line| line.is_staged);
        Some(Self(used.into_iter().chain(staged).collect()))
    }

    /// Returns the text of the key file, as it is written to disk.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for line in &self.0 {
            // The hexadecimal form of a key is wiped from memory, too.
            text.push_str(&Zeroizing::new(encode_hex(&line.secret[..])));
            if line.is_staged {
                text.push(' ');
                text.push_str(STAGED_MARK);
            }
            text.push('\n');
        }
        text
    }

    /// Returns the key ring of this file. Its first key is active.
    pub fn key_ring(&self) -> KeyRing {
        let keys = self
            .0
            .iter()
            .map(|line| DerivedKeys::from_secret(&line.secret));
        let oldest = self.0.iter().rposition(|line| !line.is_staged);
        KeyRing::from_keys(keys.collect(), oldest.unwrap_or_default())
    }

    /// Returns the id of the key on the first line.
    pub fn active_id(&self) -> KeyId {
        self.0[0].id
    }

    /// Returns the id of the first staged key, which the next rotation will use.
    pub fn staged_id(&self) -> Option<KeyId> {
        let staged = self.0.iter().find(|line| line.is_staged);
        staged.map(|line| line.id)
    }

    /// Returns the ids of the keys that were active before the current one.
    pub fn older_ids(&self) -> Vec<KeyId> {
        let older = self.0[1..].iter().filter(|line| !line.is_staged);
        older.map(|line| line.id).collect()
    }

    /// Adds a staged key and returns its id. Does nothing if the file already contains the key.
    pub fn stage(&mut self, secret: Zeroizing<[u8; KEY_BYTES]>) -> KeyId {
        let line = KeyLine::new(secret, true);
        let id = line.id;
        if !self.0.iter().any(|known| known.id == id) {
            self.0.push(line);
        }
        id
    }

    /// Adds the active key of another file as a staged key, and returns its id.
    pub fn stage_active_of(&mut self, other: &Self) -> KeyId {
        self.stage(other.0[0].secret.clone())
    }

    /// Moves the key with this id to the first line, which makes it active. The keys that were before it become older
    /// keys.
    pub fn activate(&mut self, id: KeyId) {
        if let Some(at) = self.0.iter().position(|line| line.id == id) {
            let mut line = self.0.remove(at);
            line.is_staged = false;
            self.0.insert(0, line);
        }
    }

    /// Removes the keys that were active before the current one. Staged keys stay.
    pub fn remove_older(&mut self) {
        let active = self.active_id();
        self.0.retain(|line| line.is_staged || line.id == active);
    }

    /// Returns a file with one new random key.
    pub fn random() -> Self {
        Self(vec![KeyLine::new(Zeroizing::new(random_bytes()), false)])
    }

    /// Creates the file atomically: however this is interrupted, the file is whole or not there.
    pub fn create(&self, path: &Path) -> anyhow::Result<()> {
        self.write_file(path, None)
            .with_context(|| format!("the secret key {} cannot be created", path.display()))
    }

    /// Replaces the file atomically: a reader finds either the old contents or the new, even after a power cut.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        self.replace_file(path)
            .with_context(|| format!("the secret key {} cannot be written", path.display()))
    }

    fn replace_file(&self, path: &Path) -> std::io::Result<()> {
        // A symbolic link to a key kept elsewhere must stay a link.
        let path = fs::canonicalize(path)?;
        // The command may run as root while the server runs as another user, who must go on being able to read it.
        let owner = fs::metadata(&path)?;
        self.write_file(&path, Some(&owner))
    }

    fn write_file(&self, path: &Path, owner: Option<&fs::Metadata>) -> std::io::Result<()> {
        let path = std::path::absolute(path)?;
        let unfinished = path.with_added_extension("new");
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut created = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&unfinished)?;
        if let Some(owner) = owner {
            fchown(&created, Some(owner.uid()), Some(owner.gid()))?;
        }
        created.write_all(self.text().as_bytes())?;
        created.sync_all()?;
        fs::rename(&unfinished, &path)?;
        // The rename is durable only once the folder has been synced, too.
        let folder = path.parent().unwrap_or(Path::new("/"));
        File::open(folder)?.sync_all()
    }
}

/// Reads a file of secret keys. Returns `None` if the file does not exist. Fails if anyone but its owner may read it.
pub fn read_key_file(path: &Path) -> anyhow::Result<Option<KeyFile>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the secret key {} cannot be read", path.display()));
        }
    };
    let mode = fs::metadata(path)
        .map(|meta| meta.permissions().mode())
        .unwrap_or_default();
    if mode & 0o077 != 0 {
        bail!(
            "the secret key {} can be read by others; close it with  chmod 600 {}",
            path.display(),
            path.display()
        );
    }
    let keys = KeyFile::parse(&text).with_context(|| {
        format!(
            "the secret key {} must hold {} hexadecimal digits and nothing else, or several such keys, one a line",
            path.display(),
            2 * KEY_BYTES
        )
    })?;
    Ok(Some(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(digit: u8) -> String {
        encode_hex(&[digit; KEY_BYTES])
    }

    fn id(digit: u8) -> KeyId {
        KeyRing::from_secret(&[digit; KEY_BYTES]).active_id()
    }

    fn file(text: &str) -> KeyFile {
        KeyFile::parse(text).expect("a valid key file")
    }

    #[test]
    fn the_first_key_of_the_file_is_active_and_the_last_is_the_oldest() {
        let keys = file(&format!("{}\n\n {}\r\n{}", line(3), line(2), line(1)));
        assert_eq!(keys.active_id(), id(3));
        assert_eq!(keys.older_ids(), [id(2), id(1)]);
        let ring = keys.key_ring();
        assert_eq!(ring.active_id(), id(3));
        let fingerprint = |keys: &KeyRing| keys.fingerprint("kind", [&b"a"[..]]);
        assert_eq!(
            fingerprint(&ring),
            fingerprint(&KeyRing::from_secret(&[1; KEY_BYTES]))
        );
    }

    #[test]
    fn a_staged_key_is_in_the_key_ring_but_not_active() {
        let mut keys = file(&line(1));
        keys.stage(Zeroizing::new([2; KEY_BYTES]));
        assert_eq!(*keys.text(), format!("{}\n{} next\n", line(1), line(2)));
        let keys = file(&format!("{} next\n{}\n", line(2), line(1)));
        assert_eq!(
            (keys.active_id(), keys.staged_id(), keys.older_ids()),
            (id(1), Some(id(2)), vec![])
        );
        let ring = keys.key_ring();
        assert!(ring.active_id() == id(1) && ring.contains(&id(2)));
        let fingerprint = |keys: &KeyRing| keys.fingerprint("kind", [&b"a"[..]]);
        assert_eq!(
            fingerprint(&ring),
            fingerprint(&KeyRing::from_secret(&[1; KEY_BYTES]))
        );
    }

    #[test]
    fn activating_a_staged_key_keeps_the_older_keys() {
        let mut keys = file(&line(1));
        let next = keys.stage(Zeroizing::new([2; KEY_BYTES]));
        keys.activate(next);
        assert_eq!(*keys.text(), format!("{}\n{}\n", line(2), line(1)));
        keys.stage(Zeroizing::new([3; KEY_BYTES]));
        keys.remove_older();
        assert_eq!(*keys.text(), format!("{}\n{} next\n", line(2), line(3)));
    }

    #[test]
    fn a_key_file_without_an_active_key_is_rejected() {
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
