//! Tests that the counters and filters of the moderation queue agree with counting the comments one by one, after any
//! sequence of decisions, undos, edits, erasures and deletions.

use std::collections::BTreeSet;

use broadsheet::accounts::Moderator;
use broadsheet::clock::Ts;
use broadsheet::comments::screening::{ReasonKind, Verdict};
use broadsheet::comments::{self, Status};
use broadsheet::ids::{ArticleId, CommentId, SimilarGroupId};
use broadsheet::moderation::filter::{CommentAge, QueueFilter};
use broadsheet::moderation::store;
use broadsheet::moderation::store::counts::QueueCount;
use broadsheet::moderation::store::found_page::FoundComment;
use broadsheet::moderation::{DecisionRequest, bulk};
use broadsheet::text::markdown;
use broadsheet::worker;
use sqlx::PgPool;

use crate::similar_groups::{CommentDraft, moderator};
use crate::support::TestSite;

/// Pseudo-random generator with a fixed sequence (xorshift64).
struct TestRandom(u64);

impl TestRandom {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("a number below the bound fits usize")
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const KINDS: [ReasonKind; 4] = [
    ReasonKind::EverythingIsHeld,
    ReasonKind::FirstTimer,
    ReasonKind::Links,
    ReasonKind::HoldWord,
];
const WORDS: [&str; 6] = ["tea", "coffee", "чай", "кава", "milk", "sugar"];

/// Columns of a comment that the filters of the moderation queue use.
struct FilterRow {
    id: i64,
    status: Status,
    reasons: Vec<String>,
    article_id: i64,
    commenter_id: Option<i64>,
    network_hash: Option<Vec<u8>>,
    lookalike_id: Option<i64>,
    created_at: Ts,
    body: String,
}

async fn load_rows(pool: &PgPool) -> Vec<FilterRow> {
    type Row = (
        i64,
        Status,
        Vec<String>,
        i64,
        Option<i64>,
        Option<Vec<u8>>,
        Option<i64>,
        Ts,
        String,
    );
    let rows: Vec<Row> = sqlx::query_as(
        "select id, status, reasons, article_id, commenter_id, network_hash, similar_group_id, created_at, body
         from comments where erased_at is null order by created_at desc, id desc",
    )
    .fetch_all(pool)
    .await
    .expect("all comments are read");
    let convert = |row: Row| FilterRow {
        id: row.0,
        status: row.1,
        reasons: row.2,
        article_id: row.3,
        commenter_id: row.4,
        network_hash: row.5,
        lookalike_id: row.6,
        created_at: row.7,
        body: row.8,
    };
    rows.into_iter().map(convert).collect()
}

/// Returns the ids of the comments that match a filter, by checking each comment in Rust.
fn match_by_hand(all: &[FilterRow], filter: &QueueFilter, now: Ts) -> Vec<i64> {
    let named = |id: Option<CommentId>| id.and_then(|id| all.iter().find(|one| one.id == id.0));
    let commenter = named(filter.same_author_as).and_then(|one| one.commenter_id);
    let network = named(filter.same_network_as).and_then(|one| one.network_hash.clone());
    let (since, until) = filter.age.map_or((None, None), |age| age.bounds(now));
    let matches = |one: &&FilterRow| {
        let mut codes = one
            .reasons
            .iter()
            .filter_map(|reason| reason.split(':').next());
        one.status == filter.status
            && filter
                .reason
                .is_none_or(|kind| codes.any(|code| code == kind.code()))
            && filter.article.is_none_or(|id| one.article_id == id.0)
            && filter
                .similar_group
                .is_none_or(|id| one.lookalike_id == Some(id.0))
            && (filter.same_author_as.is_none()
                || (commenter.is_some() && one.commenter_id == commenter))
            && (filter.same_network_as.is_none()
                || (network.is_some() && one.network_hash == network))
            && since.is_none_or(|since| one.created_at >= since)
            && until.is_none_or(|until| one.created_at < until)
            && filter
                .search
                .split_whitespace()
                .all(|word| one.body.split_whitespace().any(|other| other == word))
    };
    all.iter().filter(matches).map(|one| one.id).collect()
}

/// Pairs of SQL statements that must return the same rows: the stored counters, and the same numbers counted from the
/// comments.
const COUNTERS: [(&str, &str); 6] = [
    (
        "select status::text, sum(count) from comment_counts group by 1 having sum(count) <> 0",
        "select status::text, count(*)::numeric from comments where erased_at is null group by 1",
    ),
    (
        "select facet, key, status::text, sum(count) from comment_facets group by 1, 2, 3 having sum(count) <> 0",
        "select 'article', article_id::text, status::text, count(*)::numeric from comments where erased_at is null group by 2, 3
         union all
         select 'month', to_char(created_at at time zone 'UTC', 'YYYY-MM'), status::text, count(*) from comments
         where erased_at is null or purged group by 2, 3
         union all
         select 'reason', split_part(reason, ':', 1), status::text, count(distinct id) from comments, unnest(reasons) as reason
         where erased_at is null group by 2, 3
         union all
         select 'month-reason', to_char(created_at at time zone 'UTC', 'YYYY-MM ') || split_part(reason, ':', 1), status::text,
             count(distinct id) from comments, unnest(reasons) as reason where erased_at is null or purged group by 2, 3",
    ),
    (
        "select commenter_id, sum(held), sum(approved), sum(spam), sum(trashed) from commenter_counts
         group by 1 having (sum(held), sum(approved), sum(spam), sum(trashed)) <> (0, 0, 0, 0)",
        "select commenter_id, (count(*) filter (where status = 'held'))::numeric, count(*) filter (where status = 'approved'),
             count(*) filter (where status = 'spam'), count(*) filter (where status = 'trashed')
         from comments where erased_at is null and commenter_id is not null group by 1",
    ),
    (
        "select status::text, code, created_at, comment_id from comment_reasons",
        "select distinct status::text, split_part(reason, ':', 1), created_at, id from comments, unnest(reasons) as reason
         where erased_at is null",
    ),
    (
        "select id, held::bigint, representative_id, representative_at from similar_groups",
        "select similar_groups.id, count(comments.id), (array_agg(comments.id order by created_at, comments.id)
             filter (where comments.id is not null))[1], min(created_at)
         from similar_groups left join comments on similar_group_id = similar_groups.id and status = 'held' and erased_at is null
         group by similar_groups.id",
    ),
    (
        "select comment_id, version from comment_search",
        "select id, version from comments where erased_at is null and id not in (select comment_id from index_queue)",
    ),
];

async fn check(site: &TestSite, after: &str) {
    for (stored, counted) in COUNTERS {
        for (one, other) in [(stored, counted), (counted, stored)] {
            let query = format!(
                "select wrong::text from (select * from ({one}) one except select * from ({other}) other) wrong limit 5"
            );
            let wrong: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .fetch_all(&site.app.pool)
                .await
                .expect("stored and counted numbers are compared");
            // An edited comment keeps its old index data until it is indexed again.
            let is_index = stored.contains("comment_search") && one == stored;
            assert!(
                wrong.is_empty() || is_index,
                "after {after}, these are in\n{one}\nand not in\n{other}\n{wrong:#?}"
            );
        }
    }
}

/// Inserts `count` comments with random author, status, reasons, text and age.
async fn insert_random(site: &TestSite, random: &mut TestRandom, count: i64) {
    let articles = [
        site.article("Tea").await,
        site.article("Milk").await,
        site.article("Bread").await,
    ];
    for number in 0..count {
        let author = format!("reader-{}", random.below(12));
        let status = random.pick(&[
            Status::Held,
            Status::Held,
            Status::Approved,
            Status::Spam,
            Status::Trashed,
        ]);
        let mut reasons = Vec::new();
        for kind in KINDS {
            if random.below(3) == 0 {
                reasons.push(kind.into());
            }
        }
        let body = if random.below(4) == 0 {
            format!(
                "Come to our shop in the old town and buy your {} number {number} from us today",
                random.pick(&WORDS)
            )
        } else {
            format!("{} {} {number}", random.pick(&WORDS), random.pick(&WORDS))
        };
        let age = i64::try_from(random.below(70 * 24)).expect("the age in hours fits i64");
        let draft = CommentDraft {
            author: &author,
            network: u8::try_from(random.below(7)).expect("the network number fits u8"),
            body: &body,
            verdict: Verdict::new(status, reasons),
            at: site.now().plus_seconds(-age * 3600 - number),
        };
        draft.insert(site, &articles[random.below(3)]).await;
    }
}

async fn pick_comments(
    site: &TestSite,
    random: &mut TestRandom,
    status: Option<Status>,
) -> Vec<(i64, Status, i32)> {
    let all: Vec<(i64, Status, i32)> = sqlx::query_as(
        "select id, status, version from comments where erased_at is null and ($1::comment_status is null or status = $1) order by id",
    )
    .bind(status)
    .fetch_all(&site.app.pool)
    .await
    .expect("the comments are read");
    let share = 2 + random.below(30);
    all.into_iter()
        .filter(|_| random.below(share) == 0)
        .collect()
}

/// Performs a random action in the moderation queue, and returns its name.
async fn run_random_action(
    site: &TestSite,
    random: &mut TestRandom,
    moderator: &Moderator,
) -> &'static str {
    let now = site.now();
    let mut db = site.app.pool.begin().await.expect("a transaction");
    let action = match random.below(8) {
        0 | 1 => {
            let picked = pick_comments(site, random, None).await;
            let request = |(id, status, version): (i64, Status, i32)| DecisionRequest {
                id: CommentId(id),
                expected_status: status,
                expected_version: version,
            };
            let requests: Vec<DecisionRequest> = picked.into_iter().map(request).collect();
            let action_id = store::decisions::reserve_action_id(&mut db)
                .await
                .expect("an action id");
            let to = random.pick(&Status::ALL);
            store::decisions::decide(&mut db, moderator, action_id, &requests, to, "", now)
                .await
                .expect("the comments are decided");
            "a decision"
        }
        2 => {
            let acts: Vec<i64> =
                sqlx::query_scalar("select distinct action_id from decisions order by 1")
                    .fetch_all(&mut *db)
                    .await
                    .expect("the action ids are read");
            if !acts.is_empty() {
                let undone = broadsheet::ids::ActionId(random.pick(&acts));
                let action_id = store::decisions::reserve_action_id(&mut db)
                    .await
                    .expect("an action id");
                store::decisions::undo(&mut db, moderator, action_id, undone, 0, 1000, now)
                    .await
                    .expect("the action is undone");
            }
            "an undo"
        }
        3 => {
            for (id, _, version) in pick_comments(site, random, None).await {
                let body = format!("{} {} again", random.pick(&WORDS), random.pick(&WORDS));
                let status = random.pick(&[Status::Held, Status::Approved]);
                let verdict = Verdict::new(status, vec![random.pick(&KINDS).into()]);
                let html = markdown::render_comment(&body);
                comments::store::author::update_body(
                    &mut db,
                    CommentId(id),
                    version,
                    &body,
                    &html,
                    &verdict,
                    Ts::EPOCH,
                    now,
                )
                .await
                .expect("the comment is changed");
            }
            "changes"
        }
        4 => {
            let picked = pick_comments(site, random, None).await;
            let ids: Vec<CommentId> = picked.iter().take(5).map(|one| CommentId(one.0)).collect();
            comments::store::erase::erase(&mut db, &ids, now)
                .await
                .expect("the comments are erased");
            "erasing"
        }
        5 => {
            // Like the retention period does: the text goes, the reasons stay.
            let picked = pick_comments(site, random, Some(Status::Trashed)).await;
            let ids: Vec<i64> = picked.iter().take(5).map(|one| one.0).collect();
            sqlx::query(
                "update comments set erased_at = $2, purged = true, commenter_id = null, network_hash = null, network_sealed = null,
                     network_until = null, similar_group_id = null, body = '', body_html = '', version = version + 1
                 where id = any($1)",
            )
            .bind(&ids)
            .bind(now)
            .execute(&mut *db)
            .await
            .expect("the comments are purged");
            "purging"
        }
        6 => {
            let picked = pick_comments(site, random, None).await;
            let ids: Vec<i64> = picked.iter().take(3).map(|one| one.0).collect();
            sqlx::query("delete from comments where id = any($1) and id not in (select comment_id from decisions)")
                .bind(&ids)
                .execute(&mut *db)
                .await
                .expect("the comments are deleted");
            "deleting"
        }
        _ => {
            drop(db);
            let status = random.pick(&Status::ALL);
            let filter = QueueFilter {
                reason: Some(random.pick(&KINDS)),
                ..QueueFilter::with_status(status)
            };
            let to = random.pick(&Status::ALL);
            bulk::decide_all(&site.app, moderator, &filter, to, "", now)
                .await
                .expect("the bulk action starts");
            worker::run_bulk_actions(&site.app)
                .await
                .expect("the bulk action finishes");
            return "a bulk act";
        }
    };
    db.commit().await.expect("a commit");
    action
}

fn random_filter(random: &mut TestRandom, all: &[FilterRow]) -> QueueFilter {
    let mut filter = QueueFilter::with_status(random.pick(&Status::ALL));
    let ids: Vec<i64> = all.iter().map(|one| one.id).collect();
    let articles: BTreeSet<i64> = all.iter().map(|one| one.article_id).collect();
    let articles: Vec<i64> = articles.into_iter().collect();
    let alike: BTreeSet<i64> = all.iter().filter_map(|one| one.lookalike_id).collect();
    let alike: Vec<i64> = alike.into_iter().collect();
    for _ in 0..random.below(4) {
        match random.below(7) {
            0 => filter.reason = Some(random.pick(&KINDS)),
            1 => filter.article = Some(ArticleId(random.pick(&articles))),
            2 => filter.same_author_as = Some(CommentId(random.pick(&ids))),
            3 => filter.same_network_as = Some(CommentId(random.pick(&ids))),
            4 if !alike.is_empty() => {
                filter.similar_group = Some(SimilarGroupId(random.pick(&alike)));
            }
            5 => filter.age = Some(random.pick(&CommentAge::ALL)),
            _ => filter.search = random.pick(&WORDS).to_owned(),
        }
    }
    filter
}

/// Returns the ids of all comments that a filter finds in the database, loaded page by page.
async fn find_all(site: &TestSite, filter: &QueueFilter, limit: i64) -> Vec<i64> {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let mut all: Vec<FoundComment> = Vec::new();
    let mut after = None;
    loop {
        let page = store::queue::find(&mut db, filter, after, None, limit, site.now())
            .await
            .expect("the matching comments are read");
        all.extend(page.found);
        after = page.next;
        if after.is_none() {
            return all.iter().map(|found| found.id.0).collect();
        }
    }
}

async fn check_filters(site: &TestSite, random: &mut TestRandom, count: usize) -> usize {
    let all = load_rows(&site.app.pool).await;
    let mut not_empty = 0;
    for _ in 0..count {
        let filter = random_filter(random, &all);
        let expected = match_by_hand(&all, &filter, site.now());
        assert_eq!(find_all(site, &filter, 7).await, expected, "{filter:?}");
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let matching = store::counts::count_matching(&mut db, &filter, site.now())
            .await
            .expect("the matching comments are counted");
        let counted =
            i64::try_from(expected.len()).expect("the number of matching comments fits i64");
        match matching {
            QueueCount::Exactly(count) => assert_eq!(count, counted, "{filter:?}"),
            QueueCount::MoreThan(count) => {
                assert!(count < counted, "{filter:?}: {count} of {counted}");
            }
        }
        not_empty += usize::from(counted > 0);
    }
    not_empty
}

#[tokio::test]
async fn counters_and_filters_agree_with_counting_by_hand() {
    let site = TestSite::new().await;
    let moderator = moderator(&site).await;
    let mut random = TestRandom(0x5eed_0f0a_ddee_d001);
    insert_random(&site, &mut random, 300).await;
    check(&site, "filling").await;
    site.index_comments().await;
    check(&site, "reading").await;
    assert!(
        site.count("select count(*) from similar_groups where held > 1")
            .await
            > 0
    );
    let mut not_empty = check_filters(&site, &mut random, 60).await;
    for round in 0..40 {
        let action = run_random_action(&site, &mut random, &moderator).await;
        check(&site, action).await;
        if round % 8 == 7 {
            site.index_comments().await;
            check(&site, "reading again").await;
            not_empty += check_filters(&site, &mut random, 40).await;
        }
    }
    assert!(not_empty > 60, "only {not_empty} filters found anything");
    let stale = "select count(*) from comment_search join comments on id = comment_id where comment_search.version <> comments.version";
    assert_eq!(site.count(stale).await, 0);
}
