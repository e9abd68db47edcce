//! Creation of the first admin account through a one-time link. The link is printed when the site starts and no account
//! can sign in yet.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use sqlx::PgConnection;

use super::model::{Role, Username};
use super::passphrase::Passphrase;
use super::refusal_log::{AccessRefusal, record_refusal};
use super::strength::KnownWords;
use super::{device, session, store};
use crate::app::App;
use crate::clock::Ts;
use crate::crypto;
use crate::i18n::Translator;
use crate::text::input;
use crate::web::form::{FieldErrors, FormData};
use crate::web::{ClientIp, Db, Error, Layout, Page, Query, Result, redirect_after_post};

/// Longest display name in characters, the same as for commenters.
pub const NAME_CHARS: usize = 245;

/// Lifetime of the setup link in seconds: a day. It stands in the log, which others may read later.
const SETUP_LINK_LIFETIME: i64 = 24 * 60 * 60;

/// Creates the one-time link for creating the first admin and returns its path. It works for a day. An older link
/// stops working. Returns `None` if some account can sign in already.
pub async fn create_setup_link(db: &mut PgConnection, now: Ts) -> sqlx::Result<Option<String>> {
    if !store::needs_setup(db).await? {
        return Ok(None);
    }
    let token = crypto::generate_token();
    store::upsert_setup_token(db, &crypto::hash_token(&token), now).await?;
    Ok(Some(format!("/admin/setup?token={token}")))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    token: String,
    name: String,
    username: String,
    passphrase: String,
    #[serde(skip)]
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "accounts/setup.html")]
struct SetupPage {
    layout: Layout,
    form: SetupForm,
}

#[derive(Template)]
#[template(path = "accounts/setup_expired.html")]
struct SetupExpiredPage {
    layout: Layout,
}

#[derive(Deserialize)]
pub struct SetupQuery {
    #[serde(default)]
    token: String,
}

/// Returns the response to a setup link that does not work: 404 unless the token was the current one, 410 and the way to a
/// new link if it is too old. Returns `None` if the link works.
async fn refuse_setup_link(
    app: &App,
    db: &mut PgConnection,
    layout: &Layout,
    client: ClientIp,
    token_hash: &[u8],
) -> Result<Option<Response>> {
    let Some(created_at) = store::find_setup_token(db, token_hash).await? else {
        record_refusal(app, AccessRefusal::WrongSetupLink, None, client.0);
        return Err(Error::NotFound);
    };
    if created_at.plus_seconds(SETUP_LINK_LIFETIME) > app.clock.now() {
        return Ok(None);
    }
    record_refusal(app, AccessRefusal::ExpiredSetupLink, None, client.0);
    let layout = layout.clone();
    let page = Page(SetupExpiredPage { layout });
    Ok(Some(page.with_status(StatusCode::GONE)))
}

/// Shows the form that creates the first admin, if the setup link works.
pub async fn show_setup(
    State(app): State<App>,
    layout: Layout,
    client: ClientIp,
    mut db: Db,
    Query(query): Query<SetupQuery>,
) -> Result<Response> {
    let token_hash = crypto::hash_token(&query.token);
    let refusal = refuse_setup_link(&app, &mut db, &layout, client, &token_hash).await?;
    if let Some(refusal) = refusal {
        return Ok(refusal);
    }
    let form = SetupForm {
        token: query.token,
        ..SetupForm::default()
    };
    // The page holds the token.
    Ok(Page(SetupPage { layout, form }).into_private_response())
}

/// Creates the first admin and signs them in.
pub async fn create_first_admin(
    State(app): State<App>,
    layout: Layout,
    client: ClientIp,
    jar: CookieJar,
    form: FormData<SetupForm>,
) -> Result<Response> {
    let mut form = form.value;
    let mut db = app.pool.acquire().await?;
    let token_hash = crypto::hash_token(&form.token);
    let refusal = refuse_setup_link(&app, &mut db, &layout, client, &token_hash).await?;
    if let Some(refusal) = refusal {
        return Ok(refusal);
    }
    // The connection goes back to the pool before the slow hashing.
    drop(db);
    let place = app.password_hasher.try_enter_as_known();
    let place = place.ok_or(Error::Unavailable)?;

    let translator = layout.translator;
    let known = KnownWords::of_site(&layout.publication, app.config.host());
    let Some((username, passphrase)) = form.parse(translator, known).await? else {
        let page = Page(SetupPage { layout, form });
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let hash = passphrase.hash_in_turn(&app.password_hasher, place).await?;
    let mut db = app.pool.begin().await?;
    // Again, now that the token's row is locked: another request may have used the same link meanwhile.
    if !store::delete_setup_token(&mut db, &token_hash).await?
        || !store::needs_setup(&mut db).await?
    {
        return Err(Error::NotFound);
    }
    let now = app.clock.now();
    let id = store::insert(
        &mut db,
        &username,
        &form.name,
        Role::Admin,
        Some(&hash),
        now,
    )
    .await?;
    let Some(id) = id else {
        form.errors
            .push(translator, "username", "account-username-taken");
        username.as_str().clone_into(&mut form.username);
        let page = Page(SetupPage { layout, form });
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let session_cookie = session::create_session(&app, &mut db, id).await?;
    let device_cookie = device::create_cookie(&app, &mut db, id).await?;
    db.commit().await?;
    tracing::info!(account = %id, "created the first admin by the setup link");
    let jar = jar.add(session_cookie).add(device_cookie);
    Ok((jar, redirect_after_post("/admin/comments")).into_response())
}

impl SetupForm {
    async fn parse(
        &mut self,
        translator: Translator,
        known: KnownWords,
    ) -> Result<Option<(Username, Passphrase)>> {
        self.name = input::name(&self.name);
        let name = &self.name;
        if input::is_blank(name)
            || input::has_invalid_chars(name)
            || name.chars().count() > NAME_CHARS
        {
            self.errors.push(translator, "name", "account-name-wrong");
        }
        let username = Username::parse(&self.username);
        if username.is_none() {
            self.errors
                .push(translator, "username", "account-username-wrong");
        }
        let known = known.with(&self.name).with(&self.username);
        let passphrase = Passphrase::parse_new_in_background(&self.passphrase, known).await?;
        if let Err(error) = &passphrase {
            self.errors
                .push(translator, "passphrase", error.message_key());
        }
        let parsed = username.zip(passphrase.ok());
        Ok(parsed.filter(|_| self.errors.is_empty()))
    }
}
