//! What search engines read of a page, as JSON inside its HTML.

use std::fmt;

use askama::filters::HtmlSafe;
use serde_json::Value;

/// JSON that may stand in a `<script type="application/ld+json">`: a block of data, which no browser runs.
///
/// HTML ends such a block at `</script`, reads on oddly after `<!--`, and knows no entities there; JSON knows `\u003C`. So
/// every character that HTML would heed is written that way, and no text in it can end the element.
#[derive(Clone, Debug)]
pub struct JsonLd(Value);

impl JsonLd {
    /// What is said of a page.
    pub fn new(value: Value) -> Self {
        Self(value)
    }
}

impl fmt::Display for JsonLd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Outside of its strings JSON has none of these characters.
        for character in self.0.to_string().chars() {
            match character {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    write!(f, "\\u{:04X}", u32::from(character))?;
                }
                _ => fmt::Write::write_char(f, character)?,
            }
        }
        Ok(())
    }
}

// Nothing that HTML heeds is left in it; a test says so.
impl HtmlSafe for JsonLd {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const HEEDED: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

    #[test]
    fn nothing_in_it_ends_the_element() {
        let hostile = "</script><script>alert(1)</script><!-- & \u{2028}\u{2029}";
        let written = JsonLd::new(json!({ hostile: [hostile] })).to_string();
        assert!(!written.contains(HEEDED));
        assert!(written.contains(r"\u003C/script\u003E"), "{written}");
    }

    proptest! {
        #[test]
        fn it_says_what_it_was_given(text in "(?s)[<>&!/a\\\\\"\u{2028}\u{2029}]{0,40}|(?s).{0,40}") {
            let value = json!({ "text": text });
            let written = JsonLd::new(value.clone()).to_string();
            prop_assert!(!written.contains(HEEDED));
            prop_assert_eq!(serde_json::from_str::<Value>(&written).expect("it is JSON"), value);
        }
    }
}
