//! The small rules of XML, applied to one piece of markup at a time.

use quick_xml::XmlVersion::Implicit1_0;
use quick_xml::errors::{Error as ParserError, IllFormedError};
use quick_xml::escape::EscapeError;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart};
use quick_xml::name::{Namespace, ResolveResult};

use super::error::{malformed, shown};
use super::source::is_allowed;
use super::{ErrorKind, OUR_NAMESPACE};

/// The namespaces that mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// None: RSS itself.
    Rss,
    /// WordPress's own, of any version.
    Wp,
    /// The same for excerpts.
    Excerpt,
    /// RSS content.
    Content,
    /// Dublin Core.
    Dc,
    /// What only our own exports have.
    Ours,
    /// Any other.
    Foreign,
}

impl Space {
    pub(super) fn of(resolved: &ResolveResult<'_>) -> Self {
        match resolved {
            ResolveResult::Unbound => Self::Rss,
            ResolveResult::Bound(Namespace(uri)) => Self::named(uri),
            ResolveResult::Unknown(_) => Self::Foreign,
        }
    }

    /// The namespace of this address.
    fn named(uri: &[u8]) -> Self {
        match uri {
            b"http://purl.org/rss/1.0/modules/content/" => return Self::Content,
            b"http://purl.org/dc/elements/1.1/" => return Self::Dc,
            name if name == OUR_NAMESPACE.as_bytes() => return Self::Ours,
            _ => {}
        }
        let export = uri
            .strip_prefix(b"https://")
            .or_else(|| uri.strip_prefix(b"http://"))
            .and_then(|rest| rest.strip_prefix(b"wordpress.org/export/"));
        let mut parts = export
            .unwrap_or_default()
            .splitn(2, |&byte| byte == b'/')
            .skip(1);
        match parts.next() {
            // Whatever the version: `wp:wxr_version` decides, so that its sentence can name it.
            Some(b"") => Self::Wp,
            Some(b"excerpt/") => Self::Excerpt,
            _ => Self::Foreign,
        }
    }
}

/// What is kept of the tag that was opened last.
#[derive(Default)]
pub(super) struct Tag {
    /// Its name without prefix.
    pub(super) name: String,
    /// The attribute `domain`, or empty.
    pub(super) domain: String,
    /// The attribute `nicename`, or empty.
    pub(super) nicename: String,
}

impl Tag {
    /// Checks a tag and keeps what is wanted of it.
    pub(super) fn read(&mut self, start: &BytesStart<'_>) -> Result<(), ErrorKind> {
        let full = start.name();
        if !is_name(full.as_ref()) {
            return Err(malformed("a tag begins here that has no proper name"));
        }
        let local = full.local_name();
        set(&mut self.name, local.as_ref())?;
        self.domain.clear();
        self.nicename.clear();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| broken_attributes())?;
            if !is_name(attribute.key.as_ref()) || attribute.value.contains(&b'<') {
                return Err(broken_attributes());
            }
            let value = attribute
                .normalized_value(Implicit1_0)
                .map_err(|error| explain(&error))?;
            if let Some(wrong) = value.chars().find(|&c| !is_allowed(c.into())) {
                return Err(ErrorKind::ControlCharacter(wrong.into()));
            }
            match attribute.key.as_ref() {
                b"domain" => self.domain.push_str(&value),
                b"nicename" => self.nicename.push_str(&value),
                _ => {}
            }
        }
        Ok(())
    }
}

fn set(into: &mut String, name: &[u8]) -> Result<(), ErrorKind> {
    into.clear();
    into.push_str(std::str::from_utf8(name).map_err(|_| malformed("a tag has no proper name"))?);
    Ok(())
}

/// Whether this may name a tag. Of letters outside ASCII any is taken; nothing here depends on them.
fn is_name(name: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..);
    name.first().is_some_and(|&first| letter(first))
        && name
            .iter()
            .all(|&byte| letter(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

fn broken_attributes() -> ErrorKind {
    malformed("the attributes of this tag are not as XML wants them")
}

/// The character that a reference stands for.
pub(super) fn resolve(reference: &BytesRef<'_>) -> Result<char, ErrorKind> {
    let name: &[u8] = reference;
    Ok(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => numbered(digits, 16)?,
        [b'#', digits @ ..] => numbered(digits, 10)?,
        _ if is_name(name) => return Err(unknown_entity(&String::from_utf8_lossy(name))),
        _ => return Err(lone_ampersand()),
    })
}

fn numbered(digits: &[u8], radix: u32) -> Result<char, ErrorKind> {
    let number = std::str::from_utf8(digits)
        .ok()
        // `from_str_radix` would take a sign.
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, radix).ok())
        .filter(|&number| number <= char::MAX.into());
    let Some(number) = number else {
        return Err(malformed("a reference that stands for no character"));
    };
    char::from_u32(number)
        .filter(|_| is_allowed(number))
        .ok_or(ErrorKind::ControlCharacter(number))
}

fn unknown_entity(name: &str) -> ErrorKind {
    ErrorKind::UnknownEntity(shown(name))
}

fn lone_ampersand() -> ErrorKind {
    malformed("a lone & that begins no entity; XML writes it &amp;")
}

/// Refuses a declaration that names another encoding than UTF-8 or its part ASCII.
pub(super) fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), ErrorKind> {
    let Some(encoding) = declaration.encoding() else {
        return Ok(());
    };
    let encoding = encoding.map_err(|_| broken_attributes())?;
    let known = ["utf-8", "utf8", "us-ascii", "ascii"];
    if known
        .iter()
        .any(|name| encoding.eq_ignore_ascii_case(name.as_bytes()))
    {
        return Ok(());
    }
    // It will be pasted into a shell.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    if encoding.is_empty() || encoding.len() > 40 || !encoding.iter().all(plain) {
        return Err(malformed("the file names an encoding that is none"));
    }
    let encoding = String::from_utf8_lossy(&encoding).into_owned();
    Err(ErrorKind::Encoding(encoding))
}

/// What a mistake that the parser found is called here.
pub(super) fn explain(error: &ParserError) -> ErrorKind {
    match error {
        ParserError::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            malformed(format!(
                "</{}> stands where </{}> is due",
                shown(found),
                shown(expected)
            ))
        }
        ParserError::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            malformed(format!("</{}> ends what never began", shown(found)))
        }
        ParserError::IllFormed(IllFormedError::UnclosedReference)
        | ParserError::Escape(EscapeError::UnterminatedEntity(_)) => lone_ampersand(),
        ParserError::Escape(EscapeError::UnrecognizedEntity(_, name)) => unknown_entity(name),
        ParserError::Escape(_) => malformed("a reference that stands for no character"),
        ParserError::InvalidAttr(_) => broken_attributes(),
        ParserError::Namespace(_) => {
            malformed("the namespaces of this tag are not as XML wants them")
        }
        _ => malformed("markup begins here that is none in XML"),
    }
}
