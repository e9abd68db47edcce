//! Mail: from the outbox to a server that really speaks SMTP.

use std::time::Duration;

use broadsheet::commenters::{self, Email};
use broadsheet::config::Settings;
use broadsheet::ids::CommenterId;
use broadsheet::mail::{
    EmailBlock, EmailLink, EmailMessage, Mailer, SendError, check_server, outbox,
};
use broadsheet::text::Language;
use broadsheet::worker::send_mail;

use crate::support::smtp::Sink;
use crate::support::{Setup, TestSite};

const ANN: &str = "ann.canary@example.org";
const DAY: i64 = 24 * 60 * 60;

async fn site_with(sink: &Sink) -> TestSite {
    Setup::default().mail(sink).build().await
}

fn letter(subject: &str) -> EmailMessage {
    let pieces = [
        EmailBlock::Paragraph("Bob answered what you wrote.".into()),
        EmailBlock::Action(EmailLink {
            label: "Read it".into(),
            url: "https://news.example.org/tea#comment-4".into(),
        }),
    ];
    EmailMessage::new(Language::English, subject, &pieces)
}

impl TestSite {
    async fn commenter(&self, address: &str) -> CommenterId {
        let mut db = self.app.pool.acquire().await.expect("a connection");
        let email = Email::parse(address).expect("an address");
        commenters::store::commenters::find_or_insert(&mut db, &self.app.keys, &email, self.now())
            .await
            .expect("a commenter")
            .id
    }

    async fn write(&self, to: CommenterId, letter: &EmailMessage) {
        let mut db = self.app.pool.begin().await.expect("a transaction");
        outbox::enqueue(&mut db, &self.app.keys, to, letter, None, self.now())
            .await
            .expect("a letter goes in");
        db.commit().await.expect("it is kept");
    }

    async fn write_to(&self, address: &str, subject: &str) -> CommenterId {
        let to = self.commenter(address).await;
        self.write(to, &letter(subject)).await;
        to
    }

    async fn deliver(&self) {
        send_mail(&self.app).await.expect("the database answers");
    }

    async fn waiting(&self) -> i64 {
        self.count("select count(*) from outbox").await
    }

    async fn silenced(&self) -> i64 {
        self.count("select count(*) from commenters where suppressed_at is not null")
            .await
    }

    /// The log says nothing of who is written to, or of what the server said.
    fn has_a_silent_log(&self) {
        let log = self.log().to_lowercase();
        for word in ["ann.canary", "canary@example", "pelican"] {
            assert!(!log.contains(word), "the log holds {word}:\n{log}");
        }
    }
}

#[tokio::test]
async fn a_letter_in_the_outbox_is_sent_with_all_its_headers() {
    let sink = Sink::start().await;
    let site = Setup::default()
        .settings(|settings| settings.public_url = Some("https://news.example.org".into()))
        .mail(&sink)
        .build()
        .await;
    let to = site.commenter(ANN).await;
    let mut letter = letter("Bob answered you");
    letter.unsubscribe = Some("https://news.example.org/stop/17?key=abc".into());
    letter.thread = Some("article-17".into());
    site.write(to, &letter).await;
    assert!(sink.received().is_empty());
    site.deliver().await;

    let received = sink.received();
    let [mail] = &received[..] else {
        panic!("{} letters", received.len())
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
    assert_eq!(mail.text(), letter.text);
    assert_eq!(mail.html(), letter.html);
    assert_eq!(mail.links(), ["https://news.example.org/tea#comment-4"]);
    assert!(mail.raw.is_ascii());

    assert_eq!(site.waiting().await, 0);
    site.deliver().await;
    assert_eq!(sink.received().len(), 1);
    site.has_a_silent_log();
}

#[tokio::test]
async fn a_letter_without_an_address_to_unsubscribe_has_no_such_header() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    site.write_to(ANN, "Prove your address").await;
    site.deliver().await;
    let mail = &sink.received()[0];
    for name in [
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "References",
        "In-Reply-To",
    ] {
        assert_eq!(mail.headers(name), 0, "{name}");
    }
}

#[tokio::test]
async fn a_letter_that_is_put_off_is_tried_again_and_not_before() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    site.write_to(ANN, "Bob answered you").await;
    sink.refuse_recipients(&["451 4.7.1 <ann.canary@example.org> come back later"; 2]);
    for (wait, tries) in [(60, 2), (5 * 60, 3)] {
        site.deliver().await;
        site.app.clock.advance(wait - 1);
        site.deliver().await;
        assert_eq!(sink.heard("RCPT"), tries - 1);
        assert!(sink.received().is_empty());
        site.app.clock.advance(1);
    }
    site.deliver().await;
    assert_eq!(sink.received().len(), 1);
    assert_eq!((site.waiting().await, site.silenced().await), (0, 0));
    assert!(site.log().contains("code=451"), "{}", site.log());
    site.has_a_silent_log();
}

#[tokio::test]
async fn a_letter_has_the_same_message_id_each_time() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    site.write_to(ANN, "Bob answered you").await;
    // The server keeps the letter, and the process ends before it knows.
    let keep = "update outbox set next_try_at = created_at";
    sqlx::query(
        "create function stay() returns trigger language plpgsql as 'begin return null; end'",
    )
    .execute(&site.app.pool)
    .await
    .expect("a function");
    sqlx::query("create trigger stay before delete on outbox for each row execute function stay()")
        .execute(&site.app.pool)
        .await
        .expect("a trigger");
    deliver_once_more(&site, keep).await;
    deliver_once_more(&site, keep).await;
    let ids: Vec<_> = sink
        .received()
        .iter()
        .map(|mail| mail.header("Message-ID"))
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(ids[0].is_some() && ids[0] == ids[1], "{ids:?}");
}

async fn deliver_once_more(site: &TestSite, again: &'static str) {
    site.deliver().await;
    sqlx::query(again)
        .execute(&site.app.pool)
        .await
        .expect("the lease ends");
}

#[tokio::test]
async fn a_letter_is_given_up_after_two_days() {
    let mut sink = Sink::start().await;
    let site = site_with(&sink).await;
    sink.stop().await;
    site.write_to(ANN, "Bob answered you").await;
    for _ in 0..16 {
        site.deliver().await;
        assert_eq!(site.waiting().await, 1);
        site.app.clock.advance(3 * 60 * 60 - 60);
    }
    site.app.clock.advance(16 * 60);
    site.deliver().await;
    assert_eq!((site.waiting().await, site.silenced().await), (0, 0));
    assert!(site.log().contains("WARN") && site.log().contains("were deleted"));
    site.has_a_silent_log();
}

#[tokio::test]
async fn without_a_mail_server_letters_wait_and_are_given_up() {
    let site = TestSite::new().await;
    site.write_to(ANN, "Bob answered you").await;
    site.deliver().await;
    assert_eq!(site.count("select tries::bigint from outbox").await, 0);
    site.app.clock.advance(2 * DAY - 1);
    site.deliver().await;
    assert_eq!(site.waiting().await, 1);
    site.app.clock.advance(1);
    site.deliver().await;
    assert_eq!(site.waiting().await, 0);
}

#[tokio::test]
async fn an_address_from_which_mail_comes_back_is_written_to_no_more() {
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
        let sink = Sink::start().await;
        let site = site_with(&sink).await;
        let ann = site.write_to(ANN, "One").await;
        site.write(ann, &letter("Two")).await;
        if at_rcpt {
            sink.refuse_recipients(&[answer]);
        } else {
            sink.refuse_contents(&[answer]);
        }
        site.deliver().await;
        assert_eq!(
            (site.waiting().await, site.silenced().await),
            (0, 1),
            "{answer}"
        );
        site.write(ann, &letter("Three")).await;
        site.app.clock.advance(DAY);
        site.deliver().await;
        assert_eq!(site.waiting().await, 0);
        assert_eq!(
            (sink.heard("RCPT"), sink.received().len()),
            (1, 0),
            "{answer}"
        );
        // Others are still written to.
        site.write_to("bob@example.org", "Four").await;
        site.deliver().await;
        assert_eq!(sink.received().len(), 1);
        site.has_a_silent_log();
    }
}

#[tokio::test]
async fn a_blocked_commenter_is_not_written_to() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    site.write_to(ANN, "Bob answered you").await;
    sqlx::query("update commenters set blocked_at = $1")
        .bind(site.now())
        .execute(&site.app.pool)
        .await
        .expect("ann is blocked");
    site.deliver().await;
    assert_eq!((site.waiting().await, sink.connections()), (0, 0));
}

#[tokio::test]
async fn a_server_that_does_not_let_the_site_in_silences_nobody() {
    let sink = Sink::start().await;
    let site = Setup::default()
        .mail(&sink)
        .settings(|settings| {
            let address = settings.smtp_url.take().unwrap_or_default();
            settings.smtp_url = Some(address.replace("://", "://courier:wrong@"));
        })
        .build()
        .await;
    for address in [ANN, "bob@example.org"] {
        site.write_to(address, "News").await;
    }
    // At the door, at sign-in, and as one who may not send to others.
    sink.greet(&["554 5.7.1 pelican, no welcome"]);
    site.deliver().await;
    site.app.clock.advance(DAY / 4);
    sink.refuse_sign_in(&["535 5.7.8 pelican: no such account"]);
    site.deliver().await;
    assert_eq!(sink.heard("MAIL"), 0);
    site.app.clock.advance(DAY / 4);
    sink.refuse_recipients(&["550 5.7.1 pelican: no relaying here"; 2]);
    site.deliver().await;
    assert_eq!(sink.heard("RCPT"), 2);
    assert_eq!((site.waiting().await, site.silenced().await), (2, 0));
    for code in ["code=554", "code=535", "code=550"] {
        assert!(site.log().contains(code), "{}", site.log());
    }
    site.app.clock.advance(DAY / 4);
    site.deliver().await;
    assert_eq!((site.waiting().await, sink.received().len()), (0, 2));
    site.has_a_silent_log();
}

#[tokio::test]
async fn a_server_that_hangs_delays_nothing_else() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    site.write_to(ANN, "Bob answered you").await;
    sink.hang(true);
    let delivering = tokio::spawn({
        let app = site.app.clone();
        async move { send_mail(&app).await }
    });
    while sink.connections() == 0 {
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
        .expect("a round of forgetting");
    // No connection to the database is held while the server is waited for.
    while site.app.pool.num_idle() < site.app.pool.size() as usize {
        tokio::task::yield_now().await;
    }
    assert!(!delivering.is_finished());
    sink.hang(false);
    delivering
        .await
        .expect("no panic")
        .expect("the database answers");
    assert_eq!((sink.received().len(), site.waiting().await), (1, 0));
}

#[tokio::test]
async fn a_server_that_hangs_is_left_and_asked_anew() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    let config = site.app.config.mail.as_ref().expect("mail is set");
    let mailer = Mailer::new(config, "localhost").with_timeout(Duration::from_millis(300));
    let send = async |subject: &str| {
        let to = ANN.parse().expect("an address");
        mailer
            .send(&letter(subject), to, "outbox-1", site.now())
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
async fn two_workers_at_once_send_each_letter_once_over_few_connections() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    for number in 0..50 {
        site.write_to(
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
    assert_eq!(site.waiting().await, 0);
    // Four at a time for each, a few of them opened twice when both begin: not one for each letter.
    assert!(
        sink.connections() <= 16,
        "{} connections",
        sink.connections()
    );
}

#[tokio::test]
async fn what_a_process_took_and_did_not_send_is_sent_later() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    site.write_to(ANN, "Bob answered you").await;
    sink.hang(true);
    let dying = tokio::spawn({
        let app = site.app.clone();
        async move { send_mail(&app).await }
    });
    while sink.connections() == 0 {
        tokio::task::yield_now().await;
    }
    dying.abort();
    assert!(dying.await.expect_err("it was cut off").is_cancelled());
    sink.hang(false);
    site.app.clock.advance(5 * 60 - 1);
    site.deliver().await;
    assert!(sink.received().is_empty());
    site.app.clock.advance(1);
    site.deliver().await;
    assert_eq!(sink.received().len(), 1);
}

#[tokio::test]
async fn letters_speak_every_language() {
    let sink = Sink::start().await;
    let site = Setup::default()
        .mail(&sink)
        .settings(|settings| settings.mail_from = Some("Вісник <courier@example.org>".into()))
        .build()
        .await;
    let subject =
        "Богдан відповідає на ваш коментар до статті «Чай і все, що треба знати про нього восени»";
    let words = format!("Їжак 🦔 п'є чай.\n.\n.крапка\n{}", "слово ".repeat(60));
    let to = site.commenter("андрій@пошта.укр").await;
    let letter = EmailMessage::new(
        Language::Ukrainian,
        subject,
        &[EmailBlock::Paragraph(words)],
    );
    site.write(to, &letter).await;
    site.deliver().await;
    let mail = &sink.received()[0];
    assert_eq!(mail.header("Subject").as_deref(), Some(subject));
    assert_eq!(
        mail.header("From").as_deref(),
        Some("Вісник <courier@example.org>")
    );
    assert_eq!(mail.text(), letter.text);
    assert!(
        mail.text()
            .starts_with("Їжак 🦔 п'є чай.\n.\n.крапка\nслово")
    );
    assert!(mail.html().contains(r#"<html lang="uk">"#));
    assert_eq!(mail.to, ["андрій@xn--80a1acn3a.xn--j1amh"]);
    let lines = mail.raw.split(|byte| *byte == b'\n');
    assert!(lines.into_iter().all(|line| line.len() <= 998));
}

#[tokio::test]
async fn a_subject_cannot_become_a_header() {
    let sink = Sink::start().await;
    let site = site_with(&sink).await;
    let to = site.commenter(ANN).await;
    let mut letter = letter("Tea");
    // Not by way of `Letter::new`, which would have made it one line already.
    letter.subject = "Tea\r\nBcc: eve@example.org\r\n\r\nBuy\u{0}".into();
    letter.thread = Some("a>\r\nBcc: eve@example.org".into());
    letter.unsubscribe = Some("https://example.org/\r\nBcc: eve@example.org".into());
    site.write(to, &letter).await;
    site.deliver().await;
    let mail = &sink.received()[0];
    assert_eq!(
        mail.header("Subject").as_deref(),
        Some("Tea Bcc: eve@example.org Buy")
    );
    assert_eq!((mail.headers("Bcc"), mail.to.len()), (0, 1));
    assert_eq!(mail.text(), letter.text);
}

#[tokio::test]
async fn the_outbox_holds_neither_addresses_nor_words() {
    let site = TestSite::new().await;
    let to = site.write_to(ANN, "Bob answered you").await;
    let (plain, sealed): (String, Vec<u8>) =
        sqlx::query_as("select outbox::text, message_sealed from outbox")
            .fetch_one(&site.app.pool)
            .await
            .expect("the row");
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
    // It opens for the one it is written to.
    let opened = outbox::decrypt(&site.app.keys, to, &sealed).expect("it opens");
    assert_eq!(opened.subject, "Bob answered you");
    assert!(outbox::decrypt(&site.app.keys, CommenterId(to.0 + 1), &sealed).is_err());
}

#[tokio::test]
async fn check_tells_whether_the_mail_server_answers() {
    let mut sink = Sink::start().await;
    let mut settings = Settings {
        log: "info".into(),
        ..Settings::default()
    };
    sink.set_in(&mut settings);
    let config = settings
        .check()
        .expect("the settings are right")
        .mail
        .expect("mail is set");
    check_server(&config).await.expect("the sink answers");
    sink.stop().await;
    let wrong = check_server(&config).await.expect_err("nothing listens");
    assert!(wrong.to_string().contains("BROADSHEET_SMTP_URL"), "{wrong}");
}
