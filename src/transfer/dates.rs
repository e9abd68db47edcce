//! Parses the dates of a WordPress export, which are in UTC or only in the local time of the WordPress site.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::clock::Ts;
use crate::text::dates::MIN_YEAR;

/// WordPress's date format, without a time zone.
const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// The time zone in which to read local dates of the WordPress site. It is either configured, or a UTC offset learned
/// from dates that the export has both in local time and in UTC.
#[derive(Clone)]
pub struct LocalTime {
    zone: Option<TimeZone>,
    learned_zone: TimeZone,
}

impl LocalTime {
    /// Creates a value that reads local dates in `zone`. If `zone` is `None`, uses `fallback` until
    /// [`Self::learn_offset`] finds the site's UTC offset.
    pub fn new(zone: Option<TimeZone>, fallback: TimeZone) -> Self {
        Self {
            zone,
            learned_zone: fallback,
        }
    }

    /// Learns the site's UTC offset from a date that is given both in local time and in UTC. Later dates that have only a
    /// local time are read with this offset.
    pub fn learn_offset(&mut self, local: &str, utc: &str) {
        // A time zone knows daylight-saving time, an offset does not.
        if self.zone.is_some() {
            return;
        }
        let (Some(local), Some(utc)) = (parse_datetime(local), parse_datetime(utc)) else {
            return;
        };
        let seconds = utc
            .until(local)
            .map(|difference| difference.total(jiff::Unit::Second));
        if let Ok(Ok(seconds)) = seconds
            && let Some(offset) = parse_offset(seconds)
        {
            self.learned_zone = offset.to_time_zone();
        }
    }

    /// Parses a date from its UTC form, or from its local form if the UTC form is missing. Returns `None` if neither is a
    /// valid date.
    pub fn parse(&self, local: &str, utc: &str) -> Option<Ts> {
        // UTC first: a local time is ambiguous in the hour when clocks are set back.
        if let Some(utc) = parse_datetime(utc) {
            return TimeZone::UTC.to_timestamp(utc).ok().map(Ts::new);
        }
        let zone = self.zone.as_ref().unwrap_or(&self.learned_zone);
        zone.to_timestamp(parse_datetime(local)?).ok().map(Ts::new)
    }
}

/// Converts a time difference to a UTC offset. Returns `None` if it is not a whole number of minutes, or is 26 hours or
/// more.
fn parse_offset(seconds: f64) -> Option<Offset> {
    // `Offset` accepts no 26 hours; real zones lie between UTC-12 and UTC+14.
    const MAX_SECONDS: f64 = 26.0 * 3600.0;
    if seconds.abs() >= MAX_SECONDS || seconds % 60.0 != 0.0 {
        return None;
    }
    // Nothing is lost: the value is whole and small.
    Offset::from_seconds(seconds as i32).ok()
}

/// Parses a date in WordPress's format. Returns `None` for an empty text, for an impossible date, for a year below
/// [`MIN_YEAR`], and for `0000-00-00`, by which WordPress means no date.
pub(super) fn parse_datetime(text: &str) -> Option<DateTime> {
    let datetime = DateTime::strptime(FORMAT, text.trim()).ok()?;
    // PHP turns the missing date `0000-00-00` into `-0001-11-30`. A year such as 26 is a slip.
    (datetime.year() >= MIN_YEAR).then_some(datetime)
}

/// Formats a time in WordPress's date format, in the given time zone.
pub(super) fn format_datetime(time: Ts, zone: &TimeZone) -> String {
    zone.to_datetime(time.timestamp())
        .strftime(FORMAT)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc_time() -> LocalTime {
        LocalTime::new(None, TimeZone::UTC)
    }

    fn parse(time: &LocalTime, local: &str, utc: &str) -> Option<String> {
        time.parse(local, utc).map(Ts::rfc3339)
    }

    #[test]
    fn the_utc_form_of_a_date_takes_precedence_over_its_local_form() {
        let parsed = parse(&utc_time(), "2012-06-05 10:00:00", "2012-06-05 07:00:00");
        assert_eq!(parsed.as_deref(), Some("2012-06-05T07:00:00Z"));
    }

    #[test]
    fn the_utc_offset_is_learned_from_a_date_given_in_local_time_and_in_utc() {
        let mut time = utc_time();
        time.learn_offset("2012-06-05 10:00:00", "2012-06-05 07:00:00");
        for zero in ["0000-00-00 00:00:00", "", "nonsense"] {
            let parsed = parse(&time, "2012-06-06 01:30:00", zero);
            assert_eq!(parsed.as_deref(), Some("2012-06-05T22:30:00Z"), "{zero}");
        }
    }

    #[test]
    fn impossible_utc_offsets_are_ignored() {
        let mut time = utc_time();
        time.learn_offset("2012-06-05 10:00:00", "2012-06-01 07:00:00");
        time.learn_offset("2012-06-05 10:00:07", "2012-06-05 10:00:00");
        time.learn_offset("0000-00-00 00:00:00", "2012-06-05 10:00:00");
        let parsed = parse(&time, "2012-06-06 01:30:00", "");
        assert_eq!(parsed.as_deref(), Some("2012-06-06T01:30:00Z"));
    }

    #[test]
    fn daylight_saving_time_is_applied_in_a_configured_time_zone() {
        let kyiv = TimeZone::get("Europe/Kyiv").expect("Kyiv has a time zone");
        let mut time = LocalTime::new(Some(kyiv), TimeZone::UTC);
        time.learn_offset("2012-06-05 10:00:00", "2012-06-05 10:00:00");
        let summer = parse(&time, "2012-06-05 10:00:00", "");
        let winter = parse(&time, "2012-01-05 10:00:00", "");
        assert_eq!(summer.as_deref(), Some("2012-06-05T07:00:00Z"));
        assert_eq!(winter.as_deref(), Some("2012-01-05T08:00:00Z"));
    }

    #[test]
    fn invalid_dates_are_rejected() {
        for invalid in [
            "",
            "0000-00-00 00:00:00",
            "2012-13-01 00:00:00",
            "2012-06-05",
            "0026-07-22 10:00:00",
            "0999-12-31 23:59:59",
        ] {
            assert_eq!(parse(&utc_time(), invalid, invalid), None, "{invalid}");
        }
    }
}
