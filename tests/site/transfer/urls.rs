//! Tests of the URLs of a WordPress site after its import.

use broadsheet::comments::Status;

use super::new;
use crate::support::wxr::{build_comment, build_comment_parent, build_export, build_item};
use crate::support::{Setup, TestSite};

#[tokio::test]
async fn links_with_an_id_already_in_use_lead_to_the_imported_article_and_comments() {
    let site = TestSite::new().await;
    let native = site.article("Native").await;
    let first = site.comment(&native, "First", Status::Approved).await;
    let (article, comments) = (native.id.0, first.0);
    let replies = build_comment(comments, "Maria", "1", "")
        + &build_comment(comments + 1, "Petro", "1", &build_comment_parent(comments));
    let tea = build_item(article, "tea").with(|post| post.more = replies);
    let report = site.import(&build_export(&tea.xml())).await;
    assert_eq!((report.articles, report.comments), (new(1), new(2)));
    let reader = site.visitor();
    let page = reader.open("/2012/06/05/tea").await;
    let anchor = format!("#comment-{comments}");
    assert_eq!(
        page.text_of(&format!("article:has({anchor}) .reply-author")),
        "Maria"
    );
    // The id itself still belongs to the native comment; an old link has the article's path and an anchor.
    assert_eq!(
        reader
            .open(&format!("/comments/{comments}"))
            .await
            .leads_to(),
        format!("{}#comment-{comments}", native.path)
    );
    let saved = reader.open(&format!("/comments/{}", comments + 1)).await;
    saved.follow().await.sees("Petro");
    let answer = reader
        .open(&format!("/2012/06/05/tea?replytocom={comments}"))
        .await;
    answer.follow().await.sees("Words of maria.");
    assert_eq!(
        reader.open(&format!("/?p={article}")).await.leads_to(),
        "/2012/06/05/tea"
    );
}

#[tokio::test]
async fn every_wordpress_url_redirects_to_its_page() {
    let site = Setup::default()
        .publication(|publication| {
            publication.permalink = "/news/{slug}".parse().expect("a pattern");
        })
        .build()
        .await;
    let categories = "<wp:category><wp:term_id>1</wp:term_id><wp:category_nicename>%d1%87%d0%b0%d0%b9</wp:category_nicename><wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[Чай]]></wp:cat_name><wp:category_description><![CDATA[Усе про чай]]></wp:category_description></wp:category>
<wp:tag><wp:term_id>2</wp:term_id><wp:tag_slug>hot</wp:tag_slug><wp:tag_name><![CDATA[Hot]]></wp:tag_name></wp:tag>";
    let tea = build_item(5, "%d1%87%d0%b0%d0%b9").with(|post| {
        post.title = "Чай";
        post.link = "http://old.example.org/2012/06/%d1%87%d0%b0%d0%b9/".to_owned();
        post.more = "<category domain=\"category\" nicename=\"%d1%87%d0%b0%d0%b9\"><![CDATA[Чай]]></category><category domain=\"post_tag\" nicename=\"hot\"><![CDATA[Hot]]></category><wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>old-tea</wp:meta_value></wp:postmeta>".to_owned();
    });
    let cup = build_item(6, "cup").with(|post| {
        post.kind = "attachment";
        post.status = "inherit";
        post.link = "https://old.example.org/2012/06/tea/cup/".to_owned();
        post.more = "<wp:post_parent>5</wp:post_parent><wp:attachment_url>https://old.example.org/wp-content/uploads/cup.jpg</wp:attachment_url>".to_owned();
    });
    let mut items = tea.xml() + &cup.xml();
    for number in 100..115 {
        items += &build_item(
            number,
            ["a", "b", "c"]
                [usize::try_from(number).expect("the number of the item fits usize") % 3],
        )
        .with(|post| {
            post.link = format!("https://old.example.org/?p={number}");
            post.date_gmt = "2012-06-04 07:00:00";
        })
        .xml();
    }
    let report = site
        .import(&build_export(&(categories.to_owned() + &items)))
        .await;
    assert_eq!(report.articles, new(16));
    let reader = site.visitor();
    for (old, place) in [
        ("/2012/06/%d1%87%d0%b0%d0%b9/", "/news/chai"),
        ("/2012/06/%D1%87%D0%B0%D0%B9", "/news/chai"),
        ("/2012/06/old-tea/", "/news/chai"),
        ("/2012/06/tea/cup/", "/news/chai"),
        ("/?p=5", "/news/chai"),
        ("/?page_id=5", "/news/chai"),
        ("/?attachment_id=6", "/news/chai"),
        ("/category/%d1%87%d0%b0%d0%b9/", "/topics/chai"),
        (
            "/category/drinks/%d1%87%d0%b0%d0%b9/page/2/",
            "/topics/chai",
        ),
        ("/tag/hot", "/topics/hot"),
        ("/author/ann/", "/authors/ann"),
        // Feeds lead to feeds: a feed reader drops one that has become a page.
        ("/tag/hot/feed/", "/topics/hot/feed.xml"),
        ("/tag/hot/feed/atom/", "/topics/hot/feed.atom"),
        ("/tag/hot/?feed=rss2", "/topics/hot/feed.xml"),
        (
            "/category/drinks/%d1%87%d0%b0%d0%b9/feed/",
            "/topics/chai/feed.xml",
        ),
        ("/category/%d1%87%d0%b0%d0%b9/feed", "/topics/chai/feed.xml"),
        (
            "/category/%d1%87%d0%b0%d0%b9/feed/rss2/",
            "/topics/chai/feed.xml",
        ),
        (
            "/category/%d1%87%d0%b0%d0%b9?feed=atom",
            "/topics/chai/feed.atom",
        ),
        ("/author/ann/feed/", "/authors/ann/feed.xml"),
        ("/author/ann/feed/atom/", "/authors/ann/feed.atom"),
        ("/feed/", "/feed.xml"),
        ("/feed", "/feed.xml"),
        ("/feed/atom/", "/feed.atom"),
        ("/feed/rss2/", "/feed.xml"),
        ("/feed/rdf", "/feed.xml"),
        ("/atom/", "/feed.atom"),
        ("/rss2", "/feed.xml"),
        ("/rss", "/feed.xml"),
        ("/wp-rss2.php", "/feed.xml"),
        ("/?feed=rss2", "/feed.xml"),
        ("/?feed=atom", "/feed.atom"),
        ("/?feed=comments-rss2", "/comments/feed.xml"),
        ("/?feed=comments-atom", "/comments/feed.atom"),
        ("/comments/feed/", "/comments/feed.xml"),
        ("/comments/feed/atom/", "/comments/feed.atom"),
        ("/?feed=rss2&p=5", "/feed.xml"),
        ("/?p=5&feed=atom", "/news/chai/feed.atom"),
        ("/2012/06/old-tea/feed/", "/news/chai/feed.xml"),
        ("/2012/06/old-tea/feed/atom/", "/news/chai/feed.atom"),
        ("/2012/06/old-tea/?feed=rss2", "/news/chai/feed.xml"),
        ("/news/chai/rss2/", "/news/chai/feed.xml"),
        ("/?s=%D1%87%D0%B0%D0%B9", "/search?q=%D1%87%D0%B0%D0%B9"),
        ("/page/1/", "/"),
        (
            "/wp-content/uploads/2012/06/a%20cup.jpg",
            "/media/2012/06/a%20cup.jpg",
        ),
    ] {
        let mut leads = reader.open(old).await.leads_to();
        // A slash at the end may take a step of its own.
        if leads == old.trim_end_matches('/') {
            leads = reader.open(&leads).await.leads_to();
        }
        assert_eq!(leads, place, "{old}");
        if !place.starts_with("/media") {
            reader.open(place).await.has_status(200);
        }
    }
    let second = reader.open("/page/2/").await.follow().await;
    second.has_status(200);
    assert_eq!(second.texts_of(".headline").len(), 6, "{}", second.text());
    for nothing in [
        "/?p=77",
        "/?p=x",
        "/category/none",
        "/page/9",
        "/page/x",
        "/?paged=-",
        "/?attachment_id=9",
    ] {
        reader.open(nothing).await.has_status(404);
    }
    let topic = reader.open("/topics/chai").await;
    topic.has_status(200).sees("Усе про чай");
}

#[tokio::test]
async fn a_former_path_leads_to_the_article_that_uses_it_now() {
    let site = Setup::default()
        .publication(|publication| publication.permalink = "/{slug}".parse().expect("a pattern"))
        .build()
        .await;
    let renamed = build_item(5, "bar").with(|post| {
        post.link = "https://old.example.org/bar/".to_owned();
        post.more = ["foo", "older"]
            .map(|slug| format!("<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>{slug}</wp:meta_value></wp:postmeta>"))
            .concat();
    });
    let now =
        build_item(6, "foo").with(|post| post.link = "https://old.example.org/foo/".to_owned());
    let nested = build_item(7, "contact").with(|post| {
        post.kind = "page";
        post.link = "https://old.example.org/team/contact/".to_owned();
    });
    let other = build_item(8, "contact").with(|post| {
        post.kind = "page";
        post.link = "https://old.example.org/contact/".to_owned();
    });
    let strange = build_item(9, "strange").with(|post| {
        post.kind = "attachment";
        post.link = "tag:old.example.org,2010:x".to_owned();
        post.more = "<wp:post_parent>5</wp:post_parent>".to_owned();
    });
    let xml: String = [renamed, now, nested, other, strange]
        .iter()
        .map(crate::support::wxr::WordPressItem::xml)
        .collect();
    let report = site.import(&build_export(&xml)).await;
    assert_eq!(report.path_conflicts.total, 0, "{report}");
    let reader = site.visitor();
    for path in ["/bar", "/foo", "/team/contact", "/contact"] {
        reader.open(path).await.has_status(200);
    }
    assert_eq!(reader.open("/older").await.leads_to(), "/bar");
}
