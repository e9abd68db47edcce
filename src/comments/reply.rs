//! Leaving a reply. Whatever goes wrong, what was typed comes back.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::{PgConnection, Postgres, Transaction};

use super::judge::{self, Author};
use super::model::{Comment, Discussion, NewComment, Status, Under};
use super::reply_form::ReplyForm;
use super::{letters, own, store};
use crate::accounts::Viewer;
use crate::app::App;
use crate::cache::{Keep, NoInvalidation, Tag};
use crate::commenters::{self, BrowserToken, Email};
use crate::crypto::Keys;
use crate::db::BEGIN_BY_KEYS;
use crate::ids::{ArticleId, CommentId};
use crate::limits::network;
use crate::publication::Publication;
use crate::text::Website;
use crate::web::error::{RETRY_AFTER, in_time};
use crate::web::requests::Reference;
use crate::web::{ClientAddress, Db, Error, Fields, Layout, Page, Path, Query, Result, go_to};

/// Who sends a form: from where, with which browser, and whether they are of the staff.
pub struct Sender {
    pub(super) address: IpAddr,
    pub(super) browser: BrowserToken,
    pub(super) viewer: Option<Viewer>,
}

impl FromRequestParts<App> for Sender {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        Ok(Self {
            address: ClientAddress::from_request_parts(parts, app).await?.0,
            browser: BrowserToken::from_request_parts(parts, app).await?,
            // Who is not signed in is a reader, and so is everyone while the database cannot say.
            viewer: Viewer::from_request_parts(parts, app).await.ok(),
        })
    }
}

/// The form on a page of its own: to answer someone, or to mend mistakes.
#[derive(Template)]
#[template(path = "comments/reply.html")]
struct ReplyPage {
    layout: Layout,
    discussion: Option<Discussion>,
    answered: Option<Comment>,
    form: ReplyForm,
    /// Why the reply was not kept, when no field is to blame.
    notice: Option<String>,
    /// Sending it again may help.
    may_send: bool,
}

/// Which comment is answered.
#[derive(Deserialize)]
pub struct Asked {
    to: Option<CommentId>,
}

/// The form on its own page, with the words being answered above it.
pub async fn show_reply(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<ArticleId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let discussion =
        store::find_discussion(&mut db, &layout.publication.discussion, id, app.clock.now())
            .await?
            .ok_or(Error::NotFound)?;
    let answered = match asked.to {
        Some(to) => Some(
            store::find_approved(&mut db, id, to)
                .await?
                .ok_or(Error::NotFound)?,
        ),
        None => None,
    };
    let mut form = ReplyForm::blank(&layout, id);
    form.to = asked.to.map(|id| id.to_string()).unwrap_or_default();
    let notice = (!discussion.replies_open).then(|| layout.words.say("replies-closed"));
    let may_send = discussion.replies_open;
    let kept = Keep::showing([Tag::Article(id)])
        .by("to")
        .until(discussion.closes_at);
    let page = ReplyPage {
        discussion: Some(discussion),
        answered,
        notice,
        may_send,
        ..ReplyPage::new(layout, form)
    };
    // The same for everyone, but one such page stands behind every comment: not for search engines.
    Ok((kept, [("x-robots-tag", "noindex")], Page(page)).into_response())
}

/// Takes a reply. 303 to the comment or to its held page; otherwise the form again, with the reason and the words.
pub async fn post_reply(
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Extension(reference): Extension<Reference>,
    from: Sender,
    fields: Fields,
) -> Response {
    take_when_it_is_there(&app, Under::Article(id), &reference, &from, &fields).await
}

/// Takes a reply from a page that a cache kept from before the move: WordPress's own form, with its numbers.
pub async fn post_wordpress_reply(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    from: Sender,
    fields: Fields,
) -> Response {
    let number = fields.get("comment_post_ID").trim().parse();
    let under = Under::Number(number.unwrap_or_default());
    take_when_it_is_there(&app, under, &reference, &from, &fields).await
}

/// What taking a reply needs in memory is twenty kilobytes, and nobody has them who only begins to send one.
fn take_when_it_is_there<'a>(
    app: &'a App,
    under: Under,
    reference: &'a Reference,
    from: &'a Sender,
    fields: &'a Fields,
) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>> {
    Box::pin(take_or_give_back(app, under, reference, from, fields))
}

async fn take_or_give_back(
    app: &App,
    under: Under,
    reference: &Reference,
    from: &Sender,
    fields: &Fields,
) -> Response {
    if let Err(seconds) = app.limits.reply_from(from.address) {
        let layout = Layout::at_any_rate(app).await;
        let form = ReplyForm::read(&layout, under, fields);
        let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
        let notice = layout.words.count("reply-too-fast", wait);
        return ReplyPage::unsaved(layout, form, notice)
            .try_again(StatusCode::TOO_MANY_REQUESTS, seconds);
    }
    let (layout, begun) = match in_time(begin(app, under)).await {
        Ok((begun, publication)) => (Layout::new(app, publication), Ok(begun)),
        Err(error) => (Layout::new(app, app.last_publication()), Err(error)),
    };
    let form = ReplyForm::read(&layout, under, fields);
    let given_back = form.copy();
    let is_preview = fields.is_ticked("preview");
    let taken = match begun {
        Ok(begun) => in_time(take(app, begun, layout.clone(), form, from, is_preview)).await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(answer) => answer,
        Err(Error::Unavailable) => {
            let notice = layout.words.say("reply-unavailable");
            ReplyPage::unsaved(layout, given_back, notice)
                .try_again(StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER)
        }
        Err(Error::Internal(cause)) => {
            tracing::error!("a reply was not kept: {cause:#}");
            let notice = layout
                .words
                .with("reply-not-saved", "reference", &reference.0);
            ReplyPage::unsaved(layout, given_back, notice)
                .with_status(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Err(other) => other.into_response(),
    }
}

/// The transaction in which a reply is kept, and the discussion as it is then, if the article can be read.
struct Begun {
    db: Transaction<'static, Postgres>,
    discussion: Option<Discussion>,
}

/// Begins, and tells the publication as it is then. One connection is enough for all, since many reply at a time.
async fn begin(app: &App, under: Under) -> Result<(Begun, Arc<Publication>)> {
    let mut db = app.pool.begin_with(BEGIN_BY_KEYS).await?;
    let now = app.clock.now();
    let id = match under {
        Under::Article(id) => Some(id),
        Under::Number(number) => store::find_article_by_number(&mut db, number).await?,
    };
    let (edition, subject) = store::find_subject(&mut db, id, now).await?;
    let publication = app.latest_publication(&mut db, edition).await?;
    let discussion = subject.map(|subject| subject.discussion(&publication.discussion, now));
    Ok((Begun { db, discussion }, publication))
}

async fn take(
    app: &App,
    begun: Begun,
    layout: Layout,
    mut form: ReplyForm,
    from: &Sender,
    is_preview: bool,
) -> Result<Response> {
    let words = layout.words;
    if layout.publication.key_id != app.keys.id() {
        // Sealed with the key we have, it would not be found by the servers that have the new one.
        return Err(Error::Unavailable);
    }
    let Begun { mut db, discussion } = begun;
    let Some(discussion) = discussion else {
        let page = ReplyPage {
            notice: Some(words.say("reply-article-gone")),
            may_send: false,
            ..ReplyPage::new(layout, form)
        };
        return Ok(Page(page).with_status(StatusCode::NOT_FOUND));
    };
    if let Under::Number(_) = form.under {
        stand_under(&mut db, &mut form, discussion.article_id).await?;
    }
    if !discussion.replies_open {
        let page = ReplyPage {
            discussion: Some(discussion),
            notice: Some(words.say("replies-closed-kept")),
            may_send: false,
            ..ReplyPage::new(layout, form)
        };
        return Ok(Page(page).with_status(StatusCode::FORBIDDEN));
    }
    let answered = match form.to.parse() {
        Ok(to) => store::find_approved(&mut db, discussion.article_id, to).await?,
        Err(_) => None,
    };
    let answered_is_gone = !form.to.is_empty() && answered.is_none();
    let viewer = from.viewer.as_ref();
    let Some(comment) = form
        .parse(answered.as_ref().map(|c| c.id), viewer, from.address)
        .filter(|_| !answered_is_gone)
    else {
        let notice = answered_is_gone.then(|| words.say("reply-answered-gone"));
        if answered_is_gone {
            form.to.clear();
        }
        let page = ReplyPage {
            discussion: Some(discussion),
            answered,
            notice,
            ..ReplyPage::new(layout, form)
        };
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    if is_preview {
        form.preview = Some(comment.body_html);
        let page = ReplyPage {
            discussion: Some(discussion),
            answered,
            ..ReplyPage::new(layout, form)
        };
        return Ok(Page(page).private());
    }
    match keep(app, &mut db, &layout, &discussion, &form, &comment, from).await? {
        Kept::New(id, status) => {
            db.commit().await?;
            // No page that is kept shows what is not approved, and no trigger tells of it.
            let unseen = (status != Status::Approved).then_some(Extension(NoInvalidation));
            Ok((unseen, go_to(&own::address_after_posting(&app.keys, id))).into_response())
        }
        Kept::Already(id) => {
            db.rollback().await?;
            // A browser that was impatient gets what it would have got. Later it may be somebody else in the same
            // network, who is not to be handed another's comment for guessing their address.
            if let Some(page) = own::page_of_the_same(app, &layout, id).await? {
                return Ok(page);
            }
            let page = ReplyPage {
                discussion: Some(discussion),
                answered,
                notice: Some(words.say("reply-said-already")),
                ..ReplyPage::new(layout, form)
            };
            Ok(Page(page).with_status(StatusCode::CONFLICT))
        }
        Kept::Not { seconds } => {
            db.rollback().await?;
            let page = ReplyPage {
                discussion: Some(discussion),
                answered,
                notice: Some(words.count("reply-too-soon", seconds)),
                ..ReplyPage::new(layout, form)
            };
            let seconds = u64::try_from(seconds).unwrap_or(1);
            Ok(Page(page).try_again(StatusCode::TOO_MANY_REQUESTS, seconds))
        }
    }
}

/// What became of a reply that is right.
enum Kept {
    /// It is there now.
    New(CommentId, Status),
    /// It was there already.
    Already(CommentId),
    /// Another came from there a moment ago: so many seconds are to be waited.
    Not { seconds: i64 },
}

/// Keeps a reply, with what its author asked for, as part of the caller's transaction.
async fn keep(
    app: &App,
    db: &mut PgConnection,
    layout: &Layout,
    discussion: &Discussion,
    form: &ReplyForm,
    comment: &NewComment,
    from: &Sender,
) -> Result<Kept> {
    let now = app.clock.now();
    let settings = &layout.publication.discussion;
    let article_id = discussion.article_id;
    let commenter = match &comment.email {
        Some(email) => Some(commenters::store::find_or_insert(db, &app.keys, email, now).await?),
        None => None,
    };
    let commenter_id = commenter.as_ref().map(|commenter| commenter.id);
    // Who is new has said nothing, and proved nothing.
    let is_new = commenter.is_some_and(|commenter| commenter.is_new);
    if !is_new {
        let said = store::find_said(db, &app.keys, article_id, commenter_id, comment, now).await?;
        if let Some(id) = said {
            return Ok(Kept::Already(id));
        }
    }
    let is_proved = match commenter_id.filter(|_| !is_new) {
        Some(id) => commenters::store::is_verified(db, from.browser.0.as_deref(), id).await?,
        None => false,
    };
    if from.viewer.is_none() {
        let mut places = vec![network_of(&app.keys, comment)];
        // Anyone can type an address, and would so keep its owner waiting; who has proved it waits for nobody else.
        if let Some(email) = comment.email.as_ref().filter(|_| !is_proved) {
            places.push(address_of(&app.keys, email));
        }
        let noted = store::note_or_wait(db, &places, settings.flood_seconds, now).await?;
        if let Err(seconds) = noted {
            // The first of two presses may have been kept while the second waited for it.
            let said =
                store::find_said(db, &app.keys, article_id, commenter_id, comment, now).await?;
            return Ok(said.map_or(Kept::Not { seconds }, Kept::Already));
        }
    }
    let author = Author {
        name: &comment.name,
        website: comment.website.as_ref().map(Website::as_str),
        commenter_id,
        email: comment.email.as_ref(),
        is_proved,
        from: from.address,
        is_staff: from.viewer.is_some(),
        trap_filled: !form.trap.is_empty(),
    };
    let (body, body_html) = (&comment.body, &comment.body_html);
    let verdict = judge::judge(db, &app.keys, settings, &author, body, body_html).await?;
    let inserted = store::insert(
        db,
        &app.keys,
        article_id,
        commenter_id,
        comment,
        &verdict,
        settings.network_until(now),
        now,
    )
    .await?;
    let Some(id) = inserted else {
        // The same arrived over two connections at one moment.
        let said = store::find_said(db, &app.keys, article_id, commenter_id, comment, now).await?;
        return said.map(Kept::Already).ok_or(Error::Unavailable);
    };
    // Nobody is written to at the wish of what was refused: robots type the addresses of others.
    let is_taken = matches!(verdict.status, Status::Approved | Status::Held);
    if let (Some(commenter_id), Some(scope), true) = (commenter_id, form.scope(), is_taken) {
        commenters::store::subscribe(db, commenter_id, article_id, scope, is_proved, now).await?;
        if !is_proved {
            letters::mail_proof(app, db, layout, commenter_id).await?;
        }
    }
    tracing::info!(comment = %id, status = verdict.status.word(), "a reply was kept");
    Ok(Kept::New(id, verdict.status))
}

/// A network, as one reply at a time may come from it.
fn network_of(keys: &Keys, comment: &NewComment) -> Vec<u8> {
    let network = network(comment.from).to_string();
    keys.find_by("lately from a network", network.as_bytes())
        .to_vec()
}

/// An address, as one reply at a time may come with it.
fn address_of(keys: &Keys, email: &Email) -> Vec<u8> {
    keys.find_by("lately from an address", &email.hash(keys))
        .to_vec()
}

/// Lets a form with WordPress's numbers have ours from here on.
async fn stand_under(
    db: &mut PgConnection,
    form: &mut ReplyForm,
    id: ArticleId,
) -> sqlx::Result<()> {
    form.under = Under::Article(id);
    if let Ok(answered) = form.to.parse() {
        let answered = store::find_by_number(db, id, answered).await?;
        // What is not there stays as it is, and is said to be gone.
        form.to = answered.map_or(form.to.clone(), |answered| answered.to_string());
    }
    Ok(())
}

impl ReplyPage {
    /// The form, and nothing more to say yet.
    fn new(layout: Layout, form: ReplyForm) -> Self {
        Self {
            layout,
            discussion: None,
            answered: None,
            form,
            notice: None,
            may_send: true,
        }
    }

    /// The form with everything typed, and why it was not kept.
    fn unsaved(layout: Layout, form: ReplyForm, notice: String) -> Page<Self> {
        Page(Self {
            notice: Some(notice),
            ..Self::new(layout, form)
        })
    }
}
