//! Tests of mail delivery from the outbox to an SMTP server.

use std::time::Duration;

use broadsheet::commenters::{self, Email};
use broadsheet::config::Settings;
use broadsheet::ids::CommenterId;
use broadsheet::mail::{
    EmailBlock, EmailLink, EmailMessage, Mailer, SendError, check_server, outbox,
};
use broadsheet::text::Language;
use broadsheet::worker::send_mail;

use crate::support::smtp::SmtpSink;
use crate::support::{Setup, TestSite};

const ANN: &str = "ann.canary@example.org";
const DAY: i64 = 24 * 60 * 60;

async fn site_with(sink: &SmtpSink) -> TestSite {
    Setup::default().mail(sink).build().await
}

fn sample_email(subject: &str) -> EmailMessage {
    let blocks = [
        EmailBlock::Paragraph("Bob answered what you wrote.".into()),
        EmailBlock::Action(EmailLink {
            label: "Read it".into(),
            url: "https://news.example.org/tea#comment-4".into(),
        }),
    ];
    EmailMessage::new(Language::English, subject, &blocks)
}

impl TestSite {
    async fn insert_commenter(&self, recipient: &str) -> CommenterId {
        let mut db = self.app.pool.acquire().await.expect("a connection");
        let email = Email::parse(recipient).expect("a valid email");
        commenters::store::commenters::find_or_insert(&mut db, &self.app.keys, &email, self.now())
            .await
            .expect("a commenter")
            .id
    }

    async fn enqueue_email(&self, to: CommenterId, email: &EmailMessage) {
        let mut db = self.app.pool.begin().await.expect("a transaction");
        outbox::enqueue(&mut db, &self.app.keys, to, email, None, self.now())
            .await
            .expect("an email is inserted");
        db.commit().await.expect("the transaction commits");
    }

    async fn enqueue_email_to(&self, recipient: &str, subject: &str) -> CommenterId {
        let to = self.insert_commenter(recipient).await;
        self.enqueue_email(to, &sample_email(subject)).await;
        to
    }

    async fn deliver_mail(&self) {
        send_mail(&self.app).await.expect("the database answers");
    }

    async fn count_queued(&self) -> i64 {
        self.count("select count(*) from outbox").await
    }

    async fn count_suppressed(&self) -> i64 {
        self.count("select count(*) from commenters where suppressed_at is not null")
            .await
    }

    /// Asserts that the site's log contains neither recipients nor text that the mail server sent.
    fn assert_log_is_anonymous(&self) {
        let log = self.log().to_lowercase();
        for word in ["ann.canary", "canary@example", "pelican"] {
            assert!(!log.contains(word), "the log holds {word}:\n{log}");
        }
    }
}

#[tokio::test]
async fn a_queued_email_is_sent_with_all_headers() {
    let sink = SmtpSink::start().await;
    let site = Setup::default()
        .settings(|settings| settings.public_url = Some("https://news.example.org".into()))
        .mail(&sink)
        .build()
        .await;
    let to = site.insert_commenter(ANN).await;
    let mut email = sample_email("Bob answered you");
    email.unsubscribe = Some("https://news.example.org/stop/17?key=abc".into());
    email.thread = Some("article-17".into());
    site.enqueue_email(to, &email).await;
    assert!(sink.received().is_empty());
    site.deliver_mail().await;

    let received = sink.received();
    let [mail] = &received[..] else {
        panic!("{} emails", received.len())
    };
    assert_eq!(
        (mail.from.as_str(), &mail.to[..]),
        ("courier@example.org", &[ANN.to_owned()][..])
    );
    let header = |name: &str| mail.header(name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(header("From"), "\"The Test Courier\" <courier@example.org>");
    assert_eq!(header("To"), ANN);
    assert_eq!(header("Subject"), "Bob answered you");
    assert_eq!(header("Date"), "Sat, 14 Mar 2026 15:09:26 +0000");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(
        header("List-Unsubscribe"),
        "<https://news.example.org/stop/17?key=abc>"
    );
    assert_eq!(
        header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    assert_eq!(header("References"), "<article-17@news.example.org>");
    assert_eq!(header("In-Reply-To"), "<article-17@news.example.org>");
    assert!(header("Content-Type").starts_with("multipart/alternative"));
    let id = header("Message-ID");
    assert!(
        id.starts_with("<outbox-") && id.ends_with("@news.example.org>"),
        "{id}"
    );
    assert_eq!(mail.text(), email.text);
    assert_eq!(mail.html(), email.html);
    assert_eq!(mail.links(), ["https://news.example.org/tea#comment-4"]);
    assert!(mail.raw.is_ascii());

    assert_eq!(site.count_queued().await, 0);
    site.deliver_mail().await;
    assert_eq!(sink.received().len(), 1);
    site.assert_log_is_anonymous();
}

#[tokio::test]
async fn an_email_without_an_unsubscribe_url_has_no_list_headers() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    site.enqueue_email_to(ANN, "Prove your address").await;
    site.deliver_mail().await;
    let mail = &sink.received()[0];
    for name in [
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "References",
        "In-Reply-To",
    ] {
        assert_eq!(mail.count_headers(name), 0, "{name}");
    }
}

#[tokio::test]
async fn a_deferred_email_is_retried_after_its_delay() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    site.enqueue_email_to(ANN, "Bob answered you").await;
    sink.queue_recipient_replies(&["451 4.7.1 <ann.canary@example.org> come back later"; 2]);
    for (wait, tries) in [(60, 2), (5 * 60, 3)] {
        site.deliver_mail().await;
        site.app.clock.advance(wait - 1);
        site.deliver_mail().await;
        assert_eq!(sink.count_commands("RCPT"), tries - 1);
        assert!(sink.received().is_empty());
        site.app.clock.advance(1);
    }
    site.deliver_mail().await;
    assert_eq!(sink.received().len(), 1);
    assert_eq!(
        (site.count_queued().await, site.count_suppressed().await),
        (0, 0)
    );
    assert!(site.log().contains("code=451"), "{}", site.log());
    site.assert_log_is_anonymous();
}

#[tokio::test]
async fn retries_have_the_same_message_id() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    site.enqueue_email_to(ANN, "Bob answered you").await;
    // The process ends after the server has accepted the email and before the row is deleted: a trigger keeps the row.
    let keep = "update outbox set next_try_at = created_at";
    sqlx::query(
        "create function stay() returns trigger language plpgsql as 'begin return null; end'",
    )
    .execute(&site.app.pool)
    .await
    .expect("the trigger function is created");
    sqlx::query("create trigger stay before delete on outbox for each row execute function stay()")
        .execute(&site.app.pool)
        .await
        .expect("the trigger is created");
    deliver_and_reset_lease(&site, keep).await;
    deliver_and_reset_lease(&site, keep).await;
    let ids: Vec<_> = sink
        .received()
        .iter()
        .map(|mail| mail.header("Message-ID"))
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(ids[0].is_some() && ids[0] == ids[1], "{ids:?}");
}

async fn deliver_and_reset_lease(site: &TestSite, again: &'static str) {
    site.deliver_mail().await;
    sqlx::query(again)
        .execute(&site.app.pool)
        .await
        .expect("the lease of the email ends");
}

#[tokio::test]
async fn an_unsent_email_expires_after_two_days() {
    let mut sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    sink.stop().await;
    site.enqueue_email_to(ANN, "Bob answered you").await;
    for _ in 0..16 {
        site.deliver_mail().await;
        assert_eq!(site.count_queued().await, 1);
        site.app.clock.advance(3 * 60 * 60 - 60);
    }
    site.app.clock.advance(16 * 60);
    site.deliver_mail().await;
    assert_eq!(
        (site.count_queued().await, site.count_suppressed().await),
        (0, 0)
    );
    assert!(site.log().contains("WARN") && site.log().contains("were deleted"));
    site.assert_log_is_anonymous();
}

#[tokio::test]
async fn without_a_mail_server_emails_wait_and_expire() {
    let site = TestSite::new().await;
    site.enqueue_email_to(ANN, "Bob answered you").await;
    site.deliver_mail().await;
    assert_eq!(site.count("select tries::bigint from outbox").await, 0);
    site.app.clock.advance(2 * DAY - 1);
    site.deliver_mail().await;
    assert_eq!(site.count_queued().await, 1);
    site.app.clock.advance(1);
    site.deliver_mail().await;
    assert_eq!(site.count_queued().await, 0);
}

#[tokio::test]
async fn a_bounced_email_address_is_suppressed() {
    for (at_rcpt, answer) in [
        (
            true,
            "550 5.1.1 <ann.canary@example.org>: pelican: no such reader",
        ),
        (
            false,
            "554 pelican: no such reader as ann.canary@example.org",
        ),
    ] {
        let sink = SmtpSink::start().await;
        let site = site_with(&sink).await;
        let ann = site.enqueue_email_to(ANN, "One").await;
        site.enqueue_email(ann, &sample_email("Two")).await;
        if at_rcpt {
            sink.queue_recipient_replies(&[answer]);
        } else {
            sink.queue_data_replies(&[answer]);
        }
        site.deliver_mail().await;
        assert_eq!(
            (site.count_queued().await, site.count_suppressed().await),
            (0, 1),
            "{answer}"
        );
        site.enqueue_email(ann, &sample_email("Three")).await;
        site.app.clock.advance(DAY);
        site.deliver_mail().await;
        assert_eq!(site.count_queued().await, 0);
        assert_eq!(
            (sink.count_commands("RCPT"), sink.received().len()),
            (1, 0),
            "{answer}"
        );
        // Other recipients still get email.
        site.enqueue_email_to("bob@example.org", "Four").await;
        site.deliver_mail().await;
        assert_eq!(sink.received().len(), 1);
        site.assert_log_is_anonymous();
    }
}

#[tokio::test]
async fn a_blocked_commenter_gets_no_email() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    site.enqueue_email_to(ANN, "Bob answered you").await;
    sqlx::query("update commenters set blocked_at = $1")
        .bind(site.now())
        .execute(&site.app.pool)
        .await
        .expect("Ann is blocked");
    site.deliver_mail().await;
    assert_eq!(
        (site.count_queued().await, sink.count_connections()),
        (0, 0)
    );
}

#[tokio::test]
async fn a_mail_server_that_rejects_the_site_suppresses_nobody() {
    let sink = SmtpSink::start().await;
    let site = Setup::default()
        .mail(&sink)
        .settings(|settings| {
            let recipient = settings.smtp_url.take().unwrap_or_default();
            settings.smtp_url = Some(recipient.replace("://", "://courier:wrong@"));
        })
        .build()
        .await;
    for recipient in [ANN, "bob@example.org"] {
        site.enqueue_email_to(recipient, "News").await;
    }
    // The server rejects the connection, then the sign-in, then relaying.
    sink.queue_greetings(&["554 5.7.1 pelican, no welcome"]);
    site.deliver_mail().await;
    site.app.clock.advance(DAY / 4);
    sink.queue_auth_replies(&["535 5.7.8 pelican: no such account"]);
    site.deliver_mail().await;
    assert_eq!(sink.count_commands("MAIL"), 0);
    site.app.clock.advance(DAY / 4);
    sink.queue_recipient_replies(&["550 5.7.1 pelican: no relaying here"; 2]);
    site.deliver_mail().await;
    assert_eq!(sink.count_commands("RCPT"), 2);
    assert_eq!(
        (site.count_queued().await, site.count_suppressed().await),
        (2, 0)
    );
    for code in ["code=554", "code=535", "code=550"] {
        assert!(site.log().contains(code), "{}", site.log());
    }
    site.app.clock.advance(DAY / 4);
    site.deliver_mail().await;
    assert_eq!((site.count_queued().await, sink.received().len()), (0, 2));
    site.assert_log_is_anonymous();
}

#[tokio::test]
async fn a_hanging_mail_server_delays_nothing_else() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    site.enqueue_email_to(ANN, "Bob answered you").await;
    sink.hang(true);
    let delivering = tokio::spawn({
        let app = site.app.clone();
        async move { send_mail(&app).await }
    });
    while sink.count_connections() == 0 {
        tokio::task::yield_now().await;
    }
    page.form("/articles/")
        .fill("author", "Bob")
        .fill("email", "bob@example.org")
        .fill("comment", "Lovely.")
        .submit()
        .await
        .has_status(303);
    broadsheet::worker::purge_expired(&site.app)
        .await
        .expect("the purge runs");
    // The worker holds no database connection while it waits for the mail server.
    while site.app.pool.num_idle() < site.app.pool.size() as usize {
        tokio::task::yield_now().await;
    }
    assert!(!delivering.is_finished());
    sink.hang(false);
    delivering
        .await
        .expect("the delivery task does not panic")
        .expect("the database answers");
    assert_eq!((sink.received().len(), site.count_queued().await), (1, 0));
}

#[tokio::test]
async fn sending_to_a_hanging_mail_server_times_out() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    let config = site
        .app
        .config
        .mail
        .as_ref()
        .expect("the settings have a mail server");
    let mailer = Mailer::new(config, "localhost").with_timeout(Duration::from_millis(300));
    let send = async |subject: &str| {
        let to = ANN.parse().expect("a valid email address");
        mailer
            .send(&sample_email(subject), to, "outbox-1", site.now())
            .await
    };
    assert_eq!(send("One").await, Ok(()));
    sink.hang(true);
    let timeout = Err(SendError::Unreachable("timeout".to_owned()));
    assert_eq!(send("Two").await, timeout);
    assert_eq!(mailer.test_connection().await, timeout);
    sink.hang(false);
    assert_eq!(send("Three").await, Ok(()));
    let subjects: Vec<_> = sink
        .received()
        .iter()
        .filter_map(|mail| mail.header("Subject"))
        .collect();
    assert_eq!(subjects, ["One", "Three"]);
}

#[tokio::test]
async fn concurrent_workers_send_each_email_once_over_few_connections() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    for number in 0..50 {
        site.enqueue_email_to(
            &format!("reader{number}@example.org"),
            &format!("To {number}"),
        )
        .await;
    }
    let (one, other) = tokio::join!(send_mail(&site.app), send_mail(&site.app));
    one.and(other).expect("the database answers");
    let mut to: Vec<String> = sink
        .received()
        .into_iter()
        .flat_map(|mail| mail.to)
        .collect();
    assert_eq!(to.len(), 50);
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 50);
    assert_eq!(site.count_queued().await, 0);
    // Each worker opens four connections, and a few more when both begin, but not one for each email.
    assert!(
        sink.count_connections() <= 16,
        "{} connections",
        sink.count_connections()
    );
}

#[tokio::test]
async fn emails_of_an_aborted_worker_are_sent_later() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    site.enqueue_email_to(ANN, "Bob answered you").await;
    sink.hang(true);
    let dying = tokio::spawn({
        let app = site.app.clone();
        async move { send_mail(&app).await }
    });
    while sink.count_connections() == 0 {
        tokio::task::yield_now().await;
    }
    dying.abort();
    assert!(
        dying
            .await
            .expect_err("the delivery task is cancelled")
            .is_cancelled()
    );
    sink.hang(false);
    site.app.clock.advance(5 * 60 - 1);
    site.deliver_mail().await;
    assert!(sink.received().is_empty());
    site.app.clock.advance(1);
    site.deliver_mail().await;
    assert_eq!(sink.received().len(), 1);
}

#[tokio::test]
async fn emails_support_every_script() {
    let sink = SmtpSink::start().await;
    let site = Setup::default()
        .mail(&sink)
        .settings(|settings| settings.mail_from = Some("Вісник <courier@example.org>".into()))
        .build()
        .await;
    let subject =
        "Богдан відповідає на ваш коментар до статті «Чай і все, що треба знати про нього восени»";
    let words = format!("Їжак 🦔 п'є чай.\n.\n.крапка\n{}", "слово ".repeat(60));
    let to = site.insert_commenter("андрій@пошта.укр").await;
    let email = EmailMessage::new(
        Language::Ukrainian,
        subject,
        &[EmailBlock::Paragraph(words)],
    );
    site.enqueue_email(to, &email).await;
    site.deliver_mail().await;
    let mail = &sink.received()[0];
    assert_eq!(mail.header("Subject").as_deref(), Some(subject));
    assert_eq!(
        mail.header("From").as_deref(),
        Some("Вісник <courier@example.org>")
    );
    assert_eq!(mail.text(), email.text);
    assert!(
        mail.text()
            .starts_with("Їжак 🦔 п'є чай.\n.\n.крапка\nслово")
    );
    assert!(mail.html().contains(r#"<html lang="uk" dir="ltr">"#));
    assert_eq!(mail.to, ["андрій@xn--80a1acn3a.xn--j1amh"]);
    let lines = mail.raw.split(|byte| *byte == b'\n');
    assert!(lines.into_iter().all(|line| line.len() <= 998));
}

#[tokio::test]
async fn a_subject_cannot_inject_headers() {
    let sink = SmtpSink::start().await;
    let site = site_with(&sink).await;
    let to = site.insert_commenter(ANN).await;
    let mut email = sample_email("Tea");
    // Set directly, since `EmailMessage::new` would have joined the lines already.
    email.subject = "Tea\r\nBcc: eve@example.org\r\n\r\nBuy\u{0}".into();
    email.thread = Some("a>\r\nBcc: eve@example.org".into());
    email.unsubscribe = Some("https://example.org/\r\nBcc: eve@example.org".into());
    site.enqueue_email(to, &email).await;
    site.deliver_mail().await;
    let mail = &sink.received()[0];
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("Tea Bcc: eve@example.org Buy")
    );
    assert_eq!((mail.count_headers("Bcc"), mail.to.len()), (0, 1));
    assert_eq!(mail.text(), email.text);
}

#[tokio::test]
async fn the_outbox_contains_no_readable_email() {
    let site = TestSite::new().await;
    let to = site.enqueue_email_to(ANN, "Bob answered you").await;
    let (plain, sealed): (String, Vec<u8>) =
        sqlx::query_as("select outbox::text, message_sealed from outbox")
            .fetch_one(&site.app.pool)
            .await
            .expect("the queued email is read");
    let bytes = String::from_utf8_lossy(&sealed);
    for word in [
        "canary",
        "example.org",
        "Bob",
        "answered",
        "subject",
        "https",
    ] {
        assert!(!bytes.contains(word) && !plain.contains(word), "{word}");
        let hex = broadsheet::crypto::encode_hex(word.as_bytes());
        assert!(!plain.contains(&hex), "{word}");
    }
    // Only the key derived for the recipient opens it.
    let opened = outbox::decrypt(&site.app.keys, to, &sealed).expect("the email can be decrypted");
    assert_eq!(opened.subject, "Bob answered you");
    assert!(outbox::decrypt(&site.app.keys, CommenterId(to.0 + 1), &sealed).is_err());
}

#[tokio::test]
async fn the_check_reports_an_unreachable_mail_server() {
    let mut sink = SmtpSink::start().await;
    let mut settings = Settings {
        log: "info".into(),
        ..Settings::default()
    };
    sink.apply_to(&mut settings);
    let config = settings
        .check()
        .expect("the settings are valid")
        .mail
        .expect("the settings have a mail server");
    check_server(&config)
        .await
        .expect("the mail server answers");
    sink.stop().await;
    let wrong = check_server(&config)
        .await
        .expect_err("no mail server listens");
    assert!(wrong.to_string().contains("BROADSHEET_SMTP_URL"), "{wrong}");
}
