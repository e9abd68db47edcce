//! Builders of WordPress exports, and their import into a test site.

use std::fs;
use std::path::PathBuf;

use broadsheet::transfer::export::{ExportRequest, write_export};
use broadsheet::transfer::files::InputFiles;
use broadsheet::transfer::import::{ImportOptions, ImportProgress, run_import};
use broadsheet::transfer::report::ImportReport;

use super::TestSite;
use super::cluster::folder;

/// Builds a WordPress export of the site `https://old.example.org` with these XML elements in its channel.
pub fn build_export(inside: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0"
	xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
	<title>The Old Courier</title>
	<link>https://old.example.org</link>
	<description>News &amp;amp; views</description>
	<language>uk</language>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_site_url>https://old.example.org</wp:base_site_url>
	<wp:base_blog_url>https://old.example.org</wp:base_blog_url>
{inside}
</channel>
</rss>
"#
    )
}

/// Item of a WordPress export (an article, a page or an attachment). Tests change single fields.
#[derive(Clone)]
pub struct WordPressItem {
    pub number: i64,
    pub slug: &'static str,
    pub title: &'static str,
    pub link: String,
    pub content: String,
    pub excerpt: &'static str,
    pub creator: &'static str,
    pub date: &'static str,
    pub date_gmt: &'static str,
    pub status: &'static str,
    pub kind: &'static str,
    pub comments: &'static str,
    /// Further XML elements of the item: categories, fields, comments.
    pub more: String,
}

/// Builds an article published in 2012 with this WordPress id.
pub fn build_item(number: i64, slug: &'static str) -> WordPressItem {
    WordPressItem {
        number,
        slug,
        title: slug,
        link: format!("https://old.example.org/2012/06/{slug}/"),
        content: "Some words.".to_owned(),
        excerpt: "",
        creator: "ann",
        date: "2012-06-05 10:00:00",
        date_gmt: "2012-06-05 07:00:00",
        status: "publish",
        kind: "post",
        comments: "open",
        more: String::new(),
    }
}

impl WordPressItem {
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn xml(&self) -> String {
        format!(
            "<item><title>{}</title><link>{}</link><dc:creator><![CDATA[{}]]></dc:creator>
<content:encoded><![CDATA[{}]]></content:encoded><excerpt:encoded><![CDATA[{}]]></excerpt:encoded>
<wp:post_id>{}</wp:post_id><wp:post_date>{}</wp:post_date><wp:post_date_gmt>{}</wp:post_date_gmt>
<wp:comment_status>{}</wp:comment_status><wp:post_name>{}</wp:post_name><wp:status>{}</wp:status>
<wp:post_type>{}</wp:post_type>{}</item>\n",
            self.title,
            self.link,
            self.creator,
            self.content,
            self.excerpt,
            self.number,
            self.date,
            self.date_gmt,
            self.comments,
            self.slug,
            self.status,
            self.kind,
            self.more
        )
    }
}

/// Builds a comment of 2012 with this WordPress id. The minute of its date is the id modulo 60.
pub fn build_comment(number: i64, author: &str, approved: &str, more: &str) -> String {
    let word = author.split('@').next().unwrap_or_default().to_lowercase();
    format!(
        "<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[{author}]]></wp:comment_author>
<wp:comment_author_email>{}@example.org</wp:comment_author_email><wp:comment_author_url>https://{word}.example/</wp:comment_author_url>
<wp:comment_author_IP>192.0.2.77</wp:comment_author_IP>
<wp:comment_date>2012-06-06 10:{:02}:00</wp:comment_date><wp:comment_date_gmt>2012-06-06 07:{:02}:00</wp:comment_date_gmt>
<wp:comment_content><![CDATA[Words of {word}.]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>
<wp:comment_type></wp:comment_type>{more}</wp:comment>",
        author.to_lowercase(),
        number % 60,
        number % 60,
    )
}

/// Builds the XML element that makes a comment a reply to the comment with this WordPress id.
pub fn build_comment_parent(number: i64) -> String {
    format!("<wp:comment_parent>{number}</wp:comment_parent>")
}

/// Writes these bytes to a temporary file and returns its path.
pub fn write_export_file(bytes: impl AsRef<[u8]>) -> PathBuf {
    let file = folder("wxr").join("export.xml");
    fs::write(&file, bytes).expect("the export file is written");
    file
}

struct SilentProgress;

impl ImportProgress for SilentProgress {
    fn on_resume(&self, _: i64, _: &str) {}
    fn on_scanned(&self, _: u64) {}
    fn on_written(&self, _: u64) {}
}

impl TestSite {
    /// Imports a WordPress export into this site with the default options.
    pub async fn import(&self, xml: &str) -> ImportReport {
        self.import_with(xml, |_| {})
            .await
            .expect("the import succeeds")
    }

    pub async fn import_with(
        &self,
        xml: &str,
        change: impl FnOnce(&mut ImportOptions),
    ) -> anyhow::Result<ImportReport> {
        self.import_files(&[write_export_file(xml)], change).await
    }

    pub async fn import_files(
        &self,
        files: &[PathBuf],
        change: impl FnOnce(&mut ImportOptions),
    ) -> anyhow::Result<ImportReport> {
        let files = InputFiles::open(files)?;
        let mut options = ImportOptions {
            dry_run: false,
            uploads_folder: None,
            media_folder: PathBuf::from("nowhere"),
            zone: None,
            base_url: self.app.config.absolute_url(""),
        };
        change(&mut options);
        let app = &self.app;
        let progress = SilentProgress;
        run_import(&app.pool, &app.keys, &app.clock, files, &options, &progress).await
    }

    /// Exports this site to a string.
    pub async fn export(&self, with_emails: bool) -> String {
        let publication = self
            .app
            .load_publication()
            .await
            .expect("the publication is read");
        let request = ExportRequest {
            publication: &publication,
            base_url: self.app.config.absolute_url(""),
            keys: &self.app.keys,
            with_emails,
            now: self.now(),
        };
        let mut db = self.app.pool.acquire().await.expect("a connection");
        let mut written = Vec::new();
        write_export(&mut db, &request, &mut written)
            .await
            .expect("the export succeeds");
        String::from_utf8(written).expect("the export is valid UTF-8")
    }
}
