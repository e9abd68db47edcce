//! Page of the editor: the form, with questions, differences and a preview where there are some.

use askama::Template;
use sqlx::PgConnection;

use super::article_form::ArticleForm;
use super::editor_questions::EditorQuestion;
use super::merge::{FieldChange, MergeOutcome};
use super::model::{Article, ArticleState, ArticleStatus, DraftReason};
use super::page::ArticleFragment;
use super::store::{self, LastSave};
use super::topic_names;
use crate::admin::{AdminLayout, AdminSection};
use crate::clock::Ts;
use crate::text::line_diff::DiffLine;
use crate::text::local_time::{self, ClockOccurrence};
use crate::text::{BodyFormat, dates};

/// Largest number of existing topics that the form offers.
const MAX_OFFERED_TOPICS: i64 = 100;

#[derive(Template)]
#[template(path = "articles/editor.html")]
pub(super) struct EditorPage {
    pub admin_layout: AdminLayout,
    section: AdminSection,
    /// The stored article. `None` if a new article is being written.
    article: Option<Article>,
    form: ArticleForm,
    /// Names of existing topics that can be ticked.
    offered_topics: Vec<String>,
    pub preview: Option<ArticleFragment>,
    /// Questions to be answered before the form is saved.
    pub questions: Vec<EditorQuestion>,
    /// The save by another editor, if there was one while this form was open.
    pub newer: Option<LastSave>,
    /// Fields in which the form differs from what the other editor saved.
    pub changes: Vec<FieldChange>,
    pub saved: bool,
    /// Topics that the save has created.
    pub new_topics: Vec<String>,
}

impl EditorPage {
    /// Makes the page of a form. `article` is the stored article.
    pub(super) async fn load(
        admin_layout: AdminLayout,
        db: &mut PgConnection,
        article: Option<Article>,
        form: ArticleForm,
    ) -> sqlx::Result<Self> {
        let listed = topic_names::list_lines(&form.topics);
        let mut offered_topics = store::topics::list_offered(db, MAX_OFFERED_TOPICS).await?;
        offered_topics.retain(|name| !listed.contains(name));
        Ok(Self {
            admin_layout,
            section: AdminSection::Articles,
            article,
            form,
            offered_topics,
            preview: None,
            questions: Vec::new(),
            newer: None,
            changes: Vec::new(),
            saved: false,
            new_topics: Vec::new(),
        })
    }

    /// Returns the status of the stored article. A new article is a draft.
    fn status(&self) -> ArticleStatus {
        let article = self.article.as_ref();
        let state = article.map_or(ArticleState::Draft, |article| article.state);
        let published_at = article.and_then(|article| article.published_at);
        ArticleStatus::new(state, published_at, self.admin_layout.layout.now)
    }

    fn form_action(&self) -> String {
        match &self.article {
            Some(article) => format!("/admin/articles/{}", article.id),
            None => "/admin/articles/new".to_owned(),
        }
    }

    /// Returns the reason why the import made the article a draft. Returns `None` once the article is no longer a draft.
    fn draft_reason(&self) -> Option<DraftReason> {
        let article = self.article.as_ref()?;
        article
            .draft_reason
            .filter(|_| article.state == ArticleState::Draft)
    }

    fn path(&self) -> Option<&str> {
        self.article.as_ref()?.path.as_deref()
    }

    /// Returns whether the date in the form lies ahead, so that publishing schedules the article.
    fn is_ahead(&self) -> bool {
        let layout = &self.admin_layout.layout;
        let zone = &layout.publication.zone;
        local_time::parse_local_time(&self.form.published_at, zone, layout.now)
            .is_ok_and(|time| time.first > layout.now)
    }

    /// Returns whether readers have seen the article, so that an empty date keeps its date.
    fn was_public(&self) -> bool {
        self.article.as_ref().is_some_and(|article| {
            let now = self.admin_layout.layout.now;
            article.path.is_some() && article.published_at.is_some_and(|at| at <= now)
        })
    }

    /// Returns the key of the hint under the date.
    fn moment_hint(&self) -> &'static str {
        match self.was_public() {
            true => "editor-moment-hint-kept",
            false => "editor-moment-hint",
        }
    }

    /// Lists the occurrences of a time that the clock repeats: value, label, and whether it is chosen.
    fn occurrences(&self) -> Vec<(&'static str, String, bool)> {
        let layout = &self.admin_layout.layout;
        let Some((first, second)) = self.form.repeated else {
            return Vec::new();
        };
        let offset = |at: Ts| dates::format_offset(at, &layout.publication.zone);
        [
            (ClockOccurrence::First, "editor-moment-first", first),
            (ClockOccurrence::Second, "editor-moment-second", second),
        ]
        .into_iter()
        .map(|(occurrence, key, at)| {
            let value = occurrence.as_str();
            let label = layout.translator.format(key, "offset", &offset(at));
            (value, label, self.form.occurrence == value)
        })
        .collect()
    }

    fn question(&self, question: &EditorQuestion) -> String {
        question.text(&self.admin_layout.layout)
    }

    /// Returns the label of the button that answers the questions with yes.
    fn answer(&self) -> String {
        let layout = &self.admin_layout.layout;
        match &self.questions[..] {
            [question] => question.answer(layout),
            _ => layout.translator.text("editor-answer-all"),
        }
    }

    /// Returns the value of the button that answers the questions with yes.
    fn confirmation(&self) -> &'static str {
        self.form.action.confirmation()
    }

    fn describe_outcome(&self, outcome: &MergeOutcome) -> String {
        let name = self.newer.as_ref().map(|save| save.account_name.as_str());
        let key = format!("editor-merge-{}", outcome.as_str());
        let translator = self.admin_layout.layout.translator;
        translator.format(&key, "name", name.unwrap_or_default())
    }
}
