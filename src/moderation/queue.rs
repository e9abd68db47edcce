//! The queue: what waits, what was approved, spam and trash, each narrowed as a moderator likes.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::cards::{self, Cards};
use super::filter::{Age, Filter, Order};
use super::store::{self, BulkAct, Counts, Done, FoundPage, Matching, Overtaken, StandsFor};
use crate::accounts::Moderator;
use crate::admin::{Desk, Section};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::Kind;
use crate::ids::{ActId, ArticleId, CommentId};
use crate::web::{Page, Query, Result};

/// Cards on one page.
const CARDS: i64 = 50;
/// Cards that are given back at once.
const GIVEN_BACK: usize = 200;

#[derive(Template)]
#[template(path = "moderation/queue.html")]
struct QueuePage {
    desk: Desk,
    section: Section,
    filter: Filter,
    counts: Counts,
    matching: Matching,
    cards: Cards,
    /// Where the page begins, if it is not the first.
    after: Option<CommentId>,
    done: Option<(ActId, Done)>,
    overtaken: Vec<Overtaken>,
    /// A sentence when there was nothing to do.
    nothing: Option<String>,
    /// Acts in the background that are not done.
    under_way: Vec<BulkAct>,
    /// The article that is asked for: its number and title.
    article: Option<(ArticleId, String)>,
}

/// The fields of an address, as they stand there.
pub type Asked = Query<Vec<(String, String)>>;

fn get<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let found = fields.iter().find(|(field, _)| field == name);
    found.map_or("", |(_, value)| value)
}

/// One part of the queue.
pub async fn show_queue(
    State(app): State<App>,
    desk: Desk,
    moderator: Moderator,
    Query(asked): Asked,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let filter = Filter::read(|name| get(&asked, name));
    let now = app.clock.now();
    let mut after: Option<CommentId> = get(&asked, "after").parse().ok();
    let mut page = find(&mut db, &filter, after, now).await?;
    if page.found.is_empty() && page.next.is_none() && after.take().is_some() {
        // The last of this page has been decided.
        page = find(&mut db, &filter, None, now).await?;
    }
    let cards = cards_of(&mut db, &desk, &filter, page, now).await?;
    let counts = store::counts(&mut db).await?;
    let matching = if filter.is_whole_part() {
        Matching::Exactly(counts.of(filter.status))
    } else if after.is_none() && cards.next.is_none() {
        // They are all here.
        Matching::Exactly(i64::try_from(cards.cards.len()).unwrap_or(CARDS))
    } else {
        store::count_matching(&mut db, &filter, now).await?
    };
    let done = match get(&asked, "act").parse() {
        Ok(act) => store::find_done(&mut db, &moderator, act)
            .await?
            .map(|done| (act, done)),
        Err(_) => None,
    };
    let passed: Vec<CommentId> = get(&asked, "passed")
        .split(',')
        .filter_map(|id| id.parse().ok())
        .collect();
    let overtaken = if passed.is_empty() {
        Vec::new()
    } else {
        store::overtaken(&mut db, &passed).await?
    };
    let words = desk.layout.words;
    let nothing = if !get(&asked, "none").is_empty() {
        Some(words.say("queue-none-ticked"))
    } else if !get(&asked, "nothing").is_empty() {
        Some(words.say("queue-nothing-undone"))
    } else if !get(&asked, "gone").is_empty() {
        Some(words.say("queue-gone"))
    } else {
        None
    };
    let article = match filter.article {
        Some(id) => store::title_of(&mut db, id).await?.map(|title| (id, title)),
        None => None,
    };
    let under_way = store::open_bulk(&mut db).await?;
    Ok(Page(QueuePage {
        desk,
        section: Section::Comments,
        filter,
        counts,
        matching,
        cards,
        after,
        done,
        overtaken,
        nothing,
        under_way,
        article,
    })
    .into_response())
}

/// Cards alone, for a script: those of a part of the queue from after a comment, or those that are named in `ids`.
pub async fn show_cards(
    State(app): State<App>,
    desk: Desk,
    _moderator: Moderator,
    Query(asked): Asked,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let now = app.clock.now();
    let filter = Filter::read(|name| get(&asked, name));
    let ids = get(&asked, "ids");
    if !ids.is_empty() {
        let ids: Vec<CommentId> = ids
            .split(',')
            .filter_map(|id| id.parse().ok())
            .take(GIVEN_BACK)
            .collect();
        let cards = store::cards(&mut db, &ids, stands_for(&filter)).await?;
        let cards = Cards::new(desk.layout, cards, None, now);
        return Ok(Page(cards).into_response());
    }
    let after = get(&asked, "after").parse().ok();
    let page = find(&mut db, &filter, after, now).await?;
    let cards = cards_of(&mut db, &desk, &filter, page, now).await?;
    Ok(Page(cards).into_response())
}

/// What the cards of a part of the queue stand for: all that say the same where nothing narrows what waits.
fn stands_for(filter: &Filter) -> StandsFor {
    if *filter == Filter::of(Status::Held) {
        StandsFor::AllAlike
    } else {
        StandsFor::Itself
    }
}

async fn find(
    db: &mut sqlx::PgConnection,
    filter: &Filter,
    after: Option<CommentId>,
    now: Ts,
) -> sqlx::Result<FoundPage> {
    if stands_for(filter) == StandsFor::AllAlike {
        store::find_gathered(db, after, CARDS).await
    } else {
        store::find(db, filter, after, None, CARDS, now).await
    }
}

async fn cards_of(
    db: &mut sqlx::PgConnection,
    desk: &Desk,
    filter: &Filter,
    page: FoundPage,
    now: Ts,
) -> sqlx::Result<Cards> {
    let ids: Vec<CommentId> = page.found.iter().map(|found| found.id).collect();
    let cards = store::cards(db, &ids, stands_for(filter)).await?;
    Ok(Cards::new(desk.layout.clone(), cards, page.next, now))
}

impl QueuePage {
    fn said(&self, done: &Done) -> String {
        cards::said(self.desk.layout.words, done.was_undo, done.to, done.count)
    }

    /// What may be made of all that match.
    fn choices(&self) -> &'static [(Status, &'static str)] {
        cards::choices(self.filter.status)
    }

    /// The name of a button that decides about all that match.
    fn all_of(&self, key: &str) -> String {
        let words = self.desk.layout.words;
        words.with("matching-act", "act", &words.say(key))
    }

    /// All of one status, as an address.
    fn part(status: &Status) -> String {
        format!("/admin/comments?{}", Filter::of(*status).query())
    }

    /// This part without one of the things it is narrowed by, as an address.
    fn without(&self, field: &str) -> String {
        let mut filter = self.filter.clone();
        match field {
            "article" => filter.article = None,
            "person" => filter.person = None,
            "network" => filter.network = None,
            _ => filter.like = None,
        }
        format!("/admin/comments?{}", filter.query())
    }

    /// What the part is narrowed by that no field of the form says: the field, and a sentence.
    fn narrowed(&self) -> Vec<(&'static str, String)> {
        let words = self.desk.layout.words;
        let mut narrowed = Vec::new();
        if let Some((_, title)) = &self.article {
            narrowed.push(("article", words.with("filter-article", "title", title)));
        } else if self.filter.article.is_some() {
            narrowed.push(("article", words.with("filter-article", "title", "—")));
        }
        if self.filter.person.is_some() {
            narrowed.push(("person", words.say("filter-person")));
        }
        if self.filter.network.is_some() {
            narrowed.push(("network", words.say("filter-network")));
        }
        if self.filter.like.is_some() {
            narrowed.push(("like", words.say("filter-like")));
        }
        narrowed
    }

    /// The fields that say the part, for forms that lead back to it.
    fn fields(&self) -> Vec<(&'static str, String)> {
        self.filter.fields()
    }

    /// How many match, in a word or two.
    fn how_many(&self) -> String {
        match self.matching {
            Matching::Exactly(count) => count.to_string(),
            Matching::MoreThan(count) => {
                let words = self.desk.layout.words;
                words.with("matching-more", "count", &count.to_string())
            }
        }
    }

    fn is_reason(&self, kind: &Kind) -> bool {
        self.filter.reason == Some(*kind)
    }

    fn is_age(&self, age: &Age) -> bool {
        self.filter.age == Some(*age)
    }

    fn is_by_likelihood(&self) -> bool {
        self.filter.order == Order::Likeliest
    }

    /// How far an act in the background has come.
    fn progress(&self, bulk: &BulkAct) -> String {
        let numbers = [bulk.decided, bulk.expected.max(bulk.decided)].map(|n| n.to_string());
        let values = [("done", numbers[0].as_str()), ("all", numbers[1].as_str())];
        self.desk.layout.words.with_all("bulk-progress", &values)
    }
}
