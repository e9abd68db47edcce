//! The person behind a comment: what they wrote, what moderators noted about them, and how they are treated. They are
//! spoken of by one of their comments: no address, nor anything that leads to one, is on the page or in its forms.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::bulk;
use super::filter::QueueFilter;
use super::log::{EntryKind, NewEntry};
use super::store::action_summary::ActionSummary;
use super::store::counts::QueueCounts;
use super::store::{self, Standing, Theirs, Writer};
use crate::accounts::Moderator;
use crate::admin::{Desk, Section, take_form};
use crate::app::App;
use crate::commenters::treatment::{self, HowTreated, Note, Treated};
use crate::comments::Status;
use crate::ids::{ActId, CommentId, CommenterId};
use crate::text::typed;
use crate::web::requests::Reference;
use crate::web::{Error, Fields, Mistakes, Page, Path, Query, Result, go_to};

/// Names that are told.
const NAMES: i64 = 10;
/// Comments that are listed; the queue has all of them.
const COMMENTS: i64 = 20;
/// Bytes of a note.
const NOTE_BYTES: usize = 10_000;
/// Bytes of a reason.
const WHY_BYTES: usize = 1_000;

#[derive(Template)]
#[template(path = "moderation/person.html")]
struct PersonPage {
    desk: Desk,
    section: Section,
    id: CommentId,
    writer: Writer,
    /// Nobody is known behind what the staff wrote, what was taken back, and what came without an address.
    person: Option<Person>,
    /// What was typed.
    note: String,
    why: String,
    mistakes: Mistakes,
    /// What was done.
    done: Option<String>,
    /// What waited and was thrown away.
    thrown: Option<(ActId, ActionSummary)>,
    /// What someone else did meanwhile.
    overtaken: Option<String>,
}

/// What is known of someone.
struct Person {
    standing: Standing,
    names: Vec<String>,
    counts: QueueCounts,
    comments: Vec<Theirs>,
    notes: Vec<Note>,
    how: HowTreated,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
    act: Option<ActId>,
}

/// The page.
pub async fn show_person(
    State(app): State<App>,
    desk: Desk,
    moderator: Moderator,
    Path(id): Path<CommentId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let mut page = PersonPage::find(&mut db, desk, id).await?;
    let words = page.desk.layout.words;
    page.done = match asked.done.as_str() {
        "noted" => Some(words.say("person-noted")),
        "unnoted" => Some(words.say("person-unnoted")),
        word => Treated::from_word(word).map(|to| words.say(&format!("person-done-{}", to.word()))),
    };
    if let Some(act) = asked.act {
        let thrown = store::action_summary::find(&mut db, &moderator, act).await?;
        page.thrown = thrown.map(|thrown| (act, thrown));
    }
    Ok(Page(page).into_response())
}

/// Notes something, takes a note away, or has them treated otherwise.
pub async fn act(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    Path(id): Path<CommentId>,
    moderator: Result<Moderator>,
    desk: Result<Desk>,
    fields: Fields,
) -> Response {
    let work = async { do_it(&app, desk?, &moderator?, id, &fields).await };
    take_form(&app, reference, &address(id), &fields, work).await
}

/// The page's address.
fn address(id: CommentId) -> String {
    format!("/admin/comments/{id}/person")
}

async fn do_it(
    app: &App,
    desk: Desk,
    moderator: &Moderator,
    id: CommentId,
    fields: &Fields,
) -> Result<Response> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let mut page = PersonPage::find(&mut db, desk, id).await?;
    page.note = typed::lines(fields.get("note"));
    page.why = typed::line(fields.get("why"));
    let words = page.desk.layout.words;
    let commenter = page.writer.commenter_id;
    let is_there = match commenter {
        Some(id) => treatment::hold_still(&mut db, id).await?,
        None => false,
    };
    let (Some(commenter), true) = (commenter, is_there) else {
        // They took their words back while this page was open: what was typed about them is not kept either.
        page.overtaken = Some(words.say("person-gone"));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    };
    if let Ok(note) = fields.get("unnote").parse::<i64>() {
        treatment::delete_own_note(&mut db, moderator, commenter, note).await?;
        db.commit().await?;
        return Ok(page.leads_on("unnoted"));
    }
    if let Some(to) = Treated::from_word(fields.get("treat")) {
        page.note = typed::without_unreadable(&page.note);
        page.mistakes
            .check_text(words, "why", &mut page.why, WHY_BYTES);
        if typed::holds_address(&page.why) {
            page.mistakes.say(words, "why", "why-is-address");
        }
        if !page.mistakes.is_empty() {
            return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
        }
        let how = treatment::how_treated(&mut db, commenter).await?;
        let how = how.ok_or(Error::NotFound)?;
        if how.treated.word() != fields.get("seen") && how.treated != to {
            let told = page.told_of(&how);
            page.overtaken = Some(format!("{} {told}", words.say("person-changed-meanwhile")));
            if let Some(person) = &mut page.person {
                person.how = how;
            }
            return Ok(Page(page).with_status(StatusCode::CONFLICT));
        }
        treat(&mut db, moderator, commenter, &how, to, &page.why, now).await?;
        db.commit().await?;
        tracing::info!(account = %moderator.id, comment = %id, to = to.word(), "someone is treated otherwise");
        if to == Treated::Blocked && fields.is_ticked("all") {
            let theirs = QueueFilter {
                same_author_as: Some(id),
                ..QueueFilter::with_status(Status::Held)
            };
            let act =
                bulk::decide_all(app, moderator, &theirs, Status::Trashed, &page.why, now).await?;
            return Ok(page.leads_on(&format!("blocked&act={act}")));
        }
        return Ok(page.leads_on(to.word()));
    }
    page.why = typed::without_unreadable(&page.why);
    page.mistakes
        .check_text(words, "note", &mut page.note, NOTE_BYTES);
    if typed::is_blank(&page.note) {
        page.mistakes.say(words, "note", "person-note-missing");
    } else if typed::holds_address(&page.note) {
        page.mistakes.say(words, "note", "person-note-is-address");
    }
    if !page.mistakes.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    treatment::insert_note(&mut db, moderator, commenter, &page.note, now).await?;
    db.commit().await?;
    Ok(page.leads_on("noted"))
}

/// Has someone treated so, with an entry of the log for each thing that changes.
async fn treat(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    now_is: &HowTreated,
    to: Treated,
    why: &str,
    now: crate::clock::Ts,
) -> sqlx::Result<()> {
    let was_blocked = now_is.treated == Treated::Blocked;
    let is_blocked = to == Treated::Blocked;
    // Under a block stays what was wanted before: it holds again when the block is taken back elsewhere.
    let treatment = match to {
        Treated::AsAnyone => None,
        Treated::Always(treatment) => Some(treatment),
        Treated::Blocked => now_is.treatment,
    };
    let act = store::decisions::reserve_action_id(db).await?;
    let mut changes = Vec::new();
    if was_blocked != is_blocked {
        treatment::set_blocked(db, moderator, id, is_blocked, now).await?;
        let kind = match is_blocked {
            true => EntryKind::Blocked,
            false => EntryKind::Unblocked,
        };
        changes.push((kind, format!("commenter {id}")));
    }
    if treatment != now_is.treatment {
        treatment::treat(db, moderator, id, treatment, now).await?;
        let about = format!("commenter {id} {}", to.word());
        changes.push((EntryKind::Treated, about));
    }
    for (kind, about) in &changes {
        let entry = NewEntry::by(moderator, act, *kind, now)
            .about(about)
            .because(why);
        store::note(db, &entry).await?;
    }
    Ok(())
}

impl PersonPage {
    async fn find(db: &mut PgConnection, desk: Desk, id: CommentId) -> Result<Self> {
        let writer = store::find_writer(db, id).await?.ok_or(Error::NotFound)?;
        let person = match writer.commenter_id {
            Some(commenter) => Person::find(db, commenter).await?,
            None => None,
        };
        Ok(Self {
            desk,
            section: Section::Comments,
            id,
            writer,
            person,
            note: String::new(),
            why: String::new(),
            mistakes: Mistakes::none(),
            done: None,
            thrown: None,
            overtaken: None,
        })
    }

    fn leads_on(&self, done: &str) -> Response {
        go_to(&format!("{}?done={done}", address(self.id))).into_response()
    }

    fn action(&self) -> String {
        address(self.id)
    }

    /// Why nobody is known behind the comment.
    fn why_nobody(&self) -> &'static str {
        if self.writer.is_erased {
            "person-erased"
        } else if self.writer.is_staff {
            "person-staff"
        } else {
            "person-no-address"
        }
    }

    /// How someone is treated, since when and by whom, as a sentence.
    fn told_of(&self, how: &HowTreated) -> String {
        let layout = &self.desk.layout;
        let now = layout
            .words
            .say(&format!("person-now-{}", how.treated.word()));
        match (&how.at, &how.by) {
            (Some(at), Some(by)) => {
                let since = layout.words.with_all(
                    "person-since-by",
                    &[("moment", layout.moment(at).as_str()), ("name", by)],
                );
                format!("{now} {since}")
            }
            _ => now,
        }
    }

    /// The page of the queue with all of theirs in one status.
    fn all_of(&self, status: &Status) -> String {
        let theirs = QueueFilter {
            same_author_as: Some(self.id),
            ..QueueFilter::with_status(*status)
        };
        format!("/admin/comments?{}", theirs.query())
    }

    fn is_mine(&self, note: &Note) -> bool {
        note.account_id == self.desk.viewer.id
    }

    fn trusts_unproven(&self) -> bool {
        self.desk.layout.publication.discussion.trust_unproven
    }
}

impl Person {
    async fn find(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Option<Self>> {
        let Some(standing) = store::standing_of(db, id).await? else {
            return Ok(None);
        };
        let Some(how) = treatment::how_treated(db, id).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            standing,
            names: store::names_of(db, id, NAMES).await?,
            counts: store::counts::count_by_commenter(db, id).await?,
            comments: store::last_of(db, id, COMMENTS).await?,
            notes: treatment::notes_on(db, id).await?,
            how,
        }))
    }

    /// What can be made of them: all but what is.
    fn choices(&self) -> Vec<Treated> {
        let others = Treated::ALL.into_iter();
        others
            .filter(|treated| *treated != self.how.treated)
            .collect()
    }

    /// How many of theirs wait.
    fn waiting(&self) -> i64 {
        self.counts.of(Status::Held)
    }
}
