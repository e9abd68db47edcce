//! What the publication wants of replies, as screening takes it: its settings, and its word lists, read.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sqlx::PgConnection;
use tokio::task::spawn_blocking;

use super::screening::{Rules, WordList};
use crate::publication::DiscussionSettings;

/// Word lists that are kept read: those of one site and of the change before.
const LISTS_KEPT: usize = 8;

/// The lists read last, each under the hash of its text: reading a long one takes longer than judging by it.
static READ: Mutex<VecDeque<([u8; 32], WordList)>> = Mutex::new(VecDeque::new());

/// The word lists as they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenLists {
    /// Words to hold replies for.
    pub hold: String,
    /// Words to refuse replies for.
    pub refuse: String,
}

/// The rules by which replies are judged: what the publication wants of them, and its lists.
pub async fn of(settings: &DiscussionSettings, hold_words: &str, refuse_words: &str) -> Rules {
    Rules {
        hold_everything: settings.hold_everything,
        hold_first_timers: settings.hold_first_timers,
        trust_unproven: settings.trust_unproven,
        hold_links: u32::try_from(settings.hold_links).unwrap_or_default(),
        hold_words: read(hold_words).await,
        refuse_words: read(refuse_words).await,
        ask_checker: settings.checker.is_some(),
        learned_spam_from: u32::try_from(settings.learned_spam_from).unwrap_or_default(),
    }
}

/// The word lists as they were written.
pub async fn find_lists(db: &mut PgConnection) -> sqlx::Result<WrittenLists> {
    let row = sqlx::query!("select hold_words, refuse_words from word_lists")
        .fetch_one(db)
        .await?;
    Ok(WrittenLists {
        hold: row.hold_words,
        refuse: row.refuse_words,
    })
}

/// Writes the word lists, as part of a change of the settings whose version was compared.
pub async fn change_lists(db: &mut PgConnection, lists: &WrittenLists) -> sqlx::Result<()> {
    sqlx::query!(
        "update word_lists set hold_words = $1, refuse_words = $2",
        lists.hold,
        lists.refuse,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn read(text: &str) -> WordList {
    if text.is_empty() {
        return WordList::default();
    }
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    let known = {
        let read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read.iter().find(|(known, _)| *known == hash);
        known.map(|(_, list)| list.clone())
    };
    if let Some(list) = known {
        return list;
    }
    let text = text.to_owned();
    let (list, wrong) = spawn_blocking(move || WordList::read(&text))
        .await
        .expect("reading a list does not panic");
    if !wrong.is_empty() {
        // It was right when it was saved. The rest of it holds; the settings page names what does not.
        tracing::warn!(
            lines = wrong.len(),
            "a word list has lines that cannot be read"
        );
    }
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.truncate(LISTS_KEPT - 1);
    read.push_front((hash, list.clone()));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_list_of_which_one_line_is_wrong_holds_but_for_that() {
        let list = read("free money\n/(/\ncasino").await;
        assert_eq!(list.found_in(&["Free money at the Casino!"]), [1, 3]);
    }

    #[tokio::test]
    async fn another_text_is_another_list_however_many_were_read() {
        for number in 0..3 * LISTS_KEPT {
            let text = format!("word{number}");
            for list in [read(&text).await, read(&text).await] {
                assert_eq!(list.found_in(&[&format!("a word{number}")]), [1]);
                assert!(list.found_in(&["a word"]).is_empty());
            }
        }
        let read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(read.len() <= LISTS_KEPT);
    }
}
