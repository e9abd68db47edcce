//! What a part of the queue is: the filter, as it stands in an address, a form, and the row of a bulk act.

use url::form_urlencoded;

use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::Kind;
use crate::ids::{ArticleId, CommentId, LookalikeId};
use crate::text::input;

/// Bytes of words that are looked for.
const WORDS_BYTES: usize = 200;
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Which comments are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Comments of this status.
    pub status: Status,
    /// Judged for this kind of reason.
    pub reason: Option<Kind>,
    /// Under this article.
    pub article: Option<ArticleId>,
    /// By whoever wrote this comment.
    pub person: Option<CommentId>,
    /// From the network this comment came from.
    pub network: Option<CommentId>,
    /// That say nearly the same as these.
    pub like: Option<LookalikeId>,
    /// Of those that say nearly the same, none newer than this comment.
    pub until: Option<CommentId>,
    /// With these words. Empty is any.
    pub words: String,
    /// Of this age.
    pub age: Option<Age>,
    /// In which order.
    pub order: Order,
}

/// How old a comment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// At most so many days.
    Within(i64),
    /// More than so many days.
    Over(i64),
}

/// In which order comments stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// What is most likely to be refused first. Only what is held has this order, and only all of it.
    Likeliest,
}

impl Age {
    /// Those that can be chosen.
    pub const ALL: [Self; 6] = [
        Self::Within(1),
        Self::Within(7),
        Self::Within(30),
        Self::Over(1),
        Self::Over(7),
        Self::Over(30),
    ];

    /// Its word in addresses, and the end of its key in the catalogue.
    pub fn word(self) -> String {
        match self {
            Self::Within(days) => format!("within-{days}"),
            Self::Over(days) => format!("over-{days}"),
        }
    }

    /// The age of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|age| age.word() == word)
    }

    /// From when on, and before when, a comment of this age was written.
    pub fn bounds(self, now: Ts) -> (Option<Ts>, Option<Ts>) {
        match self {
            Self::Within(days) => (Some(now.plus_seconds(-days * DAY)), None),
            Self::Over(days) => (None, Some(now.plus_seconds(-days * DAY))),
        }
    }
}

impl Filter {
    /// All of one status.
    pub fn of(status: Status) -> Self {
        Self {
            status,
            reason: None,
            article: None,
            person: None,
            network: None,
            like: None,
            until: None,
            words: String::new(),
            age: None,
            order: Order::Newest,
        }
    }

    /// The filter that these fields of an address or a form make. What is no value of its field is as if it were not there,
    /// but for what must narrow: a number that cannot be read is one that nothing has.
    pub fn read<'a>(get: impl Fn(&str) -> &'a str) -> Self {
        let status = Status::from_word(get("status")).unwrap_or(Status::Held);
        let reason = get("reason");
        // Postgres keeps no NUL, and nobody finds what nobody can type.
        let mut words = input::single_line(&input::strip_invalid_chars(get("words")));
        words.truncate(words.floor_char_boundary(WORDS_BYTES));
        let like = number(get("like")).map(LookalikeId);
        let mut filter = Self {
            reason: Kind::ALL.into_iter().find(|kind| kind.code() == reason),
            article: number(get("article")).map(ArticleId),
            person: number(get("person")).map(CommentId),
            network: number(get("network")).map(CommentId),
            like,
            until: like.and_then(|_| number(get("until"))).map(CommentId),
            words,
            age: Age::from_word(get("age")),
            ..Self::of(status)
        };
        if get("order") == "likeliest" && filter == Self::of(Status::Held) {
            filter.order = Order::Likeliest;
        }
        filter
    }

    /// Whether it means all that has its status, in whatever order.
    pub fn is_whole_part(&self) -> bool {
        let whole = Self {
            order: self.order,
            ..Self::of(self.status)
        };
        *self == whole
    }

    /// The filter behind an address's query.
    pub fn parse(query: &str) -> Self {
        let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        Self::read(|name| {
            let found = fields.iter().find(|(field, _)| field == name);
            found.map_or("", |(_, value)| value.as_str())
        })
    }

    /// The fields that say it, for forms and addresses.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("status", self.status.word().to_owned())];
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let rest = [
            ("reason", self.reason.map(|kind| kind.code().to_owned())),
            ("article", number(self.article.map(|id| id.0))),
            ("person", number(self.person.map(|id| id.0))),
            ("network", number(self.network.map(|id| id.0))),
            ("like", number(self.like.map(|id| id.0))),
            ("until", number(self.until.map(|id| id.0))),
            (
                "words",
                (!self.words.is_empty()).then(|| self.words.clone()),
            ),
            ("age", self.age.map(Age::word)),
            (
                "order",
                (self.order == Order::Likeliest).then(|| "likeliest".to_owned()),
            ),
        ];
        fields.extend(
            rest.into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        fields
    }

    /// It as an address's query.
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.fields())
            .finish()
    }

    /// Whether it asks for more than a status.
    pub fn is_narrow(&self) -> bool {
        *self != Self::of(self.status) && self.order == Order::Newest
    }
}

/// The number that stands there; one that nothing has if it is none.
fn number(text: &str) -> Option<i64> {
    (!text.trim().is_empty()).then(|| text.trim().parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_as_it_was_written() {
        let full = Filter {
            reason: Some(Kind::Links),
            article: Some(ArticleId(3)),
            person: Some(CommentId(4)),
            network: Some(CommentId(5)),
            like: Some(LookalikeId(6)),
            until: Some(CommentId(7)),
            words: "чай & \"a cup\"".to_owned(),
            age: Some(Age::Over(7)),
            ..Filter::of(Status::Spam)
        };
        let likeliest = Filter {
            order: Order::Likeliest,
            ..Filter::of(Status::Held)
        };
        for filter in [full, likeliest, Filter::of(Status::Held)] {
            assert_eq!(Filter::parse(&filter.query()), filter);
        }
        for age in Age::ALL {
            assert_eq!(Age::from_word(&age.word()), Some(age));
        }
    }

    #[test]
    fn what_must_narrow_narrows_even_if_it_is_nonsense() {
        let filter = Filter::parse(
            "status=nothing&reason=nothing&age=old&person=x&until=7&words=%00&order=likeliest",
        );
        assert_eq!(
            filter,
            Filter {
                person: Some(CommentId(0)),
                ..Filter::of(Status::Held)
            }
        );
        assert!(filter.is_narrow());
    }

    #[test]
    fn only_all_that_is_held_stands_by_likelihood() {
        assert_eq!(Filter::parse("order=likeliest").order, Order::Likeliest);
        for query in ["status=spam&order=likeliest", "words=a&order=likeliest"] {
            assert_eq!(Filter::parse(query).order, Order::Newest);
        }
    }
}
