//! Ids by which feed readers recognise articles and comments. An import keeps them, so that no subscriber gets old articles
//! as new ones.

use super::text::exported_format;
use crate::articles::limits;
use crate::crypto::make_urn;
use crate::transfer::meta;
use crate::transfer::source_site::SourceSite;
use crate::transfer::wxr::{WxrComment, WxrItem};

/// Returns the guid that an item had in the feed of its site. An item without a guid that can be kept gets one that every
/// import of it gives again.
pub fn find_article_guid(site: &SourceSite, item: &WxrItem) -> String {
    let guid = match find_old_base(item) {
        Some(base) => format!("{base}/#article-{}", item.id),
        None => site_guid(&item.meta).unwrap_or(&item.guid).to_owned(),
    };
    match guid.is_empty() || guid.len() > limits::GUID_BYTES {
        true => make_urn(&[site.as_str(), &item.id.to_string()]),
        false => guid,
    }
}

/// Returns the guid that a comment on an item had in the feeds of its site. `id` is the comment's ID, or the number that
/// stands for it if it has none.
pub fn find_comment_guid(
    site: &SourceSite,
    item: &WxrItem,
    comment: &WxrComment,
    id: i64,
) -> String {
    let own = site_guid(&comment.meta).filter(|guid| guid.len() <= limits::GUID_BYTES);
    match (own, find_old_base(item)) {
        (Some(guid), _) => guid.to_owned(),
        (None, Some(base)) => format!("{base}/comments/{id}"),
        // As WordPress makes it (`get_comment_guid`).
        (None, None) => format!("{}#comment-{id}", find_article_guid(site, item)),
    }
}

/// Returns the public URL of a Broadsheet whose export is older than stored guids. Its feeds made guids of that URL and the
/// id, and its exports had another one, which ends in the id.
fn find_old_base(item: &WxrItem) -> Option<&str> {
    if exported_format(item).is_none() || site_guid(&item.meta).is_some() {
        return None;
    }
    ["/?p=", "/?page_id="].iter().find_map(|query| {
        let rest = item.guid.strip_suffix(&item.id.to_string())?;
        rest.strip_suffix(query)
    })
}

fn site_guid(meta: &[(String, String)]) -> Option<&str> {
    Some(meta::find(meta, meta::GUID)).filter(|guid| !guid.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(guid: &str, meta: &[(&str, &str)]) -> WxrItem {
        let meta = meta.iter().copied();
        WxrItem {
            id: 101,
            guid: guid.to_owned(),
            meta: meta
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            ..WxrItem::default()
        }
    }

    fn comment(meta: &[(&str, &str)]) -> WxrComment {
        WxrComment {
            id: 7,
            meta: item("", meta).meta,
            ..WxrComment::default()
        }
    }

    fn site() -> SourceSite {
        SourceSite::new("https://old.example.org")
    }

    fn comment_guid(item: &WxrItem, meta: &[(&str, &str)]) -> String {
        find_comment_guid(&site(), item, &comment(meta), 7)
    }

    #[test]
    fn the_guids_of_wordpress_are_kept() {
        let guid = "https://old.example.org/?p=101";
        let item = item(guid, &[]);
        assert_eq!(find_article_guid(&site(), &item), guid);
        assert_eq!(comment_guid(&item, &[]), format!("{guid}#comment-7"));
    }

    #[test]
    fn a_missing_or_endless_guid_is_replaced_by_the_same_one_each_time() {
        for guid in [String::new(), "x".repeat(limits::GUID_BYTES + 1)] {
            let item = item(&guid, &[]);
            let made = find_article_guid(&site(), &item);
            assert!(made.starts_with("urn:uuid:"), "{made}");
            assert_eq!(find_article_guid(&site(), &item), made);
            assert_eq!(comment_guid(&item, &[]), format!("{made}#comment-7"));
            let elsewhere = SourceSite::new("https://other.example.org");
            assert_ne!(find_article_guid(&elsewhere, &item), made);
        }
    }

    #[test]
    fn exports_of_broadsheet_give_the_guids_of_its_feeds() {
        let new = item(
            "urn:uuid:1",
            &[(meta::FORMAT, "markdown"), (meta::GUID, "urn:uuid:1")],
        );
        assert_eq!(find_article_guid(&site(), &new), "urn:uuid:1");
        assert_eq!(
            comment_guid(&new, &[(meta::GUID, "urn:uuid:2")]),
            "urn:uuid:2"
        );
        // An export from before guids were stored.
        for guid in [
            "https://news.example.org/?p=101",
            "https://news.example.org/?page_id=101",
        ] {
            let old = item(guid, &[(meta::FORMAT, "html")]);
            assert_eq!(
                find_article_guid(&site(), &old),
                "https://news.example.org/#article-101"
            );
            assert_eq!(
                comment_guid(&old, &[]),
                "https://news.example.org/comments/7"
            );
        }
    }
}
