//! Formats and parses times, always in an explicit time zone.
//!
//! ICU puts a narrow no-break space (U+202F) before «р.» and "PM". A search for an ordinary space at that place finds
//! nothing.

use std::sync::OnceLock;

use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YM, YMD, YMDT};
use icu_datetime::input::{DateTime, Time};
use icu_locale_core::Locale;
use jiff::tz::TimeZone;
use jiff::{ZonedDateTime, civil};

use super::Language;
use super::date_style::{DateOrder, DateStyle, HourCycle};
pub use super::zones::parse_zone;
use crate::clock::Ts;

/// Earliest year of a date that people enter. "0026" is what a browser sends after "26" was typed.
pub const MIN_YEAR: i16 = 1000;

type FieldFormatter<Fields> = FixedCalendarDateTimeFormatter<Gregorian, Fields>;

/// ICU formatters for dates and times in one style.
struct DateFormatters {
    date: FieldFormatter<YMD>,
    month: FieldFormatter<YM>,
    date_time: FieldFormatter<YMDT>,
}

impl DateFormatters {
    fn load(locale: &Locale) -> Self {
        const COMPILED_IN: &str = "the patterns of all locales are compiled in";
        Self {
            date: FieldFormatter::try_new(locale.into(), YMD::long()).expect(COMPILED_IN),
            month: FieldFormatter::try_new(locale.into(), YM::long()).expect(COMPILED_IN),
            date_time: FieldFormatter::try_new(locale.into(), YMD::long().with_time_hm())
                .expect(COMPILED_IN),
        }
    }
}

/// Returns the formatters of a style.
fn formatters(style: DateStyle) -> &'static DateFormatters {
    // Loaded once each, since loading takes many times as long as formatting a date.
    static FORMATTERS: [OnceLock<DateFormatters>; 9] = [const { OnceLock::new() }; 9];
    let (row, base) = match (style.language, style.order) {
        (Language::English, DateOrder::Language | DateOrder::MonthFirst) => (0, "en"),
        (Language::English, DateOrder::DayFirst) => (1, "en-GB"),
        (Language::Ukrainian, _) => (2, "uk"),
    };
    // Unicode Technical Standard 35, part 1, "Unicode Hour Cycle Identifier".
    let (column, clock) = match style.hours {
        HourCycle::Language => (0, ""),
        HourCycle::TwentyFour => (1, "-u-hc-h23"),
        HourCycle::Twelve => (2, "-u-hc-h12"),
    };
    FORMATTERS[row * 3 + column].get_or_init(|| {
        let locale = format!("{base}{clock}").parse();
        DateFormatters::load(&locale.expect("the locale is well formed"))
    })
}

/// Formats the date: "July 22, 2024", "22 July 2024", «22 липня 2024 р.».
pub fn format_date(ts: Ts, zone: &TimeZone, style: impl Into<DateStyle>) -> String {
    let day = to_gregorian(to_local(ts, zone));
    formatters(style.into()).date.format(&day).to_string()
}

/// Formats the month: "July 2024", «липень 2024 р.».
pub fn format_month(year: i16, month: i8, language: Language) -> String {
    let first = Date::try_new_gregorian(year.into(), to_unsigned(month), 1)
        .expect("every month has a first day");
    formatters(language.into()).month.format(&first).to_string()
}

/// Formats date and time to the minute: "July 22, 2024 at 2:05 PM", «22 липня 2024 р. о 14:05».
pub fn format_date_time(ts: Ts, zone: &TimeZone, style: impl Into<DateStyle>) -> String {
    let local = to_local(ts, zone);
    let date_time = DateTime {
        date: to_gregorian(local),
        time: Time::try_new(to_unsigned(local.hour()), to_unsigned(local.minute()), 0, 0)
            .expect("the local time is a valid time"),
    };
    formatters(style.into())
        .date_time
        .format(&date_time)
        .to_string()
}

/// Formats the time by RFC 3339 to the second, for a `datetime` attribute.
pub fn format_rfc3339(ts: Ts, zone: &TimeZone) -> String {
    with_whole_minutes(ts, zone)
        // To the second: HTML does not allow microseconds in a `datetime` attribute.
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// Formats the time by RFC 3339 to the minute.
pub fn format_rfc3339_minute(ts: Ts, zone: &TimeZone) -> String {
    with_whole_minutes(ts, zone)
        .strftime("%Y-%m-%dT%H:%M%:z")
        .to_string()
}

/// Returns the time in the zone, or in UTC if the zone's offset has seconds, as that of Kyiv had until 1924. RFC 3339 and
/// HTML have no offsets with seconds.
fn with_whole_minutes(ts: Ts, zone: &TimeZone) -> ZonedDateTime {
    let zoned = ts.timestamp().to_zoned_datetime(zone.clone());
    match zoned.offset().seconds() % 60 {
        0 => zoned,
        _ => zoned.with_time_zone(TimeZone::UTC),
    }
}

/// Formats the UTC offset of a time zone at a time: "+03:00".
pub fn format_offset(ts: Ts, zone: &TimeZone) -> String {
    ts.timestamp()
        .to_zoned_datetime(zone.clone())
        .strftime("%:z")
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

/// Returns the start of a day. If the clock skips midnight, that is the first time after it.
pub fn start_of_day(day: civil::Date, zone: &TimeZone) -> Option<Ts> {
    day.to_zoned_datetime(zone.clone())
        .ok()
        .map(|start| Ts::new(start.timestamp()))
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
        // Kyiv was 2:02:04 ahead of UTC.
        let old = parse_time("1918-11-29T22:30:00Z");
        assert_eq!(format_rfc3339(old, &kyiv()), "1918-11-29T22:30:00+00:00");
        assert_eq!(
            format_rfc3339_minute(old, &kyiv()),
            "1918-11-29T22:30+00:00"
        );
    }

    #[test]
    fn the_order_of_dates_and_the_clock_can_be_chosen() {
        let ts = parse_time("2024-07-22T11:05:00Z");
        for (language, order, hours, expected) in [
            (
                Language::English,
                DateOrder::DayFirst,
                HourCycle::Language,
                "22 July 2024 at 14:05",
            ),
            (
                Language::English,
                DateOrder::DayFirst,
                HourCycle::Twelve,
                "22 July 2024 at 2:05\u{202f}pm",
            ),
            (
                Language::English,
                DateOrder::MonthFirst,
                HourCycle::TwentyFour,
                "July 22, 2024 at 14:05",
            ),
            (
                Language::English,
                DateOrder::Language,
                HourCycle::Language,
                "July 22, 2024 at 2:05\u{202f}PM",
            ),
            (
                Language::Ukrainian,
                DateOrder::MonthFirst,
                HourCycle::Language,
                "22 липня 2024\u{202f}р. о 14:05",
            ),
        ] {
            let style = DateStyle {
                language,
                order,
                hours,
            };
            assert_eq!(format_date_time(ts, &kyiv(), style), expected, "{style:?}");
        }
        let british = DateStyle {
            order: DateOrder::DayFirst,
            ..DateStyle::default()
        };
        assert_eq!(format_date(ts, &kyiv(), british), "22 July 2024");
    }

    #[test]
    fn a_day_starts_at_midnight_or_at_the_first_time_after_it() {
        let start = |day: &str, zone: &TimeZone| start_of_day(day.parse().expect("a day"), zone);
        assert_eq!(
            start("2024-07-22", &kyiv()),
            Some(parse_time("2024-07-21T21:00:00Z"))
        );
        let sao_paulo = parse_zone("America/Sao_Paulo").expect("a zone");
        assert_eq!(
            start("2018-11-04", &sao_paulo),
            Some(parse_time("2018-11-04T03:00:00Z"))
        );
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
