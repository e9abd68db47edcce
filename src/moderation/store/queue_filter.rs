//! Looking up what the ids in a filter refer to, before comments are searched for.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::moderation::filter::QueueFilter;

/// A filter with the commenter and the network that its comments lead to.
pub(super) struct ResolvedFilter<'a> {
    pub(super) filter: &'a QueueFilter,
    pub(super) commenter_id: Option<i64>,
    pub(super) network: Option<Vec<u8>>,
    pub(super) since: Option<Ts>,
    pub(super) until: Option<Ts>,
    /// Leaves out comments that were written, edited or decided later.
    pub(super) as_of: Option<Ts>,
}

/// Resolves a filter; `None` if it cannot match anything because a comment it names has no commenter or no network.
pub(super) async fn resolve<'a>(
    db: &mut PgConnection,
    filter: &'a QueueFilter,
    as_of: Option<Ts>,
    now: Ts,
) -> sqlx::Result<Option<ResolvedFilter<'a>>> {
    let (since, until) = filter.age.map_or((None, None), |age| age.bounds(now));
    let mut resolved = ResolvedFilter {
        filter,
        commenter_id: None,
        network: None,
        since,
        until,
        as_of,
    };
    if let Some(id) = filter.same_author_as {
        let found = sqlx::query_scalar!(
            r#"select commenter_id as "id: i64" from comments where id = $1"#,
            id.0
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(commenter_id) = found.flatten() else {
            return Ok(None);
        };
        resolved.commenter_id = Some(commenter_id);
    }
    if let Some(id) = filter.same_network_as {
        let found = sqlx::query_scalar!("select network_hash from comments where id = $1", id.0)
            .fetch_optional(&mut *db)
            .await?;
        let Some(network) = found.flatten() else {
            return Ok(None);
        };
        resolved.network = Some(network);
    }
    Ok(Some(resolved))
}

impl ResolvedFilter<'_> {
    /// Returns whether the index of the first condition is not enough to find the matches, so that rows of it are skipped.
    pub(super) fn skips_rows(&self) -> bool {
        let filter = self.filter;
        let conditions = [
            filter.similar_group.is_some(),
            filter.same_author_as.is_some(),
            filter.same_network_as.is_some(),
            filter.article.is_some(),
            filter.reason.is_some(),
            !filter.search.is_empty(),
        ];
        let count = conditions.iter().filter(|is_set| **is_set).count();
        count > 1 || !filter.search.is_empty() || filter.newest.is_some() || self.as_of.is_some()
    }
}
