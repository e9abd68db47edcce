//! A router that lists its routes, so that a test can request every one of them.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::on;

use crate::app::App;

/// Routes with their handlers, and a list of them.
#[derive(Default)]
pub struct RouteTable {
    router: Router<App>,
    routes: Vec<(Method, &'static str)>,
}

impl RouteTable {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a page; HEAD is answered too.
    pub fn get<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on(Method::GET, path, handler)
    }

    /// Adds an action, answered to POST only.
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
        self.routes.push((method, path));
        self
    }

    /// Returns every route with its method.
    pub fn list(&self) -> &[(Method, &'static str)] {
        &self.routes
    }

    pub fn into_router(self) -> Router<App> {
        self.router
    }
}
