//! Tests of the email of a staff account: confirmed before it is used, never shown, and encrypted in the database.

use broadsheet::accounts::store::rotation::SealedAccountRow;
use broadsheet::accounts::store::staff_email as staff_email_store;
use broadsheet::crypto::rotation::rotate_batch;
use broadsheet::crypto::{KeyFile, KeyRing, encode_hex};
use broadsheet::ids::AccountId;
use broadsheet::mail;
use broadsheet::mail::store::rotation::SealedEmailRow;
use sqlx::AssertSqlSafe;

use crate::digest::{DAY, DigestSite, HOUR, MINUTE, MO, confirm_staff_email, submit_staff_email};
use crate::support::makers::PASSPHRASE;
use crate::support::smtp::ReceivedEmail;

#[tokio::test]
async fn an_unconfirmed_staff_email_receives_no_digest() {
    let digest_site = DigestSite::new().await;
    submit_staff_email(&digest_site.mo, MO, "each")
        .await
        .has_status(303);
    digest_site.insert_held("Ann").await;
    for _ in 0..3 {
        digest_site.deliver().await;
        digest_site.site.app.clock.advance(HOUR);
    }
    assert_eq!(
        digest_site.sink.received().len(),
        1,
        "the confirmation email"
    );
    let asking = &digest_site.sink.received()[0];
    assert_eq!(
        asking.header("Subject").as_deref(),
        Some("Confirm your email address – The Test Courier")
    );
    let link = digest_site.find_last_link();
    // Opening the link is not enough, nor is another key.
    digest_site.open(&link).await.has_status(200);
    digest_site.site.visitor().head(&link).await.has_status(200);
    digest_site
        .open(&link.replace("key=", "key=0"))
        .await
        .has_status(404);
    digest_site
        .site
        .visitor()
        .post(&link.replace("key=", "key=0"), "")
        .await
        .has_status(404);
    digest_site.deliver().await;
    assert_eq!(digest_site.sink.received().len(), 1);
    // Two days later it is too late.
    digest_site.site.app.clock.advance(2 * DAY);
    digest_site
        .open(&link)
        .await
        .has_status(404)
        .sees("This link has expired");
    digest_site
        .site
        .visitor()
        .post(&link, "")
        .await
        .has_status(404);
    digest_site.deliver().await;
    assert_eq!(digest_site.sink.received().len(), 1);
}

#[tokio::test]
async fn a_changed_staff_email_must_be_confirmed_again() {
    let digest_site = DigestSite::with_frequency("each").await;
    let first = digest_site.find_last_link();
    digest_site.insert_held("Ann").await;
    // This email to the first address is queued and not sent yet.
    broadsheet::moderation::digest::enqueue_due(&digest_site.site.app)
        .await
        .expect("a digest is enqueued");
    digest_site
        .mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "stranger@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await
        .has_status(422)
        .sees("You entered an address a moment ago.");
    digest_site.site.app.clock.advance(MINUTE);
    digest_site
        .mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "stranger@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await
        .has_status(303);
    digest_site.deliver().await;
    let to_stranger: Vec<ReceivedEmail> = digest_site
        .sink
        .received()
        .into_iter()
        .filter(|mail| mail.to == ["stranger@example.net"])
        .collect();
    assert_eq!(to_stranger.len(), 1);
    assert!(!to_stranger[0].text().contains("Ann"));
    assert!(digest_site.list_digests().is_empty());
    // The first link confirms the first address, and no other.
    digest_site
        .site
        .visitor()
        .post(&first, "")
        .await
        .has_status(404);
    digest_site.site.app.clock.advance(HOUR);
    digest_site.deliver().await;
    assert!(digest_site.list_digests().is_empty());
    confirm_staff_email(&digest_site.site, &digest_site.find_last_link())
        .await
        .has_status(200);
    digest_site.send_digest().await;
    assert_eq!(digest_site.list_digests()[0].to, ["stranger@example.net"]);
}

#[tokio::test]
async fn saving_a_staff_email_needs_the_passphrase_and_never_shows_it() {
    let digest_site = DigestSite::new().await;
    let form = || async {
        digest_site
            .mo
            .open("/admin/account")
            .await
            .form("/admin/account/email")
    };
    let wrong = form()
        .await
        .fill("email", MO)
        .fill("digest", "daily")
        .fill("mail_present", "a wrong long passphrase")
        .press("Save address")
        .await;
    wrong
        .has_status(422)
        .sees("This is not your current passphrase.");
    let back = wrong.form("/admin/account/email");
    assert_eq!((back.value("email"), back.value("digest")), (MO, "daily"));
    let malformed = form()
        .await
        .fill("email", "mo at home")
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await;
    malformed
        .has_status(422)
        .sees("Please enter a valid email address");
    assert_eq!(
        digest_site
            .site
            .count("select count(*) from accounts where email_sealed is not null")
            .await,
        0
    );
    digest_site.subscribe("daily").await;
    let page = digest_site.mo.open("/admin/account").await;
    page.sees("Your email address is saved and confirmed.");
    assert!(!page.html().contains("mo.keeper"), "{}", page.html());
    assert!(!digest_site.site.log().contains("mo.keeper"));
    let rows: String = sqlx::query_scalar(AssertSqlSafe(
        "select string_agg(accounts::text, ' ') from accounts".to_owned(),
    ))
    .fetch_one(&digest_site.site.app.pool)
    .await
    .expect("the accounts are read");
    assert!(!rows.contains("mo.keeper") && !rows.contains(&encode_hex(b"mo.keeper")));
    // Changing the frequency needs no passphrase; removing the email does.
    page.form("/admin/account/digest")
        .fill("digest", "hourly")
        .submit()
        .await
        .follow()
        .await
        .sees("Notification setting saved.");
    page.form("/admin/account/email")
        .press("Remove address")
        .await
        .has_status(422);
    page.form("/admin/account/email")
        .fill("mail_present", PASSPHRASE)
        .press("Remove address")
        .await
        .follow()
        .await
        .sees("The address is removed.");
    digest_site.insert_held("Ann").await;
    digest_site.deliver().await;
    assert!(digest_site.list_digests().is_empty());
}

#[tokio::test]
async fn a_bouncing_staff_email_receives_nothing_more() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    digest_site
        .sink
        .queue_recipient_replies(&["550 5.1.1 <mo.keeper@example.org> pelican: no such reader"]);
    digest_site.deliver().await;
    for name in ["Bob", "Cid"] {
        digest_site.site.app.clock.advance(HOUR);
        digest_site.insert_held(name).await;
        digest_site.deliver().await;
    }
    // The confirmation, and the digest that bounced.
    assert_eq!(
        (
            digest_site.sink.count_commands("RCPT"),
            digest_site.list_digests().len()
        ),
        (2, 0)
    );
    assert_eq!(
        digest_site.site.count("select count(*) from outbox").await,
        0
    );
    assert!(
        !digest_site.site.log().contains("pelican")
            && !digest_site.site.log().contains("mo.keeper")
    );
    digest_site
        .mo
        .open("/admin/account")
        .await
        .sees("Emails to the saved address came back");
    // A new email is confirmed from the start.
    replace_email(&digest_site).await;
    digest_site.send_digest().await;
}

async fn replace_email(digest_site: &DigestSite) {
    digest_site
        .mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "mo@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await
        .has_status(303);
    digest_site.deliver().await;
    confirm_staff_email(&digest_site.site, &digest_site.find_last_link())
        .await
        .has_status(200);
}

#[tokio::test]
async fn key_rotation_reencrypts_staff_emails_and_queued_mail() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    broadsheet::moderation::digest::enqueue_due(&digest_site.site.app)
        .await
        .expect("a digest is enqueued");
    let new = [43; 32];
    let text = format!("{}\n{}\n", encode_hex(&new), encode_hex(&[42; 32]));
    let ring: KeyRing = KeyFile::parse(&text).expect("a valid key file").key_ring();
    let mut db = digest_site
        .site
        .app
        .pool
        .acquire()
        .await
        .expect("a connection");
    let addresses = rotate_batch::<SealedAccountRow>(&mut db, &ring, 0)
        .await
        .expect("staff emails are encrypted again");
    let letters = rotate_batch::<SealedEmailRow>(&mut db, &ring, 0)
        .await
        .expect("queued emails are encrypted again");
    assert_eq!((addresses.rotated, addresses.undecryptable), (1, 0));
    assert_eq!((letters.rotated, letters.undecryptable), (1, 0));
    let again = rotate_batch::<SealedAccountRow>(&mut db, &ring, 0)
        .await
        .expect("staff emails are encrypted again");
    assert_eq!((again.rotated, again.undecryptable), (0, 0));
    drop(db);
    // The new key alone opens both.
    digest_site
        .site
        .app
        .keys
        .replace(&KeyRing::from_secret(&new));
    sqlx::query("update settings set key_id = $1")
        .bind(&ring.active_id()[..])
        .execute(&digest_site.site.app.pool)
        .await
        .expect("the new key's id is saved");
    digest_site.deliver().await;
    let digests = digest_site.list_digests();
    assert_eq!(digests.len(), 1);
    assert_eq!(digests[0].to, [MO]);
    // Rows sealed with an unknown key are left unchanged.
    let mut db = digest_site
        .site
        .app
        .pool
        .acquire()
        .await
        .expect("a connection");
    let other = KeyRing::from_secret(&[44; 32]);
    let closed = rotate_batch::<SealedAccountRow>(&mut db, &other, 0)
        .await
        .expect("the rotation skips undecryptable emails");
    assert_eq!((closed.rotated, closed.undecryptable), (0, 1));
    let id = digest_site.find_account().await;
    let saved = staff_email_store::find(&mut db, id)
        .await
        .expect("the staff email is read");
    assert!(saved.is_some_and(|mail| mail.confirmed_at.is_some()));
}

#[tokio::test]
async fn mail_to_staff_cannot_be_decrypted_for_another_recipient() {
    let digest_site = DigestSite::with_frequency("each").await;
    digest_site.insert_held("Ann").await;
    broadsheet::moderation::digest::enqueue_due(&digest_site.site.app)
        .await
        .expect("a digest is enqueued");
    let sealed: Vec<u8> = sqlx::query_scalar("select message_sealed from outbox")
        .fetch_one(&digest_site.site.app.pool)
        .await
        .expect("the queued email is read");
    let (keys, id) = (&digest_site.site.app.keys, digest_site.find_account().await);
    assert!(mail::outbox::decrypt(keys, id, &sealed).is_ok());
    assert!(mail::outbox::decrypt(keys, AccountId(id.0 + 1), &sealed).is_err());
    let reader = broadsheet::ids::CommenterId(id.0);
    assert!(mail::outbox::decrypt(keys, reader, &sealed).is_err());
}
