//! Someone with a browser and no JavaScript: opens pages, fills in the forms that are there, presses the buttons.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use broadsheet::cache::PageCacheService;
use futures_util::StreamExt;
use scraper::{ElementRef, Html, Selector};
use tokio::time::{Instant, timeout_at};
use url::form_urlencoded;

/// A browser.
#[derive(Clone)]
pub struct Visitor {
    site: PageCacheService,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    address: Arc<Mutex<String>>,
}

/// What a browser shows.
pub struct Page {
    visitor: Visitor,
    pub path: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A form on a page, with what it holds.
pub struct Form {
    visitor: Visitor,
    action: String,
    fields: Vec<(String, String)>,
    buttons: Vec<(String, String, String)>,
}

impl Visitor {
    pub fn new(site: PageCacheService) -> Self {
        Self {
            site,
            cookies: Arc::default(),
            address: Arc::new(Mutex::new("192.0.2.1".to_owned())),
        }
    }

    /// From another network, as a trusted proxy tells it.
    pub fn at(self, address: &str) -> Self {
        *self.address.lock().expect("the address") = address.to_owned();
        self
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .lock()
            .expect("the cookies")
            .insert(name.to_owned(), value.to_owned());
    }

    pub fn forget_cookies(&self) {
        self.cookies.lock().expect("the cookies").clear();
    }

    /// Opens an address; a redirect stays where it is, to be looked at or followed.
    pub async fn open(&self, path: &str) -> Page {
        self.send(Request::get(path), Body::empty(), path).await
    }

    pub async fn head(&self, path: &str) -> Page {
        self.send(Request::head(path), Body::empty(), path).await
    }

    /// Posts what no form of ours would.
    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Page {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.into(), path).await
    }

    /// Posts fields.
    pub async fn post_fields(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.post(path, body).await
    }

    pub async fn send(
        &self,
        request: axum::http::request::Builder,
        body: Body,
        path: &str,
    ) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .lock()
            .expect("the cookies")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = request.header(header::HOST, "127.0.0.1:8600").header(
            "x-forwarded-for",
            self.address.lock().expect("the address").as_str(),
        );
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let request = request.body(body).expect("a request");
        // What a test wrote by hand is heard first: people do not wait to see whether the database has told of it.
        self.site.wait_for_invalidations().await;
        // As a connection does it.
        let response = match self.site.try_cached(&request) {
            Some(response) => response,
            None => self.site.respond(request).await,
        };
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            let (name, rest) = cookie.split_once('=').expect("a cookie has a value");
            let value = rest.split(';').next().unwrap_or_default();
            let mut cookies = self.cookies.lock().expect("the cookies");
            if value.is_empty() || cookie.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let body = read(&parts.headers, body).await;
        Page {
            visitor: self.clone(),
            path: path.to_owned(),
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

impl Page {
    pub fn html(&self) -> String {
        String::from_utf8(self.body.clone()).expect("pages are UTF-8")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("headers are text"))
    }

    /// The words a reader sees, spaces collapsed.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.html());
        let body = html
            .select(&selector("body"))
            .next()
            .expect("a page has a body");
        words(body)
    }

    /// The words inside the first element that matches.
    pub fn text_of(&self, css: &str) -> String {
        let html = Html::parse_document(&self.html());
        html.select(&selector(css))
            .next()
            .map(words)
            .unwrap_or_else(|| panic!("nothing matches {css} in\n{}", self.html()))
    }

    /// The words inside every element that matches.
    pub fn texts_of(&self, css: &str) -> Vec<String> {
        Html::parse_document(&self.html())
            .select(&selector(css))
            .map(words)
            .collect()
    }

    /// An attribute of the first element that matches.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.html());
        html.select(&selector(css))
            .next()?
            .value()
            .attr(name)
            .map(str::to_owned)
    }

    #[track_caller]
    pub fn sees(&self, words: &str) -> &Self {
        assert!(
            self.text().contains(words),
            "the page does not say {words:?}:\n{}",
            self.text()
        );
        self
    }

    #[track_caller]
    pub fn does_not_see(&self, words: &str) -> &Self {
        assert!(
            !self.text().contains(words),
            "the page says {words:?}:\n{}",
            self.text()
        );
        self
    }

    #[track_caller]
    pub fn has_status(&self, status: u16) -> &Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}:\n{}",
            self.path,
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// Where the answer leads, but for the fragment that leads to the top of a page.
    #[track_caller]
    pub fn leads_to(&self) -> String {
        assert!(
            self.status.is_redirection(),
            "{} answered {} and leads nowhere:\n{}",
            self.path,
            self.status,
            self.html()
        );
        let location = self.header("location");
        location
            .strip_suffix("#content")
            .unwrap_or(location)
            .to_owned()
    }

    /// Goes where the answer leads, until there is a page.
    pub async fn follow(&self) -> Self {
        let mut next = self.leads_to();
        for _ in 0..5 {
            let page = self
                .visitor
                .open(next.split('#').next().expect("an address"))
                .await;
            if !page.status.is_redirection() {
                return page;
            }
            next = page.leads_to();
        }
        panic!("redirects go in circles at {next}");
    }

    /// The form whose action begins so.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        self.forms(action).into_iter().next().unwrap_or_else(|| {
            panic!(
                "no form goes to {action} on {}:\n{}",
                self.path,
                self.html()
            )
        })
    }

    /// Every form whose action begins so.
    pub fn forms(&self, action: &str) -> Vec<Form> {
        let html = Html::parse_document(&self.html());
        html.select(&selector("form"))
            .filter(|form| {
                let found = form.value().attr("action");
                found.is_some_and(|found| found.starts_with(action))
            })
            .map(|form| self.form_in(form))
            .collect()
    }

    fn form_in(&self, form: ElementRef<'_>) -> Form {
        let mut fields = Vec::new();
        for element in form.select(&selector("input[name], textarea[name], select[name]")) {
            let name = element
                .value()
                .attr("name")
                .expect("selected by it")
                .to_owned();
            let kind = element.value().attr("type").unwrap_or("text");
            let value = match element.value().name() {
                // HTML drops the first line break inside a textarea.
                "textarea" => element.text().collect::<String>(),
                "select" => element
                    .select(&selector("option[selected]"))
                    .next()
                    .and_then(|option| option.value().attr("value"))
                    .unwrap_or_default()
                    .to_owned(),
                _ => element.value().attr("value").unwrap_or_default().to_owned(),
            };
            let is_sent = kind != "checkbox" || element.value().attr("checked").is_some();
            if is_sent {
                fields.push((name, value));
            }
        }
        let buttons = form
            .select(&selector("button"))
            .map(|button| {
                let attribute = |name| button.value().attr(name).unwrap_or_default().to_owned();
                (attribute("name"), attribute("value"), words(button))
            })
            .collect();
        let action = form
            .value()
            .attr("action")
            .expect("selected by it")
            .split('#')
            .next()
            .unwrap_or_default()
            .to_owned();
        Form {
            visitor: self.visitor.clone(),
            action,
            fields,
            buttons,
        }
    }
}

impl Form {
    /// What a field holds.
    pub fn value(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }

    /// Whether a field is there.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// Types into a field that is there.
    #[track_caller]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(field, _)| field == name);
        field
            .unwrap_or_else(|| panic!("the form has no field {name}"))
            .1 = value.to_owned();
        self
    }

    /// Ticks a box.
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a tick away.
    pub fn untick(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    pub fn labels(&self) -> Vec<&str> {
        self.buttons
            .iter()
            .map(|(.., label)| label.as_str())
            .collect()
    }

    /// Presses the first button that says so.
    #[track_caller]
    pub fn button(&self, label: &str) -> (String, String) {
        let found = self.buttons.iter().find(|(.., words)| words == label);
        let (name, value, _) =
            found.unwrap_or_else(|| panic!("no button says {label:?}, only {:?}", self.labels()));
        (name.clone(), value.clone())
    }

    pub async fn press(self, label: &str) -> Page {
        let (name, value) = self.button(label);
        self.press_button(name, value).await
    }

    /// Decides the first comment of the queue by the button on its card.
    pub async fn decide(self, label: &str) -> Page {
        let found = self
            .buttons
            .iter()
            .find(|(name, _, words)| name == "one" && words == label);
        let (name, value, _) = found
            .unwrap_or_else(|| panic!("no card says {label:?}, only {:?}", self.labels()))
            .clone();
        self.press_button(name, value).await
    }

    async fn press_button(mut self, name: String, value: String) -> Page {
        if !name.is_empty() {
            self.fields.push((name, value));
        }
        self.submit().await
    }

    /// Where it goes.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The names of all that it may send.
    pub fn names(&self) -> BTreeSet<&str> {
        let fields = self.fields.iter().map(|(name, _)| name.as_str());
        let buttons = self.buttons.iter().map(|(name, ..)| name.as_str());
        fields
            .chain(buttons)
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// Sends it with this under one of the names, whatever the page would let one choose there.
    pub async fn send_with(&self, name: &str, value: &str) -> Page {
        let others = self.fields.iter().filter(|(field, _)| field != name);
        let mut fields: Vec<(&str, &str)> = others
            .map(|(field, value)| (field.as_str(), value.as_str()))
            .collect();
        fields.push((name, value));
        self.visitor.post_fields(&self.action, &fields).await
    }

    pub async fn submit(self) -> Page {
        let fields: Vec<(&str, &str)> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.visitor.post_fields(&self.action, &fields).await
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css} is no selector: {error}"))
}

fn words(element: ElementRef<'_>) -> String {
    element
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What an answer says; of one without an end, what it says in a moment.
async fn read(headers: &HeaderMap, body: Body) -> Vec<u8> {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "text/event-stream") {
        let body = to_bytes(body, usize::MAX).await.expect("a whole answer");
        return body.to_vec();
    }
    let mut heard = Vec::new();
    let mut parts = body.into_data_stream();
    let ends = Instant::now() + Duration::from_millis(300);
    while let Ok(Some(part)) = timeout_at(ends, parts.next()).await {
        heard.extend_from_slice(&part.expect("a part of the answer"));
    }
    heard
}
