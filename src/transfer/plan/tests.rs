use std::collections::HashMap;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::article::make_slug;
use super::*;
use crate::articles::{ArticleState, DraftReason, limits};
use crate::crypto::KeyRing;
use crate::i18n::Translator;
use crate::text::Language;
use crate::transfer::dates::LocalTime;
use crate::transfer::report::ImportReport;
use crate::transfer::source_site::SourceSite;
use crate::transfer::upload_copier::UploadCopier;
use crate::transfer::url_map::UrlMap;
use crate::transfer::wxr::{WxrEntry, WxrItem, WxrReader};

fn keys() -> KeyRing {
    KeyRing::from_secret(&[3; 32])
}

/// Parses an export with one item that contains the elements `inside`.
fn item(inside: &str) -> WxrItem {
    let xml = format!(
        "<rss xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><wp:wxr_version>1.2</wp:wxr_version><item><wp:post_id>7</wp:post_id><wp:post_type>post</wp:post_type>{inside}</item></channel></rss>"
    );
    let mut reader = WxrReader::new(xml.as_bytes());
    loop {
        match reader.next_entry().expect("the export is valid") {
            Some(WxrEntry::Item(item)) => return *item,
            Some(_) => {}
            None => panic!("there is an item"),
        }
    }
}

fn plan(inside: &str) -> (PlannedArticle, ImportReport) {
    let url_map = UrlMap {
        site: SourceSite::new("https://old.example.org"),
        copier: UploadCopier::new(None, "nowhere".into(), false),
    };
    let keys = keys();
    let context = PlanContext {
        keys: &keys,
        translator: Translator::new(Language::English),
        url_map: &url_map,
    };
    let item = item(inside);
    let source = SourceItem {
        digest: digest_item(&keys, &item),
        item,
        local_time: LocalTime::new(None, TimeZone::UTC),
    };
    let mut report = ImportReport::default();
    let planned = plan_article(&context, source, &[], None, &mut report);
    (planned.unwrap_or_else(|reason| panic!("{reason}")), report)
}

fn comments(parents: &[(i64, i64)]) -> String {
    parents
        .iter()
        .map(|(number, parent)| {
            format!("<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_parent>{parent}</wp:comment_parent><wp:comment_content>x</wp:comment_content></wp:comment>")
        })
        .collect()
}

#[test]
fn a_title_is_plain_text_and_never_empty() {
    for (title, expected) in [
        ("<![CDATA[Tea &amp; <em>cake</em>]]>", "Tea & cake"),
        ("<![CDATA[1 < 2]]>", "1 < 2"),
        ("<![CDATA[  Two\nlines ]]>", "Two lines"),
        ("", "7"),
    ] {
        assert_eq!(plan(&format!("<title>{title}</title>")).0.title, expected);
    }
    let untitled = "<title></title><content:encoded>Some words of an article without a title, which goes on and on and on.</content:encoded>";
    assert_eq!(
        plan(untitled).0.title,
        "Some words of an article without a title, which goes on and…"
    );
    let named = "<title></title><wp:post_name>only-a-name</wp:post_name>";
    assert_eq!(plan(named).0.title, "only-a-name");
}

#[test]
fn long_fields_are_shortened_and_reported() {
    let long = "слово ".repeat(500);
    let (planned, report) = plan(&format!(
        "<title>{long}</title><excerpt:encoded>{long}{long}</excerpt:encoded>"
    ));
    assert!(planned.title.chars().count() <= limits::TITLE_CHARS && planned.title.ends_with('…'));
    assert!(planned.standfirst.chars().count() <= limits::STANDFIRST_CHARS);
    assert_eq!(report.shortened.total, 2);
}

#[test]
fn a_slug_is_made_of_the_wordpress_slug_or_of_the_title() {
    for (name, title, expected) in [
        ("tea", "Coffee", "tea"),
        ("%d1%87%d0%b0%d0%b9", "Coffee", "chai"),
        ("", "Чай і кава", "chai-i-kava"),
        ("A_B", "x", "a-b"),
    ] {
        assert_eq!(make_slug(name, title).as_str(), expected);
    }
}

#[test]
fn an_article_without_a_date_or_of_a_year_that_cannot_be_meant_becomes_a_draft() {
    for date in [
        "",
        "<wp:post_date>0026-07-22 10:00:00</wp:post_date>",
        "<wp:post_date>0026-07-22 10:00:00</wp:post_date><wp:post_date_gmt>0026-07-22 07:00:00</wp:post_date_gmt>",
        "<wp:post_date>0000-00-00 00:00:00</wp:post_date>",
    ] {
        for status in ["publish", "future"] {
            let (planned, report) = plan(&format!(
                "<title>Tea</title><wp:status>{status}</wp:status>{date}"
            ));
            assert_eq!(
                (planned.state, planned.draft_reason, planned.published_at),
                (ArticleState::Draft, Some(DraftReason::Undated), None),
                "{date}"
            );
            assert_eq!(report.new_drafts.total, 1);
        }
    }
}

#[test]
fn no_break_spaces_stay_in_titles_and_sources() {
    let (planned, _) = plan("<title>Ціна 5&#160;000  ₴ —&amp;nbsp;так</title>");
    assert_eq!(planned.title, "Ціна 5\u{a0}000 ₴ —\u{a0}так");
}

#[test]
fn replies_to_each_other_in_a_circle_or_to_missing_comments_start_threads() {
    let replies = comments(&[
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 99),
        (5, 6),
        (6, 7),
        (7, 5),
        (8, 6),
        (9, 9),
    ]);
    let (planned, report) = plan(&replies);
    let threads: Vec<(i64, Option<i64>, i64)> = planned
        .comments
        .comments
        .iter()
        .map(|comment| {
            (
                comment.wordpress_id,
                comment.parent_wordpress_id,
                comment.root_wordpress_id,
            )
        })
        .collect();
    assert_eq!(
        threads,
        [
            (1, None, 1),
            (2, Some(1), 1),
            (3, Some(2), 1),
            (4, None, 4),
            (5, None, 5),
            (6, Some(7), 5),
            (7, Some(5), 5),
            (8, Some(6), 5),
            (9, None, 9)
        ]
    );
    assert_eq!(report.orphans.total, 3);
}

#[test]
fn a_thread_of_a_hundred_thousand_replies_is_resolved() {
    let chain: Vec<(i64, i64)> = (1..=100_000).map(|number| (number, number - 1)).collect();
    let (planned, _) = plan(&comments(&chain));
    assert!(
        planned
            .comments
            .comments
            .iter()
            .all(|comment| comment.root_wordpress_id == 1)
    );
}

#[test]
fn comments_without_an_id_are_recognised_by_their_contents() {
    let said = "<wp:comment><wp:comment_content>One</wp:comment_content></wp:comment><wp:comment><wp:comment_content>Two</wp:comment_content></wp:comment><wp:comment><wp:comment_content>One</wp:comment_content></wp:comment>";
    let ((first, report), (second, _)) = (plan(said), plan(said));
    let ids = |planned: &PlannedArticle| {
        planned
            .comments
            .comments
            .iter()
            .map(|comment| comment.wordpress_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(first.comments.comments.len(), 2);
    assert!(ids(&first).iter().all(|id| *id < 0));
    assert_eq!(report.comments.skipped, 1);
}

#[test]
fn every_change_of_an_item_changes_its_digest() {
    let base = "<title>Tea</title><link>https://old.example.org/tea/</link><content:encoded>Words</content:encoded><wp:status>publish</wp:status>";
    let digest = |inside: &str| digest_item(&keys(), &item(inside));
    assert_eq!(digest(base), digest(base));
    for change in [
        base.replace("Tea", "Te").replace("<link>", "<link>a"),
        base.replace("Words", "Word"),
        base.replace("publish", "draft"),
        base.to_owned() + "<wp:is_sticky>1</wp:is_sticky>",
        base.to_owned() + "<wp:post_password>x</wp:post_password>",
        base.to_owned() + "<category domain=\"post_tag\" nicename=\"hot\">Hot</category>",
        base.to_owned() + &comments(&[(1, 0)]),
    ] {
        assert_ne!(digest(base), digest(&change), "{change}");
    }
}

proptest! {
    #[test]
    fn every_thread_has_a_root_without_a_parent(parents in prop::collection::vec(0_i64..12, 1..12)) {
        let pairs: Vec<(i64, i64)> = (1..).zip(parents).collect();
        let (planned, _) = plan(&comments(&pairs));
        let by_id: HashMap<i64, &PlannedComment> =
            planned.comments.comments.iter().map(|comment| (comment.wordpress_id, comment)).collect();
        for comment in &planned.comments.comments {
            let mut current = comment;
            let mut steps = 0;
            while let Some(parent) = current.parent_wordpress_id {
                current = by_id[&parent];
                steps += 1;
                prop_assert!(steps <= pairs.len());
            }
            prop_assert_eq!(current.wordpress_id, comment.root_wordpress_id);
        }
    }
}
