//! Every URL of the site, and the middleware layers that a request passes on its way to the handler.

mod body_limits;
mod refusals;

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Version};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use self::body_limits::{BodyLimits, respond_in_time};
use crate::app::App;
use crate::cache::{CachePolicy, PageCacheService, simplify_accept_encoding};
use crate::web::form::{buffer_small_body, return_cross_site_form};
use crate::web::{
    ClientIp, CrossSiteGuard, Db, Layout, Path, Result, RouteTable, assets, headers, media,
    refuse_cross_site_requests, render_error_pages, request_id,
};
use crate::{accounts, admin, articles, comments, health, moderation};

/// Path of the reply form of an article.
const REPLY_PATH: &str = "/articles/{id}/reply";
/// Path of the comment form of WordPress.
const WORDPRESS_REPLY_PATH: &str = "/wp-comments-post.php";
/// Returns the method and path of every route.
pub fn list_routes() -> Vec<(Method, &'static str)> {
    let groups = route_groups();
    let lists = groups.iter().map(|(_, routes)| routes.list());
    lists.flatten().cloned().collect()
}

/// Returns the routes that anyone may request without signing in.
fn public_routes() -> RouteTable {
    use comments::{author_actions, author_page, commenter_data, commenter_page, unsubscribe};
    use moderation::digest;
    add_feeds(RouteTable::default())
        .get("/", articles::front::show_front)
        .get("/topics/{slug}", articles::topic::show_topic)
        .get("/authors/{slug}", articles::author::show_author)
        .get("/search", articles::search::show_search)
        .get("/transparency", show_transparency)
        .get("/sitemap.xml", articles::sitemap::show_sitemap)
        .get("/sitemap-pages.xml", articles::sitemap::show_pages)
        .get("/news-sitemap.xml", articles::sitemap::show_news)
        .get("/robots.txt", articles::sitemap::show_robots)
        .get("/articles/{id}/reply", comments::reply_page::show_reply)
        .post(REPLY_PATH, comments::reply::post_reply)
        .get("/comments/{id}", comments::permalink::show_comment)
        .get("/comments/{id}/manage", author_page::show_author_page)
        .post("/comments/{id}/manage", author_actions::post_author_page)
        .get("/comments/{id}/held", author_page::redirect_held_page)
        .get("/commenters/{id}", commenter_page::show_commenter_page)
        .post("/commenters/{id}", commenter_page::post_commenter_page)
        .get("/commenters/{id}/data", commenter_data::download_data)
        .get("/subscriptions/{id}/end", unsubscribe::show_unsubscribe)
        .post("/subscriptions/{id}/end", unsubscribe::post_unsubscribe)
        .post(
            "/subscriptions/{id}/link",
            unsubscribe::email_commenter_link,
        )
        .get("/digests/{id}", digest::page::show_digest)
        .post("/digests/{id}", digest::page::submit_digest)
        .get(
            "/moderators/{id}/stop",
            digest::unsubscribe::show_unsubscribe,
        )
        .post("/moderators/{id}/stop", digest::unsubscribe::unsubscribe)
        .get("/moderators/{id}/confirm", admin::staff_email::show_confirm)
        .post("/moderators/{id}/confirm", admin::staff_email::confirm)
        .get("/comments/{id}/thread", comments::thread_page::show_thread)
        .get("/media/{*path}", media::show_media)
        .get("/static/{*path}", async |name: Path<String>| {
            // Without tags: the files are embedded in the binary, so no change in the database concerns them.
            (CachePolicy::default(), assets::show_asset(name).await)
        })
        .get("/favicon.ico", async || {
            (CachePolicy::default(), assets::show_favicon().await)
        })
        .get("/apple-touch-icon.png", async || {
            (CachePolicy::default(), assets::show_touch_icon().await)
        })
        .get("/apple-touch-icon-precomposed.png", async || {
            (CachePolicy::default(), assets::show_touch_icon().await)
        })
        .get("/healthz", health::show_alive)
        .get("/readyz", health::show_ready)
}

/// Adds the feeds, each in three formats.
fn add_feeds(routes: RouteTable) -> RouteTable {
    routes
        .get("/feed.xml", articles::feed::show_feed)
        .get("/feed.atom", articles::feed::show_feed)
        .get("/feed.json", articles::feed::show_feed)
        .get("/topics/{slug}/feed.xml", articles::feed::show_topic_feed)
        .get("/topics/{slug}/feed.atom", articles::feed::show_topic_feed)
        .get("/topics/{slug}/feed.json", articles::feed::show_topic_feed)
        .get("/authors/{slug}/feed.xml", articles::feed::show_author_feed)
        .get(
            "/authors/{slug}/feed.atom",
            articles::feed::show_author_feed,
        )
        .get(
            "/authors/{slug}/feed.json",
            articles::feed::show_author_feed,
        )
        .get("/comments/feed.xml", comments::feed::show_feed)
        .get("/comments/feed.atom", comments::feed::show_feed)
        .get("/comments/feed.json", comments::feed::show_feed)
}

/// Serves the transparency report. If the report is switched off, serves the article at this path, if there is one.
async fn show_transparency(
    app: State<App>,
    client: ClientIp,
    layout: Layout,
    db: Db,
    uri: OriginalUri,
) -> Result<Response> {
    match layout.publication.discussion.shows_transparency {
        true => moderation::transparency::show_transparency(layout, db).await,
        false => articles::resolver::show_path(app, client, layout, db, uri).await,
    }
}

/// Returns the routes for WordPress's URLs, by which other sites still link to an imported site.
fn wordpress_routes() -> RouteTable {
    use articles::wordpress;
    RouteTable::default()
        .get("/page/{number}", wordpress::redirect_front_page)
        .get("/feed", wordpress::redirect_feed)
        .get("/feed/{*kind}", wordpress::redirect_feed)
        .get("/comments/feed", wordpress::redirect_feed)
        .get("/comments/feed/{*kind}", wordpress::redirect_feed)
        .get("/category/{*path}", wordpress::redirect_category)
        .get("/tag/{*path}", wordpress::redirect_tag)
        .get("/author/{*path}", wordpress::redirect_author)
        .get("/wp-content/uploads/{*path}", wordpress::redirect_upload)
        .post(WORDPRESS_REPLY_PATH, comments::reply::post_wordpress_reply)
}

/// Returns the routes of the sign-in form, which anyone may send.
fn sign_in_routes() -> RouteTable {
    use accounts::sign_in;
    RouteTable::default()
        .get("/admin/sign-in", sign_in::show_sign_in)
        .post("/admin/sign-in", sign_in::sign_in)
}

/// Returns the routes of the form that creates the first admin.
fn setup_routes() -> RouteTable {
    use accounts::setup;
    RouteTable::default()
        .get("/admin/setup", setup::show_setup)
        .post("/admin/setup", setup::create_first_admin)
}

/// Returns the routes for staff, all of which require a session.
fn admin_routes() -> RouteTable {
    use accounts::sign_in;
    use admin::staff_email;
    use moderation::{audit_log_page, blocks, classifier_page, reply, rules};
    RouteTable::default()
        .get("/admin", sign_in::redirect_to_start)
        .post("/admin/sign-out", sign_in::sign_out)
        .post("/admin/sign-out-everywhere", sign_in::sign_out_everywhere)
        .get("/admin/account", admin::account::show_account)
        .post("/admin/account", admin::account::change_passphrase)
        .post("/admin/account/email", staff_email::set_email)
        .post("/admin/account/digest", staff_email::set_digest_frequency)
        .get("/admin/comments", moderation::queue::show_queue)
        .get("/admin/comments/cards", moderation::queue::show_cards)
        .get("/admin/comments/live", moderation::events::stream_events)
        .post("/admin/comments", moderation::decisions::decide)
        .post("/admin/comments/undo", moderation::decisions::undo)
        .get("/admin/log", audit_log_page::show_log)
        .get("/admin/log/{position}", audit_log_page::show_entry)
        .get(
            "/admin/comments/{id}/commenter",
            moderation::commenter_page::show_commenter,
        )
        .post(
            "/admin/comments/{id}/commenter",
            moderation::commenter_page::update_commenter,
        )
        .get("/admin/comments/{id}/reply", reply::show_reply)
        .post("/admin/comments/{id}/reply", reply::submit_reply)
        .get("/admin/comments/{id}/edit", moderation::edit::show_edit)
        .post("/admin/comments/{id}/edit", moderation::edit::submit_edit)
        .get("/admin/discussion", rules::page::show_rules)
        .post("/admin/discussion", rules::page::save_rules)
        .post("/admin/discussion/preview", rules::page::preview_words)
        .get("/admin/discussion/blocks", blocks::show_blocks)
        .post("/admin/discussion/blocks", blocks::block)
        .post("/admin/discussion/blocks/remove", blocks::unblock)
        .get("/admin/spam-score", classifier_page::show_classifier)
        .post("/admin/spam-score", classifier_page::submit_threshold)
        .get("/admin/articles", articles::staff_list::show_articles)
        .get("/admin/articles/new", articles::editor::show_new_article)
        .post("/admin/articles/new", articles::editor::create_article)
        .get("/admin/articles/{id}", articles::editor::show_editor)
        .post("/admin/articles/{id}", articles::editor::update_article)
        .get("/admin/settings", admin::settings::show_settings)
        .post("/admin/settings", admin::settings::save_settings)
}

/// Returns all routes, in groups whose request bodies have the same limits.
fn route_groups() -> [(BodyLimits, RouteTable); 5] {
    [
        (BodyLimits::PUBLIC, public_routes()),
        (BodyLimits::PUBLIC, wordpress_routes()),
        (BodyLimits::SIGN_IN, sign_in_routes()),
        (BodyLimits::SETUP, setup_routes()),
        (BodyLimits::ADMIN, admin_routes()),
    ]
}

/// Returns the router for requests that another site sent. It gives back each form with what was typed and changes nothing.
fn refused_forms(app: &App) -> Router {
    let give_back = |routes: &RouteTable| {
        let forms = routes.list().iter();
        let forms = forms.filter(|(method, _)| *method == Method::POST);
        forms.fold(RouteTable::default(), |table, (_, path)| match *path {
            REPLY_PATH => table.post(path, comments::reply::return_reply),
            WORDPRESS_REPLY_PATH => table.post(path, comments::reply::return_wordpress_reply),
            path => table.post(path, return_cross_site_form),
        })
    };
    route_groups()
        .into_iter()
        .map(|(limits, routes)| limits.apply(app, give_back(&routes)))
        .fold(Router::new(), Router::merge)
        .fallback(async || StatusCode::FORBIDDEN)
        .method_not_allowed_fallback(async || StatusCode::FORBIDDEN)
        .with_state(app.clone())
}

/// Returns the whole site: the router with the page cache in front of it.
pub fn site(app: App) -> PageCacheService {
    PageCacheService::new(app.clone(), router(app))
}

/// Returns the router with its middleware layers, but without the page cache.
pub fn router(app: App) -> Router {
    let origin = app.config.public_url.origin().ascii_serialization();
    let cross_site_guard = CrossSiteGuard::new(&origin, refused_forms(&app));
    // The fallback is in no table of routes, so it gets its time limit here. It reads no body.
    let article = get(articles::resolver::show_path)
        .layer(from_fn(respond_in_time))
        .with_state(app.clone());
    // Cacheable pages are compressed once, by the cache.
    let is_not_cacheable = DefaultPredicate::new().and(
        |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
            extensions.get::<CachePolicy>().is_none()
        },
    );
    // From the handler outwards: a request meets the last layer first.
    route_groups()
        .into_iter()
        .map(|(limits, routes)| limits.apply(&app, routes))
        .fold(Router::new(), Router::merge)
        .fallback_service(article)
        // Instead of tokens in the forms: public pages are the same bytes for everyone and can be cached.
        .layer(from_fn_with_state(
            cross_site_guard,
            refuse_cross_site_requests,
        ))
        // Inside the error pages: a panic is answered with one.
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(app.clone(), render_error_pages))
        .layer(CompressionLayer::new().compress_when(is_not_cacheable))
        .layer(from_fn(simplify_accept_encoding))
        .layer(from_fn_with_state(
            app.clone(),
            headers::add_security_headers,
        ))
        .layer(from_fn_with_state(
            app.clone(),
            refusals::record_refused_request,
        ))
        // Outside of everything that logs or shows the id.
        .layer(from_fn(request_id::trace_request))
        .layer(from_fn(|request, next| {
            buffer_small_body(BodyLimits::SMALL_TIMEOUTS, request, next)
        }))
        .with_state(app)
}
