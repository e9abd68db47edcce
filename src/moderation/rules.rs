//! How discussions are kept, as a form; and its word lists, tried on the last comments while they are typed.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use anyhow::Context;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use url::{Host, Url};

use super::store;
use super::trial::{Caught, Trial, try_list};
use crate::accounts::Admin;
use crate::app::App;
use crate::comments::rules::{self, WrittenLists};
use crate::comments::screening::WordList;
use crate::comments::screening::words::{WrongLine, WrongLineKind};
use crate::desk::{Desk, Section, take_form};
use crate::i18n::Words;
use crate::publication::store::CHECKER_ROW;
use crate::publication::{self, CheckerSettings, DiscussionSettings};
use crate::sealed::Keys;
use crate::web::requests::Reference;
use crate::web::{Fields, Layout, Mistakes, Page, Query, Result, go_to};

const DISCUSSION: &str = "/admin/discussion";
/// Bytes of a word list.
const LIST_BYTES: usize = 1_000_000;
/// Bytes of the checker's address and of its key.
const LINE_BYTES: usize = 200;
/// Comments that word lists are tried on.
const TRIED_ON: i64 = 1_000;

/// What the database takes of each number, `thread_depth` apart, which has its bounds from WordPress.
const DAYS_OPEN: RangeInclusive<i32> = 0..=36_500;
const LINKS: RangeInclusive<i32> = 0..=1_000;
const FLOOD_SECONDS: RangeInclusive<i32> = 0..=3_600;
const EDIT_MINUTES: RangeInclusive<i32> = 0..=10_080;
const NETWORK_DAYS: RangeInclusive<i32> = 0..=365;

/// Lists are tried one pair at a time: each keeps a processor busy for as long as it takes.
static TRYING: Semaphore = Semaphore::const_new(1);

/// How discussions are kept, as typed.
struct RulesForm {
    thread_depth: String,
    newest_first: bool,
    close_after_days: String,
    hold_everything: bool,
    hold_first_timers: bool,
    trust_unproven: bool,
    hold_links: String,
    hold_words: String,
    refuse_words: String,
    flood_seconds: String,
    edit_minutes: String,
    network_days: String,
    checker_url: String,
    /// A new key. The one that is kept never gets here.
    checker_key: String,
    forget_key: bool,
    told: Vec<String>,
    version: i32,
    mistakes: Mistakes,
}

/// A form without mistakes.
struct Parsed {
    settings: DiscussionSettings,
    lists: WrittenLists,
}

#[derive(Template)]
#[template(path = "moderation/rules.html")]
struct RulesPage {
    desk: Desk,
    section: Section,
    form: RulesForm,
    has_key: bool,
    saved: bool,
    /// Someone else has saved meanwhile.
    overtaken: bool,
    hold_trial: Option<Tried>,
    refuse_trial: Option<Tried>,
}

/// The answer to a script that asks while a list is typed.
#[derive(Template)]
#[template(path = "moderation/tried.html")]
struct TriedPage {
    words: Words,
    hold_trial: Tried,
    refuse_trial: Tried,
}

/// What came of trying a list, in words.
struct Tried {
    words: Words,
    /// Beginning of the catalogue's keys: what this list does to a comment.
    key: &'static str,
    trial: Trial,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<u8>,
}

/// How discussions are kept.
pub async fn show_rules(
    State(app): State<App>,
    desk: Desk,
    _admin: Admin,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let lists = rules::find_lists(&mut db).await?;
    let publication = &desk.layout.publication;
    let form = RulesForm::of(&publication.discussion, lists, publication.version);
    let mut page = RulesPage::new(desk, form);
    page.saved = asked.saved.is_some();
    Ok(Page(page).into_response())
}

/// Saves how discussions are kept; or only tries the words, if that is the button that was pressed.
pub async fn save_rules(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    admin: Result<Admin>,
    desk: Result<Desk>,
    fields: Fields,
) -> Response {
    let work = async {
        let (desk, admin) = (desk?, admin?);
        let form = RulesForm::read(&fields);
        if fields.is_ticked("try") {
            try_form(&app, desk, form).await
        } else {
            save(&app, desk, &admin, form).await
        }
    };
    take_form(&app, reference, DISCUSSION, &fields, work).await
}

async fn save(app: &App, desk: Desk, admin: &Admin, mut form: RulesForm) -> Result<Response> {
    let kept = desk.layout.publication.discussion.checker.clone();
    let (hold, refuse) = (form.hold_words.clone(), form.refuse_words.clone());
    let wrong = spawn_blocking(move || (wrong_lines(&hold), wrong_lines(&refuse)))
        .await
        .context("reading the word lists")?;
    let Some(parsed) = form.parse(desk.layout.words, &app.keys, kept, wrong) else {
        return Ok(Page(RulesPage::new(desk, form)).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let mut db = app.pool.begin().await?;
    if !publication::store::begin_change(&mut db, form.version).await? {
        db.rollback().await?;
        form.version = app.publication().await?.version;
        let mut page = RulesPage::new(desk, form);
        page.overtaken = true;
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    publication::store::change_discussion(&mut db, &parsed.settings).await?;
    rules::change_lists(&mut db, &parsed.lists).await?;
    db.commit().await?;
    tracing::info!(account = %admin.id, "changed how discussions are kept");
    Ok(go_to(&format!("{DISCUSSION}?saved=1")).into_response())
}

async fn try_form(app: &App, desk: Desk, form: RulesForm) -> Result<Response> {
    let words = desk.layout.words;
    let (hold, refuse) = try_lists(
        app,
        words,
        form.hold_words.clone(),
        form.refuse_words.clone(),
    )
    .await?;
    let mut page = RulesPage::new(desk, form);
    (page.hold_trial, page.refuse_trial) = (Some(hold), Some(refuse));
    Ok(Page(page).into_response())
}

/// Tries word lists for a script, which puts the answer under them.
pub async fn try_words(
    State(app): State<App>,
    _admin: Admin,
    layout: Layout,
    fields: Fields,
) -> Result<Response> {
    let list = |name| list_of(fields.get(name));
    let (hold_trial, refuse_trial) =
        try_lists(&app, layout.words, list("hold_words"), list("refuse_words")).await?;
    Ok(Page(TriedPage {
        words: layout.words,
        hold_trial,
        refuse_trial,
    })
    .into_response())
}

async fn try_lists(
    app: &App,
    words: Words,
    hold: String,
    refuse: String,
) -> Result<(Tried, Tried)> {
    let _turn = TRYING.acquire().await.context("waiting for a turn")?;
    let mut db = app.pool.acquire().await?;
    let comments = store::last_said(&mut db, TRIED_ON).await?;
    drop(db);
    let (hold, refuse) =
        spawn_blocking(move || (try_list(&hold, &comments), try_list(&refuse, &comments)))
            .await
            .context("trying the word lists")?;
    let tried = |key, trial| Tried { words, key, trial };
    Ok((tried("tried-hold", hold), tried("tried-refuse", refuse)))
}

/// A list as typed, its lines ending in one way. Blank ones stay: lines are known by their numbers.
fn list_of(typed: &str) -> String {
    let text = typed.replace("\r\n", "\n").replace('\r', "\n");
    text.trim_end().to_owned()
}

fn wrong_lines(list: &str) -> Vec<WrongLine> {
    WordList::parse(list).err().unwrap_or_default()
}

/// What is wrong with a line, as a sentence.
fn say_wrong(words: Words, wrong: &WrongLine) -> String {
    let key = match wrong.why {
        WrongLineKind::BadRegex => "wrong-line-regex",
        WrongLineKind::TooLong => "wrong-line-too-long",
        WrongLineKind::TooBroad => "wrong-line-too-broad",
        WrongLineKind::TooMany => "wrong-line-too-many",
    };
    words.with(key, "line", &wrong.line.to_string())
}

impl RulesPage {
    fn new(desk: Desk, form: RulesForm) -> Self {
        let has_key = desk.layout.publication.discussion.checker.is_some();
        Self {
            desk,
            section: Section::Discussion,
            form,
            has_key,
            saved: false,
            overtaken: false,
            hold_trial: None,
            refuse_trial: None,
        }
    }
}

impl Tried {
    /// What a line, or the list, would have done.
    fn said(&self, caught: &Caught) -> String {
        let numbers = [
            ("all", caught.all.to_string()),
            ("approved", caught.approved.to_string()),
        ];
        let numbers = numbers
            .each_ref()
            .map(|(name, text)| (*name, text.as_str()));
        let said = self.words.with_all(self.key, &numbers);
        if caught.refused == 0 {
            return said;
        }
        let refused = i64::try_from(caught.refused).unwrap_or(i64::MAX);
        format!("{said}; {}", self.words.count("tried-refused", refused))
    }

    /// What a script is to say of a line that would have done nothing.
    fn said_of_nothing(&self) -> String {
        self.words.with(
            match self.key {
                "tried-hold" => "tried-hold-none",
                _ => "tried-refuse-none",
            },
            "line",
            "#",
        )
    }

    /// On how much it was tried.
    fn on_what(&self) -> String {
        let count = i64::try_from(self.trial.looked_at).unwrap_or(i64::MAX);
        self.words.count("tried-on", count)
    }

    /// That there are lines that are not shown.
    fn and_more(&self) -> Option<String> {
        let more = i64::try_from(self.trial.more).unwrap_or(i64::MAX);
        (more > 0).then(|| self.words.count("tried-more", more))
    }

    fn wrong(&self) -> Vec<String> {
        let wrong = self.trial.wrong.iter();
        wrong.map(|wrong| say_wrong(self.words, wrong)).collect()
    }
}

impl RulesForm {
    fn of(settings: &DiscussionSettings, lists: WrittenLists, version: i32) -> Self {
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

    fn read(fields: &Fields) -> Self {
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
    fn tells(&self, what: &str) -> bool {
        self.told.iter().any(|told| told == what)
    }

    /// The settings, if every field is right; otherwise the form holds what is wrong.
    fn parse(
        &mut self,
        words: Words,
        keys: &Keys,
        kept: Option<CheckerSettings>,
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
        for (field, text, wrong) in [
            ("hold_words", &mut self.hold_words, wrong.0),
            ("refuse_words", &mut self.refuse_words, wrong.1),
        ] {
            mistakes.check_text(words, field, text, LIST_BYTES);
            for wrong in &wrong {
                mistakes.add(field, say_wrong(words, wrong));
            }
        }
        let checker = self.checker(words, keys, kept, &mut mistakes);
        self.mistakes = mistakes;
        let settings = DiscussionSettings {
            thread_depth: thread_depth?,
            newest_first: self.newest_first,
            edit_minutes: edit_minutes?,
            close_after_days: close_after_days?,
            network_days: network_days?,
            hold_everything: self.hold_everything,
            hold_first_timers: self.hold_first_timers,
            trust_unproven: self.trust_unproven,
            hold_links: hold_links?,
            flood_seconds: flood_seconds?,
            checker,
        };
        self.mistakes.is_empty().then(|| Parsed {
            settings,
            lists: WrittenLists {
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

/// The address of a checker, without a slash at its end. What it is told goes over TLS, or does not leave the machine.
fn checker_address(typed: &str) -> Option<String> {
    if typed.len() > LINE_BYTES || typed.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let url = Url::parse(typed).ok()?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(v4) => v4.is_loopback(),
        Host::Ipv6(v6) => IpAddr::from(v6).to_canonical().is_loopback(),
    };
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_loopback,
        _ => false,
    };
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (is_safe && is_plain).then(|| url.as_str().trim_end_matches('/').to_owned())
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
