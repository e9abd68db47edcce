//! Tests of importing uploaded files and of serving the media folder.

use std::fs;

use super::same;
use crate::support::Setup;
use crate::support::cluster::folder;
use crate::support::wxr::{build_export, build_item};

/// Smallest valid picture (GIF89a).
const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

#[tokio::test]
async fn uploads_are_copied_from_the_uploads_folder() {
    let (theirs, ours) = (folder("uploads"), folder("media"));
    let media = ours.clone();
    let site = Setup::default()
        .settings(move |settings| {
            settings.media_dir = Some(media.to_string_lossy().into_owned());
        })
        .build()
        .await;
    fs::create_dir_all(theirs.join("2012/06")).expect("a folder");
    for name in ["cup.gif", "a pot.gif", "lead.gif", "one.gif"] {
        fs::write(theirs.join("2012/06").join(name), PICTURE).expect("a file");
    }
    let upload = |number: i64, name: &str, parent: i64| {
        build_item(number, "x").with(|post| {
            post.kind = "attachment";
            post.title = "A picture";
            post.more = format!("<wp:post_parent>{parent}</wp:post_parent><wp:attachment_url>https://old.example.org/wp-content/uploads/2012/06/{name}</wp:attachment_url>");
        })
    };
    let tea = build_item(5, "tea").with(|post| {
        post.content = "<img src=\"https://old.example.org/wp-content/uploads/2012/06/cup-300x200.gif\" alt=\"Cup\"> <a href=\"http://old.example.org/wp-content/uploads/2012/06/a%20pot.gif\">pot</a> <img src=\"https://old.example.org/wp-content/uploads/2012/06/gone.gif\" alt=\"Gone\"> <img src=\"https://elsewhere.example/x.gif\" alt=\"Far\">\n\n[gallery]\n\n<a href=\"https://old.example.org/2012/06/coffee/?a=b#c\">coffee</a>".to_owned();
        post.more = "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>".to_owned();
    });
    let xml = build_export(
        &(tea.xml() + &upload(8, "one.gif", 5).xml() + &upload(9, "lead.gif", 0).xml()),
    );
    // Without the folder the URLs stay, and no page loads a picture from another site.
    let report = site
        .import_with(&xml, |options| options.media_folder = ours.clone())
        .await
        .expect("the import succeeds");
    assert_eq!(report.unmoved_media, 5, "{report}");
    let reader = site.visitor();
    let page = reader.open("/2012/06/05/tea").await;
    assert!(!page.html().contains("<img"), "{}", page.html());
    assert!(
        page.html().contains(
            "href=\"https://old.example.org/wp-content/uploads/2012/06/cup-300x200.gif\""
        )
    );
    assert!(page.html().contains("href=\"/2012/06/coffee/?a=b#c\""));
    // With the folder they are copied, also for articles that were imported before.
    let with_folder = |options: &mut broadsheet::transfer::import::ImportOptions| {
        options.media_folder = ours.clone();
        options.uploads_folder = Some(theirs.clone());
    };
    let dry_run = site
        .import_with(&xml, |options| {
            with_folder(options);
            options.dry_run = true;
        })
        .await
        .expect("the dry run succeeds");
    assert!(fs::read_dir(&ours).expect("a folder").next().is_none());
    let report = site
        .import_with(&xml, with_folder)
        .await
        .expect("the import succeeds");
    assert_eq!(report.articles.changed, 1, "{report}");
    assert_eq!((report.media.new, report.media.skipped), (4, 1), "{report}");
    assert_eq!(dry_run.media, report.media);
    assert_eq!(
        report.missing_media.samples,
        ["2012/06/gone.gif: not in the uploads folder"]
    );
    let page = reader.open("/2012/06/05/tea").await;
    for picture in ["lead.gif", "cup.gif", "one.gif"] {
        let address = format!("/media/2012/06/{picture}");
        assert!(
            page.html().contains(&format!("src=\"{address}\"")),
            "{picture}: {}",
            page.html()
        );
        let served = reader.open(&address).await;
        served.has_status(200);
        assert_eq!(
            (served.header("content-type"), served.body.as_slice()),
            ("image/gif", PICTURE)
        );
        assert!(served.header("content-security-policy").contains("sandbox"));
    }
    assert!(page.html().contains("href=\"/media/2012/06/a%20pot.gif\""));
    assert_eq!(page.texts_of(".prose img").len(), 3);
    // Importing again, with or without the folder, changes nothing.
    let again = site
        .import_with(&xml, with_folder)
        .await
        .expect("the import succeeds");
    assert_eq!((again.articles, again.media.same), (same(1), 4), "{again}");
    let without = site.import(&xml).await;
    assert_eq!(without.articles, same(1));
}

#[tokio::test]
async fn the_media_route_serves_only_media_files_and_no_scripts_run_in_them() {
    let ours = folder("media");
    let media = ours.clone();
    let site = Setup::default()
        .settings(move |settings| {
            settings.media_dir = Some(media.to_string_lossy().into_owned());
        })
        .build()
        .await;
    fs::write(
        ours.parent()
            .expect("the media folder has a parent")
            .join("secret.txt"),
        "secret",
    )
    .expect("a file");
    for (name, text) in [
        ("page.html", "<script>alert(1)</script>"),
        ("draw.svg", "<svg/>"),
        ("a.pdf", "%PDF"),
    ] {
        fs::write(ours.join(name), text).expect("a file");
    }
    fs::write(ours.join(".hidden.txt"), "hidden").expect("a file");
    std::os::unix::fs::symlink("../secret.txt", ours.join("link.txt")).expect("a link");
    std::os::unix::fs::symlink("a.pdf", ours.join("inner.pdf")).expect("a link");
    let reader = site.visitor();
    reader.open("/media/inner.pdf").await.has_status(200);
    for path in [
        "/media/link.txt",
        "/media/.hidden.txt",
        "/media/%2ehidden.txt",
        "/media/",
        "/media/../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/..%2fsecret.txt",
        "/media/none.gif",
        "/media/%00",
        "/media/a%ff",
    ] {
        let page = reader.open(path).await;
        let is_refused = page.status.is_client_error() || page.header("location") == "/media";
        assert!(is_refused, "{path}: {}", page.status);
        assert!(!page.html().contains("secret"));
    }
    let page = reader.open("/media/page.html").await;
    assert_eq!(page.header("content-disposition"), "attachment");
    let drawing = reader.open("/media/draw.svg").await;
    assert!(
        drawing
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert_eq!(drawing.header("x-content-type-options"), "nosniff");
    assert!(
        !reader
            .open("/media/a.pdf")
            .await
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert!(reader.head("/media/draw.svg").await.body.is_empty());
}
