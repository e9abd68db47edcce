//! Tests of feeds across restarts.

use std::fs;

use crate::support::cluster::folder;
use crate::support::server::{Server, broadsheet, run, text};

/// Returns the ids of the items in all feeds of a server.
fn ids(server: &Server) -> Vec<String> {
    let mut found = Vec::new();
    for path in ["/feed.xml", "/comments/feed.xml"] {
        let feed = server.get(path);
        let channel = rss::Channel::read_from(feed.body.as_bytes()).expect("the feed is valid RSS");
        let guids = channel.items().iter().filter_map(|item| item.guid());
        found.extend(guids.map(|guid| guid.value().to_owned()));
    }
    for path in ["/feed.atom", "/comments/feed.atom"] {
        let feed = server.get(path);
        let feed =
            atom_syndication::Feed::read_from(feed.body.as_bytes()).expect("the feed is Atom");
        found.push(feed.id().to_owned());
        found.extend(feed.entries().iter().map(|entry| entry.id().to_owned()));
    }
    found
}

fn start(data: &std::path::Path, url: &str) -> Server {
    Server::start_with(data, &[("BROADSHEET_PUBLIC_URL", url)])
}

#[test]
fn another_public_url_changes_no_guid() {
    let data = folder("feeds");
    let mut server = start(&data, "https://first.example.org");
    let first = ids(&server);
    assert!(
        first.len() > 6,
        "the welcome site has an article and comments: {first:?}"
    );
    server.stop();
    let mut server = start(&data, "https://second.example.org");
    assert_eq!(ids(&server), first);
    // Rows from before guids were stored: feeds made them of the public URL.
    let old = "update articles set guid = null; update comments set guid = null";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let url = server.database_url();
    runtime.block_on(async {
        let mut db = <sqlx::PgConnection as sqlx::Connection>::connect(&url)
            .await
            .expect("the database answers");
        sqlx::raw_sql(old)
            .execute(&mut db)
            .await
            .expect("the guids are removed");
    });
    server.stop();
    let mut server = start(&data, "https://third.example.org");
    let made = ids(&server);
    let base = |guid: &&String| guid.starts_with("https://first.example.org/");
    assert!(made.iter().filter(base).count() > 4, "{made:?}");
    server.stop();
    let mut server = start(&data, "https://fourth.example.org");
    assert_eq!(ids(&server), made);
    // An export gives the same guids, whatever URL it is made with.
    let file = data.join("export.xml");
    let mut command = broadsheet(&data);
    command
        .env("BROADSHEET_PUBLIC_URL", "https://fifth.example.org")
        .args(["export", "wordpress"])
        .arg(&file);
    let output = run(command, "");
    assert!(output.status.success(), "{}", text(&output));
    let export = fs::read_to_string(&file).expect("the export is read");
    let article = made.iter().find(|guid| guid.contains("#article-"));
    let article = article.expect("the article has a guid");
    assert!(export.contains(&format!("<guid isPermaLink=\"false\">{article}</guid>")));
    server.stop();
}
