//! Turns an export item into an article that can be written to the database.

use super::comments::plan_comments;
use super::context::{PlanContext, SourceItem};
use super::fields::{decode_slug, plain_text, shorten, text_line, unescape};
use super::guids::find_article_guid;
use super::model::PlannedArticle;
use super::text::{ArticleText, convert_text, exported_format};
use crate::articles::{ArticleState, DraftReason, limits};
use crate::clock::Ts;
use crate::text::{Slug, input};
use crate::transfer::body::Attachment;
use crate::transfer::dates::{self, LocalTime};
use crate::transfer::meta;
use crate::transfer::report::ImportReport;
use crate::transfer::source_site::{SourceSite, is_storable_path};
use crate::transfer::wxr::WxrItem;

/// Length of a title that is made from an article's text because it has none, in characters.
const GENERATED_TITLE_CHARS: usize = 60;

/// Turns an export item into an article that can be written to the database. If the item cannot be imported, the error
/// says why in a few words.
pub fn plan_article(
    context: &PlanContext<'_>,
    source: SourceItem,
    attachments: &[Attachment],
    featured_image: Option<&Attachment>,
    report: &mut ImportReport,
) -> Result<PlannedArticle, String> {
    let kind = source.kind();
    let SourceItem {
        item,
        digest,
        local_time,
    } = source;
    let text = convert_text(context, &item, attachments, featured_image, report)?;
    let title = make_title(&item, &text, report);
    let standfirst = make_standfirst(&item, report);
    let sources = input::text_line(meta::find(&item.meta, meta::SOURCES));
    let sources = shorten(sources, limits::SOURCES_CHARS, "sources", &item, report);
    let date = local_time.parse(&item.date, &item.date_gmt);
    let (state, draft_reason) = find_state(&item, date.is_some());
    if let Some(draft_reason) = draft_reason {
        report
            .new_drafts
            .push(|| format!("{title} ({})", draft_reason.as_str()));
    }
    // WordPress gives a draft a UTC date only once it has been published.
    let has_been_published =
        state == ArticleState::Published || dates::parse_datetime(&item.date_gmt).is_some();
    // Drafts need a time as well; an unknown one counts as very old.
    let created_at = date.unwrap_or(Ts::EPOCH);
    let (updated_at, revised_at) = find_changes(&item, &local_time, created_at);
    let comments = plan_comments(context, &item, &local_time, created_at, report);
    let site = &context.url_map.site;
    Ok(PlannedArticle {
        wordpress_id: item.id,
        digest,
        may_show_uploads: text.may_show_uploads,
        kind,
        guid: find_article_guid(site, &item),
        slug: make_slug(&item.slug, &title),
        standfirst,
        sources,
        body: text.body,
        format: text.format,
        body_html: text.body_html,
        replies_open: item.comments_open,
        pinned: item.is_sticky,
        draft_reason,
        state,
        published_at: date.filter(|_| has_been_published),
        created_at,
        updated_at,
        revised_at,
        old_paths: list_old_paths(site, &item),
        old_slug_paths: list_old_slug_paths(site, &item),
        author_login: item.creator,
        terms: item.terms,
        comments,
        title,
    })
}

/// Returns the title of the item. If it has none, returns the beginning of its text, its slug or its ID.
fn make_title(item: &WxrItem, text: &ArticleText, report: &mut ImportReport) -> String {
    let title = match exported_format(item) {
        // Broadsheet escaped plain text. Removing markup would delete words in angle brackets from it.
        Some(_) => input::text_line(&unescape(&item.title)),
        None => text_line(&item.title),
    };
    if !input::is_blank(&title) {
        return shorten(title, limits::TITLE_CHARS, "title", item, report);
    }
    let beginning = text.body_html.excerpt(GENERATED_TITLE_CHARS);
    let slug = input::single_line(&decode_slug(&item.slug));
    [beginning, slug]
        .into_iter()
        .find(|title| !input::is_blank(title))
        .unwrap_or_else(|| item.id.to_string())
}

/// Returns the time of the item's last change and, if it was after the publication, that of the last change of its words.
/// Broadsheet exports both; WordPress knows only the first.
fn find_changes(item: &WxrItem, local_time: &LocalTime, published_at: Ts) -> (Ts, Option<Ts>) {
    let updated_at = local_time.parse(&item.modified, &item.modified_gmt);
    let updated_at = updated_at.unwrap_or(published_at);
    let revised_at = match exported_format(item) {
        Some(_) => meta::find(&item.meta, meta::REVISED_AT)
            .parse()
            .ok()
            .map(Ts::new),
        None => Some(updated_at),
    };
    (updated_at, revised_at.filter(|time| *time > published_at))
}

fn make_standfirst(item: &WxrItem, report: &mut ImportReport) -> String {
    let excerpt = match exported_format(item) {
        Some(_) => unescape(&item.excerpt),
        None => plain_text(&item.excerpt),
    };
    shorten(
        input::multi_line(&excerpt),
        limits::STANDFIRST_CHARS,
        "excerpt",
        item,
        report,
    )
}

fn find_state(item: &WxrItem, has_date: bool) -> (ArticleState, Option<DraftReason>) {
    let draft_reason = match item.status.as_str() {
        // Broadsheet has no passwords for articles, and this one must not become public.
        "publish" | "future" if item.has_password => Some(DraftReason::Protected),
        // An article with a date ahead is published here as well, and becomes visible at that time.
        "publish" | "future" if has_date => return (ArticleState::Published, None),
        "publish" | "future" => Some(DraftReason::Undated),
        "draft" | "auto-draft" => meta::find_note(&item.meta),
        "pending" => Some(DraftReason::Pending),
        "private" => Some(DraftReason::Private),
        _ => Some(DraftReason::Unknown),
    };
    (ArticleState::Draft, draft_reason)
}

/// Makes a slug from WordPress's slug. If that is empty, makes the slug from the title.
pub(super) fn make_slug(wordpress_slug: &str, title: &str) -> Slug {
    let decoded = decode_slug(wordpress_slug);
    if decoded.is_empty() {
        return Slug::from_title(title);
    }
    Slug::parse(&decoded).unwrap_or_else(|| Slug::from_title(&decoded))
}

/// Lists the paths that the article had when it was exported: the path of its link, and former paths that Broadsheet's
/// exports contain.
fn list_old_paths(site: &SourceSite, item: &WxrItem) -> Vec<String> {
    let own = item.meta.iter().filter(|(key, _)| key == meta::OLD_PATH);
    let own = own
        .map(|(_, path)| path.clone())
        .filter(|path| is_storable_path(path));
    site.page_path(&item.link).into_iter().chain(own).collect()
}

/// Lists the paths that the article had under its former slugs. They are assumed to be in the same folder as its current
/// link.
fn list_old_slug_paths(site: &SourceSite, item: &WxrItem) -> Vec<String> {
    let Some(path) = site.page_path(&item.link) else {
        return Vec::new();
    };
    // WordPress stores only the former slug; the folder has stayed the same unless the pattern or the date changed.
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let slugs = item.meta.iter().filter(|(key, _)| key == meta::OLD_SLUG);
    slugs
        .map(|(_, slug)| format!("{folder}/{}", decode_slug(slug)))
        .filter(|path| is_storable_path(path))
        .collect()
}
