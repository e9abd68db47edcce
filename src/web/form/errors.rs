//! Errors of a form, each with the name of its field.

use crate::i18n::Translator;
use crate::text::input;

/// Errors found in a form. Each consists of the name of a field and a sentence that says what to do.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    /// Adds an error whose message is already translated.
    pub fn push_message(&mut self, field: &'static str, message: String) {
        self.0.push((field, message));
    }

    /// Adds an error by the key of its message, which is translated here.
    pub fn push(&mut self, translator: Translator, field: &'static str, key: &str) {
        self.push_message(field, translator.text(key));
    }

    /// Removes unreadable characters from the text of a field. Adds an error if there were any, or if the text is longer
    /// than `max_bytes` bytes.
    pub fn check_text(
        &mut self,
        translator: Translator,
        field: &'static str,
        text: &mut String,
        max_bytes: usize,
    ) {
        if input::has_invalid_chars(text) {
            *text = input::strip_invalid_chars(text);
            self.push(translator, field, "field-unreadable");
        } else if text.len() > max_bytes {
            self.push(translator, field, "field-too-long");
        }
    }

    /// Returns whether the form has no errors.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the message of the first error of a field.
    pub fn message_for(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, message)| message.as_str())
    }

    /// Returns all errors in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.0.iter()
    }
}
