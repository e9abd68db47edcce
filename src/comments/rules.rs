//! Screening rules from the settings and the word lists, with a cache of compiled lists.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::screening::{ScreeningRules, WordList};
use crate::publication::DiscussionSettings;

/// Number of compiled word lists in the cache. A site uses two at a time. The others are versions that staff are trying.
const CACHED_LISTS: usize = 8;

/// Cache of compiled word lists, by the hash of their text. Compiling a long list takes longer than searching a comment
/// with it.
static LIST_CACHE: Mutex<VecDeque<([u8; 32], WordList)>> = Mutex::new(VecDeque::new());

/// Permit that allows one comment at a time to be searched for the entries of word lists. The longest comment and the most
/// costly lists keep a processor busy for a second.
static SEARCH_PERMIT: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));
/// Longest time that a comment waits for the others before it. Each of them holds a database connection meanwhile.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(4);

/// Runs the screening of a comment on a thread for blocking work, when its turn has come. Fails with
/// [`sqlx::Error::PoolTimedOut`], as a database without a free connection does, if too many comments are before it.
pub(super) async fn run_in_turn<T: Send + 'static>(
    screen: impl FnOnce() -> T + Send + 'static,
) -> sqlx::Result<T> {
    let permit = timeout(PERMIT_TIMEOUT, SEARCH_PERMIT.clone().acquire_owned()).await;
    let permit = permit.map_err(|_| sqlx::Error::PoolTimedOut)?;
    let screened = spawn_blocking(move || {
        // Held to the end of the work, even if the commenter hangs up.
        let _permit = permit;
        screen()
    });
    screened.await.map_err(|_| sqlx::Error::WorkerCrashed)
}

/// Loads the screening rules and compiles the word lists.
pub async fn load_rules(
    settings: &DiscussionSettings,
    hold_words: &str,
    refuse_words: &str,
) -> ScreeningRules {
    ScreeningRules {
        hold_everything: settings.hold_everything,
        hold_first_timers: settings.hold_first_timers,
        trust_unverified: settings.trust_unverified,
        hold_links: u32::try_from(settings.hold_links).unwrap_or_default(),
        hold_words: load_word_list(hold_words).await,
        refuse_words: load_word_list(refuse_words).await,
        ask_checker: settings.checker.is_some(),
        learned_spam_from: u32::try_from(settings.spam_threshold).unwrap_or_default(),
    }
}

async fn load_word_list(text: &str) -> WordList {
    if text.is_empty() {
        return WordList::default();
    }
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    let cached = {
        let cache = LIST_CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = cache.iter().find(|(cached, _)| *cached == hash);
        entry.map(|(_, list)| list.clone())
    };
    if let Some(list) = cached {
        return list;
    }
    let text = text.to_owned();
    // Compiling twenty thousand entries takes long enough to hold up other requests on this thread.
    let (list, errors) = spawn_blocking(move || WordList::parse_saved(&text))
        .await
        .expect("parsing a word list does not panic");
    if !errors.is_empty() {
        // Saved lists were valid: a newer version of the parser may refuse a line. The settings page names it.
        tracing::warn!(
            lines = errors.len(),
            "a saved word list has invalid lines; they are ignored"
        );
    }
    let mut cache = LIST_CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    cache.truncate(CACHED_LISTS - 1);
    cache.push_front((hash, list.clone()));
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn invalid_lines_of_a_word_list_are_ignored() {
        let list = load_word_list("free money\n/(/\ncasino").await;
        assert_eq!(list.matching_lines(&["Free money at the Casino!"]), [1, 3]);
    }

    #[tokio::test]
    async fn a_limited_number_of_compiled_word_lists_is_cached_by_their_text() {
        for number in 0..3 * CACHED_LISTS {
            let text = format!("word{number}");
            for list in [load_word_list(&text).await, load_word_list(&text).await] {
                assert_eq!(list.matching_lines(&[&format!("a word{number}")]), [1]);
                assert!(list.matching_lines(&["a word"]).is_empty());
            }
        }
        let cache = LIST_CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(cache.len() <= CACHED_LISTS);
    }
}
