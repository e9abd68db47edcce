use std::collections::HashMap;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::text::Language;
use crate::transfer::wxr::{Entry, Reader};

fn keys() -> Keys {
    Keys::from_secret(&[3; 32])
}

/// The one item of an export with this in it.
fn item(inside: &str) -> Item {
    let xml = format!(
        "<rss xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><wp:wxr_version>1.2</wp:wxr_version><item><wp:post_id>7</wp:post_id><wp:post_type>post</wp:post_type>{inside}</item></channel></rss>"
    );
    let mut reader = Reader::new(xml.as_bytes());
    loop {
        match reader.next_entry().expect("the export is whole") {
            Some(Entry::Item(item)) => return *item,
            Some(_) => {}
            None => panic!("there is an item"),
        }
    }
}

fn planned(inside: &str) -> (Planned, Report) {
    let moved = Moved::new(
        "https://old.example.org",
        None,
        PathBuf::from("nowhere"),
        false,
    );
    let keys = keys();
    let site = Site {
        keys: &keys,
        words: Words::of(Language::English),
        moved: &moved,
    };
    let item = item(inside);
    let found = Found {
        digest: digest(&keys, &item),
        item,
        time: LocalTime::new(None, TimeZone::UTC),
    };
    let mut report = Report::default();
    let planned = plan(&site, found, &[], None, &mut report);
    (planned.unwrap_or_else(|why| panic!("{why}")), report)
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
fn a_title_is_its_words() {
    for (title, expected) in [
        ("<![CDATA[Tea &amp; <em>cake</em>]]>", "Tea & cake"),
        ("<![CDATA[1 < 2]]>", "1 < 2"),
        ("<![CDATA[  Two\nlines ]]>", "Two lines"),
        ("", "7"),
    ] {
        assert_eq!(
            planned(&format!("<title>{title}</title>")).0.title,
            expected
        );
    }
    let untitled = "<title></title><content:encoded>Some words of an article without a title, which goes on and on and on.</content:encoded>";
    assert_eq!(
        planned(untitled).0.title,
        "Some words of an article without a title, which goes on and…"
    );
    let named = "<title></title><wp:post_name>only-a-name</wp:post_name>";
    assert_eq!(planned(named).0.title, "only-a-name");
}

#[test]
fn what_is_too_long_is_cut_and_told() {
    let long = "слово ".repeat(500);
    let (planned, report) = planned(&format!(
        "<title>{long}</title><excerpt:encoded>{long}{long}</excerpt:encoded>"
    ));
    assert!(planned.title.len() <= TITLE_BYTES && planned.title.ends_with('…'));
    assert!(planned.standfirst.len() <= STANDFIRST_BYTES);
    assert_eq!(report.remarks.total, 2);
}

#[test]
fn a_slug_comes_from_the_old_address_then_from_the_title() {
    for (name, title, expected) in [
        ("tea", "Coffee", "tea"),
        ("%d1%87%d0%b0%d0%b9", "Coffee", "chai"),
        ("", "Чай і кава", "chai-i-kava"),
        ("A_B", "x", "a-b"),
    ] {
        assert_eq!(slug_of(name, title).as_str(), expected);
    }
}

#[test]
fn an_article_without_a_date_is_no_published_one() {
    let (planned, report) = planned("<title>Tea</title><wp:status>publish</wp:status>");
    assert_eq!(
        (planned.state, planned.note),
        (State::Draft, Some(Note::Unknown))
    );
    assert_eq!(report.held_back.total, 1);
}

#[test]
fn who_answers_in_a_circle_or_nobody_begins_a_thread() {
    let said = comments(&[
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
    let (planned, report) = planned(&said);
    let placed: Vec<(i64, Option<i64>, i64)> = planned
        .comments
        .iter()
        .map(|comment| (comment.number, comment.parent, comment.root))
        .collect();
    assert_eq!(
        placed,
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
fn a_thread_of_a_hundred_thousand_is_placed() {
    let chain: Vec<(i64, i64)> = (1..=100_000).map(|number| (number, number - 1)).collect();
    let (planned, _) = planned(&comments(&chain));
    assert!(planned.comments.iter().all(|comment| comment.root == 1));
}

#[test]
fn comments_without_a_number_are_known_by_what_they_say() {
    let said = "<wp:comment><wp:comment_content>One</wp:comment_content></wp:comment><wp:comment><wp:comment_content>Two</wp:comment_content></wp:comment><wp:comment><wp:comment_content>One</wp:comment_content></wp:comment>";
    let ((first, report), (second, _)) = (planned(said), planned(said));
    let numbers = |planned: &Planned| {
        planned
            .comments
            .iter()
            .map(|comment| comment.number)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&first), numbers(&second));
    assert_eq!(first.comments.len(), 2);
    assert!(numbers(&first).iter().all(|number| *number < 0));
    assert_eq!(report.comments.skipped, 1);
}

#[test]
fn a_digest_tells_every_change() {
    let base = "<title>Tea</title><link>https://old.example.org/tea/</link><content:encoded>Words</content:encoded><wp:status>publish</wp:status>";
    let of = |inside: &str| digest(&keys(), &item(inside));
    assert_eq!(of(base), of(base));
    for change in [
        base.replace("Tea", "Te").replace("<link>", "<link>a"),
        base.replace("Words", "Word"),
        base.replace("publish", "draft"),
        base.to_owned() + "<wp:is_sticky>1</wp:is_sticky>",
        base.to_owned() + "<wp:post_password>x</wp:post_password>",
        base.to_owned() + "<category domain=\"post_tag\" nicename=\"hot\">Hot</category>",
        base.to_owned() + &comments(&[(1, 0)]),
    ] {
        assert_ne!(of(base), of(&change), "{change}");
    }
}

proptest! {
    #[test]
    fn threads_end_at_those_who_answer_nobody(parents in prop::collection::vec(0_i64..12, 1..12)) {
        let pairs: Vec<(i64, i64)> = (1..).zip(parents).collect();
        let (planned, _) = planned(&comments(&pairs));
        let of: HashMap<i64, &PlannedComment> =
            planned.comments.iter().map(|comment| (comment.number, comment)).collect();
        for comment in &planned.comments {
            let mut at = comment;
            let mut steps = 0;
            while let Some(parent) = at.parent {
                at = of[&parent];
                steps += 1;
                prop_assert!(steps <= pairs.len());
            }
            prop_assert_eq!(at.number, comment.root);
        }
    }
}
