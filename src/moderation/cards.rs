//! Cards of the moderation queue. A card shows a comment with the facts that a moderator needs, and buttons to decide on
//! it. A list of cards is part of the queue page, and also a response of its own for the script that loads more of them.

use askama::Template;
use askama::filters::HtmlSafe;

use super::store::cards::QueueCard;
use crate::classifier::FeatureWeight;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::{ReasonKind, ScreeningReason, WordList};
use crate::i18n::Translator;
use crate::ids::CommentId;
use crate::text::{SafeHtml, markdown};
use crate::web::Layout;

/// Number of comments from the same IP network at which the database query stops counting.
const MAX_NETWORK_COUNT: i64 = 20;
/// Number of characters of the parent comment that a card quotes.
const PARENT_EXCERPT_CHARS: usize = 140;

#[derive(Template)]
#[template(path = "moderation/_cards.html")]
pub struct CardList {
    layout: Layout,
    pub cards: Vec<QueueCard>,
    /// Id of the comment after which the next page of cards begins; `None` on the last page.
    pub next: Option<CommentId>,
    /// Time at which the cards were loaded. Decisions on groups or on all matching comments ignore comments that were
    /// written or edited later.
    pub as_of: Ts,
}

impl HtmlSafe for CardList {}

impl CardList {
    pub fn new(layout: Layout, cards: Vec<QueueCard>, next: Option<CommentId>, as_of: Ts) -> Self {
        Self {
            layout,
            cards,
            next,
            as_of,
        }
    }

    /// Describes how many other comments of the same commenter were approved, held or refused, and since when the
    /// commenter has been known.
    fn commenter_history(&self, card: &QueueCard) -> String {
        let translator = self.layout.translator;
        let counts = [
            ("history-approved", card.approved_before),
            ("history-held", card.held_before),
            ("history-refused", card.refused_before),
        ];
        let mut parts: Vec<String> = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(key, count)| translator.plural(key, count))
            .collect();
        if parts.is_empty() {
            // Without an email, comments of the same person cannot be told apart from others.
            return translator.text(match card.has_commenter {
                true => "history-first",
                false => "history-none",
            });
        }
        if let Some(since) = &card.first_seen {
            parts.push(translator.format("history-since", "day", &self.layout.format_date(since)));
        }
        parts.join(" · ")
    }

    fn network_summary(&self, card: &QueueCard) -> Option<String> {
        let translator = self.layout.translator;
        match card.same_network_count {
            0 => None,
            MAX_NETWORK_COUNT.. => Some(translator.text("history-network-many")),
            count => Some(translator.plural("history-network", count)),
        }
    }

    /// Describes the size of the group of similar comments on a card, the number of its IP networks and its age. Returns
    /// `None` if the card has a single comment.
    fn group_summary(&self, card: &QueueCard) -> Option<String> {
        if card.group_size < 2 {
            return None;
        }
        let translator = self.layout.translator;
        let mut parts = vec![translator.plural("group-count", card.group_size)];
        if card.group_networks > 0 {
            parts.push(translator.plural("group-networks", card.group_networks));
        }
        if let Some(since) = &card.group_since {
            parts.push(translator.format(
                "group-since",
                "time",
                &self.layout.format_date_time(since),
            ));
        }
        Some(parts.join(" "))
    }

    fn spam_score(&self, card: &QueueCard) -> Option<String> {
        // Never 0 or 100 %: it is a guess.
        let percent = format!("{:.0}", (card.score? * 100.0).clamp(1.0, 99.0));
        let translator = self.layout.translator;
        Some(translator.format("queue-spam-score", "percent", &percent))
    }

    /// Describes the features that influenced the spam score most: one sentence for those that suggest spam, and one for
    /// those that suggest a good comment.
    fn score_features(&self, card: &QueueCard) -> Vec<String> {
        let translator = self.layout.translator;
        let features = card
            .signals
            .iter()
            .filter_map(|signal| FeatureWeight::decode(signal));
        let (spam, ham): (Vec<_>, Vec<_>) = features.partition(FeatureWeight::suggests_spam);
        [("queue-signals-against", spam), ("queue-signals-for", ham)]
            .into_iter()
            .filter(|(_, features)| !features.is_empty())
            .map(|(key, features)| {
                let texts: Vec<String> = features
                    .iter()
                    .map(|feature| feature.describe(translator))
                    .collect();
                translator.format(key, "signals", &texts.join(" · "))
            })
            .collect()
    }

    /// Returns the accessible label of a button that decides on a whole group of similar comments.
    fn group_label(&self, key: &str, card: &QueueCard) -> String {
        let translator = self.layout.translator;
        let count = card.group_size.to_string();
        translator.format_all(
            "queue-group-button",
            &[
                ("act", translator.text(key).as_str()),
                ("count", count.as_str()),
                ("name", card.name.as_str()),
            ],
        )
    }
}

impl QueueCard {
    /// Returns the statuses that a moderator can give to the comment, each with the key of its button's label.
    pub fn choices(&self) -> &'static [(Status, &'static str)] {
        choices(self.status)
    }

    /// Returns the reasons that screening recorded for the comment, as sentences.
    pub fn reasons(&self, translator: Translator) -> Vec<String> {
        parsed_reasons(self)
            .map(|reason| reason.moderator_text(translator))
            .collect()
    }

    /// Returns the accessible label of a decision button, which names the comment's author.
    pub fn label(&self, translator: Translator, key: &str) -> String {
        let action = translator.text(key);
        translator.format_all(
            "queue-button",
            &[("act", action.as_str()), ("name", self.name.as_str())],
        )
    }

    /// Returns the body of the comment. Words that matched a word list during screening are highlighted.
    pub fn highlighted_body(&self) -> SafeHtml {
        let entries: Vec<String> = parsed_reasons(self)
            .filter(|reason| matches!(reason.kind, ReasonKind::HoldWord | ReasonKind::RefuseWord))
            .filter_map(|reason| reason.detail)
            .collect();
        if entries.is_empty() {
            return self.body_html.clone();
        }
        // The reasons hold the entries that matched then. The lists in the settings may have changed since.
        let (word_list, _) = WordList::parse_saved(&entries.join("\n"));
        markdown::highlight(&self.body_html, |text| word_list.match_ranges(text))
    }

    /// Returns the value of buttons that decide on a whole group of similar comments: the id of the group, and the newest
    /// comment counted on the page.
    pub fn group_value(&self) -> Option<String> {
        let (id, newest) = (self.similar_group_id?, self.group_newest_id?);
        Some(format!("{id}:{newest}"))
    }

    pub fn parent_excerpt(&self) -> Option<String> {
        Some(self.parent_html.as_ref()?.excerpt(PARENT_EXCERPT_CHARS))
    }
}

/// Parses the screening reasons of a comment. Skips reasons that this version of the program does not know.
fn parsed_reasons(card: &QueueCard) -> impl Iterator<Item = ScreeningReason> {
    card.reasons
        .iter()
        .filter_map(|reason| ScreeningReason::parse(reason))
}

/// Returns the statuses that a moderator can give to a comment of this status, each with the key of its button's label.
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

/// Describes the result of a decision or an undo in one sentence for the moderator.
pub fn describe_action(translator: Translator, was_undo: bool, to: Status, count: i64) -> String {
    match was_undo {
        true => translator.plural("queue-undone", count),
        false => translator.plural(&format!("queue-done-{}", to.as_str()), count),
    }
}
