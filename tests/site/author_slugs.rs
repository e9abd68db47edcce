//! Tests that author pages are named after the name that readers see, and that no public page contains a username.

use broadsheet::accounts::{Role, Username, author_slugs, store};
use broadsheet::articles::{self, ArticleInput, ArticleState};
use broadsheet::ids::AccountId;

use crate::support::TestSite;
use crate::support::wxr::{build_export, build_item};

async fn add_author(site: &TestSite, username: &str, name: &str) -> AccountId {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let username = Username::parse(username).expect("a username");
    store::insert(&mut db, &username, name, Role::Editor, None, site.now())
        .await
        .expect("the database answers")
        .expect("the username is free")
}

/// Publishes an article and returns its path.
async fn publish(site: &TestSite, author: AccountId, title: &str) -> String {
    let publication = site.app.load_publication().await.expect("the settings");
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let draft = ArticleInput {
        body: "Some words.".to_owned(),
        state: ArticleState::Published,
        published_at: Some(site.now()),
        ..ArticleInput::new(title)
    };
    let outcome =
        articles::store::insert(&mut db, &publication, author, &draft, None, site.now()).await;
    let articles::store::ArticleSaveOutcome::Saved(id) = outcome.expect("the database answers")
    else {
        panic!("the article is saved")
    };
    let article = articles::store::find(&mut db, id)
        .await
        .expect("the database answers");
    db.commit().await.expect("the transaction commits");
    article
        .and_then(|article| article.path)
        .expect("a published article has a path")
}

async fn slug_of(site: &TestSite, account: AccountId) -> String {
    sqlx::query_scalar("select slug from accounts where id = $1")
        .bind(account.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("the account exists")
}

#[tokio::test]
async fn the_slug_of_an_author_comes_from_the_name_that_readers_see() {
    let site = TestSite::new().await;
    for (username, name, slug) in [
        ("admin", "Olena Shevchenko", "olena-shevchenko"),
        ("root", "Olena Shevchenko", "olena-shevchenko-2"),
        ("third", "Олена Шевченко", "olena-shevchenko-3"),
        ("ґ-1", "Їжак", "yizhak"),
        ("secret-name", "—", "author"),
        ("other-name", "…!?", "author-2"),
        ("last", "Author", "author-3"),
        (
            "long",
            "слово ".repeat(60).trim(),
            "slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo-slovo",
        ),
    ] {
        let account = add_author(&site, username, name).await;
        assert_eq!(slug_of(&site, account).await, slug, "{name}");
    }
}

#[tokio::test]
async fn no_public_page_contains_a_username() {
    let site = TestSite::new().await;
    let author = add_author(&site, "qzsigninname", "Olena Shevchenko").await;
    let path = publish(&site, author, "Tea").await;
    let reader = site.visitor();
    let page = reader.open(&path).await;
    let author_url = page
        .attribute(".byline a", "href")
        .expect("the byline links the author");
    assert_eq!(author_url, "/authors/olena-shevchenko");
    assert!(
        page.html().contains("/authors/olena-shevchenko\""),
        "JSON-LD names the author page"
    );
    for path in [
        path.as_str(),
        "/",
        "/feed.xml",
        "/comments/feed.xml",
        "/sitemap.xml",
        "/robots.txt",
        "/search?q=words",
        "/authors/olena-shevchenko",
        "/nothing",
    ] {
        let html = reader.open(path).await.html();
        assert!(
            !html.to_lowercase().contains("qzsigninname"),
            "{path}: {html}"
        );
    }
    reader.open("/authors/qzsigninname").await.has_status(404);
}

#[tokio::test]
async fn slugs_made_of_usernames_are_replaced_and_redirect() {
    let site = TestSite::new().await;
    let mut accounts = Vec::new();
    for (username, name) in [
        ("admin", "Olena Shevchenko"),
        ("mo", "Maria Kovalenko"),
        ("olena-shevchenko", "Admin"),
        ("ann", "Ann"),
        ("ann-7", "ANN"),
    ] {
        let account = add_author(&site, username, name).await;
        accounts.push(account);
        // As they were before: the slug is the username.
        sqlx::query("update accounts set slug = username, slug_is_from_name = false where id = $1")
            .bind(account.0)
            .execute(&site.app.pool)
            .await
            .expect("the account is changed");
    }
    for account in [0, 2, 3] {
        publish(&site, accounts[account], &format!("Article {account}")).await;
    }
    // Two servers may start at once, and each start tries again.
    let (one, other) = tokio::join!(
        author_slugs::rename_username_slugs(&site.app.pool, site.now()),
        author_slugs::rename_username_slugs(&site.app.pool, site.now()),
    );
    one.and(other).expect("the slugs are replaced");
    let rename = author_slugs::rename_username_slugs(&site.app.pool, site.now()).await;
    rename.expect("there is nothing left to replace");
    let mut slugs = Vec::new();
    for account in &accounts {
        slugs.push(slug_of(&site, *account).await);
    }
    // The old slug of one is what the name of another would give: it still belongs to the first.
    assert_eq!(
        slugs,
        [
            "olena-shevchenko-2",
            "maria-kovalenko",
            "admin-2",
            "ann",
            "ann-7"
        ]
    );
    let reader = site.visitor();
    for (old, new) in [
        ("/authors/admin", "/authors/olena-shevchenko-2"),
        ("/authors/olena-shevchenko", "/authors/admin-2"),
    ] {
        let page = reader.open(old).await;
        assert_eq!(page.has_status(301).leads_to(), new);
        page.follow().await.has_status(200);
    }
    reader.open("/authors/ann").await.has_status(200);
    // Nobody knew the username of someone who had published nothing, and nobody learns it now.
    reader.open("/authors/mo").await.has_status(404);
    publish(&site, accounts[1], "Later").await;
    reader
        .open("/authors/maria-kovalenko")
        .await
        .has_status(200);
    reader.open("/authors/mo").await.has_status(404);
}

#[tokio::test]
async fn imported_authors_have_the_slug_of_their_name_and_their_old_page_redirects() {
    let site = TestSite::new().await;
    let author = |login: &str, name: &str| {
        format!(
            "<wp:author><wp:author_login>{login}</wp:author_login><wp:author_display_name><![CDATA[{name}]]></wp:author_display_name></wp:author>"
        )
    };
    let authors = author("qzlogin", "Олена Шевченко")
        + &author("x.y_2", "Олена Шевченко")
        + &author("mail@example.org", "Petro");
    let items = build_item(5, "a")
        .with(|post| post.creator = "qzlogin")
        .xml()
        + &build_item(6, "b").with(|post| post.creator = "x.y_2").xml()
        + &build_item(7, "c")
            .with(|post| post.creator = "mail@example.org")
            .xml();
    let export = build_export(&(authors + &items));
    site.import(&export).await;
    site.import(&export).await;
    let reader = site.visitor();
    for (old, slug, new) in [
        (
            "/author/qzlogin/",
            "/authors/qzlogin",
            "/authors/olena-shevchenko",
        ),
        (
            "/author/x-y_2/",
            "/authors/x-y-2",
            "/authors/olena-shevchenko-2",
        ),
    ] {
        assert_eq!(reader.open(old).await.has_status(301).leads_to(), slug);
        let page = reader.open(slug).await;
        assert_eq!(page.has_status(301).leads_to(), new);
        page.follow().await.has_status(200);
    }
    reader.open("/authors/petro").await.has_status(200);
    let stored = site
        .count("select count(*) from former_author_slugs where slug like '%example%'")
        .await;
    assert_eq!(stored, 0, "an email is stored as plain text");
}
