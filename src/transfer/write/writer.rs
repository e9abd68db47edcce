//! The type that writes the batches of an import to the database.

use std::collections::HashSet;

use sqlx::PgConnection;

use super::authors::AuthorRegistry;
use super::commenters::CommenterRegistry;
use super::topics::TopicRegistry;
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::publication::Publication;
use crate::transfer::convert::ConvertedBatch;
use crate::transfer::report::ImportReport;

/// Writes the batches of an import to the database. A dry run does the same, but skips all SQL statements that write.
pub struct BatchWriter<'a> {
    pub keys: &'a KeyRing,
    pub publication: &'a Publication,
    /// Site ID of the current batch. In a dry run, a site that is not in the database has a negative ID.
    pub site_id: i32,
    pub import_id: i64,
    pub now: Ts,
    pub authors: AuthorRegistry,
    pub topics: TopicRegistry,
    pub commenters: CommenterRegistry,
    /// Paths and IDs that a dry run would have written. `None` if this is not a dry run.
    pub dry_run: Option<DryRunState>,
}

/// Paths and comment IDs that a dry run would have written. Later articles and comments of the dry run must not use them
/// again. This takes a few bytes for each article and comment.
#[derive(Default)]
pub struct DryRunState {
    /// Hashes of the paths that are taken.
    pub paths: HashSet<u64>,
    /// Site ID and WordPress ID of each comment.
    pub comments: HashSet<(i32, i64)>,
    last_id: i64,
}

impl DryRunState {
    /// Returns a new negative ID, which no row in the database has.
    pub fn next_id(&mut self) -> i64 {
        self.last_id -= 1;
        self.last_id
    }
}

impl BatchWriter<'_> {
    /// Writes a batch to the database. The caller must commit the transaction.
    pub async fn write(
        &mut self,
        db: &mut PgConnection,
        batch: ConvertedBatch,
        report: &mut ImportReport,
    ) -> anyhow::Result<()> {
        // Authors and topics first, also those of unchanged articles: they may be new.
        for login in &batch.authors {
            self.authors
                .find_or_insert(db, self.keys, self.site_id, login, report)
                .await?;
        }
        for term in &batch.terms {
            self.topics.find_or_insert(db, term, report).await?;
        }
        let comments = self.write_articles(db, batch.articles, report).await?;
        self.write_comments(db, comments, report).await
    }
}
