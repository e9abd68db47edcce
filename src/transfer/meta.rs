//! The fields beside an article or a comment (`wp:postmeta`, `wp:commentmeta`) that mean something to us: WordPress's
//! own, and ours, in which an export carries what WordPress has no place for.

use crate::articles::Note;
use crate::text::Format;

/// The number of the picture that themes show over an article.
pub const LEADING_PICTURE: &str = "_thumbnail_id";
/// A name that its address ended in once.
pub const OLD_SLUG: &str = "_wp_old_slug";
/// The notes of a footnotes block.
pub const FOOTNOTES: &str = "footnotes";
/// The words for a picture that is not seen.
pub const PICTURE_WORDS: &str = "_wp_attachment_image_alt";
/// How a text was written. Where it is there, the text is HTML that readers saw here.
pub const FORMAT: &str = "_broadsheet_format";
/// The Markdown that this HTML was made from.
pub const MARKDOWN: &str = "_broadsheet_markdown";
/// An article's sources.
pub const SOURCES: &str = "_broadsheet_sources";
/// Why it is a draft.
pub const NOTE: &str = "_broadsheet_note";
/// An older address.
pub const ADDRESS: &str = "_broadsheet_address";
/// Why a comment was judged as it was.
pub const REASONS: &str = "_broadsheet_reasons";

/// The value of a field; empty if it is not there.
pub fn find<'a>(meta: &'a [(String, String)], key: &str) -> &'a str {
    meta.iter()
        .find(|(found, _)| found == key)
        .map_or("", |(_, value)| value)
}

/// How the text was written, if the export is ours.
pub fn format(meta: &[(String, String)]) -> Option<Format> {
    match find(meta, FORMAT) {
        "markdown" => Some(Format::Markdown),
        "html" => Some(Format::Html),
        _ => None,
    }
}

/// The word for that.
pub fn format_word(format: Format) -> &'static str {
    match format {
        Format::Markdown => "markdown",
        Format::Html => "html",
    }
}

/// Why it is a draft, if the export is ours and says so.
pub fn note(meta: &[(String, String)]) -> Option<Note> {
    let word = find(meta, NOTE);
    Note::ALL.into_iter().find(|note| note.word() == word)
}
