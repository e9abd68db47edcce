//! Produces the text of an imported article. WordPress's HTML is converted. A text that Broadsheet exported is restored
//! unchanged.

use super::context::PlanContext;
use super::fields::remove_unreadable;
use crate::articles::limits;
use crate::text::{BodyFormat, SafeHtml, markdown};
use crate::transfer::body::{self, Attachment};
use crate::transfer::meta;
use crate::transfer::report::ImportReport;
use crate::transfer::wxr::WxrItem;

/// The text of an article as it will be stored.
pub struct ArticleText {
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
    /// Whether the text may show uploaded files that a later import could copy from the WordPress site.
    pub may_show_uploads: bool,
}

/// Converts the text of an export item. If the text is too long, the error says so.
pub fn convert_text(
    context: &PlanContext<'_>,
    item: &WxrItem,
    attachments: &[Attachment],
    featured_image: Option<&Attachment>,
    report: &mut ImportReport,
) -> Result<ArticleText, String> {
    if let Some(format) = exported_format(item) {
        return restore_text(context, item, format);
    }
    let content = item.content.as_str();
    let mut converted = body::convert_article(content, attachments);
    if let Some(notes) = body::render_footnotes(meta::find(&item.meta, meta::FOOTNOTES)) {
        converted.html.push_str(&notes);
        // The block itself is empty; its notes are in the field.
        converted.removed_blocks.retain(|name| name != "footnotes");
    }
    for name in converted.unknown_shortcodes {
        *report.shortcodes.entry(name).or_default() += 1;
    }
    for name in converted.removed_blocks {
        *report.blocks.entry(name).or_default() += 1;
    }
    if let Some(image) = featured_image {
        let figure = context.url_map.render_featured_image(image, content);
        converted.html.insert_str(0, &figure);
    }
    let rewrite = |url: &str| context.url_map.rewrite(url);
    // After the conversion, which may bring such characters out of entities.
    let html = remove_unreadable(converted.html);
    let body_html = markdown::sanitize_article(&html, &rewrite);
    check_length(body_html.as_str())?;
    Ok(ArticleText {
        body: body_html.as_str().to_owned(),
        format: BodyFormat::Html,
        body_html,
        may_show_uploads: context.url_map.copier.has_uploads(),
    })
}

/// Restores the text of an article that Broadsheet exported. The content of the item is the HTML that readers saw, with
/// absolute URLs.
fn restore_text(
    context: &PlanContext<'_>,
    item: &WxrItem,
    format: BodyFormat,
) -> Result<ArticleText, String> {
    let to_path = |url: &str| context.url_map.site_path(url);
    let body_html = markdown::sanitize_article(&item.content, &to_path);
    check_length(body_html.as_str())?;
    let source = meta::find(&item.meta, meta::MARKDOWN);
    check_length(source)?;
    let restored = |body, format, body_html| ArticleText {
        body,
        format,
        body_html,
        may_show_uploads: false,
    };
    // The Markdown is only trusted if it still renders to the same HTML; WordPress may have changed that since.
    if format == BodyFormat::Markdown {
        let rendered = markdown::render_article(source);
        if markdown::sanitize_article(rendered.as_str(), &to_path) == body_html {
            return Ok(restored(source.to_owned(), format, rendered));
        }
    }
    let body = body_html.as_str().to_owned();
    Ok(restored(body, BodyFormat::Html, body_html))
}

fn check_length(text: &str) -> Result<(), String> {
    if text.len() > limits::BODY_BYTES {
        return Err(format!(
            "its text is longer than {} bytes, the limit of an article",
            limits::BODY_BYTES
        ));
    }
    Ok(())
}

/// Returns the format in which an article was written on a Broadsheet site. Returns `None` if the item comes from
/// WordPress, or if WordPress's block editor has changed the text since.
pub fn exported_format(item: &WxrItem) -> Option<BodyFormat> {
    meta::find_format(&item.meta).filter(|_| !item.content.contains("<!-- wp:"))
}
