//! Inputs of a plan.

use crate::articles::ArticleKind;
use crate::crypto::KeyRing;
use crate::i18n::Translator;
use crate::transfer::dates::LocalTime;
use crate::transfer::url_map::UrlMap;
use crate::transfer::wxr::WxrItem;

/// Everything that plans of one export share.
pub struct PlanContext<'a> {
    pub keys: &'a KeyRing,
    /// Translations in the publication's language.
    pub translator: Translator,
    pub url_map: &'a UrlMap,
}

/// An item that becomes an article or a page.
pub struct SourceItem {
    pub item: WxrItem,
    /// Hash of the item and its comments, by which a later import sees whether they changed.
    pub digest: i64,
    /// Local time as learned from the items before it.
    pub local_time: LocalTime,
}

impl SourceItem {
    /// Returns which of the two it becomes.
    pub fn kind(&self) -> ArticleKind {
        article_kind(&self.item).unwrap_or_default()
    }
}

/// Returns whether an item becomes an article or a page, or `None` for all other items.
pub fn article_kind(item: &WxrItem) -> Option<ArticleKind> {
    match item.kind.as_str() {
        "post" => Some(ArticleKind::Article),
        "page" => Some(ArticleKind::Page),
        _ => None,
    }
}
