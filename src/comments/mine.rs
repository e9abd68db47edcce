//! One page for a person without an account: proving their address, all they wrote, what they are told of, their data to
//! take along, and erasing it. Its address is mailed to them and to nobody else. GET shows, POST acts: who looks through
//! mail for its reader opens links, but presses no buttons.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;

use super::model::Status;
use super::own;
use super::store::{self, OwnComment, Version};
use crate::app::App;
use crate::clock::Ts;
use crate::commenters::browser::new_token;
use crate::commenters::{
    self, BrowserToken, CommenterAccess, FixedPolicy, Subscription, SubscriptionScope,
};
use crate::crypto::Keys;
use crate::ids::{CommentId, CommenterId, SubscriptionId};
use crate::web::{Db, Error, Fields, Layout, Page, Path, Query, Result, go_to};

/// Comments on one page.
const COMMENTS: usize = 50;
/// Comments read at a time for someone's data.
const READ_AT_ONCE: i64 = 500;

#[derive(Template)]
#[template(path = "comments/mine.html")]
struct MinePage {
    layout: Layout,
    person: CommenterAccess,
    key: String,
    is_proved_here: bool,
    browsers: i64,
    comments: Vec<OwnComment>,
    older: Option<CommentId>,
    subscriptions: Vec<Subscription>,
    notice: Option<String>,
    /// What signs the address of each comment's own page.
    keys: Keys,
}

/// The signature in the address, where the list begins, and what the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    key: String,
    before: Option<CommentId>,
    #[serde(default)]
    told: String,
}

#[derive(Template)]
#[template(path = "comments/forgotten.html")]
struct ForgottenPage {
    layout: Layout,
    /// How many comments were erased; none where only browsers were forgotten.
    erased: Option<i64>,
    /// The address stays, with its block.
    is_blocked: bool,
}

impl ForgottenPage {
    fn new(layout: Layout, erased: Option<i64>) -> Self {
        Self {
            layout,
            erased,
            is_blocked: false,
        }
    }
}

/// The page.
pub async fn show_mine(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    browser: BrowserToken,
    Path(id): Path<CommenterId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let person = find(&app, &mut db, id, &asked.key).await?;
    let now = app.clock.now();
    let limit = i64::try_from(COMMENTS + 1).expect("fifty-one fits");
    let mut comments = store::own_comments(&mut db, id, asked.before, limit, now).await?;
    let has_more = comments.len() > COMMENTS;
    comments.truncate(COMMENTS);
    let words = layout.words;
    let said = match asked.told.as_str() {
        "proved" => Some("mine-proved"),
        "ended" => Some("mine-ended"),
        _ => None,
    };
    let page = MinePage {
        is_proved_here: commenters::store::is_verified(&mut db, browser.0.as_deref(), id).await?,
        browsers: commenters::store::count_browsers(&mut db, id).await?,
        subscriptions: commenters::store::list_subscriptions(&mut db, id, now).await?,
        older: comments.last().map(|last| last.id).filter(|_| has_more),
        notice: said.map(|key| words.say(key)),
        key: person.signature(&app.keys),
        keys: app.keys.clone(),
        comments,
        layout,
        person,
    };
    Ok(Page(page).private())
}

async fn find(
    app: &App,
    db: &mut PgConnection,
    id: CommenterId,
    key: &str,
) -> Result<CommenterAccess> {
    let person = commenters::store::find_access(db, id).await?;
    person
        .filter(|person| person.is_signature(&app.keys, key))
        .ok_or(Error::NotFound)
}

/// Proves the address, ends a subscription, signs out everywhere, or erases everything.
pub async fn act(
    State(app): State<App>,
    layout: Layout,
    browser: BrowserToken,
    jar: CookieJar,
    Path(id): Path<CommenterId>,
    Query(asked): Query<Asked>,
    fields: Fields,
) -> Result<Response> {
    let mut db = app.pool.begin().await?;
    let person = find(&app, &mut db, id, &asked.key).await?;
    let back = |told: &str| go_to(&format!("{}&told={told}", person.page_path(&app.keys)));
    if let Some(subscription) = fields.get("end").parse::<i64>().ok().map(SubscriptionId) {
        commenters::store::delete_subscription_of(&mut db, id, subscription).await?;
        db.commit().await?;
        return Ok(back("ended").into_response());
    }
    match fields.get("act") {
        "prove" => {
            let (token, cookie) = match browser.0 {
                Some(token) => (token, None),
                None => {
                    let (token, cookie) = new_token(&app);
                    (token, Some(cookie))
                }
            };
            let now = app.clock.now();
            let wanted: Vec<_> = fields
                .all("tell")
                .filter_map(|id| id.parse().ok().map(SubscriptionId))
                .collect();
            commenters::store::verify_email(&mut db, id, &token, now).await?;
            commenters::store::activate_subscriptions(&mut db, id, &wanted, now).await?;
            db.commit().await?;
            tracing::info!(commenter = %id, "an address was proved");
            let jar = cookie.into_iter().fold(jar, CookieJar::add);
            Ok((jar, back("proved")).into_response())
        }
        "forget" => {
            commenters::store::delete_browsers(&mut db, id).await?;
            db.commit().await?;
            tracing::info!(commenter = %id, "forgot a commenter's browsers");
            Ok(Page(ForgottenPage::new(layout, None)).private())
        }
        "erase" if fields.is_ticked("sure") => {
            let erased = store::erase_all_of(&mut db, id, app.clock.now()).await?;
            let is_gone = commenters::store::delete_unless_blocked(&mut db, id).await?;
            db.commit().await?;
            tracing::info!(commenter = %id, erased, "erased a commenter at their own request");
            let erased = i64::try_from(erased).unwrap_or(i64::MAX);
            let mut page = ForgottenPage::new(layout, Some(erased));
            page.is_blocked = !is_gone;
            Ok(Page(page).private())
        }
        "erase" => Ok(back("").into_response()),
        _ => Err(Error::BadRequest(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

/// All that is known of a person, for them to take along, as JSON. Not the address: whoever has the link may not be who
/// has the letter box, and who is knows it.
pub async fn show_data(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<CommenterId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let person = find(&app, &mut db, id, &asked.key).await?;
    let now = app.clock.now();
    let mut comments = Vec::new();
    let mut before = None;
    loop {
        let some = store::own_comments(&mut db, id, before, READ_AT_ONCE, now).await?;
        before = some.last().map(|last| last.id);
        let ids: Vec<CommentId> = some.iter().map(|comment| comment.id).collect();
        let versions = store::versions_of_all(&mut db, &ids).await?;
        comments.extend(
            some.iter()
                .map(|comment| data_of(&layout, comment, &versions)),
        );
        if before.is_none() {
            break;
        }
    }
    let subscriptions = commenters::store::list_subscriptions(&mut db, id, now).await?;
    let subscriptions: Vec<_> = subscriptions
        .iter()
        .map(|subscription| {
            json!({
                "article": subscription.title,
                "address": subscription.path.as_ref().map(|path| layout.absolute(path)),
                "told_of": match subscription.scope {
                    SubscriptionScope::RepliesToMe => "answers",
                    SubscriptionScope::AllReplies => "everything",
                },
                "active": subscription.is_active,
            })
        })
        .collect();
    let treated = commenters::policy::find_policy(&mut db, id).await?;
    let notes: Vec<_> = commenters::policy::list_notes(&mut db, id)
        .await?
        .iter()
        .map(|note| json!({"note": note.note, "written_at": note.written_at.rfc3339()}))
        .collect();
    let data = json!({
        "publication": layout.publication.title,
        "made_at": now.rfc3339(),
        "email": "kept sealed, and not shown here either",
        "proved_at": person.proved_at.map(Ts::rfc3339),
        "mail_came_back_at": person.silenced_at.map(Ts::rfc3339),
        "browsers": commenters::store::count_browsers(&mut db, id).await?,
        "treated": treated.map(|treated| treated.fixed.map_or("anyone", FixedPolicy::word)),
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

fn data_of(layout: &Layout, comment: &OwnComment, versions: &[Version]) -> serde_json::Value {
    let before: Vec<_> = versions
        .iter()
        .filter(|version| version.comment_id == comment.id)
        .map(|version| {
            json!({
                "changed_at": version.replaced_at.rfc3339(),
                "name": version.name,
                "website": version.website,
                "text": version.body,
            })
        })
        .collect();
    json!({
        "id": comment.id.0,
        "article": comment.title,
        "address": comment.path.as_ref().map(|path| layout.absolute(path)),
        "name": comment.name,
        "website": comment.website,
        "text": comment.body,
        "state": comment.status.word(),
        "written_at": comment.created_at.rfc3339(),
        "edited_at": comment.edited_at.map(Ts::rfc3339),
        "before_the_staff_changed_it": before,
    })
}

impl MinePage {
    fn own_page(&self, comment: &OwnComment) -> String {
        own::address(&self.keys, comment.id)
    }

    fn state(&self, status: Status) -> String {
        self.layout.words.say(&format!("status-{}", status.word()))
    }

    fn scope(&self, subscription: &Subscription) -> String {
        self.layout.words.say(match subscription.scope {
            SubscriptionScope::RepliesToMe => "mine-told-answers",
            SubscriptionScope::AllReplies => "mine-told-everything",
        })
    }

    /// What was asked for and does not count yet.
    fn pending(&self) -> Vec<&Subscription> {
        self.subscriptions
            .iter()
            .filter(|one| !one.is_active)
            .collect()
    }

    fn active(&self) -> Vec<&Subscription> {
        self.subscriptions
            .iter()
            .filter(|one| one.is_active)
            .collect()
    }
}
