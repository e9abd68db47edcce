//! The sitemap and `robots.txt`. The sitemap is an index of files: one for each month, which stays cached until an article
//! of that month changes, and one for everything that is no article. A further one lists the newest articles for news
//! search engines.

use anyhow::Context;
use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::store::sitemap::{self as store, ArticleMonth, NewsEntry, SitemapEntry};
use crate::app::App;
use crate::cache::{CachePolicy, CacheTag, find_next_scheduled_time};
use crate::clock::Ts;
use crate::web::{Db, Error, Layout, Result};

/// Maximum number of URLs in one file (sitemaps.org, "Sitemap file limits").
const MAX_FILE_URLS: i64 = 50_000;
/// Maximum number of URLs in a news sitemap, and the age in seconds up to which it lists an article (Google Search Central,
/// "Create a news sitemap").
const MAX_NEWS_URLS: i64 = 1_000;
const MAX_NEWS_AGE: i64 = 2 * 24 * 60 * 60;
/// Path of the file with everything that is no article.
const PAGES_PATH: &str = "/sitemap-pages.xml";

/// Index of all files of the sitemap.
#[derive(Template)]
#[template(path = "articles/sitemap_index.xml")]
struct SitemapIndex {
    layout: Layout,
    paths: Vec<String>,
}

/// File of the sitemap.
#[derive(Template)]
#[template(path = "articles/sitemap.xml")]
struct SitemapFile {
    layout: Layout,
    /// Paths of pages whose content changes all the time.
    paths: Vec<String>,
    articles: Vec<SitemapEntry>,
}

#[derive(Template)]
#[template(path = "articles/news_sitemap.xml")]
struct NewsSitemap {
    layout: Layout,
    articles: Vec<NewsEntry>,
}

/// File of the sitemap with the articles of a month, at a path such as `/sitemap-2026-11.xml`. A month with more articles
/// than a file may list has a second part, `/sitemap-2026-11-2.xml`, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MonthFile {
    /// First day of the month, in UTC: the months must not shift with the site's time zone.
    first_day: Date,
    /// Number of the part, from 1.
    part: i64,
}

impl MonthFile {
    pub(super) fn parse(path: &str) -> Option<Self> {
        let name = path.strip_prefix("/sitemap-")?.strip_suffix(".xml")?;
        let (month, part) = match name.splitn(3, '-').nth(2) {
            Some(part) => (
                name.strip_suffix(part)?.strip_suffix('-')?,
                part.parse().ok()?,
            ),
            None => (name, 1),
        };
        let first_day = format!("{month}-01").parse().ok()?;
        let file = Self { first_day, part };
        // One spelling per file: `/sitemap-2026-11-1.xml` would be a second URL.
        (part > 0 && file.path() == path).then_some(file)
    }

    fn path(self) -> String {
        let month = self.first_day.strftime("%Y-%m");
        match self.part {
            1 => format!("/sitemap-{month}.xml"),
            part => format!("/sitemap-{month}-{part}.xml"),
        }
    }

    /// Returns the files of a month.
    fn list(month: &ArticleMonth) -> impl Iterator<Item = Self> {
        let first_day = month.first_day;
        (1..=(month.articles + MAX_FILE_URLS - 1) / MAX_FILE_URLS)
            .map(move |part| Self { first_day, part })
    }

    /// Returns the first moment of the month and that of the next month.
    fn bounds(self) -> Option<(Ts, Ts)> {
        let start_of = |day: Date| {
            let start = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
            Some(Ts::new(start))
        };
        let next = self.first_day.checked_add(1.month()).ok()?;
        Some((start_of(self.first_day)?, start_of(next)?))
    }
}

/// Serves the index of the sitemap.
pub async fn show_sitemap(layout: Layout, mut db: Db) -> Result<Response> {
    let now = layout.now;
    let months = store::list_months(&mut db, now).await?;
    let policy = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(find_next_scheduled_time(&mut db, now).await?);
    let files = months.iter().flat_map(MonthFile::list);
    let paths = [PAGES_PATH.to_owned()]
        .into_iter()
        .chain(files.map(MonthFile::path))
        .collect();
    respond(policy, &SitemapIndex { layout, paths })
}

/// Serves the file with the front page, authors, topics and pages without a date.
pub async fn show_pages(layout: Layout, mut db: Db) -> Result<Response> {
    let now = layout.now;
    let mut paths = vec!["/".to_owned()];
    if layout.publication.discussion.shows_transparency {
        paths.push("/transparency".to_owned());
    }
    let room = |taken: usize| MAX_FILE_URLS - i64::try_from(taken).unwrap_or(MAX_FILE_URLS);
    let articles = store::list_pages(&mut db, room(paths.len()), now).await?;
    let lists = store::list_lists(&mut db, room(paths.len() + articles.len()), now).await?;
    paths.extend(lists);
    let policy = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(find_next_scheduled_time(&mut db, now).await?);
    let file = SitemapFile {
        layout,
        paths,
        articles,
    };
    respond(policy, &file)
}

/// Serves the file with the articles of a month.
pub(super) async fn render_month(layout: Layout, mut db: Db, file: MonthFile) -> Result<Response> {
    let now = layout.now;
    let (from, to) = file.bounds().ok_or(Error::NotFound)?;
    let skipped = (file.part - 1).saturating_mul(MAX_FILE_URLS);
    let articles = store::list_articles(&mut db, (from, to), skipped, MAX_FILE_URLS, now).await?;
    // The format knows no file without a URL, and the index names none.
    if articles.is_empty() {
        return Err(Error::NotFound);
    }
    // Articles of a month that is over cannot be scheduled.
    let next = match to > now {
        true => find_next_scheduled_time(&mut db, now).await?,
        false => None,
    };
    drop(db);
    let policy = CachePolicy::tagged([CacheTag::Month(file.first_day)]).expires_at(next);
    let file = SitemapFile {
        layout,
        paths: Vec::new(),
        articles,
    };
    respond(policy, &file)
}

/// Serves the sitemap for news search engines, with the articles of the last two days.
pub async fn show_news(layout: Layout, mut db: Db) -> Result<Response> {
    let now = layout.now;
    let since = now.plus_seconds(-MAX_NEWS_AGE);
    let articles = store::list_news(&mut db, since, MAX_NEWS_URLS, now).await?;
    let next_scheduled = find_next_scheduled_time(&mut db, now).await?;
    // An article leaves by itself when it is two days old.
    let next_leaving = articles
        .last()
        .map(|oldest| oldest.published_at.plus_seconds(MAX_NEWS_AGE));
    let policy = CachePolicy::tagged([CacheTag::Articles])
        .expires_at(next_scheduled.into_iter().chain(next_leaving).min());
    respond(policy, &NewsSitemap { layout, articles })
}

/// Responds with XML. A `Page` would be served as HTML.
fn respond(policy: CachePolicy, template: &impl Template) -> Result<Response> {
    let xml = template.render().context("the sitemap does not render")?;
    Ok((policy, [(header::CONTENT_TYPE, "application/xml")], xml).into_response())
}

/// Serves `robots.txt` (RFC 9309). It asks robots to avoid the staff pages and the reply form, which every comment links
/// to.
pub async fn show_robots(State(app): State<App>) -> (CachePolicy, String) {
    // "/admin$" is that page alone: an article's path may begin with "/admin".
    let text = format!(
        "User-agent: *\nDisallow: /admin$\nDisallow: /admin/\nDisallow: /articles/\n\nSitemap: {}\nSitemap: {}\n",
        app.config.absolute_url("/sitemap.xml"),
        app.config.absolute_url("/news-sitemap.xml")
    );
    (CachePolicy::default(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_of_a_month_has_one_path() {
        for path in [
            "/sitemap-2026-11.xml",
            "/sitemap-2026-11-2.xml",
            "/sitemap-0999-01-12.xml",
        ] {
            let file = MonthFile::parse(path);
            assert_eq!(file.map(MonthFile::path).as_deref(), Some(path));
        }
        for path in [
            "/sitemap-2026-11-1.xml",
            "/sitemap-2026-11-02.xml",
            "/sitemap-2026-11--2.xml",
            "/sitemap-2026-13.xml",
            "/sitemap-2026-1.xml",
            "/sitemap-26-11.xml",
            "/sitemap-2026-11-02T10.xml",
            "/sitemap-2026.xml",
            "/sitemap-.xml",
            "/sitemap-2026-11",
        ] {
            assert_eq!(MonthFile::parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_month_with_too_many_articles_for_a_file_has_several() {
        let files = |articles| {
            let first_day = Date::constant(2026, 11, 1);
            MonthFile::list(&ArticleMonth {
                first_day,
                articles,
            })
            .map(MonthFile::path)
            .collect::<Vec<_>>()
        };
        assert_eq!(files(1), ["/sitemap-2026-11.xml"]);
        assert_eq!(files(50_000), ["/sitemap-2026-11.xml"]);
        assert_eq!(
            files(50_001),
            ["/sitemap-2026-11.xml", "/sitemap-2026-11-2.xml"]
        );
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let december = MonthFile::parse("/sitemap-2026-12.xml").expect("a month");
        let (from, to) = december.bounds().expect("times");
        assert_eq!(from.rfc3339(), "2026-12-01T00:00:00Z");
        assert_eq!(to.rfc3339(), "2027-01-01T00:00:00Z");
        let last = MonthFile::parse("/sitemap-9999-12.xml").expect("a month");
        assert!(last.bounds().is_none());
    }
}
