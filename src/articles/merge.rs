//! Three-way merge of the editor's form with what somebody else has saved since the form was opened.

use super::article_form::{ArticleForm, BaseFields};
use super::model::ArticleState;
use super::store::ArticleRevision;
use super::topic_names;
use crate::i18n::Translator;
use crate::text::line_diff::{self, DiffLine, MergedText};

/// The article as it was when the form was opened. A part that is not known is `None`.
pub(super) struct MergeBase {
    pub revision: Option<ArticleRevision>,
    pub fields: Option<BaseFields>,
}

/// Field in which the form differs from what was saved meanwhile.
pub(super) struct FieldChange {
    /// Key of the field's label.
    pub label: &'static str,
    pub outcome: MergeOutcome,
    /// Lines as this editor typed them (removed) and as they were saved (added). `None` if the texts are too long to
    /// compare.
    pub lines: Option<Vec<DiffLine>>,
}

/// Result of merging a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeOutcome {
    /// Only the other editor changed the field. The form has their value now.
    OtherVersion,
    /// Only this editor changed the field.
    Mine,
    /// Both changed the field in different places. The form has both changes now.
    Merged,
    /// Both changed the same lines. There, the form has this editor's, elsewhere both changes.
    PartlyMerged,
    /// Both changed the field. The form has this editor's value.
    Conflict,
}

impl MergeOutcome {
    /// Returns the part of the message key that follows `editor-merge-`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OtherVersion => "theirs",
            Self::Mine => "mine",
            Self::Merged => "merged",
            Self::PartlyMerged => "partly-merged",
            Self::Conflict => "conflict",
        }
    }
}

/// Takes over into the form what only the other editor changed, and merges what both changed in different places. Returns
/// the fields in which the two versions differ. `theirs` is the stored article as a form, and `state` its state.
pub(super) fn merge_forms(
    form: &mut ArticleForm,
    base: &MergeBase,
    theirs: &ArticleForm,
    state: ArticleState,
    translator: Translator,
) -> Vec<FieldChange> {
    let revision = base.revision.as_ref();
    let fields = base.fields.as_ref();
    let mut changes = Vec::new();
    changes.extend(compare_states(fields, state, translator));
    changes.extend(merge_text(
        "editor-title",
        &mut form.title,
        revision.map(|base| base.title.as_str()),
        &theirs.title,
        no_merge,
    ));
    changes.extend(merge_text(
        "editor-standfirst",
        &mut form.standfirst,
        revision.map(|base| base.standfirst.as_str()),
        &theirs.standfirst,
        line_diff::merge_lines,
    ));
    changes.extend(merge_text(
        "editor-sources",
        &mut form.sources,
        revision.map(|base| base.sources.as_str()),
        &theirs.sources,
        no_merge,
    ));
    changes.extend(merge_text(
        "editor-body",
        &mut form.body,
        revision.map(|base| base.body.as_str()),
        &theirs.body,
        line_diff::merge_lines,
    ));
    changes.extend(merge_text(
        "editor-topics",
        &mut form.topics,
        fields.map(|base| base.topics.as_str()),
        &theirs.topics,
        merge_topics,
    ));
    changes.extend(merge_text(
        "editor-slug",
        &mut form.slug,
        revision.map(|base| base.slug.as_str()),
        &theirs.slug,
        no_merge,
    ));
    changes.extend(merge_text(
        "editor-moment",
        &mut form.published_at,
        fields.map(|base| base.published_at.as_str()),
        &theirs.published_at,
        no_merge,
    ));
    if form.published_at == theirs.published_at {
        form.occurrence.clone_from(&theirs.occurrence);
        form.repeated = theirs.repeated;
    }
    merge_ticks(form, fields, theirs, translator, &mut changes);
    changes
}

/// Returns a change if the other editor published or unpublished the article.
fn compare_states(
    base: Option<&BaseFields>,
    state: ArticleState,
    translator: Translator,
) -> Option<FieldChange> {
    let name = |state| {
        translator.text(match state {
            ArticleState::Draft => "state-draft",
            ArticleState::Published => "state-published",
        })
    };
    let before = name(base?.state);
    merge_text(
        "editor-state",
        &mut before.clone(),
        Some(&before),
        &name(state),
        no_merge,
    )
}

/// Merges nothing: a field with one value has this editor's where both changed it.
fn no_merge(_: &str, _: &str, _: &str) -> Option<MergedText> {
    None
}

fn merge_ticks(
    form: &mut ArticleForm,
    base: Option<&BaseFields>,
    theirs: &ArticleForm,
    translator: Translator,
    changes: &mut Vec<FieldChange>,
) {
    for (label, mine, base, theirs) in [
        (
            "editor-replies-open",
            &mut form.replies_open,
            base.map(|base| base.replies_open),
            theirs.replies_open,
        ),
        (
            "editor-pinned",
            &mut form.pinned,
            base.map(|base| base.pinned),
            theirs.pinned,
        ),
        (
            "editor-is-page",
            &mut form.is_page,
            base.map(|base| base.is_page),
            theirs.is_page,
        ),
    ] {
        let word = |is_ticked| match is_ticked {
            true => translator.text("editor-ticked"),
            false => translator.text("editor-not-ticked"),
        };
        let mut text = word(*mine);
        let base = base.map(word);
        let change = merge_text(label, &mut text, base.as_deref(), &word(theirs), no_merge);
        *mine = text == word(true);
        changes.extend(change);
    }
    form.was_page = form.is_page;
}

fn merge_text(
    label: &'static str,
    mine: &mut String,
    base: Option<&str>,
    theirs: &str,
    merge: impl Fn(&str, &str, &str) -> Option<MergedText>,
) -> Option<FieldChange> {
    if mine == theirs {
        return None;
    }
    let lines = line_diff::diff_lines(mine, theirs);
    let outcome = match base {
        Some(base) if mine == base => {
            theirs.clone_into(mine);
            MergeOutcome::OtherVersion
        }
        Some(base) if theirs == base => MergeOutcome::Mine,
        _ => match base.and_then(|base| merge(base, mine, theirs)) {
            Some(merged) => {
                *mine = merged.text;
                match merged.has_conflicts {
                    true => MergeOutcome::PartlyMerged,
                    false => MergeOutcome::Merged,
                }
            }
            None => MergeOutcome::Conflict,
        },
    };
    Some(FieldChange {
        label,
        outcome,
        lines,
    })
}

/// Merges lists of topics: adds what either added, and removes what either removed. This never fails.
fn merge_topics(base: &str, mine: &str, theirs: &str) -> Option<MergedText> {
    // Stored topics have a line each, and may have commas in their names.
    let (base, theirs) = (
        topic_names::list_lines(base),
        topic_names::list_lines(theirs),
    );
    let stored = [base.as_slice(), &theirs].concat();
    let mine = topic_names::split_names(&topic_names::list_lines(mine), &stored);
    let mut merged: Vec<String> = Vec::new();
    for name in mine.iter().chain(&theirs) {
        let was_removed = base.contains(name) && !(mine.contains(name) && theirs.contains(name));
        if !was_removed && !merged.contains(name) {
            merged.push(name.clone());
        }
    }
    Some(MergedText {
        text: merged.join("\n"),
        has_conflicts: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn article() -> ArticleForm {
        ArticleForm {
            title: "Tea".to_owned(),
            standfirst: "Why.".to_owned(),
            sources: "A kettle.".to_owned(),
            body: "One.\n\nTwo.\n\nThree.".to_owned(),
            topics: "Drinks\nFood".to_owned(),
            slug: "tea".to_owned(),
            published_at: "2026-03-14T12:00".to_owned(),
            replies_open: true,
            ..ArticleForm::default()
        }
    }

    fn base() -> MergeBase {
        let form = article();
        MergeBase {
            fields: Some(BaseFields {
                state: ArticleState::Published,
                topics: form.topics,
                published_at: form.published_at,
                replies_open: form.replies_open,
                is_page: form.is_page,
                pinned: form.pinned,
            }),
            revision: Some(ArticleRevision {
                slug: form.slug,
                title: form.title,
                standfirst: form.standfirst,
                sources: form.sources,
                body: form.body,
            }),
        }
    }

    fn merge(mine: &mut ArticleForm, base: &MergeBase, theirs: &ArticleForm) -> Vec<String> {
        let translator = Translator::new(Language::English);
        merge_forms(mine, base, theirs, ArticleState::Published, translator)
            .iter()
            .map(|change| format!("{} {}", change.label, change.outcome.as_str()))
            .collect()
    }

    #[test]
    fn a_field_that_only_one_side_changed_is_taken_from_it() {
        let mut mine = ArticleForm {
            body: "One.\n\nTwo.\n\nThree.\n\nFour.".to_owned(),
            replies_open: false,
            ..article()
        };
        let theirs = ArticleForm {
            title: "Green tea".to_owned(),
            standfirst: "Because.".to_owned(),
            slug: "green-tea".to_owned(),
            published_at: "2026-03-15T12:00".to_owned(),
            pinned: true,
            ..article()
        };
        let changes = merge(&mut mine, &base(), &theirs);
        assert_eq!(
            changes,
            [
                "editor-title theirs",
                "editor-standfirst theirs",
                "editor-body mine",
                "editor-slug theirs",
                "editor-moment theirs",
                "editor-replies-open mine",
                "editor-pinned theirs",
            ]
        );
        assert_eq!(
            (mine.title, mine.standfirst, mine.slug, mine.published_at),
            (
                theirs.title,
                theirs.standfirst,
                theirs.slug,
                theirs.published_at
            )
        );
        assert_eq!(mine.body, "One.\n\nTwo.\n\nThree.\n\nFour.");
        assert!(mine.pinned && !mine.replies_open && !mine.is_page);
    }

    #[test]
    fn what_both_changed_is_merged_where_that_is_clean() {
        let mut mine = ArticleForm {
            title: "My tea".to_owned(),
            standfirst: "My reason.".to_owned(),
            body: "One, mine.\n\nTwo.\n\nThree.".to_owned(),
            topics: "Drinks\nFood, Mine".to_owned(),
            ..article()
        };
        let theirs = ArticleForm {
            title: "Their tea".to_owned(),
            standfirst: "Their reason.".to_owned(),
            body: "One.\n\nTwo.\n\nThree, theirs.".to_owned(),
            topics: "Food\nTheirs".to_owned(),
            ..article()
        };
        assert_eq!(
            merge(&mut mine, &base(), &theirs),
            [
                "editor-title conflict",
                "editor-standfirst partly-merged",
                "editor-body merged",
                "editor-topics merged"
            ]
        );
        assert_eq!(mine.title, "My tea");
        assert_eq!(mine.body, "One, mine.\n\nTwo.\n\nThree, theirs.");
        assert_eq!(mine.topics, "Food\nMine\nTheirs");
    }

    #[test]
    fn without_a_base_every_difference_is_a_conflict_and_nothing_is_overwritten() {
        let unknown = MergeBase {
            revision: None,
            fields: None,
        };
        let mut mine = article();
        let theirs = ArticleForm {
            title: "Their tea".to_owned(),
            topics: "Theirs".to_owned(),
            pinned: true,
            ..article()
        };
        assert_eq!(
            merge(&mut mine, &unknown, &theirs),
            [
                "editor-title conflict",
                "editor-topics conflict",
                "editor-pinned conflict"
            ]
        );
        assert_eq!(
            (mine.title.as_str(), mine.topics.as_str()),
            ("Tea", "Drinks\nFood")
        );
        assert!(!mine.pinned);
    }
}
