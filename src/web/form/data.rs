//! Conversion of submitted forms into structs with serde.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use anyhow::Context;
use axum::extract::{FromRequest, Request};
use serde::de::value::{
    BorrowedStrDeserializer, Error as ValueError, MapDeserializer, SeqDeserializer,
};
use serde::de::{DeserializeOwned, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

use super::fields::FormFields;
use crate::text::input;
use crate::web::error::Error;

/// Submitted form: a struct filled from its fields, and the raw fields, which are shown to the visitor again if the form
/// cannot be saved.
pub struct FormData<T> {
    pub value: T,
    pub fields: FormFields,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for FormData<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let fields = FormFields::from_request(request, state).await?;
        let value = fields.parse()?;
        Ok(Self { value, fields })
    }
}

impl FormFields {
    /// Fills a struct from the fields of the form. Unknown fields are ignored. If a field is repeated, a text takes the
    /// first value. Fails if the struct has a field that a form cannot guarantee, such as a number or a field without
    /// `serde(default)`.
    pub fn parse<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        // Grouped by name: a derived `Deserialize` fails on a field that comes twice.
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in self.iter() {
            values.entry(name).or_default().push(value);
        }
        let values = values
            .into_iter()
            .map(|(name, values)| (name, FieldValues(values)));
        T::deserialize(MapDeserializer::new(values)).context("a form does not fit its struct")
    }
}

/// All values that a form sent under one name; at least one.
struct FieldValues<'de>(Vec<&'de str>);

impl<'de> FieldValues<'de> {
    fn first(&self) -> &'de str {
        self.0.first().copied().unwrap_or_default()
    }
}

impl<'de> IntoDeserializer<'de> for FieldValues<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for FieldValues<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_borrowed_str(self.first())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        // Browsers send a ticked box with its value, and an unticked one not at all.
        visitor.visit_bool(!self.first().is_empty())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.first() {
            // Browsers send an empty field as an empty text.
            "" => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let values = self.0.into_iter().map(BorrowedStrDeserializer::new);
        visitor.visit_seq(SeqDeserializer::new(values))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.first()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct
        map struct identifier ignored_any
    }
}

/// Reads a single-line field: replaces line breaks by spaces and removes white space at both ends.
pub fn single_line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(input::single_line(<&str>::deserialize(deserializer)?))
}

/// Reads a single-line field of an editor, which keeps no-break spaces and direction marks.
pub fn text_line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(input::text_line(<&str>::deserialize(deserializer)?))
}

/// Reads a multi-line field and normalizes its line breaks to `\n`.
pub fn multi_line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(input::multi_line(<&str>::deserialize(deserializer)?))
}

/// Reads a field and removes white space at both ends.
pub fn trimmed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(<&str>::deserialize(deserializer)?.trim().to_owned())
}

/// Reads a field whose value the page filled in, such as an id. The result is `None` if the value does not parse.
pub fn parsed<'de, D: Deserializer<'de>, F: FromStr>(
    deserializer: D,
) -> Result<Option<F>, D::Error> {
    Ok(<&str>::deserialize(deserializer)?.parse().ok())
}

/// Version of the database row when the form was opened, from a hidden field. If the field is missing or holds no number,
/// the version is -1, which no row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowVersion(pub i32);

impl Default for RowVersion {
    fn default() -> Self {
        Self(-1)
    }
}

impl<'de> Deserialize<'de> for RowVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(parsed(deserializer)?.map(Self).unwrap_or_default())
    }
}

impl fmt::Display for RowVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::CommentId;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum SampleAction {
        Preview,
        #[default]
        #[serde(other)]
        Save,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct SampleForm {
        #[serde(deserialize_with = "single_line")]
        title: String,
        #[serde(deserialize_with = "multi_line")]
        body: String,
        pinned: bool,
        topics: Vec<String>,
        act: SampleAction,
        #[serde(deserialize_with = "parsed")]
        to: Option<CommentId>,
        version: RowVersion,
    }

    fn parse(query: &str) -> SampleForm {
        FormFields::from_query(query)
            .parse()
            .expect("every field has a default")
    }

    #[test]
    fn form_fields_are_parsed_into_a_struct() {
        let form = parse(
            "title=+A%0D%0Aline+&body=a%0D%0Ab&pinned=1&topics=x&other=1&topics=y&act=preview&to=7&version=3",
        );
        let expected = SampleForm {
            title: "A line".to_owned(),
            body: "a\nb".to_owned(),
            pinned: true,
            topics: vec!["x".to_owned(), "y".to_owned()],
            act: SampleAction::Preview,
            to: Some(CommentId(7)),
            version: RowVersion(3),
        };
        assert_eq!(form, expected);
    }

    #[test]
    fn missing_and_invalid_fields_get_their_defaults() {
        assert_eq!(parse(""), SampleForm::default());
        assert_eq!(
            parse("pinned=&act=what&to=x&version=y"),
            SampleForm::default()
        );
    }

    #[test]
    fn the_first_of_repeated_values_is_used() {
        let form = parse("title=first&title=second&title=%FF&version=1&version=2");
        assert_eq!(
            (form.title.as_str(), form.version),
            ("first", RowVersion(1))
        );
    }

    #[test]
    fn invalid_utf_8_is_replaced() {
        assert_eq!(parse("title=%FF").title, "\u{FFFD}");
    }
}
