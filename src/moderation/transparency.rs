//! What readers are shown, if the publication wants it: how many comments came, were published and refused, by month, and
//! for what reasons. Kept counts alone are read, so that it costs the same however much was said; and nothing of who asks.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;

use super::store;
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::comments::screening::Kind;
use crate::text::dates;
use crate::web::{Db, Error, Layout, Page, Result};

/// Months that are shown.
const MONTHS: usize = 24;

#[derive(Template)]
#[template(path = "moderation/transparency.html")]
struct TransparencyPage {
    layout: Layout,
    /// The newest first, without those in which nothing came.
    months: Vec<Month>,
}

/// What came in a month.
struct Month {
    /// Its name.
    name: String,
    published: i64,
    refused: i64,
    waiting: i64,
    /// Of the refused, how many had each reason; the most frequent first.
    reasons: Vec<(Kind, i64)>,
}

impl Month {
    fn came(&self) -> i64 {
        self.published + self.refused + self.waiting
    }
}

/// The page; there is none unless the publication wants it.
pub async fn show_transparency(
    State(app): State<App>,
    layout: Layout,
    mut db: Db,
) -> Result<Response> {
    if !layout.publication.discussion.shows_transparency {
        return Err(Error::NotFound);
    }
    let months = last_months(app.clock.now());
    let keys: Vec<String> = months.iter().map(|month| key(*month)).collect();
    let counts = store::counts_of_months(&mut db, &keys).await?;
    let refusals = store::refusals_of_months(&mut db, &keys, &Kind::ALL.map(Kind::code)).await?;
    let mut by_month: BTreeMap<&str, [i64; 3]> = BTreeMap::new();
    for (month, status, count) in &counts {
        let place = match status {
            Status::Approved => 0,
            Status::Spam | Status::Trashed => 1,
            Status::Held => 2,
        };
        by_month.entry(month).or_default()[place] += count;
    }
    let language = layout.words.language();
    let months = months.iter().zip(&keys).map(|(month, key)| {
        let [published, refused, waiting] = by_month.get(key.as_str()).copied().unwrap_or_default();
        let mut reasons: Vec<(Kind, i64)> = Kind::ALL
            .into_iter()
            .map(|kind| {
                let of_kind = format!("{key} {}", kind.code());
                let found = refusals.iter().find(|(month, _)| *month == of_kind);
                (kind, found.map_or(0, |(_, count)| *count))
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        reasons.sort_by_key(|(_, count)| -count);
        Month {
            name: dates::format_month(month.0, month.1, language),
            published,
            refused,
            waiting,
            reasons,
        }
    });
    let months = months.filter(|month| month.came() > 0).collect();
    Ok(Page(TransparencyPage { layout, months }).into_response())
}

/// The last months, this one first, by UTC, as they are counted.
fn last_months(now: Ts) -> Vec<(i16, i8)> {
    let (mut year, mut month, _) = dates::ymd(now, &TimeZone::UTC);
    let mut months = Vec::with_capacity(MONTHS);
    for _ in 0..MONTHS {
        months.push((year, month));
        (year, month) = match month {
            1 => (year - 1, 12),
            _ => (year, month - 1),
        };
    }
    months
}

fn key((year, month): (i16, i8)) -> String {
    format!("{year:04}-{month:02}")
}

impl TransparencyPage {
    /// A reason, in a few words that teach nobody how to get past it.
    fn reason(&self, kind: &Kind) -> String {
        let words = self.layout.words;
        words.say(&format!("transparency-for-{}", kind.code()))
    }

    fn with_reasons(&self) -> Vec<&Month> {
        let months = self.months.iter();
        months.filter(|month| !month.reasons.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_go_back_over_new_year() {
        let now = Ts::new("2026-02-28T23:59:59Z".parse().expect("a moment"));
        let months: Vec<String> = last_months(now).into_iter().map(key).collect();
        assert_eq!(months[..4], ["2026-02", "2026-01", "2025-12", "2025-11"]);
        assert_eq!((months.len(), months[23].as_str()), (24, "2024-03"));
    }
}
