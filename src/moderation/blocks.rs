//! The page of what is blocked: addresses, domains, networks. No address is ever shown on it, not even the one just typed,
//! once it is blocked.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::log::{EntryKind, NewEntry};
use super::store;
use crate::accounts::Moderator;
use crate::admin::{Desk, Section, take_form};
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::blocks::{
    self, BlockedAddress, BlockedPlace, Domain, Network, WrongNetwork,
};
use crate::commenters::{self, Email, EmailError};
use crate::ids::CommenterId;
use crate::web::requests::Reference;
use crate::web::{Fields, Mistakes, Page, Query, Result, go_to};

const BLOCKS: &str = "/admin/discussion/blocks";

/// What is typed to block something, each into a form of its own.
#[derive(Default)]
struct BlockForm {
    email: String,
    domain: String,
    network: String,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "moderation/blocks.html")]
struct BlocksPage {
    desk: Desk,
    section: Section,
    form: BlockForm,
    /// Each with what its form calls it.
    addresses: Vec<(String, BlockedAddress)>,
    domains: Vec<BlockedPlace>,
    networks: Vec<BlockedPlace>,
    /// A sentence about what was done.
    done: Option<String>,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

/// What is blocked.
pub async fn show_blocks(
    State(app): State<App>,
    desk: Desk,
    moderator: Moderator,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut page = BlocksPage::find(&app, desk, &moderator, BlockForm::default()).await?;
    let words = page.desk.layout.words;
    page.done = match asked.done.as_str() {
        "blocked" => Some(words.say("blocks-blocked")),
        "unblocked" => Some(words.say("blocks-unblocked")),
        _ => None,
    };
    Ok(Page(page).into_response())
}

/// Blocks what was typed. What is blocked already stays so, and nobody is told which it was.
pub async fn block(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    moderator: Result<Moderator>,
    desk: Result<Desk>,
    fields: Fields,
) -> Response {
    let work = async { block_typed(&app, desk?, &moderator?, &fields).await };
    take_form(&app, reference, BLOCKS, &fields, work).await
}

async fn block_typed(
    app: &App,
    desk: Desk,
    moderator: &Moderator,
    fields: &Fields,
) -> Result<Response> {
    let mut form = BlockForm::read(fields);
    let Some(wanted) = form.parse(&desk) else {
        let page = BlocksPage::find(app, desk, moderator, form).await?;
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let (is_new, about) = match wanted {
        Wanted::Address(email) => {
            let id = commenters::store::find_or_insert(&mut db, &app.keys, &email, now)
                .await?
                .id;
            let is_new = blocks::block(&mut db, moderator, id, now).await?;
            (is_new, about_address(id))
        }
        Wanted::Domain(domain) => {
            let is_new = blocks::block_domain(&mut db, moderator, &domain, now).await?;
            (is_new, about_domain(&domain))
        }
        Wanted::Network(net) => {
            let is_new = blocks::block_network(&mut db, moderator, net, now).await?;
            (is_new, ABOUT_NETWORK.to_owned())
        }
    };
    if is_new {
        note(&mut db, moderator, EntryKind::Blocked, &about, now).await?;
    }
    db.commit().await?;
    tracing::info!(account = %moderator.id, "blocked something");
    Ok(go_to(&format!("{BLOCKS}?done=blocked")).into_response())
}

/// Takes a block back. What is not blocked any more stays so.
pub async fn unblock(
    State(app): State<App>,
    moderator: Moderator,
    fields: Fields,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    let (was_blocked, about) = if let handle @ [_, ..] = fields.get("address").as_bytes() {
        let blocked = blocks::addresses(&mut db, &moderator).await?;
        let found = blocked
            .iter()
            .find(|one| handle_of(&app, one).as_bytes() == handle);
        match found {
            Some(address) => {
                let was_blocked = blocks::unblock(&mut db, &moderator, address.id).await?;
                (was_blocked, about_address(address.id))
            }
            None => (false, String::new()),
        }
    } else if let Some(domain) = Domain::parse(fields.get("domain")) {
        let was_blocked = blocks::unblock_domain(&mut db, &moderator, &domain).await?;
        (was_blocked, about_domain(&domain))
    } else if let Ok(net) = Network::parse(fields.get("network")) {
        let was_blocked = blocks::unblock_network(&mut db, &moderator, net).await?;
        (was_blocked, ABOUT_NETWORK.to_owned())
    } else {
        return Ok(go_to(BLOCKS).into_response());
    };
    if was_blocked {
        let now = app.clock.now();
        note(&mut db, &moderator, EntryKind::Unblocked, &about, now).await?;
    }
    db.commit().await?;
    tracing::info!(account = %moderator.id, "unblocked something");
    Ok(go_to(&format!("{BLOCKS}?done=unblocked")).into_response())
}

/// What the log calls a network: which one says where somebody lives.
const ABOUT_NETWORK: &str = "a network";

fn about_address(id: CommenterId) -> String {
    format!("commenter {id}")
}

fn about_domain(domain: &Domain) -> String {
    format!("domain {}", domain.as_str())
}

async fn note(
    db: &mut PgConnection,
    moderator: &Moderator,
    kind: EntryKind,
    about: &str,
    now: Ts,
) -> sqlx::Result<()> {
    let act = store::decisions::reserve_action_id(db).await?;
    let entry = NewEntry::by(moderator, act, kind, now).about(about);
    store::note(db, &entry).await
}

/// What a form calls a blocked address: nothing that a moderator could learn from, also not whether whoever has it was
/// here before.
fn handle_of(app: &App, blocked: &BlockedAddress) -> String {
    app.keys
        .sign("blocked address", &blocked.id.0.to_be_bytes())
}

/// What is to be blocked.
enum Wanted {
    Address(Email),
    Domain(Domain),
    Network(Network),
}

impl BlockForm {
    fn read(fields: &Fields) -> Self {
        let typed = |name| fields.get(name).trim().to_owned();
        Self {
            email: typed("email"),
            domain: typed("domain"),
            network: typed("network"),
            mistakes: Mistakes::none(),
        }
    }

    /// What is to be blocked, if it can be; otherwise the form holds what is wrong.
    fn parse(&mut self, desk: &Desk) -> Option<Wanted> {
        let words = desk.layout.words;
        let (field, key) = if !self.domain.is_empty() {
            match Domain::parse(&self.domain) {
                Some(domain) => return Some(Wanted::Domain(domain)),
                None => ("domain", "blocks-domain-wrong"),
            }
        } else if !self.network.is_empty() {
            match Network::parse(&self.network) {
                Ok(network) => return Some(Wanted::Network(network)),
                Err(WrongNetwork::Malformed) => ("network", "blocks-network-wrong"),
                Err(WrongNetwork::TooWide) => ("network", "blocks-network-too-wide"),
            }
        } else {
            match Email::parse(&self.email) {
                Ok(email) => return Some(Wanted::Address(email)),
                Err(EmailError::Missing) => ("email", "blocks-nothing-typed"),
                Err(EmailError::Malformed) => ("email", "reply-email-malformed"),
                Err(EmailError::TooLong) => ("email", "reply-email-too-long"),
            }
        };
        self.mistakes.say(words, field, key);
        None
    }
}

impl BlocksPage {
    async fn find(app: &App, desk: Desk, moderator: &Moderator, form: BlockForm) -> Result<Self> {
        let mut db = app.pool.acquire().await?;
        let addresses = blocks::addresses(&mut db, moderator).await?;
        let addresses = addresses
            .into_iter()
            .map(|one| (handle_of(app, &one), one))
            .collect();
        Ok(Self {
            desk,
            section: Section::Discussion,
            form,
            addresses,
            domains: blocks::domains(&mut db, moderator).await?,
            networks: blocks::networks(&mut db, moderator).await?,
            done: None,
        })
    }

    /// Since when something is blocked, and by whom.
    fn since(&self, at: &Ts, by: &Option<String>) -> String {
        let layout = &self.desk.layout;
        let day = layout.day(at);
        match by {
            Some(name) => layout
                .words
                .with_all("blocks-since-by", &[("day", &day), ("name", name)]),
            None => layout.words.with("blocks-since", "day", &day),
        }
    }
}
