//! The transparency page for readers: the numbers of comments that arrived, were published and were refused per month,
//! and the reasons. It exists only if the publication has turned it on.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use strum::IntoEnumIterator;

use super::store::transparency as store;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::ReasonKind;
use crate::text::dates;
use crate::web::{Db, Error, Layout, Page, Result};

const MONTHS_SHOWN: usize = 24;

#[derive(Template)]
#[template(path = "moderation/transparency.html")]
struct TransparencyPage {
    layout: Layout,
    /// Counts of each month in which comments arrived, newest month first.
    months: Vec<MonthCounts>,
}

#[derive(Default)]
struct MonthCounts {
    /// Month and year, formatted in the publication's language.
    name: String,
    published: i64,
    refused: i64,
    pending: i64,
    /// Number of refused comments for each reason, the most frequent reason first.
    reasons: Vec<(ReasonKind, i64)>,
}

impl MonthCounts {
    fn total(&self) -> i64 {
        self.published + self.refused + self.pending
    }
}

/// Shows the transparency page. Responds with 404 if the publication has not turned it on.
pub async fn show_transparency(layout: Layout, mut db: Db) -> Result<Response> {
    if !layout.publication.discussion.shows_transparency {
        return Err(Error::NotFound);
    }
    let months = last_months(layout.now);
    let keys: Vec<String> = months.iter().map(|month| month_key(*month)).collect();
    let counts = store::count_by_month(&mut db, &keys).await?;
    let codes: Vec<_> = ReasonKind::iter().map(ReasonKind::code).collect();
    let refusals = store::count_refusals(&mut db, &keys, &codes).await?;
    let mut by_month: BTreeMap<&str, MonthCounts> = BTreeMap::new();
    for (month, status, count) in &counts {
        let month = by_month.entry(month).or_default();
        *match status {
            Status::Approved => &mut month.published,
            Status::Spam | Status::Trashed => &mut month.refused,
            Status::Held => &mut month.pending,
        } += count;
    }
    let language = layout.translator.language();
    let months = months.iter().zip(&keys).filter_map(|(month, key)| {
        // A month without counts had no comments and is left out.
        let counts = by_month.remove(key.as_str())?;
        let mut reasons: Vec<(ReasonKind, i64)> = ReasonKind::iter()
            .map(|kind| {
                let reason_key = format!("{key} {}", kind.code());
                let found = refusals.iter().find(|(key, _)| *key == reason_key);
                (kind, found.map_or(0, |(_, count)| *count))
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        reasons.sort_by_key(|(_, count)| -count);
        Some(MonthCounts {
            name: dates::format_month(month.0, month.1, language),
            reasons,
            ..counts
        })
    });
    let months = months.filter(|month| month.total() > 0).collect();
    Ok(Page(TransparencyPage { layout, months }).into_response())
}

/// Lists the last months as year and month, beginning with the present one. The months are in UTC, like the stored
/// counts.
fn last_months(now: Ts) -> Vec<(i16, i8)> {
    // The database counts by UTC months, whatever the time zone of the publication.
    let (mut year, mut month, _) = dates::ymd(now, &TimeZone::UTC);
    let mut months = Vec::with_capacity(MONTHS_SHOWN);
    for _ in 0..MONTHS_SHOWN {
        months.push((year, month));
        (year, month) = match month {
            1 => (year - 1, 12),
            _ => (year, month - 1),
        };
    }
    months
}

fn month_key((year, month): (i16, i8)) -> String {
    format!("{year:04}-{month:02}")
}

impl TransparencyPage {
    /// Describes a screening reason in general words. Precise words would teach spammers how to avoid it.
    fn describe_reason(&self, kind: &ReasonKind) -> String {
        let translator = self.layout.translator;
        translator.text(&format!("transparency-for-{}", kind.code()))
    }

    fn months_with_reasons(&self) -> Vec<&MonthCounts> {
        let months = self.months.iter();
        months.filter(|month| !month.reasons.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_months_continue_into_the_previous_year() {
        let now = Ts::new("2026-02-28T23:59:59Z".parse().expect("a time"));
        let months: Vec<String> = last_months(now).into_iter().map(month_key).collect();
        assert_eq!(months[..4], ["2026-02", "2026-01", "2025-12", "2025-11"]);
        assert_eq!((months.len(), months[23].as_str()), (24, "2024-03"));
    }
}
