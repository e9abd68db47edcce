//! Page on which commenters, who have no account, manage their verified email, comments, subscriptions and data. The link
//! to it is only ever sent to the commenter's email address. GET shows and POST acts, because mail scanners open links
//! but press no buttons.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use sqlx::PgConnection;

use super::links;
use super::model::Status;
use super::store::author::{self, AuthorComment};
use super::store::erase;
use crate::app::App;
use crate::commenters::browser::new_token;
use crate::commenters::store::verification;
use crate::commenters::{self, BrowserToken, CommenterAccess, Subscription, SubscriptionScope};
use crate::crypto::KeyRing;
use crate::ids::{CommentId, CommenterId, SubscriptionId};
use crate::web::{Db, Error, FormFields, Layout, Page, Path, Query, Result, redirect_after_post};

/// Number of comments on one page of the commenter's list.
const COMMENTS_PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "comments/commenter_page.html")]
struct CommenterPage {
    layout: Layout,
    commenter: CommenterAccess,
    key: String,
    /// Whether the email was verified in this browser.
    is_verified: bool,
    /// Number of browsers in which the email was verified.
    browsers: i64,
    comments: Vec<AuthorComment>,
    /// Id of the last comment on this page, if there is a next page with older comments.
    older: Option<CommentId>,
    subscriptions: Vec<Subscription>,
    notice: Option<String>,
    /// Keys that sign the links to the pages where authors manage their comments.
    keys: KeyRing,
}

/// Query string of the commenter's page.
#[derive(Deserialize)]
pub struct CommenterPageQuery {
    /// Signature in the URL; empty if the URL has none.
    #[serde(default)]
    pub(super) key: String,
    /// Id of a comment. Only older comments are listed.
    before: Option<CommentId>,
    #[serde(default)]
    notice: String,
}

/// Page shown after all browsers were signed out or everything was erased.
#[derive(Template)]
#[template(path = "comments/commenter_signed_out.html")]
struct SignedOutPage {
    layout: Layout,
    /// Number of erased comments. `None` if only browsers were signed out.
    erased: Option<u64>,
    /// Whether the encrypted email stays stored because it is blocked.
    is_blocked: bool,
}

pub async fn show_commenter_page(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    browser: BrowserToken,
    Path(id): Path<CommenterId>,
    Query(query): Query<CommenterPageQuery>,
) -> Result<Response> {
    let commenter = find_commenter(&app, &mut db, id, &query.key).await?;
    let now = app.clock.now();
    // One more than a page shows, to know whether there is another page.
    let limit = COMMENTS_PER_PAGE + 1;
    let mut comments = author::list(&mut db, id, query.before, limit, now).await?;
    let has_more = i64::try_from(comments.len()) == Ok(limit);
    if has_more {
        comments.pop();
    }
    let translator = layout.translator;
    let message = match query.notice.as_str() {
        "proved" => Some("commenter-page-verified"),
        "ended" => Some("commenter-page-ended"),
        _ => None,
    };
    let page = CommenterPage {
        is_verified: verification::is_verified(&mut db, &browser, Some(id)).await?,
        browsers: commenters::store::browsers::count(&mut db, id).await?,
        subscriptions: commenters::store::subscriptions::list(&mut db, id, now).await?,
        older: comments.last().map(|last| last.id).filter(|_| has_more),
        notice: message.map(|key| translator.text(key)),
        key: commenter.signature(&app.keys),
        keys: app.keys.clone(),
        comments,
        layout,
        commenter,
    };
    Ok(Page(page).into_private_response())
}

/// Returns a commenter if `key` is the signature in the URL of their page.
pub(super) async fn find_commenter(
    app: &App,
    db: &mut PgConnection,
    id: CommenterId,
    key: &str,
) -> Result<CommenterAccess> {
    let commenter = commenters::store::commenters::find_access(db, id).await?;
    commenter
        .filter(|commenter| commenter.is_signature(&app.keys, key))
        .ok_or(Error::NotFound)
}

/// Handles the forms of the page: verify the email, end a subscription, sign out all browsers, erase everything.
pub async fn post_commenter_page(
    State(app): State<App>,
    layout: Layout,
    browser: BrowserToken,
    jar: CookieJar,
    Path(id): Path<CommenterId>,
    Query(query): Query<CommenterPageQuery>,
    fields: FormFields,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    let commenter = find_commenter(&app, &mut db, id, &query.key).await?;
    let redirect = |message: &str| {
        let path = commenter.page_path(&app.keys);
        redirect_after_post(&format!("{path}&notice={message}"))
    };
    if let Some(subscription) = fields
        .first("unsubscribe")
        .parse::<i64>()
        .ok()
        .map(SubscriptionId)
    {
        commenters::store::subscriptions::delete_of(&mut db, id, subscription).await?;
        db.commit().await?;
        return Ok(redirect("ended").into_response());
    }
    match fields.first("action") {
        "verify" => {
            let jar = verify_email(&app, &mut db, id, browser, jar, &fields).await?;
            db.commit().await?;
            tracing::info!(commenter = %id, "commenter verified their email");
            Ok((jar, redirect("proved")).into_response())
        }
        "forget" => {
            commenters::store::browsers::delete_all(&mut db, id).await?;
            db.commit().await?;
            tracing::info!(commenter = %id, "commenter signed out all browsers");
            Ok(Page(SignedOutPage {
                layout,
                erased: None,
                is_blocked: false,
            })
            .into_private_response())
        }
        "erase" if fields.is_ticked("confirm") => {
            let erased = erase::erase_all_by(&mut db, id, app.clock.now()).await?;
            // A blocked email stays, sealed: otherwise erasing oneself would lift the block.
            let is_deleted =
                commenters::store::commenters::delete_unless_blocked(&mut db, id).await?;
            db.commit().await?;
            tracing::info!(commenter = %id, erased, "commenter erased at their own request");
            Ok(Page(SignedOutPage {
                layout,
                erased: Some(erased),
                is_blocked: !is_deleted,
            })
            .into_private_response())
        }
        // The box was not ticked, although the browser requires it: back to the page, with nothing done.
        "erase" => Ok(redirect("").into_response()),
        _ => Err(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

/// Marks the email as verified in this browser and activates the ticked subscriptions. Sets a cookie if the browser has
/// none yet.
async fn verify_email(
    app: &App,
    db: &mut PgConnection,
    id: CommenterId,
    browser: BrowserToken,
    jar: CookieJar,
    fields: &FormFields,
) -> Result<CookieJar> {
    // A browser that already verified another email keeps its token, which then counts for both.
    let (token, jar) = match browser.0 {
        Some(token) => (token, jar),
        None => {
            let (token, cookie) = new_token(app);
            (token, jar.add(cookie))
        }
    };
    let now = app.clock.now();
    let ticked: Vec<_> = fields
        .list("subscription")
        .filter_map(|id| id.parse().ok().map(SubscriptionId))
        .collect();
    verification::verify_email(db, id, &token, now).await?;
    commenters::store::subscriptions::activate(db, id, &ticked, now).await?;
    Ok(jar)
}

impl CommenterPage {
    fn author_page_path(&self, comment: &AuthorComment) -> String {
        links::author_page_path(&self.keys, comment.id)
    }

    fn status_text(&self, status: Status) -> String {
        self.layout
            .translator
            .text(&format!("status-{}", status.as_str()))
    }

    fn scope_text(&self, subscription: &Subscription) -> String {
        self.layout.translator.text(match subscription.scope {
            SubscriptionScope::RepliesToMe => "commenter-page-replies",
            SubscriptionScope::AllReplies => "commenter-page-all",
        })
    }

    fn pending_subscriptions(&self) -> Vec<&Subscription> {
        let all = self.subscriptions.iter();
        all.filter(|subscription| !subscription.is_active).collect()
    }

    fn active_subscriptions(&self) -> Vec<&Subscription> {
        let all = self.subscriptions.iter();
        all.filter(|subscription| subscription.is_active).collect()
    }
}
