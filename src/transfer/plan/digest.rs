//! Hashes of export items and comments, by which an import detects whether they have changed. The hashes are keyed,
//! because they include the commenters' email addresses.

use url::Url;

use crate::crypto::KeyRing;
use crate::transfer::wxr::{WxrComment, WxrItem};

/// Hashes all fields of an item that can change, including its comments.
pub fn digest_item(keys: &KeyRing, item: &WxrItem) -> i64 {
    let comments: Vec<[u8; 8]> = item
        .comments
        .iter()
        // Hashes of the comments instead of their texts: the digest of each is needed anyway.
        .map(|comment| digest_comment(keys, comment).to_le_bytes())
        .collect();
    let id = item.id.to_le_bytes();
    let flags = [
        u8::from(item.comments_open),
        u8::from(item.has_password),
        u8::from(item.is_sticky),
    ];
    // The order is part of the stored digests; a change would mark every article as changed.
    let fields = [
        id.as_slice(),
        flags.as_slice(),
        item.title.as_bytes(),
        item.link.as_bytes(),
        item.creator.as_bytes(),
        item.content.as_bytes(),
        item.excerpt.as_bytes(),
        item.date.as_bytes(),
        item.date_gmt.as_bytes(),
        item.modified_gmt.as_bytes(),
        item.slug.as_bytes(),
        item.status.as_bytes(),
        item.kind.as_bytes(),
    ];
    let terms = item
        .terms
        .iter()
        .flat_map(|term| [term.slug.as_bytes(), term.name.as_bytes()]);
    let comments = comments.iter().map(<[u8; 8]>::as_slice);
    keys.fingerprint(
        "imported article",
        fields
            .into_iter()
            .chain(terms)
            .chain(meta_bytes(&item.meta))
            .chain(comments),
    )
}

/// Hashes all fields of a comment that can change.
pub fn digest_comment(keys: &KeyRing, comment: &WxrComment) -> i64 {
    let id = comment.id.to_le_bytes();
    let parent_id = comment.parent_id.to_le_bytes();
    let fields = [
        id.as_slice(),
        parent_id.as_slice(),
        comment.author.as_bytes(),
        comment.email.as_bytes(),
        comment.url.as_bytes(),
        comment.ip.as_bytes(),
        comment.date.as_bytes(),
        comment.date_gmt.as_bytes(),
        comment.content.as_bytes(),
        comment.approved.as_bytes(),
        comment.kind.as_bytes(),
    ];
    keys.fingerprint(
        "imported comment",
        fields.into_iter().chain(meta_bytes(&comment.meta)),
    )
}

fn meta_bytes(meta: &[(String, String)]) -> impl Iterator<Item = &[u8]> {
    meta.iter()
        .flat_map(|(key, value)| [key.as_bytes(), value.as_bytes()])
}

/// Returns an ID for an item that has no ID in the export. This is the ID in its link or, if the link has none, a
/// negative hash of link, title and date.
pub fn find_item_id(keys: &KeyRing, item: &WxrItem) -> i64 {
    let link = Url::parse(&item.link).ok();
    let linked = link.as_ref().and_then(|link| {
        let mut query = link.query_pairs();
        // WordPress's links by ID, for articles, pages and attachments.
        let is_id = |name: &str| matches!(name, "p" | "page_id" | "attachment_id");
        let (_, value) = query.find(|(name, _)| is_id(name))?;
        value.parse().ok().filter(|id| *id > 0)
    });
    linked.unwrap_or_else(|| {
        // Few fields: the ID must stay the same when the text changes.
        let fields = [
            item.link.as_bytes(),
            item.title.as_bytes(),
            item.date.as_bytes(),
        ];
        negative(keys.fingerprint("imported article", fields))
    })
}

/// Turns a hash into a negative number for use as an ID. WordPress's own IDs are positive.
pub fn negative(hash: i64) -> i64 {
    // The lowest `i64` has no absolute value, and zero stands for a missing ID.
    -hash.saturating_abs().max(1)
}
