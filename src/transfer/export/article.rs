//! Writes articles and pages to a WordPress export.

use std::io::Write;

use jiff::tz::TimeZone;

use super::ExportRequest;
use super::xml::{WxrWriter, escape_html};
use crate::articles::{ArticleKind, ArticleState, TopicKind};
use crate::text::{dates, markdown};
use crate::transfer::dates::format_datetime;
use crate::transfer::meta;
use crate::transfer::store::export::{ExportedArticle, ExportedTopic};

/// Date that WordPress stores for a post that was never published.
const NO_DATE: &str = "0000-00-00 00:00:00";
const META_ELEMENT: &str = "wp:postmeta";

impl<W: Write> WxrWriter<'_, W> {
    /// Writes the elements of an article into the `item` element that is already open.
    pub(super) fn write_article(
        &mut self,
        request: &ExportRequest<'_>,
        article: &ExportedArticle,
        topics: &[ExportedTopic],
        old_paths: &[String],
    ) -> anyhow::Result<()> {
        self.write_text(request, article)?;
        self.write_post_fields(request, article)?;
        for topic in topics {
            let domain = match topic.kind {
                TopicKind::Category => "category",
                TopicKind::Tag => "post_tag",
            };
            let attributes = [("domain", domain), ("nicename", topic.slug.as_str())];
            self.text_with("category", attributes, &escape_html(&topic.name))?;
        }
        self.source_meta(META_ELEMENT, article.format, &article.body)?;
        if !article.sources.is_empty() {
            self.meta(META_ELEMENT, meta::SOURCES, &article.sources)?;
        }
        if let Some(note) = article
            .draft_reason
            .filter(|_| article.state == ArticleState::Draft)
        {
            self.meta(META_ELEMENT, meta::NOTE, note.as_str())?;
        }
        self.meta(META_ELEMENT, meta::GUID, &request.article_guid(article))?;
        if let Some(revised_at) = article.revised_at {
            self.meta(META_ELEMENT, meta::REVISED_AT, &revised_at.rfc3339())?;
        }
        for path in old_paths {
            self.meta(META_ELEMENT, meta::OLD_PATH, path)?;
        }
        Ok(())
    }

    /// Writes the elements with the article's title, link, author and text.
    fn write_text(
        &mut self,
        request: &ExportRequest<'_>,
        article: &ExportedArticle,
    ) -> anyhow::Result<()> {
        let base_url = &request.base_url;
        let plain_link = match article.kind {
            ArticleKind::Article => format!("{base_url}/?p={}", article.id),
            ArticleKind::Page => format!("{base_url}/?page_id={}", article.id),
        };
        // A draft has no public path, so its link carries the ID, by which an import recognises it.
        let link = match &article.path {
            Some(path) if article.state == ArticleState::Published => format!("{base_url}{path}"),
            _ => plain_link,
        };
        let date = article.published_at.unwrap_or(article.created_at);
        self.cdata("title", &escape_html(&article.title))?;
        self.text("link", &link)?;
        self.text("pubDate", &dates::format_rfc2822(date))?;
        self.cdata("dc:creator", &article.author)?;
        // The one in our feeds: WordPress keeps it, so feed readers recognise the article.
        let guid = request.article_guid(article);
        self.text_with("guid", [("isPermaLink", "false")], &guid)?;
        self.text("description", "")?;
        let content = markdown::absolutize_paths(&article.body_html, base_url);
        self.cdata("content:encoded", &content)?;
        self.cdata("excerpt:encoded", &escape_html(&article.standfirst))
    }

    /// Writes the `wp:` elements, which contain the columns of WordPress's table of posts.
    fn write_post_fields(
        &mut self,
        request: &ExportRequest<'_>,
        article: &ExportedArticle,
    ) -> anyhow::Result<()> {
        let date = article.published_at.unwrap_or(article.created_at);
        let date_gmt = match article.published_at {
            Some(date) => format_datetime(date, &TimeZone::UTC),
            None => NO_DATE.to_owned(),
        };
        let modified = format_datetime(article.updated_at, self.zone);
        let modified_gmt = format_datetime(article.updated_at, &TimeZone::UTC);
        let comment_status = if article.replies_open {
            "open"
        } else {
            "closed"
        };
        let status = match (article.state, article.published_at) {
            (ArticleState::Draft, _) => "draft",
            (ArticleState::Published, Some(date)) if date > request.now => "future",
            (ArticleState::Published, _) => "publish",
        };
        let post_type = match article.kind {
            ArticleKind::Article => "post",
            ArticleKind::Page => "page",
        };
        self.text("wp:post_id", &article.id.to_string())?;
        self.cdata("wp:post_date", &format_datetime(date, self.zone))?;
        self.cdata("wp:post_date_gmt", &date_gmt)?;
        self.cdata("wp:post_modified", &modified)?;
        self.cdata("wp:post_modified_gmt", &modified_gmt)?;
        self.cdata("wp:comment_status", comment_status)?;
        // Broadsheet receives no pingbacks.
        self.cdata("wp:ping_status", "closed")?;
        self.cdata("wp:post_name", &article.slug)?;
        self.cdata("wp:status", status)?;
        // Broadsheet's pages have no parents.
        self.text("wp:post_parent", "0")?;
        self.text("wp:menu_order", "0")?;
        self.cdata("wp:post_type", post_type)?;
        self.cdata("wp:post_password", "")?;
        self.text("wp:is_sticky", if article.pinned { "1" } else { "0" })
    }
}
