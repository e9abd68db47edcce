//! The moderation queue page: the comments of one status that match a filter. Also serves the cards that the page's
//! script loads.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use sqlx::PgConnection;
use strum::IntoEnumIterator;

use super::cards::{self, CardList};
use super::filter::{CommentAge, QueueFilter, QueueOrder, find_field};
use super::store;
use super::store::action_summary::{ActionSummary, DecisionConflict};
use super::store::bulk::BulkAction;
use super::store::cards::CardScope;
use super::store::counts::{QueueCount, QueueCounts};
use super::store::found_page::FoundPage;
use crate::accounts::Moderator;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::ReasonKind;
use crate::i18n::Translator;
use crate::ids::{ActionId, ArticleId, CommentId};
use crate::web::{Page, Query, Result};

const CARDS_PER_PAGE: i64 = 50;
/// Largest number of cards that the page's script can request by id at once.
const MAX_CARDS_BY_ID: usize = 200;

#[derive(Template)]
#[template(path = "moderation/queue.html")]
struct QueuePage {
    admin_layout: AdminLayout,
    section: AdminSection,
    filter: QueueFilter,
    counts: QueueCounts,
    matching: QueueCount,
    cards: CardList,
    /// Comment after which this page begins; `None` on the first page.
    after: Option<CommentId>,
    done: Option<(ActionId, ActionSummary)>,
    conflicts: Vec<DecisionConflict>,
    /// Message that says why the last action changed no comment.
    notice: Option<String>,
    running: Vec<BulkAction>,
    /// Id and title of the article that the filter selects.
    article: Option<(ArticleId, String)>,
}

/// Query parameters of the queue page: the fields of a [`QueueFilter`], and the result of the action that redirected to
/// the page.
pub type QueueQuery = Query<Vec<(String, String)>>;

pub async fn show_queue(
    State(app): State<App>,
    admin_layout: AdminLayout,
    moderator: Moderator,
    Query(fields): QueueQuery,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let get = |name: &str| find_field(&fields, name);
    let filter = QueueFilter::from_fields(get);
    let now = app.clock.now();
    let mut after: Option<CommentId> = get("after").parse().ok();
    let mut page = find_page(&mut db, &filter, after, now).await?;
    if page.found.is_empty() && page.next.is_none() && after.take().is_some() {
        // Every comment of this page has been decided; begin with the first page again.
        page = find_page(&mut db, &filter, None, now).await?;
    }
    let cards = load_cards(&mut db, &admin_layout, &filter, page, now).await?;
    let counts = store::counts::count_by_status(&mut db).await?;
    // The cheapest exact count comes first; the last way may stop at a bound.
    let matching = if filter.is_whole_status() {
        QueueCount::Exactly(counts.of(filter.status))
    } else if after.is_none() && cards.next.is_none() {
        // The only page shows every match.
        QueueCount::Exactly(i64::try_from(cards.cards.len()).unwrap_or(CARDS_PER_PAGE))
    } else {
        store::counts::count_matching(&mut db, &filter, now).await?
    };
    let done = match get("action").parse() {
        // Only actions of this moderator are found, so that a link cannot make the page report those of others.
        Ok(action_id) => store::action_summary::find(&mut db, &moderator, action_id)
            .await?
            .map(|done| (action_id, done)),
        Err(_) => None,
    };
    let conflicts: Vec<CommentId> = parse_ids(get("conflicts")).collect();
    let article = match filter.article {
        Some(id) => store::queue::find_article_title(&mut db, id)
            .await?
            .map(|title| (id, title)),
        None => None,
    };
    Ok(Page(QueuePage {
        section: AdminSection::Comments,
        notice: notice(admin_layout.layout.translator, get),
        admin_layout,
        filter,
        counts,
        matching,
        cards,
        after,
        done,
        conflicts: store::action_summary::list_conflicts(&mut db, &conflicts).await?,
        running: store::bulk::list_unfinished(&mut db).await?,
        article,
    })
    .into_response())
}

/// Returns the message that says why the last action changed no comment. Returns `None` if there was no such action.
fn notice<'a>(translator: Translator, get: impl Fn(&str) -> &'a str) -> Option<String> {
    let keys = [
        ("none", "queue-none-ticked"),
        ("nothing", "queue-nothing-undone"),
        ("gone", "queue-gone"),
    ];
    let found = keys.into_iter().find(|(field, _)| !get(field).is_empty());
    found.map(|(_, key)| translator.text(key))
}

/// Renders cards without the surrounding page, for the queue's script. These are the cards of the comments in the
/// parameter `ids`, or else the next page of the filter.
pub async fn show_cards(
    State(app): State<App>,
    admin_layout: AdminLayout,
    _moderator: Moderator,
    Query(fields): QueueQuery,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let now = app.clock.now();
    let get = |name: &str| find_field(&fields, name);
    let filter = QueueFilter::from_fields(get);
    let ids = get("ids");
    let cards = if ids.is_empty() {
        let page = find_page(&mut db, &filter, get("after").parse().ok(), now).await?;
        load_cards(&mut db, &admin_layout, &filter, page, now).await?
    } else {
        // Bounded, since the ids come from the URL.
        let ids: Vec<CommentId> = parse_ids(ids).take(MAX_CARDS_BY_ID).collect();
        let cards = store::cards::list(&mut db, &ids, card_scope(&filter)).await?;
        CardList::new(admin_layout.layout, cards, None, now)
    };
    Ok(Page(cards).into_response())
}

fn parse_ids(list: &str) -> impl Iterator<Item = CommentId> {
    list.split(',').filter_map(|id| id.parse().ok())
}

/// Returns whether similar comments share one card. They do only on the page of all held comments without any other
/// condition.
fn card_scope(filter: &QueueFilter) -> CardScope {
    if *filter == QueueFilter::with_status(Status::Held) {
        CardScope::WholeGroup
    } else {
        CardScope::SingleComment
    }
}

async fn find_page(
    db: &mut PgConnection,
    filter: &QueueFilter,
    after: Option<CommentId>,
    now: Ts,
) -> sqlx::Result<FoundPage> {
    match card_scope(filter) {
        CardScope::WholeGroup => store::queue::find_grouped(db, after, CARDS_PER_PAGE).await,
        CardScope::SingleComment => {
            store::queue::find(db, filter, after, None, CARDS_PER_PAGE, now).await
        }
    }
}

async fn load_cards(
    db: &mut PgConnection,
    admin_layout: &AdminLayout,
    filter: &QueueFilter,
    page: FoundPage,
    now: Ts,
) -> sqlx::Result<CardList> {
    let ids: Vec<CommentId> = page.found.iter().map(|found| found.id).collect();
    let cards = store::cards::list(db, &ids, card_scope(filter)).await?;
    Ok(CardList::new(
        admin_layout.layout.clone(),
        cards,
        page.next,
        now,
    ))
}

impl QueuePage {
    fn action_summary(&self, done: &ActionSummary) -> String {
        cards::describe_action(
            self.admin_layout.layout.translator,
            done.was_undo,
            done.to,
            done.count,
        )
    }

    /// Returns the statuses that a moderator can give to all matching comments, each with the key of its button's label.
    fn choices(&self) -> &'static [(Status, &'static str)] {
        cards::choices(self.filter.status)
    }

    /// Returns the label of a button that decides on all matching comments at once.
    fn matching_label(&self, key: &str) -> String {
        let translator = self.admin_layout.layout.translator;
        translator.format("matching-act", "act", &translator.text(key))
    }

    fn status_path(status: &Status) -> String {
        format!(
            "/admin/comments?{}",
            QueueFilter::with_status(*status).query()
        )
    }

    /// Returns the path of the queue page without one of the filter's conditions.
    fn path_without(&self, field: &str) -> String {
        let mut filter = self.filter.clone();
        match field {
            "article" => filter.article = None,
            "author" => filter.same_author_as = None,
            "network" => filter.same_network_as = None,
            _ => filter.similar_group = None,
        }
        format!("/admin/comments?{}", filter.query())
    }

    /// Lists the filter's conditions that have no field in the filter form: the name of each in the URL, and a sentence
    /// that describes it.
    fn extra_conditions(&self) -> Vec<(&'static str, String)> {
        let translator = self.admin_layout.layout.translator;
        let mut conditions = Vec::new();
        if self.filter.article.is_some() {
            let title = self.article.as_ref().map_or("—", |(_, title)| title);
            conditions.push((
                "article",
                translator.format("filter-article", "title", title),
            ));
        }
        if self.filter.same_author_as.is_some() {
            conditions.push(("author", translator.text("filter-author")));
        }
        if self.filter.same_network_as.is_some() {
            conditions.push(("network", translator.text("filter-network")));
        }
        if self.filter.similar_group.is_some() {
            conditions.push(("similar", translator.text("filter-similar")));
        }
        conditions
    }

    fn filter_fields(&self) -> Vec<(&'static str, String)> {
        self.filter.fields()
    }

    fn matching_count(&self) -> String {
        match self.matching {
            QueueCount::Exactly(count) => count.to_string(),
            QueueCount::MoreThan(count) => {
                let translator = self.admin_layout.layout.translator;
                translator.format("matching-more", "count", &count.to_string())
            }
        }
    }

    fn is_selected_reason(&self, kind: &ReasonKind) -> bool {
        self.filter.reason == Some(*kind)
    }

    fn is_selected_age(&self, age: &CommentAge) -> bool {
        self.filter.age == Some(*age)
    }

    fn is_ordered_by_score(&self) -> bool {
        self.filter.order == QueueOrder::HighestScoreFirst
    }

    fn bulk_progress(&self, bulk: &BulkAction) -> String {
        // Counting may have stopped at its bound, so more can be decided than was expected.
        let numbers = [bulk.decided, bulk.expected.max(bulk.decided)].map(|n| n.to_string());
        let values = [("done", numbers[0].as_str()), ("all", numbers[1].as_str())];
        self.admin_layout
            .layout
            .translator
            .format_all("bulk-progress", &values)
    }
}
