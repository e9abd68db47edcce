//! Writes the XML elements of a WordPress export.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::tz::TimeZone;
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::text::{BodyFormat, input};
use crate::transfer::meta;

/// Writer of a WordPress export file (WXR), with one element per line.
pub(super) struct WxrWriter<'a, W: Write> {
    xml: Writer<W>,
    /// Time zone of the site, for dates in local time.
    pub(super) zone: &'a TimeZone,
}

impl<'a, W: Write> WxrWriter<'a, W> {
    pub(super) fn new(out: W, zone: &'a TimeZone) -> Self {
        Self {
            xml: Writer::new(out),
            zone,
        }
    }

    /// Writes the XML declaration and opens the root element.
    pub(super) fn open_document(&mut self, root: BytesStart<'_>) -> anyhow::Result<()> {
        self.xml
            .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.end_line()?;
        self.xml.write_event(Event::Start(root))?;
        self.end_line()
    }

    pub(super) fn open(&mut self, name: &str) -> anyhow::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new(name)))?;
        self.end_line()
    }

    pub(super) fn close(&mut self, name: &str) -> anyhow::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))?;
        self.end_line()
    }

    /// Writes an element that contains escaped text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        self.text_with(name, [], text)
    }

    /// Writes an element with attributes that contains escaped text.
    pub(super) fn text_with<const N: usize>(
        &mut self,
        name: &str,
        attributes: [(&str, &str); N],
        text: &str,
    ) -> anyhow::Result<()> {
        self.xml
            .create_element(name)
            .with_attributes(attributes)
            .write_text_content(BytesText::new(&remove_unreadable(text)))?;
        self.end_line()
    }

    /// Writes an element with its text in CDATA sections. WordPress does the same for long text and for HTML.
    pub(super) fn cdata(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new(name)))?;
        // A `]]>` in the text ends the section, so the rest goes into another one.
        for section in BytesCData::escaped(&remove_unreadable(text)) {
            self.xml.write_event(Event::CData(section))?;
        }
        self.close(name)
    }

    /// Writes a meta field. `element` is `wp:postmeta` or `wp:commentmeta`.
    pub(super) fn meta(&mut self, element: &str, key: &str, value: &str) -> anyhow::Result<()> {
        self.open(element)?;
        self.cdata("wp:meta_key", key)?;
        self.cdata("wp:meta_value", value)?;
        self.close(element)
    }

    /// Writes meta fields with the format in which a text was written and, if that is Markdown, the Markdown source.
    pub(super) fn source_meta(
        &mut self,
        element: &str,
        format: BodyFormat,
        source: &str,
    ) -> anyhow::Result<()> {
        self.meta(element, meta::FORMAT, meta::format_value(format))?;
        if format == BodyFormat::Markdown {
            self.meta(element, meta::MARKDOWN, source)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.xml.into_inner().flush()
    }

    fn end_line(&mut self) -> anyhow::Result<()> {
        // WordPress's importer reads line by line where PHP has no XML extension.
        self.xml.get_mut().write_all(b"\n")?;
        Ok(())
    }
}

/// Escapes a plain-text title or name as HTML, because WordPress reads such fields as HTML.
pub(super) fn escape_html(text: &str) -> Cow<'_, str> {
    quick_xml::escape::partial_escape(text)
}

/// Removes characters that XML forbids. Forms reject such characters, so stored text should contain none.
fn remove_unreadable(text: &str) -> Cow<'_, str> {
    // XML cannot hold these characters, not even as references.
    if input::has_invalid_chars(text) {
        input::strip_invalid_chars(text).into()
    } else {
        text.into()
    }
}
