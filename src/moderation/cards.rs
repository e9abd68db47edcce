//! Cards: what a moderator sees of each comment, and what can be done about it. A list of them stands in the queue, or
//! alone, for a script that loads the next.

use askama::Template;
use askama::filters::HtmlSafe;

use super::store::Card;
use crate::classifier::FeatureWeight;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::{Kind, Reason, WordList};
use crate::i18n::Words;
use crate::ids::CommentId;
use crate::text::{SafeHtml, excerpt, markdown};
use crate::web::Layout;

/// Up to which number the comments from one network are counted.
const COUNTED_FROM_NETWORK: i64 = 20;

/// A list of cards.
#[derive(Template)]
#[template(path = "moderation/_cards.html")]
pub struct Cards {
    layout: Layout,
    /// The cards, in order.
    pub cards: Vec<Card>,
    /// From after which comment there may be more.
    pub next: Option<CommentId>,
    /// When they were read: what is decided about more than one card holds for what was there by then.
    pub as_of: Ts,
}

impl HtmlSafe for Cards {}

impl Cards {
    /// These cards, as this site says them.
    pub fn new(layout: Layout, cards: Vec<Card>, next: Option<CommentId>, as_of: Ts) -> Self {
        Self {
            layout,
            cards,
            next,
            as_of,
        }
    }

    /// What the same person has said elsewhere, in a few words.
    fn history(&self, card: &Card) -> String {
        let words = self.layout.words;
        let parts = [
            ("history-approved", card.approved_before),
            ("history-held", card.held_before),
            ("history-refused", card.refused_before),
        ];
        let mut said: Vec<String> = parts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(key, count)| words.count(key, count))
            .collect();
        if said.is_empty() {
            return words.say(match card.has_commenter {
                true => "history-first",
                false => "history-none",
            });
        }
        if let Some(since) = &card.first_seen {
            said.push(words.with("history-since", "day", &self.layout.day(since)));
        }
        said.join(" · ")
    }

    /// How much else came from the same network.
    fn of_network(&self, card: &Card) -> Option<String> {
        let words = self.layout.words;
        match card.same_network {
            0 => None,
            COUNTED_FROM_NETWORK.. => Some(words.say("history-network-many")),
            count => Some(words.count("history-network", count)),
        }
    }

    /// How many say the same, for a card that stands for them all.
    fn alike(&self, card: &Card) -> Option<String> {
        if card.alike < 2 {
            return None;
        }
        let words = self.layout.words;
        let said = words.count("alike-count", card.alike);
        let networks = match card.alike_networks {
            0 => String::new(),
            count => format!(" {}", words.count("alike-networks", count)),
        };
        let since = card.alike_since.as_ref();
        let since = since.map_or(String::new(), |since| {
            format!(
                " {}",
                words.with("alike-since", "moment", &self.layout.moment(since))
            )
        });
        Some(format!("{said}{networks}{since}"))
    }

    /// How likely it is to be refused, as the site has learnt, in per cent.
    fn likelihood(&self, card: &Card) -> Option<String> {
        let score = card.score?;
        let per_cent = format!("{:.0}", (score * 100.0).clamp(1.0, 99.0));
        Some(
            self.layout
                .words
                .with("queue-likelihood", "percent", &per_cent),
        )
    }

    /// What weighed most in that: what speaks for refusing it, then what speaks for keeping it.
    fn signals(&self, card: &Card) -> Vec<String> {
        let words = self.layout.words;
        let read = card
            .signals
            .iter()
            .filter_map(|signal| FeatureWeight::decode(signal));
        let (against, for_it): (Vec<_>, Vec<_>) = read.partition(FeatureWeight::suggests_spam);
        [
            ("queue-signals-against", against),
            ("queue-signals-for", for_it),
        ]
        .into_iter()
        .filter(|(_, signals)| !signals.is_empty())
        .map(|(key, signals)| {
            let said: Vec<String> = signals
                .iter()
                .map(|signal| signal.describe(words))
                .collect();
            words.with(key, "signals", &said.join(" · "))
        })
        .collect()
    }

    /// The name of a button that decides about all that a card stands for, for those who do not see which.
    fn label_of_group(&self, key: &str, card: &Card) -> String {
        let words = self.layout.words;
        let count = card.alike.to_string();
        words.with_all(
            "queue-act-on-group",
            &[
                ("act", words.say(key).as_str()),
                ("count", count.as_str()),
                ("name", card.name.as_str()),
            ],
        )
    }

    fn moment(&self, at: &Ts) -> String {
        self.layout.moment(at)
    }
}

impl Card {
    /// What may be made of it: the word that is sent, and the key of its button.
    pub fn choices(&self) -> &'static [(Status, &'static str)] {
        choices(self.status)
    }

    /// Why it was judged as it was at first, in sentences.
    pub fn reasons(&self, words: Words) -> Vec<String> {
        read(self)
            .map(|reason| reason.for_moderators(words))
            .collect()
    }

    /// A button's name for those who do not see which card it stands on.
    pub fn label(&self, words: Words, key: &str) -> String {
        let act = words.say(key);
        words.with_all(
            "queue-act-on",
            &[("act", act.as_str()), ("name", self.name.as_str())],
        )
    }

    /// The text, with the words marked for which it was held or refused.
    pub fn marked(&self) -> SafeHtml {
        let entries: Vec<String> = read(self)
            .filter(|reason| matches!(reason.kind, Kind::HoldWord | Kind::RefuseWord))
            .filter_map(|reason| reason.detail)
            .collect();
        if entries.is_empty() {
            return self.body_html.clone();
        }
        let (list, _) = WordList::read(&entries.join("\n"));
        markdown::highlight(&self.body_html, |text| list.places(text))
    }

    /// What is sent to decide about all that it stands for: the group, and the newest that was there when it was shown.
    pub fn group(&self) -> Option<String> {
        let (id, until) = (self.lookalike_id?, self.alike_until?);
        Some(format!("{id}:{until}"))
    }

    /// How what it answers begins.
    pub fn answered(&self) -> Option<String> {
        const CHARS: usize = 140;
        let html = self.answered_html.as_ref()?;
        let words = markdown::html_to_text(html.as_str());
        Some(excerpt::excerpt(&words, CHARS))
    }
}

/// The reasons of a card's comment that can be read.
fn read(card: &Card) -> impl Iterator<Item = Reason> {
    card.reasons
        .iter()
        .filter_map(|reason| Reason::read(reason))
}

/// What may be made of comments of a status: the word that is sent, and the key of its button.
pub fn choices(status: Status) -> &'static [(Status, &'static str)] {
    match status {
        Status::Held => &[
            (Status::Approved, "queue-approve"),
            (Status::Spam, "queue-spam"),
            (Status::Trashed, "queue-trash"),
        ],
        Status::Approved => &[
            (Status::Held, "queue-hold"),
            (Status::Spam, "queue-spam"),
            (Status::Trashed, "queue-trash"),
        ],
        Status::Spam => &[
            (Status::Held, "queue-not-spam"),
            (Status::Approved, "queue-approve"),
            (Status::Trashed, "queue-trash"),
        ],
        Status::Trashed => &[
            (Status::Held, "queue-restore"),
            (Status::Approved, "queue-approve"),
            (Status::Spam, "queue-spam"),
        ],
    }
}

/// What an act did, as a sentence.
pub fn said(words: Words, was_undo: bool, to: Status, count: i64) -> String {
    let key = match (was_undo, to) {
        (true, _) => "queue-undone",
        (false, Status::Held) => "queue-done-held",
        (false, Status::Approved) => "queue-done-approved",
        (false, Status::Spam) => "queue-done-spam",
        (false, Status::Trashed) => "queue-done-trashed",
    };
    words.count(key, count)
}
