//! Leaving a reply. Whatever goes wrong, what was typed comes back.

use std::net::IpAddr;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::held::held_address;
use super::model::{Comment, Discussion, Status, Under};
use super::permalink;
use super::reply_form::ReplyForm;
use super::screening::{self, Evidence, Rules};
use super::store;
use crate::app::App;
use crate::commenters;
use crate::ids::{ArticleId, CommentId};
use crate::web::error::{RETRY_AFTER, in_time};
use crate::web::requests::Reference;
use crate::web::{ClientAddress, Db, Error, Fields, Layout, Page, Path, Query, Result, go_to};

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
    let mut form = ReplyForm::blank(layout.words, id);
    form.to = asked.to.map(|id| id.to_string()).unwrap_or_default();
    let notice = (!discussion.replies_open).then(|| layout.words.say("replies-closed"));
    let may_send = discussion.replies_open;
    let page = ReplyPage {
        discussion: Some(discussion),
        answered,
        notice,
        may_send,
        ..ReplyPage::new(layout, form)
    };
    // The same for everyone, but one such page stands behind every comment: not for search engines.
    Ok(([("x-robots-tag", "noindex")], Page(page)).into_response())
}

/// Takes a reply. 303 to the comment or to its held page; otherwise the form again, with the reason and the words.
pub async fn post_reply(
    State(app): State<App>,
    Path(id): Path<ArticleId>,
    Extension(reference): Extension<Reference>,
    from: ClientAddress,
    fields: Fields,
) -> Response {
    take_or_give_back(&app, Under::Article(id), &reference, from, &fields).await
}

/// Takes a reply from a page that a cache kept from before the move: WordPress's own form, with its numbers.
pub async fn post_wordpress_reply(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    from: ClientAddress,
    fields: Fields,
) -> Response {
    let number = fields.get("comment_post_ID").trim().parse();
    let under = Under::Number(number.unwrap_or_default());
    take_or_give_back(&app, under, &reference, from, &fields).await
}

async fn take_or_give_back(
    app: &App,
    under: Under,
    reference: &Reference,
    from: ClientAddress,
    fields: &Fields,
) -> Response {
    let layout = Layout::at_any_rate(app).await;
    let form = ReplyForm::read(layout.words, under, fields);
    if let Err(seconds) = app.limits.reply_from(from.0) {
        let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
        let notice = layout.words.count("reply-too-fast", wait);
        return ReplyPage::unsaved(layout, form, notice)
            .try_again(StatusCode::TOO_MANY_REQUESTS, seconds);
    }
    let given_back = form.copy();
    match in_time(take(app, layout.clone(), form, from.0)).await {
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

async fn take(app: &App, layout: Layout, mut form: ReplyForm, from: IpAddr) -> Result<Response> {
    let words = layout.words;
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let discussion = match place(&mut db, &mut form).await? {
        Some(id) => {
            store::find_discussion(&mut db, &layout.publication.discussion, id, now).await?
        }
        None => None,
    };
    let Some(discussion) = discussion else {
        let page = ReplyPage {
            notice: Some(words.say("reply-article-gone")),
            may_send: false,
            ..ReplyPage::new(layout, form)
        };
        return Ok(Page(page).with_status(StatusCode::NOT_FOUND));
    };
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
    let Some(comment) = form
        .parse(answered.as_ref().map(|c| c.id), from)
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
    let evidence = Evidence {
        trap_filled: !form.trap.is_empty(),
        ..Evidence::default()
    };
    let rules = Rules {
        hold_everything: layout.publication.discussion.hold_everything,
        ..Rules::default()
    };
    let verdict = screening::first_verdict(&evidence, &rules);
    let commenter =
        commenters::store::find_or_insert(&mut db, &app.keys, &comment.email, now).await?;
    let (comment_id, status) = store::insert(
        &mut db,
        &app.keys,
        discussion.article_id,
        commenter,
        &comment,
        &verdict,
        now,
    )
    .await?;
    db.commit().await?;
    tracing::info!(comment = %comment_id, status = status.word(), "a reply was kept");
    let place = match status {
        Status::Approved => Redirect::to(&permalink::address(comment_id)),
        _ => go_to(&held_address(app, comment_id)),
    };
    Ok(place.into_response())
}

/// The article a form stands under. One with WordPress's numbers has ours from here on.
async fn place(db: &mut PgConnection, form: &mut ReplyForm) -> Result<Option<ArticleId>> {
    let number = match form.under {
        Under::Article(id) => return Ok(Some(id)),
        Under::Number(number) => number,
    };
    let Some(id) = store::find_article_by_number(db, number).await? else {
        return Ok(None);
    };
    form.under = Under::Article(id);
    if let Ok(answered) = form.to.parse() {
        let answered = store::find_by_number(db, id, answered).await?;
        // What is not there stays as it is, and is said to be gone.
        form.to = answered.map_or(form.to.clone(), |answered| answered.to_string());
    }
    Ok(Some(id))
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
