//! Names of the meta fields (`wp:postmeta`, `wp:commentmeta`) that an import reads. Some are WordPress's own. The others
//! are written by Broadsheet's exports for data that WordPress has no field for.

use crate::articles::DraftReason;
use crate::text::BodyFormat;

/// Key of the WordPress meta field with the ID of the featured image, which WordPress themes show above an article.
pub const FEATURED_IMAGE: &str = "_thumbnail_id";
/// Key of the WordPress meta field with a former slug of an article. An article has one such field for each former slug.
pub const OLD_SLUG: &str = "_wp_old_slug";
/// Key of the WordPress meta field with the notes of the footnotes block, as JSON.
pub const FOOTNOTES: &str = "footnotes";
/// Key of the WordPress meta field with the alternative text of an image.
pub const IMAGE_ALT: &str = "_wp_attachment_image_alt";
/// Key of the WordPress meta field with the path of an uploaded file in the uploads folder.
pub const ATTACHED_FILE: &str = "_wp_attached_file";
/// Key of the meta field with the format in which a text was written. If an item has this field, Broadsheet exported its
/// text, as the HTML that readers saw.
pub const FORMAT: &str = "_broadsheet_format";
/// Key of the meta field in which Broadsheet exports the Markdown source of a text.
pub const MARKDOWN: &str = "_broadsheet_markdown";
pub const SOURCES: &str = "_broadsheet_sources";
/// Key of the meta field in which Broadsheet exports the reason why an article is a draft.
pub const NOTE: &str = "_broadsheet_note";
/// Key of the meta field in which Broadsheet exports a former path of an article. An article has one such field for each
/// former path.
pub const OLD_PATH: &str = "_broadsheet_address";
/// Key of the meta field in which Broadsheet exports the reasons that automatic screening gave for the status of a
/// comment, one per line.
pub const REASONS: &str = "_broadsheet_reasons";

/// Key of the meta field in which Broadsheet exports the guid of an article or comment in feeds. Exports of earlier versions
/// lack it, and their element `guid` is not what feeds contained.
pub const GUID: &str = "_broadsheet_guid";
/// Key of the meta field in which Broadsheet exports the time at which the words of an article changed after publication.
pub const REVISED_AT: &str = "_broadsheet_revised_at";

/// Returns the value of the first meta field with this key, or an empty string if there is none.
pub fn find<'a>(meta: &'a [(String, String)], key: &str) -> &'a str {
    meta.iter()
        .find(|(found, _)| found == key)
        .map_or("", |(_, value)| value)
}

/// Returns the format in which an exported text was written. Returns `None` if the text was not exported by Broadsheet.
pub fn find_format(meta: &[(String, String)]) -> Option<BodyFormat> {
    match find(meta, FORMAT) {
        "markdown" => Some(BodyFormat::Markdown),
        "html" => Some(BodyFormat::Html),
        _ => None,
    }
}

/// Returns the text that represents a format in an export. The function [`find_format`] reads it.
pub fn format_value(format: BodyFormat) -> &'static str {
    match format {
        BodyFormat::Markdown => "markdown",
        BodyFormat::Html => "html",
    }
}

/// Returns the reason why an article is a draft. Returns `None` if the export does not give one.
pub fn find_note(meta: &[(String, String)]) -> Option<DraftReason> {
    find(meta, NOTE).parse().ok()
}
