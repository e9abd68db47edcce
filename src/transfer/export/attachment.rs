//! Writes the media files that articles show as attachments, which WordPress's importer fetches.

use std::collections::HashSet;
use std::io::Write;

use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;

use super::ExportRequest;
use super::xml::{WxrWriter, escape_html};
use crate::clock::Ts;
use crate::text::tokenizer::{HtmlToken, tokenize};
use crate::text::{dates, markdown};
use crate::transfer::dates::format_datetime;
use crate::transfer::meta;
use crate::transfer::store::export::ExportedArticle;
use crate::web::media;

const META_ELEMENT: &str = "wp:postmeta";

/// A media file and the first article that shows it.
struct Attachment {
    /// Path of the file as it stands in URLs.
    path: String,
    /// Text for readers who do not see the picture.
    alt: String,
    article_id: i64,
    author: String,
    date: Ts,
}

/// The media files of the articles that have been written so far.
#[derive(Default)]
pub(super) struct Attachments {
    found: Vec<Attachment>,
    paths: HashSet<String>,
    last_article_id: i64,
}

impl Attachments {
    /// Adds the files that an article shows or links to.
    pub(super) fn add(&mut self, article: &ExportedArticle) {
        self.last_article_id = self.last_article_id.max(article.id);
        for token in tokenize(&article.body_html) {
            let HtmlToken::Tag(tag) = token else { continue };
            // The same character references stand for the same characters in a text and in an attribute.
            let value = |name| tag.find_attribute(name).map(markdown::html_to_text);
            for name in ["src", "poster", "href"] {
                let Some(path) = value(name).as_deref().and_then(media_file) else {
                    continue;
                };
                if self.paths.insert(path.clone()) {
                    self.found.push(Attachment {
                        path,
                        alt: value("alt").unwrap_or_default(),
                        article_id: article.id,
                        author: article.author.clone(),
                        date: article.published_at.unwrap_or(article.created_at),
                    });
                }
            }
        }
    }
}

/// Returns the URL path of a media file without a query and a fragment. Returns `None` for other URLs.
fn media_file(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path.strip_prefix(media::MEDIA_PREFIX)?.strip_prefix('/')?;
    (!file.is_empty()).then(|| path.to_owned())
}

impl<W: Write> WxrWriter<'_, W> {
    /// Writes an item for each file. The ids are above those of all articles and have a meaning within this file only.
    pub(super) fn write_attachments(
        &mut self,
        request: &ExportRequest<'_>,
        attachments: &Attachments,
    ) -> anyhow::Result<()> {
        for (id, attachment) in (attachments.last_article_id + 1..).zip(&attachments.found) {
            self.open("item")?;
            self.write_attachment(request, attachment, id)?;
            self.close("item")?;
        }
        Ok(())
    }

    fn write_attachment(
        &mut self,
        request: &ExportRequest<'_>,
        attachment: &Attachment,
        id: i64,
    ) -> anyhow::Result<()> {
        let url = format!("{}{}", request.base_url, attachment.path);
        let encoded = &attachment.path[media::MEDIA_PREFIX.len() + 1..];
        let file = percent_decode_str(encoded).decode_utf8_lossy();
        let name = file.rsplit('/').next().unwrap_or_default();
        let title = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let date = format_datetime(attachment.date, self.zone);
        let date_gmt = format_datetime(attachment.date, &TimeZone::UTC);
        self.cdata("title", &escape_html(title))?;
        // Not the URL of the file: an import would take it for a page that redirects to the article.
        let link = format!("{}/?attachment_id={id}", request.base_url);
        self.text("link", &link)?;
        self.text("pubDate", &dates::format_rfc2822(attachment.date))?;
        self.cdata("dc:creator", &attachment.author)?;
        self.text_with("guid", [("isPermaLink", "false")], &url)?;
        self.text("description", "")?;
        self.cdata("content:encoded", "")?;
        self.cdata("excerpt:encoded", "")?;
        self.text("wp:post_id", &id.to_string())?;
        self.cdata("wp:post_date", &date)?;
        self.cdata("wp:post_date_gmt", &date_gmt)?;
        self.cdata("wp:comment_status", "closed")?;
        self.cdata("wp:ping_status", "closed")?;
        self.cdata("wp:post_name", &format!("media-{id}"))?;
        self.cdata("wp:status", "inherit")?;
        self.text("wp:post_parent", &attachment.article_id.to_string())?;
        self.text("wp:menu_order", "0")?;
        self.cdata("wp:post_type", "attachment")?;
        self.cdata("wp:post_password", "")?;
        self.text("wp:is_sticky", "0")?;
        self.cdata("wp:attachment_url", &url)?;
        // WordPress takes the month of the folder from it.
        self.meta(META_ELEMENT, meta::ATTACHED_FILE, &file)?;
        if !attachment.alt.is_empty() {
            self.meta(META_ELEMENT, meta::IMAGE_ALT, &attachment.alt)?;
        }
        Ok(())
    }
}
