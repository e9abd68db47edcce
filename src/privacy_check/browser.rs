//! Someone with a browser, without a port in between: a request goes straight to the router.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures_util::StreamExt;
use regex::Regex;
use tokio::time::{Instant, timeout_at};
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use crate::app::App;
use crate::text::input;

/// A browser with its cookies and a network of its own.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    base: Url,
    cookies: BTreeMap<String, String>,
    network: u16,
}

/// What came back.
pub struct Visit {
    /// The answer's number.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:href|src|action)="([^"]+)"|<(?:loc|link|guid|comments)[^>]*>([^<]+)<"#)
        .expect("the pattern is right")
});
static TYPED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(<input id="email"[^>]* value=")[^"]*""#).expect("the pattern is right")
});

impl Browser {
    /// Someone new, from the network of this number (addresses for examples, RFC 3849).
    pub fn new(app: &App, router: &Router, network: u16) -> Self {
        Self {
            router: router.clone(),
            base: app.config.public_url.clone(),
            cookies: BTreeMap::new(),
            network,
        }
    }

    /// Moves on to another network, so that nothing has come from there lately.
    pub fn move_on(&mut self) {
        self.network = self.network.wrapping_add(1);
    }

    /// Takes a cookie, as `name=value; …`.
    pub fn take_cookie(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Opens an address.
    pub async fn open(&mut self, path: &str) -> anyhow::Result<Visit> {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Posts fields.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Visit> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(body)).await
    }

    async fn send(
        &mut self,
        request: axum::http::request::Builder,
        body: Body,
    ) -> anyhow::Result<Visit> {
        let mut request = request.header(header::HOST, self.base.authority());
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let mut request = request.body(body)?;
        let from = Ipv6Addr::new(0x2001, 0xdb8, 0, self.network, 0, 0, 0, 1);
        let peer = SocketAddr::new(IpAddr::V6(from), 1024);
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                self.take_cookie(cookie);
            }
        }
        let (parts, body) = response.into_parts();
        Ok(Visit {
            body: read(&parts.headers, body).await?,
            status: parts.status,
            headers: parts.headers,
        })
    }
}

/// How long is listened to an answer that has no end, such as what open desks are told.
const LISTENED_FOR: Duration = Duration::from_millis(500);

/// What an answer says; of one without an end, its beginning.
async fn read(headers: &HeaderMap, body: Body) -> anyhow::Result<Bytes> {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "text/event-stream") {
        return Ok(to_bytes(body, usize::MAX).await?);
    }
    let mut heard = Vec::new();
    let mut parts = body.into_data_stream();
    let ends = Instant::now() + LISTENED_FOR;
    while let Ok(Some(part)) = timeout_at(ends, parts.next()).await {
        heard.extend_from_slice(&part?);
    }
    Ok(heard.into())
}

impl Visit {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.get(name);
        found
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Everything that was sent, to be searched.
    pub fn everything(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.body.len() + 1024);
        for (name, value) in &self.headers {
            all.extend_from_slice(name.as_str().as_bytes());
            all.extend_from_slice(b": ");
            all.extend_from_slice(value.as_bytes());
            all.push(b'\n');
        }
        all.push(b'\n');
        all.extend_from_slice(&self.body);
        all
    }

    /// The same without what the form gives back in its field for the address: whoever typed it may see it there, on a
    /// page that no cache keeps.
    pub fn everything_but_typed(&self) -> Vec<u8> {
        let all = self.everything();
        if !self.header("cache-control").contains("no-store") {
            return all;
        }
        match String::from_utf8(all) {
            Ok(text) => TYPED.replace_all(&text, "$1\"").into_owned().into_bytes(),
            Err(error) => error.into_bytes(),
        }
    }

    /// Addresses of the site that the answer leads to, without the site's own name.
    pub fn links(&self, base: &Url) -> Vec<String> {
        let origin = base.as_str().trim_end_matches('/');
        let text = match self.header("content-type") {
            kind if kind.contains("html") || kind.contains("xml") => self.text(),
            _ => String::new(),
        };
        let inside = LINK.captures_iter(&text).filter_map(|found| {
            let link = found.get(1).or_else(|| found.get(2))?;
            Some(link.as_str().replace("&#38;", "&").replace("&amp;", "&"))
        });
        std::iter::once(self.header("location").to_owned())
            .chain(inside)
            .filter_map(|link| {
                let link = link.trim();
                let path = link.strip_prefix(origin).unwrap_or(link);
                let path = path.split('#').next().unwrap_or_default();
                let is_ours = path.starts_with('/') && !path.starts_with("//");
                (is_ours
                    && !input::has_invalid_chars(path)
                    && path.parse::<axum::http::Uri>().is_ok())
                .then(|| path.to_owned())
            })
            .collect()
    }
}
