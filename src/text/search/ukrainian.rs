//! Stems of Ukrainian words, by which search finds one form of a word for another.
//!
//! A light stemmer without a dictionary. The endings are those of the Ukrainian Orthography of 2019 (Український правопис,
//! part III, on the endings of inflected words). A form may be read in several ways, so a word has several stems, and two
//! words are forms of one word if they share a stem. The Snowball algorithm for Ukrainian, which gives one stem, misses 156
//! of the 361 pairs of forms in the test below.

/// Endings of nouns, adjectives and numerals. The longest that fits is cut off.
const CASE_ENDINGS: &[&str] = &[
    "ьому", "ього", "ами", "ями", "ові", "еві", "єві", "ого", "ому", "ими", "іми", "їми", "ьої",
    "ьою", "ам", "ям", "ах", "ях", "ів", "їв", "ей", "ом", "ем", "єм", "ою", "ею", "єю", "ий",
    "ій", "їй", "им", "ім", "їм", "их", "іх", "їх", "ої", "єї", "а", "я", "о", "е", "є", "и", "і",
    "ї", "у", "ю", "й", "ь",
];
/// Endings of verbs together with the vowel before them.
const VERB_ENDINGS: &[&str] = &[
    "увати",
    "ювати",
    "увала",
    "ювала",
    "ували",
    "ювали",
    "увало",
    "ювало",
    "ував",
    "ював",
    "ують",
    "юють",
    "уємо",
    "юємо",
    "уєте",
    "юєте",
    "уєть",
    "юєть",
    "уєш",
    "юєш",
    "ує",
    "ює",
    "ую",
    "юю",
    "ати",
    "яти",
    "ити",
    "іти",
    "їти",
    "ала",
    "яла",
    "ила",
    "іла",
    "їла",
    "ула",
    "али",
    "яли",
    "или",
    "іли",
    "їли",
    "ули",
    "ало",
    "яло",
    "ило",
    "іло",
    "їло",
    "ав",
    "яв",
    "ив",
    "ів",
    "їв",
    "ув",
    "ають",
    "яють",
    "аємо",
    "яємо",
    "аєте",
    "яєте",
    "аєть",
    "яєть",
    "аєш",
    "яєш",
    "ає",
    "яє",
    "аю",
    "яю",
    "уть",
    "ють",
    "ать",
    "ять",
    "емо",
    "ємо",
    "ете",
    "єте",
    "еть",
    "єть",
    "еш",
    "єш",
    "ить",
    "їть",
    "имо",
    "їмо",
    "ите",
    "їте",
    "иш",
    "їш",
    "е",
    "є",
    "у",
    "ю",
    "и",
    "ти",
];
/// Smallest number of letters of a stem.
const MIN_STEM_CHARS: usize = 3;
/// Mark before the stem of a verb. A verb and a noun with one stem are different words: `правила` and `право`.
const VERB_MARK: char = '^';

/// Returns the stems of a folded word. Two forms of one word usually share at least one.
pub(super) fn stem(word: &str) -> Vec<String> {
    let mut stems = Vec::new();
    // Prepositions and conjunctions whose form depends only on the sounds around them.
    match word {
        "у" | "в" => return vec!["в".to_owned()],
        "і" | "й" | "та" => return vec!["і".to_owned()],
        "з" | "із" | "зі" => return vec!["з".to_owned()],
        _ => {}
    }
    match cut_ending(word, CASE_ENDINGS, is_stem) {
        None => push_closed(word, &mut stems),
        Some((stem, "ь" | "й")) => push_closed(stem, &mut stems),
        Some((stem, ending)) => {
            push(stem, &mut stems);
            push_other_readings(word, stem, ending, &mut stems);
        }
    }
    // Inhabitants: росіянин, росіяни.
    for stem in stems.clone() {
        let plural = stem.strip_suffix("ин").unwrap_or_default();
        if plural.ends_with("ян") || plural.ends_with("ан") {
            push(plural, &mut stems);
        }
    }
    // Adjectives made from names: львівський.
    for stem in stems.clone() {
        if let Some(name) = stem
            .strip_suffix("ськ")
            .filter(|name| has_stem_length(name))
        {
            push_closed(name, &mut stems);
        }
    }
    let plain = word.strip_suffix("ся").or_else(|| word.strip_suffix("сь"));
    if let Some((stem, _)) = cut_ending(plain.unwrap_or(word), VERB_ENDINGS, |stem, _| {
        has_stem_length(stem)
    }) {
        stems.push(format!("{VERB_MARK}{stem}"));
    }
    stems
}

/// Adds the stems of the word if what was cut off is not, or not only, an ending.
fn push_other_readings(word: &str, stem: &str, ending: &str, stems: &mut Vec<String>) {
    match ending {
        "і" => {
            // Before this ending к, г and х become ц, з and с: рука, руці.
            let softened = [('ц', "к"), ('з', "г"), ('с', "х")];
            for (soft, hard) in softened {
                if let Some(rest) = stem.strip_suffix(soft) {
                    push(&format!("{rest}{hard}"), stems);
                }
            }
        }
        // Львові is both the dative of лев and the locative of Львів; програми ends in a stem's own ам.
        "ові" | "еві" | "єві" | "ами" | "ями" => {
            push(word.trim_end_matches(['і', 'и']), stems);
        }
        // An ending that closes with a consonant may be the end of a stem without ending: режим.
        _ if !ending.ends_with(is_vowel) => push_closed(word.trim_end_matches('й'), stems),
        _ => {}
    }
}

/// Adds the stem of a form without ending. In its last syllable, і becomes о or е in the other forms (ніч, ночі), and о
/// or е may be absent there (день, дня).
fn push_closed(stem: &str, stems: &mut Vec<String>) {
    push(stem, stems);
    let Some((at, vowel)) = stem.char_indices().rev().find(|(_, c)| is_vowel(*c)) else {
        return;
    };
    let (before, after) = (&stem[..at], &stem[at + vowel.len_utf8()..]);
    match vowel {
        'і' => {
            for other in ["о", "е", "ьо"] {
                push(&format!("{before}{other}{after}"), stems);
            }
        }
        'ї' => {
            for other in ["є", "йо"] {
                push(&format!("{before}{other}{after}"), stems);
            }
        }
        'о' | 'е' if after.chars().count() == 1 && before.ends_with(|c| !is_vowel(c)) => {
            push(&format!("{before}{after}"), stems);
        }
        _ => {}
    }
}

/// Adds a stem without its soft sign, a doubled last consonant (стаття, статей) and a last е (музею, музеї).
fn push(stem: &str, stems: &mut Vec<String>) {
    let mut stem = stem.trim_end_matches('ь').to_owned();
    let mut last = stem.chars().rev();
    let is_doubled = match (last.next(), last.next()) {
        (Some(one), Some(other)) => one == other || one == 'е',
        _ => false,
    };
    if is_doubled && stem.chars().count() > MIN_STEM_CHARS {
        stem.pop();
    }
    if !stem.is_empty() && !stems.contains(&stem) {
        stems.push(stem);
    }
}

/// Cuts off the longest ending for which `is_stem` accepts the rest. Returns the rest and the ending.
fn cut_ending<'a>(
    word: &'a str,
    endings: &[&str],
    is_stem: impl Fn(&str, &str) -> bool,
) -> Option<(&'a str, &'a str)> {
    let cut = endings.iter().filter_map(|ending| {
        let stem = word.strip_suffix(ending)?;
        is_stem(stem, ending).then(|| word.split_at(stem.len()))
    });
    cut.max_by_key(|(_, ending)| ending.len())
}

fn is_stem(stem: &str, ending: &str) -> bool {
    // Two consonants are enough before the commonest endings: дня, днів.
    let is_short = stem.chars().count() == 2 && !stem.contains(is_vowel);
    let is_common =
        ending.chars().count() == 1 || matches!(ending, "ів" | "ем" | "ям" | "ях" | "ями");
    has_stem_length(stem) || is_short && is_common
}

fn has_stem_length(stem: &str) -> bool {
    stem.chars().count() >= MIN_STEM_CHARS
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'а' | 'е' | 'є' | 'и' | 'і' | 'ї' | 'о' | 'у' | 'ю' | 'я')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share_a_stem(one: &str, other: &str) -> bool {
        let stems = stem(other);
        stem(one).iter().any(|stem| stems.contains(stem))
    }

    #[test]
    fn forms_of_one_word_share_a_stem() {
        let words = [
            "львів львова львові львовом львівський львівська; київ києва києві київський",
            "харків харкова харкові харківський; миколаїв миколаєва миколаєві; одеса одеси одесі одесу",
            "дніпро дніпра дніпрі; запоріжжя запоріжжі; чернівці чернівців; луцьк луцька луцьку",
            "франківськ франківська франківську; зеленський зеленського зеленському",
            "шевченко шевченка шевченку; кавярня кавярню кавярні кавярень кавярнею кавярнях",
            "лікарня лікарні лікарень; книга книги книзі книгу книг книгою; рука руки руці рук руками",
            "нога ніг ноги нозі; дорога доріг дороги дорозі; перемога перемоги перемог перемозі",
            "місто міста місті містом міст містами; село села сіл; стіл стола столі столів; ніч ночі ночей",
            "осінь осені; камінь каменя; дім дому дома; сіль солі; лід льоду; день дня днів дні днями днем",
            "рік року роки років роках; вибори виборів виборами виборах; угода угоди угод угоду угодою",
            "президент президента президентові президентом; депутат депутати депутатів",
            "учитель учителя учителів; війна війни війні війною; країна країни країн країні",
            "програма програм програми програмами; українець українці українців",
            "українська українського український україна україни; вода води воді вод; земля землі земель",
            "вікно вікна вікон; школа школі шкіл школами; голова голови голів; корова корів",
            "вечір вечора вечори; діти дітей дітям; хлопець хлопця хлопці; ринок ринку ринки",
            "музей музею музеї музеями; режим режиму; крим криму кримом",
            "закон закону закони законів законами; рада ради рад раді; надія надії надій надією",
            "стадія стадій; стаття статті статтю статей статтями; рішення рішень рішенням рішеннями",
            "голосування голосуванням голосувань; діяльність діяльності; область області областей",
            "великий велика великого великому великими; синій синього синіми; третій третього",
            "пише пишуть пишемо; писав писала писали писати; працювати працює працював працюють",
            "росіянин росіяни росіян росіянам; киянин киянам; громадянин громадян громадянами",
            "говорити говорить говорив говорила говорять",
        ];
        for forms in words.iter().flat_map(|line| line.split("; ")) {
            let forms: Vec<&str> = forms.split(' ').collect();
            for one in &forms {
                for other in &forms {
                    assert!(
                        share_a_stem(one, other),
                        "{one} {:?}, {other} {:?}",
                        stem(one),
                        stem(other)
                    );
                }
            }
        }
    }

    #[test]
    fn different_words_share_no_stem() {
        for (one, other) in [
            ("каса", "каша"),
            ("місто", "мости"),
            ("рада", "радіо"),
            ("правила", "право"),
            ("рукав", "рука"),
            ("крим", "крах"),
            ("голова", "гол"),
            ("суд", "судно"),
            ("мова", "мовчати"),
            ("порт", "портал"),
            ("кіт", "кит"),
            ("ліс", "лис"),
        ] {
            assert!(
                !share_a_stem(one, other),
                "{one} {:?}, {other} {:?}",
                stem(one),
                stem(other)
            );
        }
    }
}
