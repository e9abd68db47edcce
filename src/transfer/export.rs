//! Writes everything as WXR 1.2, which WordPress's own importer takes. What WordPress has no place for goes along in
//! fields of our own, so that an import of ours gives the same articles, comments and addresses. Not in it are earlier
//! revisions, the networks that replies came from, and the numbers and names that things had in a WordPress before.

use std::collections::HashMap;
use std::io::Write;

use anyhow::Context;
use jiff::tz::TimeZone;
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use sqlx::{Connection, PgConnection};

use super::dates::written;
use super::export_store::{self as store, Article, Comment};
use super::meta;
use crate::articles::{Kind, State, TopicKind};
use crate::clock::Ts;
use crate::commenters;
use crate::comments::Status;
use crate::crypto::Keys;
use crate::publication::Publication;
use crate::text::{Format, dates, input};

/// How WordPress writes that there is no moment.
const NO_MOMENT: &str = "0000-00-00 00:00:00";

/// What is exported, and as what.
pub struct Export<'a> {
    /// The publication.
    pub publication: &'a Publication,
    /// The site's address, without a slash at the end.
    pub base: String,
    /// What opens sealed addresses.
    pub keys: &'a Keys,
    /// Whether readers' addresses are written.
    pub with_emails: bool,
    /// Now.
    pub now: Ts,
}

/// Writes everything, as it was in one moment.
pub async fn export(
    db: &mut PgConnection,
    what: &Export<'_>,
    out: impl Write,
) -> anyhow::Result<()> {
    store::take_all_the_time(db).await?;
    let mut db = db
        .begin_with("begin isolation level repeatable read, read only")
        .await?;
    let mut wxr = Wxr {
        xml: Writer::new(out),
        zone: &what.publication.zone,
    };
    wxr.head(what)?;
    for (number, author) in (1..).zip(store::authors(&mut db).await?) {
        wxr.author(number, &author)?;
    }
    for (number, topic) in (1..).zip(store::topics(&mut db).await?) {
        wxr.topic(number, &topic)?;
    }
    let mut last = i64::MIN;
    loop {
        let articles = store::articles(&mut db, last).await?;
        let Some(newest) = articles.last() else { break };
        last = newest.id;
        let ids: Vec<i64> = articles.iter().map(|article| article.id).collect();
        let mut topics = by_article(store::topics_of(&mut db, &ids).await?);
        let mut paths = by_article(store::old_paths(&mut db, &ids).await?);
        for article in &articles {
            let topics = topics.remove(&article.id).unwrap_or_default();
            let paths = paths.remove(&article.id).unwrap_or_default();
            wxr.begin_article(what, article, &topics, &paths)?;
            let mut last = i64::MIN;
            loop {
                let comments = store::comments(&mut db, article.id, last).await?;
                let Some(newest) = comments.last() else { break };
                last = newest.id;
                for comment in &comments {
                    wxr.comment(what, comment)?;
                }
            }
            wxr.end("item")?;
        }
    }
    wxr.end("channel")?;
    wxr.end("rss")?;
    wxr.xml.into_inner().flush().context("writing the export")?;
    Ok(())
}

fn by_article<T>(rows: Vec<(i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut grouped: HashMap<i64, Vec<T>> = HashMap::new();
    for (article, row) in rows {
        grouped.entry(article).or_default().push(row);
    }
    grouped
}

struct Wxr<'a, W: Write> {
    xml: Writer<W>,
    zone: &'a TimeZone,
}

impl<W: Write> Wxr<'_, W> {
    fn head(&mut self, what: &Export<'_>) -> anyhow::Result<()> {
        let publication = what.publication;
        self.xml
            .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.line()?;
        let rss = BytesStart::new("rss").with_attributes([
            ("version", "2.0"),
            ("xmlns:excerpt", "http://wordpress.org/export/1.2/excerpt/"),
            ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:wp", "http://wordpress.org/export/1.2/"),
            ("xmlns:broadsheet", super::wxr::OUR_NAMESPACE),
        ]);
        self.xml.write_event(Event::Start(rss))?;
        self.line()?;
        self.begin("channel")?;
        self.text("title", &escape(&publication.title))?;
        self.text("link", &what.base)?;
        self.text("description", &escape(&publication.tagline))?;
        self.text("pubDate", &dates::format_rfc2822(what.now))?;
        self.text("language", publication.language.code())?;
        self.text("wp:wxr_version", "1.2")?;
        self.text("wp:base_site_url", &what.base)?;
        self.text("wp:base_blog_url", &what.base)?;
        self.text("broadsheet:time_zone", publication.zone_name())?;
        self.text("broadsheet:permalink", &publication.permalink.to_string())
    }

    /// Numbers of authors and topics are only for this file: WordPress's importer asks for some.
    fn author(&mut self, number: i64, author: &store::Author) -> anyhow::Result<()> {
        self.begin("wp:author")?;
        self.text("wp:author_id", &number.to_string())?;
        self.data("wp:author_login", &author.handle)?;
        self.data("wp:author_email", "")?;
        self.data("wp:author_display_name", &escape(&author.name))?;
        self.data("wp:author_first_name", "")?;
        self.data("wp:author_last_name", "")?;
        self.end("wp:author")
    }

    fn topic(&mut self, number: i64, topic: &store::Topic) -> anyhow::Result<()> {
        let (element, slug, name, description) = match topic.kind {
            TopicKind::Category => (
                "wp:category",
                "wp:category_nicename",
                "wp:cat_name",
                "wp:category_description",
            ),
            TopicKind::Tag => ("wp:tag", "wp:tag_slug", "wp:tag_name", "wp:tag_description"),
        };
        self.begin(element)?;
        self.text("wp:term_id", &number.to_string())?;
        self.data(slug, &topic.slug)?;
        if topic.kind == TopicKind::Category {
            self.data("wp:category_parent", "")?;
        }
        self.data(name, &escape(&topic.name))?;
        self.data(description, &escape(&topic.description))?;
        self.end(element)
    }

    fn begin_article(
        &mut self,
        what: &Export<'_>,
        article: &Article,
        topics: &[store::Topic],
        paths: &[String],
    ) -> anyhow::Result<()> {
        let at = article.published_at.unwrap_or(article.created_at);
        let is_published = article.state == State::Published;
        let plain = match article.kind {
            Kind::Article => format!("{}/?p={}", what.base, article.id),
            Kind::Page => format!("{}/?page_id={}", what.base, article.id),
        };
        let link = match &article.path {
            Some(path) if is_published => format!("{}{path}", what.base),
            _ => plain.clone(),
        };
        let moment = match article.published_at {
            Some(at) => written(at, &TimeZone::UTC),
            None => NO_MOMENT.to_owned(),
        };
        let status = match (article.state, article.published_at) {
            (State::Draft, _) => "draft",
            (State::Published, Some(at)) if at > what.now => "future",
            (State::Published, _) => "publish",
        };
        self.begin("item")?;
        self.data("title", &escape(&article.title))?;
        self.text("link", &link)?;
        self.text("pubDate", &dates::format_rfc2822(at))?;
        self.data("dc:creator", &article.author)?;
        self.xml
            .create_element("guid")
            .with_attribute(("isPermaLink", "false"))
            .write_text_content(BytesText::new(&plain))?;
        self.line()?;
        self.text("description", "")?;
        self.data("content:encoded", &article.body_html)?;
        self.data("excerpt:encoded", &escape(&article.standfirst))?;
        self.text("wp:post_id", &article.id.to_string())?;
        self.data("wp:post_date", &written(at, self.zone))?;
        self.data("wp:post_date_gmt", &moment)?;
        self.data("wp:post_modified", &written(article.updated_at, self.zone))?;
        self.data(
            "wp:post_modified_gmt",
            &written(article.updated_at, &TimeZone::UTC),
        )?;
        let open = if article.replies_open {
            "open"
        } else {
            "closed"
        };
        self.data("wp:comment_status", open)?;
        self.data("wp:ping_status", "closed")?;
        self.data("wp:post_name", &article.slug)?;
        self.data("wp:status", status)?;
        self.text("wp:post_parent", "0")?;
        self.text("wp:menu_order", "0")?;
        let kind = match article.kind {
            Kind::Article => "post",
            Kind::Page => "page",
        };
        self.data("wp:post_type", kind)?;
        self.data("wp:post_password", "")?;
        self.text("wp:is_sticky", if article.pinned { "1" } else { "0" })?;
        for topic in topics {
            let domain = match topic.kind {
                TopicKind::Category => "category",
                TopicKind::Tag => "post_tag",
            };
            self.xml
                .create_element("category")
                .with_attributes([("domain", domain), ("nicename", topic.slug.as_str())])
                .write_text_content(BytesText::new(&readable(&escape(&topic.name))))?;
            self.line()?;
        }
        let source = (article.format, article.body.as_str());
        for (key, value) in source_fields(source) {
            self.field("wp:postmeta", key, value)?;
        }
        if !article.sources.is_empty() {
            self.field("wp:postmeta", meta::SOURCES, &article.sources)?;
        }
        if let Some(note) = article.note.filter(|_| article.state == State::Draft) {
            self.field("wp:postmeta", meta::NOTE, note.word())?;
        }
        for path in paths {
            self.field("wp:postmeta", meta::ADDRESS, path)?;
        }
        Ok(())
    }

    fn comment(&mut self, what: &Export<'_>, comment: &Comment) -> anyhow::Result<()> {
        let approved = match comment.status {
            Status::Approved => "1",
            Status::Held => "0",
            Status::Spam => "spam",
            Status::Trashed => "trash",
        };
        let email = match (&comment.email_hash, &comment.email_sealed) {
            (Some(hash), Some(sealed)) if what.with_emails => Some(
                commenters::open_for_export(what.keys, hash, sealed)
                    .context("a reader's address does not open with this secret key")?,
            ),
            _ => None,
        };
        self.begin("wp:comment")?;
        self.text("wp:comment_id", &comment.id.to_string())?;
        self.data("wp:comment_author", &escape(&comment.name))?;
        self.data(
            "wp:comment_author_email",
            email.as_ref().map_or("", |email| email),
        )?;
        self.text(
            "wp:comment_author_url",
            comment.website.as_deref().unwrap_or_default(),
        )?;
        self.data("wp:comment_author_IP", "")?;
        self.data("wp:comment_date", &written(comment.created_at, self.zone))?;
        self.data(
            "wp:comment_date_gmt",
            &written(comment.created_at, &TimeZone::UTC),
        )?;
        self.data("wp:comment_content", &comment.body_html)?;
        self.data("wp:comment_approved", approved)?;
        self.data("wp:comment_type", &comment.kind)?;
        self.text(
            "wp:comment_parent",
            &comment.parent_id.unwrap_or_default().to_string(),
        )?;
        self.text("wp:comment_user_id", "0")?;
        if let Some(format) = comment.format {
            for (key, value) in source_fields((format, &comment.body)) {
                self.field("wp:commentmeta", key, value)?;
            }
        }
        if !comment.reasons.is_empty() {
            self.field("wp:commentmeta", meta::REASONS, &comment.reasons)?;
        }
        self.end("wp:comment")
    }

    fn field(&mut self, element: &str, key: &str, value: &str) -> anyhow::Result<()> {
        self.begin(element)?;
        self.data("wp:meta_key", key)?;
        self.data("wp:meta_value", value)?;
        self.end(element)
    }

    fn begin(&mut self, name: &str) -> anyhow::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new(name)))?;
        self.line()
    }

    fn end(&mut self, name: &str) -> anyhow::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))?;
        self.line()
    }

    fn text(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        self.xml
            .create_element(name)
            .write_text_content(BytesText::new(&readable(text)))?;
        self.line()
    }

    /// Long text and text with marks in it, as it is.
    fn data(&mut self, name: &str, text: &str) -> anyhow::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new(name)))?;
        for piece in BytesCData::escaped(&readable(text)) {
            self.xml.write_event(Event::CData(piece))?;
        }
        self.end(name)
    }

    fn line(&mut self) -> anyhow::Result<()> {
        self.xml.get_mut().write_all(b"\n")?;
        Ok(())
    }
}

/// WordPress takes titles and names for HTML.
fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    quick_xml::escape::partial_escape(text)
}

/// XML has no place for some characters, which no text here should hold.
fn readable(text: &str) -> std::borrow::Cow<'_, str> {
    if input::has_invalid_chars(text) {
        input::strip_invalid_chars(text).into()
    } else {
        text.into()
    }
}

/// How a text was written, and the Markdown that its HTML was made from.
fn source_fields((format, source): (Format, &str)) -> Vec<(&'static str, &str)> {
    let mut fields = vec![(meta::FORMAT, meta::format_word(format))];
    if format == Format::Markdown {
        fields.push((meta::MARKDOWN, source));
    }
    fields
}
