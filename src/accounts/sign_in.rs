//! Signing in and out.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::login_throttle;
use super::model::{Role, Username};
use super::passphrase::verify_passphrase;
use super::refusal_log::{AccessRefusal, hash_network, record_refusal};
use super::viewer::Viewer;
use super::{device, session, store};
use crate::app::App;
use crate::web::form::FormData;
use crate::web::{ClientIp, Db, Layout, Page, Query, Result, redirect_after_post};

/// Address that leads to the first page of the viewer's role. It is shown after signing in, unless the sign-in form names
/// another page.
const START_PAGE: &str = "/admin";
/// Seconds after which somebody may try again while too many passphrases wait to be checked, about as long as checking
/// those takes.
pub const BUSY_WAIT: u64 = 3;

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    layout: Layout,
    form: SignInForm,
    error: Option<String>,
}

/// The sign-in form. `next` can also be in the URL's query.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    username: String,
    passphrase: String,
    /// Path of the page to show after signing in.
    next: String,
}

#[derive(Deserialize)]
pub struct SignInQuery {
    #[serde(default)]
    next: String,
}

pub async fn show_sign_in(
    layout: Layout,
    Query(query): Query<SignInQuery>,
    viewer: Result<Viewer>,
) -> Response {
    if viewer.is_ok() {
        return Redirect::to(admin_path(&query.next)).into_response();
    }
    let form = SignInForm {
        next: query.next,
        ..SignInForm::default()
    };
    let error = None;
    Page(SignInPage {
        layout,
        form,
        error,
    })
    .into_response()
}

/// Signs in. The response does not reveal whether the username or the passphrase was wrong.
pub async fn sign_in(
    State(app): State<App>,
    layout: Layout,
    client: ClientIp,
    jar: CookieJar,
    FormData { value: form, .. }: FormData<SignInForm>,
) -> Result<Response> {
    let Some(username) = Username::parse(&form.username) else {
        record_refusal(&app, AccessRefusal::WrongSignIn, None, client.0);
        return Ok(SignInPage::wrong(layout, form));
    };
    // Acquired only now that the body has arrived: a client that sends it slowly must not hold a connection.
    let mut db = app.pool.acquire().await?;
    let (account, hash) = store::find_by_username(&mut db, &username).await?.unzip();
    let account_id = account.as_ref().map(|account| account.id);
    let device = match account_id {
        Some(id) => device::find_device(&app, &mut db, &jar, id).await?,
        None => None,
    };
    // Taken before the attempt is counted: whoever is turned away here has not guessed.
    let place = match device {
        Some(_) => app.password_hasher.try_enter_as_known(),
        None => app.password_hasher.try_enter_as_stranger(),
    };
    let Some(place) = place else {
        record_refusal(&app, AccessRefusal::QueueFull, account_id, client.0);
        return Ok(SignInPage::busy(layout, form));
    };
    let attempt = match &device {
        Some(device) => login_throttle::begin_device_attempt(&app, &mut db, device).await?,
        None => {
            let (username, ip) = (username.as_str(), client.0);
            login_throttle::begin_stranger_attempt(&app, &mut db, username, ip).await?
        }
    };
    let attempt = match attempt {
        Ok(attempt) => attempt,
        Err(seconds) => {
            record_refusal(&app, AccessRefusal::ThrottledSignIn, account_id, client.0);
            return Ok(SignInPage::throttled(layout, form, seconds));
        }
    };
    // The connection goes back before the slow hashing: many sign-ins at once must not use up the pool.
    drop(db);
    let hasher = &app.password_hasher;
    let is_right = verify_passphrase(hasher, place, &form.passphrase, hash.flatten()).await?;
    let Some(account) = account.filter(|_| is_right) else {
        record_refusal(&app, AccessRefusal::WrongSignIn, account_id, client.0);
        return Ok(SignInPage::wrong(layout, form));
    };
    let mut db = app.pool.begin().await?;
    login_throttle::clear_failure(&mut db, attempt).await?;
    // The browser gets another token, and nobody shall use the old one.
    if let Some(old) = session::session_token_hash(&app, &jar) {
        store::delete_session(&mut db, &old).await?;
    }
    let session_cookie = session::create_session(&app, &mut db, account.id).await?;
    let device_cookie = device::create_cookie(&app, &mut db, account.id).await?;
    db.commit().await?;
    let network = hash_network(&app.keys, client.0);
    tracing::info!(account = %account.id, network, "signed in");
    let jar = jar.add(session_cookie).add(device_cookie);
    Ok((jar, redirect_after_post(admin_path(&form.next))).into_response())
}

impl SignInPage {
    fn wrong(layout: Layout, form: SignInForm) -> Response {
        let error = layout.translator.text("sign-in-wrong");
        Page(Self::with_error(layout, form, error)).with_status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Responds to an attempt that comes too soon after others.
    fn throttled(layout: Layout, form: SignInForm, seconds: u64) -> Response {
        let error = layout.translator.plural("sign-in-wait", seconds);
        let page = Self::with_error(layout, form, error);
        Page(page).with_retry_after(StatusCode::TOO_MANY_REQUESTS, seconds)
    }

    /// Responds to an attempt while too many passphrases wait to be checked.
    fn busy(layout: Layout, form: SignInForm) -> Response {
        let error = layout.translator.plural("sign-in-busy", BUSY_WAIT);
        let page = Self::with_error(layout, form, error);
        Page(page).with_retry_after(StatusCode::SERVICE_UNAVAILABLE, BUSY_WAIT)
    }

    fn with_error(layout: Layout, form: SignInForm, error: String) -> Self {
        Self {
            layout,
            form,
            error: Some(error),
        }
    }
}

/// Returns `next` if it is the path of an admin page, otherwise the start page. A crafted link to the sign-in page must
/// not lead to another site.
fn admin_path(next: &str) -> &str {
    let is_admin_page = next
        .strip_prefix("/admin/")
        // Signing in must not end at the sign-in page again.
        .is_some_and(|rest| !rest.starts_with("sign-in"));
    // Browsers take a backslash for a slash, so that `/admin/\example.org` could lead elsewhere.
    if is_admin_page && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        next
    } else {
        START_PAGE
    }
}

/// Ends the session of this browser only.
pub async fn sign_out(
    State(app): State<App>,
    mut db: Db,
    jar: CookieJar,
    _viewer: Viewer,
) -> Result<Response> {
    if let Some(token_hash) = session::session_token_hash(&app, &jar) {
        store::delete_session(&mut db, &token_hash).await?;
    }
    Ok(signed_out(&app, jar))
}

/// Ends the account's sessions in all browsers and revokes the signed links in its digest emails.
pub async fn sign_out_everywhere(
    State(app): State<App>,
    mut db: Db,
    jar: CookieJar,
    viewer: Viewer,
) -> Result<Response> {
    store::delete_sessions(&mut db, viewer.id).await?;
    tracing::info!(account = %viewer.id, "signed out everywhere");
    // The device cookie is useless now, and the browser may be a stranger's.
    let jar = jar.remove(device::removal_cookie(&app));
    Ok(signed_out(&app, jar))
}

fn signed_out(app: &App, jar: CookieJar) -> Response {
    let jar = jar.remove(session::removal_cookie(app));
    (jar, Redirect::to("/admin/sign-in")).into_response()
}

/// Leads editors to the articles and moderators to the comments.
pub async fn redirect_to_start(viewer: Viewer) -> Redirect {
    Redirect::to(match viewer.role {
        Role::Moderator => "/admin/comments",
        Role::Editor | Role::Admin => "/admin/articles",
    })
}
