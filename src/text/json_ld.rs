//! Structured data that pages contain for search engines (JSON-LD).

use std::fmt;

use askama::filters::HtmlSafe;
use serde_json::Value;

/// JSON that is escaped for use inside `<script type="application/ld+json">`.
#[derive(Clone, Debug)]
pub struct JsonLd(Value);

impl JsonLd {
    pub fn new(value: Value) -> Self {
        Self(value)
    }
}

impl fmt::Display for JsonLd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Entities do not work inside a script element, where `</script` ends it and `<!--` changes how it is parsed, so
        // these characters are written as JSON escapes. Outside of strings JSON does not contain them.
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

// No character that is special in HTML is left; a test verifies it.
impl HtmlSafe for JsonLd {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const SPECIAL_CHARS: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

    #[test]
    fn text_inside_json_ld_cannot_end_the_script_element() {
        let hostile = "</script><script>alert(1)</script><!-- & \u{2028}\u{2029}";
        let written = JsonLd::new(json!({ hostile: [hostile] })).to_string();
        assert!(!written.contains(SPECIAL_CHARS));
        assert!(written.contains(r"\u003C/script\u003E"), "{written}");
    }

    proptest! {
        #[test]
        fn escaped_json_parses_to_the_original_value(text in "(?s)[<>&!/a\\\\\"\u{2028}\u{2029}]{0,40}|(?s).{0,40}") {
            let value = json!({ "text": text });
            let written = JsonLd::new(value.clone()).to_string();
            prop_assert!(!written.contains(SPECIAL_CHARS));
            prop_assert_eq!(serde_json::from_str::<Value>(&written).expect("valid JSON"), value);
        }
    }
}
