//! Stems of Arabic words, by which search finds one form of a word for another.
//!
//! The light stemmer "light10" of Larkey, Ballesteros and Connell, *Light Stemming for Arabic Information Retrieval*
//! (2007): it cuts off articles, prepositions and the endings of number and gender, but finds no roots. The Snowball
//! algorithm for Arabic cuts off too much of some forms and not of others, so that كبيرة and الكبيرة get different stems.

/// Beginnings that are cut off: the article, alone and with the particles before it.
const PREFIXES: [&str; 6] = ["وال", "بال", "كال", "فال", "ال", "لل"];
/// Particle "and", which is written together with the next word. Many words begin with this letter.
const AND: char = 'و';
/// Endings that are cut off, in this order. Ta marbuta is folded to `ه`.
const SUFFIXES: [&str; 8] = ["ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"];
/// Smallest number of letters that must remain.
const MIN_STEM_CHARS: usize = 2;
/// Smallest number of letters that must remain after "and".
const MIN_CHARS_AFTER_AND: usize = 3;

/// Returns the stems of a folded word: one, or two if it may begin with "and".
pub(super) fn stem(word: &str) -> Vec<String> {
    let has = |text: &str, chars: usize| text.chars().nth(chars - 1).is_some();
    let without_prefix = PREFIXES
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix))
        .filter(|rest| has(rest, MIN_STEM_CHARS))
        .unwrap_or(word);
    let without_and = without_prefix
        .strip_prefix(AND)
        .filter(|rest| has(rest, MIN_CHARS_AFTER_AND));
    let bases = [Some(without_prefix), without_and];
    let mut stems: Vec<String> = Vec::new();
    for mut base in bases.into_iter().flatten() {
        for suffix in SUFFIXES {
            base = base
                .strip_suffix(suffix)
                .filter(|rest| has(rest, MIN_STEM_CHARS))
                .unwrap_or(base);
        }
        stems.push(base.to_owned());
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::super::folding::fold_word;
    use super::*;

    fn share_a_stem(one: &str, other: &str) -> bool {
        let others = stem(&fold_word(other));
        stem(&fold_word(one))
            .iter()
            .any(|stem| others.contains(stem))
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            &["كبير", "كبيرة", "الكبيرة", "الكبير", "كبيرات", "كبيرين"][..],
            &["سيارة", "سيارات", "السيارة", "والسيارات", "بالسيارة"],
            &["مدرسة", "المدرسة", "مدرسه", "للمدرسة"],
            &["أمريكا", "امريكا", "وأمريكا"],
            &["معلم", "معلمون", "المعلمين", "معلمان", "معلمة"],
            &["مدينة", "المدينة", "وَالْمَدِينَة"],
            &["وزير", "الوزير", "والوزير", "وزيرة"],
        ] {
            for form in forms {
                assert!(share_a_stem(form, forms[0]), "{form} {:?}", stem(form));
            }
        }
    }

    #[test]
    fn other_words_share_no_stem() {
        for (one, other) in [
            ("كبير", "كثير"),
            ("مدرسة", "مدينة"),
            ("سيارة", "سائق"),
            ("ولد", "بلد"),
            ("الله", "اللغة"),
        ] {
            assert!(!share_a_stem(one, other), "{one} {other}");
        }
    }

    #[test]
    fn short_words_stay_whole() {
        for word in ["ال", "و", "ه", "في", "من", "ان"] {
            assert_eq!(stem(word), [word], "{word}");
        }
    }
}
