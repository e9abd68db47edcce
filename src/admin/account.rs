//! One's own account: another passphrase, where one is written to, and the way out of every browser.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{Desk, Section};
use crate::accounts::passphrase::{Passphrase, verify_passphrase};
use crate::accounts::{Rhythm, StaffMail, address_store, session, slow_down, store};
use crate::app::App;
use crate::web::{ClientAddress, Error, Fields, Mistakes, Page, Query, Result, go_to};

#[derive(Template)]
#[template(path = "admin/account.html")]
pub(super) struct AccountPage {
    desk: Desk,
    section: Section,
    pub(super) mistakes: Mistakes,
    /// What has just been done, by its key in the catalogue.
    said: Option<&'static str>,
    mail: StaffMail,
    /// What was typed as an address, on its way back.
    pub(super) typed: String,
    /// The rhythm that was chosen.
    pub(super) chosen: Rhythm,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<u8>,
    #[serde(default)]
    mail: String,
}

/// The account's page.
pub async fn show_account(
    State(app): State<App>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut page = AccountPage::new(&app, desk).await?;
    page.said = match (asked.saved, asked.mail.as_str()) {
        (Some(_), _) => Some("account-saved"),
        (_, "asked") => Some("staff-mail-asked"),
        (_, "removed") => Some("staff-mail-removed"),
        (_, "changed") => Some("staff-mail-changed"),
        _ => None,
    };
    Ok(Page(page).into_response())
}

/// Sets another passphrase, given the present one, and ends every other session.
pub async fn change_passphrase(
    State(app): State<App>,
    desk: Desk,
    from: ClientAddress,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let words = desk.layout.words;
    let id = desk.viewer.id;
    let mut page = AccountPage::new(&app, desk).await?;
    if let Some(seconds) = page.check_present(&app, from, &fields, "present").await? {
        return Ok(Page(page).try_again(StatusCode::TOO_MANY_REQUESTS, seconds));
    }
    let new = Passphrase::parse(fields.get("new"));
    if new.is_none() {
        page.mistakes.say(words, "new", "account-passphrase-wrong");
    }
    let (Some(new), true) = (new, page.mistakes.is_empty()) else {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let hash = new.hash_in_turn(&app.password_hasher).await?;
    let mut db = app.pool.begin().await?;
    store::set_passphrase(&mut db, id, &hash).await?;
    store::delete_sessions_of(&mut db, id).await?;
    let cookie = session::start(&app, &mut db, id).await?;
    db.commit().await?;
    tracing::info!(account = %id, "changed their passphrase");
    Ok((jar.add(cookie), go_to("/admin/account?saved=1")).into_response())
}

impl AccountPage {
    pub(super) async fn new(app: &App, desk: Desk) -> Result<Self> {
        let mut db = app.pool.acquire().await?;
        let mail = address_store::find(&mut db, desk.viewer.id).await?;
        let mail = mail.ok_or(Error::SignInFirst)?;
        Ok(Self {
            desk,
            section: Section::Account,
            mistakes: Mistakes::none(),
            said: None,
            typed: String::new(),
            // Until they say otherwise.
            chosen: match mail.has_address {
                true => mail.rhythm,
                false => Rhythm::Hourly,
            },
            mail,
        })
    }

    /// Notes a mistake if `field` does not hold the viewer's passphrase; gives the seconds to wait if they have tried too
    /// often. Guessing it, at a desk that was left open, is as slow as at the door.
    pub(super) async fn check_present(
        &mut self,
        app: &App,
        from: ClientAddress,
        fields: &Fields,
        field: &'static str,
    ) -> Result<Option<u64>> {
        let words = self.desk.layout.words;
        let viewer = &self.desk.viewer;
        let mut db = app.pool.acquire().await?;
        let attempt = match slow_down::begin(app, &mut db, &viewer.handle, from.0).await? {
            Ok(attempt) => attempt,
            Err(seconds) => {
                let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
                self.mistakes.add(field, words.count("sign-in-wait", wait));
                return Ok(Some(seconds));
            }
        };
        let present = store::passphrase_hash(&mut db, viewer.id).await?;
        // The connection goes back before the slow part.
        drop(db);
        if verify_passphrase(&app.password_hasher, fields.get(field), present).await? {
            slow_down::succeeded(&mut *app.pool.acquire().await?, attempt).await?;
        } else {
            self.mistakes.say(words, field, "account-present-wrong");
        }
        Ok(None)
    }

    /// What is known of the address, by its key in the catalogue.
    fn state(&self) -> &'static str {
        match self.mail {
            StaffMail {
                silenced_at: Some(_),
                ..
            } => "staff-mail-came-back",
            StaffMail {
                confirmed_at: Some(_),
                ..
            } => "staff-mail-kept",
            _ => "staff-mail-unconfirmed",
        }
    }
}
