//! Names of time zones: their canonical IANA names, and the search by city.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use icu_datetime::NoCalendarFormatter;
use icu_datetime::fieldsets::zone::ExemplarCity;
use icu_locale_core::{Locale, locale};
use icu_time::zone::TimeZone as ZoneId;
use icu_time::zone::iana::IanaParserExtended;
use jiff::tz::TimeZone;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Language;

/// Largest number of time zones that are suggested for a name that no zone has.
const MAX_SUGGESTIONS: usize = 5;

/// Parses the IANA name of a time zone, such as `Europe/Kyiv`. The result has the canonical name, also if the given name
/// is a former one, such as `Europe/Kiev`. `UTC` is the only name without an area that is accepted.
pub fn parse_zone(name: &str) -> Option<TimeZone> {
    // Some names without an area depend on the machine, such as `localtime`.
    if !name.eq_ignore_ascii_case("UTC") && !name.contains('/') {
        return None;
    }
    let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
    let canonical = TimeZone::get(&canonical_name(name)).ok();
    // A machine with an old database of time zones may not know the canonical name yet.
    Some(canonical.unwrap_or(zone))
}

/// Returns the canonical IANA name of a time zone, or the given name if ICU does not know it.
fn canonical_name(name: &str) -> String {
    let zone = IanaParserExtended::new().parse(name);
    match zone.canonical {
        _ if zone.time_zone.is_unknown() => name.to_owned(),
        // The same zone under the name that the settings have always used.
        "Etc/UTC" => "UTC".to_owned(),
        canonical => canonical.to_owned(),
    }
}

/// Time zone as settings offer it.
pub struct ZoneEntry {
    /// Canonical IANA name.
    pub name: String,
    english_city: String,
    ukrainian_city: String,
    /// Folded names by which the zone is found: IANA names, former names, and cities.
    keys: BTreeSet<String>,
}

impl ZoneEntry {
    /// Returns the name of the zone's best-known city.
    pub fn city(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english_city,
            Language::Ukrainian => &self.ukrainian_city,
        }
    }
}

// Built once: it takes some milliseconds.
static ZONES: LazyLock<Vec<ZoneEntry>> = LazyLock::new(build_index);

/// Lists all time zones, sorted by name. Former names are not listed.
pub fn list_zones() -> &'static [ZoneEntry] {
    &ZONES
}

/// Longest text to which the names of time zones are compared. The longest name has some thirty characters.
const MAX_COMPARED_CHARS: usize = 60;

/// Finds a time zone by its IANA name or its city, in any letter case, in English or Ukrainian. If there is no such zone, or
/// more than one, the error lists similar ones; it may be empty.
pub fn find_zone(typed: &str) -> Result<TimeZone, Vec<&'static str>> {
    if let Some(zone) = parse_zone(typed.trim()) {
        return Ok(zone);
    }
    // "Kyiv, Ukraine" and "Kyiv (Ukraine)" name the city first.
    let city = typed.split([',', '(']).next().unwrap_or_default();
    let mut found = Vec::new();
    for name in [typed, city].map(fold) {
        found = ZONES
            .iter()
            .filter(|zone| zone.keys.contains(&name))
            .map(|zone| zone.name.as_str())
            .collect::<Vec<_>>();
        if let [only] = found[..]
            && let Some(zone) = parse_zone(only)
        {
            return Ok(zone);
        }
        if !found.is_empty() {
            break;
        }
    }
    if found.is_empty() {
        found = list_similar(&fold(city));
    }
    found.truncate(MAX_SUGGESTIONS);
    Err(found)
}

/// Lists the zones of which a name contains the text, or differs from it by at most one letter.
fn list_similar(text: &str) -> Vec<&'static str> {
    // Shorter texts are in too many names, and comparing a long one takes time.
    if !(3..=MAX_COMPARED_CHARS).contains(&text.chars().count()) {
        return Vec::new();
    }
    let is_similar = |key: &String| key.contains(text) || strsim::osa_distance(key, text) <= 1;
    ZONES
        .iter()
        .filter(|zone| zone.keys.iter().any(is_similar))
        .map(|zone| zone.name.as_str())
        .collect()
}

fn build_index() -> Vec<ZoneEntry> {
    let english = CityNames::load(&locale!("en"));
    let ukrainian = CityNames::load(&locale!("uk"));
    let mut zones: BTreeMap<String, ZoneEntry> = BTreeMap::new();
    for name in jiff::tz::db().available() {
        let Some(zone) = parse_zone(name.as_str()) else {
            continue;
        };
        let canonical = zone.iana_name().unwrap_or("UTC");
        let entry = zones.entry(canonical.to_owned()).or_insert_with(|| {
            let english_city = english.find(canonical);
            let ukrainian_city = ukrainian.find(canonical);
            let cities = [canonical, &english_city, &ukrainian_city];
            ZoneEntry {
                name: canonical.to_owned(),
                keys: cities.into_iter().map(fold).collect(),
                english_city,
                ukrainian_city,
            }
        });
        entry.keys.insert(fold(name.as_str()));
        entry.keys.insert(fold(last_part(name.as_str())));
        entry.keys.insert(fold(last_part(canonical)));
    }
    zones.into_values().collect()
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Names of the cities of time zones in one language.
struct CityNames(NoCalendarFormatter<ExemplarCity>);

impl CityNames {
    fn load(locale: &Locale) -> Self {
        let formatter = NoCalendarFormatter::try_new(locale.into(), ExemplarCity);
        Self(formatter.expect("the names of cities are compiled in"))
    }

    /// Returns the name of a zone's city, or the last part of the zone's name if no city is named for it.
    fn find(&self, zone: &str) -> String {
        let id = IanaParserExtended::new().parse(zone).time_zone;
        let is_place = id != ZoneId::UNKNOWN && zone != "UTC" && !zone.starts_with("Etc/");
        match is_place {
            true => self.0.format(&id.without_offset()).to_string(),
            false => last_part(zone).replace('_', " "),
        }
    }
}

/// Folds the name of a time zone or a city for comparison: lower case, without accents, with single spaces instead of
/// underscores and hyphens.
fn fold(name: &str) -> String {
    let letters = name.nfkd().filter(|c| !is_combining_mark(*c));
    let plain: String = letters
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '_' | '-') { ' ' } else { c })
        .filter(|c| !matches!(c, '\'' | '’' | 'ʼ'))
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").replace(" / ", "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(typed: &str) -> String {
        let zone = find_zone(typed).unwrap_or_else(|similar| panic!("{typed}: {similar:?}"));
        zone.iana_name().expect("the zone has a name").to_owned()
    }

    #[test]
    fn a_time_zone_is_found_by_its_city_in_both_languages() {
        for (typed, name) in [
            ("Kyiv", "Europe/Kyiv"),
            (" kyiv ", "Europe/Kyiv"),
            ("KYIV", "Europe/Kyiv"),
            ("Kiev", "Europe/Kyiv"),
            ("Київ", "Europe/Kyiv"),
            ("київ", "Europe/Kyiv"),
            ("Kyiv, Ukraine", "Europe/Kyiv"),
            ("Kyiv (Ukraine)", "Europe/Kyiv"),
            ("europe/kyiv", "Europe/Kyiv"),
            ("Europe / Kyiv", "Europe/Kyiv"),
            ("new york", "America/New_York"),
            ("New-York", "America/New_York"),
            ("Нью-Йорк", "America/New_York"),
            ("Sao Paulo", "America/Sao_Paulo"),
            ("São Paulo", "America/Sao_Paulo"),
            ("Ho Chi Minh", "Asia/Ho_Chi_Minh"),
            ("Buenos Aires", "America/Argentina/Buenos_Aires"),
            ("Лондон", "Europe/London"),
            ("utc", "UTC"),
        ] {
            assert_eq!(find(typed), name, "{typed}");
        }
    }

    #[test]
    fn former_names_become_the_canonical_name() {
        for (former, name) in [
            ("Europe/Kiev", "Europe/Kyiv"),
            ("europe/kiev", "Europe/Kyiv"),
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("US/Eastern", "America/New_York"),
            ("Etc/UTC", "UTC"),
            ("UTC", "UTC"),
        ] {
            let zone = parse_zone(former).unwrap_or_else(|| panic!("{former} is a time zone"));
            assert_eq!(zone.iana_name(), Some(name), "{former}");
        }
    }

    #[test]
    fn a_mistyped_city_gets_suggestions() {
        assert_eq!(find_zone("Kyvi").err(), Some(vec!["Europe/Kyiv"]));
        assert_eq!(
            find_zone("buenos").err(),
            Some(vec!["America/Argentina/Buenos_Aires"])
        );
        for unknown in ["", " ", "Mordor", "+03:00", "x", "../passwd"] {
            assert_eq!(find_zone(unknown).err(), Some(Vec::new()), "{unknown:?}");
        }
    }

    #[test]
    fn every_listed_zone_is_found_by_its_name_and_no_name_is_listed_twice() {
        let names: BTreeSet<&str> = list_zones().iter().map(|zone| zone.name.as_str()).collect();
        assert_eq!(names.len(), list_zones().len());
        assert!(names.len() > 300, "{}", names.len());
        for zone in list_zones() {
            assert_eq!(find(&zone.name), zone.name);
            for language in Language::all() {
                assert!(!zone.city(language).is_empty(), "{}", zone.name);
            }
        }
        assert!(names.contains("Europe/Kyiv") && !names.contains("Europe/Kiev"));
    }

    #[test]
    fn only_iana_names_are_parsed_as_time_zones() {
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
}
