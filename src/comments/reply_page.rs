//! The reply form on its own page, used to reply to a comment, to preview, or to fix errors.

use askama::Template;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::model::{Comment, Discussion};
use super::reply_form::ReplyForm;
use super::store::{approved, discussions};
use crate::cache::{CachePolicy, CacheTag};
use crate::ids::{ArticleId, CommentId};
use crate::web::{Db, Error, Layout, Page, Path, Query, Result};

/// Page with the reply form. If replies are closed, it only shows the text that the reader entered.
#[derive(Template)]
#[template(path = "comments/reply.html")]
pub(super) struct ReplyFormPage {
    pub layout: Layout,
    pub discussion: Option<Discussion>,
    pub parent: Option<Comment>,
    pub form: ReplyForm,
    /// Reason for a rejection that is not the error of a field.
    pub notice: Option<String>,
    /// Whether the form is shown. Otherwise only the text that the reader entered is shown, if there is any.
    pub can_submit: bool,
}

impl ReplyFormPage {
    /// Makes the page with the form only, without a notice or a parent comment.
    pub fn new(layout: Layout, form: ReplyForm) -> Self {
        Self {
            layout,
            discussion: None,
            parent: None,
            form,
            notice: None,
            can_submit: true,
        }
    }
}

#[derive(Deserialize)]
pub struct ReplyQuery {
    to: Option<CommentId>,
}

/// Shows the reply form. If the query names a parent comment, it is shown above the form.
pub async fn show_reply(
    layout: Layout,
    mut db: Db,
    Path(id): Path<ArticleId>,
    Query(query): Query<ReplyQuery>,
) -> Result<Response> {
    let settings = &layout.publication.discussion;
    let discussion = discussions::find(&mut db, settings, id, layout.now)
        .await?
        .ok_or(Error::NotFound)?;
    let parent = match query.to {
        Some(to) => {
            let parent = approved::find(&mut db, id, to).await?;
            Some(parent.ok_or(Error::NotFound)?)
        }
        None => None,
    };
    let mut form = ReplyForm::blank(&layout, id);
    form.parent = query.to.map(|id| id.to_string()).unwrap_or_default();
    // Changes of the article or its comments invalidate the tag; the closing time passes without any.
    let policy = CachePolicy::tagged([CacheTag::Article(id)])
        .vary_by_param("to")
        .expires_at(discussion.closes_at);
    let is_open = discussion.replies_open;
    let page = ReplyFormPage {
        notice: (!is_open).then(|| layout.translator.text("replies-closed")),
        can_submit: is_open,
        discussion: Some(discussion),
        parent,
        ..ReplyFormPage::new(layout, form)
    };
    // Cacheable, but there is one such page for every comment: not for search engines.
    Ok((policy, [("x-robots-tag", "noindex")], Page(page)).into_response())
}

/// Renders the reply page after a failure that left nothing saved and no discussion loaded.
pub(super) fn build_failure_page(
    layout: Layout,
    form: ReplyForm,
    notice: String,
) -> Page<ReplyFormPage> {
    Page(ReplyFormPage {
        notice: Some(notice),
        ..ReplyFormPage::new(layout, form)
    })
}
