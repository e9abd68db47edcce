//! Parses the entries of a WordPress export. Their elements may be missing or in any order, and unknown elements are
//! skipped.

use std::io::Read;

use super::markup::XmlNamespace::{self, Content, Dc, Excerpt, Rss, Wp};
use super::xml::{XmlToken, XmlTokens};
use super::{
    WxrAuthor, WxrComment, WxrEntry, WxrError, WxrErrorKind, WxrItem, WxrItemTerm, WxrTerm,
};
use crate::articles::TopicKind;

/// Keys of WordPress's own meta fields that an import uses.
const WORDPRESS_FIELDS: [&str; 4] = [
    "_thumbnail_id",
    "_wp_old_slug",
    "_wp_attachment_image_alt",
    "footnotes",
];
/// Prefix of the keys of meta fields that Broadsheet's exports write.
const BROADSHEET_FIELD_PREFIX: &str = "_broadsheet_";

/// Parses the entry whose start tag was just read. If the element is not an entry, skips it and returns `None`.
pub(super) fn read_entry<R: Read>(
    xml: &mut XmlTokens<R>,
    namespace: XmlNamespace,
) -> Result<Option<WxrEntry>, WxrError> {
    Ok(match (namespace, xml.name()) {
        (Rss, "item") => Some(WxrEntry::Item(read_item(xml)?)),
        (Wp, "author") => Some(WxrEntry::Author(read_author(xml)?)),
        (Wp, "category") => Some(WxrEntry::Term(read_category(xml)?)),
        (Wp, "tag") => Some(WxrEntry::Term(read_tag(xml)?)),
        (Wp, "term") => read_term(xml)?.map(WxrEntry::Term),
        _ => {
            xml.skip()?;
            None
        }
    })
}

fn read_author<R: Read>(xml: &mut XmlTokens<R>) -> Result<WxrAuthor, WxrError> {
    let mut author = WxrAuthor::default();
    while let XmlToken::Open(namespace) = xml.next_token(None)? {
        match (namespace, xml.name()) {
            (Wp, "author_login") => xml.read_trimmed(&mut author.login)?,
            (Wp, "author_display_name") => xml.read_trimmed(&mut author.display_name)?,
            (Wp, "author_first_name") => xml.read_trimmed(&mut author.first_name)?,
            (Wp, "author_last_name") => xml.read_trimmed(&mut author.last_name)?,
            _ => xml.skip()?,
        }
    }
    Ok(author)
}

fn read_category<R: Read>(xml: &mut XmlTokens<R>) -> Result<WxrTerm, WxrError> {
    let mut term = WxrTerm::of_kind(TopicKind::Category);
    while let XmlToken::Open(namespace) = xml.next_token(None)? {
        match (namespace, xml.name()) {
            (Wp, "category_nicename") => xml.read_trimmed(&mut term.slug)?,
            (Wp, "cat_name") => xml.read_trimmed(&mut term.name)?,
            (Wp, "category_description") => xml.read_trimmed(&mut term.description)?,
            (Wp, "category_parent") => xml.read_trimmed(&mut term.parent)?,
            _ => xml.skip()?,
        }
    }
    Ok(term)
}

fn read_tag<R: Read>(xml: &mut XmlTokens<R>) -> Result<WxrTerm, WxrError> {
    let mut term = WxrTerm::of_kind(TopicKind::Tag);
    while let XmlToken::Open(namespace) = xml.next_token(None)? {
        match (namespace, xml.name()) {
            (Wp, "tag_slug") => xml.read_trimmed(&mut term.slug)?,
            (Wp, "tag_name") => xml.read_trimmed(&mut term.name)?,
            (Wp, "tag_description") => xml.read_trimmed(&mut term.description)?,
            _ => xml.skip()?,
        }
    }
    Ok(term)
}

/// Parses the name of a WordPress taxonomy. Returns `None` for taxonomies that are not imported.
fn parse_taxonomy(taxonomy: &str) -> Option<TopicKind> {
    match taxonomy {
        "category" => Some(TopicKind::Category),
        // WXR 1.0 writes `tag` inside items.
        "post_tag" | "tag" => Some(TopicKind::Tag),
        _ => None,
    }
}

/// Parses a category, a tag or another WordPress term. Returns `None` if its taxonomy is not imported.
fn read_term<R: Read>(xml: &mut XmlTokens<R>) -> Result<Option<WxrTerm>, WxrError> {
    let mut taxonomy = String::new();
    let mut term = WxrTerm::of_kind(TopicKind::Tag);
    while let XmlToken::Open(namespace) = xml.next_token(None)? {
        match (namespace, xml.name()) {
            (Wp, "term_taxonomy") => xml.read_trimmed(&mut taxonomy)?,
            (Wp, "term_slug") => xml.read_trimmed(&mut term.slug)?,
            (Wp, "term_name") => xml.read_trimmed(&mut term.name)?,
            (Wp, "term_description") => xml.read_trimmed(&mut term.description)?,
            (Wp, "term_parent") => xml.read_trimmed(&mut term.parent)?,
            _ => xml.skip()?,
        }
    }
    Ok(parse_taxonomy(&taxonomy).map(|kind| WxrTerm { kind, ..term }))
}

fn read_item<R: Read>(xml: &mut XmlTokens<R>) -> Result<Box<WxrItem>, WxrError> {
    xml.begin_item();
    let mut item = Box::new(WxrItem {
        position: xml.tag_position(),
        ..WxrItem::default()
    });
    let mut word = String::new();
    let mut has_id_element = false;
    while let XmlToken::Open(namespace) = xml.next_token(None)? {
        match (namespace, xml.name()) {
            (Rss, "title") => xml.read_trimmed(&mut item.title)?,
            (Rss, "link") => xml.read_trimmed(&mut item.link)?,
            (Rss, "guid") => xml.read_trimmed(&mut item.guid)?,
            (Dc, "creator") => xml.read_trimmed(&mut item.creator)?,
            (Content, "encoded") => xml.read_text(&mut item.content)?,
            (Excerpt, "encoded") => xml.read_text(&mut item.excerpt)?,
            (Wp, "post_id") => {
                has_id_element = true;
                item.id = xml.read_id()?;
            }
            (Wp, "post_date") => xml.read_trimmed(&mut item.date)?,
            (Wp, "post_date_gmt") => xml.read_trimmed(&mut item.date_gmt)?,
            (Wp, "post_modified") => xml.read_trimmed(&mut item.modified)?,
            (Wp, "post_modified_gmt") => xml.read_trimmed(&mut item.modified_gmt)?,
            (Wp, "comment_status") => {
                xml.read_trimmed(&mut word)?;
                item.comments_open = word == "open";
            }
            (Wp, "post_name") => xml.read_trimmed(&mut item.slug)?,
            (Wp, "status") => xml.read_trimmed(&mut item.status)?,
            (Wp, "post_type") => xml.read_trimmed(&mut item.kind)?,
            (Wp, "post_parent") => item.parent_id = xml.read_id()?,
            (Wp, "post_password") => {
                xml.read_text(&mut word)?;
                item.has_password = !word.is_empty();
            }
            (Wp, "is_sticky") => item.is_sticky = xml.read_id()? == 1,
            (Wp, "attachment_url") => xml.read_trimmed(&mut item.attachment_url)?,
            (Rss, "category") => item.terms.extend(read_item_term(xml)?),
            (Wp, "postmeta") => {
                // Other fields are skipped unread; plug-ins may store megabytes in them.
                let wanted = |key: &str| {
                    WORDPRESS_FIELDS.contains(&key) || key.starts_with(BROADSHEET_FIELD_PREFIX)
                };
                item.meta.extend(read_meta(xml, wanted)?);
            }
            (Wp, "comment") => item.comments.push(read_comment(xml)?),
            _ => xml.skip()?,
        }
    }
    xml.end_item();
    // An item without the element gets an ID from its link later.
    if has_id_element && item.id == 0 {
        return Err(WxrErrorKind::InvalidItemId.at(item.position));
    }
    Ok(item)
}

fn read_item_term<R: Read>(xml: &mut XmlTokens<R>) -> Result<Option<WxrItemTerm>, WxrError> {
    let Some(kind) = parse_taxonomy(&xml.tag().domain) else {
        xml.skip()?;
        return Ok(None);
    };
    let mut term = WxrItemTerm {
        kind,
        slug: xml.tag().nicename.clone(),
        name: String::new(),
    };
    read_counted::<WxrItemTerm, R, _>(xml, |xml| xml.read_trimmed(&mut term.name))?;
    Ok(Some(term))
}

/// Parses a meta field. Returns `None` if `wanted` is false for its key.
fn read_meta<R: Read>(
    xml: &mut XmlTokens<R>,
    wanted: impl Fn(&str) -> bool,
) -> Result<Option<(String, String)>, WxrError> {
    let mut key = String::new();
    let mut value = String::new();
    while let XmlToken::Open(namespace) = xml.next_token(None)? {
        match (namespace, xml.name()) {
            (Wp, "meta_key") => xml.read_trimmed(&mut key)?,
            // Some exporters write the value before the key.
            (Wp, "meta_value") if key.is_empty() || wanted(&key) => xml.read_text(&mut value)?,
            _ => xml.skip()?,
        }
    }
    Ok(wanted(&key).then_some((key, value)))
}

fn read_comment<R: Read>(xml: &mut XmlTokens<R>) -> Result<WxrComment, WxrError> {
    read_counted::<WxrComment, R, _>(xml, |xml| {
        let mut comment = WxrComment::default();
        while let XmlToken::Open(namespace) = xml.next_token(None)? {
            match (namespace, xml.name()) {
                (Wp, "comment_id") => comment.id = xml.read_id()?,
                (Wp, "comment_author") => xml.read_trimmed(&mut comment.author)?,
                (Wp, "comment_author_email") => xml.read_trimmed(&mut comment.email)?,
                (Wp, "comment_author_url") => xml.read_trimmed(&mut comment.url)?,
                (Wp, "comment_author_IP") => xml.read_trimmed(&mut comment.ip)?,
                (Wp, "comment_date") => xml.read_trimmed(&mut comment.date)?,
                (Wp, "comment_date_gmt") => xml.read_trimmed(&mut comment.date_gmt)?,
                (Wp, "comment_content") => xml.read_text(&mut comment.content)?,
                (Wp, "comment_approved") => xml.read_trimmed(&mut comment.approved)?,
                (Wp, "comment_type") => xml.read_trimmed(&mut comment.kind)?,
                (Wp, "comment_parent") => comment.parent_id = xml.read_id()?,
                (Wp, "commentmeta") => {
                    let is_own = |key: &str| key.starts_with(BROADSHEET_FIELD_PREFIX);
                    comment.meta.extend(read_meta(xml, is_own)?);
                }
                _ => xml.skip()?,
            }
        }
        Ok(comment)
    })
}

/// Parses a part of an item. Counts at least the memory size of a `T` against the item's size limit, because millions of
/// empty comments would otherwise exhaust the memory.
fn read_counted<T, R: Read, U>(
    xml: &mut XmlTokens<R>,
    read: impl FnOnce(&mut XmlTokens<R>) -> Result<U, WxrError>,
) -> Result<U, WxrError> {
    let start = xml.position().byte;
    let part = read(xml)?;
    // Elements count by their length in the file already; only what exceeds it is added.
    let written = xml.position().byte - start;
    xml.count_memory((size_of::<T>() as u64).saturating_sub(written));
    Ok(part)
}
