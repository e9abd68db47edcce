//! The errors of a form, each with its field.

use crate::i18n::Translator;
use crate::text::input;

/// The errors found in a form: the name of a field, and a sentence that says what to do.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error with its translated message.
    pub fn push_message(&mut self, field: &'static str, message: String) {
        self.0.push((field, message));
    }

    /// Adds an error by the key of its message.
    pub fn push(&mut self, translator: Translator, field: &'static str, key: &str) {
        self.push_message(field, translator.text(key));
    }

    /// Checks what holds for every text field: removes and reports unreadable characters, and reports a text of more than
    /// `max_bytes` bytes.
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

    /// Returns whether the form is valid.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the first error of a field.
    pub fn message_for(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, message)| message.as_str())
    }

    /// Returns all errors in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.0.iter()
    }
}
