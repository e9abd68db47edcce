//! The two word lists for screening comments, as staff wrote them.

use sqlx::PgConnection;

/// Texts of the word lists for screening comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordListTexts {
    /// Words for which a comment is held.
    pub hold: String,
    /// Words for which a comment is trashed.
    pub refuse: String,
}

/// Returns the word lists for screening comments.
pub async fn find(db: &mut PgConnection) -> sqlx::Result<WordListTexts> {
    sqlx::query_as!(
        WordListTexts,
        "select hold_words as hold, refuse_words as refuse from word_lists"
    )
    .fetch_one(db)
    .await
}

/// Saves the word lists. The caller must have checked the version of the settings in the same transaction.
pub async fn update(db: &mut PgConnection, texts: &WordListTexts) -> sqlx::Result<()> {
    sqlx::query!(
        "update word_lists set hold_words = $1, refuse_words = $2",
        texts.hold,
        texts.refuse,
    )
    .execute(db)
    .await?;
    Ok(())
}
