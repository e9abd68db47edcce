//! Data that is needed to turn an export item into an article.

use crate::articles::ArticleKind;
use crate::crypto::KeyRing;
use crate::i18n::Translator;
use crate::transfer::dates::LocalTime;
use crate::transfer::url_map::UrlMap;
use crate::transfer::wxr::WxrItem;

/// Data shared by all items of one export while they are turned into articles.
pub struct PlanContext<'a> {
    pub keys: &'a KeyRing,
    /// Translations into the language of the publication.
    pub translator: Translator,
    pub url_map: &'a UrlMap,
}

/// An export item that will become an article or a page.
pub struct SourceItem {
    pub item: WxrItem,
    /// Hash of the item and its comments. A later import compares it to detect changes.
    pub digest: i64,
    /// Time zone in which to read the local dates of the item.
    pub local_time: LocalTime,
}

impl SourceItem {
    /// Returns whether the item becomes an article or a page.
    pub fn kind(&self) -> ArticleKind {
        article_kind(&self.item).unwrap_or_default()
    }
}

/// Returns whether an export item becomes an article or a page. Returns `None` for items that become neither.
pub fn article_kind(item: &WxrItem) -> Option<ArticleKind> {
    match item.kind.as_str() {
        "post" => Some(ArticleKind::Article),
        "page" => Some(ArticleKind::Page),
        _ => None,
    }
}
