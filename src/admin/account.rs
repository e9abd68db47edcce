//! Page of the viewer's own account: passphrase, email for digests, and signing out everywhere.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::layout::{AdminLayout, AdminSection};
use crate::accounts::passphrase::{Passphrase, verify_passphrase};
use crate::accounts::refusal_log::{AccessRefusal, record_refusal};
use crate::accounts::sign_in::BUSY_WAIT;
use crate::accounts::store::{self, staff_email};
use crate::accounts::strength::KnownWords;
use crate::accounts::{self, DigestFrequency, StaffEmail, device, login_throttle, session};
use crate::app::App;
use crate::web::form::FormData;
use crate::web::{ClientIp, Error, FieldErrors, Page, Query, Result, redirect_after_post};

#[derive(Template)]
#[template(path = "admin/account.html")]
pub(super) struct AccountPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    pub(super) errors: FieldErrors,
    /// Key of the message that confirms what was just saved.
    notice: Option<&'static str>,
    email_state: StaffEmail,
    /// Email as the viewer entered it, shown again after an error. No cache stores the page. The saved email is never
    /// shown.
    pub(super) typed_email: String,
    pub(super) frequency: DigestFrequency,
}

#[derive(Deserialize)]
pub struct AccountQuery {
    saved: Option<u8>,
    #[serde(default)]
    mail: String,
}

pub async fn show_account(
    State(app): State<App>,
    admin_layout: AdminLayout,
    Query(query): Query<AccountQuery>,
) -> Result<Response> {
    let mut page = AccountPage::load(&app, admin_layout).await?;
    page.notice = match (query.saved, query.mail.as_str()) {
        (Some(_), _) => Some("account-saved"),
        (_, "asked") => Some("staff-mail-asked"),
        (_, "removed") => Some("staff-mail-removed"),
        (_, "changed") => Some("staff-mail-changed"),
        _ => None,
    };
    Ok(Page(page).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PassphraseForm {
    present: String,
    new: String,
}

/// Changes the viewer's passphrase and ends all their other sessions. The form must contain the current passphrase.
pub async fn change_passphrase(
    State(app): State<App>,
    admin_layout: AdminLayout,
    client: ClientIp,
    jar: CookieJar,
    FormData { value: form, .. }: FormData<PassphraseForm>,
) -> Result<Response> {
    let translator = admin_layout.layout.translator;
    let id = admin_layout.viewer.id;
    let mut page = AccountPage::load(&app, admin_layout).await?;
    let check = page.check_passphrase(&app, client, &jar, "present", &form.present);
    if let Err(refusal) = check.await? {
        return Ok(refusal.respond(page));
    }
    let known = page.load_known_words(&app).await?;
    let new = Passphrase::parse_new_in_background(&form.new, known).await?;
    if let Err(error) = &new {
        page.errors.push(translator, "new", error.message_key());
    }
    let (Ok(new), true) = (new, page.errors.is_empty()) else {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let place = app.password_hasher.try_enter_as_known();
    let place = place.ok_or(Error::Unavailable)?;
    let hash = new.hash_in_turn(&app.password_hasher, place).await?;
    let mut db = app.pool.begin().await?;
    store::update_passphrase(&mut db, id, &hash).await?;
    // All sessions end, since one of them may be a stranger's. This browser gets a new one.
    store::delete_sessions(&mut db, id).await?;
    let session_cookie = session::create_session(&app, &mut db, id).await?;
    let device_cookie = device::create_cookie(&app, &mut db, id).await?;
    db.commit().await?;
    tracing::info!(account = %id, "passphrase changed by its owner");
    let jar = jar.add(session_cookie).add(device_cookie);
    Ok((jar, redirect_after_post("/admin/account?saved=1")).into_response())
}

/// Reason why the current passphrase was not checked.
pub(super) enum CheckRefusal {
    /// Too many wrong passphrases came from this session; the next may come in this number of seconds.
    Throttled(u64),
    /// Too many passphrases wait to be checked.
    Busy,
}

impl CheckRefusal {
    /// Responds with the page, which has the error beside its field.
    pub(super) fn respond(self, page: AccountPage) -> Response {
        match self {
            Self::Throttled(seconds) => {
                Page(page).with_retry_after(StatusCode::TOO_MANY_REQUESTS, seconds)
            }
            Self::Busy => Page(page).with_retry_after(StatusCode::SERVICE_UNAVAILABLE, BUSY_WAIT),
        }
    }
}

impl AccountPage {
    pub(super) async fn load(app: &App, admin_layout: AdminLayout) -> Result<Self> {
        let mut db = app.pool.acquire().await?;
        let email_state = staff_email::find(&mut db, admin_layout.viewer.id).await?;
        // The account may have been deleted since its session was found.
        let email_state = email_state.ok_or(Error::SignInRequired)?;
        Ok(Self {
            admin_layout,
            section: AdminSection::Account,
            errors: FieldErrors::default(),
            notice: None,
            typed_email: String::new(),
            frequency: match email_state.has_email {
                true => email_state.frequency,
                false => DigestFrequency::Hourly,
            },
            email_state,
        })
    }

    /// Verifies the viewer's current passphrase, and adds an error to `field` if it is wrong or could not be checked. The
    /// inner `Err` means that it was not checked.
    pub(super) async fn check_passphrase(
        &mut self,
        app: &App,
        client: ClientIp,
        jar: &CookieJar,
        field: &'static str,
        typed: &str,
    ) -> Result<Result<(), CheckRefusal>> {
        let translator = self.admin_layout.layout.translator;
        let id = self.admin_layout.viewer.id;
        let token_hash = session::session_token_hash(app, jar).ok_or(Error::SignInRequired)?;
        let Some(place) = app.password_hasher.try_enter_as_known() else {
            record_refusal(app, AccessRefusal::QueueFull, Some(id), client.0);
            let message = translator.plural("sign-in-busy", BUSY_WAIT);
            self.errors.push_message(field, message);
            return Ok(Err(CheckRefusal::Busy));
        };
        let mut db = app.pool.acquire().await?;
        // Throttled, since the guess may come from a stranger at a browser that was left signed in. Counted by session:
        // guesses at the sign-in page must not keep the owner from changing the passphrase.
        let attempt = login_throttle::begin_session_attempt(app, &mut db, &token_hash).await?;
        let attempt = match attempt {
            Ok(attempt) => attempt,
            Err(seconds) => {
                record_refusal(app, AccessRefusal::ThrottledPassphrase, Some(id), client.0);
                self.errors
                    .push_message(field, translator.plural("sign-in-wait", seconds));
                return Ok(Err(CheckRefusal::Throttled(seconds)));
            }
        };
        let hash = store::find_passphrase_hash(&mut db, id).await?;
        // The connection goes back to the pool before the slow hashing.
        drop(db);
        if verify_passphrase(&app.password_hasher, place, typed, hash).await? {
            login_throttle::clear_failure(&mut *app.pool.acquire().await?, attempt).await?;
        } else {
            record_refusal(app, AccessRefusal::WrongPassphrase, Some(id), client.0);
            self.errors.push(translator, field, "account-present-wrong");
        }
        Ok(Ok(()))
    }

    /// Collects the words that everybody knows who knows the site and this account.
    async fn load_known_words(&self, app: &App) -> Result<KnownWords> {
        let viewer = &self.admin_layout.viewer;
        let mut db = app.pool.acquire().await?;
        let sealed = staff_email::find_sealed(&mut db, viewer.id).await?;
        let publication = &self.admin_layout.layout.publication;
        let known = KnownWords::of_site(publication, app.config.host())
            .with(&viewer.username)
            .with(&viewer.name);
        // An email that does not open cannot be sent to, which is logged there.
        let open = |sealed: Vec<u8>| accounts::staff_email::open(&app.keys, viewer.id, &sealed);
        Ok(match sealed.map(open) {
            Some(Ok(email)) => known.with(&email),
            _ => known,
        })
    }

    /// Returns the key of the message that describes the state of the viewer's email.
    fn email_state_key(&self) -> &'static str {
        match (
            self.email_state.suppressed_at,
            self.email_state.confirmed_at,
        ) {
            (Some(_), _) => "staff-mail-came-back",
            (None, Some(_)) => "staff-mail-kept",
            (None, None) => "staff-mail-unconfirmed",
        }
    }
}
