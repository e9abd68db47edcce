//! Formats and parses times, always in an explicit time zone.
//!
//! ICU puts a narrow no-break space (U+202F) before «р.» and "PM". A search for an ordinary space at that place finds
//! nothing.

use std::sync::LazyLock;

use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YM, YMD, YMDT};
use icu_datetime::input::{DateTime, Time};
use icu_locale_core::{Locale, locale};
use jiff::civil;
use jiff::tz::TimeZone;

use super::Language;
use crate::clock::Ts;

/// Parses the name of an IANA time zone, such as `Europe/Kyiv`. `UTC` is the only name without an area that is accepted.
pub fn parse_zone(name: &str) -> Option<TimeZone> {
    // Some names without an area depend on the machine, such as `localtime`.
    if name != "UTC" && !name.contains('/') {
        return None;
    }
    TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())
}

type FieldFormatter<Fields> = FixedCalendarDateTimeFormatter<Gregorian, Fields>;

/// ICU formatters for dates and times in one language.
struct DateFormatters {
    date: FieldFormatter<YMD>,
    month: FieldFormatter<YM>,
    date_time: FieldFormatter<YMDT>,
}

// Loaded once, since loading takes many times as long as formatting a date.
static ENGLISH: LazyLock<DateFormatters> = LazyLock::new(|| DateFormatters::load(&locale!("en")));
static UKRAINIAN: LazyLock<DateFormatters> = LazyLock::new(|| DateFormatters::load(&locale!("uk")));

impl DateFormatters {
    fn load(locale: &Locale) -> Self {
        const COMPILED_IN: &str = "the patterns of both languages are compiled in";
        Self {
            date: FieldFormatter::try_new(locale.into(), YMD::long()).expect(COMPILED_IN),
            month: FieldFormatter::try_new(locale.into(), YM::long()).expect(COMPILED_IN),
            date_time: FieldFormatter::try_new(locale.into(), YMD::long().with_time_hm())
                .expect(COMPILED_IN),
        }
    }
}

fn formatters(language: Language) -> &'static DateFormatters {
    match language {
        Language::English => &ENGLISH,
        Language::Ukrainian => &UKRAINIAN,
    }
}

/// Formats the date: "July 22, 2024", «22 липня 2024 р.».
pub fn format_date(ts: Ts, zone: &TimeZone, language: Language) -> String {
    let day = to_gregorian(to_local(ts, zone));
    formatters(language).date.format(&day).to_string()
}

/// Formats the month: "July 2024", «липень 2024 р.».
pub fn format_month(year: i16, month: i8, language: Language) -> String {
    let first = Date::try_new_gregorian(year.into(), to_unsigned(month), 1)
        .expect("every month has a first day");
    formatters(language).month.format(&first).to_string()
}

/// Formats date and time to the minute: "July 22, 2024 at 2:05 PM", «22 липня 2024 р. о 14:05».
pub fn format_date_time(ts: Ts, zone: &TimeZone, language: Language) -> String {
    let local = to_local(ts, zone);
    let date_time = DateTime {
        date: to_gregorian(local),
        time: Time::try_new(to_unsigned(local.hour()), to_unsigned(local.minute()), 0, 0)
            .expect("the local time is a valid time"),
    };
    formatters(language)
        .date_time
        .format(&date_time)
        .to_string()
}

/// Formats the time by RFC 3339 to the second, for a `datetime` attribute.
pub fn format_rfc3339(ts: Ts, zone: &TimeZone) -> String {
    ts.timestamp()
        .to_zoned_datetime(zone.clone())
        // To the second: HTML does not allow microseconds in a `datetime` attribute.
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// Formats the time by RFC 3339 to the minute.
pub fn format_rfc3339_minute(ts: Ts, zone: &TimeZone) -> String {
    ts.timestamp()
        .to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%dT%H:%M%:z")
        .to_string()
}

/// Formats the time in UTC by RFC 2822, as RSS requires: "Mon, 22 Jul 2024 11:05:00 +0000".
pub fn format_rfc2822(ts: Ts) -> String {
    ts.timestamp()
        .to_zoned_datetime(TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S %z")
        .to_string()
}

/// Returns the year, month and day of a time in the given time zone.
pub fn ymd(ts: Ts, zone: &TimeZone) -> (i16, i8, i8) {
    let date = to_local(ts, zone).date();
    (date.year(), date.month(), date.day())
}

/// Parses the value of a `datetime-local` field. A time in the hour that is skipped when clocks go forward is read with
/// the UTC offset before the change. A time in the hour that occurs twice when clocks go back is read as its first
/// occurrence.
pub fn parse_datetime_local(value: &str, zone: &TimeZone) -> Option<Ts> {
    // jiff also accepts an offset or a zone, but a civil time ignores them.
    let plain = value
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b':' | b'.'));
    if !plain || !value.contains('T') {
        return None;
    }
    let local: civil::DateTime = value.parse().ok()?;
    // HTML does not allow the year 0 or earlier years.
    if local.year() < 1 {
        return None;
    }
    zone.to_timestamp(local).ok().map(Ts::new)
}

/// Formats the time to the minute as the value of a `datetime-local` field.
pub fn format_datetime_local(ts: Ts, zone: &TimeZone) -> String {
    to_local(ts, zone).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn to_local(ts: Ts, zone: &TimeZone) -> civil::DateTime {
    zone.to_datetime(ts.timestamp())
}

fn to_gregorian(local: civil::DateTime) -> Date<Gregorian> {
    Date::try_new_gregorian(
        local.year().into(),
        to_unsigned(local.month()),
        to_unsigned(local.day()),
    )
    .expect("the local date is a valid Gregorian date")
}

fn to_unsigned(number: i8) -> u8 {
    number.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn parse_time(text: &str) -> Ts {
        Ts::new(text.parse().expect("a valid time"))
    }

    fn kyiv() -> TimeZone {
        parse_zone("Europe/Kyiv").expect("Kyiv has a time zone")
    }

    #[test]
    fn dates_are_formatted_in_the_given_language() {
        let ts = parse_time("2024-07-22T11:05:00Z");
        assert_eq!(format_date(ts, &kyiv(), Language::English), "July 22, 2024");
        assert_eq!(
            format_date(ts, &kyiv(), Language::Ukrainian),
            "22 липня 2024\u{202f}р."
        );
    }

    #[test]
    fn months_are_formatted_in_the_given_language() {
        assert_eq!(format_month(2024, 7, Language::English), "July 2024");
        assert_eq!(
            format_month(2024, 7, Language::Ukrainian),
            "липень 2024\u{202f}р."
        );
    }

    #[test]
    fn times_are_formatted_in_the_given_language() {
        let ts = parse_time("2024-07-22T11:05:59Z");
        assert_eq!(
            format_date_time(ts, &kyiv(), Language::English),
            "July 22, 2024 at 2:05\u{202f}PM"
        );
        assert_eq!(
            format_date_time(ts, &kyiv(), Language::Ukrainian),
            "22 липня 2024\u{202f}р. о 14:05"
        );
    }

    #[test]
    fn the_date_depends_on_the_time_zone() {
        let ts = parse_time("2024-07-22T22:30:00Z");
        assert_eq!(ymd(ts, &kyiv()), (2024, 7, 23));
        assert_eq!(ymd(ts, &TimeZone::UTC), (2024, 7, 22));
        assert_eq!(format_date(ts, &kyiv(), Language::English), "July 23, 2024");
    }

    #[test]
    fn machine_readable_times_have_a_utc_offset_and_no_fraction_of_a_second() {
        let ts = parse_time("2024-07-22T11:05:00.123456Z");
        assert_eq!(format_rfc3339(ts, &kyiv()), "2024-07-22T14:05:00+03:00");
        assert_eq!(
            format_rfc3339(ts, &TimeZone::UTC),
            "2024-07-22T11:05:00+00:00"
        );
        assert_eq!(format_rfc2822(ts), "Mon, 22 Jul 2024 11:05:00 +0000");
    }

    #[test]
    fn a_datetime_local_value_survives_a_round_trip() {
        let ts = parse_time("2024-07-22T11:05:00Z");
        assert_eq!(format_datetime_local(ts, &kyiv()), "2024-07-22T14:05");
        assert_eq!(parse_datetime_local("2024-07-22T14:05", &kyiv()), Some(ts));
        assert_eq!(
            parse_datetime_local("2024-07-22T14:05:30", &kyiv()),
            Some(ts.plus_seconds(30))
        );
    }

    #[test]
    fn times_in_hours_skipped_or_repeated_by_clock_changes_are_parsed() {
        assert_eq!(
            parse_datetime_local("2024-03-31T03:30", &kyiv()),
            Some(parse_time("2024-03-31T01:30:00Z"))
        );
        assert_eq!(
            parse_datetime_local("2024-10-27T03:30", &kyiv()),
            Some(parse_time("2024-10-27T00:30:00Z"))
        );
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
            "tomorrow",
            "0000-01-01T00:00",
            "-000001-01-01T00:00",
            "-004800-01-01T00:00",
        ] {
            assert_eq!(parse_datetime_local(value, &kyiv()), None, "{value}");
        }
    }

    #[test]
    fn only_iana_names_are_accepted_as_time_zones() {
        assert!(parse_zone("UTC").is_some());
        for name in [
            "",
            "Kyiv",
            "localtime",
            "posixrules",
            "Factory",
            "Etc/Unknown",
            "+03:00",
            "../passwd",
            "EET-2EEST,M3.5.0/3",
        ] {
            assert!(parse_zone(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_earliest_and_latest_times_are_formatted() {
        for ts in [Ts::new(Timestamp::MIN), Ts::new(Timestamp::MAX)] {
            for language in Language::all() {
                assert!(!format_date_time(ts, &kyiv(), language).is_empty());
            }
            assert!(!format_rfc3339(ts, &kyiv()).is_empty());
            assert!(!format_rfc2822(ts).is_empty());
            assert!(!format_datetime_local(ts, &kyiv()).is_empty());
        }
    }
}
