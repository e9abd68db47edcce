//! The queue: what waits, what was approved, spam and trash.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::filter::Filter;
use super::store::{self, Card, Done, Overtaken};
use crate::accounts::Moderator;
use crate::app::App;
use crate::comments::Status;
use crate::comments::screening::Reason;
use crate::desk::{Desk, Section};
use crate::ids::{ActId, CommentId};
use crate::web::{Page, Query, Result};

/// Cards on one page.
const CARDS: i64 = 50;

#[derive(Template)]
#[template(path = "moderation/queue.html")]
struct QueuePage {
    desk: Desk,
    section: Section,
    shown: Status,
    counts: Vec<(Status, i64)>,
    cards: Vec<Card>,
    /// Where the page begins, if it is not the first.
    before: Option<CommentId>,
    older: Option<CommentId>,
    done: Option<(ActId, Done)>,
    overtaken: Vec<Overtaken>,
    /// A sentence when there was nothing to do.
    nothing: Option<String>,
}

/// Which part of the queue, and what it is to say.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    status: String,
    before: Option<CommentId>,
    act: Option<ActId>,
    #[serde(default)]
    passed: String,
    none: Option<u8>,
    nothing: Option<u8>,
}

/// One part of the queue.
pub async fn show_queue(
    State(app): State<App>,
    desk: Desk,
    moderator: Moderator,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let shown = Status::from_word(&asked.status).unwrap_or(Status::Held);
    let filter = Filter::of(shown);
    let now = app.clock.now();
    let mut before = asked.before;
    let mut page = store::find(&mut db, &filter, before, None, CARDS, now).await?;
    if page.found.is_empty() && before.take().is_some() {
        // The last of this page has been decided.
        page = store::find(&mut db, &filter, None, None, CARDS, now).await?;
    }
    let ids: Vec<CommentId> = page.found.iter().map(|found| found.id).collect();
    let cards = store::cards(&mut db, &ids).await?;
    let counts = store::counts(&mut db).await?;
    let done = match asked.act {
        Some(act) => store::find_done(&mut db, &moderator, act)
            .await?
            .map(|done| (act, done)),
        None => None,
    };
    let passed: Vec<CommentId> = asked
        .passed
        .split(',')
        .filter_map(|id| id.parse().ok())
        .collect();
    let overtaken = if passed.is_empty() {
        Vec::new()
    } else {
        store::overtaken(&mut db, &passed).await?
    };
    let words = desk.layout.words;
    let nothing = match (asked.none, asked.nothing) {
        (Some(_), _) => Some(words.say("queue-none-ticked")),
        (_, Some(_)) => Some(words.say("queue-nothing-undone")),
        _ => None,
    };
    let older = page.next;
    Ok(Page(QueuePage {
        desk,
        section: Section::Comments,
        shown,
        counts,
        cards,
        before,
        older,
        done,
        overtaken,
        nothing,
    })
    .into_response())
}

impl QueuePage {
    /// What may be made of a comment of the shown status: the word that is sent, and the key of its button.
    fn choices(&self) -> &'static [(Status, &'static str)] {
        match self.shown {
            Status::Held => &[
                (Status::Approved, "queue-approve"),
                (Status::Spam, "queue-spam"),
                (Status::Trashed, "queue-trash"),
            ],
            Status::Approved => &[
                (Status::Held, "queue-hold"),
                (Status::Spam, "queue-spam"),
                (Status::Trashed, "queue-trash"),
            ],
            Status::Spam => &[
                (Status::Held, "queue-not-spam"),
                (Status::Approved, "queue-approve"),
                (Status::Trashed, "queue-trash"),
            ],
            Status::Trashed => &[
                (Status::Held, "queue-restore"),
                (Status::Approved, "queue-approve"),
                (Status::Spam, "queue-spam"),
            ],
        }
    }

    /// What the act that led here did, as a sentence.
    fn said(&self, done: &Done) -> String {
        let key = match (done.was_undo, done.to) {
            (true, _) => "queue-undone",
            (false, Status::Held) => "queue-done-held",
            (false, Status::Approved) => "queue-done-approved",
            (false, Status::Spam) => "queue-done-spam",
            (false, Status::Trashed) => "queue-done-trashed",
        };
        self.desk.layout.words.count(key, done.count)
    }

    /// What happened to a comment that someone else decided first.
    fn told(&self, overtaken: &Overtaken) -> String {
        let words = self.desk.layout.words;
        if overtaken.is_changed {
            return words.with("queue-changed", "name", &overtaken.name);
        }
        let status = words.say(&format!("status-{}", overtaken.status.word()));
        let values = [
            ("name", overtaken.name.as_str()),
            ("status", status.as_str()),
            ("by", overtaken.decided_by.as_deref().unwrap_or("—")),
        ];
        words.with_all("queue-overtaken", &values)
    }

    /// What the same person has said elsewhere, in a few words.
    fn history(&self, card: &Card) -> String {
        let words = self.desk.layout.words;
        match (card.approved_before, card.refused_before) {
            (0, 0) => words.say("history-first"),
            (approved, 0) => words.count("history-approved", approved),
            (0, refused) => words.count("history-refused", refused),
            (approved, refused) => format!(
                "{} · {}",
                words.count("history-approved", approved),
                words.count("history-refused", refused)
            ),
        }
    }

    /// Why a card's comment was judged as it was at first, in sentences.
    fn reasons(&self, card: &Card) -> Vec<String> {
        let read = card
            .reasons
            .iter()
            .filter_map(|reason| Reason::read(reason));
        read.map(|reason| reason.for_moderators(self.desk.layout.words))
            .collect()
    }

    /// A button's name for those who do not see which card it stands on.
    fn label(&self, key: &str, card: &Card) -> String {
        let words = self.desk.layout.words;
        words.with_all(
            "queue-act-on",
            &[
                ("act", words.say(key).as_str()),
                ("name", card.name.as_str()),
            ],
        )
    }
}
