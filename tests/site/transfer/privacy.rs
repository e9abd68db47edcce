//! Tests of personal data in imports: accounts of authors, email addresses and IP addresses.

use broadsheet::accounts::Role;

use super::{discussion, dump_database};
use crate::support::TestSite;
use crate::support::wxr::{build_export, build_item};

#[tokio::test]
async fn imported_authors_cannot_sign_in() {
    let site = TestSite::new().await;
    let ada = site.staff("ada", Role::Admin).await;
    let author = |login: &str, name: &str| {
        format!(
            "<wp:author><wp:author_login><![CDATA[{login}]]></wp:author_login><wp:author_email>{login}@example.org</wp:author_email><wp:author_display_name><![CDATA[{name}]]></wp:author_display_name></wp:author>"
        )
    };
    let authors = author("ada", "Ada There")
        + &author("oles@example.org", "Олесь")
        + &author("john doe", "john@example.org");
    let xml = build_export(
        &(authors
            + &build_item(5, "a").with(|post| post.creator = "ada").xml()
            + &build_item(6, "b")
                .with(|post| post.creator = "oles@example.org")
                .xml()
            + &build_item(7, "c")
                .with(|post| post.creator = "john doe")
                .xml()
            + &build_item(8, "d").with(|post| post.creator = "").xml()),
    );
    let report = site.import(&xml).await;
    assert_eq!(
        (report.authors.new, report.authors.same),
        (3, 1),
        "{report}"
    );
    let accounts: Vec<(String, String, String, bool)> = sqlx::query_as(
        "select username, slug, name, passphrase_hash is null from accounts order by id",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("the accounts are read");
    let account = |handle: &str, slug: &str, name: &str, is_closed| {
        (
            handle.to_owned(),
            slug.to_owned(),
            name.to_owned(),
            is_closed,
        )
    };
    assert_eq!(
        accounts,
        [
            account("ada", "ada", "ada", false),
            account("олесь", "oles", "Олесь", true),
            account("john-doe", "john-doe", "john doe", true),
            account(
                "the-test-courier",
                "the-test-courier",
                "The Test Courier",
                true
            ),
        ]
    );
    ada.open("/admin/articles").await.sees("Олесь");
    for rows in dump_database(&site).await.values() {
        assert!(!rows.contains("@example.org"), "{rows}");
    }
    // A second import finds the same accounts.
    let again = site.import(&xml.replace("Some words", "Other words")).await;
    assert_eq!(
        (again.authors.same, again.articles.changed),
        (4, 4),
        "{again}"
    );
}

#[tokio::test]
async fn no_email_or_ip_is_stored_or_printed_as_plain_text() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| post.more = discussion());
    let report = site.import(&build_export(&tea.xml())).await;
    let mut places = dump_database(&site).await;
    places.insert("the report".to_owned(), report.to_string());
    places.insert("the log".to_owned(), site.log());
    places.insert("an export".to_owned(), site.export(false).await);
    for (place, text) in places {
        assert!(!text.contains("@example.org"), "{place}: {text}");
        assert!(!text.contains("192.0.2.77"), "{place}: {text}");
    }
    assert!(site.export(true).await.contains("maria@example.org"));
}
