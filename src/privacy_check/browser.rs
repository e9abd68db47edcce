//! A simulated browser that sends its requests directly to the router, without a network socket.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, header};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use super::response::PageResponse;
use crate::app::App;

/// Time for which an event stream is read, because it never ends by itself.
const EVENT_STREAM_READ_TIME: Duration = Duration::from_millis(500);

/// Simulated browser with its own cookies and its own IP address.
#[derive(Clone)]
pub struct RouterBrowser {
    router: Router,
    base_url: Url,
    cookies: BTreeMap<String, String>,
    network: u16,
}

impl RouterBrowser {
    /// Returns a browser without cookies whose IP address is in `2001:db8:0:<network>::/64` (RFC 3849).
    pub fn new(app: &App, router: &Router, network: u16) -> Self {
        Self {
            router: router.clone(),
            base_url: app.config.public_url.clone(),
            cookies: BTreeMap::new(),
            network,
        }
    }

    /// Moves the browser to the next IP network, so that rate limits per network start afresh.
    pub fn change_network(&mut self) {
        self.network = self.network.wrapping_add(1);
    }

    /// Stores a cookie from a `Set-Cookie` value (`name=value; …`). Ignores its attributes.
    pub fn store_cookie(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Sends a GET request. Does not follow redirects.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<PageResponse> {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a POST request with these form fields. Does not follow redirects.
    pub async fn post(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<PageResponse> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            // The site refuses forms that another site sent.
            .header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(body)).await
    }

    async fn send(
        &mut self,
        request: axum::http::request::Builder,
        body: Body,
    ) -> anyhow::Result<PageResponse> {
        let mut request = request.header(header::HOST, self.base_url.authority());
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let mut request = request.body(body)?;
        let ip = Ipv6Addr::new(0x2001, 0xdb8, 0, self.network, 0, 0, 0, 1);
        let peer = SocketAddr::new(IpAddr::V6(ip), 1024);
        request.extensions_mut().insert(ConnectInfo(peer));
        let Ok(response) = self.router.clone().oneshot(request).await;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                self.store_cookie(cookie);
            }
        }
        let (parts, body) = response.into_parts();
        Ok(PageResponse {
            body: read_body(&parts.headers, body).await?,
            status: parts.status,
            headers: parts.headers,
        })
    }
}

/// Reads the body of a response to its end. Reads an event stream for [`EVENT_STREAM_READ_TIME`] only.
async fn read_body(headers: &HeaderMap, body: Body) -> anyhow::Result<Bytes> {
    let content_type = headers.get(header::CONTENT_TYPE);
    if content_type.is_none_or(|value| value != "text/event-stream") {
        return Ok(to_bytes(body, usize::MAX).await?);
    }
    let mut received = Vec::new();
    let mut chunks = body.into_data_stream();
    let deadline = Instant::now() + EVENT_STREAM_READ_TIME;
    while let Ok(Some(chunk)) = timeout_at(deadline, chunks.next()).await {
        received.extend_from_slice(&chunk?);
    }
    Ok(received.into())
}
