//! The page of a digest: shows its comments that are still held, with buttons to decide on them without signing in. The
//! URL is signed for one account and one digest, and works for a week. It becomes invalid if the moderator signs out
//! everywhere or sets a new passphrase. GET requests change nothing, because programs that scan emails open the links in
//! them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::model::Digest;
use super::store as digest_store;
use crate::accounts::Moderator;
use crate::admin::NoticePage;
use crate::app::App;
use crate::comments::Status;
use crate::crypto::KeyRing;
use crate::ids::{ActionId, CommentId, DigestId};
use crate::moderation::store;
use crate::moderation::store::action_summary::{self, ActionSummary, DecisionConflict};
use crate::moderation::store::cards::{CardScope, QueueCard};
use crate::moderation::{DecisionRequest, bulk, cards};
use crate::web::{
    ClientIp, Db, Error, FormFields, Layout, Page, Path, Query, Result, redirect_after_post,
};

/// Purpose that the URL's signature is bound to, so that no other signed URL is valid here.
const SIGNATURE_PURPOSE: &str = "digest";

#[derive(Template)]
#[template(path = "moderation/digest.html")]
struct DigestPage {
    layout: Layout,
    /// Signed URL that the forms on the page are submitted to.
    action: String,
    /// Time until which the page is available, formatted for display.
    expires_at: String,
    pending: Vec<QueueCard>,
    /// Comments of the digest that have been decided on since it was sent.
    decided: Vec<QueueCard>,
    /// Number of the digest's comments whose text was deleted.
    erased: i64,
    /// Id and result of the action that was just performed on this page.
    done: Option<(ActionId, ActionSummary)>,
    /// Comments that were not changed because someone else had decided on them first.
    conflicts: Vec<DecisionConflict>,
    /// Message that says why the request was refused.
    refusal: Option<String>,
}

/// Query parameters of the page: the signature, and the result to show after a redirect.
#[derive(Deserialize)]
pub struct DigestQuery {
    #[serde(default)]
    key: String,
    action: Option<ActionId>,
    /// Ids of comments that could not be decided on, separated by commas.
    #[serde(default)]
    conflicts: String,
    nothing: Option<u8>,
}

/// Returns the path of a digest's page, including its signature.
pub(super) fn signed_path(keys: &KeyRing, digest: &Digest) -> String {
    let key = keys.sign(SIGNATURE_PURPOSE, &signed_bytes(digest));
    format!("/digests/{}?key={key}", digest.id)
}

fn signed_bytes(digest: &Digest) -> Vec<u8> {
    let (id, account, seed) = (digest.id, digest.account_id, &digest.seed);
    format!("{id} {account} {seed} {}", digest.expires_at.unix_micros()).into_bytes()
}

pub async fn show_digest(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<DigestId>,
    Query(query): Query<DigestQuery>,
) -> Result<Response> {
    let Some((digest, moderator)) = find_signed(&app, &mut db, id, &query.key).await? else {
        return Ok(invalid_link_page(layout));
    };
    let mut page = DigestPage::load(&app, &mut db, layout, &digest).await?;
    if let Some(action) = query.action
        // The id of the action is not signed, so it could be of any action of the site.
        && digest_store::covers_action(&mut db, &digest, &moderator, action).await?
    {
        let done = action_summary::find(&mut db, &moderator, action).await?;
        page.done = done.map(|done| (action, done));
    }
    let conflicts = query.conflicts.split(',').filter_map(|id| id.parse().ok());
    // Nor are these ids signed.
    let conflicts: Vec<CommentId> = conflicts.filter(|id| digest.contains(*id)).collect();
    if !conflicts.is_empty() {
        page.conflicts = action_summary::list_conflicts(&mut db, &conflicts).await?;
    }
    if query.nothing.is_some() {
        page.refusal = Some(page.layout.translator.text("queue-nothing-undone"));
    }
    Ok(Page(page).into_private_response())
}

/// Decides on one comment (`one` is `spam 17:held:0`), decides on all comments shown (`all` is `spam`, and each `shown`
/// is `17:held:0`), or undoes an action (`undo` is its id).
pub async fn submit_digest(
    State(app): State<App>,
    layout: Layout,
    client: ClientIp,
    Path(id): Path<DigestId>,
    Query(query): Query<DigestQuery>,
    fields: FormFields,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    // Counted before the signature is checked, so that guessing one is limited too.
    let limit = app.limits.check_signed_action(client.0);
    let Some((digest, moderator)) = find_signed(&app, &mut db, id, &query.key).await? else {
        return Ok(invalid_link_page(layout));
    };
    if let Err(seconds) = limit {
        let mut page = DigestPage::load(&app, &mut db, layout, &digest).await?;
        page.refusal = Some(page.layout.translator.plural("digest-too-fast", seconds));
        return Ok(Page(page).with_retry_after(StatusCode::TOO_MANY_REQUESTS, seconds));
    }
    // The action takes a connection of its own; holding two could exhaust the pool.
    drop(db);
    let result = match fields.first("undo") {
        "" => decide(&app, &layout, &digest, &moderator, &fields).await?,
        undone => undo(&app, &digest, &moderator, undone).await?,
    };
    let path = signed_path(&app.keys, &digest);
    Ok(redirect_after_post(&format!("{path}{result}")).into_response())
}

/// Decides on those comments of the digest that have not changed since they were shown. Returns the result as query
/// parameters for the page.
async fn decide(
    app: &App,
    layout: &Layout,
    digest: &Digest,
    moderator: &Moderator,
    fields: &FormFields,
) -> Result<String> {
    let (word, requests): (&str, Vec<DecisionRequest>) = match fields.first("one").split_once(' ') {
        Some((word, request)) => (word, DecisionRequest::parse(request).into_iter().collect()),
        None => (
            fields.first("all"),
            fields
                .list("shown")
                .filter_map(DecisionRequest::parse)
                .collect(),
        ),
    };
    let to = Status::parse(word).filter(|to| *to != Status::Held);
    let to = to.ok_or(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY))?;
    // The link is a bearer token, so it must not reach further than the pending comments of its digest.
    let is_allowed = |request: &DecisionRequest| {
        request.expected_status == Status::Held && digest.contains(request.id)
    };
    let requests: Vec<DecisionRequest> = requests.into_iter().filter(is_allowed).collect();
    let note = layout.translator.text("digest-why");
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let action = store::decisions::reserve_action_id(&mut db).await?;
    let decided =
        store::decisions::decide(&mut db, moderator, action, &requests, to, &note, now).await?;
    db.commit().await?;
    tracing::info!(
        account = %moderator.id, digest = %digest.id, action = %action, decided = decided.len(), to = to.as_str(),
        "comments decided from a digest"
    );
    let conflicts: Vec<String> = requests
        .iter()
        .filter(|request| !decided.contains(&request.id))
        .map(|request| request.id.to_string())
        .collect();
    let mut result = String::new();
    if !decided.is_empty() {
        result.push_str(&format!("&action={action}"));
    }
    if !conflicts.is_empty() {
        result.push_str(&format!("&conflicts={}", conflicts.join(",")));
    }
    Ok(result)
}

/// Undoes an action that was performed on this digest's page. Returns the result as query parameters for the page.
async fn undo(app: &App, digest: &Digest, moderator: &Moderator, undone: &str) -> Result<String> {
    let undone: ActionId = undone.parse().map_err(|_| Error::NotFound)?;
    let mut db = app.pool.acquire().await?;
    if !digest_store::covers_action(&mut db, digest, moderator, undone).await? {
        return Err(Error::NotFound);
    }
    drop(db);
    // Takes a connection of its own, so the one above was given back.
    let action = bulk::undo_all(app, moderator, undone).await?;
    let mut db = app.pool.acquire().await?;
    let restored = action_summary::count_decisions(&mut db, action).await?;
    tracing::info!(account = %moderator.id, digest = %digest.id, action = %action, %undone, restored, "undid an action from a digest");
    Ok(match restored {
        0 => "&nothing=1".to_owned(),
        _ => format!("&action={action}"),
    })
}

/// Finds the digest that the signature is valid for. Also returns its recipient as a [`Moderator`], which proves that the
/// account may still moderate.
async fn find_signed(
    app: &App,
    db: &mut PgConnection,
    id: DigestId,
    key: &str,
) -> sqlx::Result<Option<(Digest, Moderator)>> {
    let Some(digest) = digest_store::find_unexpired(db, id, app.clock.now()).await? else {
        return Ok(None);
    };
    if !app
        .keys
        .verify_signature(SIGNATURE_PURPOSE, &signed_bytes(&digest), key)
    {
        return Ok(None);
    }
    let moderator = Moderator::load_active(db, digest.account_id).await?;
    Ok(moderator.map(|moderator| (digest, moderator)))
}

/// Renders the page for invalid links, with status 404. It does not reveal whether the link was ever valid.
fn invalid_link_page(layout: Layout) -> Response {
    let page = NoticePage::new(layout, "signed-void", "digest-void")
        .with_link("/admin/comments", "sign-in");
    Page(page).with_status(StatusCode::NOT_FOUND)
}

impl DigestPage {
    async fn load(
        app: &App,
        db: &mut PgConnection,
        layout: Layout,
        digest: &Digest,
    ) -> sqlx::Result<Self> {
        let ids: Vec<CommentId> = digest.comments.iter().copied().map(CommentId).collect();
        let all = store::cards::list(db, &ids, CardScope::SingleComment).await?;
        let (pending, decided) = all
            .into_iter()
            .partition(|card| card.status == Status::Held);
        Ok(Self {
            action: signed_path(&app.keys, digest),
            expires_at: layout.format_date_time(&digest.expires_at),
            pending,
            decided,
            erased: digest_store::count_erased(db, &digest.comments).await?,
            done: None,
            conflicts: Vec::new(),
            refusal: None,
            layout,
        })
    }

    /// Describes the current status of a comment and the member of staff who decided on it.
    fn describe_decision(&self, card: &QueueCard) -> String {
        let translator = self.layout.translator;
        let status = translator.text(&format!("status-{}", card.status.as_str()));
        let mut values = vec![("name", card.name.as_str()), ("status", status.as_str())];
        match &card.decided_by {
            Some(by) => {
                values.push(("by", by.as_str()));
                translator.format_all("digest-decided", &values)
            }
            None => translator.format_all("digest-settled", &values),
        }
    }

    /// Describes the result of the action that was just performed on this page.
    fn describe_action(&self, done: &ActionSummary) -> String {
        cards::describe_action(self.layout.translator, done.was_undo, done.to, done.count)
    }
}
