//! Reads exports from plain, gzip and zip files, and counts the bytes read from disk.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{FileError, file_error};
use crate::transfer::report::printable;

/// Number of bytes that are read from disk or decompressed at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// File format in which exports are stored.
pub(super) enum Container {
    Plain,
    Gzip,
    /// A zip archive. Contains the index and name of each export in it, ordered by name.
    Zip(Vec<(usize, String)>),
}

impl Container {
    /// Detects the file format from the first bytes of the file.
    pub(super) fn detect(name: &str, file: &File) -> Result<Self, FileError> {
        let mut magic = Vec::new();
        file.take(4)
            .read_to_end(&mut magic)
            .map_err(|error| file_error(name, describe_io_error(&error)))?;
        Ok(match magic.as_slice() {
            // RFC 1952, section 2.3.1.
            [0x1F, 0x8B, ..] => Self::Gzip,
            // A zip file starts with its first entry or, if it is empty, with its end record (APPNOTE, sections 4.3.7
            // and 4.3.16).
            b"PK\x03\x04" | b"PK\x05\x06" => Self::Zip(list_exports(name, file)?),
            _ => Self::Plain,
        })
    }

    /// Calls `read_export` for every export in the file. Increases `counter` by the bytes read, up to `end`, which is its
    /// value at the end of this file.
    pub(super) fn read<E: From<FileError>>(
        &self,
        name: &str,
        mut file: &File,
        (counter, end): (&AtomicU64, u64),
        read_export: &mut impl FnMut(&str, &mut dyn BufRead) -> Result<(), E>,
    ) -> Result<(), E> {
        file.rewind()
            .map_err(|error| file_error(name, describe_io_error(&error)))?;
        let raw = CountedFile { file, counter, end };
        // Buffered here once for all formats; the decoders read in small steps.
        let mut raw = BufReader::with_capacity(BUFFER_BYTES, raw);
        match self {
            Self::Plain => read_export(name, &mut raw),
            Self::Gzip => {
                // A gzip file may consist of several members (RFC 1952, section 2.2).
                let unpacked = Decompressed(MultiGzDecoder::new(raw), "gzip");
                read_export(name, &mut buffered(unpacked))
            }
            Self::Zip(exports) => {
                let error = |error: ZipError| file_error(name, describe_zip_error(&error));
                let mut archive = ZipArchive::new(raw).map_err(error)?;
                for (index, export) in exports {
                    let unpacked = archive.by_index(*index).map_err(error)?;
                    let export = format!("{name}: {export}");
                    read_export(&export, &mut buffered(Decompressed(unpacked, "zip")))?;
                }
                Ok(())
            }
        }
    }
}

/// Lists the XML files in a zip archive, ordered by name. WordPress splits a large export into files with numbered names.
fn list_exports(name: &str, file: &File) -> Result<Vec<(usize, String)>, FileError> {
    let error = |error: ZipError| file_error(name, describe_zip_error(&error));
    let archive = ZipArchive::new(BufReader::new(file)).map_err(error)?;
    let mut exports = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(error)?;
        // The name is only compared and shown. Archives do not say reliably how it is encoded.
        let path = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let is_xml = path.to_ascii_lowercase().ends_with(".xml");
        // macOS adds metadata files to its zips, named like the files with "._" before the name.
        let is_metadata = path.rsplit('/').next().unwrap_or(&path).starts_with("._");
        if !is_xml || is_metadata || entry.is_dir() {
            continue;
        }
        if entry.encrypted() {
            let path = printable(&path);
            return Err(file_error(
                name,
                format!("{path} in it is protected by a password; unpack it first"),
            ));
        }
        exports.push((index, printable(&path)));
    }
    if exports.is_empty() {
        return Err(file_error(
            name,
            "this zip file contains no file that ends in .xml",
        ));
    }
    exports.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(exports)
}

fn buffered<R: Read>(reader: R) -> BufReader<R> {
    BufReader::with_capacity(BUFFER_BYTES, reader)
}

/// A file that adds the bytes read from it to a shared counter.
struct CountedFile<'a> {
    file: &'a File,
    counter: &'a AtomicU64,
    /// Highest value of the counter. A zip file's directory is read in addition to its contents and would exceed it.
    end: u64,
}

impl Read for CountedFile<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        // Relaxed: the counter is only shown, and no other memory depends on it.
        let position = self.counter.load(Relaxed) + read as u64;
        self.counter.store(position.min(self.end), Relaxed);
        Ok(read)
    }
}

impl Seek for CountedFile<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A decompressed stream and the name of its format. Decompression errors are reported as a damaged file.
struct Decompressed<R>(R, &'static str);

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Self(reader, format) = self;
        reader.read(into).map_err(|error| {
            // An error of the disk keeps its own text.
            if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            io::Error::new(
                error.kind(),
                format!("the {format} file is truncated or damaged"),
            )
        })
    }
}

/// Describes an I/O error in words for the person who runs the command.
pub(super) fn describe_io_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => {
            "permission denied; run the command as a user who may read it".into()
        }
        _ => format!("it cannot be read ({error})"),
    }
}

fn describe_zip_error(error: &ZipError) -> String {
    match error {
        // Only the operating system's errors have a number; the others are about the contents.
        ZipError::Io(error) if error.raw_os_error().is_some() => describe_io_error(error),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            "this zip file uses an unsupported compression; unpack it first".into()
        }
        _ => "this zip file is truncated or damaged".into(),
    }
}
