//! What stands in a shortcode's brackets after its name: `id="3"`, `width=200`, a bare address.

use std::borrow::Cow;

/// The attributes of a shortcode, in their order; those without a name are its bare values.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Attributes<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Attributes<'a> {
    /// Reads them with straight quotes, none, or those that editors make of straight ones.
    pub fn parse(source: &'a str) -> Self {
        let mut attributes = Vec::new();
        let mut rest = source.trim_start_matches(is_gap);
        while !rest.is_empty() {
            let after_name = rest.trim_start_matches(is_of_a_name);
            let name = &rest[..rest.len() - after_name.len()];
            let (name, source) = match after_name.trim_start_matches(is_gap).strip_prefix('=') {
                Some(source) => (name, source.trim_start_matches(is_gap)),
                None => ("", rest),
            };
            let (value, left) = value(source);
            attributes.push((name, value));
            rest = left.trim_start_matches(is_gap);
        }
        Self(attributes)
    }

    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|&(_, value)| value)
    }

    /// The first value without a name; `[youtube=…]` has one too.
    pub fn bare(&self) -> Option<&'a str> {
        self.get("")
    }

    /// The numbers in a list such as `ids="3, 1"`.
    pub fn numbers(&self, name: &str) -> Vec<i64> {
        let list = self.get(name).unwrap_or_default();
        list.split([',', ' '])
            .filter_map(|number| number.trim().parse().ok())
            .collect()
    }
}

/// Reads one value; says what follows it.
fn value(source: &str) -> (&str, &str) {
    let Some((opening, family)) = quote(source) else {
        let end = source.find(is_gap).unwrap_or(source.len());
        return source.split_at(end);
    };
    let inside = &source[opening..];
    for (at, _) in inside.char_indices() {
        if let Some((closing, other)) = quote(&inside[at..])
            && family.is_closed_by(other)
        {
            return (&inside[..at], &inside[at + closing..]);
        }
    }
    (inside, "")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Double,
    Single,
    /// A double one that an editor turned or escaped; such pairs seldom match to the letter.
    MadeDouble,
    MadeSingle,
}

impl Quote {
    fn is_closed_by(self, other: Self) -> bool {
        match self {
            Self::Double | Self::Single => self == other,
            Self::MadeDouble => matches!(other, Self::Double | Self::MadeDouble),
            Self::MadeSingle => matches!(other, Self::Single | Self::MadeSingle),
        }
    }
}

/// The quote that the text starts with, and its length.
fn quote(text: &str) -> Option<(usize, Quote)> {
    const ESCAPED: [(&str, Quote); 12] = [
        ("&quot;", Quote::MadeDouble),
        ("&#34;", Quote::MadeDouble),
        ("&#034;", Quote::MadeDouble),
        ("&#8220;", Quote::MadeDouble),
        ("&#8221;", Quote::MadeDouble),
        ("&#8222;", Quote::MadeDouble),
        ("&#8243;", Quote::MadeDouble),
        ("&#39;", Quote::MadeSingle),
        ("&#039;", Quote::MadeSingle),
        ("&#8216;", Quote::MadeSingle),
        ("&#8217;", Quote::MadeSingle),
        ("&#8242;", Quote::MadeSingle),
    ];
    let first = text.chars().next()?;
    let family = match first {
        '"' => Quote::Double,
        '\'' => Quote::Single,
        '“' | '”' | '„' | '″' | '«' | '»' => Quote::MadeDouble,
        '‘' | '’' | '′' => Quote::MadeSingle,
        '&' => {
            return ESCAPED
                .into_iter()
                .find(|(escaped, _)| text.starts_with(escaped))
                .map(|(escaped, family)| (escaped.len(), family));
        }
        _ => return None,
    };
    Some((first.len_utf8(), family))
}

fn is_gap(c: char) -> bool {
    c.is_whitespace()
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Text as it stands between quotes in HTML; entities stay as written.
pub fn quoted(value: &str) -> Cow<'_, str> {
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
    fn attributes_are_read_whatever_their_quotes() {
        for source in [
            "ids=\"1,2\" link='file' x",
            " ids=1,2 link=file x",
            "ids=&quot;1,2&quot; link=“file” x",
            "ids=”1,2″ link=&#8217;file&#8217; x",
            "ids = \"1,2\" link=\"file\" \"x\"",
            "ids=“1,2\" link = file x",
        ] {
            let attributes = Attributes::parse(source);
            assert_eq!(attributes.numbers("ids"), [1, 2], "{source}");
            assert_eq!(attributes.get("link"), Some("file"), "{source}");
            assert_eq!(attributes.bare(), Some("x"), "{source}");
        }
    }

    #[test]
    fn a_bare_address_may_hold_an_equals_sign() {
        for source in [
            " https://a.b/watch?v=3",
            "=https://a.b/watch?v=3",
            "=\"https://a.b/watch?v=3\"",
        ] {
            assert_eq!(
                Attributes::parse(source).bare(),
                Some("https://a.b/watch?v=3")
            );
        }
    }

    #[test]
    fn a_quote_without_an_end_goes_on_to_the_end() {
        assert_eq!(
            Attributes::parse("a=\"b c").get("a"),
            Some("b c"),
            "unclosed"
        );
        assert_eq!(Attributes::parse("a=").get("a"), Some(""));
    }
}
