//! The filter of the moderation queue, which is stored in URLs, in forms and with bulk actions.

use url::form_urlencoded;

use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::ReasonKind;
use crate::ids::{ArticleId, CommentId, SimilarGroupId};
use crate::text::input;

/// Longest search text in bytes. The rest is cut off.
const MAX_SEARCH_BYTES: usize = 200;
const DAY_SECS: i64 = 24 * 60 * 60;

/// The conditions that select the comments of a queue page or a bulk action. A comment must meet every condition that is
/// set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueFilter {
    pub status: Status,
    /// Selects comments for which screening recorded this reason.
    pub reason: Option<ReasonKind>,
    pub article: Option<ArticleId>,
    /// Selects comments whose author is the author of this comment.
    pub same_author_as: Option<CommentId>,
    /// Selects comments from the same IP network as this comment.
    pub same_network_as: Option<CommentId>,
    pub similar_group: Option<SimilarGroupId>,
    /// Newest comment of `similar_group` to include. Ignored if `similar_group` is `None`.
    pub newest: Option<CommentId>,
    /// Search text in the syntax of Postgres's `websearch_to_tsquery`. An empty text sets no condition.
    pub search: String,
    pub age: Option<CommentAge>,
    pub order: QueueOrder,
}

/// Condition on the age of a comment, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentAge {
    AtMost(i64),
    MoreThan(i64),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueOrder {
    #[default]
    NewestFirst,
    /// Highest spam score first. Only possible for all held comments without any other condition, because the index for
    /// this order covers nothing else.
    HighestScoreFirst,
}

impl CommentAge {
    /// Age conditions that the filter form offers.
    pub const ALL: [Self; 6] = [
        Self::AtMost(1),
        Self::AtMost(7),
        Self::AtMost(30),
        Self::MoreThan(1),
        Self::MoreThan(7),
        Self::MoreThan(30),
    ];

    /// Returns the code used in URLs. With the prefix `age-` it is also a message key.
    pub fn code(self) -> String {
        match self {
            Self::AtMost(days) => format!("within-{days}"),
            Self::MoreThan(days) => format!("over-{days}"),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|age| age.code() == code)
    }

    /// Returns the range of creation times that comments of this age have. The start belongs to the range, the end does
    /// not.
    pub fn bounds(self, now: Ts) -> (Option<Ts>, Option<Ts>) {
        match self {
            Self::AtMost(days) => (Some(now.plus_seconds(-days * DAY_SECS)), None),
            Self::MoreThan(days) => (None, Some(now.plus_seconds(-days * DAY_SECS))),
        }
    }
}

impl QueueFilter {
    /// Returns the filter for all comments of one status, newest first.
    pub fn with_status(status: Status) -> Self {
        Self {
            status,
            reason: None,
            article: None,
            same_author_as: None,
            same_network_as: None,
            similar_group: None,
            newest: None,
            search: String::new(),
            age: None,
            order: QueueOrder::NewestFirst,
        }
    }

    /// Reads a filter from form fields or from the query of a URL. An invalid id becomes 0, which matches nothing. Other
    /// invalid values set no condition.
    pub fn from_fields<'a>(get: impl Fn(&str) -> &'a str) -> Self {
        let status = Status::parse(get("status")).unwrap_or(Status::Held);
        // Postgres rejects NUL in text.
        let mut search = input::single_line(&input::strip_invalid_chars(get("search")));
        search.truncate(search.floor_char_boundary(MAX_SEARCH_BYTES));
        let similar_group = parse_id(get("similar")).map(SimilarGroupId);
        // Conditions with a fixed list of values may be dropped when invalid, as the page then shows them unset.
        let mut filter = Self {
            reason: get("reason").parse().ok(),
            article: parse_id(get("article")).map(ArticleId),
            same_author_as: parse_id(get("author")).map(CommentId),
            same_network_as: parse_id(get("network")).map(CommentId),
            similar_group,
            // Without a group it is ignored, because only groups are decided up to a comment.
            newest: similar_group
                .and_then(|_| parse_id(get("newest")))
                .map(CommentId),
            search,
            age: CommentAge::from_code(get("age")),
            ..Self::with_status(status)
        };
        if get("order") == "score" && filter == Self::with_status(Status::Held) {
            filter.order = QueueOrder::HighestScoreFirst;
        }
        filter
    }

    /// Returns whether the filter has no condition besides the status. Ignores the order.
    pub fn is_whole_status(&self) -> bool {
        let whole = Self {
            order: self.order,
            ..Self::with_status(self.status)
        };
        *self == whole
    }

    /// Returns whether the filter has a condition besides the status.
    pub fn is_narrow(&self) -> bool {
        *self != Self::with_status(self.status) && self.order == QueueOrder::NewestFirst
    }

    /// Reads a filter from the query of a URL.
    pub fn parse(query: &str) -> Self {
        let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        Self::from_fields(|name| find_field(&fields, name))
    }

    /// Returns the names and values of the form fields from which [`QueueFilter::from_fields`] reads this filter.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let id_text = |id: Option<i64>| id.map(|id| id.to_string());
        let order = match self.order {
            QueueOrder::NewestFirst => None,
            QueueOrder::HighestScoreFirst => Some("score".to_owned()),
        };
        let optional = [
            ("reason", self.reason.map(|kind| kind.code().to_owned())),
            ("article", id_text(self.article.map(|id| id.0))),
            ("author", id_text(self.same_author_as.map(|id| id.0))),
            ("network", id_text(self.same_network_as.map(|id| id.0))),
            ("similar", id_text(self.similar_group.map(|id| id.0))),
            ("newest", id_text(self.newest.map(|id| id.0))),
            (
                "search",
                (!self.search.is_empty()).then(|| self.search.clone()),
            ),
            ("age", self.age.map(CommentAge::code)),
            ("order", order),
        ];
        let mut fields = vec![("status", self.status.as_str().to_owned())];
        fields.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        fields
    }

    /// Returns the filter as the query of a URL.
    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.fields())
            .finish()
    }
}

/// Returns the value of the first field with this name, or an empty string if there is none.
pub(super) fn find_field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let found = fields.iter().find(|(field, _)| field == name);
    found.map_or("", |(_, value)| value)
}

/// Parses an id. Anything but a number becomes 0, which no comment or article has, so that an invalid condition does not
/// match every comment.
fn parse_id(text: &str) -> Option<i64> {
    (!text.trim().is_empty()).then(|| text.trim().parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_written_to_a_url_query_is_parsed_to_the_same_filter() {
        let full = QueueFilter {
            reason: Some(ReasonKind::Links),
            article: Some(ArticleId(3)),
            same_author_as: Some(CommentId(4)),
            same_network_as: Some(CommentId(5)),
            similar_group: Some(SimilarGroupId(6)),
            newest: Some(CommentId(7)),
            search: "чай & \"a cup\"".to_owned(),
            age: Some(CommentAge::MoreThan(7)),
            ..QueueFilter::with_status(Status::Spam)
        };
        let by_score = QueueFilter {
            order: QueueOrder::HighestScoreFirst,
            ..QueueFilter::with_status(Status::Held)
        };
        for filter in [full, by_score, QueueFilter::with_status(Status::Held)] {
            assert_eq!(QueueFilter::parse(&filter.query()), filter);
        }
        for age in CommentAge::ALL {
            assert_eq!(CommentAge::from_code(&age.code()), Some(age));
        }
    }

    #[test]
    fn an_invalid_id_in_a_filter_matches_nothing() {
        let filter = QueueFilter::parse(
            "status=nothing&reason=nothing&age=old&author=x&newest=7&search=%00&order=score",
        );
        assert_eq!(
            filter,
            QueueFilter {
                same_author_as: Some(CommentId(0)),
                ..QueueFilter::with_status(Status::Held)
            }
        );
        assert!(filter.is_narrow());
    }

    #[test]
    fn only_all_held_comments_without_other_conditions_can_be_ordered_by_score() {
        let order = |query| QueueFilter::parse(query).order;
        assert_eq!(order("order=score"), QueueOrder::HighestScoreFirst);
        for query in ["status=spam&order=score", "search=a&order=score"] {
            assert_eq!(order(query), QueueOrder::NewestFirst);
        }
    }
}
