//! How discussions are kept, as a form: what is typed, and what we believe of it.

use std::ops::RangeInclusive;

use url::Url;

use crate::comments::screening::WordList;
use crate::comments::screening::word_list::{WrongLine, WrongLineKind};
use crate::comments::store::word_lists::WordListTexts;
use crate::crypto::Keys;
use crate::i18n::Words;
use crate::publication::store::CHECKER_ROW;
use crate::publication::{CheckerSettings, DiscussionSettings};
use crate::web::{Fields, Mistakes};

/// Bytes of a word list.
const LIST_BYTES: usize = 1_000_000;
/// Bytes of the checker's address and of its key.
const LINE_BYTES: usize = 200;

/// What the database takes of each number, `thread_depth` apart, which has its bounds from WordPress.
const DAYS_OPEN: RangeInclusive<i32> = 0..=36_500;
const LINKS: RangeInclusive<i32> = 0..=1_000;
const FLOOD_SECONDS: RangeInclusive<i32> = 0..=3_600;
const EDIT_MINUTES: RangeInclusive<i32> = 0..=10_080;
const NETWORK_DAYS: RangeInclusive<i32> = 0..=365;
const TRASH_DAYS: RangeInclusive<i32> = 0..=36_500;

/// How discussions are kept, as typed.
pub(super) struct RulesForm {
    pub(super) thread_depth: String,
    pub(super) newest_first: bool,
    pub(super) close_after_days: String,
    pub(super) hold_everything: bool,
    pub(super) hold_first_timers: bool,
    pub(super) trust_unproven: bool,
    pub(super) hold_links: String,
    pub(super) hold_words: String,
    pub(super) refuse_words: String,
    pub(super) flood_seconds: String,
    pub(super) edit_minutes: String,
    pub(super) network_days: String,
    pub(super) trash_days: String,
    pub(super) shows_transparency: bool,
    pub(super) checker_url: String,
    /// A new key. The one that is kept never gets here.
    pub(super) checker_key: String,
    pub(super) forget_key: bool,
    pub(super) told: Vec<String>,
    pub(super) version: i32,
    pub(super) mistakes: Mistakes,
}

/// A form without mistakes.
pub(super) struct Parsed {
    pub(super) settings: DiscussionSettings,
    pub(super) lists: WordListTexts,
}

impl RulesForm {
    pub(super) fn of(settings: &DiscussionSettings, lists: WordListTexts, version: i32) -> Self {
        let checker = settings.checker.as_ref();
        Self {
            thread_depth: settings.thread_depth.to_string(),
            newest_first: settings.newest_first,
            close_after_days: settings.close_after_days.to_string(),
            hold_everything: settings.hold_everything,
            hold_first_timers: settings.hold_first_timers,
            trust_unproven: settings.trust_unproven,
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
            checker_key: String::new(),
            forget_key: false,
            told: checker
                .map(|checker| checker.told.clone())
                .unwrap_or_default(),
            version,
            mistakes: Mistakes::none(),
        }
    }

    pub(super) fn read(fields: &Fields) -> Self {
        let line = |name| fields.get(name).trim().to_owned();
        Self {
            thread_depth: line("thread_depth"),
            newest_first: fields.is_ticked("newest_first"),
            close_after_days: line("close_after_days"),
            hold_everything: fields.is_ticked("hold_everything"),
            hold_first_timers: fields.is_ticked("hold_first_timers"),
            trust_unproven: fields.is_ticked("trust_unproven"),
            hold_links: line("hold_links"),
            hold_words: list_of(fields.get("hold_words")),
            refuse_words: list_of(fields.get("refuse_words")),
            flood_seconds: line("flood_seconds"),
            edit_minutes: line("edit_minutes"),
            network_days: line("network_days"),
            trash_days: line("trash_days"),
            shows_transparency: fields.is_ticked("shows_transparency"),
            checker_url: line("checker_url"),
            checker_key: line("checker_key"),
            forget_key: fields.is_ticked("forget_key"),
            told: CheckerSettings::TELLABLE
                .into_iter()
                .filter(|what| fields.all("told").any(|told| told == *what))
                .map(str::to_owned)
                .collect(),
            version: fields.get("version").parse().unwrap_or_default(),
            mistakes: Mistakes::none(),
        }
    }

    /// Whether the checker is told `what`.
    pub(super) fn tells(&self, what: &str) -> bool {
        self.told.iter().any(|told| told == what)
    }

    /// The settings, if every field is right; otherwise the form holds what is wrong.
    pub(super) fn parse(
        &mut self,
        words: Words,
        keys: &Keys,
        now: &DiscussionSettings,
        wrong: (Vec<WrongLine>, Vec<WrongLine>),
    ) -> Option<Parsed> {
        let mut mistakes = Mistakes::none();
        let mut number = |field, text: &str, bounds: &RangeInclusive<i32>| {
            let number = text.parse().ok().filter(|number| bounds.contains(number));
            if number.is_none() {
                let (least, most) = (bounds.start().to_string(), bounds.end().to_string());
                let bounds = [("least", least.as_str()), ("most", most.as_str())];
                mistakes.add(field, words.with_all("discussion-number-wrong", &bounds));
            }
            number
        };
        let thread_depth = number(
            "thread_depth",
            &self.thread_depth,
            &DiscussionSettings::DEPTHS,
        );
        let close_after_days = number("close_after_days", &self.close_after_days, &DAYS_OPEN);
        let hold_links = number("hold_links", &self.hold_links, &LINKS);
        let flood_seconds = number("flood_seconds", &self.flood_seconds, &FLOOD_SECONDS);
        let edit_minutes = number("edit_minutes", &self.edit_minutes, &EDIT_MINUTES);
        let network_days = number("network_days", &self.network_days, &NETWORK_DAYS);
        let trash_days = number("trash_days", &self.trash_days, &TRASH_DAYS);
        for (field, text, wrong) in [
            ("hold_words", &mut self.hold_words, wrong.0),
            ("refuse_words", &mut self.refuse_words, wrong.1),
        ] {
            mistakes.check_text(words, field, text, LIST_BYTES);
            for wrong in &wrong {
                mistakes.add(field, say_wrong(words, wrong));
            }
        }
        let checker = self.checker(words, keys, now.checker.clone(), &mut mistakes);
        self.mistakes = mistakes;
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
            trust_unproven: self.trust_unproven,
            hold_links: hold_links?,
            flood_seconds: flood_seconds?,
            checker,
            ..now.clone()
        };
        self.mistakes.is_empty().then(|| Parsed {
            settings,
            lists: WordListTexts {
                hold: self.hold_words.clone(),
                refuse: self.refuse_words.clone(),
            },
        })
    }

    /// The checker, if there is to be one.
    fn checker(
        &self,
        words: Words,
        keys: &Keys,
        kept: Option<CheckerSettings>,
        mistakes: &mut Mistakes,
    ) -> Option<CheckerSettings> {
        // Whoever takes the key or the address away is done with the checker.
        let kept = kept
            .filter(|_| !self.forget_key && !self.checker_url.is_empty())
            .map(|checker| checker.key_sealed);
        let is_key =
            |key: &str| key.len() <= LINE_BYTES && key.bytes().all(|byte| byte.is_ascii_graphic());
        let key = match self.checker_key.as_str() {
            "" => kept,
            key if is_key(key) => Some(keys.seal(CHECKER_ROW, key.as_bytes())),
            _ => {
                mistakes.say(words, "checker_key", "discussion-key-wrong");
                return None;
            }
        };
        let Some(key_sealed) = key else {
            if !self.checker_url.is_empty() && !self.forget_key {
                mistakes.say(words, "checker_key", "discussion-key-missing");
            }
            return None;
        };
        let Some(url) = checker_address(&self.checker_url) else {
            mistakes.say(words, "checker_url", "discussion-checker-wrong");
            return None;
        };
        Some(CheckerSettings {
            url,
            key_sealed,
            told: self.told.clone(),
        })
    }
}

/// The address of a checker, without a slash at its end.
fn checker_address(typed: &str) -> Option<String> {
    if typed.len() > LINE_BYTES || typed.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let url = Url::parse(typed).ok().filter(CheckerSettings::is_safe)?;
    let is_plain = url.query().is_none() && url.fragment().is_none();
    is_plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// A list as typed, its lines ending in one way. Blank ones stay: lines are known by their numbers.
pub(super) fn list_of(typed: &str) -> String {
    let text = typed.replace("\r\n", "\n").replace('\r', "\n");
    text.trim_end().to_owned()
}

pub(super) fn wrong_lines(list: &str) -> Vec<WrongLine> {
    WordList::parse(list).err().unwrap_or_default()
}

/// What is wrong with a line, as a sentence.
pub(super) fn say_wrong(words: Words, wrong: &WrongLine) -> String {
    let key = match wrong.why {
        WrongLineKind::BadRegex => "wrong-line-regex",
        WrongLineKind::TooLong => "wrong-line-too-long",
        WrongLineKind::TooBroad => "wrong-line-too-broad",
        WrongLineKind::TooMany => "wrong-line-too-many",
    };
    words.with(key, "line", &wrong.line.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checker_is_reached_over_tls_or_on_this_machine() {
        for (typed, address) in [
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
            assert_eq!(checker_address(typed).as_deref(), address, "{typed}");
        }
    }
}
