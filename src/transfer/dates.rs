//! When things happened, as an export tells it: in UTC, or only in the old site's own time.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::clock::Ts;

/// How WordPress writes a moment.
const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// The old site's own time. What tells its zone is believed before what hints at it.
#[derive(Clone)]
pub struct LocalTime {
    zone: Option<TimeZone>,
    hinted: TimeZone,
}

impl LocalTime {
    /// The zone that was named; without one, that of the publication until the export hints at another.
    pub fn new(named: Option<TimeZone>, publication: TimeZone) -> Self {
        Self {
            zone: named,
            hinted: publication,
        }
    }

    /// Learns from a moment that is written both ways how far apart they are: for those after it that are not.
    pub fn learn(&mut self, local: &str, utc: &str) {
        if self.zone.is_some() {
            return;
        }
        let (Some(local), Some(utc)) = (parse(local), parse(utc)) else {
            return;
        };
        let apart = utc
            .until(local)
            .map(|apart| apart.total(jiff::Unit::Second));
        if let Ok(Ok(apart)) = apart
            && let Some(offset) = offset_of(apart)
        {
            self.hinted = offset.to_time_zone();
        }
    }

    /// The moment that is written: in UTC where that is there, otherwise in the site's own time.
    pub fn moment(&self, local: &str, utc: &str) -> Option<Ts> {
        if let Some(utc) = parse(utc) {
            return TimeZone::UTC.to_timestamp(utc).ok().map(Ts::new);
        }
        let zone = self.zone.as_ref().unwrap_or(&self.hinted);
        zone.to_timestamp(parse(local)?).ok().map(Ts::new)
    }
}

/// An offset as clocks have them: whole minutes, less than a day.
fn offset_of(seconds: f64) -> Option<Offset> {
    const MOST: f64 = 26.0 * 3600.0;
    if seconds.abs() >= MOST || seconds % 60.0 != 0.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    let seconds = seconds as i32;
    Offset::from_seconds(seconds).ok()
}

/// A moment as written; None for none, for zeros, and for what no calendar has.
pub(super) fn parse(written: &str) -> Option<DateTime> {
    let moment = DateTime::strptime(FORMAT, written.trim()).ok()?;
    (moment.year() >= 1).then_some(moment)
}

/// The moment as WordPress writes it, in this zone.
pub(super) fn written(moment: Ts, zone: &TimeZone) -> String {
    zone.to_datetime(moment.timestamp())
        .strftime(FORMAT)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc() -> LocalTime {
        LocalTime::new(None, TimeZone::UTC)
    }

    fn read(time: &LocalTime, local: &str, utc: &str) -> Option<String> {
        time.moment(local, utc).map(Ts::rfc3339)
    }

    #[test]
    fn utc_is_believed_first() {
        let moment = read(&utc(), "2012-06-05 10:00:00", "2012-06-05 07:00:00");
        assert_eq!(moment.as_deref(), Some("2012-06-05T07:00:00Z"));
    }

    #[test]
    fn the_offset_is_learned_from_what_is_written_both_ways() {
        let mut time = utc();
        time.learn("2012-06-05 10:00:00", "2012-06-05 07:00:00");
        for zero in ["0000-00-00 00:00:00", "", "nonsense"] {
            let moment = read(&time, "2012-06-06 01:30:00", zero);
            assert_eq!(moment.as_deref(), Some("2012-06-05T22:30:00Z"), "{zero}");
        }
    }

    #[test]
    fn what_cannot_be_an_offset_teaches_nothing() {
        let mut time = utc();
        time.learn("2012-06-05 10:00:00", "2012-06-01 07:00:00");
        time.learn("2012-06-05 10:00:07", "2012-06-05 10:00:00");
        time.learn("0000-00-00 00:00:00", "2012-06-05 10:00:00");
        let moment = read(&time, "2012-06-06 01:30:00", "");
        assert_eq!(moment.as_deref(), Some("2012-06-06T01:30:00Z"));
    }

    #[test]
    fn a_zone_that_was_named_knows_summer_from_winter() {
        let kyiv = TimeZone::get("Europe/Kyiv").expect("Kyiv has a zone");
        let mut time = LocalTime::new(Some(kyiv), TimeZone::UTC);
        time.learn("2012-06-05 10:00:00", "2012-06-05 10:00:00");
        let summer = read(&time, "2012-06-05 10:00:00", "");
        let winter = read(&time, "2012-01-05 10:00:00", "");
        assert_eq!(summer.as_deref(), Some("2012-06-05T07:00:00Z"));
        assert_eq!(winter.as_deref(), Some("2012-01-05T08:00:00Z"));
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for none in [
            "",
            "0000-00-00 00:00:00",
            "2012-13-01 00:00:00",
            "2012-06-05",
        ] {
            assert_eq!(read(&utc(), none, none), None, "{none}");
        }
    }
}
