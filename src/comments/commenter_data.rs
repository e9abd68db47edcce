//! Download of everything that is stored about a commenter, as JSON.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::commenter_page::{CommenterPageQuery, find_commenter};
use super::store::author::{self, AuthorComment};
use super::store::versions::{self, CommentVersion};
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::{self, FixedPolicy, Subscription, SubscriptionScope};
use crate::ids::{CommentId, CommenterId};
use crate::web::{Db, Layout, Path, Query, Result};

/// Number of comments loaded per query.
const COMMENT_BATCH: i64 = 500;

/// Sends everything that is stored about a commenter as a JSON file.
pub async fn download_data(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<CommenterId>,
    Query(query): Query<CommenterPageQuery>,
) -> Result<Response> {
    let commenter = find_commenter(&app, &mut db, id, &query.key).await?;
    let now = app.clock.now();
    let comments = load_comments(&mut db, &layout, id, now).await?;
    let subscriptions: Vec<_> = commenters::store::subscriptions::list(&mut db, id, now)
        .await?
        .iter()
        .map(|subscription| subscription_json(&layout, subscription))
        .collect();
    let policy = commenters::store::policies::find(&mut db, id).await?;
    let notes: Vec<_> = commenters::store::notes::list(&mut db, id)
        .await?
        .iter()
        .map(|note| json!({"note": note.note, "written_at": note.written_at.rfc3339()}))
        .collect();
    let data = json!({
        "publication": layout.publication.title,
        "made_at": now.rfc3339(),
        // The link may have been passed on: its holder need not be the owner of the email, who knows it anyway.
        "email": "kept sealed, and not shown here either",
        "proved_at": commenter.verified_at.map(Ts::rfc3339),
        "mail_came_back_at": commenter.suppressed_at.map(Ts::rfc3339),
        "browsers": commenters::store::browsers::count(&mut db, id).await?,
        "policy": policy.map(|policy| policy.fixed.map_or("default", FixedPolicy::as_str)),
        "notes": notes,
        "comments": comments,
        "subscriptions": subscriptions,
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"my-comments.json\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let text = serde_json::to_string_pretty(&data).map_err(anyhow::Error::new)?;
    Ok((headers, text).into_response())
}

async fn load_comments(
    db: &mut PgConnection,
    layout: &Layout,
    id: CommenterId,
    now: Ts,
) -> Result<Vec<Value>> {
    let mut comments = Vec::new();
    let mut before = None;
    loop {
        // In batches: a commenter may have written tens of thousands of comments.
        let batch = author::list(db, id, before, COMMENT_BATCH, now).await?;
        before = batch.last().map(|last| last.id);
        if before.is_none() {
            return Ok(comments);
        }
        let ids: Vec<CommentId> = batch.iter().map(|comment| comment.id).collect();
        let versions = versions::list_all(db, &ids).await?;
        let batch = batch.iter();
        comments.extend(batch.map(|comment| comment_json(layout, comment, &versions)));
    }
}

fn comment_json(layout: &Layout, comment: &AuthorComment, versions: &[CommentVersion]) -> Value {
    let replaced: Vec<_> = versions
        .iter()
        .filter(|version| version.comment_id == comment.id)
        .map(version_json)
        .collect();
    json!({
        "id": comment.id.0,
        "article": comment.title,
        "address": comment.path.as_ref().map(|path| layout.absolute_url(path)),
        "name": comment.name,
        "website": comment.website,
        "text": comment.body,
        "state": comment.status.as_str(),
        "written_at": comment.created_at.rfc3339(),
        "edited_at": comment.edited_at.map(Ts::rfc3339),
        "before_the_staff_changed_it": replaced,
    })
}

/// Returns an earlier version of a comment for an export of everything stored about its author.
pub fn version_json(version: &CommentVersion) -> Value {
    json!({
        "changed_at": version.replaced_at.rfc3339(),
        "name": version.name,
        "website": version.website,
        "text": version.body,
    })
}

fn subscription_json(layout: &Layout, subscription: &Subscription) -> Value {
    json!({
        "article": subscription.title,
        "address": subscription.path.as_ref().map(|path| layout.absolute_url(path)),
        "told_of": match subscription.scope {
            SubscriptionScope::RepliesToMe => "answers",
            SubscriptionScope::AllReplies => "everything",
        },
        "active": subscription.is_active,
    })
}
