//! In which coding a page goes out (RFC 9110, section 12.5.3).

use axum::http::header;

use super::headers::Headers;

/// A coding of a page's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// As they are.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Coding {
    /// Its name in `Content-Encoding`; what is as it is has none.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// The coding that a client wants most; of those it wants alike, the one that makes pages smallest.
    pub fn wanted(headers: &(impl Headers + ?Sized)) -> Self {
        let mut best = (0, Self::Identity);
        // `*` is what is not named, so it counts only where gzip is not.
        let (mut any, mut is_gzip_named) = (0, false);
        for value in headers.all(&header::ACCEPT_ENCODING) {
            let Ok(value) = str::from_utf8(value) else {
                continue;
            };
            for part in value.split(',') {
                let (name, rest) = part.split_once(';').unwrap_or((part, ""));
                let (name, weight) = (name.trim(), weight(rest));
                let Some(coding) = Self::named(name) else {
                    any = if name == "*" { weight } else { any };
                    continue;
                };
                is_gzip_named |= coding == Self::Gzip;
                if weight > best.0 || (weight == best.0 && weight > 0 && coding.is_smaller(best.1))
                {
                    best = (weight, coding);
                }
            }
        }
        match any > best.0 && !is_gzip_named {
            true => Self::Gzip,
            false => best.1,
        }
    }

    fn named(name: &str) -> Option<Self> {
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

    fn is_smaller(self, than: Self) -> bool {
        self as u8 > than as u8
    }
}

/// Thousandths of a weight: `q=0.5` is 500. What says none, or nonsense, weighs all.
fn weight(parameters: &str) -> u16 {
    let written = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("q")
            .then_some(value.trim())
    });
    let parsed = written.and_then(|value| value.parse::<f32>().ok());
    parsed.map_or(1000, |weight| (weight.clamp(0.0, 1.0) * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    #[test]
    fn a_client_gets_what_it_wants_most() {
        for (accepted, coding) in [
            ("", Coding::Identity),
            ("gzip", Coding::Gzip),
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("br;q=0.1, gzip;q=0.9", Coding::Gzip),
            ("br;q=0, gzip", Coding::Gzip),
            ("BR , GZIP", Coding::Brotli),
            ("gzip;q=0", Coding::Identity),
            ("*", Coding::Gzip),
            ("gzip;q=0, *", Coding::Identity),
            ("br;q=0.5, *;q=0.1", Coding::Brotli),
            ("identity, gzip;q=0.5", Coding::Identity),
            ("gzip;q=nonsense", Coding::Gzip),
            ("zstd, deflate", Coding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
            assert_eq!(Coding::wanted(&headers), coding, "{accepted}");
        }
        assert_eq!(Coding::wanted(&HeaderMap::new()), Coding::Identity);
    }
}
