//! Responses as a browser shows them.

use axum::http::{HeaderMap, StatusCode};
use scraper::{ElementRef, Html, Selector};

use super::{Form, Visitor};

/// Response as a browser shows it.
pub struct Page {
    pub(super) visitor: Visitor,
    pub path: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Page {
    /// Returns the body as text. In an image, what is not text is replaced.
    pub fn html(&self) -> String {
        if self.header("content-type").starts_with("image/") {
            return String::from_utf8_lossy(&self.body).into_owned();
        }
        String::from_utf8(self.body.clone()).expect("pages are UTF-8")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| {
            value.to_str().expect("the header's value is text")
        })
    }

    /// Returns the `Set-Cookie` header for the cookie with this name. Panics if there is none.
    #[track_caller]
    pub fn set_cookie(&self, name: &str) -> &str {
        let cookies = self.headers.get_all("set-cookie").iter();
        cookies
            .map(|value| value.to_str().expect("the cookie is text"))
            .find(|cookie| cookie.split('=').next() == Some(name))
            .unwrap_or_else(|| panic!("{} sets no cookie {name}", self.path))
    }

    /// Returns the text of the body with white space collapsed.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.html());
        let body = html
            .select(&selector("body"))
            .next()
            .expect("the page has a body");
        collapsed_text(body)
    }

    /// Returns the text of the first element that matches a CSS selector. Panics if there is none.
    pub fn text_of(&self, css: &str) -> String {
        let html = Html::parse_document(&self.html());
        html.select(&selector(css))
            .next()
            .map(collapsed_text)
            .unwrap_or_else(|| panic!("nothing matches {css} in\n{}", self.html()))
    }

    /// Returns the text of every element that matches a CSS selector.
    pub fn texts_of(&self, css: &str) -> Vec<String> {
        Html::parse_document(&self.html())
            .select(&selector(css))
            .map(collapsed_text)
            .collect()
    }

    /// Returns an attribute of the first element that matches a CSS selector.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.html());
        html.select(&selector(css))
            .next()?
            .value()
            .attr(name)
            .map(str::to_owned)
    }

    #[track_caller]
    pub fn sees(&self, expected: &str) -> &Self {
        assert!(
            self.text().contains(expected),
            "the page does not show {expected:?}:\n{}",
            self.text()
        );
        self
    }

    #[track_caller]
    pub fn does_not_see(&self, expected: &str) -> &Self {
        assert!(
            !self.text().contains(expected),
            "the page shows {expected:?}:\n{}",
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

    /// Asserts that the response is a redirect and returns its target. The fragment `#content`, which leads to the top of
    /// the page, is removed.
    #[track_caller]
    pub fn leads_to(&self) -> String {
        assert!(
            self.status.is_redirection(),
            "{} answered {} instead of a redirect:\n{}",
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

    /// Follows redirects until the response is a page. Panics after five redirects.
    pub async fn follow(&self) -> Self {
        let mut next = self.leads_to();
        for _ in 0..5 {
            let page = self
                .visitor
                .open(next.split('#').next().expect("a path"))
                .await;
            if !page.status.is_redirection() {
                return page;
            }
            next = page.leads_to();
        }
        panic!("too many redirects, at last to {next}");
    }

    /// Returns the first form whose action URL begins with `action`. Panics if there is none.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        self.forms(action).into_iter().next().unwrap_or_else(|| {
            panic!(
                "no form with the action {action} on {}:\n{}",
                self.path,
                self.html()
            )
        })
    }

    /// Returns every form whose action URL begins with `action`.
    pub fn forms(&self, action: &str) -> Vec<Form> {
        let html = Html::parse_document(&self.html());
        html.select(&selector("form"))
            .filter(|form| {
                let found = form.value().attr("action");
                found.is_some_and(|found| found.starts_with(action))
            })
            .map(|form| Form::parse(&self.visitor, form))
            .collect()
    }
}

pub(super) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css} is no selector: {error}"))
}

pub(super) fn collapsed_text(element: ElementRef<'_>) -> String {
    element
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
