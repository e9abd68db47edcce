//! Writes the site as a WXR 1.2 file that WordPress can import. Data that WordPress has no field for goes into additional
//! fields, so that importing the file into Broadsheet restores articles, comments and paths. The file does not contain
//! earlier revisions, IP networks of commenters, or the IDs and slugs that the content had on a WordPress site before.

mod article;
mod attachment;
mod comment;
mod header;
mod xml;

use std::collections::HashMap;
use std::io::Write;

use anyhow::Context;
use sqlx::{Connection, PgConnection};

use super::store;
use super::store::export::{ExportedArticle, ExportedComment};
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::publication::Publication;
use attachment::Attachments;
use xml::WxrWriter;

/// Settings of an export that is to be written.
pub struct ExportRequest<'a> {
    pub publication: &'a Publication,
    /// URL of this site, without a slash at the end.
    pub base_url: String,
    /// Keys that decrypt the email addresses of commenters.
    pub keys: &'a KeyRing,
    /// Whether the export contains the email addresses of commenters.
    pub with_emails: bool,
    pub now: Ts,
}

impl ExportRequest<'_> {
    /// Returns the guid of an article in feeds.
    fn article_guid(&self, article: &ExportedArticle) -> String {
        let stored = article.guid.clone();
        stored.unwrap_or_else(|| format!("{}/#article-{}", self.guid_base(), article.id))
    }

    /// Returns the guid of a comment in feeds.
    fn comment_guid(&self, comment: &ExportedComment) -> String {
        let stored = comment.guid.clone();
        stored.unwrap_or_else(|| format!("{}/comments/{}", self.guid_base(), comment.id))
    }

    fn guid_base(&self) -> &str {
        self.publication
            .guid_base
            .as_deref()
            .unwrap_or(&self.base_url)
    }
}

/// Writes all content of the site to an export file. All data comes from the same point in time.
pub async fn write_export(
    db: &mut PgConnection,
    request: &ExportRequest<'_>,
    out: impl Write,
) -> anyhow::Result<()> {
    store::session::disable_statement_timeout(db).await?;
    let mut db = db
        // One snapshot for all pages of the export, while the site goes on writing.
        .begin_with("begin isolation level repeatable read, read only")
        .await?;
    let mut wxr = WxrWriter::new(out, &request.publication.zone);
    wxr.write_header(request)?;
    // WordPress's importer wants IDs of authors and topics; they have a meaning within this file only.
    for (id, author) in (1..).zip(store::export::list_authors(&mut db).await?) {
        wxr.write_author(id, &author)?;
    }
    for (id, topic) in (1..).zip(store::export::list_topics(&mut db).await?) {
        wxr.write_topic(id, &topic)?;
    }
    let mut last_article = i64::MIN;
    let mut attachments = Attachments::default();
    loop {
        let articles = store::export::list_articles(&mut db, last_article).await?;
        let Some(newest) = articles.last() else { break };
        last_article = newest.id;
        let ids: Vec<i64> = articles.iter().map(|article| article.id).collect();
        // Two queries per page of articles, not per article.
        let mut topics = group_by_article(store::export::list_article_topics(&mut db, &ids).await?);
        let mut paths = group_by_article(store::export::list_old_paths(&mut db, &ids).await?);
        for article in &articles {
            let topics = topics.remove(&article.id).unwrap_or_default();
            let paths = paths.remove(&article.id).unwrap_or_default();
            wxr.open("item")?;
            wxr.write_article(request, article, &topics, &paths)?;
            attachments.add(article);
            let mut last_comment = i64::MIN;
            loop {
                let comments =
                    store::export::list_comments(&mut db, article.id, last_comment).await?;
                let Some(newest) = comments.last() else { break };
                last_comment = newest.id;
                for comment in &comments {
                    wxr.write_comment(request, comment)?;
                }
            }
            wxr.close("item")?;
        }
    }
    wxr.write_attachments(request, &attachments)?;
    wxr.close("channel")?;
    wxr.close("rss")?;
    wxr.finish().context("writing the export")
}

fn group_by_article<T>(rows: Vec<(i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut grouped: HashMap<i64, Vec<T>> = HashMap::new();
    for (article, row) in rows {
        grouped.entry(article).or_default().push(row);
    }
    grouped
}
