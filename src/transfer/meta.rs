//! Fields beside an article or a comment (`wp:postmeta`, `wp:commentmeta`) that an import uses: WordPress's own, and the
//! ones in which Broadsheet's exports keep what WordPress has no place for.

use crate::articles::DraftReason;
use crate::text::BodyFormat;

/// ID of the featured image, which themes show over an article.
pub const FEATURED_IMAGE: &str = "_thumbnail_id";
/// A former slug, one field for each.
pub const OLD_SLUG: &str = "_wp_old_slug";
/// The notes of the footnotes block, as JSON.
pub const FOOTNOTES: &str = "footnotes";
/// Alternative text of an image.
pub const IMAGE_ALT: &str = "_wp_attachment_image_alt";
/// Format in which a text was written. Its presence means that the text is the HTML that Broadsheet showed.
pub const FORMAT: &str = "_broadsheet_format";
/// The Markdown from which that HTML was rendered.
pub const MARKDOWN: &str = "_broadsheet_markdown";
pub const SOURCES: &str = "_broadsheet_sources";
/// Reason why an article is a draft.
pub const NOTE: &str = "_broadsheet_note";
/// A former path, one field for each.
pub const OLD_PATH: &str = "_broadsheet_address";
/// Reasons of a comment's screening, one per line.
pub const REASONS: &str = "_broadsheet_reasons";

/// Returns the value of a field, or an empty string.
pub fn find<'a>(meta: &'a [(String, String)], key: &str) -> &'a str {
    meta.iter()
        .find(|(found, _)| found == key)
        .map_or("", |(_, value)| value)
}

/// Returns the format of the text, if Broadsheet exported it.
pub fn find_format(meta: &[(String, String)]) -> Option<BodyFormat> {
    match find(meta, FORMAT) {
        "markdown" => Some(BodyFormat::Markdown),
        "html" => Some(BodyFormat::Html),
        _ => None,
    }
}

/// Returns the value that [`find_format`] reads.
pub fn format_value(format: BodyFormat) -> &'static str {
    match format {
        BodyFormat::Markdown => "markdown",
        BodyFormat::Html => "html",
    }
}

/// Returns why the article is a draft, if Broadsheet exported it with a reason.
pub fn find_note(meta: &[(String, String)]) -> Option<DraftReason> {
    let word = find(meta, NOTE);
    DraftReason::ALL
        .into_iter()
        .find(|note| note.as_str() == word)
}
