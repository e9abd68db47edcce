//! Every address of the site, and the layers a request passes on its way there.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri, Request, State};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Version};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};

use crate::app::App;
use crate::cache::{Keep, Site};
use crate::web::{
    Db, Layout, Path, Result, Routes, Within, assets, error, headers, media, requests,
    wait_for_form,
};
use crate::{accounts, admin, articles, comments, health, moderation};

/// Bytes of a reply's form: the longest comment, each byte written as three (`%F0`), and room for the other fields.
const REPLY_BYTES: usize = 256 * 1024;
/// Bytes of a desk form: two word lists of a million bytes, written the same way.
const DESK_BYTES: usize = 8 * 1024 * 1024;
/// How long a body may pause while it arrives.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// How long a body may take in all: a long comment over a bad line, a long article over a slow one.
const REPLY_ARRIVES_WITHIN: Duration = Duration::from_secs(30);
const DESK_ARRIVES_WITHIN: Duration = Duration::from_secs(120);
/// How long a form may take that is small, whatever it is for.
const SMALL_ARRIVES: Within = Within {
    pause: BODY_PAUSE,
    all: REPLY_ARRIVES_WITHIN,
};
/// How long the answer may take after that; a database that is away answers 503 sooner.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// What anyone may ask for.
pub fn public() -> Routes {
    Routes::new()
        .get("/", articles::front::show_front)
        .get("/feed.xml", articles::feed::show_feed)
        .get("/topics/{slug}", articles::topic::show_topic)
        .get("/authors/{slug}", articles::author::show_author)
        .get("/search", articles::search::show_search)
        .get("/transparency", show_transparency)
        .get("/sitemap.xml", articles::sitemap::show_sitemap)
        .get("/robots.txt", articles::sitemap::show_robots)
        .get("/articles/{id}/reply", comments::reply::show_reply)
        .post("/articles/{id}/reply", comments::reply::post_reply)
        .get("/comments/feed.xml", comments::feed::show_feed)
        .get("/comments/{id}", comments::permalink::show_comment)
        .get("/comments/{id}/yours", comments::own::show_own)
        .post("/comments/{id}/yours", comments::own::act)
        .get("/comments/{id}/held", comments::own::show_held)
        .get("/commenters/{id}", comments::mine::show_mine)
        .post("/commenters/{id}", comments::mine::act)
        .get("/commenters/{id}/data", comments::mine::show_data)
        .get("/subscriptions/{id}/end", comments::unsubscribe::show_end)
        .post("/subscriptions/{id}/end", comments::unsubscribe::end)
        .post("/subscriptions/{id}/link", comments::unsubscribe::mail_link)
        .get("/digests/{id}", moderation::digest_page::show_digest)
        .post("/digests/{id}", moderation::digest_page::act)
        .get("/moderators/{id}/stop", moderation::digest_stop::show_stop)
        .post("/moderators/{id}/stop", moderation::digest_stop::stop)
        .get("/moderators/{id}/confirm", admin::staff_mail::show_confirm)
        .post("/moderators/{id}/confirm", admin::staff_mail::confirm)
        .get("/comments/{id}/thread", comments::thread_page::show_thread)
        .get("/media/{*path}", media::show_media)
        .get("/static/{name}", async |name: Path<String>| {
            (Keep::default(), assets::show_asset(name).await)
        })
        .get("/favicon.ico", async || {
            (Keep::default(), assets::show_favicon().await)
        })
        .get("/healthz", health::show_alive)
        .get("/readyz", health::show_ready)
}

/// How much was published and refused, where readers are shown that; elsewhere what an article of theirs has there.
async fn show_transparency(
    app: State<App>,
    layout: Layout,
    db: Db,
    uri: OriginalUri,
) -> Result<Response> {
    match layout.publication.discussion.shows_transparency {
        true => moderation::transparency::show_transparency(app, layout, db).await,
        false => articles::page::show_article(app, layout, db, uri).await,
    }
}

/// Where a site that was WordPress still is looked for.
pub fn wordpress() -> Routes {
    use articles::wordpress;
    Routes::new()
        .get("/page/{number}", wordpress::show_page_of_front)
        .get("/feed", wordpress::show_feed)
        .get("/feed/{*kind}", wordpress::show_feed)
        .get("/comments/feed", wordpress::show_comments_feed)
        .get("/category/{*path}", wordpress::show_category)
        .get("/tag/{*path}", wordpress::show_tag)
        .get("/author/{*path}", wordpress::show_author)
        .get("/wp-content/uploads/{*path}", wordpress::show_upload)
        .post(
            "/wp-comments-post.php",
            comments::reply::post_wordpress_reply,
        )
}

/// What only the staff may ask for, but for the door itself.
pub fn desk() -> Routes {
    Routes::new()
        .get("/admin", accounts::sign_in::show_desk)
        .get("/admin/sign-in", accounts::sign_in::show_sign_in)
        .post("/admin/sign-in", accounts::sign_in::sign_in)
        .post("/admin/sign-out", accounts::sign_in::sign_out)
        .post(
            "/admin/sign-out-everywhere",
            accounts::sign_in::sign_out_everywhere,
        )
        .get("/admin/claim", accounts::claim::show_claim)
        .post("/admin/claim", accounts::claim::claim)
        .get("/admin/account", admin::account::show_account)
        .post("/admin/account", admin::account::change_passphrase)
        .post("/admin/account/email", admin::staff_mail::set_address)
        .post("/admin/account/digest", admin::staff_mail::set_rhythm)
        .get("/admin/comments", moderation::queue::show_queue)
        .get("/admin/comments/cards", moderation::queue::show_cards)
        .get("/admin/comments/live", moderation::events::stream_events)
        .post("/admin/comments", moderation::decisions::decide)
        .post("/admin/comments/undo", moderation::decisions::undo)
        .get("/admin/log", moderation::log_page::show_log)
        .get("/admin/log/{position}", moderation::log_page::show_entry)
        .get(
            "/admin/comments/{id}/person",
            moderation::person::show_person,
        )
        .post("/admin/comments/{id}/person", moderation::person::act)
        .get("/admin/comments/{id}/reply", moderation::reply::show_reply)
        .post(
            "/admin/comments/{id}/reply",
            moderation::reply::submit_reply,
        )
        .get("/admin/comments/{id}/edit", moderation::edit::show_edit)
        .post("/admin/comments/{id}/edit", moderation::edit::submit_edit)
        .get("/admin/discussion", moderation::rules::show_rules)
        .post("/admin/discussion", moderation::rules::save_rules)
        .post("/admin/discussion/try", moderation::rules::try_words)
        .get("/admin/discussion/blocks", moderation::blocks::show_blocks)
        .post("/admin/discussion/blocks", moderation::blocks::block)
        .post(
            "/admin/discussion/blocks/remove",
            moderation::blocks::unblock,
        )
        .get(
            "/admin/spam-score",
            moderation::classifier_page::show_classifier,
        )
        .post(
            "/admin/spam-score",
            moderation::classifier_page::submit_threshold,
        )
        .get("/admin/articles", articles::list::show_articles)
        .get("/admin/articles/new", articles::editor::show_new)
        .post("/admin/articles/new", articles::editor::create)
        .get("/admin/articles/{id}", articles::editor::show_editor)
        .post("/admin/articles/{id}", articles::editor::change)
        .get("/admin/settings", admin::settings::show_settings)
        .post("/admin/settings", admin::settings::save_settings)
}

fn limited(routes: Routes, bytes: usize, arrives_within: Duration) -> Router<App> {
    let answer_in_time = move |request: Request, next: Next| async move {
        // Only what has a body may take the time that a body takes.
        let arrives_within = match *request.method() {
            Method::POST => arrives_within,
            _ => Duration::ZERO,
        };
        answer_within(arrives_within + ANSWERED_WITHIN, request, next).await
    };
    routes
        .into_router()
        .layer(DefaultBodyLimit::max(bytes))
        .layer(from_fn(answer_in_time))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(RequestBodyDeadlineLayer::new(arrives_within))
}

async fn answer_within(within: Duration, request: Request, next: Next) -> Response {
    let answer = timeout(within, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// The whole site: the pages that are kept, and how all others are made.
pub fn site(app: App) -> Site {
    Site::new(app.clone(), router(app))
}

/// Every page, made anew. Layers are listed from the handler outwards: a request meets the last one first.
pub fn router(app: App) -> Router {
    let same_origin = CsrfLayer::new()
        .add_trusted_origin(app.config.public_url.origin().ascii_serialization())
        .expect("the public address was checked at the start to be an http or https origin");
    let article = get(articles::page::show_article)
        .layer(from_fn(|request, next| {
            answer_within(ANSWERED_WITHIN, request, next)
        }))
        .with_state(app.clone());
    // What is kept is made smaller once, when it is.
    let sent_once = DefaultPredicate::new().and(
        |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
            extensions.get::<Keep>().is_none()
        },
    );
    Router::new()
        .merge(limited(public(), REPLY_BYTES, REPLY_ARRIVES_WITHIN))
        .merge(limited(wordpress(), REPLY_BYTES, REPLY_ARRIVES_WITHIN))
        .merge(limited(desk(), DESK_BYTES, DESK_ARRIVES_WITHIN))
        .fallback_service(article)
        .layer(same_origin)
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(app.clone(), error::show_errors))
        .layer(CompressionLayer::new().compress_when(sent_once))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn(requests::name_and_log))
        .layer(from_fn(|request, next| {
            wait_for_form(SMALL_ARRIVES, request, next)
        }))
        .with_state(app)
}
