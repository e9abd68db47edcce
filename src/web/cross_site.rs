//! Refusal of forms that another site sends (cross-site request forgery).

use std::convert::Infallible;
use std::future::ready;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Extensions, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::csrf::CsrfLayer;

/// Decides which requests come from the site's own pages, and answers the others.
#[derive(Clone)]
pub struct CrossSiteGuard {
    csrf: CsrfLayer,
    refused: Router,
}

impl CrossSiteGuard {
    /// Makes a guard for the site with this origin. Refused requests are answered by `refused`, which must not change
    /// anything.
    pub fn new(origin: &str, refused: Router) -> Self {
        let csrf = CsrfLayer::new()
            .add_trusted_origin(origin)
            .expect("the settings accept only an http or https URL");
        Self { csrf, refused }
    }

    /// Returns whether the headers say that a page of this site sent the request, or that no browser did.
    async fn accepts(&self, head: axum::http::Request<()>) -> bool {
        // The layer drops the body of what it refuses, so it gets a request without one.
        let accepted = service_fn(|_: axum::http::Request<()>| {
            ready(Ok::<_, Infallible>(axum::http::Response::new(())))
        });
        let answer = self.csrf.layer(accepted).oneshot(head).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}

fn copy_head(request: &Request) -> axum::http::Request<()> {
    let mut head = axum::http::Request::new(());
    head.method_mut().clone_from(request.method());
    head.uri_mut().clone_from(request.uri());
    head.headers_mut().clone_from(request.headers());
    head
}

/// Passes on requests from the site's own pages. Gives all others to the guard's router for refused requests.
pub async fn refuse_cross_site_requests(
    State(guard): State<CrossSiteGuard>,
    mut request: Request,
    next: Next,
) -> Response {
    // The layer accepts these anyway; most requests need no copy of their headers.
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_reading || guard.accepts(copy_head(&request)).await {
        return next.run(request).await;
    }
    // Without the path parameters that the site's router has found, which would be there twice.
    *request.extensions_mut() = Extensions::default();
    guard.refused.oneshot(request).await.into_response()
}
