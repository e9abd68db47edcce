//! Processing of a submitted reply form, from the first query to the outcome. It does not render pages.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sqlx::{PgConnection, Postgres, Transaction};

use super::model::{Comment, Discussion, ReplyTarget, Status};
use super::reply_form::ReplyForm;
use super::save::{SaveOutcome, ValidReply, save_reply};
use super::store::author::{self, AuthorComment};
use super::store::{approved, discussions};
use crate::accounts::Viewer;
use crate::app::App;
use crate::commenters::BrowserToken;
use crate::db::BEGIN_WITH_GENERIC_PLANS;
use crate::ids::{ArticleId, CommentId};
use crate::publication::Publication;
use crate::text::SafeHtml;
use crate::web::{ClientIp, Error, Layout, Result};

/// Sender of a reply form.
pub struct Submitter {
    pub(super) ip: IpAddr,
    pub(super) browser: BrowserToken,
    /// Account of the sender, if it is a signed-in member of staff.
    pub(super) viewer: Option<Viewer>,
}

impl FromRequestParts<App> for Submitter {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        Ok(Self {
            ip: ClientIp::from_request_parts(parts, app).await?.0,
            browser: BrowserToken::from_request_parts(parts, app).await?,
            // Errors are swallowed: while the database is away, everyone is a reader, and the form comes back filled in.
            viewer: Viewer::from_request_parts(parts, app).await.ok(),
        })
    }
}

/// A submitted reply whose database transaction is open.
pub(super) struct OpenSubmission {
    db: Transaction<'static, Postgres>,
    /// `None` if the article is not published.
    discussion: Option<Discussion>,
}

/// Discussion and parent comment of a submitted reply.
pub(super) struct ReplyContext {
    pub discussion: Discussion,
    pub parent: Option<Comment>,
}

pub(super) enum SubmitOutcome {
    Created {
        id: CommentId,
        status: Status,
    },
    /// The same comment is saved already. `recent` contains the saved comment if that happened less than a minute ago.
    Duplicate {
        context: ReplyContext,
        recent: Option<Box<AuthorComment>>,
    },
    /// The same comment is public already.
    PublicDuplicate {
        id: CommentId,
    },
    Preview {
        context: ReplyContext,
        body_html: SafeHtml,
    },
    /// The form has errors, or the parent comment is not public.
    Invalid {
        context: ReplyContext,
        is_parent_gone: bool,
    },
    Closed {
        discussion: Discussion,
    },
    /// The article is not published.
    Gone,
    TooSoon {
        context: ReplyContext,
        seconds: i64,
    },
}

/// Begins a transaction and loads the discussion together with the settings that apply at the same moment. A single
/// connection does all this, because many readers may reply at the same time.
pub(super) async fn open_submission(
    app: &App,
    target: ReplyTarget,
) -> Result<(OpenSubmission, Arc<Publication>)> {
    let mut db = app.pool.begin_with(BEGIN_WITH_GENERIC_PLANS).await?;
    let now = app.clock.now();
    let id = match target {
        ReplyTarget::Article(id) => Some(id),
        ReplyTarget::WordPressId(id) => discussions::find_id_by_wordpress_id(&mut db, id).await?,
    };
    let (edition, article) = discussions::find_published(&mut db, id, now).await?;
    let publication = app.load_publication_version(&mut db, edition).await?;
    let discussion = article.map(|article| article.into_discussion(&publication.discussion, now));
    Ok((OpenSubmission { db, discussion }, publication))
}

/// Validates the form and saves the comment. Saves nothing if the form has errors or only a preview was asked for.
pub(super) async fn submit(
    app: &App,
    submission: OpenSubmission,
    layout: &Layout,
    form: &mut ReplyForm,
    submitter: &Submitter,
    is_preview: bool,
) -> Result<SubmitOutcome> {
    if layout.publication.key_id != app.keys.active_id() {
        // The key was rotated: servers that have the new one would not find what this one seals.
        return Err(Error::Unavailable);
    }
    let OpenSubmission { mut db, discussion } = submission;
    let Some(discussion) = discussion else {
        return Ok(SubmitOutcome::Gone);
    };
    // From here on the form has our ids: also the one that comes back with errors.
    if let ReplyTarget::WordPressId(_) = form.target {
        resolve_wordpress_ids(&mut db, form, discussion.article_id).await?;
    }
    if !discussion.replies_open {
        return Ok(SubmitOutcome::Closed { discussion });
    }
    let parent = match form.parent.parse() {
        Ok(id) => approved::find(&mut db, discussion.article_id, id).await?,
        Err(_) => None,
    };
    let is_parent_gone = !form.parent.is_empty() && parent.is_none();
    let context = ReplyContext { discussion, parent };
    let parent_id = context.parent.as_ref().map(|parent| parent.id);
    // Parsed even if the parent is gone, so that the page shows every error at once.
    let parsed = form.parse(parent_id, submitter.viewer.as_ref(), submitter.ip);
    if is_parent_gone {
        // The form that comes back posts a top-level comment.
        form.parent.clear();
    }
    let Some(comment) = parsed.filter(|_| !is_parent_gone) else {
        return Ok(SubmitOutcome::Invalid {
            context,
            is_parent_gone,
        });
    };
    if is_preview {
        let body_html = comment.body_html;
        return Ok(SubmitOutcome::Preview { context, body_html });
    }
    let reply = ValidReply {
        layout,
        discussion: &context.discussion,
        comment: &comment,
        browser: &submitter.browser,
        honeypot_filled: form.honeypot_filled(),
        scope: form.subscription_scope(),
    };
    Ok(match save_reply(app, db, &reply).await? {
        SaveOutcome::Created { id, status } => SubmitOutcome::Created { id, status },
        SaveOutcome::Duplicate { id } => match find_saved(app, id).await? {
            SavedComment::Public => SubmitOutcome::PublicDuplicate { id },
            SavedComment::Recent(comment) => SubmitOutcome::Duplicate {
                context,
                recent: Some(comment),
            },
            SavedComment::Other => SubmitOutcome::Duplicate {
                context,
                recent: None,
            },
        },
        SaveOutcome::RateLimited { seconds } => SubmitOutcome::TooSoon { context, seconds },
    })
}

/// Replaces the WordPress ids in a form by the ids of this site.
async fn resolve_wordpress_ids(
    db: &mut PgConnection,
    form: &mut ReplyForm,
    article_id: ArticleId,
) -> sqlx::Result<()> {
    form.target = ReplyTarget::Article(article_id);
    if let Ok(wordpress_id) = form.parent.parse()
        && let Some(id) = approved::find_by_wordpress_id(db, article_id, wordpress_id).await?
    {
        form.parent = id.to_string();
    }
    Ok(())
}

/// Age in seconds from which a duplicate no longer counts as a double click.
const DOUBLE_CLICK_SECONDS: i64 = 60;

/// Saved comment of which a submission is a duplicate.
enum SavedComment {
    /// Everyone knows its words, so that the sender may be somebody else.
    Public,
    /// Saved less than a minute ago, and known only to its author.
    Recent(Box<AuthorComment>),
    /// Saved so long ago that the sender may be somebody else in the same network who guessed the email.
    Other,
}

async fn find_saved(app: &App, id: CommentId) -> Result<SavedComment> {
    let mut db = app.pool.acquire().await?;
    let now = app.clock.now();
    let since = now.plus_seconds(-DOUBLE_CLICK_SECONDS);
    let comment = author::find(&mut db, id, now).await?;
    Ok(match comment {
        Some(comment) if comment.status == Status::Approved => SavedComment::Public,
        Some(comment) if comment.created_at >= since => SavedComment::Recent(Box::new(comment)),
        _ => SavedComment::Other,
    })
}
