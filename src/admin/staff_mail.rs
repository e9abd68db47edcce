//! Where a member of staff is written to: they give an address and choose how often they hear of what waits. Nothing but
//! one letter goes there until its owner has pressed the link in that letter.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Desk;
use super::account::AccountPage;
use super::notice::NoticePage;
use crate::accounts::{Rhythm, address_store};
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::{Email, EmailError};
use crate::crypto::Keys;
use crate::ids::AccountId;
use crate::mail::message::{EmailBlock, EmailLink, EmailMessage};
use crate::mail::outbox;
use crate::web::{
    ClientAddress, Db, Error, Fields, Layout, Page, Path, Query, Result, Signed, go_to,
};

/// What the signature on the address of the confirming page is for.
const PURPOSE: &str = "staff address";

/// Where the address that an account gave at this moment is confirmed.
pub fn address(keys: &Keys, id: AccountId, set_at: Ts) -> String {
    let key = keys.sign(PURPOSE, &signed(id, set_at));
    format!("/moderators/{id}/confirm?key={key}")
}

fn signed(id: AccountId, set_at: Ts) -> Vec<u8> {
    format!("{id} {}", set_at.unix_micros()).into_bytes()
}

/// Keeps another address, or forgets the one that is kept, given the passphrase.
pub async fn set_address(
    State(app): State<App>,
    desk: Desk,
    from: ClientAddress,
    fields: Fields,
) -> Result<Response> {
    let words = desk.layout.words;
    let layout = desk.layout.clone();
    let id = desk.viewer.id;
    let is_removed = fields.get("act") == "remove";
    let mut page = AccountPage::new(&app, desk).await?;
    page.typed = fields.get("email").to_owned();
    page.chosen = Rhythm::from_word(fields.get("digest")).unwrap_or(page.chosen);
    let email = Email::parse(&page.typed);
    if let (Err(error), false) = (&email, is_removed) {
        let key = match error {
            EmailError::Missing => "staff-mail-missing",
            EmailError::Malformed => "reply-email-malformed",
            EmailError::TooLong => "reply-email-too-long",
        };
        page.mistakes.say(words, "email", key);
    }
    let wait = page.check_present(&app, from, &fields, "mail_present");
    if let Some(seconds) = wait.await? {
        return Ok(Page(page).try_again(StatusCode::TOO_MANY_REQUESTS, seconds));
    }
    if !page.mistakes.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let Some(email) = email.ok().filter(|_| !is_removed) else {
        address_store::remove(&mut db, id).await?;
        db.commit().await?;
        tracing::info!(account = %id, "took their address away");
        return Ok(go_to("/admin/account?mail=removed").into_response());
    };
    let sealed = email.seal_for_account(&app.keys, id);
    if !address_store::set(&mut db, id, &sealed, page.chosen, now).await? {
        page.mistakes.say(words, "email", "staff-mail-too-soon");
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let letter = asking(&app, &layout, id, now);
    outbox::enqueue(&mut db, &app.keys, id, &letter, None, now).await?;
    db.commit().await?;
    tracing::info!(account = %id, "gave an address, which waits to be confirmed");
    Ok(go_to("/admin/account?mail=asked").into_response())
}

/// Changes how often one hears of what waits.
pub async fn set_rhythm(State(app): State<App>, desk: Desk, fields: Fields) -> Result<Response> {
    let rhythm = Rhythm::from_word(fields.get("digest"))
        .ok_or(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY))?;
    let mut db = app.pool.begin().await?;
    let is_set = address_store::set_rhythm(&mut db, desk.viewer.id, rhythm).await?;
    db.commit().await?;
    Ok(go_to(match is_set {
        true => "/admin/account?mail=changed",
        false => "/admin/account",
    })
    .into_response())
}

/// The letter that asks whether an address is theirs.
fn asking(app: &App, layout: &Layout, id: AccountId, set_at: Ts) -> EmailMessage {
    let words = layout.words;
    let title = &layout.publication.title;
    let pieces = [
        EmailBlock::Paragraph(words.with("staff-letter-why", "title", title)),
        EmailBlock::Action(EmailLink {
            label: words.say("staff-letter-act"),
            url: layout.absolute(&address(&app.keys, id, set_at)),
        }),
        EmailBlock::Footnote(words.say("staff-letter-not-you")),
    ];
    let subject = words.with("staff-letter-subject", "title", title);
    EmailMessage::new(words.language(), &subject, &pieces)
}

/// Asks whoever has followed the link to press the button. Programs that look through mail open links, too.
pub async fn show_confirm(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<Signed>,
) -> Result<Response> {
    let Some(set_at) = signed_moment(&app, &mut db, id, &query.key).await? else {
        return Ok(void(layout));
    };
    let words = layout.words;
    let page = NoticePage {
        heading: words.say("staff-confirm-title"),
        said: words.with(
            "staff-confirm-explained",
            "title",
            &layout.publication.title,
        ),
        button: Some((
            address(&app.keys, id, set_at),
            words.say("staff-letter-act"),
        )),
        leads_to: None,
        layout,
    };
    Ok(Page(page).private())
}

/// Notes that the address is theirs.
pub async fn confirm(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<AccountId>,
    Query(query): Query<Signed>,
) -> Result<Response> {
    let set_at = signed_moment(&app, &mut db, id, &query.key).await?;
    let is_confirmed = match set_at {
        Some(set_at) => address_store::confirm(&mut db, id, set_at, app.clock.now()).await?,
        None => false,
    };
    if !is_confirmed {
        return Ok(void(layout));
    }
    tracing::info!(account = %id, "an address of the staff was confirmed");
    let words = layout.words;
    let page = NoticePage {
        heading: words.say("staff-confirmed"),
        said: words.say("staff-confirmed-explained"),
        button: None,
        leads_to: Some(("/admin/account", words.say("account-title"))),
        layout,
    };
    Ok(Page(page).private())
}

/// When the address was given that the key confirms, while that is the one that is kept and it is not too late.
async fn signed_moment(
    app: &App,
    db: &mut sqlx::PgConnection,
    id: AccountId,
    key: &str,
) -> Result<Option<Ts>> {
    let mail = address_store::find(db, id).await?;
    let kept = mail.filter(|mail| mail.may_be_confirmed(app.clock.now()));
    let set_at = kept.and_then(|mail| mail.set_at);
    Ok(set_at.filter(|set_at| app.keys.is_signed(PURPOSE, &signed(id, *set_at), key)))
}

fn void(layout: Layout) -> Response {
    let words = layout.words;
    let page = NoticePage {
        heading: words.say("signed-void"),
        said: words.say("staff-confirm-void"),
        button: None,
        leads_to: Some(("/admin/account", words.say("account-title"))),
        layout,
    };
    Page(page).with_status(StatusCode::NOT_FOUND)
}
