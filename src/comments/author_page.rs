//! Page on which an author manages a comment: status, reasons, and the forms to edit or delete it. Its URL is signed.
//! Everyone who has the URL may use the page.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::links;
use super::model::Status;
use super::screening::ScreeningReason;
use super::store::author::{self, AuthorComment};
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::BrowserToken;
use crate::commenters::store::verification;
use crate::ids::CommentId;
use crate::text::SafeHtml;
use crate::web::{Db, Error, FieldErrors, Layout, Page, Path, Query, Result};

#[derive(Template)]
#[template(path = "comments/author_page.html")]
pub(super) struct CommentAuthorPage {
    pub layout: Layout,
    pub comment: AuthorComment,
    /// URL that the forms are posted to.
    action: String,
    pub notice: Option<AuthorNotice>,
    /// Rendered comment, present after a click on Preview.
    pub preview: Option<SafeHtml>,
    /// Comment text in the edit form.
    pub body: String,
    pub errors: FieldErrors,
    /// End of the editing period; absent if the comment cannot be edited.
    pub editable_until: Option<Ts>,
    /// Whether this browser may ask for the email with the verification link.
    can_verify: bool,
    /// Whether the comment has just been submitted. The page's script then deletes the draft saved in the browser.
    is_new: bool,
}

/// Message at the top of the page.
pub(super) enum AuthorNotice {
    Success(String),
    Rejected(String),
}

/// Query string of the page on which an author manages a comment.
#[derive(Deserialize)]
pub struct AuthorPageQuery {
    /// Signature in the URL; empty if the URL has none.
    #[serde(default)]
    pub(super) key: String,
    #[serde(default)]
    notice: String,
}

/// Redirects from the former URL of the author's page, which existed only for held comments.
pub async fn redirect_held_page(
    Path(id): Path<CommentId>,
    Query(query): Query<AuthorPageQuery>,
) -> Response {
    // Encoded again, because the query was decoded. Not cached: the URL is a secret.
    let key: String = url::form_urlencoded::byte_serialize(query.key.as_bytes()).collect();
    let redirect = Redirect::to(&format!("/comments/{id}/manage?key={key}"));
    ([(header::CACHE_CONTROL, "no-store")], redirect).into_response()
}

pub async fn show_author_page(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    browser: BrowserToken,
    Path(id): Path<CommentId>,
    Query(query): Query<AuthorPageQuery>,
) -> Result<Response> {
    let comment = find_comment(&app, &mut db, id, &query.key).await?;
    let message = match query.notice.as_str() {
        "changed" => Some("author-page-changed"),
        "mailed" => Some("author-page-mailed"),
        _ => None,
    };
    let mut page = CommentAuthorPage::new(&app, layout, comment);
    page.notice = message.map(|key| AuthorNotice::Success(page.layout.translator.text(key)));
    page.is_new = query.notice == "new";
    page.can_verify = can_verify(&mut db, &page, &browser).await?;
    Ok(Page(page).into_private_response())
}

/// Renders the author's page of the saved comment in response to a form that was sent twice.
pub(super) fn render_duplicate(app: &App, layout: Layout, comment: AuthorComment) -> Response {
    let mut page = CommentAuthorPage::new(app, layout, comment);
    page.is_new = true;
    page.notice = Some(AuthorNotice::Success(
        page.layout.translator.text("author-page-already"),
    ));
    Page(page).with_status(StatusCode::CONFLICT)
}

/// Returns the comment with this id, if `key` is the valid signature in the URL of its author's page. Otherwise fails
/// with 404.
pub(super) async fn find_comment(
    app: &App,
    db: &mut PgConnection,
    id: CommentId,
    key: &str,
) -> Result<AuthorComment> {
    if !links::is_author_page_key(&app.keys, id, key) {
        return Err(Error::NotFound);
    }
    let comment = author::find(db, id, app.clock.now()).await?;
    comment.ok_or(Error::NotFound)
}

/// Returns whether the site sends email and the comment has an email address that was not verified in this browser.
async fn can_verify(
    db: &mut PgConnection,
    page: &CommentAuthorPage,
    browser: &BrowserToken,
) -> Result<bool> {
    let can_email = page.layout.sends_mail && page.comment.is_taken();
    let Some(id) = page.comment.commenter_id.filter(|_| can_email) else {
        return Ok(false);
    };
    Ok(!verification::is_verified(db, browser, Some(id)).await?)
}

impl CommentAuthorPage {
    pub fn new(app: &App, layout: Layout, comment: AuthorComment) -> Self {
        let until = layout
            .publication
            .discussion
            .editable_until(comment.created_at);
        Self {
            action: links::author_page_path(&app.keys, comment.id),
            notice: None,
            preview: None,
            body: comment.body.clone(),
            errors: FieldErrors::default(),
            editable_until: Some(until).filter(|until| comment.is_taken() && *until > layout.now),
            can_verify: false,
            is_new: false,
            comment,
            layout,
        }
    }

    /// Renders the page with status 429 and a notice that asks to wait for `seconds`.
    pub fn rate_limited(mut self, seconds: u64) -> Response {
        let notice = self
            .layout
            .translator
            .plural("author-page-too-fast", seconds);
        self.notice = Some(AuthorNotice::Rejected(notice));
        Page(self).with_retry_after(StatusCode::TOO_MANY_REQUESTS, seconds)
    }

    /// Returns whether the page must show the text of a rejected form, so that the author does not lose it.
    fn has_unsent_body(&self) -> bool {
        matches!(self.notice, Some(AuthorNotice::Rejected(_))) && !self.body.is_empty()
    }

    /// Returns the heading and the sentence that explain the comment's status.
    fn status_texts(&self) -> (String, String) {
        let translator = self.layout.translator;
        let texts = |state: &str| {
            let key = format!("author-page-{state}");
            (
                translator.text(&key),
                translator.text(&format!("{key}-explained")),
            )
        };
        match (self.comment.erased_at, self.comment.kept_days) {
            (None, _) => texts(self.comment.status.as_str()),
            (Some(_), None) => texts("erased"),
            (Some(_), Some(days)) => (
                translator.text("author-page-purged"),
                translator.plural("author-page-purged-explained", days),
            ),
        }
    }

    fn is_approved(&self) -> bool {
        self.comment.status == Status::Approved
    }

    /// Returns the reasons why the comment is held, as sentences for its author.
    fn reasons(&self) -> Vec<String> {
        if self.comment.status != Status::Held {
            return Vec::new();
        }
        let stored = self.comment.reasons.iter();
        stored
            .filter_map(|reason| {
                ScreeningReason::parse(reason)?.author_text(self.layout.translator)
            })
            .collect()
    }
}
