//! Ending a subscription by the link in an email, without signing in. GET shows a page and POST ends the subscription,
//! both for the button on the page and for the one-click unsubscribe of mail programs (RFC 8058).

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{emails, links};
use crate::app::App;
use crate::commenters::{self, Subscription};
use crate::ids::SubscriptionId;
use crate::web::{ClientIp, Db, Error, Layout, Page, Path, Query, Result, SignatureQuery};

#[derive(Template)]
#[template(path = "comments/unsubscribe.html")]
struct UnsubscribePage {
    layout: Layout,
    /// URL of the form that ends the subscription.
    action: String,
    /// The subscription, or `None` once it has ended.
    subscription: Option<Subscription>,
    /// URL of the form that emails the link to the commenter page.
    link_action: String,
    /// Whether the link to the commenter page has just been emailed.
    is_emailed: bool,
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
            action: links::unsubscribe_path(&app.keys, id),
            subscription,
            link_action: links::commenter_link_path(&app.keys, id),
            is_emailed: false,
        }
    }
}

/// Shows a subscription with the button that ends it.
pub async fn show_unsubscribe(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<SubscriptionId>,
    Query(signed): Query<SignatureQuery>,
) -> Result<Response> {
    verify_key(&app, id, &signed)?;
    let subscription = commenters::store::subscriptions::find(&mut db, id, app.clock.now()).await?;
    Ok(Page(UnsubscribePage::new(&app, layout, id, subscription)).into_private_response())
}

pub async fn post_unsubscribe(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
    Path(id): Path<SubscriptionId>,
    Query(signed): Query<SignatureQuery>,
) -> Result<Response> {
    // The body is not read: mail programs may send either of two kinds (RFC 8058 §3.1), and the URL says everything.
    verify_key(&app, id, &signed)?;
    commenters::store::subscriptions::delete(&mut db, id).await?;
    tracing::info!(subscription = %id, "subscription ended by the link in an email");
    Ok(Page(UnsubscribePage::new(&app, layout, id, None)).into_private_response())
}

/// Emails the link to the commenter page to the subscriber. The link is not on the unsubscribe page, because the
/// notification that led there may have been forwarded.
pub async fn email_commenter_link(
    State(app): State<App>,
    layout: Layout,
    client: ClientIp,
    Path(id): Path<SubscriptionId>,
    Query(signed): Query<SignatureQuery>,
) -> Result<Response> {
    verify_key(&app, id, &signed)?;
    let mut db = app.pool.begin().await?;
    let subscription = commenters::store::subscriptions::find(&mut db, id, app.clock.now()).await?;
    if let Some(owner) = commenters::store::subscriptions::find_subscriber(&mut db, id).await? {
        emails::enqueue_verification(&app, &mut db, &layout, owner, Some(client.0)).await?;
    }
    db.commit().await?;
    let mut page = UnsubscribePage::new(&app, layout, id, subscription);
    page.is_emailed = true;
    Ok(Page(page).into_private_response())
}

fn verify_key(app: &App, id: SubscriptionId, signed: &SignatureQuery) -> Result<()> {
    if links::is_subscription_key(&app.keys, id, &signed.key) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}
