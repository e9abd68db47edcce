//! Reads the value of a `datetime-local` field in a time zone, whose clock skips some times and repeats others.

use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::dates::MIN_YEAR;
use crate::clock::Ts;

/// Number of years from now within which a date counts as meant. Later ones are slips of the finger, such as 20266.
const MAX_YEARS_AHEAD: i16 = 100;

/// Time of a local date and time of day. When clocks are set back, a local time occurs twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    pub first: Ts,
    /// The second occurrence of a time that the clock repeats.
    pub second: Option<Ts>,
}

impl LocalTime {
    /// Returns the time of the occurrence. A time that occurs once is returned whatever the occurrence.
    pub fn choose(self, occurrence: ClockOccurrence) -> Ts {
        match (occurrence, self.second) {
            (ClockOccurrence::Second, Some(second)) => second,
            _ => self.first,
        }
    }
}

/// Occurrence of a local time that the clock repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockOccurrence {
    First,
    Second,
}

impl ClockOccurrence {
    /// Parses the value of a form field.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "first" => Some(Self::First),
            "second" => Some(Self::Second),
            _ => None,
        }
    }

    /// Returns the value for a form field.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }
}

/// Reason why the value of a `datetime-local` field is not a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalTimeError {
    Malformed,
    /// The year, as typed, is below [`MIN_YEAR`] or too far ahead.
    YearOutOfRange(String),
    /// The clock skips the time. Contains the last minute before the gap and the first time after it.
    Skipped {
        before: Ts,
        after: Ts,
    },
}

/// Parses the value of a `datetime-local` field. `now` limits how far ahead the year may be.
pub fn parse_local_time(
    value: &str,
    zone: &TimeZone,
    now: Ts,
) -> Result<LocalTime, LocalTimeError> {
    // jiff also accepts an offset or a zone, but a civil time ignores them.
    let is_plain = value
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b':' | b'.'));
    if !is_plain || !value.contains('T') {
        return Err(LocalTimeError::Malformed);
    }
    check_year(value, zone, now)?;
    let local: civil::DateTime = value.parse().map_err(|_| LocalTimeError::Malformed)?;
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let at = |offset: Offset| {
        let time = offset.to_timestamp(local);
        time.map(Ts::new).map_err(|_| LocalTimeError::Malformed)
    };
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => Ok(LocalTime {
            first: at(offset)?,
            second: None,
        }),
        AmbiguousOffset::Fold { before, after } => Ok(LocalTime {
            first: at(before)?,
            second: Some(at(after)?),
        }),
        AmbiguousOffset::Gap { before, .. } => Err(describe_gap(at(before)?, zone)),
    }
}

fn check_year(value: &str, zone: &TimeZone, now: Ts) -> Result<(), LocalTimeError> {
    // Read from the text: browsers send five digits of a year, which no calendar here knows.
    let typed = value.split('-').next().unwrap_or_default();
    if typed.is_empty() || !typed.bytes().all(|b| b.is_ascii_digit()) {
        return Err(LocalTimeError::Malformed);
    }
    let last = latest_year(zone, now);
    let is_in_range = typed.len() == 4
        && typed
            .parse()
            .is_ok_and(|year: i16| (MIN_YEAR..=last).contains(&year));
    match is_in_range {
        true => Ok(()),
        false => Err(LocalTimeError::YearOutOfRange(typed.to_owned())),
    }
}

/// Returns the last year that [`parse_local_time`] accepts.
pub fn latest_year(zone: &TimeZone, now: Ts) -> i16 {
    zone.to_datetime(now.timestamp())
        .year()
        .saturating_add(MAX_YEARS_AHEAD)
        .min(9998)
}

/// Describes the gap before `time`, which is a skipped local time read with the UTC offset before the gap.
fn describe_gap(time: Ts, zone: &TimeZone) -> LocalTimeError {
    // The clock was set forward at or before this time. One second later finds a transition at the time itself.
    let transition = zone.preceding(time.plus_seconds(1).timestamp()).next();
    let Some(transition) = transition else {
        return LocalTimeError::Malformed;
    };
    let end = Ts::new(transition.timestamp());
    LocalTimeError::Skipped {
        before: end.plus_seconds(-60),
        after: end,
    }
}

/// Returns which occurrence of its local time a time is, if the clock repeats that local time.
pub fn find_occurrence(time: Ts, zone: &TimeZone) -> Option<ClockOccurrence> {
    let local = zone.to_datetime(time.timestamp());
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Fold { before, .. } => {
            let first = before.to_timestamp(local).map(Ts::new);
            Some(match first.is_ok_and(|first| first == time) {
                true => ClockOccurrence::First,
                false => ClockOccurrence::Second,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::dates::format_datetime_local;
    use crate::text::zones::parse_zone;

    fn parse_time(text: &str) -> Ts {
        Ts::new(text.parse().expect("a valid time"))
    }

    fn zone(name: &str) -> TimeZone {
        parse_zone(name).unwrap_or_else(|| panic!("{name} is a time zone"))
    }

    fn parse(value: &str, zone_name: &str) -> Result<LocalTime, LocalTimeError> {
        parse_local_time(value, &zone(zone_name), parse_time("2026-03-14T12:00:00Z"))
    }

    #[test]
    fn a_datetime_local_value_survives_a_round_trip() {
        let ts = parse_time("2024-07-22T11:05:00Z");
        let kyiv = zone("Europe/Kyiv");
        assert_eq!(format_datetime_local(ts, &kyiv), "2024-07-22T14:05");
        let once = |first| {
            Ok(LocalTime {
                first,
                second: None,
            })
        };
        assert_eq!(parse("2024-07-22T14:05", "Europe/Kyiv"), once(ts));
        assert_eq!(
            parse("2024-07-22T14:05:30", "Europe/Kyiv"),
            once(ts.plus_seconds(30))
        );
        assert_eq!(find_occurrence(ts, &kyiv), None);
    }

    #[test]
    fn a_skipped_time_is_refused_with_the_nearest_valid_times() {
        for (value, name, before, after) in [
            (
                "2024-03-31T03:30",
                "Europe/Kyiv",
                "2024-03-31T02:59",
                "2024-03-31T04:00",
            ),
            (
                "2024-03-31T03:00",
                "Europe/Kyiv",
                "2024-03-31T02:59",
                "2024-03-31T04:00",
            ),
            (
                "2024-03-31T03:59",
                "Europe/Kyiv",
                "2024-03-31T02:59",
                "2024-03-31T04:00",
            ),
            (
                "2026-03-08T02:15",
                "America/New_York",
                "2026-03-08T01:59",
                "2026-03-08T03:00",
            ),
            // Half an hour only.
            (
                "2026-10-04T02:10",
                "Australia/Lord_Howe",
                "2026-10-04T01:59",
                "2026-10-04T02:30",
            ),
            // Midnight, and a whole day.
            (
                "2018-11-04T00:00",
                "America/Sao_Paulo",
                "2018-11-03T23:59",
                "2018-11-04T01:00",
            ),
            (
                "2011-12-30T12:00",
                "Pacific/Apia",
                "2011-12-29T23:59",
                "2011-12-31T00:00",
            ),
        ] {
            let expected = LocalTimeError::Skipped {
                before: parse(before, name).expect("the time is valid").first,
                after: parse(after, name).expect("the time is valid").first,
            };
            assert_eq!(parse(value, name), Err(expected), "{value} {name}");
        }
    }

    #[test]
    fn a_repeated_time_has_two_occurrences() {
        for (value, name, first, second) in [
            (
                "2024-10-27T03:30",
                "Europe/Kyiv",
                "2024-10-27T00:30:00Z",
                "2024-10-27T01:30:00Z",
            ),
            (
                "2026-11-01T01:30",
                "America/New_York",
                "2026-11-01T05:30:00Z",
                "2026-11-01T06:30:00Z",
            ),
            (
                "2026-04-05T01:45",
                "Australia/Lord_Howe",
                "2026-04-04T14:45:00Z",
                "2026-04-04T15:15:00Z",
            ),
        ] {
            let (first, second) = (parse_time(first), parse_time(second));
            let time = parse(value, name).expect("a repeated time is valid");
            assert_eq!((time.first, time.second), (first, Some(second)), "{value}");
            assert_eq!(time.choose(ClockOccurrence::Second), second);
            assert_eq!(
                find_occurrence(first, &zone(name)),
                Some(ClockOccurrence::First),
                "{value}"
            );
            assert_eq!(
                find_occurrence(second, &zone(name)),
                Some(ClockOccurrence::Second),
                "{value}"
            );
        }
    }

    #[test]
    fn a_year_that_cannot_be_meant_is_named() {
        for (value, year) in [
            ("0026-07-22T10:00", "0026"),
            ("26-07-22T10:00", "26"),
            ("0000-01-01T00:00", "0000"),
            ("0999-12-31T23:59", "0999"),
            ("2127-01-01T00:00", "2127"),
            ("9999-12-31T23:59", "9999"),
            ("20266-07-22T10:00", "20266"),
            ("275760-09-13T00:00", "275760"),
        ] {
            let expected = LocalTimeError::YearOutOfRange(year.to_owned());
            assert_eq!(parse(value, "Europe/Kyiv"), Err(expected), "{value}");
        }
        for value in ["1000-01-01T00:00", "1883-11-18T12:00", "2126-12-31T23:59"] {
            assert!(parse(value, "America/New_York").is_ok(), "{value}");
        }
    }

    #[test]
    fn invalid_datetime_local_values_are_rejected() {
        for value in [
            "",
            "2024-07-22",
            "14:05",
            "2024-13-01T00:00",
            "2024-02-30T00:00",
            "2024-07-22T14:05Z",
            "2024-07-22T14:05+02:00",
            "2024-07-22T14:05[Europe/Rome]",
            "2024-07-22T25:00",
            "tomorrow",
            "T",
            "-000001-01-01T00:00",
            "-004800-01-01T00:00",
            "+002024-01-01T00:00",
        ] {
            assert_eq!(
                parse(value, "Europe/Kyiv"),
                Err(LocalTimeError::Malformed),
                "{value}"
            );
        }
    }
}
