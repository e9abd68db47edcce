//! Route table, from which a router is built. It also lists the routes, so that a test can request each of them.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::on;

use crate::app::App;

/// Routes with their handlers, and a list of their methods and paths.
#[derive(Default)]
pub struct RouteTable {
    router: Router<App>,
    routes: Vec<(Method, &'static str)>,
}

impl RouteTable {
    /// Adds a route that is answered to GET and HEAD requests.
    pub fn get<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.on(Method::GET, path, handler)
    }

    /// Adds a route that is answered to POST requests only.
    pub fn post<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
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
            .expect("axum has filters for GET and POST");
        self.router = self.router.route(path, on(filter, handler));
        self.routes.push((method, path));
        self
    }

    /// Returns the method and path of every route.
    pub fn list(&self) -> &[(Method, &'static str)] {
        &self.routes
    }

    pub fn into_router(self) -> Router<App> {
        self.router
    }
}
