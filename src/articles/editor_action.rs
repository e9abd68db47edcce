//! Buttons of the editor's form.

use serde::Deserialize;

use super::model::{Article, ArticleState};

/// Button of the editor's form that was pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum EditorAction {
    Preview,
    Publish,
    Unpublish,
    /// The same actions, after the questions about them have been answered with yes.
    ConfirmedSave,
    ConfirmedPublish,
    ConfirmedUnpublish,
    #[default]
    #[serde(other)]
    Save,
}

impl EditorAction {
    /// Returns the state that the article gets when this button is pressed. `article` is the stored article.
    pub(super) fn next_state(self, article: Option<&Article>) -> ArticleState {
        match (self, article) {
            (Self::Publish | Self::ConfirmedPublish, _) => ArticleState::Published,
            (Self::Unpublish | Self::ConfirmedUnpublish, _) | (_, None) => ArticleState::Draft,
            (Self::Save | Self::ConfirmedSave | Self::Preview, Some(article)) => article.state,
        }
    }

    pub(super) fn is_confirmed(self) -> bool {
        matches!(
            self,
            Self::ConfirmedSave | Self::ConfirmedPublish | Self::ConfirmedUnpublish
        )
    }

    /// Returns the value of the button that confirms this action.
    pub(super) fn confirmation(self) -> &'static str {
        match self {
            Self::Publish | Self::ConfirmedPublish => "confirmed-publish",
            Self::Unpublish | Self::ConfirmedUnpublish => "confirmed-unpublish",
            Self::Save | Self::ConfirmedSave | Self::Preview => "confirmed-save",
        }
    }
}
