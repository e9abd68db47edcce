use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;

use proptest::prelude::*;

use super::limits::{MAX_DEPTH, MAX_ELEMENT_BYTES, MAX_ITEM_BYTES, MAX_TAG_BYTES};
use super::*;
use crate::articles::TopicKind;

const SPACES: &str = r#"xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:b="urn:broadsheet:export:1""#;

/// Builds an export whose channel contains the elements `inside` after the WXR version.
fn export(inside: &str) -> String {
    format!("<rss {SPACES}><channel><wp:wxr_version>1.2</wp:wxr_version>{inside}</channel></rss>")
}

/// Builds an export with one item that contains the elements `inside` after its ID.
fn item(inside: &str) -> String {
    export(&format!("<item><wp:post_id>7</wp:post_id>{inside}</item>"))
}

/// Builds a small export that contains every kind of entry.
fn small() -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.4" -->
<?xml-stylesheet href="x.css"?>
<rss version="2.0" {SPACES}>
<channel>
	<title>Вісник &amp; Courier</title>
	<link>https://example.org</link>
	<description><![CDATA[News <daily>]]></description>
	<image><title>Not the title</title><link>https://example.org/logo</link></image>
	<language>uk</language>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_site_url>https://example.org/</wp:base_site_url>
	<wp:base_blog_url>https://example.org/blog</wp:base_blog_url>
	<b:time_zone>Europe/Kyiv</b:time_zone>
	<wp:author><wp:author_id>1</wp:author_id><wp:author_login><![CDATA[ann]]></wp:author_login><wp:author_email>ann@example.org</wp:author_email><wp:author_display_name>Ann</wp:author_display_name><wp:author_first_name/><wp:author_last_name>Lee</wp:author_last_name></wp:author>
	<wp:category><wp:category_nicename>tea</wp:category_nicename><wp:category_parent>drinks</wp:category_parent><wp:cat_name>Tea</wp:cat_name><wp:category_description>Hot</wp:category_description></wp:category>
	<wp:tag><wp:tag_slug>hot</wp:tag_slug><wp:tag_name>Hot</wp:tag_name></wp:tag>
	<wp:term><wp:term_taxonomy>post_tag</wp:term_taxonomy><wp:term_slug>cold</wp:term_slug><wp:term_name>Cold</wp:term_name></wp:term>
	<wp:term><wp:term_taxonomy>nav_menu</wp:term_taxonomy><wp:term_slug>menu</wp:term_slug></wp:term>
	<generator>https://wordpress.org/?v=6.4</generator>
	<item>
		<title>Tea &#8212; <![CDATA[& cake]]></title>
		<link>https://example.org/tea</link>
		<dc:creator><![CDATA[ann]]></dc:creator>
		<guid isPermaLink="false">https://example.org/?p=12</guid>
		<content:encoded><![CDATA[<p>One]]]]><![CDATA[> two</p>]]></content:encoded>
		<excerpt:encoded/>
		<wp:post_id> 12 </wp:post_id>
		<wp:post_date>2024-01-02 03:04:05</wp:post_date>
		<wp:post_date_gmt>2024-01-02 01:04:05</wp:post_date_gmt>
		<wp:post_modified>2024-02-02 03:04:05</wp:post_modified>
		<wp:post_modified_gmt>2024-02-02 01:04:05</wp:post_modified_gmt>
		<wp:comment_status>open</wp:comment_status>
		<wp:post_name>tea</wp:post_name>
		<wp:status>publish</wp:status>
		<wp:post_parent>0</wp:post_parent>
		<wp:post_type>post</wp:post_type>
		<wp:post_password>hunter2</wp:post_password>
		<wp:is_sticky>1</wp:is_sticky>
		<category domain="category" nicename="tea"><![CDATA[Tea]]></category>
		<category domain="post_tag" nicename="a&amp;b">Hot</category>
		<category domain="post_format" nicename="aside">Aside</category>
		<category>Old</category>
		<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>13</wp:meta_value></wp:postmeta>
		<wp:postmeta><wp:meta_value>yes</wp:meta_value><wp:meta_key>_broadsheet_lead</wp:meta_key></wp:postmeta>
		<wp:postmeta><wp:meta_key>_edit_last</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:postmeta>
		<wp:comment>
			<wp:comment_id>5</wp:comment_id>
			<wp:comment_author>Reader</wp:comment_author>
			<wp:comment_author_email>reader@example.org</wp:comment_author_email>
			<wp:comment_author_url>https://reader.example</wp:comment_author_url>
			<wp:comment_author_IP>192.0.2.7</wp:comment_author_IP>
			<wp:comment_date>2024-01-03 03:04:05</wp:comment_date>
			<wp:comment_date_gmt>2024-01-03 01:04:05</wp:comment_date_gmt>
			<wp:comment_content>Lovely &lt;b&gt;tea&lt;/b&gt;</wp:comment_content>
			<wp:comment_approved>1</wp:comment_approved>
			<wp:comment_type/>
			<wp:comment_parent>4</wp:comment_parent>
			<wp:commentmeta><wp:meta_key>_broadsheet_note</wp:meta_key><wp:meta_value>n</wp:meta_value></wp:commentmeta>
			<wp:commentmeta><wp:meta_key>akismet</wp:meta_key><wp:meta_value>x</wp:meta_value></wp:commentmeta>
		</wp:comment>
	</item>
</channel>
</rss>
<!-- the end -->
"#
    )
}

/// Reads an export to its end or to the first error. Returns the entries before that.
fn read_all(bytes: impl Read) -> (Vec<WxrEntry>, Result<(), WxrError>) {
    let mut reader = WxrReader::new(bytes);
    let mut entries = Vec::new();
    let end = loop {
        match reader.next_entry() {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    (entries, end)
}

fn entries(text: &str) -> Vec<WxrEntry> {
    let (entries, end) = read_all(text.as_bytes());
    end.unwrap_or_else(|error| panic!("{error}\n{text}"));
    entries
}

fn read_error(bytes: impl AsRef<[u8]>) -> WxrError {
    let bytes = bytes.as_ref();
    let (_, end) = read_all(bytes);
    let error = end.expect_err("the export is invalid");
    assert!(error.position.byte <= bytes.len() as u64);
    let before = &bytes[..usize::try_from(error.position.byte).unwrap()];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
    assert_eq!(error.position.line, line, "{error}");
    let sentence = error.to_string();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    error
}

/// Reads an export that contains exactly one item, and returns the item.
fn only_item(text: &str) -> WxrItem {
    let item = entries(text).into_iter().find_map(|entry| match entry {
        WxrEntry::Item(item) => Some(*item),
        _ => None,
    });
    item.expect("the export contains an item")
}

/// Asserts that reading fails with this kind of error, at the first occurrence of `place`.
#[track_caller]
fn assert_error(bytes: impl AsRef<[u8]>, place: &[u8], kind: &WxrErrorKind) {
    let bytes = bytes.as_ref();
    let at = bytes.windows(place.len()).position(|w| w == place).unwrap();
    let error = read_error(bytes);
    assert_eq!(
        (&error.kind, error.position.byte),
        (kind, at as u64),
        "{error}"
    );
}

#[test]
fn every_entry_and_field_is_read() {
    let text = small();
    let entries = entries(&text);
    let [
        WxrEntry::Site(site),
        WxrEntry::Author(author),
        WxrEntry::Term(category),
        WxrEntry::Term(tag),
        WxrEntry::Term(term),
        WxrEntry::Item(item),
    ] = entries.as_slice()
    else {
        panic!("{entries:#?}");
    };
    let expected = WxrSite {
        version: "1.2".into(),
        title: "Вісник & Courier".into(),
        description: "News <daily>".into(),
        link: "https://example.org".into(),
        language: "uk".into(),
        base_site_url: "https://example.org/".into(),
        base_blog_url: "https://example.org/blog".into(),
        time_zone: Some("Europe/Kyiv".into()),
        permalink: None,
    };
    assert_eq!(site, &expected);
    assert_eq!(
        (&*author.login, &*author.display_name, &*author.last_name),
        ("ann", "Ann", "Lee")
    );
    assert_eq!(
        (category.kind, &*category.slug, &*category.parent),
        (TopicKind::Category, "tea", "drinks")
    );
    assert_eq!(
        (tag.kind, &*tag.slug, &*tag.name),
        (TopicKind::Tag, "hot", "Hot")
    );
    assert_eq!((term.kind, &*term.slug), (TopicKind::Tag, "cold"));

    assert_eq!(item.position.byte as usize, text.find("<item>").unwrap());
    assert_eq!(item.title, "Tea — & cake");
    assert_eq!(item.content, "<p>One]]> two</p>");
    assert_eq!((item.id, item.parent_id, &*item.excerpt), (12, 0, ""));
    assert!(item.comments_open && item.has_password && item.is_sticky);
    assert_eq!(
        [&*item.creator, &item.slug, &item.status, &item.kind],
        ["ann", "tea", "publish", "post"]
    );
    let terms: Vec<_> = item
        .terms
        .iter()
        .map(|t| (t.kind, &*t.slug, &*t.name))
        .collect();
    assert_eq!(
        terms,
        [
            (TopicKind::Category, "tea", "Tea"),
            (TopicKind::Tag, "a&b", "Hot")
        ]
    );
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        item.meta,
        [pair("_thumbnail_id", "13"), pair("_broadsheet_lead", "yes")]
    );
    let [comment] = item.comments.as_slice() else {
        panic!("{item:#?}");
    };
    assert_eq!((comment.id, comment.parent_id), (5, 4));
    assert_eq!(*comment.email, "reader@example.org");
    assert_eq!(comment.ip, "192.0.2.7");
    assert_eq!(comment.content, "Lovely <b>tea</b>");
    assert_eq!(comment.meta, [pair("_broadsheet_note", "n")]);
}

#[test]
fn emails_and_ips_are_not_in_debug_output() {
    let log = format!("{:?}", entries(&small()));
    assert!(log.contains("Lovely"));
    for secret in [
        "reader@example.org",
        "192.0.2.7",
        "ann@example.org",
        "hunter2",
    ] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn a_truncated_item_is_not_returned() {
    let text = small();
    let item_end = text.find("</item>").unwrap() + "</item>".len();
    let end = text.find("</rss>").unwrap() + "</rss>".len();
    for cut in 0..text.len() {
        let (entries, result) = read_all(&text.as_bytes()[..cut]);
        let has_item = entries
            .iter()
            .any(|entry| matches!(entry, WxrEntry::Item(_)));
        assert_eq!(has_item, cut >= item_end, "cut at {cut}");
        match result {
            // Only the comment after the root element is truncated.
            Ok(()) => assert!(cut >= end, "cut at {cut}"),
            Err(error) => {
                let expected = match cut {
                    0 => WxrErrorKind::Empty,
                    _ if cut > end => WxrErrorKind::Trailing,
                    _ => WxrErrorKind::Truncated,
                };
                assert_eq!(error.kind, expected, "cut at {cut}");
                // The file may end within a character of up to four bytes.
                let place = error.position.byte..error.position.byte + 4;
                assert!(
                    cut > end || place.contains(&(cut as u64)),
                    "cut at {cut}: {error}"
                );
            }
        }
    }
}

#[test]
fn bytes_may_arrive_in_chunks_of_any_size() {
    struct ChunkedReader<'a>(&'a [u8], usize);
    impl Read for ChunkedReader<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let some = self.1.min(into.len());
            self.0.read(&mut into[..some])
        }
    }
    let text = small();
    let whole = format!("{:?}", read_all(text.as_bytes()));
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(
            format!("{:?}", read_all(ChunkedReader(text.as_bytes(), size))),
            whole
        );
    }
}

#[test]
fn white_space_and_a_byte_order_mark_are_skipped() {
    for before in ["\u{FEFF}", "\n \t", "\u{FEFF}\r\n\n"] {
        assert_eq!(entries(&format!("{before}{}", small())).len(), 6);
    }
}

#[test]
fn elements_are_recognised_by_namespace_not_by_prefix() {
    let text = small()
        .replace("wp:", "w:")
        .replace("xmlns:wp", "xmlns:w")
        .replace("content:", "c:")
        .replace("xmlns:content", "xmlns:c")
        .replace("http://wordpress", "https://wordpress");
    assert_eq!(format!("{:?}", entries(&text)).len(), {
        let shift = text.find("<item>").unwrap().to_string().len();
        let before = small().find("<item>").unwrap().to_string().len();
        format!("{:?}", entries(&small())).len() + shift - before
    });
    let foreign = item(
        r#"<x:title xmlns:x="urn:x">No</x:title><wp:title>No</wp:title><y:z>No<item/></y:z><title>Yes</title><wp xmlns="urn:y"><title>No</title></wp>"#,
    );
    assert_eq!(only_item(&foreign).title, "Yes");
}

#[test]
fn versions_1_0_to_1_2_are_read() {
    for version in ["1.0", "1.1", "1.2"] {
        let text = small().replace("export/1.2", &format!("export/{version}"));
        let text = text.replace(">1.2<", &format!("> {version} <"));
        assert_eq!(entries(&text).len(), 6);
    }
    let old = export(
        r#"<item><category domain="tag" nicename="t">T</category><wp:post_id>1</wp:post_id></item>"#,
    );
    assert_eq!(only_item(&old).terms[0].kind, TopicKind::Tag);
}

#[test]
fn an_empty_channel_is_a_site_without_items() {
    let entries = entries(&export(""));
    assert!(
        matches!(entries.as_slice(), [WxrEntry::Site(_)]),
        "{entries:?}"
    );
}

#[test]
fn line_ends_are_normalized_but_character_references_to_them_are_not() {
    let text = item("<content:encoded>a\r\nb<![CDATA[c\r\nd\re]]>&#13;</content:encoded>");
    assert_eq!(only_item(&text).content, "a\nbc\nd\ne\r");
}

#[test]
fn a_comment_with_an_invalid_id_has_id_zero() {
    let text = item(
        "<wp:comment/><wp:comment><wp:comment_id>-5</wp:comment_id></wp:comment><wp:comment><wp:comment_id>x</wp:comment_id></wp:comment>",
    );
    let numbers: Vec<_> = only_item(&text).comments.iter().map(|c| c.id).collect();
    assert_eq!(numbers, [0, 0, 0]);
}

#[test]
fn an_item_with_an_invalid_id_is_rejected() {
    for number in [
        "<wp:post_id/>",
        "<wp:post_id>0</wp:post_id>",
        "<wp:post_id>-1</wp:post_id>",
        "<wp:post_id>seven</wp:post_id>",
        "<wp:post_id>99999999999999999999</wp:post_id>",
    ] {
        let text = export(&format!("<item>{number}</item>"));
        assert_error(text, b"<item>", &WxrErrorKind::InvalidItemId);
    }
}

#[test]
fn a_file_of_only_white_space_is_reported_as_empty() {
    for nothing in ["", " \n", "\u{FEFF}", "\u{FEFF}\n"] {
        let error = read_error(nothing);
        assert_eq!(
            (error.kind, error.position.byte),
            (WxrErrorKind::Empty, nothing.len() as u64)
        );
    }
}

#[test]
fn files_that_are_not_xml_are_rejected() {
    let others: [&[u8]; 6] = [
        b"hello",
        b"\x0C\x0C",
        b"\x89PNG",
        b"{}",
        b"PK\x03\x04",
        b"\xC3",
    ];
    for other in others {
        assert_error(other, &other[..1], &WxrErrorKind::NotXml);
    }
    assert_error(
        "<?xml version='1.0'?>\nhello",
        b"\nhello",
        &WxrErrorKind::NotXml,
    );
}

#[test]
fn the_error_for_another_xml_format_names_the_format() {
    for (text, other) in [
        ("<!DOCTYPE html><html></html>", "a web page"),
        ("<!doctype HTML>", "a web page"),
        ("<html><body/></html>", "a web page"),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'/>",
            "an Atom feed",
        ),
        ("<svg/>", "XML that begins with <svg>"),
        ("<rss/>", "an RSS feed without a channel"),
        (
            "<rss><channel/></rss>",
            "an RSS feed: it has no wp:wxr_version",
        ),
        (
            "<rss><channel><title>News</title><item><title>x</title></item></channel></rss>",
            "an RSS feed: it has no wp:wxr_version",
        ),
    ] {
        assert_eq!(
            read_error(text).kind,
            WxrErrorKind::NotAnExport(other.into())
        );
    }
}

#[test]
fn unknown_versions_are_rejected() {
    for (version, told) in [("2.0", "2.0"), ("", ""), ("1.2&lt;b", "1.2<b")] {
        let text = small().replace(">1.2<", &format!(">{version}<"));
        let kind = WxrErrorKind::UnknownVersion(told.into());
        assert_error(text, b"<wp:wxr_version>", &kind);
    }
}

#[test]
fn invalid_utf_8_is_reported_at_its_byte() {
    for (bad, byte) in [
        (&b"\xFF!"[..], 0xFF),
        (b"\xC3(", 0xC3),
        (b"\xED\xA0\x80", 0xED),
        (b"\xCF\xE0\xF0\xB3\xF1", 0xCF),
    ] {
        for before in [0, 1, 65_530, 65_536, 200_000] {
            let start = item(&"ж".repeat(before));
            let cut = start.find("</item>").unwrap();
            let text = [&start.as_bytes()[..cut], bad, &start.as_bytes()[cut..]].concat();
            let error = read_error(text);
            let expected = (WxrErrorKind::InvalidUtf8(byte), cut as u64);
            assert_eq!((error.kind, error.position.byte), expected);
        }
    }
}

#[test]
fn another_encoding_is_rejected_with_the_command_to_convert_it() {
    let declared = |encoding: &str| {
        let text = small().replace("UTF-8", encoding).into_bytes();
        read_all(&text[..]).1
    };
    for fine in ["utf-8", "Utf8", "US-ASCII", "ascii"] {
        assert_eq!(declared(fine), Ok(()));
    }
    let error = declared("windows-1251").unwrap_err();
    assert_eq!(error.position, WxrPosition::START);
    assert!(
        error
            .to_string()
            .contains("`iconv -f windows-1251 -t UTF-8`")
    );
    // The declaration is checked before the bytes.
    let cyrillic = b"<?xml version='1.0' encoding='windows-1251'?><rss>\xCF</rss>";
    let kind = WxrErrorKind::Encoding("windows-1251".into());
    assert_error(cyrillic, b"<?xml", &kind);
    assert!(matches!(
        declared("x; rm -rf").unwrap_err().kind,
        WxrErrorKind::Malformed(_)
    ));
}

#[test]
fn utf_16_is_rejected() {
    let units: Vec<u16> = small().encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for (mark, text) in [
        (&b"\xFF\xFE"[..], &little),
        (b"\xFE\xFF", &big),
        (b"", &little),
        (b"", &big),
    ] {
        let error = read_error([mark, text].concat());
        assert_eq!(
            (error.kind, error.position),
            (WxrErrorKind::Utf16, WxrPosition::START)
        );
    }
}

#[test]
fn characters_that_xml_forbids_are_rejected() {
    for (bad, code) in [
        ("\u{8}", 0x8),
        ("\0", 0),
        ("\u{1F}", 0x1F),
        ("\u{FFFE}", 0xFFFE),
        ("\u{FFFF}", 0xFFFF),
        ("&#8;", 0x8),
        ("&#x1F;", 0x1F),
        ("&#xFFFF;", 0xFFFF),
        ("&#xD800;", 0xD800),
        ("&#0;", 0),
    ] {
        let kind = WxrErrorKind::ControlCharacter(code);
        for before in ["", "\n", &"я".repeat(40_000)] {
            let text = item(&format!("<title>{before}{bad}</title>"));
            assert_error(&text, bad.as_bytes(), &kind);
            let text = item(&format!("<unknown>{before}{bad}</unknown>"));
            assert_error(&text, bad.as_bytes(), &kind);
        }
    }
    let text = item("<category domain='&#8;'/>");
    assert_error(&text, b"<category", &WxrErrorKind::ControlCharacter(8));
    let fine = item("<title>\u{7F}\u{85}\u{FFFD}\u{FF01}\u{10FFFF}&#x10FFFF;</title>");
    assert_eq!(only_item(&fine).title.chars().count(), 6);
    let error = read_error(item("<title>\u{8}</title>"));
    assert!(
        error
            .to_string()
            .ends_with(": a control character U+0008, which XML does not allow")
    );
}

#[test]
fn a_doctype_is_rejected_before_its_content_is_read() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>";
    assert_error(
        format!("{bomb}{}", export("")),
        b"<!D",
        &WxrErrorKind::Doctype,
    );
    let endless = io::Read::chain(&b"<!DOCTYPE rss ["[..], io::repeat(b' '));
    assert_eq!(read_all(endless).1.unwrap_err().kind, WxrErrorKind::Doctype);
    assert_error(item(bomb), b"<!D", &WxrErrorKind::Doctype);
}

#[test]
fn the_error_for_an_unknown_entity_names_it() {
    let unknown = WxrErrorKind::UnknownEntity("nbsp".into());
    assert_error(item("<title>a&nbsp;b</title>"), b"&nbsp", &unknown);
    assert_error(item("<x>a&nbsp;b</x>"), b"&nbsp", &unknown);
    assert_error(item("<x a='&nbsp;'/>"), b"<x ", &unknown);
    for lone in [
        "AT&T",
        "a & b; c",
        "&;",
        "&#;",
        "&#x;",
        "&#+8;",
        "&#xZ;",
        "&#99999999;",
    ] {
        let error = read_error(item(&format!("<title>{lone}</title>")));
        assert!(matches!(error.kind, WxrErrorKind::Malformed(_)), "{error}");
    }
    let long = format!("<title>&{};</title>", "x".repeat(1000));
    assert!(read_error(item(&long)).to_string().len() < 200);
}

#[test]
fn invalid_markup_is_reported_at_its_position() {
    for (text, place) in [
        (item("<title>x</link>"), "</link>"),
        (item("<title></title></title>"), "</title></item>"),
        (item("< title/>"), "< title"),
        (item("<1/>"), "<1/>"),
        (item("<>"), "<>"),
        (item("<a b/>"), "<a b"),
        (item("<a b=c/>"), "<a b"),
        (item("<a b='1' b='2'/>"), "<a b"),
        (item("<a b='<'/>"), "<a b"),
        (item("<![foo[]]>"), "<![foo"),
        (item("<!foo>"), "<!foo"),
        (item("<?xml version='1.0'?>"), "<?xml"),
        (item("<xml:a xmlns:xml='urn:x'/>"), "<xml:a"),
    ] {
        let error = read_error(&text);
        assert!(matches!(error.kind, WxrErrorKind::Malformed(_)), "{error}");
        let at = text.rfind(place).unwrap() as u64;
        assert_eq!(error.position.byte, at, "{error} {text}");
    }
}

#[test]
fn only_xml_comments_may_follow_the_root_element() {
    let good = export("");
    for fine in ["", "\n", "<!-- x -->\n<!-- y -->"] {
        assert_eq!(entries(&format!("{good}{fine}")).len(), 1);
    }
    for more in [
        "x",
        "<rss/>",
        "</rss>",
        "<![CDATA[]]>",
        "&amp;",
        "<?x?>",
        "<!DOCTYPE x>",
        "<",
    ] {
        let error = read_error(format!("{good}{more}"));
        assert_eq!(
            (error.kind, error.position.byte),
            (WxrErrorKind::Trailing, good.len() as u64)
        );
    }
}

/// A reader that returns `start` and then `again` endlessly, and counts the bytes read.
struct EndlessReader<'a> {
    start: &'a [u8],
    again: &'a [u8],
    bytes_read: &'a mut u64,
}

impl Read for EndlessReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.start.is_empty() {
            self.start = self.again;
        }
        let read = self.start.read(into)?;
        *self.bytes_read += read as u64;
        Ok(read)
    }
}

#[test]
fn overlong_elements_tags_and_items_are_rejected_without_reading_them_to_their_end() {
    let item = item("");
    let (item, _) = item.split_once("</item>").unwrap();
    let space = " ".repeat(4096);
    let comments = "<wp:comment/>".repeat(100);
    let metas = format!(
        "<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>{space}</wp:meta_value></wp:postmeta>"
    );
    let foreign = format!("<x><y/>{space}</x>");
    for (open, again, kind, limit) in [
        (
            "<title>",
            &space,
            WxrErrorKind::ElementTooLong,
            MAX_ELEMENT_BYTES,
        ),
        (
            "<title><![CDATA[",
            &space,
            WxrErrorKind::ElementTooLong,
            MAX_ELEMENT_BYTES,
        ),
        (
            "<title><!--",
            &space,
            WxrErrorKind::ElementTooLong,
            MAX_ELEMENT_BYTES,
        ),
        (
            "<title>",
            &format!("<![CDATA[{space}]]>"),
            WxrErrorKind::ElementTooLong,
            MAX_ELEMENT_BYTES,
        ),
        (
            "<title>",
            &foreign,
            WxrErrorKind::ElementTooLong,
            MAX_ELEMENT_BYTES,
        ),
        (
            "<unknown><![CDATA[",
            &space,
            WxrErrorKind::ElementTooLong,
            MAX_ELEMENT_BYTES,
        ),
        (
            "<title a='",
            &space,
            WxrErrorKind::TagTooLong,
            MAX_TAG_BYTES,
        ),
        (
            "<title ",
            &"a='1' ".repeat(100),
            WxrErrorKind::TagTooLong,
            MAX_TAG_BYTES,
        ),
        (
            "<",
            &"x".repeat(100),
            WxrErrorKind::TagTooLong,
            MAX_TAG_BYTES,
        ),
        (
            "<title>&",
            &space,
            WxrErrorKind::ElementTooLong,
            MAX_ELEMENT_BYTES,
        ),
        ("", &metas, WxrErrorKind::ItemTooLong, MAX_ITEM_BYTES),
        (
            "<unknown>",
            &foreign,
            WxrErrorKind::ItemTooLong,
            MAX_ITEM_BYTES,
        ),
        // An empty comment takes far more memory than bytes in the file.
        (
            "",
            &comments,
            WxrErrorKind::ItemTooLong,
            MAX_ITEM_BYTES / 10,
        ),
    ] {
        let start = format!("{item}{open}");
        let mut bytes_read = 0;
        let (_, end) = read_all(EndlessReader {
            start: start.as_bytes(),
            again: again.as_bytes(),
            bytes_read: &mut bytes_read,
        });
        assert_eq!(end.unwrap_err().kind, kind, "{open}");
        assert!(
            bytes_read < limit + (256 << 10),
            "{open} took {bytes_read} bytes"
        );
    }
}

#[test]
fn an_element_text_just_below_the_limit_is_read() {
    let text = "x".repeat(usize::try_from(MAX_ELEMENT_BYTES).unwrap() - 12);
    let text = item(&format!(
        "<content:encoded><![CDATA[{text}]]></content:encoded>"
    ));
    assert_eq!(
        only_item(&text).content.len() as u64,
        MAX_ELEMENT_BYTES - 12
    );
}

#[test]
fn an_item_may_have_many_comments() {
    let comments = "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>Yes</wp:comment_content></wp:comment>".repeat(120_000);
    assert_eq!(only_item(&item(&comments)).comments.len(), 120_000);
}

#[test]
fn elements_that_are_nested_too_deeply_are_rejected() {
    // rss, channel and item are three of them.
    let nested = |depth: usize| item(&format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth)));
    assert_eq!(entries(&nested(MAX_DEPTH - 3)).len(), 2);
    let error = read_error(nested(MAX_DEPTH - 2));
    assert_eq!(error.kind, WxrErrorKind::TooDeep);
}

#[test]
fn every_call_after_an_error_returns_the_same_error() {
    let text = item("<title>&nbsp;</title>");
    let mut reader = WxrReader::new(text.as_bytes());
    reader.next_entry().unwrap();
    let first = reader.next_entry().unwrap_err();
    assert_eq!(reader.next_entry().unwrap_err(), first);
}

#[test]
fn an_io_error_is_reported() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let text = item("");
    let cut = &text.as_bytes()[..text.len() - 20];
    let error = read_all(cut.chain(Failing)).1.unwrap_err();
    assert_eq!(error.position.byte, cut.len() as u64);
    assert!(
        error
            .to_string()
            .ends_with("cannot be read any further: the disk is gone")
    );
}

/// Returns the folder with real exports, if there is one. They are not part of the repository.
fn real_exports() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/wxr"));
    beside.is_dir().then_some(beside)
}

/// Number of entries of each kind.
type EntryCounts = BTreeMap<String, usize>;

fn count(counts: &mut EntryCounts, what: impl Into<String>, times: usize) {
    *counts.entry(what.into()).or_default() += times;
}

fn count_entries(text: &str) -> EntryCounts {
    let mut counts = EntryCounts::new();
    for entry in entries(text) {
        match entry {
            WxrEntry::Site(_) => {}
            WxrEntry::Author(_) => count(&mut counts, "authors", 1),
            WxrEntry::Term(_) => count(&mut counts, "terms", 1),
            WxrEntry::Item(item) => {
                count(&mut counts, "comments", item.comments.len());
                count(&mut counts, "terms of items", item.terms.len());
                count(&mut counts, "letters", item.content.chars().count());
                count(&mut counts, format!("items: {}", item.kind), 1);
            }
        }
    }
    counts
}

/// Counts the entries of an export with a different XML parser, for comparison.
fn count_with_other_parser(text: &str) -> EntryCounts {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut counts = EntryCounts::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name();
        let in_wp = name
            .namespace()
            .is_some_and(|space| space.ends_with("/export/1.2/"));
        let child = |name: &str| node.children().find(|c| c.tag_name().name() == name);
        match name.name() {
            "author" if in_wp => count(&mut counts, "authors", 1),
            "category" | "tag" if in_wp => count(&mut counts, "terms", 1),
            "term" if in_wp => {
                let taxonomy = child("term_taxonomy").and_then(|c| c.text());
                let ours = matches!(taxonomy, Some("category" | "post_tag"));
                count(&mut counts, "terms", ours.into());
            }
            "comment" if in_wp => count(&mut counts, "comments", 1),
            "category" => {
                let ours = matches!(node.attribute("domain"), Some("category" | "post_tag"));
                count(&mut counts, "terms of items", ours.into());
            }
            "encoded" if name.namespace().is_some_and(|s| s.ends_with("/content/")) => {
                let text: String = node.children().filter_map(|c| c.text()).collect();
                count(&mut counts, "letters", text.chars().count());
            }
            "item" => {
                let kind = child("post_type")
                    .and_then(|c| c.text())
                    .unwrap_or_default();
                count(&mut counts, format!("items: {kind}"), 1);
                count(&mut counts, "comments", 0);
            }
            _ => {}
        }
    }
    counts
}

#[test]
fn real_exports_are_read_the_same_as_by_another_parser() {
    let Some(folder) = real_exports() else {
        eprintln!("NOT TESTED: the real exports, which are not beside this checkout");
        return;
    };
    for name in [
        "block-editor-test.xml",
        "theme-unit-test.xml",
        "theme-preview.xml",
    ] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let counts = count_entries(&text);
        eprintln!("{name}: {counts:?}");
        assert_eq!(counts, count_with_other_parser(&text), "{name}");
    }
}

proptest! {
    #[test]
    fn a_changed_file_never_causes_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, any::<u8>()), 1..8)
    ) {
        let mut bytes = small().into_bytes();
        for (place, change, byte) in changes {
            let place = place.index(bytes.len());
            match change {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, b"<>&;'\"[]-!?/"[usize::from(byte) % 12]),
                2 => drop(bytes.drain(place..(place + usize::from(byte)).min(bytes.len() - 1).max(place))),
                _ => {
                    let again = bytes[place..(place + usize::from(byte)).min(bytes.len())].to_vec();
                    bytes.splice(place..place, again);
                }
            }
        }
        let (_, end) = read_all(bytes.as_slice());
        if let Err(error) = end {
            prop_assert!(error.position.byte <= bytes.len() as u64);
        }
    }
}
