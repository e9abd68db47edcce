//! The way through an export: from the outermost element to the channel, what that says of the site, entry after entry,
//! and the end.

use std::io::Read;

use super::entries::read_opened;
use super::error::shown;
use super::markup::Space::{self, Ours, Rss, Wp};
use super::xml::{Token, Xml};
use super::{Entry, Error, ErrorKind, Position, Site};

/// The versions of WXR there are.
const VERSIONS: [&str; 3] = ["1.0", "1.1", "1.2"];

/// Reads an export, an entry at a time.
pub struct Reader<R> {
    xml: Xml<R>,
    stage: Stage,
    /// The first mistake, after which nothing more is read.
    failure: Option<Error>,
}

#[derive(Clone, Copy)]
enum Stage {
    /// Nothing was read yet.
    Before,
    /// In the channel, before the next entry.
    Entries,
    /// In the channel, after the tag of an entry.
    Opened(Space),
    /// After the channel.
    After,
}

impl<R: Read> Reader<R> {
    /// A reader of the export in these bytes, which need no buffer of their own.
    pub fn new(bytes: R) -> Self {
        Self {
            xml: Xml::new(bytes),
            stage: Stage::Before,
            failure: None,
        }
    }

    /// How far the export is read.
    pub fn position(&self) -> Position {
        self.xml.position()
    }

    /// The next entry, or nothing after the last of a whole export. A mistake is final and told as often as asked.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, Error> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let entry = self.read_entry();
        self.failure = entry.as_ref().err().cloned();
        entry
    }

    fn read_entry(&mut self) -> Result<Option<Entry>, Error> {
        loop {
            match self.stage {
                Stage::Before => {
                    self.find_channel()?;
                    return self.read_site().map(|site| Some(Entry::Site(site)));
                }
                Stage::Entries => match self.xml.token(None)? {
                    Token::Open(space) => self.stage = Stage::Opened(space),
                    Token::Close | Token::End => self.stage = Stage::After,
                },
                Stage::Opened(space) => {
                    self.stage = Stage::Entries;
                    if let Some(entry) = read_opened(&mut self.xml, space)? {
                        return Ok(Some(entry));
                    }
                }
                Stage::After => match self.xml.token(None)? {
                    Token::Open(_) => self.xml.skip()?,
                    Token::Close => {}
                    Token::End => return Ok(None),
                },
            }
        }
    }

    fn find_channel(&mut self) -> Result<(), Error> {
        let xml = &mut self.xml;
        let root = xml.token(None)?;
        if root != Token::Open(Rss) || xml.name() != "rss" {
            let other = match xml.name() {
                "html" => "a web page".to_owned(),
                "feed" => "an Atom feed".to_owned(),
                other => format!("XML that begins with <{}>", shown(other)),
            };
            return Err(ErrorKind::NotAnExport(other).at(xml.tag_at()));
        }
        while let Token::Open(space) = xml.token(None)? {
            if space == Rss && xml.name() == "channel" {
                return Ok(());
            }
            xml.skip()?;
        }
        Err(ErrorKind::NotAnExport("an RSS feed without a channel".into()).at(xml.tag_at()))
    }

    /// What stands before the first entry.
    fn read_site(&mut self) -> Result<Site, Error> {
        let xml = &mut self.xml;
        let mut site = Site::default();
        self.stage = loop {
            let Token::Open(space) = xml.token(None)? else {
                break Stage::After;
            };
            match (space, xml.name()) {
                (Wp, "wxr_version") => {
                    xml.word(&mut site.version)?;
                    if !VERSIONS.contains(&site.version.as_str()) {
                        let version = shown(&site.version);
                        return Err(ErrorKind::UnknownVersion(version).at(xml.tag_at()));
                    }
                }
                (Rss, "title") => xml.word(&mut site.title)?,
                (Rss, "description") => xml.word(&mut site.description)?,
                (Rss, "link") => xml.word(&mut site.link)?,
                (Rss, "language") => xml.word(&mut site.language)?,
                (Wp, "base_site_url") => xml.word(&mut site.base_site_url)?,
                (Wp, "base_blog_url") => xml.word(&mut site.base_blog_url)?,
                (Ours, "time_zone") => xml.word(site.time_zone.get_or_insert_default())?,
                (Ours, "permalink") => xml.word(site.permalink.get_or_insert_default())?,
                (Wp, "author" | "category" | "tag" | "term") | (Rss, "item") => {
                    break Stage::Opened(space);
                }
                _ => xml.skip()?,
            }
        };
        if site.version.is_empty() {
            let feed = "an RSS feed: it has no wp:wxr_version".to_owned();
            return Err(ErrorKind::NotAnExport(feed).at(xml.tag_at()));
        }
        Ok(site)
    }
}
