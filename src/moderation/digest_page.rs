//! A digest's own page, at the end of the link in its letter: what it told of and still waits, with buttons that decide,
//! from a telephone and without signing in. Its address is signed for one account and one digest, for a week; signing out
//! everywhere and another passphrase make it void. Opening it does nothing, since programs that look through mail do that.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::bulk;
use super::cards;
use super::digest_store::{self, Digest};
use super::model::DecisionRequest;
use super::store;
use super::store::action_summary::{ActionSummary, DecisionConflict};
use super::store::cards::{CardScope, QueueCard};
use crate::accounts::Moderator;
use crate::admin::NoticePage;
use crate::app::App;
use crate::comments::Status;
use crate::crypto::Keys;
use crate::ids::{ActId, CommentId, DigestId};
use crate::web::{ClientAddress, Db, Error, Fields, Layout, Page, Path, Query, Result, go_to};

/// What the signature on the address is for.
const PURPOSE: &str = "digest";

#[derive(Template)]
#[template(path = "moderation/digest.html")]
struct DigestPage {
    layout: Layout,
    action: String,
    /// Until when the page works.
    good_until: String,
    /// What still waits.
    cards: Vec<QueueCard>,
    /// What does not any more.
    decided: Vec<QueueCard>,
    /// Comments whose words are gone.
    erased: i64,
    done: Option<(ActId, ActionSummary)>,
    overtaken: Vec<DecisionConflict>,
    /// A sentence when something was not done.
    refused: Option<String>,
}

/// The signature in the address, and what the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    key: String,
    act: Option<ActId>,
    #[serde(default)]
    passed: String,
    nothing: Option<u8>,
}

/// The address of a digest's page.
pub fn address(keys: &Keys, digest: &Digest) -> String {
    let key = keys.sign(PURPOSE, &signed(digest));
    format!("/digests/{}?key={key}", digest.id)
}

fn signed(digest: &Digest) -> Vec<u8> {
    let (id, account, seed) = (digest.id, digest.account_id, &digest.seed);
    format!("{id} {account} {seed} {}", digest.expires_at.unix_micros()).into_bytes()
}

/// The page. Nothing is decided by opening it.
pub async fn show_digest(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<DigestId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Some((digest, moderator)) = find(&app, &mut db, id, &asked.key).await? else {
        return Ok(void(layout));
    };
    let mut page = DigestPage::new(&app, &mut db, layout, &digest).await?;
    if let Some(act) = asked.act
        && digest_store::holds_act(&mut db, &digest, &moderator, act).await?
    {
        let done = store::action_summary::find(&mut db, &moderator, act).await?;
        page.done = done.map(|done| (act, done));
    }
    let passed = asked.passed.split(',').filter_map(|id| id.parse().ok());
    let passed: Vec<CommentId> = passed.filter(|id| digest.holds(*id)).collect();
    if !passed.is_empty() {
        page.overtaken = store::action_summary::list_conflicts(&mut db, &passed).await?;
    }
    if asked.nothing.is_some() {
        page.refused = Some(page.layout.words.say("queue-nothing-undone"));
    }
    Ok(kept_close(Page(page).private()))
}

/// Decides: on one comment (`one` holds `spam 17:held:0`), on all that the page showed (`all` holds `spam`, `shown` each
/// `17:held:0`), or takes an act back (`undo` holds its number).
pub async fn act(
    State(app): State<App>,
    layout: Layout,
    from: ClientAddress,
    Path(id): Path<DigestId>,
    Query(asked): Query<Asked>,
    fields: Fields,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    // Before the key is looked at: guessing it is slow, too.
    let limit = app.limits.signed_act_from(from.0);
    let Some((digest, moderator)) = find(&app, &mut db, id, &asked.key).await? else {
        return Ok(void(layout));
    };
    if let Err(seconds) = limit {
        let mut page = DigestPage::new(&app, &mut db, layout, &digest).await?;
        let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
        page.refused = Some(page.layout.words.count("digest-too-fast", wait));
        return Ok(kept_close(
            Page(page).try_again(StatusCode::TOO_MANY_REQUESTS, seconds),
        ));
    }
    drop(db);
    let told = match fields.get("undo") {
        "" => decide(&app, &layout, &digest, &moderator, &fields).await?,
        undone => undo(&app, &digest, &moderator, undone).await?,
    };
    let page = address(&app.keys, &digest);
    Ok(kept_close(go_to(&format!("{page}{told}")).into_response()))
}

/// Decides on what the digest holds, as it was shown; gives what the page is to say.
async fn decide(
    app: &App,
    layout: &Layout,
    digest: &Digest,
    moderator: &Moderator,
    fields: &Fields,
) -> Result<String> {
    let (word, rulings): (&str, Vec<DecisionRequest>) = match fields.get("one").split_once(' ') {
        Some((word, ruling)) => (word, DecisionRequest::parse(ruling).into_iter().collect()),
        None => (
            fields.get("all"),
            fields
                .all("shown")
                .filter_map(DecisionRequest::parse)
                .collect(),
        ),
    };
    let to = Status::from_word(word).filter(|to| *to != Status::Held);
    let to = to.ok_or(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY))?;
    let may = |ruling: &DecisionRequest| {
        ruling.expected_status == Status::Held && digest.holds(ruling.id)
    };
    let rulings: Vec<DecisionRequest> = rulings.into_iter().filter(may).collect();
    let why = layout.words.say("digest-why");
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let act = store::decisions::reserve_action_id(&mut db).await?;
    let decided =
        store::decisions::decide(&mut db, moderator, act, &rulings, to, &why, now).await?;
    db.commit().await?;
    tracing::info!(account = %moderator.id, digest = %digest.id, %act, decided = decided.len(), to = to.word(), "decided from a digest");
    let passed: Vec<String> = rulings
        .iter()
        .filter(|ruling| !decided.contains(&ruling.id))
        .map(|ruling| ruling.id.to_string())
        .collect();
    let mut told = String::new();
    if !decided.is_empty() {
        told.push_str(&format!("&act={act}"));
    }
    if !passed.is_empty() {
        told.push_str(&format!("&passed={}", passed.join(",")));
    }
    Ok(told)
}

/// Takes back what was decided from this digest.
async fn undo(app: &App, digest: &Digest, moderator: &Moderator, undone: &str) -> Result<String> {
    let undone: ActId = undone.parse().map_err(|_| Error::NotFound)?;
    let mut db = app.pool.acquire().await?;
    if !digest_store::holds_act(&mut db, digest, moderator, undone).await? {
        return Err(Error::NotFound);
    }
    drop(db);
    let act = bulk::undo_all(app, moderator, undone).await?;
    let mut db = app.pool.acquire().await?;
    let restored = store::action_summary::count_decisions(&mut db, act).await?;
    tracing::info!(account = %moderator.id, digest = %digest.id, %act, %undone, restored, "undone from a digest");
    Ok(match restored {
        0 => "&nothing=1".to_owned(),
        _ => format!("&act={act}"),
    })
}

/// The digest that the key opens, and the proof that its account may moderate now.
async fn find(
    app: &App,
    db: &mut PgConnection,
    id: DigestId,
    key: &str,
) -> sqlx::Result<Option<(Digest, Moderator)>> {
    let Some(digest) = digest_store::find(db, id, app.clock.now()).await? else {
        return Ok(None);
    };
    if !app.keys.is_signed(PURPOSE, &signed(&digest), key) {
        return Ok(None);
    }
    let moderator = Moderator::acting(db, digest.account_id).await?;
    Ok(moderator.map(|moderator| (digest, moderator)))
}

/// Says that the address does not work, or not any more; never which.
fn void(layout: Layout) -> Response {
    let words = layout.words;
    let page = NoticePage {
        heading: words.say("signed-void"),
        said: words.say("digest-void"),
        button: None,
        leads_to: Some(("/admin/comments", words.say("sign-in"))),
        layout,
    };
    kept_close(Page(page).with_status(StatusCode::NOT_FOUND))
}

/// The address is not told to where the page leads. `no-referrer` would be one step more, but then a browser does not say
/// either that the page's own form comes from this site.
fn kept_close(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Digest {
    fn holds(&self, id: CommentId) -> bool {
        self.comments.contains(&id.0)
    }
}

impl DigestPage {
    async fn new(
        app: &App,
        db: &mut PgConnection,
        layout: Layout,
        digest: &Digest,
    ) -> sqlx::Result<Self> {
        let ids: Vec<CommentId> = digest.comments.iter().copied().map(CommentId).collect();
        let all = store::cards::list(db, &ids, CardScope::SingleComment).await?;
        let (cards, decided) = all
            .into_iter()
            .partition(|card| card.status == Status::Held);
        Ok(Self {
            action: address(&app.keys, digest),
            good_until: layout.moment(&digest.expires_at),
            cards,
            decided,
            erased: digest_store::erased_of(db, &digest.comments).await?,
            done: None,
            overtaken: Vec::new(),
            refused: None,
            layout,
        })
    }

    /// What became of a comment that waits no more, and who saw to it.
    fn became(&self, card: &QueueCard) -> String {
        let words = self.layout.words;
        let status = words.say(&format!("status-{}", card.status.word()));
        let mut values = vec![("name", card.name.as_str()), ("status", status.as_str())];
        match &card.decided_by {
            Some(by) => {
                values.push(("by", by.as_str()));
                words.with_all("digest-decided", &values)
            }
            None => words.with_all("digest-settled", &values),
        }
    }

    /// What the act that led here did.
    fn said(&self, done: &ActionSummary) -> String {
        cards::describe_action(self.layout.words, done.was_undo, done.to, done.count)
    }
}
