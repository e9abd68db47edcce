//! Translations of the interface with Fluent, including plural forms.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::text::Language;

type MessageBundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<MessageBundle> =
    LazyLock::new(|| load_bundle(Language::English, include_str!("../locales/en.ftl")));
static UKRAINIAN: LazyLock<MessageBundle> =
    LazyLock::new(|| load_bundle(Language::Ukrainian, include_str!("../locales/uk.ftl")));

fn load_bundle(language: Language, source: &'static str) -> MessageBundle {
    let language: LanguageIdentifier = language.code().parse().expect("the language code is valid");
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, errors)| {
        panic!("the {language} translations do not parse: {errors:?}")
    });
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Names from visitors are isolated by <bdi> elements; isolation marks around every argument would only show up in text.
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource)
        .expect("each message is defined only once");
    bundle
}

/// Translations into one language, with methods to look up messages by key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translator(Language);

impl Translator {
    pub fn new(language: Language) -> Self {
        Self(language)
    }

    pub fn language(self) -> Language {
        self.0
    }

    /// Returns the translated message with this key.
    pub fn text(self, key: &str) -> String {
        self.render(key, &FluentArgs::new())
    }

    /// Returns the translated message with this key in the plural form for `$count`.
    pub fn plural<'a>(self, key: &str, count: impl Into<FluentValue<'a>>) -> String {
        self.render(key, &FluentArgs::from_iter([("count", count)]))
    }

    /// Returns the translated message with this key in the plural form for `$count`, with one more argument inserted.
    pub fn plural_with(self, key: &str, count: i64, name: &str, value: &str) -> String {
        let args = [
            ("count", FluentValue::from(count)),
            (name, FluentValue::from(value)),
        ];
        self.render(key, &FluentArgs::from_iter(args))
    }

    /// Returns the translated message with this key, with one argument inserted.
    pub fn format(self, key: &str, name: &str, value: &str) -> String {
        self.format_all(key, &[(name, value)])
    }

    /// Returns the translated message with this key, with several arguments inserted.
    pub fn format_all(self, key: &str, values: &[(&str, &str)]) -> String {
        let args = values
            .iter()
            .map(|(name, value)| (*name, FluentValue::from(*value)))
            .collect();
        self.render(key, &args)
    }

    fn render(self, key: &str, args: &FluentArgs<'_>) -> String {
        let bundle: &MessageBundle = match self.0 {
            Language::English => &ENGLISH,
            Language::Ukrainian => &UKRAINIAN,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            // Unreachable in a tested build: a test compares the keys in the code with the translations.
            tracing::error!(key, "a translation is missing; its key is shown instead");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors);
        if !errors.is_empty() {
            tracing::error!(
                key,
                ?errors,
                "a translation could not be filled in completely"
            );
        }
        text.into_owned()
    }
}
