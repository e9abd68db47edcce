//! The email of a member of staff: confirmed before it is used, never shown, encrypted at rest.

use broadsheet::accounts::address_store;
use broadsheet::accounts::store::rotation::SealedAccountRow;
use broadsheet::crypto::rotation::rotate_batch;
use broadsheet::crypto::{KeyFile, KeyRing, encode_hex};
use broadsheet::ids::AccountId;
use broadsheet::mail;
use broadsheet::mail::store::rotation::SealedEmailRow;
use sqlx::AssertSqlSafe;

use crate::digest::{DAY, HOUR, MINUTE, MO, Newsroom, confirm, set_email};
use crate::support::makers::PASSPHRASE;
use crate::support::smtp::Received;

#[tokio::test]
async fn an_unconfirmed_staff_email_receives_no_digest() {
    let room = Newsroom::new().await;
    set_email(&room.mo, MO, "each").await.has_status(303);
    room.held("Ann").await;
    for _ in 0..3 {
        room.deliver().await;
        room.site.app.clock.advance(HOUR);
    }
    assert_eq!(room.sink.received().len(), 1, "the letter that asks");
    let asking = &room.sink.received()[0];
    assert_eq!(
        asking.header("Subject").as_deref(),
        Some("Confirm your email address – The Test Courier")
    );
    let link = room.last_link();
    // Opening the link is not enough, nor is another key.
    room.open(&link).await.has_status(200);
    room.site.visitor().head(&link).await.has_status(200);
    room.open(&link.replace("key=", "key=0"))
        .await
        .has_status(404);
    room.site
        .visitor()
        .post(&link.replace("key=", "key=0"), "")
        .await
        .has_status(404);
    room.deliver().await;
    assert_eq!(room.sink.received().len(), 1);
    // Two days later it is too late.
    room.site.app.clock.advance(2 * DAY);
    room.open(&link)
        .await
        .has_status(404)
        .sees("This link has expired");
    room.site.visitor().post(&link, "").await.has_status(404);
    room.deliver().await;
    assert_eq!(room.sink.received().len(), 1);
}

#[tokio::test]
async fn a_changed_staff_email_must_be_confirmed_again() {
    let room = Newsroom::with_frequency("each").await;
    let first = room.last_link();
    room.held("Ann").await;
    // Written for the first address, and not sent yet.
    broadsheet::moderation::digest::enqueue_due(&room.site.app)
        .await
        .expect("a digest is enqueued");
    room.mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "stranger@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await
        .has_status(422)
        .sees("You entered an address a moment ago.");
    room.site.app.clock.advance(MINUTE);
    room.mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "stranger@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await
        .has_status(303);
    room.deliver().await;
    let to_stranger: Vec<Received> = room
        .sink
        .received()
        .into_iter()
        .filter(|mail| mail.to == ["stranger@example.net"])
        .collect();
    assert_eq!(to_stranger.len(), 1);
    assert!(!to_stranger[0].text().contains("Ann"));
    assert!(room.digests().is_empty());
    // The first link confirms the first address, and no other.
    room.site.visitor().post(&first, "").await.has_status(404);
    room.site.app.clock.advance(HOUR);
    room.deliver().await;
    assert!(room.digests().is_empty());
    confirm(&room.site, &room.last_link()).await.has_status(200);
    room.digest().await;
    assert_eq!(room.digests()[0].to, ["stranger@example.net"]);
}

#[tokio::test]
async fn saving_a_staff_email_needs_the_passphrase_and_never_shows_it() {
    let room = Newsroom::new().await;
    let form = || async {
        room.mo
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
        room.site
            .count("select count(*) from accounts where email_sealed is not null")
            .await,
        0
    );
    room.subscribe("daily").await;
    let page = room.mo.open("/admin/account").await;
    page.sees("Your email address is saved and confirmed.");
    assert!(!page.html().contains("mo.keeper"), "{}", page.html());
    assert!(!room.site.log().contains("mo.keeper"));
    let rows: String = sqlx::query_scalar(AssertSqlSafe(
        "select string_agg(accounts::text, ' ') from accounts".to_owned(),
    ))
    .fetch_one(&room.site.app.pool)
    .await
    .expect("accounts");
    assert!(!rows.contains("mo.keeper") && !rows.contains(&encode_hex(b"mo.keeper")));
    // Another frequency needs no passphrase, taking the address away does.
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
    room.held("Ann").await;
    room.deliver().await;
    assert!(room.digests().is_empty());
}

#[tokio::test]
async fn a_bouncing_staff_email_receives_nothing_more() {
    let room = Newsroom::with_frequency("each").await;
    room.held("Ann").await;
    room.sink
        .refuse_recipients(&["550 5.1.1 <mo.keeper@example.org> pelican: no such reader"]);
    room.deliver().await;
    for name in ["Bob", "Cid"] {
        room.site.app.clock.advance(HOUR);
        room.held(name).await;
        room.deliver().await;
    }
    // The letter that asked, and the one that came back.
    assert_eq!((room.sink.heard("RCPT"), room.digests().len()), (2, 0));
    assert_eq!(room.site.count("select count(*) from outbox").await, 0);
    assert!(!room.site.log().contains("pelican") && !room.site.log().contains("mo.keeper"));
    room.mo
        .open("/admin/account")
        .await
        .sees("Emails to the saved address came back");
    // Another address begins anew.
    replace_email(&room).await;
    room.digest().await;
}

async fn replace_email(room: &Newsroom) {
    room.mo
        .open("/admin/account")
        .await
        .form("/admin/account/email")
        .fill("email", "mo@example.net")
        .fill("mail_present", PASSPHRASE)
        .press("Save address")
        .await
        .has_status(303);
    room.deliver().await;
    confirm(&room.site, &room.last_link()).await.has_status(200);
}

#[tokio::test]
async fn key_rotation_reencrypts_staff_emails_and_queued_mail() {
    let room = Newsroom::with_frequency("each").await;
    room.held("Ann").await;
    broadsheet::moderation::digest::enqueue_due(&room.site.app)
        .await
        .expect("a digest is enqueued");
    let new = [43; 32];
    let text = format!("{}\n{}\n", encode_hex(&new), encode_hex(&[42; 32]));
    let ring: KeyRing = KeyFile::parse(&text).expect("two keys").key_ring();
    let mut db = room.site.app.pool.acquire().await.expect("a connection");
    let addresses = rotate_batch::<SealedAccountRow>(&mut db, &ring, 0)
        .await
        .expect("addresses");
    let letters = rotate_batch::<SealedEmailRow>(&mut db, &ring, 0)
        .await
        .expect("letters");
    assert_eq!((addresses.rotated, addresses.undecryptable), (1, 0));
    assert_eq!((letters.rotated, letters.undecryptable), (1, 0));
    let again = rotate_batch::<SealedAccountRow>(&mut db, &ring, 0)
        .await
        .expect("addresses");
    assert_eq!((again.rotated, again.undecryptable), (0, 0));
    drop(db);
    // With the new key alone both open.
    room.site.app.keys.replace(&KeyRing::from_secret(&new));
    sqlx::query("update settings set key_id = $1")
        .bind(&ring.active_id()[..])
        .execute(&room.site.app.pool)
        .await
        .expect("a new key");
    room.deliver().await;
    let digests = room.digests();
    assert_eq!(digests.len(), 1);
    assert_eq!(digests[0].to, [MO]);
    // And with a key that is not there, neither is touched.
    let mut db = room.site.app.pool.acquire().await.expect("a connection");
    let other = KeyRing::from_secret(&[44; 32]);
    let closed = rotate_batch::<SealedAccountRow>(&mut db, &other, 0)
        .await
        .expect("addresses");
    assert_eq!((closed.rotated, closed.undecryptable), (0, 1));
    let id = room.account().await;
    let kept = address_store::find(&mut db, id).await.expect("it is asked");
    assert!(kept.is_some_and(|mail| mail.confirmed_at.is_some()));
}

#[tokio::test]
async fn mail_to_staff_cannot_be_decrypted_for_another_recipient() {
    let room = Newsroom::with_frequency("each").await;
    room.held("Ann").await;
    broadsheet::moderation::digest::enqueue_due(&room.site.app)
        .await
        .expect("a digest is enqueued");
    let sealed: Vec<u8> = sqlx::query_scalar("select message_sealed from outbox")
        .fetch_one(&room.site.app.pool)
        .await
        .expect("the letter");
    let (keys, id) = (&room.site.app.keys, room.account().await);
    assert!(mail::outbox::decrypt(keys, id, &sealed).is_ok());
    assert!(mail::outbox::decrypt(keys, AccountId(id.0 + 1), &sealed).is_err());
    let reader = broadsheet::ids::CommenterId(id.0);
    assert!(mail::outbox::decrypt(keys, reader, &sealed).is_err());
}
