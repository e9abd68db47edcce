//! The catalogue: every sentence a visitor or a moderator reads, in the site's language, with its plurals.

use std::borrow::Borrow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::text::Language;

type Catalogue = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Catalogue> =
    LazyLock::new(|| catalogue(Language::English, include_str!("../locales/en.ftl")));
static UKRAINIAN: LazyLock<Catalogue> =
    LazyLock::new(|| catalogue(Language::Ukrainian, include_str!("../locales/uk.ftl")));

fn catalogue(language: Language, source: &'static str) -> Catalogue {
    let language: LanguageIdentifier = language
        .code()
        .parse()
        .expect("our languages' codes are well formed");
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, errors)| {
        panic!("the {language} catalogue does not parse: {errors:?}")
    });
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Names from visitors stand in elements of their own; marks around every number would only be in the way.
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource)
        .expect("a catalogue holds each message once; a test says so");
    bundle
}

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(Language);

impl Words {
    /// The words of `language`.
    pub fn of(language: Language) -> Self {
        Self(language)
    }

    /// The language these words are in.
    pub fn language(self) -> Language {
        self.0
    }

    /// The message `key`.
    pub fn say(self, key: &str) -> String {
        self.format(key, &FluentArgs::new())
    }

    /// The message `key` with `$count` put in, in the plural the language asks for.
    pub fn count(self, key: &str, count: impl Borrow<i64>) -> String {
        self.format(
            key,
            &FluentArgs::from_iter([("count", FluentValue::from(*count.borrow()))]),
        )
    }

    /// The message `key` with `$count` and one word of its own put in, in the plural the language asks for.
    pub fn count_with(self, key: &str, count: i64, name: &str, value: &str) -> String {
        let args = [
            ("count", FluentValue::from(count)),
            (name, FluentValue::from(value)),
        ];
        self.format(key, &FluentArgs::from_iter(args))
    }

    /// The message `key` with one word of its own put in.
    pub fn with(self, key: &str, name: &str, value: &str) -> String {
        self.with_all(key, &[(name, value)])
    }

    /// The message `key` with several words of its own put in.
    pub fn with_all(self, key: &str, values: &[(&str, &str)]) -> String {
        let args = values
            .iter()
            .map(|(name, value)| (*name, FluentValue::from(*value)))
            .collect();
        self.format(key, &args)
    }

    fn format(self, key: &str, args: &FluentArgs<'_>) -> String {
        let catalogue: &Catalogue = match self.0 {
            Language::English => &ENGLISH,
            Language::Ukrainian => &UKRAINIAN,
        };
        let Some(pattern) = catalogue
            .get_message(key)
            .and_then(|message| message.value())
        else {
            // A test compares the catalogues with the code, so this is not reached in a build that passed.
            tracing::error!(key, "the catalogue lacks a message");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = catalogue.format_pattern(pattern, Some(args), &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a message lacks what is put into it");
        }
        text.into_owned()
    }
}
