//! Parses the attributes of a WordPress shortcode: `id="3"`, `width=200`, or a value without a name.

use std::borrow::Cow;

/// Names and values of a shortcode's attributes, in order. A value without a name has an empty name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ShortcodeAttributes<'a>(Vec<(&'a str, &'a str)>);

impl<'a> ShortcodeAttributes<'a> {
    /// Parses attributes with straight quotes, without quotes, or with the typographic quotes that editors put in place
    /// of straight ones.
    pub fn parse(source: &'a str) -> Self {
        let mut attributes = Vec::new();
        let mut rest = source.trim_start_matches(is_space);
        while !rest.is_empty() {
            let after_name = rest.trim_start_matches(is_name_char);
            let name = &rest[..rest.len() - after_name.len()];
            // A URL may contain an equals sign, so only a plain name before one is an attribute.
            let (name, source) = match after_name.trim_start_matches(is_space).strip_prefix('=') {
                Some(source) => (name, source.trim_start_matches(is_space)),
                None => ("", rest),
            };
            let (value, left) = split_value(source);
            attributes.push((name, value));
            rest = left.trim_start_matches(is_space);
        }
        Self(attributes)
    }

    /// Returns the value of an attribute.
    pub fn find(&self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            // WordPress converts the names of attributes to lower case.
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|&(_, value)| value)
    }

    /// Returns the first value that has no name, as in `[video movie.mp4]` or `[youtube=…]`.
    pub fn unnamed(&self) -> Option<&'a str> {
        self.find("")
    }

    /// Parses the attribute `name` as a list of IDs, such as `ids="3, 1"`. Skips everything in the list that is not a
    /// number.
    pub fn ids(&self, name: &str) -> Vec<i64> {
        let list = self.find(name).unwrap_or_default();
        list.split([',', ' '])
            .filter_map(|number| number.trim().parse().ok())
            .collect()
    }
}

/// Splits off the first attribute value. Returns the value and the rest of the text after it.
fn split_value(source: &str) -> (&str, &str) {
    let Some((opening, style)) = parse_quote(source) else {
        let end = source.find(is_space).unwrap_or(source.len());
        return source.split_at(end);
    };
    let inside = &source[opening..];
    for (at, _) in inside.char_indices() {
        if let Some((closing, other)) = parse_quote(&inside[at..])
            && style.is_closed_by(other)
        {
            return (&inside[..at], &inside[at + closing..]);
        }
    }
    // Without a closing quote the rest is the value: a link without its end is better than none.
    (inside, "")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum QuoteStyle {
    Double,
    Single,
    /// A typographic or escaped double quote. Texts often close such a quote with a different character than they opened
    /// it with.
    TypographicDouble,
    TypographicSingle,
}

impl QuoteStyle {
    fn is_closed_by(self, other: Self) -> bool {
        match self {
            Self::Double | Self::Single => self == other,
            // One quote of a pair may have been replaced by an editor and the other not.
            Self::TypographicDouble => matches!(other, Self::Double | Self::TypographicDouble),
            Self::TypographicSingle => matches!(other, Self::Single | Self::TypographicSingle),
        }
    }
}

/// Returns the length and style of the quotation mark at the start of `text`, or `None` if there is none.
fn parse_quote(text: &str) -> Option<(usize, QuoteStyle)> {
    const ESCAPED: [(&str, QuoteStyle); 12] = [
        ("&quot;", QuoteStyle::TypographicDouble),
        ("&#34;", QuoteStyle::TypographicDouble),
        ("&#034;", QuoteStyle::TypographicDouble),
        ("&#8220;", QuoteStyle::TypographicDouble),
        ("&#8221;", QuoteStyle::TypographicDouble),
        ("&#8222;", QuoteStyle::TypographicDouble),
        ("&#8243;", QuoteStyle::TypographicDouble),
        ("&#39;", QuoteStyle::TypographicSingle),
        ("&#039;", QuoteStyle::TypographicSingle),
        ("&#8216;", QuoteStyle::TypographicSingle),
        ("&#8217;", QuoteStyle::TypographicSingle),
        ("&#8242;", QuoteStyle::TypographicSingle),
    ];
    let first = text.chars().next()?;
    let style = match first {
        '"' => QuoteStyle::Double,
        '\'' => QuoteStyle::Single,
        '“' | '”' | '„' | '″' | '«' | '»' => QuoteStyle::TypographicDouble,
        '‘' | '’' | '′' => QuoteStyle::TypographicSingle,
        '&' => {
            return ESCAPED
                .into_iter()
                .find(|(escaped, _)| text.starts_with(escaped))
                .map(|(escaped, style)| (escaped.len(), style));
        }
        _ => return None,
    };
    Some((first.len_utf8(), style))
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Escapes text for use in a quoted HTML attribute. Existing entities such as `&amp;` stay unchanged.
pub fn escape_attribute(value: &str) -> Cow<'_, str> {
    if value.contains(['"', '<', '>']) {
        let value = value.replace('"', "&quot;");
        return Cow::Owned(value.replace('<', "&lt;").replace('>', "&gt;"));
    }
    Cow::Borrowed(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcode_attributes_are_parsed_with_any_quotes() {
        for source in [
            "ids=\"1,2\" link='file' x",
            " ids=1,2 link=file x",
            "ids=&quot;1,2&quot; link=“file” x",
            "ids=”1,2″ link=&#8217;file&#8217; x",
            "ids = \"1,2\" link=\"file\" \"x\"",
            "ids=“1,2\" link = file x",
        ] {
            let attributes = ShortcodeAttributes::parse(source);
            assert_eq!(attributes.ids("ids"), [1, 2], "{source}");
            assert_eq!(attributes.find("link"), Some("file"), "{source}");
            assert_eq!(attributes.unnamed(), Some("x"), "{source}");
        }
    }

    #[test]
    fn a_value_without_a_name_may_contain_an_equals_sign() {
        for source in [
            " https://a.b/watch?v=3",
            "=https://a.b/watch?v=3",
            "=\"https://a.b/watch?v=3\"",
        ] {
            assert_eq!(
                ShortcodeAttributes::parse(source).unnamed(),
                Some("https://a.b/watch?v=3")
            );
        }
    }

    #[test]
    fn a_value_with_an_unclosed_quote_extends_to_the_end() {
        assert_eq!(
            ShortcodeAttributes::parse("a=\"b c").find("a"),
            Some("b c"),
            "unclosed"
        );
        assert_eq!(ShortcodeAttributes::parse("a=").find("a"), Some(""));
    }
}
