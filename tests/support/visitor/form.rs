//! Forms on pages: filling in fields and pressing buttons.

use std::collections::BTreeSet;

use scraper::ElementRef;

use super::page::{collapsed_text, selector};
use super::{Page, Visitor};

/// Form on a page, with the current values of its fields.
pub struct Form {
    visitor: Visitor,
    action: String,
    fields: Vec<(String, String)>,
    buttons: Vec<(String, String, String)>,
}

impl Form {
    /// Reads the fields and buttons of a form from the HTML of a page.
    pub(super) fn parse(visitor: &Visitor, form: ElementRef<'_>) -> Self {
        let mut fields = Vec::new();
        for element in form.select(&selector("input[name], textarea[name], select[name]")) {
            let name = element
                .value()
                .attr("name")
                .expect("the field has a name")
                .to_owned();
            let kind = element.value().attr("type").unwrap_or("text");
            let value = match element.value().name() {
                // HTML drops the first line break inside a textarea.
                "textarea" => element.text().collect::<String>(),
                "select" => element
                    .select(&selector("option[selected]"))
                    .next()
                    .and_then(|option| option.value().attr("value"))
                    .unwrap_or_default()
                    .to_owned(),
                _ => element.value().attr("value").unwrap_or_default().to_owned(),
            };
            let is_choice = kind == "checkbox" || kind == "radio";
            let is_sent = !is_choice || element.value().attr("checked").is_some();
            if is_sent {
                fields.push((name, value));
            }
        }
        let buttons = form
            .select(&selector("button"))
            .map(|button| {
                let attribute = |name| button.value().attr(name).unwrap_or_default().to_owned();
                (
                    attribute("name"),
                    attribute("value"),
                    collapsed_text(button),
                )
            })
            .collect();
        let action = form
            .value()
            .attr("action")
            .expect("the form has an action")
            .split('#')
            .next()
            .unwrap_or_default()
            .to_owned();
        Self {
            visitor: visitor.clone(),
            action,
            fields,
            buttons,
        }
    }

    /// Returns the value of a field, or an empty text if there is no such field.
    pub fn value(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }

    /// Returns whether the form has a field with this name.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// Replaces the value of a field. Panics if there is no such field.
    #[track_caller]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(field, _)| field == name);
        field
            .unwrap_or_else(|| panic!("the form has no field {name}"))
            .1 = value.to_owned();
        self
    }

    /// Ticks the checkbox with this name and value.
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Unticks the checkboxes with this name.
    pub fn untick(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    pub fn button_labels(&self) -> Vec<&str> {
        self.buttons
            .iter()
            .map(|(.., label)| label.as_str())
            .collect()
    }

    /// Returns the name and value of the first button with this label. Panics if there is none.
    #[track_caller]
    pub fn button(&self, label: &str) -> (String, String) {
        let found = self.buttons.iter().find(|(.., words)| words == label);
        let (name, value, _) = found.unwrap_or_else(|| {
            panic!(
                "no button is labelled {label:?}, only {:?}",
                self.button_labels()
            )
        });
        (name.clone(), value.clone())
    }

    pub async fn press(self, label: &str) -> Page {
        let (name, value) = self.button(label);
        self.press_button(name, value).await
    }

    /// Decides on the first comment in the moderation queue by pressing the button with this label on its card.
    pub async fn decide(self, label: &str) -> Page {
        let found = self
            .buttons
            .iter()
            .find(|(name, _, words)| name == "one" && words == label);
        let (name, value, _) = found
            .unwrap_or_else(|| {
                panic!(
                    "no card has a button {label:?}, only {:?}",
                    self.button_labels()
                )
            })
            .clone();
        self.press_button(name, value).await
    }

    async fn press_button(mut self, name: String, value: String) -> Page {
        if !name.is_empty() {
            self.fields.push((name, value));
        }
        self.submit().await
    }

    /// Returns the path to which the form is submitted.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Returns the names of all fields and buttons.
    pub fn names(&self) -> BTreeSet<&str> {
        let fields = self.fields.iter().map(|(name, _)| name.as_str());
        let buttons = self.buttons.iter().map(|(name, ..)| name.as_str());
        fields
            .chain(buttons)
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// Submits the form with this value in one field, even if the page does not offer the value.
    pub async fn send_with(&self, name: &str, value: &str) -> Page {
        self.send_with_all(&[(name, value)]).await
    }

    /// Submits the form with these values in these fields.
    pub async fn send_with_all(&self, values: &[(&str, &str)]) -> Page {
        let is_kept = |field: &str| values.iter().all(|(name, _)| *name != field);
        let kept = self
            .fields
            .iter()
            .map(|(field, value)| (field.as_str(), value.as_str()))
            .filter(|(field, _)| is_kept(field));
        let fields: Vec<(&str, &str)> = kept.chain(values.iter().copied()).collect();
        self.visitor.post_fields(&self.action, &fields).await
    }

    pub async fn submit(self) -> Page {
        let fields: Vec<(&str, &str)> = self
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.visitor.post_fields(&self.action, &fields).await
    }
}
