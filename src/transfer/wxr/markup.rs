//! XML rules for tags, references and declarations that the parser does not check itself.

use quick_xml::XmlVersion::Implicit1_0;
use quick_xml::errors::{Error as ParserError, IllFormedError};
use quick_xml::escape::EscapeError;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart};
use quick_xml::name::{Namespace, ResolveResult};

use super::error::{malformed, shorten};
use super::source::is_allowed;
use super::{BROADSHEET_NAMESPACE, WxrErrorKind};

/// XML namespaces of the elements that an import reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum XmlNamespace {
    /// No namespace, as all elements of RSS itself.
    Rss,
    /// WordPress's namespace, of any WXR version.
    Wp,
    Excerpt,
    Content,
    Dc,
    /// Namespace of the elements that only exports from Broadsheet contain.
    Broadsheet,
    Foreign,
}

impl XmlNamespace {
    pub(super) fn from_resolved(resolved: &ResolveResult<'_>) -> Self {
        match resolved {
            ResolveResult::Unbound => Self::Rss,
            ResolveResult::Bound(Namespace(uri)) => Self::from_uri(uri),
            // A prefix without a declaration: some plug-ins write such elements, which are skipped.
            ResolveResult::Unknown(_) => Self::Foreign,
        }
    }

    fn from_uri(uri: &[u8]) -> Self {
        match uri {
            b"http://purl.org/rss/1.0/modules/content/" => return Self::Content,
            b"http://purl.org/dc/elements/1.1/" => return Self::Dc,
            name if name == BROADSHEET_NAMESPACE.as_bytes() => return Self::Broadsheet,
            _ => {}
        }
        let export = uri
            .strip_prefix(b"https://")
            .or_else(|| uri.strip_prefix(b"http://"))
            .and_then(|rest| rest.strip_prefix(b"wordpress.org/export/"));
        let mut parts = export
            .unwrap_or_default()
            // The URI ends with the version, as in `…/export/1.2/excerpt/`.
            .splitn(2, |&byte| byte == b'/')
            .skip(1);
        match parts.next() {
            // Any version in the URI: `wxr_version` is checked instead, whose error can name it.
            Some(b"") => Self::Wp,
            Some(b"excerpt/") => Self::Excerpt,
            _ => Self::Foreign,
        }
    }
}

/// The parts of an XML start tag that an import uses.
#[derive(Default)]
pub(super) struct XmlTag {
    /// Name of the element without its namespace prefix.
    pub(super) name: String,
    /// Value of the attribute `domain`. Empty if the tag does not have it.
    pub(super) domain: String,
    /// Value of the attribute `nicename`. Empty if the tag does not have it.
    pub(super) nicename: String,
}

impl XmlTag {
    /// Checks a start tag and stores its name and attributes in this value.
    pub(super) fn read(&mut self, start: &BytesStart<'_>) -> Result<(), WxrErrorKind> {
        let full = start.name();
        let local = full.local_name();
        let name = std::str::from_utf8(local.as_ref())
            .ok()
            .filter(|_| is_name(full.as_ref()))
            .ok_or_else(|| malformed("this tag has no valid name"))?;
        name.clone_into(&mut self.name);
        self.domain.clear();
        self.nicename.clear();
        // All attributes are checked, even those that nobody reads: quick-xml checks them only on access.
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| attribute_error())?;
            // XML forbids `<` in attributes (XML 1.0, section 3.1), and quick-xml does not check it.
            if !is_name(attribute.key.as_ref()) || attribute.value.contains(&b'<') {
                return Err(attribute_error());
            }
            let value = attribute
                .normalized_value(Implicit1_0)
                .map_err(|error| describe_parser_error(&error))?;
            if let Some(wrong) = value.chars().find(|&c| !is_allowed(c.into())) {
                return Err(WxrErrorKind::ControlCharacter(wrong.into()));
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

/// Returns whether this is a valid XML name. All non-ASCII letters are accepted, because no name that an import knows
/// contains any.
fn is_name(name: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..);
    name.first().is_some_and(|&first| letter(first))
        && name
            .iter()
            .all(|&byte| letter(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

fn attribute_error() -> WxrErrorKind {
    malformed("this tag has invalid attributes")
}

/// Returns the character for an XML reference such as `&amp;` or `&#38;`.
pub(super) fn resolve_reference(reference: &BytesRef<'_>) -> Result<char, WxrErrorKind> {
    let name: &[u8] = reference;
    Ok(match name {
        // The five entities of XML itself (section 4.6). Others need a DTD, and a DOCTYPE is rejected.
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => parse_character_reference(digits, 16)?,
        [b'#', digits @ ..] => parse_character_reference(digits, 10)?,
        _ if is_name(name) => return Err(entity_error(&String::from_utf8_lossy(name))),
        _ => return Err(ampersand_error()),
    })
}

fn parse_character_reference(digits: &[u8], radix: u32) -> Result<char, WxrErrorKind> {
    let code = std::str::from_utf8(digits)
        .ok()
        // `from_str_radix` would accept a sign.
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, radix).ok())
        .filter(|&code| code <= char::MAX.into());
    let Some(code) = code else {
        return Err(malformed("this reference does not stand for a character"));
    };
    char::from_u32(code)
        .filter(|_| is_allowed(code))
        .ok_or(WxrErrorKind::ControlCharacter(code))
}

fn entity_error(name: &str) -> WxrErrorKind {
    WxrErrorKind::UnknownEntity(shorten(name))
}

fn ampersand_error() -> WxrErrorKind {
    malformed("an & that starts no entity; in XML it is written &amp;")
}

/// Returns an error if the XML declaration names an encoding other than UTF-8 or ASCII.
pub(super) fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), WxrErrorKind> {
    let Some(encoding) = declaration.encoding() else {
        return Ok(());
    };
    let encoding = encoding.map_err(|_| attribute_error())?;
    let known = ["utf-8", "utf8", "us-ascii", "ascii"];
    if known
        .iter()
        .any(|name| encoding.eq_ignore_ascii_case(name.as_bytes()))
    {
        return Ok(());
    }
    // The name appears in a command that people paste into a shell.
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    if encoding.is_empty() || encoding.len() > 40 || !encoding.iter().all(plain) {
        return Err(malformed("the file declares an invalid encoding"));
    }
    let encoding = String::from_utf8_lossy(&encoding).into_owned();
    Err(WxrErrorKind::Encoding(encoding))
}

/// Translates an error of the XML parser into a sentence for the user.
pub(super) fn describe_parser_error(error: &ParserError) -> WxrErrorKind {
    match error {
        ParserError::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            malformed(format!(
                "</{}> where </{}> is expected",
                shorten(found),
                shorten(expected)
            ))
        }
        ParserError::IllFormed(IllFormedError::UnmatchedEndTag(found)) => malformed(format!(
            "</{}> closes an element that is not open",
            shorten(found)
        )),
        ParserError::IllFormed(IllFormedError::UnclosedReference)
        | ParserError::Escape(EscapeError::UnterminatedEntity(_)) => ampersand_error(),
        ParserError::Escape(EscapeError::UnrecognizedEntity(_, name)) => entity_error(name),
        ParserError::Escape(_) => malformed("this reference does not stand for a character"),
        ParserError::InvalidAttr(_) => attribute_error(),
        ParserError::Namespace(_) => malformed("this tag has invalid namespaces"),
        _ => malformed("invalid markup starts here"),
    }
}
