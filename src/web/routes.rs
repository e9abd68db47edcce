//! A router that can say which addresses it serves, so that a test can knock at every one of them.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::on;

use crate::app::App;

/// Addresses with their handlers, and the list of both.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    listed: Vec<(Method, &'static str)>,
}

impl Routes {
    /// No addresses yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page; HEAD is answered too.
    pub fn get<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on(Method::GET, path, handler)
    }

    /// An act.
    pub fn post<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on(Method::POST, path, handler)
    }

    fn on<H, T>(mut self, method: Method, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = method
            .clone()
            .try_into()
            .expect("GET and POST are methods axum filters by");
        self.router = self.router.route(path, on(filter, handler));
        self.listed.push((method, path));
        self
    }

    /// Every address, with its method.
    pub fn listed(&self) -> &[(Method, &'static str)] {
        &self.listed
    }

    /// The router, for serving.
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}
