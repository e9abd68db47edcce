//! Tests of importing compressed, invalid and hostile exports.

use std::fs;

use broadsheet::accounts::Role;
use broadsheet::comments::Status;

use super::{discussion, dump_database, new};
use crate::support::TestSite;
use crate::support::cluster::folder;
use crate::support::wxr::{
    build_comment, build_comment_parent, build_export, build_item, write_export_file,
};

#[tokio::test]
async fn an_invalid_export_writes_nothing() {
    let site = TestSite::new().await;
    let good = build_export(
        &(build_item(5, "tea")
            .with(|post| post.more = discussion())
            .xml()
            + &build_item(6, "coffee").xml()),
    );
    let before = dump_database(&site).await;
    let control = good.replace("Words of maria.", "Words\u{8} of Maria.");
    let entity = good.replace("<title>tea", "<title>&tea;");
    let bomb = good.replace(
        "<rss",
        "<!DOCTYPE rss [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><rss",
    );
    let declared = good.replace("encoding=\"UTF-8\"", "encoding=\"windows-1251\"");
    let cut = good[..good.len() / 2].to_owned();
    let version = good.replace("<wp:wxr_version>1.2", "<wp:wxr_version>7.0");
    let huge = good.replace("Some words.", &"Many words. ".repeat(900_000));
    let mut bytes = good.clone().into_bytes();
    let place = good
        .find("Words of")
        .expect("the export contains the words");
    bytes[place] = 0xFF;
    for (export, expected) in [
        (control.as_bytes(), "U+0008"),
        (entity.as_bytes(), "&tea;"),
        (bomb.as_bytes(), "DOCTYPE"),
        (declared.as_bytes(), "windows-1251"),
        (cut.as_bytes(), "ends"),
        (version.as_bytes(), "7.0"),
        (huge.as_bytes(), "more than 8 MiB, the limit"),
        (&bytes, "UTF-8"),
        (b"", "empty"),
        (b"<html></html>", "not a WordPress export"),
        (b"hello", "XML"),
    ] {
        let file = write_export_file(export);
        // A valid file before the invalid one is not imported either.
        let whole = crate::support::wxr::write_export_file(&good);
        let error = site
            .import_files(&[whole, file.clone()], |_| {})
            .await
            .expect_err("the broken file is rejected");
        let message = format!("{error:#}");
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(message.contains("nothing was imported"), "{message}");
        assert!(message.contains("line") || expected == "empty", "{message}");
        assert!(!message.contains("@example.org"), "{message}");
    }
    let mut after = dump_database(&site).await;
    after.remove("imports_id_seq");
    let mut before = before;
    before.remove("imports_id_seq");
    assert_eq!(before, after);
}

#[tokio::test]
async fn gzip_and_zip_exports_are_imported() {
    use std::io::Write;
    let site = TestSite::new().await;
    let folder = folder("packed");
    let packed = folder.join("a.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(build_export(&build_item(5, "tea").xml()).as_bytes())
        .expect("the export is compressed");
    fs::write(&packed, gzip.finish().expect("the gzip stream is finished"))
        .expect("the gzip file is written");
    let zipped = folder.join("b.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&zipped).expect("the zip file is created"));
    for (name, number, slug) in [
        ("2.xml", 7, "cocoa"),
        ("1.xml", 6, "coffee"),
        ("read.me", 8, "no"),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("an entry of the zip file starts");
        zip.write_all(build_export(&build_item(number, slug).xml()).as_bytes())
            .expect("the entry is compressed");
    }
    zip.finish().expect("the zip file is finished");
    let report = site
        .import_files(&[packed, zipped], |_| {})
        .await
        .expect("the import succeeds");
    assert_eq!(report.articles, new(3));
    assert_eq!(report.sources.len(), 3);
}

#[tokio::test]
async fn scripts_and_oversized_values_in_an_export_are_removed_or_cut() {
    let site = TestSite::new().await;
    let long = "довге-".repeat(2_000);
    let header = format!(
        "<wp:author><wp:author_login><![CDATA[{long}]]></wp:author_login><wp:author_display_name><![CDATA[{long}]]></wp:author_display_name></wp:author>
<wp:category><wp:category_nicename><![CDATA[{long}]]></wp:category_nicename><wp:cat_name><![CDATA[{long}]]></wp:cat_name><wp:category_description><![CDATA[{long}]]></wp:category_description></wp:category>"
    );
    let strange = build_item(i64::MAX, "x").with(|post| {
        post.title = "\u{85}Strange\u{202E} <script>alert(1)</script>";
        post.link = format!("https://old.example.org/{long}/");
        post.content = format!("Words\u{92} <img src=x onerror=alert(1)><a href=\"javascript:alert(1)\" onclick=\"x\">a</a><iframe src=\"//evil.example\"></iframe><form action=\"/x\"><input name=a></form><style>p{{}}</style>{}", "<div>".repeat(5_000));
        post.more = format!(
            "<category domain=\"category\" nicename=\"{long}\"><![CDATA[{long}]]></category><wp:postmeta><wp:meta_key>_broadsheet_address</wp:meta_key><wp:meta_value>//evil.example/</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_broadsheet_address</wp:meta_key><wp:meta_value>/{long}</wp:meta_value></wp:postmeta>{}{}",
            build_comment(i64::MAX, &"n".repeat(5_000), "1", &build_comment_parent(i64::MAX - 1)),
            build_comment(i64::MAX - 1, "<b>Bold</b>", "1", "<wp:comment_date>9999-99-99 99:99:99</wp:comment_date>"),
        );
    });
    let ours = build_item(77, "ours").with(|post| {
        post.content = "<p onclick=\"x\">[caption]<script>alert(1)</script></p>".to_owned();
        post.more = "<wp:postmeta><wp:meta_key>_broadsheet_format</wp:meta_key><wp:meta_value>markdown</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_broadsheet_markdown</wp:meta_key><wp:meta_value><![CDATA[<script>]]></wp:meta_value></wp:postmeta>".to_owned();
    });
    let report = site
        .import(&build_export(&(header + &strange.xml() + &ours.xml())))
        .await;
    assert_eq!(
        (report.articles, report.comments),
        (new(2), new(2)),
        "{report}"
    );
    let reader = site.visitor();
    let front = reader.open("/").await;
    front.sees("Strange").sees("ours");
    let page = reader.open("/2012/06/05/x").await;
    page.has_status(200).sees("Words").sees("Bold");
    let ours = reader.open("/2012/06/05/ours").await;
    ours.sees("[caption]");
    for page in [&front, &page, &ours] {
        // The page has styles of its own.
        let html = page.html().to_lowercase().replacen("<style>", "", 1);
        for wrong in [
            "alert(",
            "onerror",
            "onclick",
            "javascript:",
            "<iframe",
            "<form action=\"/x",
            "<style",
            "\u{202e}",
            "\u{92}",
        ] {
            assert!(!html.contains(wrong), "{wrong} in {html}");
        }
    }
    // Ids continue as before.
    let later = site.article("Later").await;
    assert!(later.id.0 < 1_000_000, "{}", later.id);
    site.comment(&later, "Maria", Status::Approved).await;
    // An editor can save it as it is.
    let id: i64 = sqlx::query_scalar("select id from articles where slug = 'x'")
        .fetch_one(&site.app.pool)
        .await
        .expect("the article's id is read");
    let editor = site.staff("ed", Role::Editor).await;
    let address = format!("/admin/articles/{id}");
    let form = editor.open(&address).await.form(&address);
    form.press("Update").await.has_status(303);
    assert_eq!(
        reader.open(&format!("/?p={}", i64::MAX)).await.leads_to(),
        "/2012/06/05/x"
    );
}
