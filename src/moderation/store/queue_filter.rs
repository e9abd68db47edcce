//! SQL that looks up the commenter and the IP network of the comments that a queue filter refers to.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::moderation::filter::QueueFilter;

/// A queue filter, with the commenter and the IP network that were looked up for it.
pub(super) struct ResolvedFilter<'a> {
    pub(super) filter: &'a QueueFilter,
    pub(super) commenter_id: Option<i64>,
    pub(super) network: Option<Vec<u8>>,
    pub(super) since: Option<Ts>,
    pub(super) until: Option<Ts>,
    /// Time after which comments must not have been written, edited or decided on; `None` for no such condition.
    pub(super) as_of: Option<Ts>,
}

/// Looks up the commenter and the IP network that the filter refers to. Returns `None` if they do not exist, because the
/// filter then matches nothing.
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
    /// Returns whether a search by index reads comments that do not match, because the filter has conditions that the
    /// index does not cover.
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
