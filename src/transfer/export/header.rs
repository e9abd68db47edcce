//! Writes the header of a WordPress export: the site, its authors and its topics.

use std::io::Write;

use quick_xml::events::BytesStart;

use super::ExportRequest;
use super::xml::{WxrWriter, escape_html};
use crate::articles::TopicKind;
use crate::text::dates;
use crate::transfer::store::export::{ExportedAuthor, ExportedTopic};
use crate::transfer::wxr::BROADSHEET_NAMESPACE;

impl<W: Write> WxrWriter<'_, W> {
    pub(super) fn write_header(&mut self, request: &ExportRequest<'_>) -> anyhow::Result<()> {
        let publication = request.publication;
        self.open_document(BytesStart::new("rss").with_attributes([
            ("version", "2.0"),
            ("xmlns:excerpt", "http://wordpress.org/export/1.2/excerpt/"),
            ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:wp", "http://wordpress.org/export/1.2/"),
            ("xmlns:broadsheet", BROADSHEET_NAMESPACE),
        ]))?;
        self.open("channel")?;
        self.text("title", &escape_html(&publication.title))?;
        self.text("link", &request.base_url)?;
        self.text("description", &escape_html(&publication.tagline))?;
        self.text("pubDate", &dates::format_rfc2822(request.now))?;
        self.text("language", publication.language.code())?;
        self.text("wp:wxr_version", "1.2")?;
        self.text("wp:base_site_url", &request.base_url)?;
        self.text("wp:base_blog_url", &request.base_url)?;
        self.text("broadsheet:time_zone", publication.zone_name())?;
        self.text("broadsheet:permalink", &publication.permalink.to_string())
    }

    pub(super) fn write_author(&mut self, id: i64, author: &ExportedAuthor) -> anyhow::Result<()> {
        self.open("wp:author")?;
        self.text("wp:author_id", &id.to_string())?;
        self.cdata("wp:author_login", &author.username)?;
        self.cdata("wp:author_email", "")?;
        self.cdata("wp:author_display_name", &escape_html(&author.name))?;
        self.cdata("wp:author_first_name", "")?;
        self.cdata("wp:author_last_name", "")?;
        self.close("wp:author")
    }

    pub(super) fn write_topic(&mut self, id: i64, topic: &ExportedTopic) -> anyhow::Result<()> {
        let (element, slug, name, description) = match topic.kind {
            TopicKind::Category => (
                "wp:category",
                "wp:category_nicename",
                "wp:cat_name",
                "wp:category_description",
            ),
            TopicKind::Tag => ("wp:tag", "wp:tag_slug", "wp:tag_name", "wp:tag_description"),
        };
        self.open(element)?;
        self.text("wp:term_id", &id.to_string())?;
        self.cdata(slug, &topic.slug)?;
        if topic.kind == TopicKind::Category {
            self.cdata("wp:category_parent", "")?;
        }
        self.cdata(name, &escape_html(&topic.name))?;
        self.cdata(description, &escape_html(&topic.description))?;
        self.close(element)
    }
}
