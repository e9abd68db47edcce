//! The preview of the word lists: the number of recent comments that they would have held or refused.

use anyhow::Context;
use askama::Template;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::form::describe_wrong_line;
use crate::app::App;
use crate::i18n::Translator;
use crate::moderation::store;
use crate::moderation::word_list_preview::{MatchCount, PreviewResult, preview_word_list};
use crate::web::Result;

/// Number of recent comments that the word lists are matched against.
const PREVIEWED_COMMENTS: i64 = 1_000;

/// Permit that allows one preview at a time, because each keeps a processor busy for up to several seconds.
static PREVIEW_PERMIT: Semaphore = Semaphore::const_new(1);

/// The previews of both word lists, as an HTML fragment that a script inserts into the page.
#[derive(Template)]
#[template(path = "moderation/word_list_preview.html")]
pub(super) struct PreviewFragment {
    pub translator: Translator,
    pub hold_preview: WordListPreview,
    pub refuse_preview: WordListPreview,
}

/// The preview of one word list, with methods that describe it in sentences.
pub(super) struct WordListPreview {
    translator: Translator,
    /// Message key that describes the comments this list would have held or refused.
    key: &'static str,
    pub result: PreviewResult,
}

/// Matches the two word lists against recent comments. Waits until any other preview has finished.
pub(super) async fn preview_lists(
    app: &App,
    translator: Translator,
    hold: String,
    refuse: String,
) -> Result<(WordListPreview, WordListPreview)> {
    let _permit = PREVIEW_PERMIT
        .acquire()
        .await
        .context("waiting for another preview")?;
    let mut db = app.pool.acquire().await?;
    let comments = store::word_list_preview::list_recent(&mut db, PREVIEWED_COMMENTS).await?;
    // Matching takes seconds, in which other requests can use the connection.
    drop(db);
    let (hold, refuse) = spawn_blocking(move || {
        (
            preview_word_list(&hold, &comments),
            preview_word_list(&refuse, &comments),
        )
    })
    .await
    .context("matching the word lists")?;
    let preview = |key, result| WordListPreview {
        translator,
        key,
        result,
    };
    Ok((
        preview("preview-hold", hold),
        preview("preview-refuse", refuse),
    ))
}

impl WordListPreview {
    /// Describes the comments that a line, or the whole list, would have matched.
    pub(super) fn describe(&self, matches: &MatchCount) -> String {
        let counts = [
            ("all", matches.all.to_string()),
            ("approved", matches.approved.to_string()),
        ];
        let counts = counts.each_ref().map(|(name, text)| (*name, text.as_str()));
        let text = self.translator.format_all(self.key, &counts);
        if matches.refused == 0 {
            return text;
        }
        format!(
            "{text}; {}",
            self.translator.plural("preview-refused", matches.refused)
        )
    }

    /// Returns the message that a script shows for a line that matched nothing. It contains `#` in place of the line
    /// number.
    pub(super) fn describe_no_match(&self) -> String {
        let key = match self.key {
            "preview-hold" => "preview-hold-none",
            _ => "preview-refuse-none",
        };
        self.translator.format(key, "line", "#")
    }

    /// Describes the number of comments that the word list was matched against.
    pub(super) fn describe_sample(&self) -> String {
        self.translator.plural("preview-on", self.result.looked_at)
    }

    /// Describes the number of matching lines that the preview does not list. Returns `None` if it lists all of them.
    pub(super) fn describe_unlisted(&self) -> Option<String> {
        let more = self.result.more;
        (more > 0).then(|| self.translator.plural("preview-more", more))
    }

    pub(super) fn wrong_lines(&self) -> Vec<String> {
        let wrong = self.result.wrong.iter();
        wrong
            .map(|wrong| describe_wrong_line(self.translator, wrong))
            .collect()
    }
}
