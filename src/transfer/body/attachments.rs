//! Finds the WordPress attachments (uploaded files) that the galleries and playlists of a text show.

use super::attributes::ShortcodeAttributes;
use super::shortcodes::{ShortcodePart, split};

/// A file of the WordPress site that a gallery or a playlist may show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    pub id: i64,
    pub url: String,
    /// Alternative text, without HTML.
    pub alt: String,
    /// Caption, which may contain HTML.
    pub caption: String,
    /// Whether the file was uploaded to this article. Otherwise the text only refers to it by its ID.
    pub is_attached: bool,
}

/// The attachments that must be loaded before a text can be converted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NeededAttachments {
    /// WordPress IDs of the attachments that the text refers to.
    pub ids: Vec<i64>,
    /// Whether the text has a gallery or playlist that shows every file uploaded to the article.
    pub all_attached: bool,
}

/// Finds the attachments that must be loaded before this text can be converted.
pub fn find_needed_attachments(raw: &str) -> NeededAttachments {
    let mut needed = NeededAttachments::default();
    for part in split(raw) {
        let ShortcodePart::Known(shortcode) = part else {
            continue;
        };
        if !matches!(shortcode.name, "gallery" | "playlist") {
            continue;
        }
        let ids = parse_attachment_ids(&shortcode.attributes);
        needed.all_attached |= ids.is_empty();
        needed.ids.extend(ids);
    }
    needed.ids.sort_unstable();
    needed.ids.dedup();
    needed
}

/// Returns the attachment IDs that a gallery or playlist lists. If it lists none, it shows all attachments of the
/// article.
pub(super) fn parse_attachment_ids(attributes: &ShortcodeAttributes<'_>) -> Vec<i64> {
    // WordPress overwrites the older attribute `include` with `ids` where both are present.
    ["ids", "include"]
        .into_iter()
        .map(|name| attributes.ids(name))
        .find(|ids| !ids.is_empty())
        .unwrap_or_default()
}
