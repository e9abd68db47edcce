//! Tests of rotating the secret key: commenters are recognised during and after the rotation, and duplicate commenters
//! are merged.

use broadsheet::commenters::store::rotation::SealedCommenterRow;
use broadsheet::commenters::{self, Email, open_for_export};
use broadsheet::comments::Status;
use broadsheet::crypto::rotation::{RotationBatch, rotate_batch};
use broadsheet::crypto::{KeyFile, KeyRing, encode_hex};
use broadsheet::ids::CommenterId;
use broadsheet::moderation::store::counts::count_by_commenter;
use sqlx::{Connection, PgConnection};

use crate::support::TestSite;
use crate::support::wxr::{build_comment, build_comment_parent, build_export, build_item};

const OLD: [u8; 32] = [42; 32];
const NEW: [u8; 32] = [43; 32];

/// Returns a key ring with a new active key and the key of the test site as the older one.
fn rotated_ring() -> KeyRing {
    let text = format!("{}\n{}\n", encode_hex(&NEW), encode_hex(&OLD));
    KeyFile::parse(&text).expect("a valid key file").key_ring()
}

/// Makes a new key the active one, in the memory of the site and in its database.
async fn activate_new_key(site: &TestSite) {
    site.app.keys.replace(&rotated_ring());
    sqlx::query("update settings set key_id = $1")
        .bind(&rotated_ring().active_id()[..])
        .execute(&site.app.pool)
        .await
        .expect("the new key's id is saved");
}

async fn rotate_emails(site: &TestSite, keys: &KeyRing) -> RotationBatch {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let batch = rotate_batch::<SealedCommenterRow>(&mut db, keys, 0).await;
    batch.expect("email addresses are encrypted again")
}

#[tokio::test]
async fn a_commenter_stored_under_both_keys_is_merged() {
    let site = TestSite::new().await;
    let (tea, coffee) = (site.article("Tea").await, site.article("Coffee").await);
    let first = site.comment(&tea, "Ann", Status::Approved).await;
    let second = site.comment(&tea, "Bob", Status::Approved).await;
    // Such a second row is created by a server that has only the new key.
    let mut db = PgConnection::connect(&site.database_url)
        .await
        .expect("a connection");
    let email = Email::parse("ann@example.org").expect("a valid email");
    let duplicate = commenters::store::commenters::find_or_insert(
        &mut db,
        &KeyRing::from_secret(&NEW),
        &email,
        site.now(),
    )
    .await
    .expect("a second commenter is inserted")
    .id;
    sqlx::query("update comments set commenter_id = $1, dedup_hash = (select dedup_hash from comments where id = $3) where id = $2")
        .bind(duplicate.0)
        .bind(second.0)
        .bind(first.0)
        .execute(&mut db)
        .await
        .expect("the comment becomes a duplicate");
    sqlx::query(
        "insert into subscriptions (commenter_id, article_id, scope, requested_at)
         select commenters.id, articles.id, 'replies_to_me', now() from commenters, articles
         where commenters.id = $1 or (commenters.id = (select commenter_id from comments where id = $2) and articles.id = $3)",
    )
    .bind(duplicate.0)
    .bind(first.0)
    .bind(tea.id.0)
    .execute(&mut db)
    .await
    .expect("the subscriptions are inserted");
    site.staff("mo", broadsheet::accounts::Role::Moderator)
        .await;
    sqlx::query(
        "insert into commenter_notes (commenter_id, account_id, note, written_at)
         select $1, accounts.id, 'Kind.', now() from accounts where username = 'mo'",
    )
    .bind(duplicate.0)
    .execute(&mut db)
    .await
    .expect("a note is inserted");
    sqlx::query(
        "update commenters set policy = case when id = $1 then 'hold' else 'trust' end::commenter_policy
         where id = $1 or id = (select commenter_id from comments where id = $2)",
    )
    .bind(duplicate.0)
    .bind(first.0)
    .execute(&mut db)
    .await
    .expect("the policies of both commenters are saved");
    sqlx::query("update commenters set blocked_at = now() where id = $1")
        .bind(duplicate.0)
        .execute(&mut db)
        .await
        .expect("the second commenter is blocked");
    assert_eq!(site.count("select count(*) from commenters").await, 3);

    // Bob, Ann, and Ann under the new key: two of these are sealed with the old key.
    let batch = rotate_emails(&site, &rotated_ring()).await;
    assert_eq!((batch.rotated, batch.merged), (2, 1));
    let commenters: Vec<(i64, Vec<u8>, Vec<u8>, bool)> = sqlx::query_as(
        "select id, email_hash, email_sealed, blocked_at is not null from commenters order by id",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("the commenters are read");
    assert_eq!(commenters.len(), 2);
    let (ann, hash, sealed, is_blocked) = &commenters[0];
    assert!(*ann < duplicate.0 && *is_blocked);
    let only_new = KeyRing::from_secret(&NEW);
    let email = open_for_export(&only_new, hash, sealed).expect("the new key decrypts the email");
    assert_eq!(*email, "ann@example.org");
    assert_eq!(
        sqlx::query_scalar::<_, i64>("select count(*) from comments where commenter_id = $1")
            .bind(ann)
            .fetch_one(&site.app.pool)
            .await
            .expect("a count"),
        2
    );
    let subscribed: Vec<i64> = sqlx::query_scalar(
        "select article_id from subscriptions where commenter_id = $1 order by article_id",
    )
    .bind(ann)
    .fetch_all(&site.app.pool)
    .await
    .expect("the subscriptions are read");
    assert_eq!(subscribed, [tea.id.0, coffee.id.0]);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let counts = count_by_commenter(&mut db, CommenterId(*ann)).await;
    let counted: i64 = counts
        .expect("the commenter's comments are counted")
        .by_status()
        .iter()
        .map(|(_, n)| n)
        .sum();
    assert_eq!(counted, 2);
    drop(db);
    // Moderators' notes are kept, and so is the stricter of two policies.
    let stored: (String, i64) = sqlx::query_as(
        "select policy::text, (select count(*) from commenter_notes where commenter_id = $1) from commenters where id = $1",
    )
    .bind(ann)
    .fetch_one(&site.app.pool)
    .await
    .expect("the policy and notes are read");
    assert_eq!(stored, ("hold".to_owned(), 1));
    let again = rotate_emails(&site, &rotated_ring()).await;
    assert_eq!((again.rotated, again.merged), (0, 0));
}

#[tokio::test]
async fn a_value_that_no_key_can_decrypt_is_left_unchanged() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Held).await;
    let batch = rotate_emails(&site, &KeyRing::from_secret(&NEW)).await;
    assert_eq!((batch.rotated, batch.undecryptable), (0, 1));
    let batch = rotate_emails(&site, &rotated_ring()).await;
    assert_eq!((batch.rotated, batch.merged), (1, 0));
}

#[tokio::test]
async fn a_rotation_does_not_reset_the_sign_in_throttle() {
    let site = TestSite::new().await;
    let guess = || async {
        let fields = [("username", "ada"), ("passphrase", "wrong wrong wrong")];
        site.visitor().post_fields("/admin/sign-in", &fields).await
    };
    for _ in 0..5 {
        guess().await.has_status(422);
    }
    activate_new_key(&site).await;
    guess().await.has_status(429);
}

#[tokio::test]
async fn a_repeated_import_recognises_comments_imported_before_a_key_rotation() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| {
        post.more = build_comment(11, "Maria", "1", "")
            + &build_comment(12, "Petro", "1", &build_comment_parent(11));
    });
    let xml = build_export(&tea.xml());
    let first = site.import(&xml).await;
    assert_eq!((first.articles.new, first.comments.new), (1, 2), "{first}");
    let people = site.count("select count(*) from commenters").await;
    activate_new_key(&site).await;
    let again = site.import(&xml).await;
    assert_eq!(
        (
            again.articles.same,
            again.articles.changed,
            again.comments.same
        ),
        (1, 0, 2),
        "{again}"
    );
    // A newer export finds its commenters and its author, whether or not their rows have been rotated yet.
    let newer = site.import(&xml.replace("Some words", "Other words")).await;
    assert_eq!(
        (newer.articles.changed, newer.authors.same),
        (1, 1),
        "{newer}"
    );
    assert_eq!(site.count("select count(*) from commenters").await, people);
    assert_eq!(site.count("select count(*) from imported_authors").await, 1);
}
