//! The form of the discussion settings: the values that a moderator entered, and their validation.

use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer};
use url::Url;

use crate::comments::screening::WordList;
use crate::comments::screening::word_list::{InvalidLine, InvalidLineKind};
use crate::comments::store::word_lists::WordListTexts;
use crate::crypto::KeyRing;
use crate::i18n::Translator;
use crate::publication::store::CHECKER_KEY_ROW;
use crate::publication::{CheckerSettings, DiscussionSettings};
use crate::web::form::{self, FieldErrors, RowVersion, TextLimit};

const MAX_LIST_BYTES: usize = 1_000_000;
/// Largest length in bytes of the spam checker's URL, and of its key.
const MAX_LINE_BYTES: usize = 200;

// The bounds that the database's constraints have. Those of `thread_depth` are with the settings, since they are WordPress's.
const CLOSE_AFTER_DAYS: RangeInclusive<i32> = 0..=36_500;
const HOLD_LINKS: RangeInclusive<i32> = 0..=1_000;
const FLOOD_SECONDS: RangeInclusive<i32> = 0..=3_600;
const EDIT_MINUTES: RangeInclusive<i32> = 0..=10_080;
const NETWORK_DAYS: RangeInclusive<i32> = 0..=365;
const TRASH_DAYS: RangeInclusive<i32> = 0..=36_500;

/// The discussion settings and word lists as the moderator entered them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RulesForm {
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) thread_depth: String,
    pub(super) newest_first: bool,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) close_after_days: String,
    pub(super) hold_everything: bool,
    pub(super) hold_first_timers: bool,
    pub(super) trust_unverified: bool,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) hold_links: String,
    #[serde(deserialize_with = "word_list")]
    pub(super) hold_words: String,
    #[serde(deserialize_with = "word_list")]
    pub(super) refuse_words: String,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) flood_seconds: String,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) edit_minutes: String,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) network_days: String,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) trash_days: String,
    pub(super) shows_transparency: bool,
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) checker_url: String,
    /// New key for the spam checker; empty to keep the saved one. The saved key is never shown on the page.
    #[serde(deserialize_with = "form::trimmed")]
    pub(super) checker_key: String,
    pub(super) forget_key: bool,
    /// Names of the parts of a comment that are sent to the spam checker.
    #[serde(deserialize_with = "sendable_fields")]
    pub(super) sent_fields: Vec<String>,
    /// Version of the settings that the form was loaded with.
    pub(super) version: RowVersion,
    /// Whether the button was pressed that previews the word lists without saving them.
    #[serde(rename = "try")]
    pub(super) is_preview: bool,
    #[serde(skip)]
    pub(super) errors: FieldErrors,
}

/// The validated settings and word lists.
pub(super) struct ParsedRules {
    pub(super) settings: DiscussionSettings,
    pub(super) lists: WordListTexts,
}

impl RulesForm {
    /// Returns the form filled with the saved settings and word lists.
    pub(super) fn from_settings(
        settings: &DiscussionSettings,
        lists: WordListTexts,
        version: i32,
    ) -> Self {
        let checker = settings.checker.as_ref();
        Self {
            thread_depth: settings.thread_depth.to_string(),
            newest_first: settings.newest_first,
            close_after_days: settings.close_after_days.to_string(),
            hold_everything: settings.hold_everything,
            hold_first_timers: settings.hold_first_timers,
            trust_unverified: settings.trust_unverified,
            hold_links: settings.hold_links.to_string(),
            hold_words: lists.hold,
            refuse_words: lists.refuse,
            flood_seconds: settings.flood_seconds.to_string(),
            edit_minutes: settings.edit_minutes.to_string(),
            network_days: settings.network_days.to_string(),
            trash_days: settings.trash_days.to_string(),
            shows_transparency: settings.shows_transparency,
            checker_url: checker
                .map(|checker| checker.url.clone())
                .unwrap_or_default(),
            sent_fields: checker
                .map(|checker| checker.sent_fields.clone())
                .unwrap_or_default(),
            version: RowVersion(version),
            ..Self::default()
        }
    }

    /// Returns whether this part of a comment is sent to the spam checker.
    pub(super) fn sends(&self, field: &str) -> bool {
        self.sent_fields.iter().any(|sent| sent == field)
    }

    /// Validates the form. If a field is invalid, returns `None` and stores the messages in the form.
    ///
    /// `present` are the saved settings. `wrong` are the malformed lines of the two word lists.
    pub(super) fn parse(
        &mut self,
        translator: Translator,
        keys: &KeyRing,
        present: &DiscussionSettings,
        wrong: (Vec<InvalidLine>, Vec<InvalidLine>),
    ) -> Option<ParsedRules> {
        let mut errors = FieldErrors::default();
        let mut number = |field, text: &str, bounds: &RangeInclusive<i32>| {
            parse_number(translator, &mut errors, field, text, bounds)
        };
        let depths = &DiscussionSettings::THREAD_DEPTHS;
        let thread_depth = number("thread_depth", &self.thread_depth, depths);
        let close_after_days = number(
            "close_after_days",
            &self.close_after_days,
            &CLOSE_AFTER_DAYS,
        );
        let hold_links = number("hold_links", &self.hold_links, &HOLD_LINKS);
        let flood_seconds = number("flood_seconds", &self.flood_seconds, &FLOOD_SECONDS);
        let edit_minutes = number("edit_minutes", &self.edit_minutes, &EDIT_MINUTES);
        let network_days = number("network_days", &self.network_days, &NETWORK_DAYS);
        let trash_days = number("trash_days", &self.trash_days, &TRASH_DAYS);
        for (field, text, wrong) in [
            ("hold_words", &mut self.hold_words, wrong.0),
            ("refuse_words", &mut self.refuse_words, wrong.1),
        ] {
            errors.check_text(translator, field, text, TextLimit::Bytes(MAX_LIST_BYTES));
            for wrong in &wrong {
                errors.push_message(field, describe_wrong_line(translator, wrong));
            }
        }
        let checker = self.parse_checker(translator, keys, present.checker.clone(), &mut errors);
        self.errors = errors;
        let settings = DiscussionSettings {
            thread_depth: thread_depth?,
            newest_first: self.newest_first,
            edit_minutes: edit_minutes?,
            close_after_days: close_after_days?,
            network_days: network_days?,
            trash_days: trash_days?,
            shows_transparency: self.shows_transparency,
            hold_everything: self.hold_everything,
            hold_first_timers: self.hold_first_timers,
            trust_unverified: self.trust_unverified,
            hold_links: hold_links?,
            flood_seconds: flood_seconds?,
            checker,
            // Settings that other pages change stay as they are.
            ..present.clone()
        };
        self.errors.is_empty().then(|| ParsedRules {
            settings,
            lists: WordListTexts {
                hold: self.hold_words.clone(),
                refuse: self.refuse_words.clone(),
            },
        })
    }

    /// Validates the spam checker's settings. Returns `None` if no spam checker is wanted, and also, with a message in
    /// `errors`, if a field is invalid.
    fn parse_checker(
        &self,
        translator: Translator,
        keys: &KeyRing,
        saved: Option<CheckerSettings>,
        errors: &mut FieldErrors,
    ) -> Option<CheckerSettings> {
        // Removing the URL or the key removes the checker.
        let saved_key = saved
            .filter(|_| !self.forget_key && !self.checker_url.is_empty())
            .map(|checker| checker.key_sealed);
        let is_key = |key: &str| {
            key.len() <= MAX_LINE_BYTES && key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let key = match self.checker_key.as_str() {
            "" => saved_key,
            // Encrypted at once: the settings never hold the key as it was typed.
            key if is_key(key) => Some(keys.seal(CHECKER_KEY_ROW, key.as_bytes())),
            _ => {
                errors.push(translator, "checker_key", "discussion-key-wrong");
                return None;
            }
        };
        let Some(key_sealed) = key else {
            if !self.checker_url.is_empty() && !self.forget_key {
                errors.push(translator, "checker_key", "discussion-key-missing");
            }
            return None;
        };
        let Some(url) = parse_checker_url(&self.checker_url) else {
            errors.push(translator, "checker_url", "discussion-checker-wrong");
            return None;
        };
        Some(CheckerSettings {
            url,
            key_sealed,
            sent_fields: self.sent_fields.clone(),
        })
    }
}

fn parse_number(
    translator: Translator,
    errors: &mut FieldErrors,
    field: &'static str,
    text: &str,
    bounds: &RangeInclusive<i32>,
) -> Option<i32> {
    // The form says the bounds again in the message: what the database would refuse is an error beside its field.
    let number = text.parse().ok().filter(|number| bounds.contains(number));
    if number.is_none() {
        let (least, most) = (bounds.start().to_string(), bounds.end().to_string());
        let bounds = [("least", least.as_str()), ("most", most.as_str())];
        errors.push_message(
            field,
            translator.format_all("discussion-number-wrong", &bounds),
        );
    }
    number
}

/// Parses the URL of a spam checker and removes trailing slashes. Returns `None` if the URL is not allowed.
fn parse_checker_url(typed: &str) -> Option<String> {
    if typed.len() > MAX_LINE_BYTES || typed.contains(|c: char| c.is_control() || c.is_whitespace())
    {
        return None;
    }
    let url = Url::parse(typed).ok().filter(CheckerSettings::is_safe)?;
    // Requests append a path to it.
    let is_plain = url.query().is_none() && url.fragment().is_none();
    is_plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// Deserialises a word list. Converts all line ends to `\n` and removes whitespace at the end of the list.
fn word_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    // Blank lines stay, at the beginning too: errors and previews name lines by their numbers.
    let text = <&str>::deserialize(deserializer)?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Ok(text.trim_end().to_owned())
}

/// Deserialises the parts of a comment to send to the spam checker. Ignores unknown names.
fn sendable_fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let ticked = Vec::<String>::deserialize(deserializer)?;
    // In a fixed order, whatever the order in the request.
    let fields = CheckerSettings::SENDABLE_FIELDS
        .into_iter()
        .filter(|field| ticked.iter().any(|ticked| ticked == field));
    Ok(fields.map(str::to_owned).collect())
}

/// Finds the malformed lines of a word list. Takes seconds for a long list, so call it on a blocking thread.
pub(super) fn find_wrong_lines(list: &str) -> Vec<InvalidLine> {
    WordList::parse_new(list).1
}

pub(super) fn describe_wrong_line(translator: Translator, wrong: &InvalidLine) -> String {
    let key = match wrong.kind {
        InvalidLineKind::BadRegex => "word-list-error-regex",
        InvalidLineKind::TooLong => "word-list-error-too-long",
        InvalidLineKind::TooBroad => "word-list-error-too-broad",
        InvalidLineKind::TooSlow => "word-list-error-too-slow",
        InvalidLineKind::TooMany => "word-list-error-too-many",
    };
    translator.format(key, "line", &wrong.line.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spam_checker_url_must_use_https_or_point_to_this_machine() {
        for (typed, url) in [
            ("https://rest.akismet.com", Some("https://rest.akismet.com")),
            ("https://Check.Example/a/", Some("https://check.example/a")),
            ("http://127.0.0.1:9000", Some("http://127.0.0.1:9000")),
            ("http://[::1]:9000/", Some("http://[::1]:9000")),
            ("http://localhost", Some("http://localhost")),
            ("http://rest.akismet.com", None),
            ("http://localhost.example", None),
            ("ftp://127.0.0.1", None),
            ("https://me:secret@check.example", None),
            ("https://check.example/?a=b", None),
            ("rest.akismet.com", None),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(parse_checker_url(typed).as_deref(), url, "{typed}");
        }
    }
}
