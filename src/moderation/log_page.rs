//! The log at the desk: what was done, by whom, when and why, and one entry with all that it decided. Nobody who replies is
//! named but by their comments.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::log::EntryKind;
use super::store::{self, By, LogEntry, LoggedDecision, Sought};
use crate::accounts::Moderator;
use crate::admin::{Desk, Section};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::crypto::hex;
use crate::i18n::Words;
use crate::ids::{AccountId, CommentId};
use crate::text::dates;
use crate::web::{Error, Layout, Page, Path, Query, Result};

/// Entries, or decisions of one, on a page.
const ON_A_PAGE: i64 = 50;
/// What the form calls whoever does what happens by itself.
const NOBODY: &str = "itself";

#[derive(Template)]
#[template(path = "moderation/log.html")]
struct LogPage {
    desk: Desk,
    section: Section,
    /// Each with what it did, in a sentence.
    entries: Vec<(LogEntry, String)>,
    /// The address of what is older.
    older: Option<String>,
    asked: Asked,
    staff: Vec<(AccountId, String)>,
    /// What the form calls whoever does what happens by itself.
    nobody: &'static str,
    /// The place of the last entry of all, and its hash.
    end: Option<(i64, String)>,
}

#[derive(Template)]
#[template(path = "moderation/log_entry.html")]
struct EntryPage {
    desk: Desk,
    section: Section,
    entry: LogEntry,
    said: String,
    decisions: Vec<LoggedDecision>,
    /// After which decision there are more.
    next: Option<i64>,
    /// How many comments the whole act decided about, if this is a part of it.
    part_of: Option<i64>,
    can_undo: bool,
}

/// Which entries, as asked for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    by: String,
    kind: String,
    to: String,
    from: String,
    until: String,
    before: String,
}

/// The log.
pub async fn show_log(
    State(app): State<App>,
    desk: Desk,
    _moderator: Moderator,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let sought = asked.sought(&desk.layout);
    let before = asked.before.parse().ok();
    let part = store::find_entries(&mut db, &sought, before, ON_A_PAGE).await?;
    let edited: Vec<CommentId> = part.entries.iter().filter_map(comment_of).collect();
    let writers = store::writers_of(&mut db, &edited).await?;
    let words = desk.layout.words;
    let entries = part.entries.into_iter().map(|entry| {
        let about = comment_of(&entry);
        let writer = writers.iter().find(|(id, _)| Some(*id) == about);
        let said = said(words, &entry, writer.map(|(_, name)| name.as_str()));
        (entry, said)
    });
    let end = store::chain_end(&mut db).await?;
    Ok(Page(LogPage {
        section: Section::Log,
        entries: entries.collect(),
        older: part.next.map(|next| asked.address(next)),
        staff: store::staff(&mut db).await?,
        nobody: NOBODY,
        end: end.map(|(position, hash)| (position, hex(&hash))),
        asked,
        desk,
    })
    .into_response())
}

/// Where the decisions of an entry go on.
#[derive(Deserialize)]
pub struct AskedIn {
    #[serde(default)]
    after: String,
}

/// One entry of the log.
pub async fn show_entry(
    State(app): State<App>,
    desk: Desk,
    _moderator: Moderator,
    Path(position): Path<i64>,
    Query(asked): Query<AskedIn>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let entry = store::find_entry(&mut db, position).await?;
    let entry = entry.ok_or(Error::NotFound)?;
    let after = asked.after.parse().unwrap_or(0);
    let mut decisions = store::decisions_in(&mut db, entry.id, after, ON_A_PAGE + 1).await?;
    let on_a_page = usize::try_from(ON_A_PAGE).expect("fifty fits");
    let has_more = decisions.len() > on_a_page;
    decisions.truncate(on_a_page);
    let edited: Vec<CommentId> = comment_of(&entry).into_iter().collect();
    let writers = store::writers_of(&mut db, &edited).await?;
    let writer = writers.first().map(|(_, name)| name.as_str());
    let all = store::action_summary::count_decisions(&mut db, entry.act).await?;
    Ok(Page(EntryPage {
        section: Section::Log,
        said: said(desk.layout.words, &entry, writer),
        next: decisions.last().map(|last| last.id).filter(|_| has_more),
        part_of: (all > i64::from(entry.decisions)).then_some(all),
        can_undo: store::can_undo(&mut db, entry.act).await?,
        decisions,
        entry,
        desk,
    })
    .into_response())
}

impl Asked {
    /// What is sought; a field that says nothing we know seeks nothing in particular.
    fn sought(&self, layout: &Layout) -> Sought {
        let zone = &layout.publication.zone;
        let begins = |day: jiff::civil::Date| dates::parse_local(&format!("{day}T00:00"), zone);
        let day = |typed: &str| typed.parse::<jiff::civil::Date>().ok();
        Sought {
            by: match self.by.as_str() {
                NOBODY => Some(By::Nobody),
                id => id.parse().ok().map(By::Account),
            },
            kind: EntryKind::from_word(&self.kind),
            to: Status::from_word(&self.to),
            from: day(&self.from).and_then(begins),
            until: day(&self.until)
                .and_then(|day| day.tomorrow().ok())
                .and_then(begins),
        }
    }

    /// The same, from before a place.
    fn address(&self, before: i64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let fields = [
            ("by", &self.by),
            ("kind", &self.kind),
            ("to", &self.to),
            ("from", &self.from),
            ("until", &self.until),
        ];
        query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
        query.append_pair("before", &before.to_string());
        format!("/admin/log?{}", query.finish())
    }

    fn is_narrow(&self) -> bool {
        let fields = [&self.by, &self.kind, &self.to, &self.from, &self.until];
        fields.into_iter().any(|value| !value.is_empty())
    }
}

/// The comment that an entry is about.
fn comment_of(entry: &LogEntry) -> Option<CommentId> {
    entry.about.strip_prefix("comment ")?.parse().ok()
}

/// What an entry tells, in a sentence.
fn said(words: Words, entry: &LogEntry, writer: Option<&str>) -> String {
    let count = i64::from(entry.decisions);
    match entry.kind {
        EntryKind::Decided => match entry.to {
            Some(status) => words.count(&format!("log-decided-{}", status.word()), count),
            None => words.say("log-kind-decided"),
        },
        EntryKind::Undone => words.count("log-undone", count),
        EntryKind::Edited => match writer {
            Some(name) => words.with("log-edited", "name", name),
            None => words.say("log-kind-edited"),
        },
        EntryKind::Blocked => match entry.about.strip_prefix("domain ") {
            Some(domain) => words.with("log-blocked-domain", "domain", domain),
            None if entry.about.starts_with("commenter ") => words.say("log-blocked-address"),
            None => words.say("log-blocked-network"),
        },
        EntryKind::Unblocked => match entry.about.strip_prefix("domain ") {
            Some(domain) => words.with("log-unblocked-domain", "domain", domain),
            None if entry.about.starts_with("commenter ") => words.say("log-unblocked-address"),
            None => words.say("log-unblocked-network"),
        },
        EntryKind::Treated => words.say("log-treated"),
        EntryKind::Emptied => {
            let emptied = entry.about.split(' ').next().unwrap_or_default();
            words.count("log-emptied", emptied.parse::<i64>().unwrap_or_default())
        }
    }
}

impl LogPage {
    fn kinds(&self) -> Vec<(&'static str, String)> {
        let words = self.desk.layout.words;
        EntryKind::ALL
            .into_iter()
            .map(|kind| {
                let word = kind.word();
                (word, words.say(&format!("log-kind-{word}")))
            })
            .collect()
    }

    fn statuses(&self) -> Vec<(&'static str, String)> {
        let words = self.desk.layout.words;
        Status::ALL
            .into_iter()
            .map(|status| {
                let word = status.word();
                (word, words.say(&format!("status-{word}")))
            })
            .collect()
    }

    fn is_by(&self, id: &AccountId) -> bool {
        self.asked.by == id.to_string()
    }

    /// When, and by whom.
    fn signed(&self, entry: &LogEntry) -> String {
        signed(&self.desk.layout, entry)
    }
}

fn signed(layout: &Layout, entry: &LogEntry) -> String {
    match &entry.by {
        Some(name) => layout.words.with("log-by", "name", name),
        None => layout.words.say("log-by-itself"),
    }
}

impl EntryPage {
    fn signed(&self) -> String {
        signed(&self.desk.layout, &self.entry)
    }

    fn moment(&self, at: &Ts) -> String {
        self.desk.layout.moment(at)
    }

    fn hash(&self) -> String {
        hex(&self.entry.hash)
    }

    fn previous(&self) -> Option<String> {
        let previous = &self.entry.previous;
        (!previous.is_empty()).then(|| hex(previous))
    }

    /// From what to what.
    fn change(&self, decision: &LoggedDecision) -> String {
        let words = self.desk.layout.words;
        let status = |status: Status| words.say(&format!("status-{}", status.word()));
        format!("{} → {}", status(decision.from), status(decision.to))
    }
}
