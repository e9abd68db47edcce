//! Forms: reading them, validating them, and showing them again if something is wrong. To write a form:
//! 1. Declare a struct with the fields as submitted: `#[derive(Default, Deserialize)] #[serde(default)]`, one [`String`] for
//!    each text, `bool` for a checkbox, `Vec<String>` for a repeated field, [`RowVersion`] for the version of the row.
//! 2. Normalize a field with `#[serde(deserialize_with = "form::single_line")]`, [`text_line`], [`multi_line`], [`trimmed`] or
//!    [`parsed`].
//! 3. Add `#[serde(skip)] errors: FieldErrors`, and a method `parse(&mut self, …) -> Option<Thing>` that fills `errors`.
//! 4. The handler takes a [`FormData<T>`](FormData) and passes a future that saves the form to [`submit_or_recover`].
//! 5. If the form is invalid, the future returns the same page with status 422, all values as submitted, and each error beside
//!    its field.
//!
//! `admin/settings.rs` is an example of all five steps.

mod body;
mod data;
mod errors;
mod fields;
mod recovery;

pub use body::{BodyTimeouts, SMALL_BODY_BYTES, buffer_small_body, declared_length};
pub use data::{FormData, RowVersion, multi_line, parsed, single_line, text_line, trimmed};
pub use errors::{FieldErrors, TextLimit};
pub use fields::FormFields;
pub use recovery::{WrongField, return_cross_site_form, return_invalid_form, submit_or_recover};
