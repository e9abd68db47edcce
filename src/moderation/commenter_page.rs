//! The staff page of the commenter who wrote a comment: names, comments, notes of moderators, and the policy for new
//! comments. The URL contains the id of a comment, so that neither the email nor the commenter's id appears on the page
//! or in its forms.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::{PgConnection, Postgres, Transaction};

use super::bulk;
use super::commenter_policy::save_policy;
use super::filter::QueueFilter;
use super::store::action_summary::{self, ActionSummary};
use super::store::commenters::{self as commenter_store, CommentAuthor, CommenterComment};
use super::store::counts::{self, QueueCounts};
use crate::accounts::Moderator;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::commenters::policy::{CommenterNote, CommenterPolicy, PolicyInfo};
use crate::commenters::store::{notes, policies};
use crate::comments::Status;
use crate::ids::{ActionId, CommentId, CommenterId};
use crate::text::input;
use crate::web::form::{TextLimit, submit_or_recover};
use crate::web::request_id::RequestId;
use crate::web::{Error, FieldErrors, FormFields, Page, Path, Query, Result, redirect_after_post};

/// Largest number of names that the page lists.
const MAX_NAMES: i64 = 10;
/// Largest number of comments that the page lists. The queue has all of them.
const MAX_COMMENTS: i64 = 20;
const MAX_NOTE_CHARS: usize = 10_000;
const MAX_REASON_CHARS: usize = 1_000;

#[derive(Template)]
#[template(path = "moderation/commenter.html")]
struct CommenterPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    id: CommentId,
    author: CommentAuthor,
    /// Facts about the commenter; `None` for a comment by staff, a deleted comment, or a comment without an email.
    profile: Option<CommenterProfile>,
    note: String,
    /// Reason for a change of policy, as the moderator entered it.
    reason: String,
    errors: FieldErrors,
    /// Confirmation of the change that the moderator has just made.
    done: Option<String>,
    /// The action that trashed the pending comments of a commenter who was just blocked.
    trashed: Option<(ActionId, ActionSummary)>,
    /// Message that someone else has changed the policy since the form was loaded.
    conflict: Option<String>,
}

/// Facts about a commenter that moderators may see.
struct CommenterProfile {
    record: commenter_store::CommenterRecord,
    names: Vec<String>,
    counts: QueueCounts,
    comments: Vec<CommenterComment>,
    notes: Vec<CommenterNote>,
    policy: PolicyInfo,
}

/// Codes of the confirmation to show, as they appear in the URL after a redirect.
#[derive(Deserialize)]
pub struct CommenterPageQuery {
    #[serde(default)]
    done: String,
    action: Option<ActionId>,
}

pub async fn show_commenter(
    State(app): State<App>,
    admin_layout: AdminLayout,
    moderator: Moderator,
    Path(id): Path<CommentId>,
    Query(query): Query<CommenterPageQuery>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let mut page = CommenterPage::load(&mut db, admin_layout, id).await?;
    let translator = page.admin_layout.layout.translator;
    // Known words only: anyone can write a URL, and its text must not appear as a message of ours.
    page.done = match query.done.as_str() {
        "noted" => Some(translator.text("commenter-note-added")),
        "unnoted" => Some(translator.text("commenter-note-deleted")),
        word => CommenterPolicy::parse(word)
            .map(|to| translator.text(&format!("commenter-done-{}", to.as_str()))),
    };
    if let Some(action) = query.action {
        let trashed = action_summary::find(&mut db, &moderator, action).await?;
        page.trashed = trashed.map(|trashed| (action, trashed));
    }
    Ok(Page(page).into_response())
}

/// Adds a note, deletes a note, or changes the policy, depending on the button that was pressed.
pub async fn update_commenter(
    State(app): State<App>,
    Extension(reference): Extension<RequestId>,
    Path(id): Path<CommentId>,
    moderator: Result<Moderator>,
    admin_layout: Result<AdminLayout>,
    fields: FormFields,
) -> Response {
    let work = async { apply_form(&app, admin_layout?, &moderator?, id, &fields).await };
    submit_or_recover(&app, reference, &page_path(id), &fields, work).await
}

fn page_path(id: CommentId) -> String {
    format!("/admin/comments/{id}/commenter")
}

async fn apply_form(
    app: &App,
    admin_layout: AdminLayout,
    moderator: &Moderator,
    id: CommentId,
    fields: &FormFields,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    let mut page = CommenterPage::load(&mut db, admin_layout, id).await?;
    page.note = input::multi_line(fields.first("note"));
    page.reason = input::single_line(fields.first("reason"));
    let commenter = page.author.commenter_id;
    // Locked until the commit: neither an erasure nor another moderator can come between the checks and the change.
    let is_locked = match commenter {
        Some(id) => policies::lock_commenter(&mut db, id).await?,
        None => false,
    };
    let (Some(commenter), true) = (commenter, is_locked) else {
        // The commenter deleted everything while this page was open: a note about them is not saved either.
        page.conflict = Some(page.admin_layout.layout.translator.text("commenter-gone"));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    };
    if let Ok(note) = fields.first("delete_note").parse::<i64>() {
        notes::delete_of(&mut db, moderator, commenter, note).await?;
        db.commit().await?;
        return Ok(page.redirect("unnoted"));
    }
    match CommenterPolicy::parse(fields.first("policy")) {
        Some(to) => change_policy(app, db, page, moderator, commenter, to, fields).await,
        None => add_note(app, db, page, moderator, commenter).await,
    }
}

async fn add_note(
    app: &App,
    mut db: Transaction<'_, Postgres>,
    mut page: CommenterPage,
    moderator: &Moderator,
    commenter: CommenterId,
) -> Result<Response> {
    let translator = page.admin_layout.layout.translator;
    // The field of the other form is shown again, but it is not validated.
    page.reason = input::strip_invalid_chars(&page.reason);
    page.errors.check_text(
        translator,
        "note",
        &mut page.note,
        TextLimit::Chars(MAX_NOTE_CHARS),
    );
    if input::is_blank(&page.note) {
        page.errors
            .push(translator, "note", "commenter-note-missing");
    } else if input::contains_email(&page.note) {
        page.errors
            .push(translator, "note", "commenter-note-is-email");
    }
    if !page.errors.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let now = app.clock.now();
    notes::insert(&mut db, moderator, commenter, &page.note, now).await?;
    db.commit().await?;
    Ok(page.redirect("noted"))
}

/// Changes the policy for a commenter, unless someone else has changed it since the form was loaded. If the commenter is
/// blocked, can also trash their pending comments.
async fn change_policy(
    app: &App,
    mut db: Transaction<'_, Postgres>,
    mut page: CommenterPage,
    moderator: &Moderator,
    commenter: CommenterId,
    to: CommenterPolicy,
    fields: &FormFields,
) -> Result<Response> {
    let translator = page.admin_layout.layout.translator;
    // The field of the other form is shown again, but it is not validated.
    page.note = input::strip_invalid_chars(&page.note);
    page.errors.check_text(
        translator,
        "reason",
        &mut page.reason,
        TextLimit::Chars(MAX_REASON_CHARS),
    );
    // The audit log is never changed, so an email in it would stay for ever.
    if input::contains_email(&page.reason) {
        page.errors.push(translator, "reason", "note-is-email");
    }
    if !page.errors.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let policy = policies::find(&mut db, commenter).await?;
    let policy = policy.ok_or(Error::NotFound)?;
    // A moderator who wants what someone else has just set needs no warning.
    if policy.policy.as_str() != fields.first("expected_policy") && policy.policy != to {
        let present = page.describe_policy(&policy);
        page.conflict = Some(format!(
            "{} {present}",
            translator.text("commenter-changed-meanwhile")
        ));
        if let Some(profile) = &mut page.profile {
            profile.policy = policy;
        }
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let now = app.clock.now();
    save_policy(
        &mut db,
        moderator,
        commenter,
        &policy,
        to,
        &page.reason,
        now,
    )
    .await?;
    db.commit().await?;
    tracing::info!(account = %moderator.id, comment = %page.id, to = to.as_str(), "commenter policy changed");
    if to == CommenterPolicy::Blocked && fields.is_ticked("all") {
        // After the commit: the bulk action has transactions of its own, and may go on in the background.
        let pending = filter_by_author(page.id, Status::Held);
        let action =
            bulk::decide_all(app, moderator, &pending, Status::Trashed, &page.reason, now).await?;
        return Ok(page.redirect(&format!("blocked&action={action}")));
    }
    Ok(page.redirect(to.as_str()))
}

fn filter_by_author(id: CommentId, status: Status) -> QueueFilter {
    QueueFilter {
        same_author_as: Some(id),
        ..QueueFilter::with_status(status)
    }
}

impl CommenterPage {
    async fn load(db: &mut PgConnection, admin_layout: AdminLayout, id: CommentId) -> Result<Self> {
        let author = commenter_store::find_author(db, id).await?;
        let author = author.ok_or(Error::NotFound)?;
        let profile = match author.commenter_id {
            Some(commenter) => CommenterProfile::load(db, commenter).await?,
            None => None,
        };
        Ok(Self {
            admin_layout,
            section: AdminSection::Comments,
            id,
            author,
            profile,
            note: String::new(),
            reason: String::new(),
            errors: FieldErrors::default(),
            done: None,
            trashed: None,
            conflict: None,
        })
    }

    fn redirect(&self, done: &str) -> Response {
        redirect_after_post(&format!("{}?done={done}", page_path(self.id))).into_response()
    }

    fn action(&self) -> String {
        page_path(self.id)
    }

    /// Returns the message key of the reason why nothing is known about the commenter.
    fn no_profile_key(&self) -> &'static str {
        if self.author.is_erased {
            "commenter-erased"
        } else if self.author.is_staff {
            "commenter-staff"
        } else {
            "commenter-no-email"
        }
    }

    /// Describes the policy, the day since which it applies, and the member of staff who set it.
    fn describe_policy(&self, policy: &PolicyInfo) -> String {
        let layout = &self.admin_layout.layout;
        let now = layout
            .translator
            .text(&format!("commenter-now-{}", policy.policy.as_str()));
        match (&policy.at, &policy.by) {
            (Some(at), Some(by)) => {
                let since = layout.translator.format_all(
                    "commenter-since-by",
                    &[("time", layout.format_date_time(at).as_str()), ("name", by)],
                );
                format!("{now} {since}")
            }
            _ => now,
        }
    }

    /// Returns the URL of the queue page with this commenter's comments of one status.
    fn queue_url(&self, status: &Status) -> String {
        let filter = filter_by_author(self.id, *status);
        format!("/admin/comments?{}", filter.query())
    }

    fn wrote_note(&self, note: &CommenterNote) -> bool {
        note.account_id == self.admin_layout.viewer.id
    }

    fn trusts_unverified(&self) -> bool {
        self.admin_layout
            .layout
            .publication
            .discussion
            .trust_unverified
    }
}

impl CommenterProfile {
    async fn load(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Option<Self>> {
        let Some(record) = commenter_store::find_record(db, id).await? else {
            return Ok(None);
        };
        // An erasure may have deleted the commenter since the query before.
        let Some(policy) = policies::find(db, id).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            record,
            names: commenter_store::list_names(db, id, MAX_NAMES).await?,
            counts: counts::count_by_commenter(db, id).await?,
            comments: commenter_store::list_recent_comments(db, id, MAX_COMMENTS).await?,
            notes: notes::list(db, id).await?,
            policy,
        }))
    }

    /// Lists the policies that the page offers, which are all except the current one.
    fn other_policies(&self) -> Vec<CommenterPolicy> {
        let all = CommenterPolicy::ALL.into_iter();
        all.filter(|policy| *policy != self.policy.policy).collect()
    }

    fn pending_count(&self) -> i64 {
        self.counts.of(Status::Held)
    }
}
