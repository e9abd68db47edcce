//! The staff pages of the audit log: the list of entries, and a single entry with its decisions. They show which comments
//! an entry is about, but never the email or the id of a commenter.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use strum::IntoEnumIterator;
use url::form_urlencoded;

use super::store;
use super::store::audit_log_page::{self as page_store, LoggedDecision};
use crate::accounts::Moderator;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::audit_log::EntryKind;
use crate::audit_log::store::browse::{self, Actor, LogEntry, LogFilter};
use crate::audit_log::store::chain;
use crate::clock::Ts;
use crate::comments::Status;
use crate::crypto::encode_hex;
use crate::i18n::Translator;
use crate::ids::{AccountId, CommentId};
use crate::text::dates;
use crate::web::{Error, Layout, Page, Path, Query, Result};

/// Number of entries on a page of the log, and of decisions on a page of an entry.
const PAGE_SIZE: i64 = 50;
/// Value of the actor field in the filter form that selects entries of the site itself.
const SYSTEM_ACTOR: &str = "itself";

#[derive(Template)]
#[template(path = "moderation/audit_log.html")]
struct AuditLogPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    /// Each entry with the sentence that describes it.
    entries: Vec<(LogEntry, String)>,
    /// URL of the next page, which has older entries; `None` on the last page.
    older: Option<String>,
    query: AuditLogQuery,
    staff: Vec<(AccountId, String)>,
    system_actor: &'static str,
    /// Position and hash of the newest entry in the audit log, whatever the filter is.
    end: Option<(i64, String)>,
}

#[derive(Template)]
#[template(path = "moderation/audit_log_entry.html")]
struct AuditLogEntryPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    entry: LogEntry,
    description: String,
    decisions: Vec<LoggedDecision>,
    /// Id of the last decision shown, if the entry has more decisions.
    next: Option<i64>,
    /// Number of decisions of the whole action; `None` if this entry has all of them.
    action_total: Option<i64>,
    can_undo: bool,
}

/// Fields of the filter form as they appear in the URL.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AuditLogQuery {
    by: String,
    kind: String,
    to: String,
    from: String,
    until: String,
    before: String,
}

/// Shows the audit log entries that match the filter, newest first.
pub async fn show_log(
    State(app): State<App>,
    admin_layout: AdminLayout,
    _moderator: Moderator,
    Query(query): Query<AuditLogQuery>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let filter = query.to_filter(&admin_layout.layout);
    let before = query.before.parse().ok();
    let listing = browse::list_entries(&mut db, &filter, before, PAGE_SIZE).await?;
    // Only edits have a comment as subject; the description names its author.
    let edited: Vec<CommentId> = listing.entries.iter().filter_map(subject_comment).collect();
    let authors = page_store::list_author_names(&mut db, &edited).await?;
    let translator = admin_layout.layout.translator;
    let entries = listing.entries.into_iter().map(|entry| {
        let comment = subject_comment(&entry);
        let author = authors.iter().find(|(id, _)| Some(*id) == comment);
        let description = describe_entry(translator, &entry, author.map(|(_, name)| name.as_str()));
        (entry, description)
    });
    let entries = entries.collect();
    let end = chain::find_end(&mut db).await?;
    Ok(Page(AuditLogPage {
        section: AdminSection::Log,
        entries,
        older: listing.next.map(|next| query.older_url(next)),
        staff: page_store::list_staff(&mut db).await?,
        system_actor: SYSTEM_ACTOR,
        end: end.map(|(position, hash)| (position, encode_hex(&hash))),
        query,
        admin_layout,
    })
    .into_response())
}

/// Position within the list of decisions of an entry, as it appears in the URL.
#[derive(Deserialize)]
pub struct EntryQuery {
    /// Id of the last decision on the previous page; empty for the first page.
    #[serde(default)]
    after: String,
}

/// Shows one audit log entry with its decisions.
pub async fn show_entry(
    State(app): State<App>,
    admin_layout: AdminLayout,
    _moderator: Moderator,
    Path(position): Path<i64>,
    Query(query): Query<EntryQuery>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let entry = browse::find_entry(&mut db, position).await?;
    let entry = entry.ok_or(Error::NotFound)?;
    // A mistyped parameter shows the first page.
    let after = query.after.parse().unwrap_or(0);
    // One more than the page shows tells whether another page follows.
    let mut decisions = page_store::list_decisions(&mut db, entry.id, after, PAGE_SIZE + 1).await?;
    let page_size = usize::try_from(PAGE_SIZE).expect("the page size fits usize");
    let has_more = decisions.len() > page_size;
    decisions.truncate(page_size);
    let edited: Vec<CommentId> = subject_comment(&entry).into_iter().collect();
    let authors = page_store::list_author_names(&mut db, &edited).await?;
    let author = authors.first().map(|(_, name)| name.as_str());
    let action_total = store::action_summary::count_decisions(&mut db, entry.action_id).await?;
    Ok(Page(AuditLogEntryPage {
        section: AdminSection::Log,
        description: describe_entry(admin_layout.layout.translator, &entry, author),
        next: decisions.last().map(|last| last.id).filter(|_| has_more),
        // A bulk action has one entry per batch.
        action_total: (action_total > i64::from(entry.decisions)).then_some(action_total),
        can_undo: page_store::can_undo(&mut db, entry.action_id).await?,
        decisions,
        entry,
        admin_layout,
    })
    .into_response())
}

impl AuditLogQuery {
    /// Converts the fields of the URL to a filter. A field with an invalid value sets no condition.
    fn to_filter(&self, layout: &Layout) -> LogFilter {
        let zone = &layout.publication.zone;
        let day_start = |day| dates::start_of_day(day, zone);
        LogFilter {
            actor: match self.by.as_str() {
                SYSTEM_ACTOR => Some(Actor::System),
                id => id.parse().ok().map(Actor::Account),
            },
            kind: self.kind.parse().ok(),
            to: Status::parse(&self.to).map(Status::as_str),
            from: parse_day(&self.from).and_then(day_start),
            // The last day is part of the range, which ends where the next day starts.
            until: parse_day(&self.until)
                .and_then(|day| day.tomorrow().ok())
                .and_then(day_start),
        }
    }

    /// Returns the URL of the page with older entries: the same filter, limited to positions lower than `before`.
    fn older_url(&self, before: i64) -> String {
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

    fn has_filter(&self) -> bool {
        let fields = [&self.by, &self.kind, &self.to, &self.from, &self.until];
        fields.into_iter().any(|value| !value.is_empty())
    }
}

/// Parses the date of the filter. Returns `None` for a year that cannot be meant.
fn parse_day(typed: &str) -> Option<jiff::civil::Date> {
    let day = typed.parse::<jiff::civil::Date>().ok();
    day.filter(|day| day.year() >= dates::MIN_YEAR)
}

/// Returns the comment that the entry is about, if its subject is a comment.
fn subject_comment(entry: &LogEntry) -> Option<CommentId> {
    entry.subject.strip_prefix("comment ")?.parse().ok()
}

/// Describes an audit log entry in one sentence. `author` is the name of the author, if the entry is about the edit of a
/// comment.
fn describe_entry(translator: Translator, entry: &LogEntry, author: Option<&str>) -> String {
    let count = i64::from(entry.decisions);
    match entry.kind {
        EntryKind::Decided => match entry.to.as_deref().and_then(Status::parse) {
            Some(status) => translator.plural(&format!("log-decided-{}", status.as_str()), count),
            None => translator.text("log-kind-decided"),
        },
        EntryKind::Undone => translator.plural("log-undone", count),
        EntryKind::Edited => match author {
            Some(name) => translator.format("log-edited", "name", name),
            None => translator.text("log-kind-edited"),
        },
        // Only the kind of the subject is shown: the id of a commenter must not appear on a page.
        EntryKind::Blocked | EntryKind::Unblocked => {
            let key = |subject: &str| format!("log-{}-{subject}", entry.kind.code());
            match entry.subject.split_once(' ') {
                Some(("domain", domain)) => translator.format(&key("domain"), "domain", domain),
                Some(("commenter", _)) => translator.text(&key("email")),
                _ => translator.text(&key("network")),
            }
        }
        EntryKind::PolicyChanged => translator.text("log-policy-changed"),
        EntryKind::Emptied => {
            // The subject is `2000 comments`.
            let emptied = entry.subject.split(' ').next().unwrap_or_default();
            translator.plural("log-emptied", emptied.parse::<i64>().unwrap_or_default())
        }
    }
}

fn describe_actor(layout: &Layout, entry: &LogEntry) -> String {
    match &entry.actor {
        Some(name) => layout.translator.format("log-by", "name", name),
        None => layout.translator.text("log-by-itself"),
    }
}

impl AuditLogPage {
    /// Lists the options of the filter field for the kind of entry: each code with its label.
    fn kinds(&self) -> Vec<(&'static str, String)> {
        let translator = self.admin_layout.layout.translator;
        EntryKind::iter()
            .map(|kind| {
                let code = kind.code();
                (code, translator.text(&format!("log-kind-{code}")))
            })
            .collect()
    }

    /// Lists the options of the filter field for the new status: each code with its label.
    fn statuses(&self) -> Vec<(&'static str, String)> {
        let translator = self.admin_layout.layout.translator;
        Status::ALL
            .into_iter()
            .map(|status| {
                let word = status.as_str();
                (word, translator.text(&format!("status-{word}")))
            })
            .collect()
    }

    /// Returns the error of a date field of the filter, for example if its year cannot be meant, such as 0026 after "26" was
    /// typed.
    fn date_error(&self, typed: &str) -> Option<String> {
        let translator = self.admin_layout.layout.translator;
        let is_wrong = !typed.is_empty() && parse_day(typed).is_none();
        is_wrong.then(|| translator.format("log-date-wrong", "date", typed))
    }

    fn is_selected_actor(&self, id: &AccountId) -> bool {
        self.query.by == id.to_string()
    }

    fn actor(&self, entry: &LogEntry) -> String {
        describe_actor(&self.admin_layout.layout, entry)
    }
}

impl AuditLogEntryPage {
    fn actor(&self) -> String {
        describe_actor(&self.admin_layout.layout, &self.entry)
    }

    fn time(&self, at: &Ts) -> String {
        self.admin_layout.layout.format_date_time(at)
    }

    fn hash(&self) -> String {
        encode_hex(&self.entry.hash)
    }

    fn previous_hash(&self) -> Option<String> {
        let previous = &self.entry.previous;
        (!previous.is_empty()).then(|| encode_hex(previous))
    }

    /// Describes a decision by the status before and after it, such as `Held → Approved`.
    fn change(&self, decision: &LoggedDecision) -> String {
        let translator = self.admin_layout.layout.translator;
        let status = |status: Status| translator.text(&format!("status-{}", status.as_str()));
        format!("{} → {}", status(decision.from), status(decision.to))
    }
}
