//! Reads an export from the root element to the end of the file, and returns its entries.

use std::io::Read;

use super::entries::read_entry;
use super::error::shorten;
use super::markup::XmlNamespace::{self, Broadsheet, Rss, Wp};
use super::xml::{XmlToken, XmlTokens};
use super::{WxrEntry, WxrError, WxrErrorKind, WxrPosition, WxrSite};

const SUPPORTED_VERSIONS: [&str; 3] = ["1.0", "1.1", "1.2"];

/// Reads an export and returns one entry at a time.
pub struct WxrReader<R> {
    xml: XmlTokens<R>,
    stage: ReaderStage,
    /// First error that occurred. After it, nothing more is read.
    failure: Option<WxrError>,
}

#[derive(Clone, Copy)]
enum ReaderStage {
    Start,
    /// The next token either starts an entry or ends the `channel` element.
    BetweenEntries,
    /// The start tag of an entry was read. Its content comes next.
    InEntry(XmlNamespace),
    AfterChannel,
}

impl<R: Read> WxrReader<R> {
    /// Creates a reader. It buffers the bytes itself, so `bytes` needs no buffer.
    pub fn new(bytes: R) -> Self {
        Self {
            xml: XmlTokens::new(bytes),
            stage: ReaderStage::Start,
            failure: None,
        }
    }

    /// Returns the position up to which the export has been read.
    pub fn position(&self) -> WxrPosition {
        self.xml.position()
    }

    /// Returns the next entry. After the last entry of a complete export, returns `None`. After an error, every further
    /// call returns the same error.
    pub fn next_entry(&mut self) -> Result<Option<WxrEntry>, WxrError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let entry = self.advance();
        self.failure = entry.as_ref().err().cloned();
        entry
    }

    fn advance(&mut self) -> Result<Option<WxrEntry>, WxrError> {
        loop {
            match self.stage {
                ReaderStage::Start => {
                    self.find_channel()?;
                    return self.read_site().map(|site| Some(WxrEntry::Site(site)));
                }
                ReaderStage::BetweenEntries => match self.xml.next_token(None)? {
                    XmlToken::Open(namespace) => self.stage = ReaderStage::InEntry(namespace),
                    XmlToken::Close | XmlToken::End => self.stage = ReaderStage::AfterChannel,
                },
                ReaderStage::InEntry(namespace) => {
                    self.stage = ReaderStage::BetweenEntries;
                    if let Some(entry) = read_entry(&mut self.xml, namespace)? {
                        return Ok(Some(entry));
                    }
                }
                ReaderStage::AfterChannel => match self.xml.next_token(None)? {
                    // Elements after the channel are legal in XML, if unusual.
                    XmlToken::Open(_) => self.xml.skip()?,
                    XmlToken::Close => {}
                    XmlToken::End => return Ok(None),
                },
            }
        }
    }

    fn find_channel(&mut self) -> Result<(), WxrError> {
        let xml = &mut self.xml;
        let root = xml.next_token(None)?;
        if root != XmlToken::Open(Rss) || xml.name() != "rss" {
            let other = match xml.name() {
                // People save the page of a failed download under the name of the export.
                "html" => "a web page".to_owned(),
                "feed" => "an Atom feed".to_owned(),
                other => format!("XML that begins with <{}>", shorten(other)),
            };
            return Err(WxrErrorKind::NotAnExport(other).at(xml.tag_position()));
        }
        while let XmlToken::Open(namespace) = xml.next_token(None)? {
            if namespace == Rss && xml.name() == "channel" {
                return Ok(());
            }
            xml.skip()?;
        }
        let feed = "an RSS feed without a channel".to_owned();
        Err(WxrErrorKind::NotAnExport(feed).at(xml.tag_position()))
    }

    /// Reads the data about the site, up to and including the start tag of the first entry.
    fn read_site(&mut self) -> Result<WxrSite, WxrError> {
        let xml = &mut self.xml;
        let mut site = WxrSite::default();
        self.stage = loop {
            let XmlToken::Open(namespace) = xml.next_token(None)? else {
                break ReaderStage::AfterChannel;
            };
            match (namespace, xml.name()) {
                (Wp, "wxr_version") => {
                    xml.read_trimmed(&mut site.version)?;
                    if !SUPPORTED_VERSIONS.contains(&site.version.as_str()) {
                        let version = shorten(&site.version);
                        return Err(WxrErrorKind::UnknownVersion(version).at(xml.tag_position()));
                    }
                }
                (Rss, "title") => xml.read_trimmed(&mut site.title)?,
                (Rss, "description") => xml.read_trimmed(&mut site.description)?,
                (Rss, "link") => xml.read_trimmed(&mut site.link)?,
                (Rss, "language") => xml.read_trimmed(&mut site.language)?,
                (Wp, "base_site_url") => xml.read_trimmed(&mut site.base_site_url)?,
                (Wp, "base_blog_url") => xml.read_trimmed(&mut site.base_blog_url)?,
                (Broadsheet, "time_zone") => {
                    xml.read_trimmed(site.time_zone.get_or_insert_default())?;
                }
                (Broadsheet, "permalink") => {
                    xml.read_trimmed(site.permalink.get_or_insert_default())?;
                }
                (Wp, "author" | "category" | "tag" | "term") | (Rss, "item") => {
                    break ReaderStage::InEntry(namespace);
                }
                _ => xml.skip()?,
            }
        };
        // Every feed of a site looks the same except for this element.
        if site.version.is_empty() {
            let feed = "an RSS feed: it has no wp:wxr_version".to_owned();
            return Err(WxrErrorKind::NotAnExport(feed).at(xml.tag_position()));
        }
        Ok(site)
    }
}
