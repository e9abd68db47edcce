//! Its author's own page of a comment: what became of it and why, changing it for a while, taking it back at any time. Its
//! address is signed; whoever has it is in charge of the comment, so it goes to the author alone.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::judge::{self, Author};
use super::model::Status;
use super::reply::Sender;
use super::reply_form::read_words;
use super::screening::Reason;
use super::store::{self, OwnComment};
use super::{letters, sent};
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::{self, BrowserToken};
use crate::crypto::Keys;
use crate::ids::CommentId;
use crate::text::{Format, SafeHtml};
use crate::web::error::{RETRY_AFTER, in_time};
use crate::web::requests::Reference;
use crate::web::{Db, Error, Fields, Layout, Mistakes, Page, Path, Query, Result, go_to};

/// What the signature on the address is for.
const PURPOSE: &str = "held comment";

/// The author's own page of a comment.
#[derive(Template)]
#[template(path = "comments/own.html")]
struct OwnPage {
    layout: Layout,
    comment: OwnComment,
    action: String,
    /// What is to be said first.
    notice: Option<Notice>,
    /// The text as it would be, for who looks before changing it.
    preview: Option<SafeHtml>,
    /// The text in the form.
    typed: String,
    mistakes: Mistakes,
    /// Until when it may be changed, if it still may.
    editable_until: Option<Ts>,
    /// Whether this browser may yet prove the address.
    may_prove: bool,
    /// It has just been posted.
    is_new: bool,
}

/// What became of what was asked for.
enum Notice {
    /// It was done, such as a change that is kept.
    Done(String),
    /// It was not.
    Refused(String),
}

/// The signature in the address, and what the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    key: String,
    #[serde(default)]
    told: String,
}

/// The address of the author's own page of a comment.
pub fn address(keys: &Keys, id: CommentId) -> String {
    let key = keys.sign(PURPOSE, id.to_string().as_bytes());
    format!("/comments/{id}/manage?key={key}")
}

/// The same, for who has just posted: the draft in their browser has done its work.
pub(super) fn address_after_posting(keys: &Keys, id: CommentId) -> String {
    format!("{}&told=new", address(keys, id))
}

/// Where the page was while it was only for comments that wait.
pub async fn show_held(Path(id): Path<CommentId>, Query(asked): Query<Asked>) -> Response {
    let key: String = url::form_urlencoded::byte_serialize(asked.key.as_bytes()).collect();
    let place = Redirect::to(&format!("/comments/{id}/manage?key={key}"));
    ([(header::CACHE_CONTROL, "no-store")], place).into_response()
}

/// The page.
pub async fn show_own(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    browser: BrowserToken,
    Path(id): Path<CommentId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let comment = find(&app, &mut db, id, &asked.key).await?;
    let said = match asked.told.as_str() {
        "changed" => Some("own-changed"),
        "mailed" => Some("own-mailed"),
        _ => None,
    };
    let mut page = OwnPage::new(&app, layout, comment);
    page.notice = said.map(|key| Notice::Done(page.layout.words.say(key)));
    page.is_new = asked.told == "new";
    page.may_prove = may_prove(&mut db, &page, &browser).await?;
    Ok(Page(page).private())
}

/// Seconds after which what is sent again is no second press of one button any more.
const IMPATIENT: i64 = 60;

/// The page of what was sent a second time: it is there once. None where the first was sent too long ago for that.
pub(super) async fn page_of_the_same(
    app: &App,
    layout: &Layout,
    id: CommentId,
) -> Result<Option<Response>> {
    let mut db = app.pool.acquire().await?;
    let comment = store::find_own(&mut db, id, app.clock.now()).await?;
    let since = app.clock.now().plus_seconds(-IMPATIENT);
    let Some(comment) = comment.filter(|comment| comment.created_at >= since) else {
        return Ok(None);
    };
    let mut page = OwnPage::new(app, layout.clone(), comment);
    page.is_new = true;
    page.notice = Some(Notice::Done(page.layout.words.say("own-already")));
    Ok(Some(Page(page).with_status(StatusCode::CONFLICT)))
}

async fn find(
    app: &App,
    db: &mut sqlx::PgConnection,
    id: CommentId,
    key: &str,
) -> Result<OwnComment> {
    if !app.keys.is_signed(PURPOSE, id.to_string().as_bytes(), key) {
        return Err(Error::NotFound);
    }
    let comment = store::find_own(db, id, app.clock.now()).await?;
    comment.ok_or(Error::NotFound)
}

/// Whether there is an address to prove that this browser has not proved, and mail to prove it with.
async fn may_prove(
    db: &mut sqlx::PgConnection,
    page: &OwnPage,
    browser: &BrowserToken,
) -> Result<bool> {
    let (Some(id), true, true) = (
        page.comment.commenter_id,
        page.layout.mails,
        page.comment.is_taken(),
    ) else {
        return Ok(false);
    };
    Ok(!commenters::store::is_verified(db, browser.0.as_deref(), id).await?)
}

/// Changes the comment, shows it as it would be, takes it back, or mails the link that proves the address.
pub async fn act(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    from: Sender,
    Path(id): Path<CommentId>,
    Query(asked): Query<Asked>,
    fields: Fields,
) -> Response {
    let done = match fields.get("act") {
        "delete" => in_time(take_back(&app, id, &asked.key)).await,
        "prove" => in_time(mail_proof(&app, &from, id, &asked.key)).await,
        _ => in_time(change(&app, &from, id, &asked.key, &fields)).await,
    };
    let error = match done {
        Ok(answer) => return answer,
        Err(error) => error,
    };
    let layout = Layout::at_any_rate(&app).await;
    let words = layout.words;
    let typed = fields.get("comment").to_owned();
    match error {
        Error::Unavailable => sent::give_back(layout, words.say("own-unavailable"), typed)
            .try_again(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER),
        Error::Internal(cause) => {
            tracing::error!("a comment was not changed: {cause:#}");
            let notice = words.with("own-broke", "reference", &reference.0);
            sent::give_back(layout, notice, typed).with_status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        // The key is void by now: the words are theirs all the same.
        Error::NotFound if !typed.is_empty() => {
            sent::give_back(layout, words.say("own-gone"), typed).with_status(StatusCode::NOT_FOUND)
        }
        other => other.into_response(),
    }
}

async fn change(
    app: &App,
    from: &Sender,
    id: CommentId,
    key: &str,
    fields: &Fields,
) -> Result<Response> {
    let layout = Layout::new(app, app.publication().await?);
    let now = app.clock.now();
    let settings = layout.publication.discussion.clone();
    let mut db = app.pool.begin().await?;
    let comment = find(app, &mut db, id, key).await?;
    let mut page = OwnPage::new(app, layout, comment);
    page.typed = fields.get("comment").to_owned();
    let words = page.layout.words;
    if let Err(seconds) = app.limits.reply_from(from.address) {
        return Ok(page.too_fast(seconds));
    }
    if page.editable_until.is_none() {
        page.notice = Some(Notice::Refused(words.say("own-too-late")));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let (body, body_html) =
        read_words(words, Format::Markdown, &mut page.typed, &mut page.mistakes);
    if !page.mistakes.is_empty() {
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    if fields.get("act") == "preview" {
        page.preview = Some(body_html);
        return Ok(Page(page).private());
    }
    let is_proved = match page.comment.commenter_id {
        Some(id) => commenters::store::is_verified(&mut db, from.browser.0.as_deref(), id).await?,
        None => false,
    };
    let author = Author {
        name: &page.comment.name,
        website: page.comment.website.as_deref(),
        commenter_id: page.comment.commenter_id,
        email: None,
        is_proved,
        from: from.address,
        is_staff: page.comment.account_id.is_some() && from.viewer.is_some(),
        trap_filled: false,
    };
    let mut verdict =
        judge::judge(&mut db, &app.keys, &settings, &author, &body, &body_html).await?;
    // What a moderator holds, its author does not let go.
    if page.comment.status == Status::Held && store::was_decided(&mut db, id).await? {
        verdict.hold();
    }
    let version = fields.get("version").parse().unwrap_or(-1);
    let written_after = now.plus_seconds(-settings.editable_for());
    let changed = store::change(
        &mut db,
        id,
        version,
        &body,
        &body_html,
        &verdict,
        written_after,
        now,
    )
    .await?;
    if !changed {
        page.notice = Some(Notice::Refused(words.say("own-overtaken")));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    db.commit().await?;
    tracing::info!(comment = %id, status = verdict.status.word(), "its author changed a comment");
    Ok(go_to(&format!("{}&told=changed", address(&app.keys, id))).into_response())
}

async fn take_back(app: &App, id: CommentId, key: &str) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    let comment = find(app, &mut db, id, key).await?;
    store::erase(&mut db, &[id], app.clock.now()).await?;
    if let Some(commenter_id) = comment.commenter_id {
        commenters::store::delete_if_unused(&mut db, commenter_id).await?;
    }
    db.commit().await?;
    tracing::info!(comment = %id, "its author took a comment back");
    Ok(go_to(&address(&app.keys, id)).into_response())
}

async fn mail_proof(app: &App, from: &Sender, id: CommentId, key: &str) -> Result<Response> {
    let layout = Layout::new(app, app.publication().await?);
    let mut db = app.pool.begin().await?;
    let comment = find(app, &mut db, id, key).await?;
    if let Err(seconds) = app.limits.reply_from(from.address) {
        return Ok(OwnPage::new(app, layout, comment).too_fast(seconds));
    }
    // Nobody is written to at the wish of what was refused.
    let commenter_id = comment.commenter_id.filter(|_| comment.is_taken());
    let commenter_id = commenter_id.ok_or(Error::NotFound)?;
    letters::mail_proof(app, &mut db, &layout, commenter_id).await?;
    db.commit().await?;
    Ok(go_to(&format!("{}&told=mailed", address(&app.keys, id))).into_response())
}

impl OwnPage {
    fn new(app: &App, layout: Layout, comment: OwnComment) -> Self {
        let until = layout
            .publication
            .discussion
            .editable_until(comment.created_at);
        Self {
            action: address(&app.keys, comment.id),
            notice: None,
            preview: None,
            typed: comment.body.clone(),
            mistakes: Mistakes::none(),
            editable_until: Some(until).filter(|until| comment.is_taken() && *until > layout.now),
            may_prove: false,
            is_new: false,
            comment,
            layout,
        }
    }

    /// The page for who is to try again after so many seconds.
    fn too_fast(mut self, seconds: u64) -> Response {
        let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
        let notice = self.layout.words.count("own-too-fast", wait);
        self.notice = Some(Notice::Refused(notice));
        Page(self).try_again(StatusCode::TOO_MANY_REQUESTS, seconds)
    }

    /// Words that cannot be sent from this page any more, to be taken along.
    fn given_back(&self) -> bool {
        matches!(self.notice, Some(Notice::Refused(_))) && !self.typed.is_empty()
    }

    /// What became of it: a heading and a sentence.
    fn state(&self) -> (&'static str, String) {
        let words = self.layout.words;
        match (self.comment.erased_at, self.comment.status) {
            (Some(_), _) => match self.comment.kept_days {
                Some(days) => ("own-purged", words.count("own-purged-explained", days)),
                None => ("own-erased", words.say("own-erased-explained")),
            },
            (None, Status::Held) => ("own-held", words.say("own-held-explained")),
            (None, Status::Approved) => ("own-approved", words.say("own-approved-explained")),
            (None, Status::Spam) => ("own-spam", words.say("own-spam-explained")),
            (None, Status::Trashed) => ("own-trashed", words.say("own-trashed-explained")),
        }
    }

    fn is_approved(&self) -> bool {
        self.comment.status == Status::Approved
    }

    /// Why it waits, in sentences.
    fn reasons(&self) -> Vec<String> {
        if self.comment.status != Status::Held {
            return Vec::new();
        }
        let read = self
            .comment
            .reasons
            .iter()
            .filter_map(|reason| Reason::read(reason));
        read.filter_map(|reason| reason.for_author(self.layout.words))
            .collect()
    }
}
