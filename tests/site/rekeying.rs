//! While the secret key changes, and after: whoever was known is known, and whoever came twice is one.

use broadsheet::commenters::{self, Email, open_for_export};
use broadsheet::comments::Status;
use broadsheet::crypto::{KeyFile, Keys, hex};
use broadsheet::ids::CommenterId;
use broadsheet::moderation::store::counts::count_by_commenter;
use sqlx::{Connection, PgConnection};

use crate::support::TestSite;
use crate::support::wxr::{answers, comment, post, wxr};

const OLD: [u8; 32] = [42; 32];
const NEW: [u8; 32] = [43; 32];

/// The key of a test's site, and a new one before it.
fn ring() -> Keys {
    let text = format!("{}\n{}\n", hex(&NEW), hex(&OLD));
    KeyFile::parse(&text).expect("two keys").keys()
}

/// The settings name the new key, and the site has it.
async fn change_key(site: &TestSite) {
    site.app.keys.replace(&ring());
    sqlx::query("update settings set key_id = $1")
        .bind(&ring().id()[..])
        .execute(&site.app.pool)
        .await
        .expect("a new key");
}

async fn reseal(site: &TestSite) -> (u64, u64) {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let done = commenters::reseal::reseal_some(&mut db, &ring(), 0)
        .await
        .expect("addresses are sealed anew");
    (done.anew, done.merged)
}

#[tokio::test]
async fn someone_who_is_there_under_both_keys_becomes_one() {
    let site = TestSite::new().await;
    let (tea, coffee) = (site.article("Tea").await, site.article("Coffee").await);
    let first = site.comment(&tea, "Ann", Status::Approved).await;
    let second = site.comment(&tea, "Bob", Status::Approved).await;
    // A server that did not know the old key yet would have made her anew.
    let mut db = PgConnection::connect(&site.database_url)
        .await
        .expect("a connection");
    let email = Email::parse("ann@example.org").expect("an address");
    let twice =
        commenters::store::find_or_insert(&mut db, &Keys::from_secret(&NEW), &email, site.now())
            .await
            .expect("she is made anew")
            .id;
    sqlx::query("update comments set commenter_id = $1, said_once = (select said_once from comments where id = $3) where id = $2")
        .bind(twice.0)
        .bind(second.0)
        .bind(first.0)
        .execute(&mut db)
        .await
        .expect("her second comment, which reads as her first");
    sqlx::query(
        "insert into subscriptions (commenter_id, article_id, scope, asked_at)
         select commenters.id, articles.id, 'answers', now() from commenters, articles
         where commenters.id = $1 or (commenters.id = (select commenter_id from comments where id = $2) and articles.id = $3)",
    )
    .bind(twice.0)
    .bind(first.0)
    .bind(tea.id.0)
    .execute(&mut db)
    .await
    .expect("subscriptions");
    site.staff("mo", broadsheet::accounts::Role::Moderator)
        .await;
    sqlx::query(
        "insert into commenter_notes (commenter_id, account_id, note, written_at)
         select $1, accounts.id, 'Kind.', now() from accounts where handle = 'mo'",
    )
    .bind(twice.0)
    .execute(&mut db)
    .await
    .expect("a note");
    sqlx::query(
        "update commenters set treatment = case when id = $1 then 'hold' else 'trust' end::commenter_treatment
         where id = $1 or id = (select commenter_id from comments where id = $2)",
    )
    .bind(twice.0)
    .bind(first.0)
    .execute(&mut db)
    .await
    .expect("trusted as one, held as the other");
    sqlx::query("update commenters set blocked_at = now() where id = $1")
        .bind(twice.0)
        .execute(&mut db)
        .await
        .expect("a block");
    assert_eq!(site.count("select count(*) from commenters").await, 3);

    // Bob, Ann, and Ann again: two of these are sealed with the old key.
    assert_eq!(reseal(&site).await, (2, 1));
    let people: Vec<(i64, Vec<u8>, Vec<u8>, bool)> = sqlx::query_as(
        "select id, email_hash, email_sealed, blocked_at is not null from commenters order by id",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("people");
    assert_eq!(people.len(), 2);
    let (ann, hash, sealed, is_blocked) = &people[0];
    assert!(*ann < twice.0 && *is_blocked);
    let only_new = Keys::from_secret(&NEW);
    let address = open_for_export(&only_new, hash, sealed).expect("it opens with the new key");
    assert_eq!(*address, "ann@example.org");
    assert_eq!(
        sqlx::query_scalar::<_, i64>("select count(*) from comments where commenter_id = $1")
            .bind(ann)
            .fetch_one(&site.app.pool)
            .await
            .expect("a count"),
        2
    );
    let told: Vec<i64> = sqlx::query_scalar(
        "select article_id from subscriptions where commenter_id = $1 order by article_id",
    )
    .bind(ann)
    .fetch_all(&site.app.pool)
    .await
    .expect("subscriptions");
    assert_eq!(told, [tea.id.0, coffee.id.0]);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let counts = count_by_commenter(&mut db, CommenterId(*ann)).await;
    let counted: i64 = counts
        .expect("counts")
        .by_status()
        .iter()
        .map(|(_, n)| n)
        .sum();
    assert_eq!(counted, 2);
    drop(db);
    // What moderators noted stays, and the stricter of two treatments.
    let kept: (String, i64) = sqlx::query_as(
        "select treatment::text, (select count(*) from commenter_notes where commenter_id = $1) from commenters where id = $1",
    )
    .bind(ann)
    .fetch_one(&site.app.pool)
    .await
    .expect("what is kept");
    assert_eq!(kept, ("hold".to_owned(), 1));
    assert_eq!(reseal(&site).await, (0, 0));
}

#[tokio::test]
async fn a_key_that_is_not_there_leaves_what_it_sealed() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Held).await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let done = commenters::reseal::reseal_some(&mut db, &Keys::from_secret(&NEW), 0)
        .await
        .expect("it is looked at");
    assert_eq!((done.anew, done.closed), (0, 1));
    drop(db);
    assert_eq!(reseal(&site).await, (1, 0));
}

#[tokio::test]
async fn a_new_key_gives_no_new_guesses() {
    let site = TestSite::new().await;
    let guess = || async {
        let fields = [("handle", "ada"), ("passphrase", "wrong wrong wrong")];
        site.visitor().post_fields("/admin/sign-in", &fields).await
    };
    for _ in 0..5 {
        guess().await.has_status(422);
    }
    change_key(&site).await;
    guess().await.has_status(429);
}

#[tokio::test]
async fn an_import_from_before_is_known_again() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| {
        post.more = comment(11, "Maria", "1", "") + &comment(12, "Petro", "1", &answers(11));
    });
    let xml = wxr(&tea.xml());
    let first = site.import(&xml).await;
    assert_eq!((first.articles.new, first.comments.new), (1, 2), "{first}");
    let people = site.count("select count(*) from commenters").await;
    change_key(&site).await;
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
    // A newer export finds the people, whether they are sealed anew yet or not, and the author.
    let newer = site.import(&xml.replace("Some words", "Other words")).await;
    assert_eq!(
        (newer.articles.changed, newer.authors.same),
        (1, 1),
        "{newer}"
    );
    assert_eq!(site.count("select count(*) from commenters").await, people);
    assert_eq!(site.count("select count(*) from imported_authors").await, 1);
}
