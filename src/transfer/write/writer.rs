//! The writer of an import and its state.

use sqlx::PgConnection;

use super::authors::AuthorRegistry;
use super::commenters::CommenterRegistry;
use super::dry_run::DryRunState;
use super::topics::TopicRegistry;
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::publication::Publication;
use crate::transfer::convert::ConvertedBatch;
use crate::transfer::report::ImportReport;

/// Writer of the batches of one import. A dry run does the same and leaves out the statements that write.
pub struct BatchWriter<'a> {
    pub keys: &'a KeyRing,
    pub publication: &'a Publication,
    /// Site of the current batch; negative for a new site in a dry run.
    pub site_id: i32,
    pub import_id: i64,
    pub now: Ts,
    pub authors: AuthorRegistry,
    pub topics: TopicRegistry,
    pub commenters: CommenterRegistry,
    /// Present in a dry run.
    pub dry_run: Option<DryRunState>,
}

impl BatchWriter<'_> {
    /// Writes a batch. The caller commits the transaction afterwards.
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
