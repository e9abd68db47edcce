//! Tests of digest emails: when they are due, what they contain, and their links.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::ids::{AccountId, CommentId};
use broadsheet::text::{Language, dates};
use broadsheet::worker::send_mail;

use crate::support::makers::{PASSPHRASE, SampleArticle, at};
use crate::support::smtp::{ReceivedEmail, SmtpSink};
use crate::support::visitor::{Page, Visitor};
use crate::support::{Setup, TestSite};

pub(crate) const MO: &str = "mo.keeper@example.org";
pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Test site with an SMTP server and a moderator who receives digests.
pub(crate) struct DigestSite {
    pub(crate) sink: SmtpSink,
    pub(crate) site: TestSite,
    pub(crate) mo: Visitor,
    pub(crate) article: SampleArticle,
}

impl DigestSite {
    pub(crate) async fn new() -> Self {
        Self::build(|setup| setup).await
    }

    pub(crate) async fn build(change: impl FnOnce(Setup) -> Setup) -> Self {
        let sink = SmtpSink::start().await;
        let site = change(Setup::default().mail(&sink)).build().await;
        let mo = site.staff("mo", Role::Moderator).await;
        let article = site.article("Tea").await;
        Self {
            sink,
            site,
            mo,
            article,
        }
    }

    /// Creates a site whose moderator receives digests with this frequency.
    pub(crate) async fn with_frequency(frequency: &str) -> Self {
        let digest_site = Self::new().await;
        digest_site.subscribe(frequency).await;
        digest_site
    }

    pub(crate) async fn subscribe(&self, frequency: &str) {
        submit_staff_email(&self.mo, MO, frequency)
            .await
            .has_status(303);
        self.deliver().await;
        let link = self.find_last_link();
        confirm_staff_email(&self.site, &link).await.has_status(200);
    }

    pub(crate) async fn deliver(&self) {
        send_mail(&self.site.app)
            .await
            .expect("the database answers");
    }

    pub(crate) async fn insert_held(&self, name: &str) -> CommentId {
        self.site.comment(&self.article, name, Status::Held).await
    }

    /// Returns the digests that the site has sent so far.
    pub(crate) fn list_digests(&self) -> Vec<ReceivedEmail> {
        let all = self.sink.received().into_iter();
        all.filter(|mail| mail.text().contains("/digests/"))
            .collect()
    }

    pub(crate) fn find_last_link(&self) -> String {
        let all = self.sink.received();
        parse_url_path(&all.last().expect("an email is received").links()[0])
    }

    /// Sends a digest and returns the path of the page that it links to.
    pub(crate) async fn send_digest(&self) -> String {
        let before = self.list_digests().len();
        self.deliver().await;
        let digests = self.list_digests();
        assert_eq!(digests.len(), before + 1, "{}", self.site.log());
        parse_url_path(&digests[before].links()[0])
    }

    /// Opens a path in a browser that has no session, like a recipient who follows a link.
    pub(crate) async fn open(&self, path: &str) -> Page {
        self.site.visitor().open(path).await
    }

    pub(crate) async fn find_account(&self) -> AccountId {
        AccountId(
            self.site
                .count("select id from accounts where username = 'mo'")
                .await,
        )
    }

    pub(crate) async fn count_decisions(&self) -> i64 {
        self.site.count("select count(*) from decisions").await
    }
}

pub(crate) fn parse_url_path(link: &str) -> String {
    let (_, rest) = link.split_once("://").expect("an absolute URL");
    format!("/{}", rest.split_once('/').expect("the URL has a path").1)
}

pub(crate) async fn submit_staff_email(visitor: &Visitor, email: &str, frequency: &str) -> Page {
    let page = visitor.open("/admin/account").await;
    page.form("/admin/account/email")
        .fill("email", email)
        .fill("digest", frequency)
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await
}

pub(crate) async fn confirm_staff_email(site: &TestSite, link: &str) -> Page {
    let response = site.visitor().open(link).await;
    response
        .has_status(200)
        .form("/moderators/")
        .press("Confirm email address")
        .await
}

#[tokio::test]
async fn a_digest_lists_new_held_comments_and_links_to_their_page() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    digest_site.site.app.clock.advance(1);
    digest_site.insert_held("Bob").await;
    digest_site
        .site
        .comment(&digest_site.article, "Cid", Status::Approved)
        .await;
    let link = digest_site.send_digest().await;
    let mail = &digest_site.list_digests()[0];
    assert_eq!(mail.to, [MO]);
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("2 comments awaiting moderation – The Test Courier")
    );
    let text = mail.text();
    for words in [
        "2 comments on The Test Courier are awaiting moderation.",
        "Ann, Tea:\n\n> Words of Ann.",
        "Bob, Tea:\n\n> Words of Bob.",
    ] {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
    assert!(text.find("Bob") < text.find("Ann"), "newest first:\n{text}");
    assert!(!text.contains("Cid") && !text.contains("@"), "{text}");
    assert!(
        !text.contains("The moderation log ends"),
        "nothing is in the log yet"
    );
    assert!(
        text.lines()
            .all(|line| line.chars().count() <= 78 || line.contains("://"))
    );
    assert_eq!(
        (mail.links().len(), text.matches("/digests/").count()),
        (2, 1),
        "one link to the page, and one to unsubscribe"
    );
    let page = digest_site.open(&link).await;
    page.has_status(200)
        .sees("Words of Ann.")
        .sees("Words of Bob.")
        .sees("All comments are held")
        .does_not_see("Words of Cid.");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-robots-tag"), "noindex");
    assert_eq!(digest_site.site.status_of(ann).await, Status::Held);

    // The next digest ends with the new hash of the audit log.
    page.form("/digests/").decide("Approve").await;
    digest_site.site.app.clock.advance(2 * MINUTE);
    digest_site.insert_held("Dora").await;
    digest_site.send_digest().await;
    let last: String = sqlx::query_scalar(
        "select position || ':' || encode(hash, 'hex') from audit_log order by position desc limit 1",
    )
    .fetch_one(&digest_site.site.app.pool)
    .await
    .expect("the end of the audit log is read");
    let text = digest_site.list_digests()[1].text().replace('\n', " ");
    assert!(
        text.contains(&format!("The moderation log ends at {last} (for")),
        "{text}"
    );
    assert!(text.contains("Words of Dora.") && text.contains("And one older comment."));
    assert!(
        !text.contains("Words of Ann."),
        "listed in an earlier digest:\n{text}"
    );
}

#[tokio::test]
async fn no_digest_is_sent_without_a_new_comment() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.deliver().await;
    assert!(digest_site.list_digests().is_empty());
    digest_site.insert_held("Ann").await;
    digest_site.send_digest().await;
    for _ in 0..3 {
        digest_site.site.app.clock.advance(HOUR);
        digest_site.deliver().await;
    }
    assert_eq!(
        digest_site.list_digests().len(),
        1,
        "Ann's held comment was in an earlier digest"
    );
    digest_site
        .site
        .comment(&digest_site.article, "Bob", Status::Spam)
        .await;
    digest_site.deliver().await;
    assert_eq!(digest_site.list_digests().len(), 1);
}

#[tokio::test]
async fn immediate_digests_are_at_least_two_minutes_apart() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    digest_site.send_digest().await;
    digest_site.site.app.clock.advance(1);
    digest_site.insert_held("Bob").await;
    digest_site.insert_held("Cid").await;
    digest_site.site.app.clock.advance(2 * MINUTE - 2);
    digest_site.deliver().await;
    assert_eq!(digest_site.list_digests().len(), 1);
    digest_site.site.app.clock.advance(1);
    digest_site.send_digest().await;
    let text = digest_site.list_digests()[1].text();
    assert!(text.contains("Words of Bob.") && text.contains("Words of Cid."));
}

#[tokio::test]
async fn hourly_digests_are_an_hour_apart() {
    let digest_site = DigestSite::with_frequency("hourly").await;
    digest_site.insert_held("Ann").await;
    digest_site.send_digest().await;
    digest_site.site.app.clock.advance(1);
    digest_site.insert_held("Bob").await;
    digest_site.site.app.clock.advance(HOUR - 2);
    digest_site.deliver().await;
    assert_eq!(digest_site.list_digests().len(), 1);
    digest_site.site.app.clock.advance(1);
    digest_site.send_digest().await;
}

#[tokio::test]
async fn a_daily_digest_is_sent_at_eight_in_the_publications_time_zone() {
    let digest_site = DigestSite::build(|setup| {
        setup.publication(|publication| {
            publication.zone = dates::parse_zone("Europe/Kyiv").expect("a zone");
        })
    })
    .await;
    // It is 17:09 in Kyiv.
    digest_site.subscribe("daily").await;
    digest_site.insert_held("Ann").await;
    digest_site.deliver().await;
    assert!(digest_site.list_digests().is_empty());
    let eight = at("2026-03-15T06:00:00Z");
    let left = (eight.unix_micros() - digest_site.site.now().unix_micros()) / 1_000_000;
    digest_site.site.app.clock.advance(left - 1);
    digest_site.deliver().await;
    assert!(digest_site.list_digests().is_empty());
    digest_site.site.app.clock.advance(1);
    digest_site.send_digest().await;
    // A comment after nine waits for the next morning.
    digest_site.site.app.clock.advance(HOUR);
    digest_site.insert_held("Bob").await;
    digest_site.site.app.clock.advance(22 * HOUR);
    digest_site.deliver().await;
    assert_eq!(digest_site.list_digests().len(), 1);
    digest_site.site.app.clock.advance(HOUR);
    digest_site.send_digest().await;
}

#[tokio::test]
async fn a_comment_that_is_held_again_is_in_the_next_digest() {
    let digest_site = DigestSite::with_frequency("each").await;
    let ann = digest_site.insert_held("Ann").await;
    let link = digest_site.send_digest().await;
    let page = digest_site.open(&link).await;
    page.form("/digests/").decide("Approve").await;
    digest_site.site.app.clock.advance(DAY);
    digest_site
        .mo
        .post_fields(
            "/admin/comments",
            &[("one", &format!("held {ann}:approved:0"))],
        )
        .await
        .has_status(303);
    digest_site.send_digest().await;
}

#[tokio::test]
async fn two_processes_send_one_digest() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    let (one, other) = tokio::join!(
        send_mail(&digest_site.site.app),
        send_mail(&digest_site.site.app)
    );
    one.and(other).expect("the database answers");
    assert_eq!(digest_site.list_digests().len(), 1);
    assert_eq!(
        digest_site.site.count("select count(*) from digests").await,
        1
    );
}

#[tokio::test]
async fn a_digest_lists_fifty_comments_and_counts_the_rest() {
    let digest_site = DigestSite::with_frequency("hourly").await;
    for number in 0..52 {
        digest_site.insert_held(&format!("Reader{number}")).await;
    }
    let link = digest_site.send_digest().await;
    let mail = &digest_site.list_digests()[0];
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("52 comments awaiting moderation – The Test Courier")
    );
    let text = mail.text();
    assert_eq!(text.matches("> Words of").count(), 50);
    assert!(text.contains("And 2 older comments."), "{text}");
    let page = digest_site.open(&link).await;
    assert_eq!(page.texts_of(".card").len(), 50);
    page.form("/digests/").press("Spam").await;
    assert_eq!(
        digest_site
            .site
            .count("select count(*) from comments where status = 'spam'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_long_comment_is_cut_in_a_digest() {
    let digest_site = DigestSite::with_frequency("each").await;
    let id = digest_site.insert_held("Ann").await;
    let long = "слово ".repeat(100);
    sqlx::query("update comments set body = $2, body_html = '<p>' || $2 || '</p>' where id = $1")
        .bind(id.0)
        .bind(&long)
        .execute(&digest_site.site.app.pool)
        .await
        .expect("the comment gets a long text");
    digest_site.send_digest().await;
    let text = digest_site.list_digests()[0].text();
    let quoted: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("> "))
        .collect();
    let quoted = quoted.join(" ");
    assert!(
        quoted.ends_with('…') && quoted.chars().count() <= 160,
        "{quoted}"
    );
    assert!(quoted.chars().count() > 140, "{quoted}");
}

#[tokio::test]
async fn a_digest_keeps_the_structure_of_a_comment_that_is_cut() {
    let digest_site = DigestSite::with_frequency("each").await;
    let id = digest_site.insert_held("Ann").await;
    sqlx::query("update comments set body_html = $2 where id = $1")
        .bind(id.0)
        .bind(format!(
            "<blockquote><p>He said so.</p></blockquote><ol start=\"3\"><li>one <a href=\"/tea\">cup</a></li><li>two {}</li></ol>",
            "words ".repeat(50)
        ))
        .execute(&digest_site.site.app.pool)
        .await
        .expect("the comment gets a long text");
    digest_site.send_digest().await;
    let mail = &digest_site.list_digests()[0];
    let text = mail.text().replace("\r\n", "\n");
    assert!(
        text.contains("Ann, Tea:\n\n> > He said so.\n>\n> 3. one cup <http://127.0.0.1:8600/tea>\n> 4. two words"),
        "{text}"
    );
    assert!(text.contains("words…\n\n"), "{text}");
    let html = mail.html();
    assert!(html.contains("words…</li></ol>"), "{html}");
}

#[tokio::test]
async fn a_digest_uses_the_plural_forms_of_its_language() {
    let digest_site = DigestSite::build(|setup| {
        setup.publication(|publication| publication.language = Language::Ukrainian)
    })
    .await;
    let page = digest_site.mo.open("/admin/account").await;
    page.form("/admin/account/email")
        .fill("email", MO)
        .fill("digest", "each")
        .fill("mail_present", PASSPHRASE)
        .press("Зберегти адресу")
        .await
        .has_status(303);
    digest_site.deliver().await;
    let link = digest_site.find_last_link();
    let response = digest_site.open(&link).await;
    response
        .form("/moderators/")
        .press("Підтвердити електронну адресу")
        .await
        .has_status(200);
    for name in ["Анна", "Богдан"] {
        digest_site.insert_held(name).await;
    }
    digest_site.send_digest().await;
    let mail = &digest_site.list_digests()[0];
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("2 коментарі на модерації – The Test Courier")
    );
}
