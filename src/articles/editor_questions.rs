//! Questions that the editor asks before it saves what may not be meant.

use super::model::{Article, ArticleInput, ArticleState, ArticleStatus};
use super::topic_names::SimilarTopic;
use crate::clock::Ts;
use crate::web::Layout;

/// Question to be answered with yes before the article is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EditorQuestion {
    /// Readers can no longer read the published article until this time.
    Reschedule(Ts),
    /// Readers can no longer read the published article.
    Unpublish,
    /// Readers will find an article without text.
    EmptyBody,
    SimilarTopic(SimilarTopic),
}

/// Lists the questions about saving `input` over the stored article.
pub(super) fn list_questions(
    article: Option<&Article>,
    input: &ArticleInput,
    similar_topics: Vec<SimilarTopic>,
    now: Ts,
) -> Vec<EditorQuestion> {
    let mut questions = Vec::new();
    let is_public = article.is_some_and(|article| {
        let status = ArticleStatus::new(article.state, article.published_at, now);
        matches!(status, ArticleStatus::Published(_))
    });
    if is_public {
        match (input.state, input.published_at) {
            (ArticleState::Draft, _) => questions.push(EditorQuestion::Unpublish),
            (ArticleState::Published, Some(at)) if at > now => {
                questions.push(EditorQuestion::Reschedule(at));
            }
            _ => {}
        }
    }
    let showed_nothing = article.is_some_and(|article| {
        article.state == ArticleState::Published && article.body_html.is_blank()
    });
    if input.state == ArticleState::Published && !showed_nothing && input.body_html().is_blank() {
        questions.push(EditorQuestion::EmptyBody);
    }
    let topics = similar_topics.into_iter();
    questions.extend(topics.map(EditorQuestion::SimilarTopic));
    questions
}

impl EditorQuestion {
    /// Returns the name of the question in the form. A question about another date or topic has another name.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Reschedule(at) => format!("reschedule {}", at.timestamp()),
            Self::Unpublish => "unpublish".to_owned(),
            Self::EmptyBody => "empty-body".to_owned(),
            Self::SimilarTopic(topic) => format!("topic {} {}", topic.typed, topic.existing),
        }
    }

    /// Returns the question in one or two sentences.
    pub(super) fn text(&self, layout: &Layout) -> String {
        let translator = layout.translator;
        match self {
            Self::Reschedule(at) => translator.format(
                "editor-ask-reschedule",
                "time",
                &layout.format_date_time(at),
            ),
            Self::Unpublish => translator.text("editor-ask-unpublish"),
            Self::EmptyBody => translator.text("editor-ask-empty"),
            Self::SimilarTopic(topic) => translator.format_all(
                "editor-ask-topic",
                &[("typed", &topic.typed), ("existing", &topic.existing)],
            ),
        }
    }

    /// Returns the label of the button that answers this question with yes, if it is the only one.
    pub(super) fn answer(&self, layout: &Layout) -> String {
        layout.translator.text(match self {
            Self::Reschedule(_) => "editor-answer-reschedule",
            Self::Unpublish => "editor-unpublish",
            Self::EmptyBody => "editor-answer-empty",
            Self::SimilarTopic(_) => "editor-answer-topic",
        })
    }
}
