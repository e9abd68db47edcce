//! The headers of a request, whoever has read them.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Headers, by their names.
pub trait Headers {
    /// What every header of that name says, in their order.
    fn all(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]>;
}

impl Headers for HeaderMap {
    fn all(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        self.get_all(name).iter().map(HeaderValue::as_bytes)
    }
}

impl Headers for [httparse::Header<'_>] {
    fn all(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        self.iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name.as_str()))
            .map(|header| header.value)
    }
}
