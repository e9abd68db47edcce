//! Tests of groups of similar comments, which share a card in the queue and are decided together, and of the search for
//! comments. Both use the background index.

use std::net::{IpAddr, Ipv4Addr};

use broadsheet::accounts::{self, Moderator, Role, Username};
use broadsheet::clock::Ts;
use broadsheet::commenters::{self, Email};
use broadsheet::comments::screening::{self, Verdict};
use broadsheet::comments::{self, NewComment, Status};
use broadsheet::ids::{CommentId, SimilarGroupId};
use broadsheet::moderation::filter::QueueFilter;
use broadsheet::moderation::store;
use broadsheet::moderation::store::cards::{CardScope, QueueCard};
use broadsheet::moderation::{DecisionRequest, bulk};
use broadsheet::text::markdown;
use broadsheet::worker;
use tokio::sync::Notify;

use crate::support::TestSite;
use crate::support::makers::SampleArticle;

/// Creates a moderator account, and returns the `Moderator` value that moderation functions require.
pub async fn moderator(site: &TestSite) -> Moderator {
    site.staff("mo", Role::Moderator).await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let username = Username::parse("mo").expect("a username");
    let (account, _) = accounts::store::find_by_username(&mut db, &username)
        .await
        .expect("the database answers")
        .expect("the account exists");
    Moderator::load_active(&mut db, account.id)
        .await
        .expect("the database answers")
        .expect("the account may moderate")
}

/// Comment to be inserted by a test.
pub struct CommentDraft<'a> {
    pub author: &'a str,
    pub network: u8,
    pub body: &'a str,
    pub verdict: Verdict,
    pub at: Ts,
}

impl<'a> CommentDraft<'a> {
    pub fn held(author: &'a str, body: &'a str, at: Ts) -> Self {
        Self {
            author,
            network: 1,
            body,
            verdict: Verdict::new(
                Status::Held,
                vec![screening::ReasonKind::EverythingIsHeld.into()],
            ),
            at,
        }
    }

    pub async fn insert(self, site: &TestSite, article: &SampleArticle) -> CommentId {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        let email = Email::parse(&format!("{}@example.org", self.author)).expect("a valid email");
        let commenter =
            commenters::store::commenters::find_or_insert(&mut db, &site.app.keys, &email, self.at)
                .await
                .expect("a commenter");
        let comment = NewComment {
            parent_id: None,
            name: self.author.to_owned(),
            email: Some(email),
            website: None,
            body_html: markdown::render_comment(self.body),
            body: self.body.to_owned(),
            account_id: None,
            ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, self.network)),
        };
        let id = comments::store::submissions::insert(
            &mut db,
            &site.app.keys,
            article.id,
            Some(commenter.id),
            &comment,
            &self.verdict,
            Some(self.at.plus_seconds(1_000_000)),
            self.at,
        )
        .await
        .expect("a comment is inserted")
        .expect("the comment is no duplicate");
        db.commit().await.expect("a commit");
        id
    }
}

fn offer(number: i64) -> String {
    format!(
        "Hello friend number {number}! I earn ${number},000 a week from home, read how at https://money.example/{number} and start today"
    )
}

/// Inserts similar spam comments with these numbers in their texts, one second apart, from nine IP networks.
async fn insert_offers(
    site: &TestSite,
    article: &SampleArticle,
    numbers: std::ops::Range<i64>,
) -> Vec<CommentId> {
    let mut ids = Vec::new();
    for number in numbers {
        let (author, body) = (format!("friend-{number}"), offer(number));
        let mut draft = CommentDraft::held(&author, &body, site.now().plus_seconds(number));
        draft.network = u8::try_from(number % 9).expect("the network number fits u8");
        ids.push(draft.insert(site, article).await);
    }
    ids
}

async fn index_all(site: &TestSite) {
    site.index_comments().await;
    assert_eq!(site.count("select count(*) from index_queue").await, 0);
}

/// Loads the cards of held comments in the moderation queue.
async fn held_cards(site: &TestSite) -> Vec<QueueCard> {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let page = store::queue::find_grouped(&mut db, None, 50)
        .await
        .expect("the held comments are read");
    let ids: Vec<CommentId> = page.found.iter().map(|found| found.id).collect();
    store::cards::list(&mut db, &ids, CardScope::WholeGroup)
        .await
        .expect("the cards are read")
}

async fn find_card(site: &TestSite, id: CommentId) -> QueueCard {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    store::cards::list(&mut db, &[id], CardScope::WholeGroup)
        .await
        .expect("the card is read")
        .pop()
        .expect("the comment has a card")
}

/// Returns a request to decide on a held comment that was never edited.
fn request_for(id: &CommentId) -> DecisionRequest {
    DecisionRequest {
        id: *id,
        expected_status: Status::Held,
        expected_version: 0,
    }
}

async fn decide(site: &TestSite, moderator: &Moderator, ids: &[CommentId], to: Status) -> usize {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let requests: Vec<DecisionRequest> = ids.iter().map(request_for).collect();
    let action_id = store::decisions::reserve_action_id(&mut db)
        .await
        .expect("an action id");
    let decided =
        store::decisions::decide(&mut db, moderator, action_id, &requests, to, "", site.now())
            .await
            .expect("the comments are decided");
    db.commit().await.expect("a commit");
    decided.len()
}

#[tokio::test]
async fn similar_comments_share_a_card() {
    let site = TestSite::new().await;
    let (tea, milk) = (site.article("Tea").await, site.article("Milk").await);
    let first = CommentDraft::held("ann", "Where can I buy this tea in Kyiv?", site.now())
        .insert(&site, &tea)
        .await;
    let mut similar = insert_offers(&site, &tea, 1..120).await;
    similar.extend(insert_offers(&site, &milk, 120..215).await);
    let last = CommentDraft::held(
        "bob",
        "I prefer coffee, to be honest",
        site.now().plus_seconds(900),
    )
    .insert(&site, &milk)
    .await;
    index_all(&site).await;
    let cards = held_cards(&site).await;
    let ids: Vec<CommentId> = cards.iter().map(|card| card.id).collect();
    assert_eq!(ids, [last, similar[0], first]);
    let card = &cards[1];
    assert_eq!((card.group_size, card.group_networks), (214, 9));
    assert_eq!(card.group_since, Some(site.now().plus_seconds(1)));
    assert_eq!(card.group_newest_id, similar.last().copied());
    assert_eq!((cards[0].group_size, cards[2].group_size), (1, 1));
    assert_eq!(
        (cards[0].similar_group_id, cards[2].similar_group_id),
        (None, None)
    );
    // Indexing again changes nothing.
    sqlx::query("insert into index_queue select id from comments")
        .execute(&site.app.pool)
        .await
        .expect("all comments are queued for indexing");
    index_all(&site).await;
    assert_eq!(find_card(&site, similar[0]).await.group_size, 214);
    assert_eq!(site.count("select count(*) from comment_search").await, 216);
}

#[tokio::test]
async fn the_oldest_held_comment_represents_its_group() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let moderator = moderator(&site).await;
    let similar = insert_offers(&site, &tea, 1..6).await;
    index_all(&site).await;
    assert_eq!(
        decide(&site, &moderator, &similar[..1], Status::Approved).await,
        1
    );
    let left = held_cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].group_size), (similar[1], 4));
    // A decision on another member does not change the representative.
    decide(&site, &moderator, &similar[2..3], Status::Spam).await;
    let left = held_cards(&site).await;
    assert_eq!((left[0].id, left[0].group_size), (similar[1], 3));
    decide(&site, &moderator, &similar, Status::Trashed).await;
    assert!(held_cards(&site).await.is_empty());
}

#[tokio::test]
async fn concurrent_decisions_leave_the_oldest_held_comment_as_representative() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let moderator = moderator(&site).await;
    let similar = insert_offers(&site, &tea, 1..6).await;
    index_all(&site).await;
    let group_id = find_card(&site, similar[0])
        .await
        .similar_group_id
        .expect("the comment is in a similar group");
    // The second transaction begins before the first commits, and waits for it.
    let begun = Notify::new();
    let slowly = async |ids: &[CommentId]| {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        let action_id = store::decisions::reserve_action_id(&mut db)
            .await
            .expect("an action id");
        let requests: Vec<DecisionRequest> = ids.iter().map(request_for).collect();
        store::decisions::decide(
            &mut db,
            &moderator,
            action_id,
            &requests,
            Status::Spam,
            "",
            site.now(),
        )
        .await
        .expect("the comments are decided");
        begun.notify_one();
        site.wait_for_blocked_query().await;
        db.commit().await.expect("a commit");
    };
    let meanwhile = async |ids: &[CommentId]| {
        begun.notified().await;
        assert_eq!(
            decide(&site, &moderator, ids, Status::Trashed).await,
            ids.len()
        );
    };
    // The representative and another member are decided at the same time.
    tokio::join!(slowly(&similar[..1]), meanwhile(&similar[3..4]));
    let left = held_cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].group_size), (similar[1], 3));
    // A comment joins while all others are decided.
    let late = CommentDraft::held("late", "Something else", site.now().plus_seconds(60))
        .insert(&site, &tea)
        .await;
    let joins = async {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        store::indexing::set_groups(&mut db, &[(late, group_id)])
            .await
            .expect("the comment joins the similar group");
        begun.notify_one();
        site.wait_for_blocked_query().await;
        db.commit().await.expect("a commit");
    };
    let others = [similar[1], similar[2], similar[4]];
    tokio::join!(joins, meanwhile(&others));
    let left = held_cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].group_size), (late, 1));
}

#[tokio::test]
async fn a_group_decision_applies_to_all_its_comments_and_later_ones_stay_held() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let moderator = moderator(&site).await;
    let similar = insert_offers(&site, &tea, 1..101).await;
    index_all(&site).await;
    let group_id = find_card(&site, similar[0]).await.similar_group_id;
    assert_eq!(group_id, Some(SimilarGroupId(similar[0].0)));
    let later = insert_offers(&site, &tea, 101..111).await;
    index_all(&site).await;
    let filter = QueueFilter {
        similar_group: group_id,
        ..QueueFilter::with_status(Status::Held)
    };
    let as_of = site.now().plus_seconds(100);
    let action_id = bulk::decide_all(&site.app, &moderator, &filter, Status::Spam, "", as_of)
        .await
        .expect("the bulk action starts");
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the bulk action finishes");
    for id in &similar {
        assert_eq!(site.status_of(*id).await, Status::Spam);
    }
    let left = held_cards(&site).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].group_size), (later[0], 10));
    // Comments similar to refused ones join their group.
    assert_eq!(left[0].similar_group_id, group_id);
    bulk::undo_all(&site.app, &moderator, action_id)
        .await
        .expect("the bulk action is undone");
    worker::run_bulk_actions(&site.app)
        .await
        .expect("the undo finishes");
    assert_eq!(find_card(&site, similar[0]).await.group_size, 110);
}

#[tokio::test]
async fn erased_and_edited_comments_leave_their_group() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let similar = insert_offers(&site, &tea, 1..5).await;
    let other = CommentDraft::held(
        "ann",
        "Where can I buy this tea in Kyiv?",
        site.now().plus_seconds(60),
    )
    .insert(&site, &tea)
    .await;
    index_all(&site).await;
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::erase::erase(&mut db, &similar[..1], site.now())
        .await
        .expect("the comment is erased");
    for (id, body) in [
        (similar[2], "Sorry, I meant to ask for the recipe"),
        (other, &offer(77)),
    ] {
        let verdict = Verdict::new(Status::Held, vec![screening::ReasonKind::Links.into()]);
        let html = markdown::render_comment(body);
        let is_changed = comments::store::author::update_body(
            &mut db,
            id,
            0,
            body,
            &html,
            &verdict,
            Ts::EPOCH,
            site.now(),
        )
        .await
        .expect("the comment is changed");
        assert!(is_changed);
    }
    db.commit().await.expect("a commit");
    assert_eq!(find_card(&site, similar[1]).await.group_size, 2);
    index_all(&site).await;
    let ids: Vec<(CommentId, i64)> = held_cards(&site)
        .await
        .iter()
        .map(|card| (card.id, card.group_size))
        .collect();
    assert_eq!(ids, [(similar[2], 1), (similar[1], 3)]);
    let erased = "select count(*) from comment_search where comment_id not in (select id from comments where erased_at is null)";
    assert_eq!(site.count(erased).await, 0);
}

#[tokio::test]
async fn approved_comments_are_not_grouped() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let mut ids = Vec::new();
    for (number, status) in [
        Status::Approved,
        Status::Spam,
        Status::Approved,
        Status::Held,
    ]
    .into_iter()
    .enumerate()
    {
        let (number, author) = (
            i64::try_from(number).expect("the number of the comment fits i64"),
            format!("friend-{number}"),
        );
        let body = offer(number);
        let mut draft = CommentDraft::held(&author, &body, site.now().plus_seconds(number));
        draft.verdict = Verdict::new(status, vec![screening::ReasonKind::Links.into()]);
        ids.push(draft.insert(&site, &tea).await);
    }
    index_all(&site).await;
    let mut group_ids = Vec::new();
    for id in &ids {
        group_ids.push(find_card(&site, *id).await.similar_group_id);
    }
    let group_id = Some(SimilarGroupId(ids[1].0));
    assert_eq!(group_ids, [None, group_id, None, group_id]);
}

#[tokio::test]
async fn similarity_bands_of_old_comments_are_deleted() {
    const DAY: i64 = 24 * 60 * 60;
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let body = offer(1);
    let old = CommentDraft::held("ann", &body, site.now().plus_seconds(-29 * DAY))
        .insert(&site, &tea)
        .await;
    CommentDraft::held("bob", &body, site.now().plus_seconds(-31 * DAY))
        .insert(&site, &tea)
        .await;
    index_all(&site).await;
    let known = "select count(distinct comment_id) from similarity_bands";
    assert_eq!(site.count(known).await, 1);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    broadsheet::moderation::indexing::delete_old_bands(&mut db, site.now())
        .await
        .expect("the deletion of old bands runs");
    assert_eq!(site.count(known).await, 1);
    broadsheet::moderation::indexing::delete_old_bands(&mut db, site.now().plus_seconds(2 * DAY))
        .await
        .expect("the deletion of old bands runs");
    assert_eq!(site.count("select count(*) from similarity_bands").await, 0);
    assert_eq!(site.count("select count(*) from comment_search").await, 2);
    assert_eq!(find_card(&site, old).await.group_size, 1);
}

/// Searches held comments and returns their ids, the newest first.
async fn search(site: &TestSite, text: &str) -> Vec<CommentId> {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let filter = QueueFilter {
        search: text.to_owned(),
        ..QueueFilter::with_status(Status::Held)
    };
    let page = store::queue::find(&mut db, &filter, None, None, 50, site.now())
        .await
        .expect("the search runs");
    page.found.iter().map(|found| found.id).collect()
}

#[tokio::test]
async fn search_finds_comments_by_their_words() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let later = |seconds| site.now().plus_seconds(seconds);
    let ann = CommentDraft::held("ann", "The **green** tea is the best one", later(1))
        .insert(&site, &tea)
        .await;
    let bob = CommentDraft::held("bob", "Зелений чай — найкращий у п'ятницю", later(2))
        .insert(&site, &tea)
        .await;
    let carl = CommentDraft::held("carl", "One more cup of black tea, please", later(3))
        .insert(&site, &tea)
        .await;
    assert!(search(&site, "tea").await.is_empty());
    index_all(&site).await;
    for (words, found) in [
        ("tea", vec![carl, ann]),
        ("GREEN tea", vec![ann]),
        ("ЧАЙ", vec![bob]),
        ("\"зелений чай\"", vec![bob]),
        ("\"чай зелений\"", vec![]),
        ("п'ятницю", vec![bob]),
        ("tea -black", vec![ann]),
        ("green or black", vec![carl, ann]),
        ("bob", vec![bob]),
        ("strong", vec![]),
        ("te", vec![]),
        ("!!!", vec![]),
    ] {
        assert_eq!(search(&site, words).await, found, "{words}");
    }
    // Common words are searched for by another index, with the same result.
    sqlx::raw_sql("create or replace function search_matches_at_most(query text, most bigint) returns boolean language sql as 'select false'")
        .execute(&site.app.pool)
        .await
        .expect("the search function is replaced");
    assert_eq!(search(&site, "tea -black").await, [ann]);
    assert_eq!(search(&site, "tea").await, [carl, ann]);
}

#[tokio::test]
async fn a_comment_is_indexed_after_a_concurrent_edit_is_committed() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let id = CommentDraft::held("ann", "Green tea", site.now())
        .insert(&site, &tea)
        .await;
    let other = CommentDraft::held("bob", "Black tea", site.now())
        .insert(&site, &tea)
        .await;
    let verdict = Verdict::new(Status::Held, vec![screening::ReasonKind::Links.into()]);
    let html = markdown::render_comment("Black coffee");
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::author::update_body(
        &mut db,
        id,
        0,
        "Black coffee",
        &html,
        &verdict,
        Ts::EPOCH,
        site.now(),
    )
    .await
    .expect("the comment is changed");
    site.index_comments().await;
    assert_eq!(search(&site, "tea").await, [other]);
    db.commit().await.expect("a commit");
    index_all(&site).await;
    assert_eq!(search(&site, "coffee").await, [id]);
}
