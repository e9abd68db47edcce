//! Forms: reading them, naming what is wrong with them, and giving them back. To write one:
//! 1. Declare a struct with the fields as typed: `#[derive(Default, Deserialize)] #[serde(default)]`, one [`String`] for each
//!    text, `bool` for a checkbox, `Vec<String>` for a repeated field, [`RowVersion`] for the version that was read.
//! 2. Normalize a field with `#[serde(deserialize_with = "form::single_line")]`, [`multi_line`], [`trimmed`] or [`parsed`].
//! 3. Add `#[serde(skip)] errors: FieldErrors`, and a method `parse(&mut self, …) -> Option<Thing>` that fills it.
//! 4. The handler takes a [`FormData<T>`](FormData) and gives its own work to [`submit_or_recover`]. A public page gives it to
//!    [`submit_or_render`] with a page of its own.
//! 5. The work answers a wrong form with the same page, status 422, every value kept and every error beside its field.
//!
//! `admin/settings.rs` shows all five.

mod body;
mod data;
mod errors;
mod fields;
mod recovery;

pub use body::{BodyTimeouts, buffer_small_body};
pub use data::{FormData, RowVersion, multi_line, parsed, single_line, trimmed};
pub use errors::FieldErrors;
pub use fields::FormFields;
pub use recovery::{SubmitFailure, submit_or_recover, submit_or_render};
