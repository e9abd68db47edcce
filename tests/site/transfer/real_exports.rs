//! Tests of importing exports of real WordPress sites, whose contents are counted with another XML parser.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::support::TestSite;

fn real_exports() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/wxr"));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("NOT TESTED: the real exports, which are not beside this checkout");
    None
}

/// Contents of an export, counted with another XML parser than the importer's.
#[derive(Debug, Default, PartialEq)]
struct ExportCounts {
    articles: u64,
    pages: u64,
    approved: u64,
    held: u64,
    spam: u64,
    trashed: u64,
    linkbacks: u64,
    authors: BTreeSet<String>,
    topics: BTreeSet<(String, String)>,
    /// URL and title of each published item.
    links: Vec<(String, String)>,
}

fn count(xml: &str) -> ExportCounts {
    let document = roxmltree::Document::parse(xml).expect("the export is valid XML");
    let mut counted = ExportCounts::default();
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node
            .children()
            .find(|child| child.tag_name().name() == name);
        let text = found.map(|found| {
            found
                .children()
                .filter_map(|text| text.text())
                .collect::<String>()
        });
        text.unwrap_or_default().trim().to_owned()
    };
    for node in document.descendants() {
        match node.tag_name().name() {
            "author" => _ = counted.authors.insert(child(node, "author_login")),
            "category"
                if node.attribute("domain").is_none() && !child(node, "cat_name").is_empty() =>
            {
                _ = counted
                    .topics
                    .insert(("category".to_owned(), child(node, "category_nicename")));
            }
            "tag" => {
                _ = counted
                    .topics
                    .insert(("post_tag".to_owned(), child(node, "tag_slug")));
            }
            "term" if ["category", "post_tag"].contains(&child(node, "term_taxonomy").as_str()) => {
                _ = counted
                    .topics
                    .insert((child(node, "term_taxonomy"), child(node, "term_slug")));
            }
            _ => {}
        }
    }
    for item in document
        .descendants()
        .filter(|node| node.tag_name().name() == "item")
    {
        match child(item, "post_type").as_str() {
            "post" => counted.articles += 1,
            "page" => counted.pages += 1,
            _ => continue,
        }
        counted.authors.insert(child(item, "creator"));
        if child(item, "status") == "publish" && child(item, "post_password").is_empty() {
            counted
                .links
                .push((child(item, "link"), child(item, "title")));
        }
        for node in item.children() {
            match (node.tag_name().name(), node.attribute("domain")) {
                ("category", Some(domain @ ("category" | "post_tag"))) => {
                    let name = node.attribute("nicename").unwrap_or_default().to_owned();
                    counted.topics.insert((domain.to_owned(), name));
                }
                ("comment", _) => {
                    let kind = child(node, "comment_type");
                    if !["", "comment"].contains(&kind.as_str()) {
                        counted.linkbacks += 1;
                        continue;
                    }
                    *match child(node, "comment_approved").as_str() {
                        "1" => &mut counted.approved,
                        "spam" => &mut counted.spam,
                        "trash" => &mut counted.trashed,
                        _ => &mut counted.held,
                    } += 1;
                }
                _ => {}
            }
        }
    }
    counted
}

#[tokio::test]
async fn real_exports_are_imported_completely() {
    let Some(folder) = real_exports() else { return };
    for name in [
        "theme-preview.xml",
        "theme-unit-test.xml",
        "block-editor-test.xml",
    ] {
        let path = folder.join(name);
        let counted = count(&fs::read_to_string(&path).expect("the export file is read"));
        let site = TestSite::new().await;
        let report = site
            .import_files(&[path], |_| {})
            .await
            .expect("the import succeeds");
        let by = report.by_status;
        assert_eq!(
            (report.articles.total(), report.pages.total()),
            (counted.articles, counted.pages),
            "{name}"
        );
        assert_eq!(
            (report.articles.new, report.pages.new),
            (counted.articles, counted.pages)
        );
        assert_eq!(
            (
                by.approved,
                by.held,
                by.spam,
                by.trashed,
                report.linkbacks.total()
            ),
            (
                counted.approved,
                counted.held,
                counted.spam,
                counted.trashed,
                counted.linkbacks
            ),
            "{name}"
        );
        assert_eq!(
            report.authors.total(),
            counted.authors.len() as u64,
            "{name}: {:?}",
            counted.authors
        );
        assert_eq!(report.topics.total(), counted.topics.len() as u64, "{name}");
        assert!(
            report.skipped.total == 0 && counted.links.len() > 5,
            "{report}"
        );
        let reader = site.visitor();
        let mut clashes = 0;
        for (link, title) in &counted.links {
            let url = url::Url::parse(link).expect("the link is a valid URL");
            let address = match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            };
            if broadsheet::publication::is_served(&address) {
                clashes += 1;
                continue;
            }
            let mut page = reader.open(&address).await;
            if page.status.is_redirection() {
                page = page.follow().await;
            }
            page.has_status(200);
            let is_dated = url.query().is_none() && url.path() != "/";
            assert!(is_dated || !title.is_empty(), "{link}");
        }
        assert!(clashes <= 1, "{clashes}");
        let html: Vec<String> = sqlx::query_scalar(
            "select body_html from articles union all select body_html from comments",
        )
        .fetch_all(&site.app.pool)
        .await
        .expect("the texts are read");
        for html in html {
            for wrong in [
                "<!-- wp:", "[caption", "[gallery", "<p></p>", "<iframe", "<script",
            ] {
                assert!(!html.contains(wrong), "{name}: {wrong} in {html}");
            }
        }
    }
}
