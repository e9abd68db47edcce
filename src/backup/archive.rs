//! The file format of backups: a zip file whose parts are listed with their hashes in a manifest. The manifest is signed
//! with the secret key, so that a file that was cut off or altered is refused.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, anyhow, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::manifest::{BackupManifest, BackupPart, FORMAT_VERSION};
use super::progress::ByteProgress;
use crate::crypto::KeyRing;

/// Name of the part with the dump of the database, in the custom format of pg_dump.
pub const DATABASE_PART: &str = "database.dump";
/// Beginning of the names of parts with media files.
pub const MEDIA_PREFIX: &str = "media/";
const MANIFEST_PART: &str = "backup.json";
const SIGNATURE_PART: &str = "backup.signature";
/// Purpose for which the manifest is signed.
const PURPOSE: &str = "backup manifest";
/// Number of bytes that are copied at a time.
const BUFFER_BYTES: usize = 256 * 1024;
/// Largest manifest in bytes: a few million media files.
const MAX_MANIFEST_BYTES: u64 = 1024 * 1024 * 1024;

/// Writer of a new backup file.
pub struct BackupWriter {
    zip: ZipWriter<File>,
    parts: Vec<BackupPart>,
}

impl BackupWriter {
    pub fn new(file: File) -> Self {
        Self {
            zip: ZipWriter::new(file),
            parts: Vec::new(),
        }
    }

    /// Writes everything that `content` reads as one part.
    pub fn add_part(
        &mut self,
        name: &str,
        mut content: impl Read,
        progress: &ByteProgress,
    ) -> anyhow::Result<()> {
        self.zip.start_file(name, part_options())?;
        let mut hasher = blake3::Hasher::new();
        let bytes = copy(&mut content, progress, |piece| {
            hasher.update(piece);
            self.zip.write_all(piece)
        })?;
        self.parts.push(BackupPart {
            name: name.to_owned(),
            bytes,
            hash: hasher.finalize().to_hex().to_string(),
        });
        Ok(())
    }

    /// Writes the manifest with the list of the parts, and its signature. Returns once the file is on the disk.
    pub fn finish(
        mut self,
        mut manifest: BackupManifest,
        keys: &KeyRing,
    ) -> anyhow::Result<BackupManifest> {
        manifest.parts = self.parts;
        let text = serde_json::to_vec_pretty(&manifest)?;
        self.zip.start_file(MANIFEST_PART, part_options())?;
        self.zip.write_all(&text)?;
        self.zip.start_file(SIGNATURE_PART, part_options())?;
        self.zip.write_all(keys.sign(PURPOSE, &text).as_bytes())?;
        self.zip.finish()?.sync_all()?;
        Ok(manifest)
    }
}

fn part_options() -> SimpleFileOptions {
    // The dump is compressed already, and so are most media files.
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(true)
        .unix_permissions(0o600)
}

/// A backup file whose signature and hashes are right.
pub struct VerifiedBackup {
    zip: ZipArchive<BufReader<File>>,
    pub manifest: BackupManifest,
}

impl VerifiedBackup {
    /// Opens a backup file and verifies all of it. Fails if the file was cut off or altered, or if it was made with a secret
    /// key that is not among `keys`.
    pub fn open(path: &Path, keys: &KeyRing, progress: &ByteProgress) -> anyhow::Result<Self> {
        let name = path.display();
        let file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
        let zip = ZipArchive::new(BufReader::with_capacity(BUFFER_BYTES, file));
        let mut zip = zip.map_err(|error| {
            anyhow!("{name} is no whole backup: it was cut off, or is another file ({error})")
        })?;
        let manifest = read_manifest(&mut zip, keys).with_context(|| name.to_string())?;
        let listed: BTreeSet<&str> = manifest
            .parts
            .iter()
            .map(|part| part.name.as_str())
            .collect();
        ensure!(
            listed.len() == manifest.parts.len() && zip.len() == listed.len() + 2,
            "{name} has other parts than it lists: it was altered"
        );
        progress.begin(manifest.parts.iter().map(|part| part.bytes).sum());
        for part in &manifest.parts {
            verify_part(&mut zip, part, progress).with_context(|| name.to_string())?;
        }
        Ok(Self { zip, manifest })
    }

    /// Returns a reader of a part.
    pub fn read_part(&mut self, name: &str) -> anyhow::Result<impl Read> {
        self.zip
            .by_name(name)
            .with_context(|| format!("the backup has no part {name}"))
    }
}

fn read_manifest(
    zip: &mut ZipArchive<BufReader<File>>,
    keys: &KeyRing,
) -> anyhow::Result<BackupManifest> {
    let text = read_small_part(zip, MANIFEST_PART)?;
    let signature = read_small_part(zip, SIGNATURE_PART)?;
    let manifest: BackupManifest = serde_json::from_slice(&text)
        .context("its description cannot be read: it was altered, or made by a newer Broadsheet")?;
    ensure!(
        manifest.format <= FORMAT_VERSION,
        "it was made by a newer Broadsheet ({}); install that version, or a newer one",
        manifest.program
    );
    let key_id = decode_hex(&manifest.key_id).context("its description names no secret key")?;
    ensure!(
        keys.contains(&key_id),
        "it was made with another secret key ({}); put the copy of that key file in place",
        manifest.key_id
    );
    let signature = String::from_utf8(signature).unwrap_or_default();
    ensure!(
        keys.verify_signature(PURPOSE, &text, &signature),
        "its signature is wrong: it was altered"
    );
    Ok(manifest)
}

fn read_small_part(zip: &mut ZipArchive<BufReader<File>>, name: &str) -> anyhow::Result<Vec<u8>> {
    let part = zip.by_name(name);
    let part = part.map_err(|_| anyhow!("it has no {name}: it is no backup of Broadsheet"))?;
    let mut content = Vec::new();
    part.take(MAX_MANIFEST_BYTES)
        .read_to_end(&mut content)
        .with_context(|| format!("its part {name} is damaged or was altered"))?;
    Ok(content)
}

fn verify_part(
    zip: &mut ZipArchive<BufReader<File>>,
    part: &BackupPart,
    progress: &ByteProgress,
) -> anyhow::Result<()> {
    let mut content = zip
        .by_name(&part.name)
        .map_err(|_| anyhow!("its part {} is missing: it was altered", part.name))?;
    let mut hasher = blake3::Hasher::new();
    let read = copy(&mut content, progress, |piece| {
        hasher.update(piece);
        Ok(())
    });
    // A part that does not fit its checksum is an error of reading, too.
    let is_right = matches!(read, Ok(bytes) if bytes == part.bytes)
        && hasher.finalize().to_hex().as_str() == part.hash;
    ensure!(is_right, "its part {} is damaged or was altered", part.name);
    Ok(())
}

/// Reads everything in pieces, and returns the number of bytes.
fn copy(
    from: &mut impl Read,
    progress: &ByteProgress,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut total = 0;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        write(&buffer[..count])?;
        total += count as u64;
        progress.add(count as u64);
    }
}

fn decode_hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = (0..digits.len()).step_by(2);
    pairs
        .map(|start| u8::from_str_radix(digits.get(start..start + 2)?, 16).ok())
        .collect()
}
