//! Negotiation of the content encoding (RFC 9110, section 12.5.3).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Content encoding of a page, ordered from the largest output to the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Hash)]
pub enum ContentEncoding {
    Identity,
    Gzip,
    Brotli,
}

impl ContentEncoding {
    /// Returns the value of the `Content-Encoding` header, or `None` for an uncompressed page.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// Returns the encoding to which the client gives the highest weight. Among equal weights, the encoding with the
    /// smallest output is chosen.
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let mut best = (0, Self::Identity);
        // `*` stands for encodings that are not listed, so it applies only if gzip is not.
        let (mut any, mut is_gzip_named) = (0, false);
        for value in headers.get_all(header::ACCEPT_ENCODING) {
            let Ok(value) = str::from_utf8(value.as_bytes()) else {
                continue;
            };
            for part in value.split(',') {
                let (name, rest) = part.split_once(';').unwrap_or((part, ""));
                let (name, weight) = (name.trim(), parse_weight(rest));
                let Some(encoding) = Self::parse(name) else {
                    any = if name == "*" { weight } else { any };
                    continue;
                };
                is_gzip_named |= encoding == Self::Gzip;
                if weight > best.0 || (weight == best.0 && weight > 0 && encoding > best.1) {
                    best = (weight, encoding);
                }
            }
        }
        match any > best.0 && !is_gzip_named {
            true => Self::Gzip,
            false => best.1,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("br") {
            Some(Self::Brotli)
        } else if is("gzip") || is("x-gzip") {
            Some(Self::Gzip)
        } else if is("identity") {
            Some(Self::Identity)
        } else {
            None
        }
    }
}

/// Replaces `Accept-Encoding` by the one encoding that the response shall have. The compression layer inside then decides as
/// the cache does, and never refuses a request that accepts no encoding at all: a form would have been saved before the
/// refusal (RFC 9110, section 12.5.3, leaves the choice).
pub async fn simplify_accept_encoding(mut request: Request, next: Next) -> Response {
    let name = ContentEncoding::negotiate(request.headers()).name();
    let encoding = HeaderValue::from_static(name.unwrap_or("identity"));
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT_ENCODING, encoding);
    next.run(request).await
}

/// Parses the weight of an encoding (`q=0.5`) into thousandths (500). A missing or malformed weight is 1000.
fn parse_weight(parameters: &str) -> u16 {
    let written = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("q")
            .then_some(value.trim())
    });
    let parsed = written.and_then(|value| value.parse::<f32>().ok());
    // Without a weight the encoding has the highest (RFC 9110, section 12.4.2).
    parsed.map_or(1000, |weight| (weight.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_with_the_highest_weight_wins() {
        for (accepted, encoding) in [
            ("", ContentEncoding::Identity),
            ("gzip", ContentEncoding::Gzip),
            ("gzip, deflate, br, zstd", ContentEncoding::Brotli),
            ("br;q=0.1, gzip;q=0.9", ContentEncoding::Gzip),
            ("br;q=0, gzip", ContentEncoding::Gzip),
            ("BR , GZIP", ContentEncoding::Brotli),
            ("gzip;q=0", ContentEncoding::Identity),
            ("*", ContentEncoding::Gzip),
            ("gzip;q=0, *", ContentEncoding::Identity),
            ("br;q=0.5, *;q=0.1", ContentEncoding::Brotli),
            ("identity, gzip;q=0.5", ContentEncoding::Identity),
            ("gzip;q=nonsense", ContentEncoding::Gzip),
            ("zstd, deflate", ContentEncoding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
            assert_eq!(ContentEncoding::negotiate(&headers), encoding, "{accepted}");
        }
        assert_eq!(
            ContentEncoding::negotiate(&HeaderMap::new()),
            ContentEncoding::Identity
        );
    }
}
