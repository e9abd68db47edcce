//! The staff page of blocked emails, email domains and IP networks. It never shows a blocked email, not even the one that
//! the moderator has just entered.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::store;
use crate::accounts::Moderator;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::audit_log::store::chain;
use crate::audit_log::{EntryKind, NewEntry};
use crate::clock::Ts;
use crate::commenters::blocks::{BlockableDomain, BlockableNetwork, NetworkError};
use crate::commenters::store::blocks::{self, BlockedEmail, BlockedPlace};
use crate::commenters::{self, Email, EmailError};
use crate::ids::CommenterId;
use crate::web::form::{self, FieldErrors, FormData, submit_or_recover};
use crate::web::request_id::RequestId;
use crate::web::{Page, Query, Result, redirect_after_post};

const PAGE_PATH: &str = "/admin/discussion/blocks";
/// Subject of audit log entries about blocked IP networks. The network itself is left out because it reveals where a
/// commenter lives.
const NETWORK_SUBJECT: &str = "a network";

/// The value that the moderator entered to block. The page has one form each for emails, domains and networks, so only
/// one field is filled.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct BlockForm {
    #[serde(deserialize_with = "form::trimmed")]
    email: String,
    #[serde(deserialize_with = "form::trimmed")]
    domain: String,
    #[serde(deserialize_with = "form::trimmed")]
    network: String,
    #[serde(skip)]
    errors: FieldErrors,
}

/// The block that the moderator removes. Only one field is filled.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct UnblockForm {
    /// Value that stands for a blocked email without containing it; see [`email_handle`].
    #[serde(rename = "address")]
    email_handle: String,
    domain: String,
    network: String,
}

#[derive(Template)]
#[template(path = "moderation/blocks.html")]
struct BlocksPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    form: BlockForm,
    /// Each blocked email with the value that its form sends in place of the email.
    emails: Vec<(String, BlockedEmail)>,
    domains: Vec<BlockedPlace>,
    networks: Vec<BlockedPlace>,
    /// Confirmation that a block was added or removed.
    done: Option<String>,
}

/// Code of the confirmation to show, as it appears in the URL after a redirect.
#[derive(Deserialize)]
pub struct BlocksQuery {
    #[serde(default)]
    done: String,
}

pub async fn show_blocks(
    State(app): State<App>,
    admin_layout: AdminLayout,
    moderator: Moderator,
    Query(query): Query<BlocksQuery>,
) -> Result<Response> {
    let mut page = BlocksPage::load(&app, admin_layout, &moderator, BlockForm::default()).await?;
    let translator = page.admin_layout.layout.translator;
    // Known words only: anyone can write a URL, and its text must not appear as a message of ours.
    page.done = match query.done.as_str() {
        "blocked" => Some(translator.text("blocks-blocked")),
        "unblocked" => Some(translator.text("blocks-unblocked")),
        _ => None,
    };
    Ok(Page(page).into_response())
}

/// Blocks the email, domain or network that the moderator entered. The response is the same if it was blocked before.
pub async fn block(
    State(app): State<App>,
    request_id: RequestId,
    moderator: Result<Moderator>,
    admin_layout: Result<AdminLayout>,
    form: FormData<BlockForm>,
) -> Response {
    let work = async { apply_form(&app, admin_layout?, &moderator?, form.value).await };
    submit_or_recover(&app, request_id, PAGE_PATH, &form.fields, work).await
}

async fn apply_form(
    app: &App,
    admin_layout: AdminLayout,
    moderator: &Moderator,
    mut form: BlockForm,
) -> Result<Response> {
    let Some(target) = form.parse(&admin_layout) else {
        let page = BlocksPage::load(app, admin_layout, moderator, form).await?;
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let (is_new, subject) = match target {
        BlockTarget::Email(email) => {
            // An email that never commented gets a record, so that its first comment is already blocked.
            let id = commenters::store::commenters::find_or_insert(&mut db, &app.keys, &email, now)
                .await?
                .id;
            let is_new = blocks::block(&mut db, moderator, id, now).await?;
            (is_new, commenter_subject(id))
        }
        BlockTarget::Domain(domain) => {
            let is_new = blocks::block_domain(&mut db, moderator, &domain, now).await?;
            (is_new, domain_subject(&domain))
        }
        BlockTarget::Network(network) => {
            let is_new = blocks::block_network(&mut db, moderator, network, now).await?;
            (is_new, NETWORK_SUBJECT.to_owned())
        }
    };
    // The log records changes; blocking what is blocked changes nothing.
    if is_new {
        append_entry(&mut db, moderator, EntryKind::Blocked, &subject, now).await?;
    }
    db.commit().await?;
    // Emails and networks stay out of the process log, so it does not say what was blocked.
    tracing::info!(account = %moderator.id, "block added");
    Ok(redirect_after_post(&format!("{PAGE_PATH}?done=blocked")).into_response())
}

/// Removes a block. Succeeds if the block no longer exists.
pub async fn unblock(
    State(app): State<App>,
    moderator: Moderator,
    FormData { value: form, .. }: FormData<UnblockForm>,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    let (was_blocked, subject) = if !form.email_handle.is_empty() {
        let blocked = blocks::list_emails(&mut db, &moderator).await?;
        // A handle is a signature, so the email is found by signing every blocked one; there are few.
        let found = blocked
            .iter()
            .find(|email| email_handle(&app, email) == form.email_handle);
        match found {
            Some(email) => {
                let was_blocked = blocks::unblock(&mut db, &moderator, email.id).await?;
                (was_blocked, commenter_subject(email.id))
            }
            // Someone else removed the block first.
            None => (false, String::new()),
        }
    } else if let Some(domain) = BlockableDomain::parse(&form.domain) {
        let was_blocked = blocks::unblock_domain(&mut db, &moderator, &domain).await?;
        (was_blocked, domain_subject(&domain))
    } else if let Ok(network) = BlockableNetwork::parse(&form.network) {
        let was_blocked = blocks::unblock_network(&mut db, &moderator, network).await?;
        (was_blocked, NETWORK_SUBJECT.to_owned())
    } else {
        return Ok(redirect_after_post(PAGE_PATH).into_response());
    };
    if was_blocked {
        let now = app.clock.now();
        append_entry(&mut db, &moderator, EntryKind::Unblocked, &subject, now).await?;
    }
    db.commit().await?;
    tracing::info!(account = %moderator.id, "block removed");
    Ok(redirect_after_post(&format!("{PAGE_PATH}?done=unblocked")).into_response())
}

fn commenter_subject(id: CommenterId) -> String {
    format!("commenter {id}")
}

fn domain_subject(domain: &BlockableDomain) -> String {
    format!("domain {}", domain.as_str())
}

async fn append_entry(
    db: &mut PgConnection,
    moderator: &Moderator,
    kind: EntryKind,
    subject: &str,
    now: Ts,
) -> sqlx::Result<()> {
    let action = store::decisions::reserve_action_id(db).await?;
    let entry = NewEntry::by_moderator(moderator, action, kind, now).with_subject(subject);
    chain::append_single(db, &entry).await
}

/// Returns the value that stands for a blocked email in a form. It is signed, because the commenter's id would tell the
/// moderator whether that person had commented before.
fn email_handle(app: &App, blocked: &BlockedEmail) -> String {
    app.keys
        .sign("blocked address", &blocked.id.0.to_be_bytes())
}

enum BlockTarget {
    Email(Email),
    Domain(BlockableDomain),
    Network(BlockableNetwork),
}

impl BlockForm {
    /// Parses the field that the moderator filled. If its value is invalid, returns `None` and stores the message in the
    /// form.
    fn parse(&mut self, admin_layout: &AdminLayout) -> Option<BlockTarget> {
        let translator = admin_layout.layout.translator;
        let (field, key) = if !self.domain.is_empty() {
            match BlockableDomain::parse(&self.domain) {
                Some(domain) => return Some(BlockTarget::Domain(domain)),
                None => ("domain", "blocks-domain-wrong"),
            }
        } else if !self.network.is_empty() {
            match BlockableNetwork::parse(&self.network) {
                Ok(network) => return Some(BlockTarget::Network(network)),
                Err(NetworkError::Malformed) => ("network", "blocks-network-wrong"),
                Err(NetworkError::TooWide) => ("network", "blocks-network-too-wide"),
            }
        } else {
            // The email comes last: its error for an empty field is the message for an empty form.
            match Email::parse(&self.email) {
                Ok(email) => return Some(BlockTarget::Email(email)),
                Err(EmailError::Missing) => ("email", "blocks-nothing-typed"),
                Err(EmailError::Malformed) => ("email", "reply-email-malformed"),
                Err(EmailError::TooLong) => ("email", "reply-email-too-long"),
            }
        };
        self.errors.push(translator, field, key);
        None
    }
}

impl BlocksPage {
    async fn load(
        app: &App,
        admin_layout: AdminLayout,
        moderator: &Moderator,
        form: BlockForm,
    ) -> Result<Self> {
        let mut db = app.pool.acquire().await?;
        let emails = blocks::list_emails(&mut db, moderator).await?;
        let emails = emails
            .into_iter()
            .map(|blocked| (email_handle(app, &blocked), blocked))
            .collect();
        Ok(Self {
            admin_layout,
            section: AdminSection::Discussion,
            form,
            emails,
            domains: blocks::list_domains(&mut db, moderator).await?,
            networks: blocks::list_networks(&mut db, moderator).await?,
            done: None,
        })
    }

    /// Describes the day on which the block was added and the member of staff who added it.
    fn describe_origin(&self, at: &Ts, by: &Option<String>) -> String {
        let layout = &self.admin_layout.layout;
        let day = layout.format_date(at);
        match by {
            Some(name) => layout
                .translator
                .format_all("blocks-since-by", &[("day", &day), ("name", name)]),
            None => layout.translator.format("blocks-since", "day", &day),
        }
    }
}
