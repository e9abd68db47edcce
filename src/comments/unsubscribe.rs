//! Ending a subscription by the link in a mail, without signing in. GET shows; POST acts, for a person's button and for
//! the one click of a mail program (RFC 8058).

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::letters;
use crate::app::App;
use crate::commenters::{self, Subscription};
use crate::crypto::Keys;
use crate::ids::SubscriptionId;
use crate::web::{Db, Error, Layout, Page, Path, Query, Result, Signed};

/// What the signature on the address is for.
const PURPOSE: &str = "unsubscribe";

#[derive(Template)]
#[template(path = "comments/unsubscribe.html")]
struct UnsubscribePage {
    layout: Layout,
    action: String,
    /// What it is to; none once it has ended.
    subscription: Option<Subscription>,
    /// Where the link to all they wrote is asked for.
    link_action: String,
    /// It was.
    is_mailed: bool,
}

impl UnsubscribePage {
    fn new(
        app: &App,
        layout: Layout,
        id: SubscriptionId,
        subscription: Option<Subscription>,
    ) -> Self {
        Self {
            layout,
            action: address(&app.keys, id),
            subscription,
            link_action: address(&app.keys, id).replacen("/end?", "/link?", 1),
            is_mailed: false,
        }
    }
}

/// Where a subscription is ended.
pub fn address(keys: &Keys, id: SubscriptionId) -> String {
    let key = keys.sign(PURPOSE, id.to_string().as_bytes());
    format!("/subscriptions/{id}/end?key={key}")
}

/// What would be ended.
pub async fn show_end(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<SubscriptionId>,
    Query(signed): Query<Signed>,
) -> Result<Response> {
    check(&app, id, &signed)?;
    let subscription = commenters::store::find_subscription(&mut db, id, app.clock.now()).await?;
    Ok(Page(UnsubscribePage::new(&app, layout, id, subscription)).private())
}

/// Ends it. Whatever the body says: RFC 8058 §3.1 has two kinds of it, and the address says all there is to say.
pub async fn end(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<SubscriptionId>,
    Query(signed): Query<Signed>,
) -> Result<Response> {
    check(&app, id, &signed)?;
    commenters::store::delete_subscription(&mut db, id).await?;
    tracing::info!(subscription = %id, "a subscription was ended");
    Ok(Page(UnsubscribePage::new(&app, layout, id, None)).private())
}

/// Mails the link to all they wrote to whom the letter went to. A letter that was passed on does not carry it.
pub async fn mail_link(
    State(app): State<App>,
    layout: Layout,
    Path(id): Path<SubscriptionId>,
    Query(signed): Query<Signed>,
) -> Result<Response> {
    check(&app, id, &signed)?;
    let mut db = app.pool.begin().await?;
    let subscription = commenters::store::find_subscription(&mut db, id, app.clock.now()).await?;
    if let Some(owner) = commenters::store::find_subscriber(&mut db, id).await? {
        letters::mail_proof(&app, &mut db, &layout, owner).await?;
    }
    db.commit().await?;
    let mut page = UnsubscribePage::new(&app, layout, id, subscription);
    page.is_mailed = true;
    Ok(Page(page).private())
}

fn check(app: &App, id: SubscriptionId, signed: &Signed) -> Result<()> {
    match app
        .keys
        .is_signed(PURPOSE, id.to_string().as_bytes(), &signed.key)
    {
        true => Ok(()),
        false => Err(Error::NotFound),
    }
}
