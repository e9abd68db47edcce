//! Errors of a form, each with the name of its field.

use crate::i18n::Translator;
use crate::text::input;

/// Longest text of a field, in the unit that its limit counts.
#[derive(Clone, Copy, Debug)]
pub enum TextLimit {
    Chars(usize),
    /// For texts so long that their size in memory and in the database matters.
    Bytes(usize),
    /// The field's length is checked elsewhere, with a message of its own.
    Elsewhere,
}

impl TextLimit {
    /// Returns the message key of a text that is too long, the limit, and by how much the text exceeds it.
    fn find_excess(self, text: &str) -> Option<(&'static str, usize, usize)> {
        let (key, limit, length) = match self {
            Self::Chars(limit) => ("field-too-many-characters", limit, text.chars().count()),
            Self::Bytes(limit) => ("field-too-many-bytes", limit, text.len()),
            Self::Elsewhere => return None,
        };
        (length > limit).then(|| (key, limit, length - limit))
    }
}

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
    /// than its limit.
    pub fn check_text(
        &mut self,
        translator: Translator,
        field: &'static str,
        text: &mut String,
        limit: TextLimit,
    ) {
        if input::has_invalid_chars(text) {
            *text = input::strip_invalid_chars(text);
            self.push(translator, field, "field-unreadable");
        } else if let Some((key, limit, excess)) = limit.find_excess(text) {
            let excess = i64::try_from(excess).unwrap_or(i64::MAX);
            let limit = limit.to_string();
            self.push_message(field, translator.plural_with(key, excess, "limit", &limit));
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
