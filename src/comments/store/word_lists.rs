//! The two word lists as staff wrote them.

use sqlx::PgConnection;

/// Text of the word lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordListTexts {
    /// Words that hold a comment.
    pub hold: String,
    /// Words that trash a comment.
    pub refuse: String,
}

/// Returns the word lists.
pub async fn find(db: &mut PgConnection) -> sqlx::Result<WordListTexts> {
    let row = sqlx::query!("select hold_words, refuse_words from word_lists")
        .fetch_one(db)
        .await?;
    Ok(WordListTexts {
        hold: row.hold_words,
        refuse: row.refuse_words,
    })
}

/// Saves the word lists. The caller has compared the version of the settings in the same transaction.
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
