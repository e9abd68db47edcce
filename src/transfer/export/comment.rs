//! Writes comments and linkbacks (pingbacks and trackbacks) to a WordPress export.

use std::io::Write;

use anyhow::Context;
use jiff::tz::TimeZone;

use super::ExportRequest;
use super::xml::{WxrWriter, escape_html};
use crate::commenters;
use crate::comments::Status;
use crate::text::markdown;
use crate::transfer::dates::format_datetime;
use crate::transfer::meta;
use crate::transfer::store::export::ExportedComment;

const META_ELEMENT: &str = "wp:commentmeta";

impl<W: Write> WxrWriter<'_, W> {
    pub(super) fn write_comment(
        &mut self,
        request: &ExportRequest<'_>,
        comment: &ExportedComment,
    ) -> anyhow::Result<()> {
        let approved = match comment.status {
            Status::Approved => "1",
            Status::Held => "0",
            Status::Spam => "spam",
            Status::Trashed => "trash",
        };
        let email = match (&comment.email_hash, &comment.email_sealed) {
            (Some(hash), Some(sealed)) if request.with_emails => Some(
                commenters::open_for_export(request.keys, hash, sealed).with_context(|| {
                    format!(
                        "the email of comment {} cannot be decrypted; set BROADSHEET_SECRET_KEY_FILE to the file with the right key",
                        comment.id
                    )
                })?,
            ),
            _ => None,
        };
        let website = comment.website.as_deref().unwrap_or_default();
        let date = format_datetime(comment.created_at, self.zone);
        let date_gmt = format_datetime(comment.created_at, &TimeZone::UTC);
        let parent_id = comment.parent_id.unwrap_or_default();
        self.open("wp:comment")?;
        self.text("wp:comment_id", &comment.id.to_string())?;
        self.cdata("wp:comment_author", &escape_html(&comment.name))?;
        self.cdata(
            "wp:comment_author_email",
            email.as_ref().map_or("", |email| email),
        )?;
        self.text("wp:comment_author_url", website)?;
        // Left out on purpose: networks are stored for a limited time, which an export would outlive.
        self.cdata("wp:comment_author_IP", "")?;
        self.cdata("wp:comment_date", &date)?;
        self.cdata("wp:comment_date_gmt", &date_gmt)?;
        let content = markdown::absolutize_paths(&comment.body_html, &request.base_url);
        self.cdata("wp:comment_content", &content)?;
        self.cdata("wp:comment_approved", approved)?;
        self.cdata("wp:comment_type", &comment.kind)?;
        self.text("wp:comment_parent", &parent_id.to_string())?;
        self.text("wp:comment_user_id", "0")?;
        if let Some(format) = comment.format {
            self.source_meta(META_ELEMENT, format, &comment.body)?;
        }
        if comment.format.is_some() {
            self.meta(META_ELEMENT, meta::GUID, &request.comment_guid(comment))?;
        }
        if !comment.reasons.is_empty() {
            self.meta(META_ELEMENT, meta::REASONS, &comment.reasons)?;
        }
        self.close("wp:comment")
    }
}
